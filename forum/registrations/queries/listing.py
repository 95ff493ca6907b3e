"""Named reads of the organiser's list: pages by key, counts, and the ids that one act reaches.

A page never counts rows to skip them: it goes on from the key of a row that was shown. A search
starts from the rarest of its words; where all of them are common, the list is walked in its order
until the page is full.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from forum.core.db import db
from forum.registrations.models import (
    Booking,
    Registration,
    RegistrationTag,
    SavedView,
    TicketType,
)
from forum.registrations.queries.filtering import Filter, filtered
from forum.registrations.queries.searching import (
    Search,
    Way,
    first_found,
    has_word,
    ids_found,
    weighed,
)
from forum.registrations.rules import BookingSource, RegistrationState
from forum.registrations.rules.listing import MOST_AT_ONCE, Order, Wanted
from forum.registrations.rules.searching import looked_for

PAGE_SIZE = 50
MOST_TAGS = 100
SOON_SORTED = 2_000
"""Of so many that fit, a page is soon sorted; to walk the list until it is full may take longer."""


_KEYS: dict[Order, tuple[sa.orm.InstrumentedAttribute[Any], bool]] = {
    Order.NEWEST: (Registration.created_at, True),
    Order.OLDEST: (Registration.created_at, False),
    Order.NAME: (Registration.sort_name, False),
    Order.ORGANISATION: (Registration.sort_organisation, False),
}
"""By which column each order goes, and whether from the last to the first; the id decides ties."""

Counts = Mapping[RegistrationState, int]


class Listed(NamedTuple):
    """A registration as a row of the list."""

    id: UUID
    name: str
    name_zh: str
    organisation: str
    email: str
    code: str
    state: RegistrationState
    ticket_type_id: UUID
    source: BookingSource
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of the list; before `newer` and after `older`, where given, there are more.

    `total` is how many fit, and `counts` how many in each state if none is asked for; both are
    None where counting would take longer than the page itself. There are `more_than` so many.
    """

    rows: Sequence[Listed]
    total: int | None
    more_than: int
    counts: Counts | None
    newer: UUID | None
    older: UUID | None


@dataclass(frozen=True, slots=True)
class _Counted:
    """What is known of how many fit, as a Page says it."""

    total: int | None = None
    more_than: int = 0
    counts: Counts | None = None


def page_of(
    event_id: UUID,
    wanted: Wanted,
    order: Order,
    *,
    counts: Counts | None = None,
    after: UUID | None = None,
    before: UUID | None = None,
) -> Page:
    """Return the rows that follow one, or come before one; one to five statements.

    `counts` are those of the event by state, which save counting where nothing else is asked for.
    A row to go on from that is of no such event is passed over.
    """
    search = _search(event_id, wanted)
    counted = _counted(event_id, wanted, search, counts)
    few = counted.total is not None and counted.total <= SOON_SORTED
    by, falling = _KEYS[order]
    start = _key_of(event_id, order, before or after)
    backwards = before is not None and start is not None
    rows = _rows(event_id, wanted, search, Way(by, falling is not backwards, start), few=few)
    if backwards and len(rows) <= PAGE_SIZE:
        start, backwards = None, False
        rows = _rows(event_id, wanted, search, Way(by, falling, None), few=few)
    more_that_way = len(rows) > PAGE_SIZE
    total = len(rows) if start is None and not more_that_way else counted.total
    rows = rows[:PAGE_SIZE]
    if backwards:
        rows = rows[::-1]
    newer = rows[0].id if rows and (more_that_way if backwards else start is not None) else None
    older = rows[-1].id if rows and (backwards or more_that_way) else None
    return Page(rows, total, counted.more_than, counted.counts, newer, older)


def narrowed_to(event_id: UUID, wanted: Wanted) -> Sequence[sa.ColumnElement[bool]]:
    """Return the conditions of what is wanted, for larger reads; at most one statement."""
    return _conditions(filtered(event_id, wanted), wanted, _search(event_id, wanted))


