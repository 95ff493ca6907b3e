"""Mails of a filled house: one in each state, one that came back, and the pages on them."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from forum.core import clock
from forum.core.db import db, writing
from forum.events.models import Event
from forum.messaging import service as messaging
from forum.messaging.models import Message
from forum.messaging.rules import Kind, MessageState
from forum.messaging.service.bouncing import Taken, take_in
from tests.messaging.returned_mail import postfix

STATES = (
    MessageState.QUEUED,
    MessageState.SENT,
    MessageState.KEPT,
    MessageState.FAILED,
    MessageState.SENT,
)


def mail_pages(event: Event, registration_id: UUID) -> tuple[str, ...]:
    """Write mails to a guest who is registered, and return the pages on them."""
    now = clock.now()
    for number, _ in enumerate(STATES):
        messaging.write_to_guest(
            registration_id, lambda _: Kind.CONFIRMED, key=f"sample:mail:{number}", now=now
        )
    for number, state in enumerate(STATES):
        _put(number, state)
    _put(3, MessageState.FAILED, last_error="552 5.2.2 The mailbox is over its quota")
    returned = _message(4)
    taken = take_in(postfix(returned.message_id, returned.to_email), now=now)
    assert taken is Taken.NOTED
    base = f"/manage/{event.slug}/messages"
    wiped = _message(2)
    with writing() as session:
        session.execute(
            sa.update(Message)
            .where(Message.id == wiped.id)
            .values(text="", html="", body_gone_at=now - timedelta(days=1))
        )
    return (
        f"{base}?state=failed",
        f"{base}?state=bounced",
        f"{base}?q=nobody-at-all",
        f"{base}?about={registration_id}",
        f"{base}/resend-failed",
        f"{base}/{returned.id}",
        f"{base}/{returned.id}/correct",
        f"{base}/{returned.id}/exact",
        f"{base}/{wiped.id}",
    )


def _message(number: int) -> Message:
    return db.session.scalars(
        sa.select(Message).where(Message.key == f"sample:mail:{number}")
    ).one()


def _put(number: int, state: MessageState, **given: object) -> None:
    sent_at = clock.now() if state is MessageState.SENT else None
    with writing() as session:
        session.execute(
            sa.update(Message)
            .where(Message.key == f"sample:mail:{number}")
            .values(state=state, sent_at=sent_at, **given)
        )
