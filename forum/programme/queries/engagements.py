"""Named reads of speakers at an event: where each stands, the personal page, what waits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from forum.core.db import db
from forum.core.errors import NotFound
from forum.core.links import Purpose, claim
from forum.programme.models import (
    Engagement,
    Material,
    Proposal,
    Release,
    ReleaseChange,
    Session,
    Speaker,
    SpeakerConsent,
    SpeakerContact,
    Unavailability,
)
from forum.programme.rules import ProposalState, ReleaseCause

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MOST_CHANGES = 10


@dataclass(frozen=True, slots=True)
class Waiting:
    """What speakers at an event have sent and an editor has not looked at."""

    proposals: Sequence[Proposal]
    materials: Sequence[tuple[Material, Session, Speaker | None]]

    @property
    def number(self) -> int:
        """How many things there are to look at."""
        return len(self.proposals) + len(self.materials)


def engagement_by_token(token: str, purpose: Purpose = Purpose.SPEAKER) -> Engagement:
    """Return the engagement of a personal link with the speaker's profile (1 statement).

    Raises NotFound for a foreign, changed or outdated token.
    """
    said = claim(purpose, token)
    found = db.session.scalar(
        sa.select(Engagement)
        .where(Engagement.id == said.id)
        .options(joinedload(Engagement.speaker).joinedload(Speaker.picture))
        .execution_options(populate_existing=True),
    )
    if found is None or not said.holds(found.link_generation):
        raise NotFound
    return found


def engagement_of(event_id: UUID, speaker_id: UUID) -> Engagement | None:
    """Return how a speaker stands with an event, or None for one who is only planned."""
    return db.session.scalar(
        sa.select(Engagement)
        .where(Engagement.event_id == event_id, Engagement.speaker_id == speaker_id)
        .options(joinedload(Engagement.speaker))
        .execution_options(populate_existing=True),
    )


def engagements_at(event_id: UUID) -> dict[UUID, Engagement]:
    """Return the engagements of an event by speaker (1 statement)."""
    rows = db.session.scalars(sa.select(Engagement).where(Engagement.event_id == event_id))
    return {one.speaker_id: one for one in rows}


def contact_of(speaker_id: UUID) -> SpeakerContact | None:
    """Return how to reach a speaker, or None where nothing is known (1 statement)."""
    return db.session.get(SpeakerContact, speaker_id, populate_existing=True)


def unavailabilities_of(engagement_id: UUID) -> Sequence[Unavailability]:
    """Return the times at which one speaker cannot be on stage, in order (1 statement)."""
    return db.session.scalars(
        sa.select(Unavailability)
        .where(Unavailability.engagement_id == engagement_id)
        .order_by(Unavailability.starts_at, Unavailability.id),
    ).all()


def speaker_consents(engagement_id: UUID) -> Sequence[SpeakerConsent]:
    """Return what a speaker consented to, also what was withdrawn, oldest first (1 statement)."""
    return db.session.scalars(
        sa.select(SpeakerConsent)
        .where(SpeakerConsent.engagement_id == engagement_id)
        .order_by(SpeakerConsent.given_at, SpeakerConsent.id),
    ).all()


def proposal_of(engagement_id: UUID) -> Proposal | None:
    """Return the newest change that a speaker asked for, whatever became of it (1 statement)."""
    return db.session.scalar(
        sa.select(Proposal)
        .where(Proposal.engagement_id == engagement_id, Proposal.state != ProposalState.REPLACED)
        .options(joinedload(Proposal.picture))
        .order_by(Proposal.created_at.desc(), Proposal.id.desc())
        .limit(1)
        .execution_options(populate_existing=True),
    )


def own_changes(session_ids: Iterable[UUID]) -> Sequence[ReleaseChange]:
    """Return what released versions changed of some sessions, the newest first (1 statement)."""
    return db.session.scalars(
        sa.select(ReleaseChange)
        .join(Release, Release.id == ReleaseChange.release_id)
        .where(ReleaseChange.session_id.in_(list(session_ids)), Release.cause != ReleaseCause.FIRST)
        .options(contains_eager(ReleaseChange.release))
        .order_by(Release.released_at.desc(), ReleaseChange.id)
        .limit(MOST_CHANGES),
    ).all()


def proposal_by_id(event_id: UUID, proposal_id: UUID) -> tuple[Proposal, Speaker]:
    """Return a change asked for at an event, with the profile (1 statement); raises NotFound."""
    row = db.session.execute(
        sa.select(Proposal, Speaker)
        .join(Engagement, Engagement.id == Proposal.engagement_id)
        .join(Speaker, Speaker.id == Proposal.speaker_id)
        .where(Engagement.event_id == event_id, Proposal.id == proposal_id)
        .options(joinedload(Proposal.picture), joinedload(Speaker.picture))
        .execution_options(populate_existing=True),
    ).first()
    if row is None:
        raise NotFound
    return row[0], row[1]


def number_waiting(event_id: UUID) -> int:
    """Return how many things of speakers wait for a nod at an event (1 statement)."""
    proposals = (
        sa.select(sa.func.count())
        .select_from(Proposal)
        .join(Engagement, Engagement.id == Proposal.engagement_id)
        .where(Engagement.event_id == event_id, Proposal.state == ProposalState.WAITING)
        .scalar_subquery()
    )
    materials = (
        sa.select(sa.func.count())
        .select_from(Material)
        .join(Session, Session.id == Material.session_id)
        .where(Session.event_id == event_id, Material.accepted.is_(False))
        .scalar_subquery()
    )
    return db.session.scalar(sa.select(proposals + materials)) or 0


def waiting_at(event_id: UUID) -> Waiting:
    """Return what speakers sent and nobody has looked at, oldest first (2 statements)."""
    proposals = db.session.scalars(
        sa.select(Proposal)
        .join(Engagement, Engagement.id == Proposal.engagement_id)
        .where(Engagement.event_id == event_id, Proposal.state == ProposalState.WAITING)
        .options(
            joinedload(Proposal.picture),
            joinedload(Proposal.speaker).joinedload(Speaker.picture),
        )
        .order_by(Proposal.created_at, Proposal.id),
    ).all()
    materials = db.session.execute(
        sa.select(Material, Session, Speaker)
        .join(Session, Session.id == Material.session_id)
        .outerjoin(Engagement, Engagement.id == Material.engagement_id)
        .outerjoin(Speaker, Speaker.id == Engagement.speaker_id)
        .where(Session.event_id == event_id, Material.accepted.is_(False))
        .order_by(Material.created_at, Material.id),
    ).all()
    return Waiting(proposals, [(row[0], row[1], row[2]) for row in materials])
