"""Conflicts that the organiser made strict: what causes one is not saved, or not released."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session as Transaction

from forum.core.errors import Conflict
from forum.core.i18n import Sentence, sentence
from forum.events.models import Event
from forum.programme.conflict_words import CONFLICTS
from forum.programme.models import Programme, Session
from forum.programme.queries import shown_conflicts
from forum.programme.rules import ConflictKind, Warned, caused

MOST_NAMED = 3


class StrictConflict(Conflict):
    """What was to be shown to guests causes a conflict of a kind that is strict here."""

    code = "strict_conflict"
    status = 422

    def __init__(self, found: list[Warned], says: Sentence) -> None:
        """Keep the conflicts, for pages that say each of them."""
        super().__init__(says)
        self.found = found


@contextmanager
def strictly(transaction: Transaction, event: Event, programme: Programme) -> Iterator[None]:
    """Raise StrictConflict where the block causes a strict conflict of what guests see.

    No statement where nothing is strict, else a constant number of them.
    """
    strict = frozenset(programme.strict)
    if not strict:
        yield
        return
    before = _strict(event, programme.turnaround, strict)
    yield
    transaction.flush()
    found = caused(before, _strict(event, programme.turnaround, strict))
    if found:
        raise StrictConflict(found, _says(transaction, event, found))


def refuse_resized(
    transaction: Transaction,
    event_id: UUID,
    room_id: UUID,
    before: int | None,
    after: int | None,
) -> None:
    """Raise StrictConflict where a room of another size causes a strict conflict.

    One statement where nothing is strict, else a constant number of them.
    """
    programme = transaction.get(Programme, event_id)
    if programme is None or not programme.strict:
        return
    event, strict = transaction.get_one(Event, event_id), frozenset(programme.strict)
    then, now = (
        _strict(event, programme.turnaround, strict, {room_id: size}) for size in (before, after)
    )
    if found := caused(then, now):
        raise StrictConflict(found, _says(transaction, event, found))


def _strict(
    event: Event,
    turnaround: int,
    strict: frozenset[str],
    sizes: Mapping[UUID, int | None] | None = None,
) -> list[Warned]:
    return [one for one in shown_conflicts(event, turnaround, sizes) if one.kind.value in strict]


def _says(transaction: Transaction, event: Event, found: list[Warned]) -> Sentence:
    kind = ConflictKind(found[0].kind)
    named = dict.fromkeys(one for warned in found for one in warned.sessions)
    titles = _titles(transaction, event, list(named)[:MOST_NAMED])
    return sentence(
        "%(conflict)s: %(sessions)s. This kind of conflict is strict here, so nothing was changed.",
        conflict=CONFLICTS[kind],
        sessions=" · ".join(titles) + (" …" if len(named) > MOST_NAMED else ""),
    )


def _titles(transaction: Transaction, event: Event, sessions: list[UUID]) -> list[str]:
    rows = transaction.execute(
        sa.select(Session.id, Session.title).where(Session.id.in_(sessions))
    ).all()
    titles = {row.id: row.title for row in rows}
    return [titles[one].pick(event.languages[0], event.languages).text for one in sessions]
