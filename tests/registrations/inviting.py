"""Invitations: what their tests share."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from forum.core.actor import SYSTEM, Actor, ActorKind
from forum.core.db import db
from forum.registrations.models import Invitation, Registration, TicketType
from forum.registrations.recount import recount
from forum.registrations.service import guest_lists, inviting
from forum.registrations.service.guest_lists import ListWanted
from forum.registrations.service.inviting import Added, InvitedGuest
from tests.factories import NOW


def first_type(event_id: UUID) -> UUID:
    """Return the event's first ticket type."""
    found = db.session.scalar(
        sa.select(TicketType.id)
        .where(TicketType.event_id == event_id)
        .order_by(TicketType.position, TicketType.number)
    )
    db.session.rollback()
    assert found is not None
    return found


def made_list(event_id: UUID, name: str = "VIP", **given: Any) -> UUID:
    """Make a guest list of the event's first type."""
    wanted = ListWanted(**{"name": name, "type_id": first_type(event_id), **given})
    return guest_lists.create_list(SYSTEM, event_id, wanted, now=NOW)


def invited(number: int | str = 1, **given: Any) -> InvitedGuest:
    """Return what a file says of a sample guest."""
    usual = {
        "name": f"Sample Invited {number}",
        "organisation": "Sample Consulate",
        "email": f"invited.{number}@example.com",
    }
    return InvitedGuest(**{**usual, **given})


def invite(event_id: UUID, list_id: UUID, *rows: InvitedGuest) -> Added:
    """Put guests on a list."""
    return inviting.add_invitations(SYSTEM, event_id, list_id, rows, now=NOW)


def one_invited(event_id: UUID, list_id: UUID, **given: Any) -> UUID:
    """Invite one sample guest and return the invitation."""
    guest = invited("solo", **given)
    invite(event_id, list_id, guest)
    return next(one.id for one in all_invitations(event_id) if one.name == guest.name)


def all_invitations(event_id: UUID) -> list[Invitation]:
    """Return an event's invitations by name."""
    db.session.rollback()
    rows = db.session.scalars(
        sa.select(Invitation)
        .where(Invitation.event_id == event_id)
        .order_by(Invitation.name, Invitation.id)
        .execution_options(populate_existing=True)
    )
    return list(rows)


def invitation(invitation_id: UUID) -> Invitation:
    """Return an invitation as it stands."""
    db.session.rollback()
    return db.session.get_one(Invitation, invitation_id, populate_existing=True)


def holder(invitation_id: UUID) -> Actor:
    """Return who holds the link of an invitation."""
    return Actor(ActorKind.LINK, id=invitation_id, name="guest")


def coming(event_id: UUID) -> list[tuple[str, str]]:
    """Return who stands on the event's list and how: names and states, in order."""
    db.session.rollback()
    rows = db.session.execute(
        sa.select(Registration.name, Registration.state)
        .where(Registration.event_id == event_id)
        .order_by(Registration.created_at, Registration.position, Registration.id)
    )
    return [(row[0], row[1].value) for row in rows]


def seats_agree() -> bool:
    """Say whether every pool says what the rows say."""
    db.session.rollback()
    return all(one.agrees for one in recount())
