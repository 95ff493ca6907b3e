"""Named reads of how a programme is shown: its settings and its numbered versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from forum.core.db import db
from forum.core.errors import NotFound
from forum.programme.models import Programme, Release, ReleaseChange, SessionDraft
from forum.programme.rules import ReleaseMode

MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class ProgrammeSettings:
    """How an event's programme is kept; `turnaround` in minutes."""

    mode: ReleaseMode = ReleaseMode.AT_ONCE
    strict: tuple[str, ...] = ()
    turnaround: int = 0
    nod: bool = True
    version: int = 0
    preview_generation: int = 0

    @property
    def held(self) -> bool:
        """Whether guests see what editors save only when it is released."""
        return self.mode is ReleaseMode.HELD


def settings_of(event_id: UUID) -> ProgrammeSettings:
    """Return how an event's programme is kept (1 statement)."""
    return as_settings(db.session.get(Programme, event_id, populate_existing=True))


def as_settings(row: Programme | None) -> ProgrammeSettings:
    """Return a row's values, or the defaults."""
    if row is None:
        return ProgrammeSettings()
    return ProgrammeSettings(
        row.mode, tuple(row.strict), row.turnaround, row.nod, row.version, row.preview_generation
    )


def number_unreleased(event_id: UUID) -> int:
    """Return how many sessions have changes that guests do not see yet (1 statement)."""
    waiting = sa.select(sa.func.count()).select_from(SessionDraft)
    return db.session.scalar(waiting.where(SessionDraft.event_id == event_id)) or 0


def releases_of(event_id: UUID, limit: int = MOST_SHOWN) -> Sequence[Release]:
    """Return an event's versions with their changes, the newest first (2 statements)."""
    return db.session.scalars(
        sa.select(Release)
        .where(Release.event_id == event_id)
        .options(selectinload(Release.changes))
        .order_by(Release.number.desc())
        .limit(limit)
    ).all()


def latest_release(event_id: UUID) -> Release | None:
    """Return an event's newest version without its changes, or None (1 statement)."""
    return db.session.scalar(
        sa.select(Release)
        .where(Release.event_id == event_id)
        .order_by(Release.number.desc())
        .limit(1)
    )


def release_of(event_id: UUID, number: int) -> Release:
    """Return one version with its changes (2 statements); raises NotFound."""
    found = db.session.scalar(
        sa.select(Release)
        .where(Release.event_id == event_id, Release.number == number)
        .options(selectinload(Release.changes))
    )
    if found is None:
        raise NotFound
    return found


def sessions_changed_since(event_id: UUID, number: int) -> int:
    """Return how many sessions were changed in versions after one (1 statement)."""
    return (
        db.session.scalar(
            sa.select(sa.func.count(sa.distinct(ReleaseChange.session_id)))
            .join(Release, Release.id == ReleaseChange.release_id)
            .where(Release.event_id == event_id, Release.number > number)
        )
        or 0
    )
