"""Named reads of the news of an event: what gathers, what was told."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.core.db import db
from forum.messaging.models import EventNews, Message
from forum.messaging.rules import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

MOST_SHOWN = 50


def gathering(session: Session, event_id: UUID) -> EventNews | None:
    """Return the news of an event that further changes join, locked (1 statement)."""
    return session.scalar(
        _gathering(event_id).with_for_update().execution_options(populate_existing=True)
    )


def news_that_gathers(event_id: UUID) -> EventNews | None:
    """Return the same for reading (1 statement)."""
    return db.session.scalar(_gathering(event_id))


def _gathering(event_id: UUID) -> sa.Select[EventNews]:
    return sa.select(EventNews).where(
        EventNews.event_id == event_id,
        EventNews.settled_at.is_(None),
        EventNews.stopped_at.is_(None),
    )


def told_by(session: Session, news: EventNews) -> int:
    """Return how many mails were written of some news (1 statement)."""
    return (
        session.scalar(
            sa.select(sa.func.count())
            .select_from(Message)
            .where(
                Message.event_id == news.event_id,
                Message.kind.in_((Kind.EVENT_CHANGED, Kind.SPEAKER_EVENT)),
                Message.key.startswith(key_of(news.id), autoescape=True),
            )
        )
        or 0
    )


def key_of(news_id: UUID) -> str:
    """Return how the keys of mails of some news begin."""
    return f"event_changed:{news_id}:"


def news_of_event(event_id: UUID) -> Sequence[EventNews]:
    """Return the last news of an event but for those that nobody was to hear (1 statement)."""
    return db.session.scalars(
        sa.select(EventNews)
        .where(EventNews.event_id == event_id, EventNews.stopped_at.is_(None))
        .order_by(EventNews.made_at.desc(), EventNews.id.desc())
        .limit(MOST_SHOWN)
    ).all()
