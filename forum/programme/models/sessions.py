"""Tables of sessions: what guests see, what the next release will show, and who is on stage."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from forum.core.db import Model, enum_column
from forum.core.ids import uuid7
from forum.core.text import Text
from forum.events.models import Room
from forum.programme.models.speakers import Speaker
from forum.programme.rules import AppearanceRole, SessionKind, SessionState
from forum.seats.models import SeatPool

_TIME_WHOLE = (
    "(starts_at IS NULL AND ends_at IS NULL AND day IS NULL)"
    " OR (ends_at > starts_at AND day IS NOT NULL)"
)


class Track(Model):
    """A thread through the programme of an event; `colour` is #rrggbb, or empty."""

    __tablename__ = "track"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    event_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("event.id", ondelete="CASCADE"), index=True
    )
    slug: Mapped[str] = mapped_column(sa.String(80))
    name: Mapped[Text]
    colour: Mapped[str] = mapped_column(sa.String(7), default="")
    position: Mapped[int] = mapped_column(default=0)

    __table_args__ = (sa.UniqueConstraint("event_id", "slug"),)


class SessionContent:
    """What editors write of a session, the same in what guests see and in what waits for release.

    Without a time it waits in the tray. `day` is where it is listed. `also_in` are ids of further
    rooms that show it. Languages are codes of `rules.SPOKEN`. A part of a panel is
    {"title": {language: text}, "minutes": int | None}.
    """

    kind: Mapped[SessionKind] = mapped_column(enum_column(SessionKind, "session_kind"))
    state: Mapped[SessionState] = mapped_column(
        enum_column(SessionState, "session_state"), default=SessionState.DRAFT
    )
    title: Mapped[Text]
    abstract: Mapped[Text] = mapped_column(default=Text)
    delivered_in: Mapped[list[str]] = mapped_column(default=list)
    interpreted_into: Mapped[list[str]] = mapped_column(default=list)
    also_in: Mapped[list[str]] = mapped_column(default=list)
    parts: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    day: Mapped[date | None]
    stream_url: Mapped[str] = mapped_column(sa.String(500), default="")
    position: Mapped[int] = mapped_column(default=0)

    room_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("room.id", ondelete="SET NULL"))
    track_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("track.id", ondelete="SET NULL"))


class Session(SessionContent, Model):
    """A programme item as guests see it; one that is a draft has not been shown to them.

    `revision` rises with every save, also of what waits for release; `changed_at` and
    `calendar_sequence` only with what guests see. `pool_id` counts the places where people must
    sign up.
    """

    __tablename__ = "session"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    event_id: Mapped[UUID] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"))
    pool_id: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("seat_pool.id", ondelete="SET NULL"), unique=True
    )
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(default=1)
    calendar_sequence: Mapped[int] = mapped_column(default=0)

    room: Mapped[Room | None] = relationship(lazy="raise_on_sql")
    track: Mapped[Track | None] = relationship(lazy="raise_on_sql")
    pool: Mapped[SeatPool | None] = relationship(lazy="raise_on_sql")
    appearances: Mapped[list[Appearance]] = relationship(
        lazy="raise_on_sql",
        order_by="Appearance.position",
        back_populates="session",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )

    __table_args__ = (
        sa.Index("ix_session_event", "event_id", "starts_at"),
        sa.CheckConstraint(_TIME_WHOLE, name="time_whole"),
        sa.CheckConstraint("revision > 0 AND calendar_sequence >= 0", name="counters"),
    )


class SessionDraft(SessionContent, Model):
    """A session as the next release will show it; only sessions with unreleased changes have one.

    `cast` is a list of [speaker id, role, {language: role in words}, part or null]. `back_to` is
    the number of the version that this brings back, unless it was edited since.
    """

    __tablename__ = "session_draft"

    session_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("session.id", ondelete="CASCADE"), primary_key=True
    )
    event_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("event.id", ondelete="CASCADE"), index=True
    )
    cast: Mapped[list[Any]] = mapped_column(default=list)
    back_to: Mapped[int | None]
    changed_at: Mapped[datetime]

    __table_args__ = (sa.CheckConstraint(_TIME_WHOLE, name="time_whole"),)


class Appearance(Model):
    """A speaker in a session, with a role and an order; `part` counts the panel's parts from 0.

    `called` is the role in words where it is one of the organiser's own.
    """

    __tablename__ = "appearance"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    session_id: Mapped[UUID] = mapped_column(sa.ForeignKey("session.id", ondelete="CASCADE"))
    speaker_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("speaker.id", ondelete="CASCADE"), index=True
    )
    role: Mapped[AppearanceRole] = mapped_column(enum_column(AppearanceRole, "appearance_role", 24))
    called: Mapped[Text] = mapped_column(default=Text)
    part: Mapped[int | None]
    position: Mapped[int] = mapped_column(default=0)

    session: Mapped[Session] = relationship(lazy="raise_on_sql", back_populates="appearances")
    speaker: Mapped[Speaker] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        sa.UniqueConstraint("session_id", "speaker_id", "role"),
        sa.CheckConstraint("part >= 0", name="part"),
    )


class Cue(Model):
    """A line of the run sheet: who must do what, `minutes` after the session's start (or before).

    `said` is one line in the house's own words.
    """

    __tablename__ = "cue"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    session_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("session.id", ondelete="CASCADE"), index=True
    )
    audience: Mapped[str] = mapped_column(sa.String(16))
    minutes: Mapped[int] = mapped_column(default=0)
    said: Mapped[str] = mapped_column(sa.String(300))

    __table_args__ = (
        sa.CheckConstraint("audience IN ('mc', 'av', 'interpreters', 'stage')", name="audience"),
        sa.CheckConstraint("minutes BETWEEN -240 AND 1440", name="minutes"),
    )


class Material(Model):
    """Slides or a hand-out of a session: a link, or an uploaded PDF in the uploads' folder.

    Guests see it from `published_at`, or with `after_session` once the session has ended; never
    while neither is set. What a speaker sent is `accepted` once an editor has nodded.
    """

    __tablename__ = "material"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    session_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("session.id", ondelete="CASCADE"), index=True
    )
    engagement_id: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("engagement.id", ondelete="SET NULL")
    )
    kind: Mapped[str] = mapped_column(sa.String(16))
    title: Mapped[Text]
    url: Mapped[str] = mapped_column(sa.String(500), default="")
    file_name: Mapped[str | None] = mapped_column(sa.String(80), unique=True)
    size: Mapped[int] = mapped_column(default=0)
    accepted: Mapped[bool] = mapped_column(default=True)
    published_at: Mapped[datetime | None]
    after_session: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]

    __table_args__ = (
        sa.CheckConstraint("NOT after_session OR published_at IS NULL", name="one_time"),
        sa.CheckConstraint("kind IN ('slides', 'handout', 'recording', 'link')", name="kind"),
        sa.CheckConstraint("(url <> '') <> (file_name IS NOT NULL)", name="link_or_file"),
        sa.CheckConstraint("size >= 0", name="size"),
    )

    @property
    def address(self) -> str:
        """Where guests find it once it is published."""
        return self.url or f"/uploads/materials/{self.file_name}"
