"""Search in the organiser's list: who has words that begin so, in the order of the list.

Beside each word stands by what the list is sorted: an index of words alone says who comes first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from forum.core.db import db
from forum.registrations.models import Registration, SearchWord
from forum.registrations.queries.filtering import Fits, Ids
from forum.registrations.rules.listing import MOST_AT_ONCE
from forum.registrations.rules.searching import past_beginning

Beginnings = frozenset[str]
"""A word of a search: what a word of a registration may begin with, any of them."""

FEW = 30_000
"""A word that is found so often at most is looked up; a commoner one is only checked."""

READ_AT_MOST = 4
"""So many times as often as the rarest word another may be found that is read and not checked: to
look at the words of one guest takes as long as to read some that stand together."""


@dataclass(frozen=True, slots=True)
class Way:
    """The way through the list: by a column and then the id, on from a row's key."""

    by: sa.orm.InstrumentedAttribute[Any]
    falling: bool
    start: tuple[Any, UUID] | None

    def on(self, place: Any, ids: Any) -> list[sa.ColumnElement[bool]]:  # noqa: ANN401 - columns of a table or a select
        """Return the condition of what comes after the start, if there is one."""
        if self.start is None:
            return []
        here = sa.tuple_(
            sa.literal(self.start[0], self.by.type), sa.literal(self.start[1], Registration.id.type)
        )
        key = sa.tuple_(place, ids)
        return [key < here if self.falling else key > here]

    def ends(self, place: Any, ids: Any) -> tuple[Any, Any]:  # noqa: ANN401 - as above
        """Return by what rows are sorted."""
        return (place.desc(), ids.desc()) if self.falling else (place, ids)


@dataclass(frozen=True, slots=True)
class Search:
    """The words that are looked for: those that are `read`, the rarest first, and the `checked`.

    `weight` is how often the rarest is found, up to FEW and one more: a registration counts again
    for each of its words that begin so. `many` says of a single word whether it is known that more
    than MOST_AT_ONCE registrations have it.
    """

    read: Sequence[Beginnings]
    checked: Sequence[Beginnings]
    weight: int
    many: bool


def weighed(event_id: UUID, words: Sequence[Beginnings], *, alone: bool = False) -> Search:
    """Return a search by how often its words are found; one statement.

    `many` is only found out for a word `alone`.
    """
    counted = [_having(event_id, word, SearchWord.registration_id).limit(FEW + 1) for word in words]
    if alone:
        every = _having(event_id, words[0], SearchWord.registration_id).subquery()
        counted.append(sa.select(every).distinct().limit(MOST_AT_ONCE + 1))
    row = db.session.execute(
        sa.select(
            *(
                sa.select(sa.func.count()).select_from(one.subquery()).scalar_subquery()
                for one in counted
            )
        )
    ).one()
    by_weight = sorted(zip(row[: len(words)], words, strict=True), key=lambda one: one[0])
    least = by_weight[0][0]
    most = min(FEW, max(least, 1) * READ_AT_MOST)
    return Search(
        read=[word for weight, word in by_weight if weight <= most],
        checked=[word for weight, word in by_weight if weight > most],
        weight=least,
        many=alone and row[-1] > MOST_AT_ONCE,
    )


def ids_found(event_id: UUID, search: Search) -> sa.Select[Any]:
    """Return a select of the registrations that have all the words, of which some are read."""
    first, *others = search.read
    ids = _having(event_id, first, SearchWord.registration_id).subquery().c.registration_id
    checked = [has_word(word, ids) for word in search.checked]
    return sa.select(ids).where(*_among(event_id, others, ids), *checked)


def first_found(
    event_id: UUID, search: Search, way: Way, fits: Sequence[Fits], limit: int
) -> sa.Subquery:
    """Return the ids of the first on the way that fit and have all the words; some are read."""
    first, *others = search.read
    place, own_id = SearchWord.__table__.c[way.by.key], SearchWord.__table__.c.registration_id
    found = _having(
        event_id, first, place.label("place"), own_id.label("id"), after=way.on(place, own_id)
    ).subquery()
    hits = (
        sa.select(found.c.place, found.c.id)
        .where(*_among(event_id, others, found.c.id))
        # To say DISTINCT instead takes SQLite several times as long.
        .group_by(found.c.place, found.c.id)
        .order_by(*way.ends(found.c.place, found.c.id))
    )
    if not search.checked and not fits:
        return hits.limit(limit).subquery()
    # Sorted first, then looked at one by one until there are enough. The bound keeps the sorting
    # inside; to sort once more outside would have SQLite look at every one of them.
    in_order = hits.offset(0).subquery()
    ids = in_order.c.id
    conditions = [*(one(ids) for one in fits), *(has_word(word, ids) for word in search.checked)]
    return sa.select(ids).where(*conditions).limit(limit).subquery()


def has_word(beginnings: Beginnings, ids: Ids) -> sa.ColumnElement[bool]:
    """Return whether a registration has a word that begins so."""
    found = aliased(SearchWord)
    # Without the event, so that SQLite looks at the words of one guest, not at all that begin so;
    # the bounds keep PostgreSQL from joining every such word before the first row is shown.
    one = (
        sa.select(sa.literal(1))
        .where(found.registration_id == ids, _begins(found.word, beginnings))
        .correlate_except(found)
        .limit(1)
        .offset(0)
    )
    return sa.exists(one)


def _among(event_id: UUID, words: Sequence[Beginnings], ids: Ids) -> list[sa.ColumnElement[bool]]:
    """Return conditions for which who has each of the words is read once: they are few."""
    own_id = SearchWord.registration_id
    # The bound keeps PostgreSQL from looking at each guest's words one after the other.
    return [ids.in_(_having(event_id, word, own_id).offset(0)) for word in words]


def _having(
    event_id: UUID,
    word: Beginnings,
    *columns: Any,  # noqa: ANN401 - columns of the table, under any name
    after: Sequence[sa.ColumnElement[bool]] = (),
) -> sa.Select[Any] | sa.CompoundSelect[Any]:
    """Return columns of an event's words that begin so; each beginning is a range of the index."""
    ranges = [
        sa.select(*columns).where(
            SearchWord.event_id == event_id,
            _begins(SearchWord.word, frozenset({beginning})),
            *after,
        )
        for beginning in sorted(word)
    ]
    return ranges[0] if len(ranges) == 1 else sa.union_all(*ranges)


def _begins(column: Any, beginnings: Beginnings) -> sa.ColumnElement[bool]:  # noqa: ANN401 - a column of an alias
    return sa.or_(
        *(
            sa.and_(column >= beginning, column < past_beginning(beginning))
            for beginning in sorted(beginnings)
        )
    )
