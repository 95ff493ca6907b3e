"""Named reads of invited guests in whose own calendar the event stands by a mail of ours."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from forum.calendar.models import GuestEntry
from forum.calendar.rules.answers import Method
from forum.core.addresses import address_key
from forum.core.db import db
from forum.events.models import Event
from forum.registrations.models import Invitation, Registration
from forum.registrations.rules import ACTIVE, ASKED


def asked_by_calendar(event_id: UUID, after: UUID | None, limit: int) -> Sequence[Invitation]:
    """Return the next who were invited by calendar and have not answered, by id; one statement.

    Who is registered hears of the event as a guest.
    """
    registered = sa.exists().where(
        Registration.event_id == event_id,
        Registration.email_key == Invitation.email_key,
        Registration.state.in_(sorted(ACTIVE)),
    )
    wanted = (
        sa.select(Invitation)
        .join(
            GuestEntry,
            sa.and_(GuestEntry.uid == event_id, GuestEntry.email_key == Invitation.email_key),
        )
        .where(
            Invitation.event_id == event_id,
            Invitation.state.in_(sorted(ASKED)),
            GuestEntry.invitation_id == Invitation.id,
            GuestEntry.method == Method.REQUEST,
            ~registered,
        )
        .options(
            joinedload(Invitation.guest_list),
            joinedload(Invitation.event).joinedload(Event.venue),
            joinedload(Invitation.event).joinedload(Event.organisation),
        )
    )
    if after is not None:
        wanted = wanted.where(Invitation.id > after)
    return db.session.scalars(wanted.order_by(Invitation.id).limit(limit)).all()


def has_invited_entry(event_id: UUID, email: str) -> bool:
    """Say whether an address has the event in its calendar as one who was invited; 1 statement."""
    stands = sa.exists().where(
        GuestEntry.uid == event_id,
        GuestEntry.email_key == address_key(email),
        GuestEntry.registration_id.is_(None),
        GuestEntry.method == Method.REQUEST,
    )
    return bool(db.session.scalar(sa.select(stands)))
