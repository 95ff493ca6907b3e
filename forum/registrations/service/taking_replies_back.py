"""Replies that are taken back: what they came to was ended, and not by the guest."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa

from forum.registrations.models import Invitation, Registration
from forum.registrations.rules import Ended, InvitationState

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

BY_THE_GUEST = frozenset({Ended.GUEST, Ended.NOT_COMING, Ended.REPLACED})
"""Ends of a registration by which a guest has declined."""


def ended_by(session: Session, one: Invitation) -> Ended | None:
    """Return why the last registration ended by which an accepted guest came."""
    mine = (
        Registration.booking_id == one.booking_id
        if one.booking_id is not None
        else sa.and_(
            Registration.event_id == one.event_id,
            Registration.email_key == one.email_key,
            Registration.email_key != "",
        )
    )
    return session.scalar(
        sa.select(Registration.ended)
        .where(mine)
        .order_by(Registration.changed_at.desc(), Registration.id)
        .limit(1)
    )


def take_reply_back(session: Session, one: Invitation, now: datetime) -> None:
    """Let an invitation stand as before its reply, where others ended what it came to."""
    sent = InvitationState.SENT if one.sent_at else InvitationState.DRAFT
    one.state = InvitationState.OPENED if one.opened_at else sent
    one.booking_id, one.reply_by, one.reply_note, one.replied_at = None, None, "", None
    one.delegate = False
    one.changed_at = now
    one.revision += 1
    session.flush()
