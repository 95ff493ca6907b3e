"""Named reads of how a programme is shown: its settings and its numbered versions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import selectinload
from sqlalchemy.orm.attributes import set_committed_value

from forum.core.db import db
from forum.core.errors import NotFound
from forum.programme.models import Programme, Release, ReleaseChange, Session, SessionDraft
from forum.programme.rules import ReleaseMode

MOST_SHOWN = 200
MOST_CHANGES = 30
"""Sessions that are shown of one version in a list of versions: an import may bring a thousand."""


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


def unreleased_of(event_id: UUID, session_id: UUID | None = None) -> list[tuple[UUID, int]]:
    """Return id and revision of each session that waits for release, or of one (1 statement)."""
    wanted = (
        sa.select(Session.id, Session.revision)
        .join(SessionDraft, SessionDraft.session_id == Session.id)
        .where(SessionDraft.event_id == event_id)
        .order_by(Session.id)
    )
    if session_id is not None:
        wanted = wanted.where(Session.id == session_id)
    return [(row.id, row.revision) for row in db.session.execute(wanted)]


def releases_of(event_id: UUID, limit: int = MOST_SHOWN) -> Sequence[Release]:
    """Return an event's versions, the newest first, each with its first changes (2 statements).

    At most MOST_CHANGES of each, in the order of the programme; `changes_in` counts all.
    """
    releases = db.session.scalars(
        sa.select(Release)
        .where(Release.event_id == event_id)
        .order_by(Release.number.desc())
        .limit(limit)
    ).all()
    place = sa.func.row_number().over(
        partition_by=ReleaseChange.release_id,
        order_by=(
            ReleaseChange.after["starts_at"].as_string().nulls_last(),
            ReleaseChange.session_id,
        ),
    )
    ids = [one.id for one in releases]
    placed = (
        sa.select(ReleaseChange.id, place.label("place"))
        .where(ReleaseChange.release_id.in_(ids))
        .subquery()
    )
    changes: dict[UUID, list[ReleaseChange]] = {one: [] for one in ids}
    for change in db.session.scalars(
        sa.select(ReleaseChange)
        .join(placed, placed.c.id == ReleaseChange.id)
        .where(placed.c.place <= MOST_CHANGES)
        .order_by(placed.c.place)
    ):
        changes[change.release_id].append(change)
    for one in releases:
        set_committed_value(one, "changes", changes[one.id])
    return releases


def changes_in(releases: Iterable[Release]) -> dict[UUID, int]:
    """Return how many sessions each of these versions changed (1 statement)."""
    rows = db.session.execute(
        sa.select(ReleaseChange.release_id, sa.func.count())
        .where(ReleaseChange.release_id.in_([one.id for one in releases]))
        .group_by(ReleaseChange.release_id)
    )
    return {row[0]: row[1] for row in rows}


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


def sessions_changed_since(event_id: UUID, number: int) -> frozenset[UUID]:
    """Return which sessions were changed in versions after one (1 statement)."""
    return frozenset(
        db.session.scalars(
            sa.select(ReleaseChange.session_id)
            .join(Release, Release.id == ReleaseChange.release_id)
            .where(Release.event_id == event_id, Release.number > number)
            .distinct()
        )
    )
