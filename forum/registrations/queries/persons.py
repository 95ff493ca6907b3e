"""Named reads of one guest: the party, notes and tags, doubles, and what the audit trail says."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from forum.core.audit import AuditEntry
from forum.core.db import db
from forum.core.errors import NotFound
from forum.core.ids import CODE_LENGTH
from forum.core.text import plain_key
from forum.registrations.models import (
    GuestList,
    Invitation,
    Registration,
    RegistrationNote,
    RegistrationTag,
    SpeakerSeat,
)
from forum.registrations.rules import ACTIVE, RegistrationState

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

MOST_NAMED = 8
MOST_DOUBLES = 5


@dataclass(frozen=True, slots=True)
class InvitedBy:
    """The invitation by which a booking came: its list, and what the greeter is to know."""

    invitation_id: UUID
    list_id: UUID
    list_name: str
    salutation: str
    seating: str
    greet: bool


def party_of(registration: Registration) -> Sequence[Registration]:
    """Return everybody of the same booking, with types, in their order; one statement."""
    return db.session.scalars(
        sa.select(Registration)
        .where(Registration.booking_id == registration.booking_id)
        .options(joinedload(Registration.ticket_type))
        .order_by(Registration.position, Registration.id)
    ).all()


def notes_of(registration_id: UUID) -> Sequence[RegistrationNote]:
    """Return the notes on a guest, newest first; one statement."""
    return db.session.scalars(
        sa.select(RegistrationNote)
        .where(RegistrationNote.registration_id == registration_id)
        .order_by(RegistrationNote.written_at.desc(), RegistrationNote.id.desc())
    ).all()


def tags_on(registration_id: UUID) -> Sequence[str]:
    """Return the tags of one guest; one statement."""
    return db.session.scalars(
        sa.select(RegistrationTag.tag)
        .where(RegistrationTag.registration_id == registration_id)
        .order_by(RegistrationTag.tag)
    ).all()


def invited_by(booking_id: UUID) -> InvitedBy | None:
    """Return the invitation of a booking, None where it came otherwise; one statement."""
    row = db.session.execute(
        sa.select(
            Invitation.id,
            GuestList.id,
            GuestList.name,
            Invitation.salutation,
            Invitation.seating,
            Invitation.greet,
        )
        .join(GuestList, GuestList.id == Invitation.list_id)
        .where(Invitation.booking_id == booking_id)
    ).first()
    return InvitedBy(*row) if row else None


def names_of(
    event_id: UUID, ids: Sequence[UUID], states: Collection[RegistrationState]
) -> Sequence[Registration]:
    """Return the first of these registrations that stand in such a state; one statement."""
    return db.session.scalars(
        sa.select(Registration)
        .where(
            Registration.event_id == event_id,
            Registration.id.in_(ids),
            Registration.state.in_(states),
        )
        .order_by(Registration.created_at, Registration.id)
        .limit(MOST_NAMED)
    ).all()


def doubles_of(registration: Registration) -> Sequence[Registration]:
    """Return others of the event that may be the same person; one statement.

    The same Latin name or the same Chinese one, at the same organisation or at one not given.
    """
    names = []
    if registration.sort_name:
        names.append(Registration.sort_name == registration.sort_name)
    if registration.name_zh:
        names.append(Registration.name_zh == registration.name_zh)
    if not names or registration.state not in ACTIVE:
        return []
    same_house = Registration.sort_organisation.in_(["", registration.sort_organisation])
    house = same_house if registration.sort_organisation else sa.true()
    return db.session.scalars(
        sa.select(Registration)
        .where(
            Registration.event_id == registration.event_id,
            Registration.id != registration.id,
            Registration.state.in_(ACTIVE),
            sa.or_(*names),
            house,
        )
        .options(joinedload(Registration.ticket_type))
        .order_by(
            sa.case((Registration.sort_name == registration.sort_name, 0), else_=1),
            Registration.created_at,
            Registration.id,
        )
        .limit(MOST_DOUBLES)
    ).all()


def id_by_code(event_id: UUID, typed: str) -> UUID:
    """Return the registration of an event with this reference; raises NotFound; one statement."""
    code = plain_key(typed).replace("-", "").replace(" ", "").upper()[: CODE_LENGTH * 2]
    found = db.session.scalar(
        sa.select(Registration.id).where(
            Registration.event_id == event_id, Registration.code == code
        )
    )
    if found is None:
        raise NotFound
    return found


def is_speakers(registration_id: UUID) -> bool:
    """Say whether a registration is a speaker's own; one statement."""
    return bool(
        db.session.scalar(
            sa.select(sa.exists().where(SpeakerSeat.registration_id == registration_id))
        )
    )


def recorded(session: Session, registration_id: UUID, most: int) -> Sequence[AuditEntry]:
    """Return what the audit trail has of a registration and its booking; one statement."""
    booking = (
        sa.select(Registration.booking_id)
        .where(Registration.id == registration_id)
        .scalar_subquery()
    )
    return session.scalars(
        sa.select(AuditEntry)
        .where(
            sa.or_(
                sa.and_(
                    AuditEntry.thing_kind == "registration",
                    AuditEntry.thing_id == registration_id,
                ),
                sa.and_(AuditEntry.thing_kind == "booking", AuditEntry.thing_id == booking),
            )
        )
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
        .limit(most)
    ).all()