def conditions_for_walking(event_id: UUID, wanted: Wanted) -> Sequence[sa.ColumnElement[bool]]:
    """Return the conditions of what is wanted for rows that are walked through one by one."""
    conditions = filtered(event_id, wanted).conditions
    return [*conditions, *_words_checked(wanted, looked_for(wanted.search))]


def ids_wanted(event_id: UUID, wanted: Wanted, limit: int = MOST_AT_ONCE) -> Sequence[UUID]:
    """Return the ids of all that fit, who asked first comes first; at most two statements."""
    return db.session.scalars(
        sa.select(Registration.id)
        .where(*narrowed_to(event_id, wanted))
        .order_by(Registration.created_at, Registration.id)
        .limit(limit)
    ).all()


def ids_of(event_id: UUID, ids: Iterable[UUID]) -> Sequence[UUID]:
    """Return those of the ids that are of the event, who asked first comes first; one statement."""
    return db.session.scalars(
        sa.select(Registration.id)
        .where(Registration.event_id == event_id, Registration.id.in_(list(ids)))
        .order_by(Registration.created_at, Registration.id)
    ).all()


def states_of(event_id: UUID, ids: Sequence[UUID]) -> dict[RegistrationState, int]:
    """Return how many of these registrations stand in each state; one statement."""
    rows = db.session.execute(
        sa.select(Registration.state, sa.func.count())
        .where(Registration.event_id == event_id, Registration.id.in_(ids))
        .group_by(Registration.state)
    ).all()
    return {row[0]: int(row[1]) for row in rows}


def tags_of(event_id: UUID) -> Sequence[str]:
    """Return an event's tags in use; one statement."""
    return db.session.scalars(
        sa.select(RegistrationTag.tag)
        .where(RegistrationTag.event_id == event_id)
        .distinct()
        .order_by(RegistrationTag.tag)
        .limit(MOST_TAGS)
    ).all()


