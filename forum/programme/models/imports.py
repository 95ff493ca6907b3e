"""Tables of imports: where things came from, and files that wait for their preview's answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from forum.core.db import Model
from forum.core.ids import uuid7


class ImportedThing(Model):
    """A thing that came from a file: its key there, and the values as last imported.

    The values tell what an editor has changed here since, so that no import overwrites it unasked;
    `revision` is the thing's own after the import. `thing` is session, speaker, room or track.
    """

    __tablename__ = "imported_thing"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    event_id: Mapped[UUID] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"))
    source: Mapped[str] = mapped_column(sa.String(40))
    thing: Mapped[str] = mapped_column(sa.String(16))
    key: Mapped[str] = mapped_column(sa.String(200))
    thing_id: Mapped[UUID]
    values: Mapped[dict[str, Any]]
    revision: Mapped[int] = mapped_column(default=0)
    imported_at: Mapped[datetime]

    __table_args__ = (
        sa.UniqueConstraint("event_id", "source", "thing", "key"),
        sa.CheckConstraint("thing IN ('session', 'speaker', 'room', 'track')", name="thing"),
    )


class WaitingImport(Model):
    """An uploaded file whose preview is being read; one a member and event, packed by zlib.

    Without an event it is to become one.
    """

    __tablename__ = "waiting_import"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    event_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"), index=True)
    file_name: Mapped[str] = mapped_column(sa.String(200))
    zone: Mapped[str] = mapped_column(sa.String(64))
    content: Mapped[bytes] = mapped_column(sa.LargeBinary)
    size: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(index=True)

    __table_args__ = (
        sa.UniqueConstraint("event_id", "user_id"),
        sa.Index(
            "ix_waiting_import_new_event",
            "user_id",
            unique=True,
            sqlite_where=sa.text("event_id IS NULL"),
            postgresql_where=sa.text("event_id IS NULL"),
        ),
    )
