"""Named reads of slides and hand-outs: what guests may have now, and what editors see."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.core.db import db
from forum.core.errors import NotFound
from forum.events.models import Event
from forum.events.rules import EventState
from forum.programme.models import Engagement, Material, Session
from forum.programme.rules import SessionState

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def published_materials(
    session_ids: Iterable[UUID], now: datetime
) -> dict[UUID, Sequence[Material]]:
    """Return what guests may have of these sessions, by session, in its order (1 statement)."""
    rows = db.session.scalars(
        sa.select(Material)
        .join(Session, Session.id == Material.session_id)
        .where(Material.session_id.in_(list(session_ids)), _published(now))
        .order_by(Material.position, Material.id),
    )
    found: dict[UUID, list[Material]] = defaultdict(list)
    for one in rows:
        found[one.session_id].append(one)
    return dict(found)


def next_publication(event_id: UUID, now: datetime) -> datetime | None:
    """Return when guests may next have something new of an event, or None (1 statement)."""
    moment = sa.case((Material.after_session, Session.ends_at), else_=Material.published_at)
    return db.session.scalar(
        sa.select(moment)
        .join(Session, Session.id == Material.session_id)
        .where(Session.event_id == event_id, Material.accepted, moment > now)
        .order_by(moment)
        .limit(1),
    )


def public_file(file_name: str, now: datetime) -> Material:
    """Return the material of a file that everybody may have now (1 statement).

    Raises NotFound, for one that is not published as for one that never was.
    """
    found = db.session.scalar(
        sa.select(Material)
        .join(Session, Session.id == Material.session_id)
        .join(Event, Event.id == Session.event_id)
        .where(
            Material.file_name == file_name,
            _published(now),
            Session.state != SessionState.DRAFT,
            Event.state != EventState.DRAFT,
        ),
    )
    if found is None:
        raise NotFound
    return found


def materials_of(session_id: UUID) -> Sequence[Material]:
    """Return everything of a session in its order, published or not (1 statement)."""
    return db.session.scalars(
        sa.select(Material)
        .where(Material.session_id == session_id)
        .order_by(Material.position, Material.id)
        .execution_options(populate_existing=True),
    ).all()


def material_of(session_id: UUID, material_id: UUID) -> Material:
    """Return one material of a session (1 statement); raises NotFound."""
    found = db.session.scalar(
        sa.select(Material)
        .where(Material.session_id == session_id, Material.id == material_id)
        .execution_options(populate_existing=True),
    )
    if found is None:
        raise NotFound
    return found


def materials_by(engagement_id: UUID) -> dict[UUID, Sequence[Material]]:
    """Return what one speaker sent, by session (1 statement)."""
    rows = db.session.scalars(
        sa.select(Material)
        .join(Engagement, Engagement.id == Material.engagement_id)
        .where(Engagement.id == engagement_id)
        .order_by(Material.created_at, Material.id),
    )
    found: dict[UUID, list[Material]] = defaultdict(list)
    for one in rows:
        found[one.session_id].append(one)
    return dict(found)


def _published(now: datetime) -> sa.ColumnElement[bool]:
    after = sa.and_(Material.after_session, Session.ends_at <= now)
    return sa.and_(Material.accepted, sa.or_(Material.published_at <= now, after))
