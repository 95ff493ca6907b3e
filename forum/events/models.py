"""Tables of events: series, events, venues, rooms, partners, and slugs that once were public."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from forum.core.db import Model, enum_column
from forum.core.ids import uuid7
from forum.core.text import Text
from forum.events.rules import EventState, PartnerRole, Subject
from forum.people.models import Organisation

if TYPE_CHECKING:
    from datetime import tzinfo


class Series(Model):
    """Events that belong together, such as an annual forum."""

    __tablename__ = "series"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    organisation_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("organisation.id", ondelete="CASCADE"), index=True
    )
    slug: Mapped[str] = mapped_column(sa.String(80), unique=True)
    title: Mapped[Text]
    summary: Mapped[Text] = mapped_column(default=Text)
    created_at: Mapped[datetime]


class Venue(Model):
    """A place with an address, used again from event to event."""

    __tablename__ = "venue"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    organisation_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("organisation.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[Text]
    address: Mapped[Text] = mapped_column(default=Text)
    directions: Mapped[Text] = mapped_column(default=Text)
    access: Mapped[Text] = mapped_column(default=Text)
    latitude: Mapped[float | None] = mapped_column(sa.Double)
    longitude: Mapped[float | None] = mapped_column(sa.Double)

    __table_args__ = (
        sa.CheckConstraint("latitude BETWEEN -90 AND 90", name="latitude"),
        sa.CheckConstraint("longitude BETWEEN -180 AND 180", name="longitude"),
        sa.CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="place_whole"),
    )


class Event(Model):
    """One seminar or forum on given days; moments in UTC, shown in `time_zone`.

    `dates_open` while it is postponed and no new date is known: the moments are the former ones.
    """

    __tablename__ = "event"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    organisation_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("organisation.id", ondelete="CASCADE"), index=True
    )
    series_id: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("series.id", ondelete="SET NULL"), index=True
    )
    venue_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("venue.id", ondelete="SET NULL"))
    slug: Mapped[str] = mapped_column(sa.String(80), unique=True)
    title: Mapped[Text]
    summary: Mapped[Text] = mapped_column(default=Text)
    state: Mapped[EventState] = mapped_column(
        enum_column(EventState, "event_state"), default=EventState.DRAFT
    )
    state_note: Mapped[Text] = mapped_column(default=Text)
    dates_open: Mapped[bool] = mapped_column(default=False)
    languages: Mapped[list[str]]
    time_zone: Mapped[str] = mapped_column(sa.String(64))
    starts_at: Mapped[datetime] = mapped_column(index=True)
    ends_at: Mapped[datetime]
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    spoken_languages: Mapped[Text] = mapped_column(default=Text)
    contact_email: Mapped[str] = mapped_column(sa.String(254), default="")
    privacy: Mapped[Text] = mapped_column(default=Text)
    accent: Mapped[str] = mapped_column(sa.String(7), default="#0b5563")
    subject: Mapped[Subject] = mapped_column(
        enum_column(Subject, "event_subject"), default=Subject.TOOLPATH
    )
    sample: Mapped[bool] = mapped_column(default=False)
    discreet: Mapped[bool] = mapped_column(default=False)
    published_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(default=1)
    calendar_sequence: Mapped[int] = mapped_column(default=0)
    import_source: Mapped[str | None] = mapped_column(sa.String(200))

    venue: Mapped[Venue | None] = relationship(lazy="raise_on_sql")
    series: Mapped[Series | None] = relationship(lazy="raise_on_sql")
    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql")
    # Few sessions are shown in further rooms: only those that are have them read, once an event.
    rooms: Mapped[list[Room]] = relationship(
        lazy="select", viewonly=True, order_by="Room.position, Room.id"
    )

    __table_args__ = (
        sa.CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        sa.CheckConstraint(
            "closes_at IS NULL OR opens_at IS NULL OR closes_at > opens_at",
            name="closes_after_opening",
        ),
        sa.CheckConstraint("revision > 0 AND calendar_sequence >= 0", name="counters"),
    )

    @property
    def zone(self) -> tzinfo:
        """The event's IANA zone."""
        return ZoneInfo(self.time_zone)

    @property
    def is_public(self) -> bool:
        """Whether guests may know of it."""
        return self.state is not EventState.DRAFT


class Room(Model):
    """A room of an event; `capacity` in people."""

    __tablename__ = "room"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    event_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("event.id", ondelete="CASCADE"), index=True
    )
    slug: Mapped[str] = mapped_column(sa.String(80))
    name: Mapped[Text]
    capacity: Mapped[int | None]
    position: Mapped[int] = mapped_column(default=0)

    __table_args__ = (
        sa.UniqueConstraint("event_id", "slug"),
        sa.CheckConstraint("capacity > 0", name="capacity"),
    )


class Partner(Model):
    """An organisation behind an event, with its role."""

    __tablename__ = "partner"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    event_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("event.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[Text]
    role: Mapped[PartnerRole] = mapped_column(enum_column(PartnerRole, "partner_role", 24))
    tier: Mapped[Text] = mapped_column(default=Text)
    website: Mapped[str] = mapped_column(sa.String(500), default="")
    picture_id: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("picture.id", ondelete="SET NULL")
    )
    position: Mapped[int] = mapped_column(default=0)

    picture: Mapped[Picture | None] = relationship(lazy="raise_on_sql")


class OldSlug(Model):
    """A slug that was public once leads to its event for ever."""

    __tablename__ = "old_slug"

    slug: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    event_id: Mapped[UUID] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"))


def face_name(file_name: str, focus: tuple[int, int]) -> str:
    """Return the name of the tile that is cut from a picture's file round this point."""
    stem, _, ending = file_name.rpartition(".")
    return f"{stem}-{focus[0]}-{focus[1]}.{ending}"


class Picture(Model):
    """An uploaded picture, decoded and re-encoded; `focus_x` and `focus_y` in hundredths.

    `face_name` is a second file, cut to 4:5 round the focus, as tiles show it.
    """

    __tablename__ = "picture"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    organisation_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("organisation.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[str] = mapped_column(sa.String(16))
    file_name: Mapped[str] = mapped_column(sa.String(80), unique=True)
    width: Mapped[int]
    height: Mapped[int]
    focus_x: Mapped[int] = mapped_column(default=50)
    focus_y: Mapped[int] = mapped_column(default=40)
    created_at: Mapped[datetime]

    __table_args__ = (
        sa.CheckConstraint("width > 0 AND height > 0", name="size"),
        sa.CheckConstraint("focus_x BETWEEN 0 AND 100 AND focus_y BETWEEN 0 AND 100", name="focus"),
    )

    @property
    def face_name(self) -> str:
        """The file of the tile; another focus is another file, so that it may be kept for ever."""
        return face_name(self.file_name, (self.focus_x, self.focus_y))

    @property
    def address(self) -> str:
        """Where the whole picture is served."""
        return f"/uploads/{self.file_name}"

    @property
    def face_address(self) -> str:
        """Where the tile is served: 4:5, 480 by 600 pixels or fewer."""
        return f"/uploads/{self.face_name}"


def values_of(event: Event) -> dict[str, Any]:
    """Return what an editor can change, for comparing before and after."""
    return {
        column.key: getattr(event, column.key)
        for column in sa.inspect(Event).columns
        if column.key not in {"id", "revision", "changed_at", "calendar_sequence", "created_at"}
    }
