"""Who gets an announcement: read some at a time, with what each is told and why others are not."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from forum.core.addresses import address_key
from forum.core.links import Purpose
from forum.core.text import Text
from forum.core.urls import absolute
from forum.messaging.marks import Linked
from forum.messaging.queries import segments as queries
from forum.messaging.queries.bounces import given_up_of
from forum.messaging.rules.announcements import AT_ONCE
from forum.messaging.rules.segments import LeftOut, Segment, SegmentOf, read_segment
from forum.messaging.service.recipients import Recipient, recipients_of
from forum.messaging.shared_letters import Reader, is_personal
from forum.registrations.queries import opted_out
from forum.registrations.queries.listing import types_of
from forum.registrations.rules import RegistrationState

if TYPE_CHECKING:
    from forum.events.models import Event
    from forum.messaging.models import Announcement
    from forum.messaging.queries.segments import OnStage
    from forum.registrations.models import Invitation, Registration


@dataclass(frozen=True, slots=True)
class Addressed:
    """One who gets the letter; `key` is what they are known by within the announcement.

    Without a link of their own the letter leads to `address`, which anybody may open.
    """

    key: str
    email: str
    name: str
    lang: str
    reader: Reader
    link: Linked | None = None
    generation: int = 0
    address: str = ""
    booking_id: UUID | None = None
    registration_id: UUID | None = None
    has_ticket: bool = False


@dataclass(frozen=True, slots=True)
class Some:
    """Those of a segment who come next; `last` is None at its end."""

    people: Sequence[Addressed]
    left_out: Counter[LeftOut]
    last: UUID | None


@dataclass(frozen=True, slots=True)
class Counted:
    """How many get it, by the language they read, and how many do not, by why."""

    by_language: Counter[str] = field(default_factory=Counter)
    left_out: Counter[LeftOut] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        """How many people it reaches."""
        return sum(self.by_language.values())


@dataclass(frozen=True, slots=True)
class Way:
    """How an announcement reads its segment.

    `personal`: each registration has a letter of its own. `about_booking`: it concerns everybody's
    own place, so that who opted out gets it too. `types` are the names of ticket types.
    """

    event_id: UUID
    organisation_id: UUID
    slug: str
    segment: Segment
    about_booking: bool
    personal: bool
    types: dict[UUID, Text]


def way_of(announcement: Announcement, event: Event) -> Way:
    """Return how to read an announcement's segment; one statement for guests."""
    segment = read_segment(announcement.segment)
    types = {one.id: one.name for one in types_of(event.id)} if segment.is_of_guests else {}
    return Way(
        event.id,
        event.organisation_id,
        event.slug,
        segment,
        announcement.about_booking,
        is_personal(announcement),
        types,
    )


def recipients(announcement: Announcement, event: Event) -> Iterator[Some]:
    """Give all who get an announcement, some at a time; at most six statements each time.

    Across two portions the same address may come again: the key is the same.
    """
    way, after = way_of(announcement, event), None
    while True:
        some = next_of(way, after)
        yield some
        if some.last is None:
            return
        after = some.last


def next_of(way: Way, after: UUID | None, limit: int = AT_ONCE) -> Some:
    """Return who comes after somebody in the order of ids; at most six statements."""
    found, last = _found(way, after, limit)
    people: dict[str, Addressed] = {}
    left_out: Counter[LeftOut] = Counter(one for one in found if isinstance(one, LeftOut))
    reachable = [one for one in found if isinstance(one, Addressed)]
    unwritten = _unwritten(way, reachable)
    for one in reachable:
        why = unwritten.why(one)
        if why is None and one.key in people:
            why = LeftOut.SAME_LETTER
            if one.reader.whose is None:
                # Who comes too is written to as a guest, not only for those they registered.
                people[one.key] = one
        elif why is None:
            people[one.key] = one
        if why is not None:
            left_out[why] += 1
    return Some(list(people.values()), left_out, last)


def count(announcement: Announcement, event: Event) -> Counted:
    """Count who gets an announcement now; at most six statements for every 500 people."""
    counted, seen = Counted(), set[str]()
    for some in recipients(announcement, event):
        counted.left_out.update(some.left_out)
        for one in some.people:
            if one.key in seen:
                counted.left_out[LeftOut.SAME_LETTER] += 1
            else:
                seen.add(one.key)
                counted.by_language[one.lang] += 1
    return counted


