"""Named reads of devices, checkpoints, counts, and guests by name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from forum.checkin.models import Admission, Checkpoint, CheckpointType, Device, PairingLink
from forum.checkin.queries.readings import guest_of
from forum.checkin.verdicts import Count, Guest
from forum.core.db import db
from forum.core.links import hashed
from forum.core.text import Text, plain_key
from forum.events.models import Event
from forum.registrations.models import Registration, TicketType
from forum.registrations.rules import RegistrationState
from forum.seats.models import SeatPool
from forum.seats.rules import PoolAbout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class AtTheDoor:
    """A device with the checkpoint and the event that it works for."""

    device: Device
    checkpoint: Checkpoint
    event: Event

    def is_locked(self, now: datetime) -> bool:
        """Whether the organiser locked the device, or its time is over."""
        return self.device.revoked_at is not None or self.device.expires_at <= now

    @property
    def zone(self) -> ZoneInfo:
        """The event's zone."""
        return ZoneInfo(self.event.time_zone)


@dataclass(frozen=True, slots=True)
class PairingOffer:
    """What a pairing link leads to, before anybody has used it."""

    link: PairingLink
    checkpoint: Checkpoint
    event: Event


@dataclass(frozen=True, slots=True)
class CheckpointRow:
    """A checkpoint with how many are in its place."""

    checkpoint: Checkpoint
    admitted: int


@dataclass(frozen=True, slots=True)
class Room:
    """How full the room is: who is in, whoever they are, and who may still come.

    `coming` are confirmed guests on the event's own seats who are not in yet; `kept` are such seats
    that are offered, held for a request or put aside.
    """

    admitted: int
    coming: int
    kept: int


def _devices() -> sa.Select[Device, Checkpoint, Event]:
    return (
        sa.select(Device, Checkpoint, Event)
        .join(Checkpoint, Checkpoint.id == Device.checkpoint_id)
        .join(Event, Event.id == Device.event_id)
    )


def device_by_secret(secret: str) -> AtTheDoor | None:
    """Return the device that holds this secret, locked or not, in one statement."""
    row = db.session.execute(_devices().where(Device.secret_hash == hashed(secret))).first()
    return AtTheDoor(*row) if row else None


def device_by_id(session: Session, device_id: UUID) -> AtTheDoor | None:
    """Return a device, locked or not, in one statement."""
    row = session.execute(_devices().where(Device.id == device_id)).first()
    return AtTheDoor(*row) if row else None


def pairing_offer(session: Session, secret: str) -> PairingOffer | None:
    """Return what a pairing link leads to, used or lapsed too, in one statement."""
    row = session.execute(
        sa.select(PairingLink, Checkpoint, Event)
        .join(Checkpoint, Checkpoint.id == PairingLink.checkpoint_id)
        .join(Event, Event.id == PairingLink.event_id)
        .where(PairingLink.secret_hash == hashed(secret)),
    ).first()
    return PairingOffer(*row) if row else None


def count(session: Session, event_id: UUID, place_id: UUID) -> Count:
    """Return how many are in the place and how many guests are confirmed, in one statement."""
    admitted = (
        sa.select(sa.func.count())
        .select_from(Admission)
        .where(Admission.place_id == place_id, Admission.undone_at.is_(None))
        .scalar_subquery()
    )
    expected = (
        sa.select(sa.func.count())
        .select_from(Registration)
        .where(Registration.event_id == event_id, Registration.state == RegistrationState.CONFIRMED)
        .scalar_subquery()
    )
    return Count(*session.execute(sa.select(admitted, expected)).one())


def room_of(session: Session, event_id: UUID) -> Room:
    """Return who is in and who holds a seat of the event's own, in one statement."""
    here = sa.exists().where(
        Admission.place_id == event_id,
        Admission.registration_id == Registration.id,
        Admission.undone_at.is_(None),
    )
    admitted = (
        sa.select(sa.func.count())
        .select_from(Admission)
        .where(Admission.place_id == event_id, Admission.undone_at.is_(None))
        .scalar_subquery()
    )
    confirmed = (
        sa.select(sa.func.count())
        .select_from(Registration)
        .join(TicketType, TicketType.id == Registration.ticket_type_id)
        .join(SeatPool, SeatPool.id == TicketType.pool_id)
        .where(
            Registration.event_id == event_id,
            Registration.state == RegistrationState.CONFIRMED,
            SeatPool.about == PoolAbout.EVENT,
        )
    )
    taken = (
        sa.select(sa.func.coalesce(sa.func.sum(SeatPool.taken), 0))
        .where(SeatPool.event_id == event_id, SeatPool.about == PoolAbout.EVENT)
        .scalar_subquery()
    )
    row = session.execute(
        sa.select(
            admitted,
            confirmed.where(~here).scalar_subquery(),
            taken - confirmed.scalar_subquery(),
        )
    ).one()
    return Room(row[0], row[1], max(0, row[2]))


