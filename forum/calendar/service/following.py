"""Guests' entries follow who they are: to a corrected address, and away from who was replaced."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session as Transaction
from sqlalchemy.orm import aliased

from forum.calendar.models import GuestEntry
from forum.calendar.rules.answers import Method
from forum.calendar.service.scheduling import in_one_order
from forum.core.addresses import address_key
from forum.core.db import writing
from forum.core.periodic import every
from forum.events.models import Event
from forum.registrations.models import Registration


def follow_guests(transaction: Transaction, booking_id: UUID, was: str, email: str) -> None:
    """Let the entries of a booking's guests go along to a corrected address; two statements."""
    theirs = sa.select(Registration.id).where(Registration.booking_id == booking_id)
    _follow(transaction, GuestEntry.registration_id.in_(theirs), was, email)


def follow_invited(transaction: Transaction, invitation_id: UUID, was: str, email: str) -> None:
    """Let the entry of an invited guest go along to a corrected address; two statements."""
    _follow(transaction, GuestEntry.invitation_id == invitation_id, was, email)


def forget_replaced(transaction: Transaction, registration_id: UUID) -> None:
    """Speak for a registration no more where another has taken the place; two statements.

    Nobody writes to who was replaced. Should they come again, what they then get counts on.
    """
    now_theirs = sa.select(Registration.email_key).where(Registration.id == registration_id)
    ids = _held(
        transaction,
        GuestEntry.registration_id == registration_id,
        GuestEntry.email_key != now_theirs.scalar_subquery(),
        GuestEntry.method == Method.REQUEST,
    )
    transaction.execute(
        sa.update(GuestEntry)
        .where(GuestEntry.id.in_(ids))
        .values(
            method=Method.CANCEL,
            ahead=GuestEntry.ahead + 1,
            sent_sequence=GuestEntry.sent_sequence + 1,
        )
        .execution_options(synchronize_session=False)
    )


@every(timedelta(days=1), "forget entries of who is invited no more")
def forget_withdrawn(now: datetime) -> int:
    """Delete what calendars showed of withdrawn invitations to events that are over."""
    over = sa.select(Event.id).where(Event.ends_at <= now)
    with writing() as session:
        gone = session.execute(
            sa.delete(GuestEntry)
            .where(
                GuestEntry.registration_id.is_(None),
                GuestEntry.invitation_id.is_(None),
                GuestEntry.event_id.in_(over),
            )
            .returning(GuestEntry.id)
            .execution_options(synchronize_session=False)
        )
        return len(gone.all())


def _follow(transaction: Transaction, whose: sa.ColumnElement[bool], was: str, email: str) -> None:
    other = aliased(GuestEntry)
    there = sa.exists().where(other.uid == GuestEntry.uid, other.email_key == address_key(email))
    ids = _held(transaction, whose, GuestEntry.email_key == address_key(was), ~there, whole=True)
    transaction.execute(
        sa.update(GuestEntry)
        .where(GuestEntry.id.in_(ids))
        .values(email_key=address_key(email))
        .execution_options(synchronize_session=False)
    )


def _held(
    transaction: Transaction, *which: sa.ColumnElement[bool], whole: bool = False
) -> list[UUID]:
    """Hold entries in the one order of all who write them; `whole` where the address changes."""
    return list(
        transaction.scalars(
            sa.select(GuestEntry.id)
            .where(*which)
            .order_by(*in_one_order(transaction))
            .with_for_update(key_share=not whole, of=GuestEntry)
        )
    )
