"""Which devices may work, and when they were last seen."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from forum.checkin import queries, rules
from forum.checkin.errors import DeviceLocked, NotPaired
from forum.checkin.models import Device
from forum.checkin.queries import AtTheDoor
from forum.core.db import writing

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.core.actor import Actor


def working_device(secret: str, *, now: datetime) -> AtTheDoor:
    """Return the device of a secret; raises NotPaired and DeviceLocked."""
    at = queries.device_by_secret(secret) if secret else None
    return _unlocked(at, now)


def working(session: Session, actor: Actor, now: datetime) -> AtTheDoor:
    """Return the device that acts; raises NotPaired and DeviceLocked."""
    at = queries.device_by_id(session, actor.id) if actor.id else None
    return _unlocked(at, now)


def _unlocked(at: AtTheDoor | None, now: datetime) -> AtTheDoor:
    if at is None:
        raise NotPaired
    if at.is_locked(now):
        raise DeviceLocked
    return at


def hello(actor: Actor, *, now: datetime) -> None:
    """Note that the device is there, at most every half minute."""
    with writing() as session:
        at = working(session, actor, now)
        note_presence(session, at.device, None, now)


def note_presence(
    session: Session,
    device: Device,
    sent_at: datetime | None,
    now: datetime,
) -> None:
    """Write down when a device was last there and how far its clock is off, now and then."""
    if now - device.last_seen_at < rules.SEEN_EVERY:
        return
    values: dict[str, Any] = {"last_seen_at": now}
    if sent_at is not None:
        values["clock_behind_ms"] = (now - sent_at) // timedelta(milliseconds=1)
    session.execute(sa.update(Device).where(Device.id == device.id).values(**values))
