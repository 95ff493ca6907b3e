"""Sending a message once more, because somebody asked for it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.core import audit
from forum.core.db import writing
from forum.core.errors import NotFound
from forum.core.permissions import Action, require
from forum.messaging import post
from forum.messaging.mime import identity
from forum.messaging.models import Message
from forum.messaging.rules import MessageState, check_resend

if TYPE_CHECKING:
    from forum.core.actor import Actor


def resend(actor: Actor, event_id: UUID, message_id: UUID, *, now: datetime) -> None:
    """Queue a message of the event again, as a copy with a Message-ID of its own.

    Raises StillOnItsWay while it waits or is being sent.
    """
    with writing() as session:
        message = session.scalar(
            sa.select(Message)
            .where(Message.id == message_id, Message.event_id == event_id)
            .with_for_update(),
        )
        if message is None:
            raise NotFound
        require(actor, Action.SEND_MESSAGES, message.organisation_id)
        check_resend(message.state)
        message.copies += 1
        message.message_id = identity(message.id, post.sender(), message.copies)
        message.state, message.tries, message.last_error = MessageState.QUEUED, 0, ""
        message.due_at = now
        audit.record(
            session,
            actor,
            "message.resent",
            ("message", message.id),
            message.organisation_id,
            {"kind": message.kind.value, "copy": message.copies},
            now,
        )