def tags_by_registration(ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    """Return the tags of some registrations; one statement."""
    found: dict[UUID, list[str]] = {}
    rows = db.session.execute(
        sa.select(RegistrationTag.registration_id, RegistrationTag.tag)
        .where(RegistrationTag.registration_id.in_(ids))
        .order_by(RegistrationTag.tag)
    )
    for registration_id, tag in rows:
        found.setdefault(registration_id, []).append(tag)
    return found


def types_of(event_id: UUID) -> Sequence[TicketType]:
    """Return an event's ticket types in their order, with what counts them; one statement."""
    return db.session.scalars(
        sa.select(TicketType)
        .where(TicketType.event_id == event_id)
        .order_by(TicketType.position, TicketType.number)
        .options(joinedload(TicketType.pool), joinedload(TicketType.limit))
    ).all()


def views_of(event_id: UUID) -> Sequence[SavedView]:
    """Return an event's saved views in their order; one statement."""
    return db.session.scalars(
        sa.select(SavedView)
        .where(SavedView.event_id == event_id)
        .order_by(SavedView.position, SavedView.created_at, SavedView.id)
    ).all()


def _search(event_id: UUID, wanted: Wanted) -> Search | None:
    words = looked_for(wanted.search)
    alone = len(words) == 1 and wanted == Wanted(search=wanted.search)
    return weighed(event_id, words, alone=alone) if words else None


def _conditions(
    narrowed: Filter, wanted: Wanted, search: Search | None
) -> list[sa.ColumnElement[bool]]:
    if search is not None and search.read:
        # The words are the event's own: naming it again would have SQLite walk all of its guests.
        found = Registration.id.in_(ids_found(narrowed.event_id, search))
        return [found, *narrowed.of_rows_alone]
    return [*narrowed.conditions, *_words_checked(wanted, search.checked if search else ())]


def _words_checked(wanted: Wanted, words: Sequence[frozenset[str]]) -> list[sa.ColumnElement[bool]]:
    """Return conditions of rows that are walked; a search without any word finds nobody."""
    if wanted.search.strip() and not words:
        return [sa.false()]
    return [has_word(word, Registration.id) for word in words]


def _fitting(
    narrowed: Filter,
    wanted: Wanted,
    search: Search | None,
    column: sa.orm.InstrumentedAttribute[Any],
    *,
    few: bool,
) -> sa.Select[Any]:
    """Return a select of something of all that fit, of which there are `few` or few are read."""
    if few and search is None:
        return narrowed.of(column).where(*_words_checked(wanted, ()))
    return sa.select(column).where(*_conditions(narrowed, wanted, search))


def _rows(
    event_id: UUID, wanted: Wanted, search: Search | None, way: Way, *, few: bool
) -> Sequence[Listed]:
    narrowed = filtered(event_id, wanted)
    if search is not None and search.read:
        found = first_found(event_id, search, way, narrowed.fits, PAGE_SIZE + 1)
    else:
        sorts = few and search is None
        # An expression, so that SQLite sorts the few that fit and walks no index of all.
        place = sa.func.coalesce(way.by, way.by) if sorts else way.by
        fitting = _fitting(narrowed, wanted, search, Registration.id, few=sorts)
        in_turn = fitting.where(*way.on(place, Registration.id))
        ends = way.ends(place, Registration.id)
        found = in_turn.order_by(*ends).limit(PAGE_SIZE + 1).subquery()
    # What is shown is read of a page alone: sorting the whole rows of all that fit takes longer.
    rows = db.session.execute(
        sa.select(
            Registration.id,
            Registration.name,
            Registration.name_zh,
            Registration.organisation,
            Registration.email,
            Registration.code,
            Registration.state,
            Registration.ticket_type_id,
            Booking.source,
            Registration.created_at,
        )
        .join(found, found.c.id == Registration.id)
        .join(Booking, Booking.id == Registration.booking_id)
        .order_by(*way.ends(way.by, Registration.id))
    )
    return [Listed._make(row) for row in rows]


def _key_of(event_id: UUID, order: Order, row_id: UUID | None) -> tuple[Any, UUID] | None:
    if row_id is None:
        return None
    row = db.session.execute(
        sa.select(_KEYS[order][0], Registration.id).where(
            Registration.event_id == event_id, Registration.id == row_id
        )
    ).first()
    return (row[0], row[1]) if row else None


def _counted(
    event_id: UUID, wanted: Wanted, search: Search | None, counts: Counts | None
) -> _Counted:
    """Return how many fit; at most two statements."""
    if counts is not None and wanted.all_but_state:
        return _told(wanted, counts)
    if search is not None and search.weight > MOST_AT_ONCE:
        return _Counted(None, MOST_AT_ONCE if search.many else 0)
    by_state = _by_state(event_id, wanted.in_state(None), search)
    if sum(by_state.values()) <= MOST_AT_ONCE:
        return _told(wanted, by_state)
    total = MOST_AT_ONCE + 1
    if wanted.state is not None:
        total = sum(_by_state(event_id, wanted, search).values())
    return _Counted(total) if total <= MOST_AT_ONCE else _Counted(None, MOST_AT_ONCE)


def _told(wanted: Wanted, counts: Counts) -> _Counted:
    total = counts.get(wanted.state, 0) if wanted.state else sum(counts.values())
    return _Counted(total, 0, counts)


def _by_state(
    event_id: UUID, wanted: Wanted, search: Search | None
) -> dict[RegistrationState, int]:
    """Count what fits by its state, up to MOST_AT_ONCE and one more; one statement."""
    narrowed = filtered(event_id, wanted)
    fitting = _fitting(narrowed, wanted, search, Registration.state, few=True)
    found = fitting.limit(MOST_AT_ONCE + 1).subquery()
    rows = db.session.execute(sa.select(found.c.state, sa.func.count()).group_by(found.c.state))
    return {state: int(number) for state, number in rows}
