"""People of a booking as pages show them: how each one stands, in honest words, and what can be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from forum.core import dates
from forum.core.i18n import Sentence, sentence
from forum.core.ids import shown
from forum.events.rules import Opening, opening_of
from forum.registrations.rules import (
    ACTIVE,
    ADDED_TO,
    STATE_WORDS,
    BookingSource,
    Ended,
    RegistrationState,
    is_open,
)
from forum.seats.queries import InLine, lines_of
from forum.site.booking.sight import own_link

if TYPE_CHECKING:
    from uuid import UUID

    from forum.core.text import Fragment
    from forum.registrations.models import Booking, Registration
    from forum.site.booking.sight import Sight

OFFER_ENDED = sentence("The offer ended with the event.")
ENDED_WORDS = {
    Ended.GUEST: sentence("Cancelled by the guest."),
    Ended.OFFICE: sentence("Cancelled by the organiser."),
    Ended.EXPIRED: sentence("The offer was not taken in time, and went to the next in line."),
    Ended.NOT_COMING: sentence("You told us that nobody comes, and the seat went on."),
    Ended.REPLACED: sentence("Somebody else comes instead."),
    Ended.MERGED: sentence("Put together with another registration of the same person."),
    Ended.DECLINED: sentence("The organiser could not say yes to this request."),
}


@dataclass(frozen=True, slots=True)
class Person:
    """One attendee on a page: who, how it stands (`says`), and what may be done about it.

    `name` is empty for a place nobody has been named for. `own` is the link to pass on to this
    person alone, empty on that page itself. `words` are the organiser's.
    """

    id: UUID
    name: str
    name_zh: str
    organisation: str
    email: str
    type_name: Fragment
    reference: str
    state: str
    kind: str
    word: Sentence
    says: Sentence | None
    words: str
    line: InLine | None
    until: str
    comes: bool
    href: str
    own: str
    stands: bool
    may_change: bool
    may_replace: bool
    may_cancel: bool

    @property
    def number(self) -> int:
        """The place in the line to be shown: 0 where the lot decides, or nobody waits."""
        return self.line.position if self.line and not self.line.by_lot else 0

    @property
    def by_lot(self) -> bool:
        """Whether freed seats are drawn by lot."""
        return self.line is not None and self.line.by_lot

    @property
    def confirmed(self) -> bool:
        """Whether a ticket stands."""
        return self.state == RegistrationState.CONFIRMED

    @property
    def offered(self) -> bool:
        """Whether a seat waits to be taken."""
        return self.state == RegistrationState.OFFERED

    @property
    def waits(self) -> bool:
        """Whether this one stands in a line."""
        return self.state == RegistrationState.WAITLISTED


def people_of(sight: Sight, key: str, now: datetime) -> list[Person]:
    """Return everybody as the page shows them, cancelled ones last; at most one statement."""
    waiting = [one.party_id for one in sight.people if one.state is RegistrationState.WAITLISTED]
    lines = lines_of(waiting) if waiting else {}
    ordered = sorted(sight.people, key=lambda one: one.state not in ACTIVE)
    return [_person(sight, one, lines, key, now) for one in ordered]


def room_for_more(sight: Sight, booking: Booking, companions: int | None, now: datetime) -> int:
    """Return how many people may still be added to a booking by its guest; 0: none."""
    standing = [one for one in booking.registrations if one.state in ACTIVE]
    event = sight.event
    if sight.is_own or not standing or not sight.takes_changes(now):
        return 0
    if opening_of(event, now) is not Opening.OPEN:
        return 0
    if companions is not None:
        return max(0, companions + 1 - len(standing))
    ticket_type = standing[0].ticket_type
    by_form = booking.source in {BookingSource.FORM, BookingSource.HAND, BookingSource.IMPORT}
    if not by_form or ticket_type.access not in ADDED_TO or not is_open(ticket_type, now):
        return 0
    return max(0, ticket_type.most_per_booking - len(standing))


def counted(people: Sequence[Person]) -> list[tuple[str, Sentence, int]]:
    """Return how many stand in each state, as (kind, word, number), in the order they appear."""
    numbers: dict[str, int] = {}
    first: dict[str, Person] = {}
    for one in people:
        numbers[one.state] = numbers.get(one.state, 0) + 1
        first.setdefault(one.state, one)
    return [(first[state].kind, first[state].word, number) for state, number in numbers.items()]


def _person(
    sight: Sight, one: Registration, lines: Mapping[UUID, InLine], key: str, now: datetime
) -> Person:
    kind, word = STATE_WORDS[one.state]
    stands = one.state in ACTIVE
    changes = stands and sight.takes_changes(now)
    event = sight.event
    until = dates.moment(one.offered_until, event.zone, key) if one.offered_until else ""
    return Person(
        id=one.id,
        name=one.name,
        name_zh=one.name_zh,
        organisation=one.organisation,
        email=one.email,
        type_name=one.ticket_type.name.pick(key, event.languages),
        reference=shown(one.code),
        state=one.state.value,
        kind=kind,
        word=word,
        says=_says(one, offer_went_on=_went_on(sight, one)),
        words=one.decision_words,
        line=lines.get(one.party_id),
        until=until,
        comes=one.still_coming_at is not None,
        href=f"{sight.base}/people/{one.id}",
        own="" if sight.is_own else own_link(one),
        stands=stands,
        may_change=changes and bool(one.name),
        may_replace=changes and (not sight.is_own or not one.name),
        may_cancel=stands and sight.takes_cancelling(now),
    )


def _went_on(sight: Sight, one: Registration) -> bool:
    """Say whether the seat of an offer that expired can have gone to the next."""
    return one.cancelled_at is not None and sight.takes_cancelling(one.cancelled_at)


def _says(one: Registration, *, offer_went_on: bool) -> Sentence | None:
    """Return the sentence that explains a state which its word alone does not."""
    if one.state is RegistrationState.PENDING:
        held = sentence("The organiser looks at each request. A seat is kept until then.")
        free = sentence("The organiser looks at each request. No seat is kept meanwhile.")
        return held if one.in_home else free
    if one.state is RegistrationState.CANCELLED:
        left = sentence("Left the wait list.")
        by_guest = one.ended in {Ended.GUEST, None}
        if by_guest and one.confirmed_at is None:
            return left
        if one.ended is Ended.EXPIRED and not offer_went_on:
            return OFFER_ENDED
        return ENDED_WORDS[one.ended or Ended.GUEST]
    if one.state is RegistrationState.DECLINED:
        return ENDED_WORDS[Ended.DECLINED]
    return None