def _found(
    way: Way, after: UUID | None, limit: int
) -> tuple[list[Addressed | LeftOut], UUID | None]:
    event_id, segment = way.event_id, way.segment
    if segment.of is SegmentOf.SPEAKERS:
        on_stage = queries.speakers_in(event_id, segment.session_id, after, limit)
        last = on_stage[-1].speaker.id if len(on_stage) == limit else None
        return [_speaker(one, way.slug) for one in on_stage], last
    if segment.of is SegmentOf.INVITATIONS:
        invited = queries.invited_in(event_id, segment, after, limit)
        return [_invited(one) for one in invited], invited[-1].id if len(invited) == limit else None
    guests = queries.guests_in(event_id, segment, after, limit)
    found: list[Addressed | LeftOut] = []
    for guest in guests:
        to = recipients_of(guest)
        found += [_guest(guest, one, way) for one in to] or [LeftOut.NO_ADDRESS]
    return found, guests[-1].id if len(guests) == limit else None


@dataclass(frozen=True, slots=True)
class _Unwritten:
    """Which addresses are not written to, by why; `agreed` is None where nobody has to agree."""

    bounced: set[str]
    out: set[str]
    agreed: set[UUID] | None

    def why(self, one: Addressed) -> LeftOut | None:
        """Say why somebody is left out, None for who is not."""
        key = address_key(one.email)
        if key in self.bounced:
            return LeftOut.BOUNCED
        if key in self.out:
            return LeftOut.OPTED_OUT
        if self.agreed is not None and one.registration_id not in self.agreed:
            return LeftOut.NOT_AGREED
        return None


def _unwritten(way: Way, found: Sequence[Addressed]) -> _Unwritten:
    """Return who of these is not written to; three statements at most."""
    organisation_id = way.organisation_id
    keys = {address_key(one.email) for one in found}
    bounced = {key for _, key in given_up_of((organisation_id, key) for key in keys)}
    if way.about_booking:
        return _Unwritten(bounced, set(), None)
    agreed = None
    if way.segment.is_of_guests:
        guests = {one.registration_id for one in found if one.registration_id}
        agreed = queries.agreed_to_marketing(guests)
    return _Unwritten(bounced, opted_out(organisation_id, keys), agreed)


def _guest(guest: Registration, to: Recipient, way: Way) -> Addressed:
    own_letter = way.personal
    whose = to.whose if own_letter or to.whose is None else ""
    link = to.link if own_letter or to.all_bookings is None else to.all_bookings
    key = to.key(guest.id.hex) if own_letter else _address(to.email)
    return Addressed(
        key=key,
        email=to.email,
        name=to.name,
        lang=to.lang,
        reader=Reader(to.greeting, guest.code, way.types.get(guest.ticket_type_id, Text()), whose),
        link=link,
        generation=to.generation,
        booking_id=guest.booking_id,
        registration_id=guest.id,
        has_ticket=guest.state is RegistrationState.CONFIRMED,
    )


def _speaker(one: OnStage, slug: str) -> Addressed | LeftOut:
    if one.contact is None or not one.contact.email:
        return LeftOut.NO_ADDRESS
    lang, speaker, engagement = one.contact.lang, one.speaker, one.engagement
    name = (speaker.name_zh or speaker.shown_name) if lang != "en" else speaker.shown_name
    return Addressed(
        key=_address(one.contact.email),
        email=one.contact.email,
        name=name,
        lang=lang,
        reader=Reader(name),
        link=Linked(Purpose.SPEAKER, engagement.id) if engagement else None,
        generation=engagement.link_generation if engagement else 0,
        address="" if engagement else absolute(f"/{lang.lower()}/e/{slug}/programme"),
    )


def _invited(one: Invitation) -> Addressed | LeftOut:
    if not one.email:
        return LeftOut.NO_ADDRESS
    chinese = one.lang != "en" and one.name_zh
    name = f"{one.name_zh}{one.salutation}" if chinese else f"{one.salutation} {one.name}".strip()
    return Addressed(
        key=_address(one.email),
        email=one.email,
        name=one.name,
        lang=one.lang,
        reader=Reader(name),
        link=Linked(Purpose.GUEST_INVITATION, one.id),
        generation=one.link_generation,
    )


def _address(email: str) -> str:
    """Return what an address is known by within an announcement, without the address itself."""
    return hashlib.blake2b(address_key(email).encode(), digest_size=16).hexdigest()
