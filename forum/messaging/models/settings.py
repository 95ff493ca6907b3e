"""How an event and an organisation write mail: under which name, how fast, whether at all."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from forum.core.db import Model
from forum.events.models import Picture
from forum.messaging.rules.keeping import WORDS_KEPT_DAYS
from forum.messaging.rules.limits import NOD_ABOVE

_HELD = "paused_at IS NOT NULL OR held_until IS NOT NULL"


class EventMail(Model):
    """How one event writes mail; an empty text stands for what the organisation or Forum has.

    While it is paused nothing of it goes out. `held_until` is the end of a wait that a limit asks
    for; `per_minute` is NULL where there is none.
    """

    __tablename__ = "event_mail"

    event_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("event.id", ondelete="CASCADE"), primary_key=True
    )
    sender_name: Mapped[str] = mapped_column(sa.String(120), default="")
    from_address: Mapped[str] = mapped_column(sa.String(254), default="")
    reply_to: Mapped[str] = mapped_column(sa.String(254), default="")
    per_minute: Mapped[int | None]
    paused_at: Mapped[datetime | None]
    paused_by: Mapped[str] = mapped_column(sa.String(200), default="")
    held_until: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(default=0)

    __table_args__ = (
        sa.Index(
            "ix_event_mail_held",
            "event_id",
            sqlite_where=sa.text(_HELD),
            postgresql_where=sa.text(_HELD),
        ),
        sa.CheckConstraint("per_minute > 0", name="per_minute"),
    )


class OrganisationMail(Model):
    """How one organisation writes mail; a limit that is NULL is none.

    Above `nod_above` recipients a second person must agree; NULL asks nobody. So many days after
    an event's end the words of its mails are no longer kept.
    """

    __tablename__ = "organisation_mail"

    organisation_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True
    )
    sender_name: Mapped[str] = mapped_column(sa.String(120), default="")
    nod_above: Mapped[int | None] = mapped_column(default=NOD_ABOVE)
    per_minute: Mapped[int | None]
    per_day: Mapped[int | None]
    words_kept_days: Mapped[int] = mapped_column(default=WORDS_KEPT_DAYS)
    picture_id: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("picture.id", ondelete="SET NULL")
    )
    held_until: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(default=0)

    picture: Mapped[Picture | None] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        sa.CheckConstraint("per_minute > 0 AND per_day > 0", name="limits"),
        sa.CheckConstraint("nod_above >= 0", name="nod_above"),
        sa.CheckConstraint("words_kept_days BETWEEN 1 AND 3650", name="words_kept_days"),
    )
