"""Guests' entries follow who they are: to a corrected address, and away from who was replaced."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session as Transaction
from sqlalchemy.orm import aliased

from forum.calendar.models import GuestEntry
from forum.calendar.rules.answers import Method
from forum.core.addresses import address_key
from forum.registrations.models import Registration


def follow_guests(transaction: Transaction, booking_id: UUID, was: str, email: str) -> None:
    """Let the entries of a booking's guests go along to a corrected address; one statement."""
    theirs = sa.select(Registration.id).where(Registration.booking_id == booking_id)
    _follow(transaction, GuestEntry.registration_id.in_(theirs), was, email)


def follow_invited(transaction: Transaction, invitation_id: UUID, was: str, email: str) -> None:
    """Let the entry of an invited guest go along to a corrected address; one statement."""
    _follow(transaction, GuestEntry.invitation_id == invitation_id, was, email)


def forget_replaced(transaction: Transaction, registration_id: UUID) -> None:
    """Speak for a registration no more where another has taken the place; one statement.

    Nobody writes to who was replaced. Should they come again, what they then get counts on.
    """
    now_theirs = sa.select(Registration.email_key).where(Registration.id == registration_id)
    transaction.execute(
        sa.update(GuestEntry)
        .where(
            GuestEntry.registration_id == registration_id,
            GuestEntry.email_key != now_theirs.scalar_subquery(),
            GuestEntry.method == Method.REQUEST,
        )
        .values(method=Method.CANCEL, ahead=GuestEntry.ahead + 1)
        .execution_options(synchronize_session=False)
    )


def _follow(transaction: Transaction, whose: sa.ColumnElement[bool], was: str, email: str) -> None:
    other = aliased(GuestEntry)
    there = sa.exists().where(other.uid == GuestEntry.uid, other.email_key == address_key(email))
    transaction.execute(
        sa.update(GuestEntry)
        .where(whose, GuestEntry.email_key == address_key(was), ~there)
        .values(email_key=address_key(email))
        .execution_options(synchronize_session=False)
    )
