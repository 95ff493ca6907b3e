"""The places where an event's tickets are scanned."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.checkin import queries
from forum.checkin.errors import CheckpointUnnamed, HoursReversed, NoSuchCheckpoint
from forum.checkin.models import Checkpoint, CheckpointType
from forum.checkin.rules import CheckpointKind, Hours
from forum.core import audit
from forum.core.db import writing
from forum.core.ids import uuid7
from forum.core.permissions import Action, require
from forum.core.text import Text
from forum.events.models import Event
from forum.registrations.models import TicketType

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.core.actor import Actor


ALWAYS = Hours()
MAIN_DOOR = Text({"en": "Main door", "zh-Hant": "正門", "zh-Hans": "正门"})


def main_checkpoint(actor: Actor, event: Event, *, now: datetime) -> UUID:
    """Return the event's first checkpoint, making the main door where there is none."""
    require(actor, Action.PAIR_DEVICES, event.organisation_id)
    organisation_id, event_id = event.organisation_id, event.id
    with writing() as session:
        # Two organisers who ask together are served one after the other on PostgreSQL too.
        session.execute(sa.select(Event.id).where(Event.id == event_id).with_for_update())
        first = session.scalar(
            sa.select(Checkpoint.id)
            .where(Checkpoint.event_id == event_id)
            .order_by(Checkpoint.created_at, Checkpoint.id)
            .limit(1),
        )
        if first is not None:
            return first
        made = uuid7()
        session.add(
            Checkpoint(
                id=made,
                event_id=event_id,
                name=MAIN_DOOR,
                kind=CheckpointKind.ENTRANCE,
                created_at=now,
            )
        )
        audit.record(
            session,
            actor,
            "checkin.checkpoint_made",
            ("checkpoint", made),
            organisation_id,
            {"name": MAIN_DOOR.get("en")},
            now,
        )
        return made


def add_checkpoint(
    actor: Actor,
    event: Event,
    name: Text,
    kind: CheckpointKind,
    *,
    now: datetime,
    hours: Hours = ALWAYS,
    types: Collection[UUID] = (),
) -> UUID:
    """Add a place where tickets are scanned; raises NameMissing and HoursReversed.

    `types` are the only ticket types that may enter there; without any, all may.
    """
    require(actor, Action.PAIR_DEVICES, event.organisation_id)
    _check(name, hours)
    organisation_id, event_id, made = event.organisation_id, event.id, uuid7()
    with writing() as session:
        session.add(
            Checkpoint(
                id=made,
                event_id=event_id,
                name=name,
                kind=kind,
                opens_at=hours.opens_at,
                closes_at=hours.closes_at,
                created_at=now,
            )
        )
        session.flush()
        _let_enter(session, event_id, made, types)
        audit.record(
            session,
            actor,
            "checkin.checkpoint_made",
            ("checkpoint", made),
            organisation_id,
            _told(name, hours) | {"types": sorted(map(str, types))},
            now,
        )
    return made


def change_checkpoint(
    actor: Actor,
    event: Event,
    checkpoint_id: UUID,
    name: Text,
    hours: Hours,
    *,
    now: datetime,
    types: Collection[UUID] = (),
) -> None:
    """Change a checkpoint's name, hours and types; its kind stays, for admissions hang on it.

    Raises NoSuchCheckpoint, NameMissing and HoursReversed.
    """
    require(actor, Action.PAIR_DEVICES, event.organisation_id)
    _check(name, hours)
    organisation_id, event_id = event.organisation_id, event.id
    with writing() as session:
        row = queries.checkpoint_of(session, event_id, checkpoint_id)
        if row is None:
            raise NoSuchCheckpoint
        before = _told(row.name, Hours(row.opens_at, row.closes_at))
        row.name, row.opens_at, row.closes_at = name, hours.opens_at, hours.closes_at
        _let_enter(session, event_id, row.id, types)
        audit.record(
            session,
            actor,
            "checkin.checkpoint_changed",
            ("checkpoint", row.id),
            organisation_id,
            {
                "before": before,
                "after": _told(name, hours) | {"types": sorted(map(str, types))},
            },
            now,
        )


def _let_enter(
    session: Session, event_id: UUID, checkpoint_id: UUID, types: Collection[UUID]
) -> None:
    """Name the types that may enter; those of other events are passed over."""
    session.execute(sa.delete(CheckpointType).where(CheckpointType.checkpoint_id == checkpoint_id))
    of_event = session.scalars(
        sa.select(TicketType.id).where(
            TicketType.event_id == event_id, TicketType.id.in_(list(types))
        )
    )
    session.add_all(
        [
            CheckpointType(checkpoint_id=checkpoint_id, ticket_type_id=type_id)
            for type_id in of_event
        ]
    )
    session.flush()


def _check(name: Text, hours: Hours) -> None:
    if not name:
        raise CheckpointUnnamed(field="name")
    if hours.opens_at and hours.closes_at and hours.opens_at >= hours.closes_at:
        raise HoursReversed(field="closes_at")


def _told(name: Text, hours: Hours) -> dict[str, object]:
    return {
        "name": dict(name.by_language),
        "opens_at": hours.opens_at.isoformat() if hours.opens_at else None,
        "closes_at": hours.closes_at.isoformat() if hours.closes_at else None,
    }
