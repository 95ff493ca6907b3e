"""What a registration form offers: ticket types to choose from, and what the chosen one asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from forum.core.money import NOTHING, Money
from forum.registrations.queries.consents import WordingShown, wordings_for_form
from forum.registrations.queries.desks import Named, opens_by_code
from forum.registrations.queries.questions import AskedQuestion, all_questions
from forum.registrations.queries.types import (
    TypeOnForm,
    TypeState,
    type_by_code,
    type_by_link,
    types_for_form,
)
from forum.registrations.rules import Access, Entry
from forum.seats.rules import Band


@dataclass(frozen=True, slots=True)
class WaysIn:
    """What the page of an event says of registering, by the types that stand on its form.

    `price` is the lowest of those that can be had. `turns` are the moments at which types open or
    close; `opens_at` is the first at which one opens.
    """

    entry: Entry
    band: Band
    price: Money
    opens_at: datetime | None
    turns: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """The types on a form, the one that is chosen, and the words and questions that go with it.

    `missed` says that the type that was asked for is not among them. `by_link` is a hidden link's.
    `opened` is the type that the code opened, if there was one and it did.
    """

    named: Named
    types: Sequence[TypeOnForm]
    chosen: TypeOnForm | None
    missed: bool = False
    by_link: bool = False
    opened: TypeOnForm | None = None
    asked: Sequence[AskedQuestion] = ()
    wordings: Sequence[WordingShown] = ()

    @property
    def most(self) -> int:
        """How many people one booking may hold."""
        return self.chosen.ticket_type.most_per_booking if self.chosen else 1

    @property
    def takes_people(self) -> bool:
        """Whether the chosen type can be asked for now."""
        return self.chosen is not None and self.chosen.takes_people

    @property
    def by_code(self) -> bool:
        """Whether an access code may open a type here."""
        return self.named.by_code and not self.by_link

    @property
    def questions(self) -> list[AskedQuestion]:
        """What the form of the chosen type asks."""
        return self.questions_of(self.chosen)

    def questions_of(self, one: TypeOnForm | None) -> list[AskedQuestion]:
        """Return what the form of a type asks."""
        if one is None:
            return []
        return [question for question in self.asked if question.is_for(one.ticket_type.id)]

    def numbered(self, number: int | None) -> TypeOnForm | None:
        """Return the type with this number among those on the form."""
        return next((one for one in self.types if one.ticket_type.number == number), None)

    def turns(self, now: datetime) -> list[datetime]:
        """Return when types of the form open or close."""
        return _turns(self.types, now)

    @property
    def opens_at(self) -> datetime | None:
        """When the first of the types opens, where none can be taken yet."""
        moments = [
            one.ticket_type.opens_at for one in self.types if one.state is TypeState.UPCOMING
        ]
        return min((one for one in moments if one), default=None)


def offer_for(
    named: Named,
    now: datetime,
    *,
    number: int | None = None,
    code: str = "",
    token: str | None = None,
) -> Offer:
    """Return what a form offers to who asks for a type by number, by code or by a hidden link.

    One statement for the types, one for a code, three for questions and one for wordings where the
    event has such. Raises NotFound for a link that opens nothing.
    """
    if token is not None:
        types = [type_by_link(named.event_id, token, now)]
        opened = None
    else:
        types = [
            one
            for one in types_for_form(named.event_id, now)
            if one.state is not TypeState.CLOSED or one.ticket_type.number == number
        ]
        opened = type_by_code(named.event_id, code, now) if code else None
        if opened is not None:
            types = [*types, opened]
    offer = Offer(
        named,
        types,
        None,
        by_link=token is not None,
        opened=opened,
        asked=all_questions(named.event_id, withdrawn=False) if named.asks else (),
        wordings=wordings_for_form(named.event_id) if named.states else (),
    )
    return choosing(offer, number)


def choosing(offer: Offer, number: int | None) -> Offer:
    """Return the offer with a type chosen: by its number, else the first that can be had."""
    wanted = offer.numbered(number)
    states = (TypeState.OPEN, TypeState.FULL, TypeState.UPCOMING)
    first = next((one for state in states for one in offer.types if one.state is state), None)
    missed = number is not None and wanted is None
    return replace(offer, chosen=wanted or (None if missed else first), missed=missed)


def ways_in(event_id: UUID, now: datetime) -> WaysIn:
    """Return how guests come in by themselves; two statements where no type is for everybody."""
    types = [one for one in types_for_form(event_id, now) if one.state is not TypeState.CLOSED]
    had = [one for one in types if one.takes_people]
    free = [one for one in had if one.state is TypeState.OPEN] or had
    few = [one.band.fewer_than for one in free if one.band.fewer_than is not None]
    all_few = len(few) == len(free) and free
    full = bool(had) and all(one.state is TypeState.FULL for one in had)
    if any(one.ticket_type.access is Access.OPEN for one in free):
        entry = Entry.OPEN
    elif had:
        entry = Entry.APPROVAL
    elif types:
        entry = Entry.LATER
    else:
        entry = Entry.CODE if opens_by_code(event_id) else Entry.INVITATION
    opens_at = [one.ticket_type.opens_at for one in types if one.state is TypeState.UPCOMING]
    return WaysIn(
        entry,
        Band(full=full, fewer_than=max(few) if all_few and not full else None),
        min((one.ticket_type.price for one in had), default=NOTHING),
        min((moment for moment in opens_at if moment), default=None),
        tuple(sorted(_turns(types, now))),
    )


def _turns(types: Sequence[TypeOnForm], now: datetime) -> list[datetime]:
    moments = (
        moment for one in types for moment in (one.ticket_type.opens_at, one.ticket_type.closes_at)
    )
    return [moment for moment in moments if moment and moment > now]
