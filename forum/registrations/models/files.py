"""Tables of guest lists in files: from the upload through the preview to the last row."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from forum.core.db import Model, enum_column
from forum.core.ids import uuid7
from forum.registrations.rules import GuestFileState


class GuestFile(Model):
    """A member's guest list: packed by zlib while it waits or is being taken in, then only counts.

    Without `list_id` its rows become registrations, else invitations of that list. `columns` says
    by place what a column holds; `rows_done` is how far it has been taken in; `counts` and
    `problems` ([row number, reason as {language: words}]) are what became of the rows.
    """

    __tablename__ = "guest_file"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    event_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("event.id", ondelete="CASCADE"), index=True
    )
    user_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("user.id", ondelete="SET NULL"))
    list_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("guest_list.id", ondelete="CASCADE"))
    ticket_type_id: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("ticket_type.id", ondelete="SET NULL")
    )
    file_name: Mapped[str] = mapped_column(sa.String(200))
    content: Mapped[bytes | None] = mapped_column(sa.LargeBinary, deferred=True)
    state: Mapped[GuestFileState] = mapped_column(enum_column(GuestFileState, "guest_file_state"))
    columns: Mapped[dict[str, Any]] = mapped_column(default=dict)
    leave_out: Mapped[bool] = mapped_column(default=True)
    send_mails: Mapped[bool] = mapped_column(default=False)
    rows_total: Mapped[int] = mapped_column(default=0)
    rows_done: Mapped[int] = mapped_column(default=0)
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    problems: Mapped[list[Any]] = mapped_column(default=list)
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]

    __table_args__ = (
        sa.CheckConstraint("rows_done BETWEEN 0 AND rows_total", name="rows"),
        sa.CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name="done_at"),
    )
