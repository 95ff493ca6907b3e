"""The cues of a session: who must do what, how many minutes after its start."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from forum.core import audit
from forum.core.actor import Actor
from forum.core.db import writing
from forum.core.page_scopes import changed, event_scope
from forum.core.revisions import check_unchanged
from forum.programme.models import Cue
from forum.programme.queries import cues_of
from forum.programme.rules import CueFor
from forum.programme.service.changes import locked_session


@dataclass(frozen=True, slots=True)
class CueLine:
    """A cue: `minutes` from the session's start, before it where negative."""

    audience: CueFor
    minutes: int
    said: str


def cue_values(cues: Iterable[Cue]) -> dict[str, list[list[object]]]:
    """Return what a form on a session's cues is made from, for its fingerprint."""
    return {"cues": [[one.audience, one.minutes, one.said] for one in cues]}


def keep_cues(
    actor: Actor,
    event_id: UUID,
    session_id: UUID,
    seen: str,
    cues: Sequence[CueLine],
    *,
    now: datetime,
) -> None:
    """Make a session's cues these; run sheets show them at once.

    `seen` is the fingerprint of what the form showed. Raises ThingChangedMeanwhile, NotFound.
    """
    with writing() as transaction:
        event, session = locked_session(transaction, actor, event_id, session_id)
        before = cue_values(cues_of([session.id]).get(session.id, []))
        check_unchanged(seen, before)
        transaction.execute(sa.delete(Cue).where(Cue.session_id == session.id))
        transaction.add_all(
            Cue(
                session_id=session.id,
                audience=one.audience.value,
                minutes=one.minutes,
                said=one.said,
            )
            for one in cues
        )
        transaction.flush()
        changed(transaction, event_scope(event.id))
        audit.record(
            transaction,
            actor,
            "session.cues",
            ("session", session.id),
            event.organisation_id,
            {"before": len(before["cues"]), "after": len(cues)},
            now,
        )
