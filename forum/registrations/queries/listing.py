"""Named reads of the organiser's list: pages by key, counts, and the ids that one act reaches.

A page never counts rows to skip them: it goes on from the key of a row that was shown. A search
starts from the rarest of its words; where all of them are common, the list is walked in its order
until the page is full.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload

from forum.core.db import db
from forum.core.presence import inside
from forum.registrations.models import (
    Booking,
    Registration,
    RegistrationTag,
    SavedView,
    SearchWord,
    TicketType,
)
from forum.registrations.rules import RegistrationState
from forum.registrations.rules.listing import MOST_AT_ONCE, Order, Wanted
from forum.registrations.rules.searching import looked_for, past_beginning

PAGE_SIZE = 50
FEW = 10_000
"""A word that so many registrations have at most is looked up; a commoner one is only checked."""

RARE = 2_000
"""A search is counted where its rarest word has so many at most."""

SOON_FULL = 2_000
"""Of so many that probably fit, a page is soon found by walking the list by its times. Not by its
names: those with a word of a name stand together there, maybe at the end."""

MOST_TAGS = 100

_KEYS: dict[Order, tuple[sa.orm.InstrumentedAttribute[Any], bool]] = {
    Order.NEWEST: (Registration.created_at, True),
    Order.OLDEST: (Registration.created_at, False),
    Order.NAME: (Registration.sort_name, False),
    Order.ORGANISATION: (Registration.sort_organisation, False),
}
"""By which column each order goes, and whether from the last to the first; the id decides ties."""


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of the list; before `newer` and after `older`, where given, there are more.

    `total` counts all that fit, up to MOST_AT_ONCE and one more; None where counting would take
    longer than the page itself.
    """

    rows: Sequence[Registration]
    total: int | None
    newer: UUID | None
    older: UUID | None


@dataclass(frozen=True, slots=True)
class _Narrowed:
    """Conditions for what is wanted; `exactly` is how many fit, where that is known already.

    `countable` says whether they are soon counted, `looked_up` whether they come from a word that
    few have.
    """

    conditions: Sequence[sa.ColumnElement[bool]]
    exactly: int | None = None
    countable: bool = True
    looked_up: bool = False


def page_of(
    event_id: UUID,
    wanted: Wanted,
    order: Order,
    *,
    counts: dict[RegistrationState, int],
    after: UUID | None = None,
    before: UUID | None = None,
) -> Page:
    """Return the rows that follow one, or come before one; two to four statements.

    `counts` are those of the event by state, which save counting where nothing else is asked for.
    A row to go on from that is of no such event is passed over.
    """
    by_time = order in {Order.NEWEST, Order.OLDEST}
    narrowed = _narrowed(event_id, wanted, sum(counts.values()) if by_time else 0)
    start = _key_of(event_id, order, before or after)
    backwards = before is not None and start is not None
    rows = _rows(narrowed, order, start, backwards=backwards)
    if backwards and len(rows) <= PAGE_SIZE:
        start, backwards = None, False
        rows = _rows(narrowed, order, None, backwards=False)
    more_that_way = len(rows) > PAGE_SIZE
    whole = len(rows) if start is None and not more_that_way else None
    rows = rows[:PAGE_SIZE]
    if backwards:
        rows = rows[::-1]
    total = _total(narrowed, wanted, counts) if whole is None else whole
    newer = rows[0].id if rows and (more_that_way if backwards else start is not None) else None
    older = rows[-1].id if rows and (backwards or more_that_way) else None
    return Page(rows, total, newer, older)


def narrowed_to(event_id: UUID, wanted: Wanted) -> Sequence[sa.ColumnElement[bool]]:
    """Return the conditions of what is wanted, for larger reads; at most one statement."""
    return _narrowed(event_id, wanted, 0).conditions


def conditions_for_walking(event_id: UUID, wanted: Wanted) -> Sequence[sa.ColumnElement[bool]]:
    """Return the conditions of what is wanted for rows that are walked through one by one."""
    words = looked_for(wanted.search)
    conditions = _filtered(event_id, wanted)
    if wanted.search.strip() and not words:
        conditions.append(sa.false())
    return [*conditions, *(_has_word(word, Registration.id) for word in words)]


