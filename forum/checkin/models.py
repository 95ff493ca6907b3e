"""What the door keeps: checkpoints, paired devices, every scan, and who is in."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from forum.checkin.rules import CheckpointKind, Kind, Reason, Way
from forum.core.db import Model, enum_column
from forum.core.ids import uuid7
from forum.core.text import Text

LIVE = sa.text("undone_at IS NULL")


class Checkpoint(Model):
    """A place where tickets are scanned; all entrances of an event admit to the same place."""

    __tablename__ = "checkpoint"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    event_id: Mapped[UUID] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"))
    name: Mapped[Text]
    kind: Mapped[CheckpointKind] = mapped_column(enum_column(CheckpointKind, "checkpoint_kind"))
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    __table_args__ = (
        sa.Index("ix_checkpoint_event_id", "event_id"),
        sa.CheckConstraint(
            "opens_at IS NULL OR closes_at IS NULL OR opens_at < closes_at",
            name="opens_before_it_closes",
        ),
    )

    @property
    def place_id(self) -> UUID:
        """What an admission here lets into: the event by any entrance, else this room."""
        return self.event_id if self.kind is CheckpointKind.ENTRANCE else self.id


class CheckpointType(Model):
    """A ticket type that may enter at a checkpoint; where none is named, all of them may."""

    __tablename__ = "checkpoint_type"

    checkpoint_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("checkpoint.id", ondelete="CASCADE"), primary_key=True
    )
    ticket_type_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("ticket_type.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class PairingLink(Model):
    """A one-time secret that turns a phone into a device of one checkpoint."""

    __tablename__ = "pairing_link"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    event_id: Mapped[UUID] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"))
    checkpoint_id: Mapped[UUID] = mapped_column(sa.ForeignKey("checkpoint.id", ondelete="CASCADE"))
    secret_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32), unique=True)
    may_search: Mapped[bool] = mapped_column(default=True)
    made_by_id: Mapped[UUID | None]
    made_by_name: Mapped[str] = mapped_column(sa.String(200), default="")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    __table_args__ = (
        sa.Index("ix_pairing_link_event_id", "event_id"),
        sa.Index("ix_pairing_link_checkpoint_id", "checkpoint_id"),
        sa.CheckConstraint("expires_at > created_at", name="lasts"),
    )


class Device(Model):
    """A paired phone or scanner with the rights of its checkpoint, until it lapses or is locked.

    One that is `office` is no phone: it stands for a member who lets people in on an office page.
    """

    __tablename__ = "device"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    organisation_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("organisation.id", ondelete="CASCADE"),
    )
    event_id: Mapped[UUID] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"))
    checkpoint_id: Mapped[UUID] = mapped_column(sa.ForeignKey("checkpoint.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(sa.String(80))
    secret_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32), unique=True)
    may_search: Mapped[bool] = mapped_column(default=True)
    office: Mapped[bool] = mapped_column(default=False)
    paired_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    clock_behind_ms: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    revoked_at: Mapped[datetime | None]

    __table_args__ = (
        sa.Index("ix_device_event_id", "event_id"),
        sa.Index("ix_device_organisation_id", "organisation_id"),
        sa.Index("ix_device_checkpoint_id", "checkpoint_id"),
        sa.CheckConstraint("expires_at > paired_at", name="lasts"),
    )


class Scan(Model):
    """One reading, stored for ever under the id that the device gave it, with its verdict.

    The code itself opens doors, so only its hash and a shortened form are kept.
    """

    __tablename__ = "scan"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    device_id: Mapped[UUID] = mapped_column(sa.ForeignKey("device.id", ondelete="CASCADE"))
    scan_id: Mapped[UUID]
    event_id: Mapped[UUID] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"))
    checkpoint_id: Mapped[UUID] = mapped_column(sa.ForeignKey("checkpoint.id", ondelete="CASCADE"))
    registration_id: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("registration.id", ondelete="SET NULL"),
    )
    way: Mapped[Way] = mapped_column(enum_column(Way, "scan_way"))
    code_shown: Mapped[str] = mapped_column(sa.String(24), default="")
    code_hash: Mapped[bytes | None] = mapped_column(sa.LargeBinary(32))
    kind: Mapped[Kind] = mapped_column(enum_column(Kind, "scan_kind"), default=Kind.NEUTRAL)
    reason: Mapped[Reason] = mapped_column(
        enum_column(Reason, "scan_reason", 24),
        default=Reason.RECEIVED,
    )
    earlier_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("scan.id", ondelete="SET NULL"))
    scanned_at: Mapped[datetime]
    received_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]
    undone_because: Mapped[str] = mapped_column(sa.String(200), default="")

    __table_args__ = (
        sa.UniqueConstraint("device_id", "scan_id", name="uq_scan_device_id_scan_id"),
        sa.Index("ix_scan_event_id_received_at", "event_id", "received_at"),
        sa.Index("ix_scan_checkpoint_id", "checkpoint_id"),
        sa.Index("ix_scan_registration_id", "registration_id"),
        sa.Index("ix_scan_earlier_id", "earlier_id"),
    )


class Admission(Model):
    """A guest who is in: at most one that stands for each registration and place."""

    __tablename__ = "admission"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    event_id: Mapped[UUID] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"))
    registration_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("registration.id", ondelete="CASCADE"),
    )
    checkpoint_id: Mapped[UUID] = mapped_column(sa.ForeignKey("checkpoint.id", ondelete="CASCADE"))
    place_id: Mapped[UUID]
    scan_id: Mapped[UUID] = mapped_column(sa.ForeignKey("scan.id", ondelete="CASCADE"), unique=True)
    device_name: Mapped[str] = mapped_column(sa.String(80))
    admitted_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]

    __table_args__ = (
        sa.Index(
            "uq_admission_registration_id_place_id",
            "registration_id",
            "place_id",
            unique=True,
            sqlite_where=LIVE,
            postgresql_where=LIVE,
        ),
        sa.Index("ix_admission_place_id", "place_id", sqlite_where=LIVE, postgresql_where=LIVE),
        sa.Index("ix_admission_event_id", "event_id"),
        sa.Index("ix_admission_checkpoint_id", "checkpoint_id"),
    )
