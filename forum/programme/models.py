"""Tables of the programme: tracks, sessions, speakers, and who appears where in what role."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from forum.core.db import Model, enum_column
from forum.core.ids import uuid7
from forum.core.text import Text
from forum.events.models import Picture, Room
from forum.programme.rules import AppearanceRole, SessionKind, SessionState


class Track(Model):
    """A thread through the programme of an event."""

    __tablename__ = "track"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    event_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("event.id", ondelete="CASCADE"), index=True
    )
    slug: Mapped[str] = mapped_column(sa.String(80))
    name: Mapped[Text]
    position: Mapped[int] = mapped_column(default=0)

    __table_args__ = (sa.UniqueConstraint("event_id", "slug"),)


class Session(Model):
    """A programme item; without a time it waits in the tray. `day` is where it is listed."""

    __tablename__ = "session"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    event_id: Mapped[UUID] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"))
    room_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("room.id", ondelete="SET NULL"))
    track_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("track.id", ondelete="SET NULL"))
    kind: Mapped[SessionKind] = mapped_column(enum_column(SessionKind, "session_kind"))
    state: Mapped[SessionState] = mapped_column(
        enum_column(SessionState, "session_state"), default=SessionState.DRAFT
    )
    title: Mapped[Text]
    abstract: Mapped[Text] = mapped_column(default=Text)
    spoken: Mapped[Text] = mapped_column(default=Text)
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    day: Mapped[date | None]
    stream_url: Mapped[str] = mapped_column(sa.String(500), default="")
    position: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(default=1)
    calendar_sequence: Mapped[int] = mapped_column(default=0)
    source_id: Mapped[str | None] = mapped_column(sa.String(120))

    room: Mapped[Room | None] = relationship(lazy="raise_on_sql")
    track: Mapped[Track | None] = relationship(lazy="raise_on_sql")
    appearances: Mapped[list[Appearance]] = relationship(
        lazy="raise_on_sql",
        order_by="Appearance.position",
        back_populates="session",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )

    __table_args__ = (
        sa.Index("ix_session_event", "event_id", "starts_at"),
        sa.UniqueConstraint("event_id", "source_id"),
        sa.CheckConstraint(
            "(starts_at IS NULL AND ends_at IS NULL AND day IS NULL)"
            " OR (ends_at > starts_at AND day IS NOT NULL)",
            name="time_whole",
        ),
        sa.CheckConstraint("revision > 0 AND calendar_sequence >= 0", name="counters"),
    )


class Speaker(Model):
    """A person's profile at an organisation; `precedence` orders protocol lists, low first."""

    __tablename__ = "speaker"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    organisation_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("organisation.id", ondelete="CASCADE"), index=True
    )
    slug: Mapped[str] = mapped_column(sa.String(80))
    name: Mapped[str] = mapped_column(sa.String(200))
    name_zh: Mapped[str] = mapped_column(sa.String(200), default="")
    salutation: Mapped[str] = mapped_column(sa.String(40), default="")
    post_nominals: Mapped[str] = mapped_column(sa.String(80), default="")
    precedence: Mapped[int] = mapped_column(default=1000)
    title: Mapped[Text] = mapped_column(default=Text)
    affiliation: Mapped[Text] = mapped_column(default=Text)
    biography: Mapped[Text] = mapped_column(default=Text)
    website: Mapped[str] = mapped_column(sa.String(500), default="")
    picture_id: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("picture.id", ondelete="SET NULL")
    )
    sample: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(default=1)
    source_id: Mapped[str | None] = mapped_column(sa.String(160))

    picture: Mapped[Picture | None] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        sa.UniqueConstraint("organisation_id", "slug"),
        sa.UniqueConstraint("organisation_id", "source_id"),
        sa.CheckConstraint("name <> '' OR name_zh <> ''", name="named"),
    )

    @property
    def shown_name(self) -> str:
        """The Latin name with salutation and post-nominals, else the Chinese one."""
        latin = " ".join(part for part in (self.salutation, self.name) if self.name and part)
        if self.post_nominals and latin:
            latin = f"{latin}, {self.post_nominals}"
        return latin or self.name_zh


class Appearance(Model):
    """A speaker in a session, with a role and an order."""

    __tablename__ = "appearance"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    session_id: Mapped[UUID] = mapped_column(sa.ForeignKey("session.id", ondelete="CASCADE"))
    speaker_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("speaker.id", ondelete="CASCADE"), index=True
    )
    role: Mapped[AppearanceRole] = mapped_column(enum_column(AppearanceRole, "appearance_role", 24))
    position: Mapped[int] = mapped_column(default=0)

    session: Mapped[Session] = relationship(lazy="raise_on_sql", back_populates="appearances")
    speaker: Mapped[Speaker] = relationship(lazy="raise_on_sql")

    __table_args__ = (sa.UniqueConstraint("session_id", "speaker_id", "role"),)