def ids_wanted(event_id: UUID, wanted: Wanted, limit: int = MOST_AT_ONCE) -> Sequence[UUID]:
    """Return the ids of all that fit, who asked first comes first; at most two statements."""
    return db.session.scalars(
        sa.select(Registration.id)
        .where(*_narrowed(event_id, wanted, 0).conditions)
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


def _rows(
    narrowed: _Narrowed, order: Order, start: tuple[Any, UUID] | None, *, backwards: bool
) -> Sequence[Registration]:
    column, falling = _KEYS[order]
    falling = falling is not backwards
    wanted = sa.select(Registration.id).where(*narrowed.conditions)
    # An expression, so that SQLite sorts the few that were looked up and walks no index of all.
    place = sa.func.coalesce(column, column) if narrowed.looked_up else column
    if start is not None:
        key = sa.tuple_(place, Registration.id)
        here = sa.tuple_(
            sa.literal(start[0], column.type), sa.literal(start[1], Registration.id.type)
        )
        wanted = wanted.where(key < here if falling else key > here)
    ends = (place.desc(), Registration.id.desc()) if falling else (place, Registration.id)
    # What is shown is read of a page alone: sorting the whole rows of all that fit takes longer.
    found = wanted.order_by(*ends).limit(PAGE_SIZE + 1).subquery()
    return db.session.scalars(
        sa.select(Registration)
        .join(found, found.c.id == Registration.id)
        .options(joinedload(Registration.ticket_type), joinedload(Registration.booking))
        .order_by(*ends)
    ).all()


def _key_of(event_id: UUID, order: Order, row_id: UUID | None) -> tuple[Any, UUID] | None:
    if row_id is None:
        return None
    row = db.session.execute(
        sa.select(_KEYS[order][0], Registration.id).where(
            Registration.event_id == event_id, Registration.id == row_id
        )
    ).first()
    return (row[0], row[1]) if row else None


def _total(narrowed: _Narrowed, wanted: Wanted, counts: dict[RegistrationState, int]) -> int | None:
    if wanted.all_but_state:
        return counts.get(wanted.state, 0) if wanted.state else sum(counts.values())
    if narrowed.exactly is not None or not narrowed.countable:
        return narrowed.exactly
    found = (
        sa.select(Registration.id).where(*narrowed.conditions).limit(MOST_AT_ONCE + 1).subquery()
    )
    return db.session.scalar(sa.select(sa.func.count()).select_from(found)) or 0


def _narrowed(event_id: UUID, wanted: Wanted, everybody: int) -> _Narrowed:
    """Return conditions; `everybody` is how many the event has, 0 where walking is of no use."""
    words = looked_for(wanted.search)
    conditions = _filtered(event_id, wanted)
    if not words:
        return _Narrowed([*conditions, sa.false()] if wanted.search.strip() else conditions)
    weights = _weights(event_id, words)
    by_weight = sorted(zip(weights, words, strict=True), key=lambda one: one[0])
    rarest = by_weight[0][0]
    only_that = len(words) == 1 and wanted == Wanted(search=wanted.search)
    looked_up = rarest <= FEW and _probably(weights, everybody) < SOON_FULL
    if looked_up:
        first, *others = [word for _, word in by_weight]
        # The words are the event's own: naming it again would have SQLite walk all of its guests.
        conditions = conditions[1:]
        conditions.append(Registration.id.in_(_with_words(event_id, first, others)))
    else:
        conditions += [_has_word(word, Registration.id) for _, word in by_weight]
    return _Narrowed(conditions, rarest if only_that else None, rarest <= RARE, looked_up)


def _filtered(event_id: UUID, wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    conditions = [Registration.event_id == event_id]
    if wanted.state is not None:
        conditions.append(Registration.state == wanted.state)
    if wanted.type_id is not None:
        conditions.append(Registration.ticket_type_id == wanted.type_id)
    if wanted.tag:
        tagged = sa.select(RegistrationTag.registration_id).where(
            RegistrationTag.event_id == event_id, RegistrationTag.tag == wanted.tag
        )
        conditions.append(Registration.id.in_(tagged))
    if wanted.source is not None:
        came_so = sa.exists().where(
            Booking.id == Registration.booking_id, Booking.source == wanted.source
        )
        conditions.append(came_so)
    if wanted.inside is not None:
        there = [Registration.id.in_(one) for one in inside(event_id)]
        within = sa.or_(sa.false(), *there)
        conditions.append(within if wanted.inside else sa.not_(within))
    return conditions


def _probably(weights: Sequence[int], everybody: int) -> float:
    """Return how many have all the words if these have nothing to do with one another."""
    if not everybody:
        return 0
    shares = [
        min(1, (weight if weight <= FEW else max(FEW, everybody / 3)) / everybody)
        for weight in weights
    ]
    return everybody * prod(shares)


def _weights(event_id: UUID, words: Sequence[frozenset[str]]) -> list[int]:
    """Return how many registrations have each word, counted up to FEW and one more; 1 statement."""
    counted = [
        sa.select(sa.func.count())
        .select_from(_with_words(event_id, word, ()).limit(FEW + 1).subquery())
        .scalar_subquery()
        for word in words
    ]
    return list(db.session.execute(sa.select(*counted)).one())


def _with_words(
    event_id: UUID, first: frozenset[str], others: Sequence[frozenset[str]]
) -> sa.Select[Any]:
    """Return a select of registrations with all the words: the range of the first is read."""
    ranges = [
        sa.select(SearchWord.registration_id)
        .where(
            SearchWord.event_id == event_id,
            _begins(SearchWord.word, frozenset({beginning})),
            *(_has_word(word, SearchWord.registration_id) for word in others),
        )
        .distinct()
        for beginning in sorted(first)
    ]
    if len(ranges) == 1:
        return ranges[0]
    together = sa.union(*ranges).subquery()
    return sa.select(together.c.registration_id)


def _has_word(
    beginnings: frozenset[str], registration_id: sa.orm.InstrumentedAttribute[UUID]
) -> sa.ColumnElement[bool]:
    found = aliased(SearchWord)
    # Without the event, so that SQLite looks at the words of one guest, not at all that begin so;
    # the bounds keep PostgreSQL from joining every such word before the first row is shown.
    one = (
        sa.select(sa.literal(1))
        .where(found.registration_id == registration_id, _begins(found.word, beginnings))
        .correlate(Registration, SearchWord)
        .limit(1)
        .offset(0)
    )
    return sa.exists(one)


def _begins(column: Any, beginnings: frozenset[str]) -> sa.ColumnElement[bool]:  # noqa: ANN401 - a column of an alias
    return sa.or_(
        *(
            sa.and_(column >= beginning, column < past_beginning(beginning))
            for beginning in sorted(beginnings)
        )
    )
