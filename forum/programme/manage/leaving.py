"""Whom it reaches when a room or a profile is removed, for the pages that ask before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session as Transaction

from forum.core import clock
from forum.core.i18n import sentences
from forum.core.impact import Impact, Releasing, counts_impact, reach_of
from forum.programme.models import Appearance, Session
from forum.programme.rules import SessionState
from forum.programme.service.leaving import in_room, on_stage


@counts_impact("room")
def sessions_of_a_room(transaction: Transaction, room_id: UUID) -> list[Impact]:
    """Count the sessions that lose a room, and who is told of it (at most 8 statements)."""
    found = _on_stage(transaction, in_room(Session, room_id))
    number = sum(map(len, found.values()))
    says = sentences("session loses its room", "sessions lose their room", number)
    told = [
        impact
        for event_id, casts in found.items()
        for impact in _told(transaction, event_id, casts, frozenset().union(*casts.values()))
    ]
    return [Impact(number, says), *told]


@counts_impact("speaker")
def sessions_of_a_speaker(transaction: Transaction, speaker_id: UUID) -> list[Impact]:
    """Count who is told that somebody goes: the others on stage (1 statement, 5 for each event)."""
    return [
        impact
        for event_id, casts in _on_stage(transaction, on_stage(speaker_id)).items()
        for impact in _told(
            transaction, event_id, (), frozenset().union(*casts.values()) - {speaker_id}
        )
    ]


def _on_stage(
    transaction: Transaction, concerned: sa.ColumnElement[bool]
) -> Mapping[UUID, Mapping[UUID, frozenset[UUID]]]:
    """Return by event the sessions that take place, each with who is on stage (1 statement)."""
    found: dict[UUID, dict[UUID, frozenset[UUID]]] = defaultdict(dict)
    for event_id, session_id, speaker_id in transaction.execute(
        sa.select(Session.event_id, Session.id, Appearance.speaker_id)
        .outerjoin(Appearance, Appearance.session_id == Session.id)
        .where(concerned, Session.state == SessionState.CONFIRMED)
    ):
        known = found[event_id].get(session_id, frozenset())
        found[event_id][session_id] = known | ({speaker_id} - {None})
    return found


def _told(
    transaction: Transaction,
    event_id: UUID,
    session_ids: Collection[UUID],
    speaker_ids: frozenset[UUID],
) -> list[Impact]:
    """Return who is written to, among these speakers and the guests of these sessions."""
    releasing = Releasing(event_id, frozenset(session_ids), speaker_ids, clock.now())
    return [one for one in reach_of(transaction, releasing).impacts if one.mailed]
