"""Tables of places in sessions, stars, and speakers' seats."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from forum.core.db import Model
from forum.core.ids import uuid7
from forum.registrations.models.guests import Registration


class SessionPlace(Model):
    """A registration's place in a session where people must sign up, or its turn to wait for one.

    A session that a guest leaves keeps no row; its pool counts who holds a place.
    """

    __tablename__ = "session_place"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    registration_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("registration.id", ondelete="CASCADE")
    )
    session_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("session.id", ondelete="CASCADE"), index=True
    )
    seated: Mapped[bool]
    asked_at: Mapped[datetime]
    seated_at: Mapped[datetime | None]

    registration: Mapped[Registration] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        sa.UniqueConstraint("registration_id", "session_id"),
        sa.CheckConstraint("seated = (seated_at IS NOT NULL)", name="seated_at"),
    )


class Star(Model):
    """A session that a guest means to see; it holds no place."""

    __tablename__ = "star"

    registration_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("registration.id", ondelete="CASCADE"), primary_key=True
    )
    session_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("session.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    starred_at: Mapped[datetime]


class SpeakerSeat(Model):
    """The registration of a speaker at an event; `waited` where a guest in the line became one."""

    __tablename__ = "speaker_seat"

    engagement_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("engagement.id", ondelete="CASCADE"), primary_key=True
    )
    registration_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("registration.id", ondelete="CASCADE"), unique=True
    )
    waited: Mapped[bool] = mapped_column(default=False)
