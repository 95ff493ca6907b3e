"""An event's own words for a kind of mail in one language."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from forum.core.db import Model, enum_column
from forum.core.ids import uuid7
from forum.messaging.rules import LONGEST_SUBJECT, Kind

LONGEST_HEADING = 140
LONGEST_WORDS = 10_000


class MailTemplate(Model):
    """What an event says in place of Forum's own words; an empty part stays as Forum has it.

    `words` is Markdown with placeholders. The row stays when all of it went back to the original,
    so that its revision only rises.
    """

    __tablename__ = "mail_template"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    event_id: Mapped[UUID] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"))
    kind: Mapped[Kind] = mapped_column(enum_column(Kind, "message_kind", 24))
    lang: Mapped[str] = mapped_column(sa.String(8))
    subject: Mapped[str] = mapped_column(sa.String(LONGEST_SUBJECT), default="")
    heading: Mapped[str] = mapped_column(sa.String(LONGEST_HEADING), default="")
    words: Mapped[str] = mapped_column(sa.Text, default="")
    revision: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(sa.String(200))

    __table_args__ = (
        sa.UniqueConstraint("event_id", "kind", "lang"),
        sa.CheckConstraint("revision > 0", name="revision"),
        sa.CheckConstraint("lang IN ('en', 'zh-Hant', 'zh-Hans')", name="lang"),
    )
