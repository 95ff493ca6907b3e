"""The organisations behind an event: add, change, remove, put in order; with their logos."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from forum.core.actor import Actor
from forum.core.db import writing
from forum.core.errors import NotFound
from forum.core.outbox import emit
from forum.core.permissions import Action
from forum.core.revisions import check_unchanged, difference
from forum.core.text import Text
from forum.events.models import Event, Partner
from forum.events.ranks import moved_in_rank, moved_rank
from forum.events.rules import MOST_PARTS, PartnerRole
from forum.events.service.changes import locked_event, note_part
from forum.events.service.logos import Logo, LogoFiles
from forum.events.service.rooms import TooManyParts


@dataclass(frozen=True, slots=True)
class PartnerDetails:
    """A partner's name, role, tier among sponsors, and website."""

    name: Text
    role: PartnerRole
    tier: Text
    website: str

    def values(self) -> dict[str, object]:
        """Return the columns."""
        return {"name": self.name, "role": self.role, "tier": self.tier, "website": self.website}


def add_partner(
    actor: Actor,
    event_id: UUID,
    details: PartnerDetails,
    logo: Logo | None = None,
    *,
    now: datetime,
) -> Partner:
    """Add a partner after the others; raises TooManyParts, LogoNotKept."""
    with LogoFiles(logo) as files, writing() as session:
        event = locked_event(session, actor, event_id, Action.EDIT_EVENT)
        partners = _partners(session, event.id)
        if len(partners) >= MOST_PARTS:
            raise TooManyParts
        partner = Partner(
            event_id=event.id,
            position=partners[-1].position + 1 if partners else 0,
            **details.values(),
        )
        session.add(partner)
        session.flush()
        files.apply(session, event.organisation_id, partner, now)
        note_part(session, actor, event, "partner.added", ("partner", partner.id), {}, now)
        return partner


def change_partner(
    actor: Actor,
    event_id: UUID,
    partner_id: UUID,
    seen: str,
    details: PartnerDetails,
    logo: Logo | None = None,
    *,
    now: datetime,
) -> Partner:
    """Change a partner; `seen` is the fingerprint the form carried.

    Raises ThingChangedMeanwhile, NotFound, LogoNotKept.
    """
    with LogoFiles(logo) as files, writing() as session:
        event = locked_event(session, actor, event_id, Action.EDIT_EVENT)
        partner = _partner(session, event, partner_id)
        before = partner_values(partner)
        check_unchanged(seen, before)
        changes = difference(before, details.values())
        for name, value in details.values().items():
            setattr(partner, name, value)
        if files.apply(session, event.organisation_id, partner, now):
            changes["logo"] = [None, None]
        if changes:
            note_part(
                session,
                actor,
                event,
                "partner.changed",
                ("partner", partner.id),
                {"changes": changes},
                now,
            )
        return partner


def remove_partner(
    actor: Actor, event_id: UUID, partner_id: UUID, folder: Path, *, now: datetime
) -> Partner:
    """Remove a partner, and the logo from the folder; raises NotFound.

    Emits partner.removed within the transaction: another room may refuse.
    """
    with LogoFiles(Logo(folder, remove=True)) as files, writing() as session:
        event = locked_event(session, actor, event_id, Action.EDIT_EVENT)
        partner = _partner(session, event, partner_id)
        payload = {"event_id": str(event.id), "partner_id": str(partner.id)}
        emit(session, "partner.removed", payload, key=str(partner.id), now=now)
        files.apply(session, event.organisation_id, partner, now)
        note_part(
            session,
            actor,
            event,
            "partner.removed",
            ("partner", partner.id),
            {"name": dict(partner.name.by_language)},
            now,
        )
        session.delete(partner)
        return partner


def move_partner(
    actor: Actor, event_id: UUID, partner_id: UUID, step: int, *, now: datetime
) -> None:
    """Put a partner one place earlier (step -1) or later (+1) among those of its rank."""
    _move(actor, event_id, partner_id, step, moved_in_rank, "partner.moved", now)


def move_tier(actor: Actor, event_id: UUID, partner_id: UUID, step: int, *, now: datetime) -> None:
    """Put the tier of a partner one place earlier (step -1) or later (+1) within its role."""
    _move(actor, event_id, partner_id, step, moved_rank, "partner.tier_moved", now)


def partner_values(partner: Partner) -> dict[str, object]:
    """Return what an editor can change of a partner."""
    return {
        "name": partner.name,
        "role": partner.role,
        "tier": partner.tier,
        "website": partner.website,
        "picture_id": partner.picture_id,
    }


def _move(
    actor: Actor,
    event_id: UUID,
    partner_id: UUID,
    step: int,
    moved: Callable[[Sequence[Partner], Partner, int], list[Partner]],
    action: str,
    now: datetime,
) -> None:
    with writing() as session:
        event = locked_event(session, actor, event_id, Action.EDIT_EVENT)
        partner = _partner(session, event, partner_id)
        for place, one in enumerate(moved(_partners(session, event.id), partner, step)):
            one.position = place
        note_part(session, actor, event, action, ("partner", partner_id), {"step": step}, now)


def _partners(session: Session, event_id: UUID) -> Sequence[Partner]:
    return session.scalars(
        sa.select(Partner)
        .where(Partner.event_id == event_id)
        .order_by(Partner.position, Partner.id),
    ).all()


def _partner(session: Session, event: Event, partner_id: UUID) -> Partner:
    partner = session.get(Partner, partner_id, populate_existing=True)
    if partner is None or partner.event_id != event.id:
        raise NotFound
    return partner
