"""Named reads of how a programme is shown: its settings and its numbered versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from forum.core.db import db
from forum.core.errors import NotFound
from forum.programme.models import Programme, Release
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


def releases_of(event_id: UUID, limit: int = MOST_SHOWN) -> Sequence[Release]:
    """Return an event's versions with their changes, the newest first (2 statements)."""
    return db.session.scalars(
        sa.select(Release)
        .where(Release.event_id == event_id)
        .options(selectinload(Release.changes))
        .order_by(Release.number.desc())
        .limit(limit)
    ).all()


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