def seats_free(session: Session, event_id: UUID) -> int:
    """Return how many seats of the event nobody holds, in one statement."""
    free = session.scalar(
        sa.select(sa.func.sum(SeatPool.capacity - SeatPool.taken)).where(
            SeatPool.event_id == event_id, SeatPool.about == PoolAbout.EVENT
        ),
    )
    return int(free or 0)


def guests_by_words(
    event_id: UUID,
    place_id: UUID,
    words: Sequence[str],
    limit: int,
) -> list[tuple[Guest, RegistrationState, datetime | None]]:
    """Return guests whose name, organisation or code holds every word, in one statement.

    With each comes since when they are in this place, None for those who are not.
    """
    wanted = [_mentions(word) for word in words]
    rows = db.session.execute(
        sa.select(Registration, TicketType.name, Admission.admitted_at)
        .join(TicketType, TicketType.id == Registration.ticket_type_id)
        .outerjoin(
            Admission,
            sa.and_(
                Admission.registration_id == Registration.id,
                Admission.place_id == place_id,
                Admission.undone_at.is_(None),
            ),
        )
        .where(Registration.event_id == event_id, *wanted)
        .order_by(
            Registration.state != RegistrationState.CONFIRMED,
            sa.func.lower(Registration.name),
            Registration.id,
        )
        .limit(limit),
    )
    return [(guest_of(row, kind), row.state, since) for row, kind, since in rows]


def _mentions(word: str) -> sa.ColumnElement[bool]:
    """Look through what registrations are searched by, but for the address."""
    looked_through = sa.func.replace(Registration.search_text, Registration.email_key, "")
    written = {plain_key(word), plain_key(word).replace("-", "")} - {""}
    return sa.or_(*(looked_through.contains(one, autoescape=True) for one in sorted(written)))


def checkpoints(event_id: UUID) -> list[CheckpointRow]:
    """Return an event's checkpoints, oldest first, with how many are in, in two statements."""
    counted = db.session.execute(
        sa.select(Admission.place_id, sa.func.count())
        .where(Admission.event_id == event_id, Admission.undone_at.is_(None))
        .group_by(Admission.place_id),
    )
    admitted = {row[0]: row[1] for row in counted}
    rows = db.session.scalars(
        sa.select(Checkpoint)
        .where(Checkpoint.event_id == event_id)
        .order_by(Checkpoint.created_at, Checkpoint.id),
    )
    return [CheckpointRow(row, admitted.get(row.place_id, 0)) for row in rows]


def devices(event_id: UUID) -> list[tuple[Device, Text]]:
    """Return an event's devices, newest first, with their checkpoints' names, in one statement."""
    rows = db.session.execute(
        sa.select(Device, Checkpoint.name)
        .join(Checkpoint, Checkpoint.id == Device.checkpoint_id)
        .where(Device.event_id == event_id, Device.office.is_(False))
        .order_by(Device.paired_at.desc(), Device.id.desc()),
    )
    return [(device, name) for device, name in rows]


def checkpoint_of(session: Session, event_id: UUID, checkpoint_id: UUID) -> Checkpoint | None:
    """Return one checkpoint of one event, in one statement."""
    return session.scalar(
        sa.select(Checkpoint).where(
            Checkpoint.event_id == event_id, Checkpoint.id == checkpoint_id
        ),
    )


def device_of(session: Session, event_id: UUID, device_id: UUID) -> Device | None:
    """Return one device of one event, in one statement."""
    return session.scalar(
        sa.select(Device).where(Device.event_id == event_id, Device.id == device_id),
    )


def types_entering(checkpoint_id: UUID) -> set[UUID]:
    """Return the only ticket types that may enter at a checkpoint, none for all; one statement."""
    return set(
        db.session.scalars(
            sa.select(CheckpointType.ticket_type_id).where(
                CheckpointType.checkpoint_id == checkpoint_id
            )
        )
    )
