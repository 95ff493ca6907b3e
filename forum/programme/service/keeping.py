"""How an event's programme is kept: shown at once or released, what is strict, who nods."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session as Transaction

from forum.core.actor import SYSTEM, Actor
from forum.core.db import writing
from forum.core.permissions import Action
from forum.core.revisions import check_unchanged, difference
from forum.events.models import Event
from forum.events.service import locked_event
from forum.programme.rules import ReleaseCause, ReleaseMode
from forum.programme.service.changes import note_programme
from forum.programme.service.layers import programme_of
from forum.programme.service.versions import note_release


@dataclass(frozen=True, slots=True)
class Keeping:
    """What an editor says of how the programme is kept; `turnaround` in minutes."""

    mode: ReleaseMode
    strict: tuple[str, ...]
    turnaround: int
    nod: bool


def keep_programme(
    actor: Actor, event_id: UUID, keeping: Keeping, *, now: datetime, seen: str | None = None
) -> None:
    """Change how an event's programme is kept; what waits for release goes on waiting.

    `seen` is the fingerprint a form carried. Raises ThingChangedMeanwhile.
    """
    with writing() as transaction:
        event = locked_event(transaction, actor, event_id, Action.EDIT_PROGRAMME)
        programme = programme_of(transaction, event.id)
        wanted = {
            "mode": keeping.mode,
            "strict": sorted(keeping.strict),
            "turnaround": keeping.turnaround,
            "nod": keeping.nod,
        }
        before = {name: getattr(programme, name) for name in wanted}
        if seen is not None:
            check_unchanged(seen, before)
        changes = difference(before, wanted)
        for name, value in wanted.items():
            setattr(programme, name, value)
        if changes:
            transaction.flush()
            note_programme(transaction, actor, event, "programme.kept", {"changes": changes}, now)


def withdraw_preview(actor: Actor, event_id: UUID, *, now: datetime) -> None:
    """Make every preview link of the programme that was handed out worthless."""
    with writing() as transaction:
        event = locked_event(transaction, actor, event_id, Action.EDIT_PROGRAMME)
        programme = programme_of(transaction, event.id)
        programme.preview_generation += 1
        transaction.flush()
        details = {"generation": programme.preview_generation}
        note_programme(transaction, actor, event, "programme.preview_withdrawn", details, now)


def note_first_version(transaction: Transaction, event: Event, now: datetime) -> None:
    """Make version 1: the programme that guests find when an event is published."""
    programme = programme_of(transaction, event.id)
    if programme.version == 0:
        note_release(transaction, SYSTEM, event, programme, [], now, ReleaseCause.FIRST)
