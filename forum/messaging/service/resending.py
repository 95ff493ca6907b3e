"""Sending messages once more: because somebody asked for it, or an address was corrected."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.core import audit
from forum.core.addresses import address_key
from forum.core.db import writing
from forum.core.errors import Conflict, NotFound
from forum.core.i18n import sentence
from forum.core.outbox import nudge_after
from forum.core.permissions import Action, require
from forum.events.models import Event
from forum.messaging import post
from forum.messaging.mime import identity
from forum.messaging.models import Message
from forum.messaging.queries.listing import sendable_failed, without_letters
from forum.messaging.rules import MessageState, WordsGone, check_resend
from forum.messaging.rules.views import MOST_AT_ONCE
from forum.messaging.service.bouncing import write_again

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.core.actor import Actor


class OthersFailed(Conflict):
    """Another number of messages has failed by now than the one that was agreed to."""

    code = "others_failed"
    says = sentence("Another number of messages has failed by now. Look again, then send.")


def resend(actor: Actor, event_id: UUID, message_id: UUID, *, now: datetime) -> None:
    """Queue a message of the event again, as a copy with a Message-ID of its own.

    An address from which mail came back is tried anew. Raises StillOnItsWay while it waits or is
    being sent, WordsGone where its words are no longer kept.
    """
    with writing() as session:
        message = session.scalar(
            sa.select(Message)
            .where(Message.id == message_id, Message.event_id == event_id)
            .with_for_update()
            .options(*without_letters())
            .execution_options(populate_existing=True)
        )
        if message is None:
            raise NotFound
        require(actor, Action.SEND_MESSAGES, message.organisation_id)
        check_resend(message.state)
        if message.body_gone_at is not None:
            raise WordsGone
        if message.state is MessageState.BOUNCED:
            write_again(session, message.organisation_id, message.to_email, now)
        _queue_again(message, now)
        # Somebody waits for this one.
        message.bulk = False
        nudge_after(session)
        audit.record(
            session,
            actor,
            "message.resent",
            ("message", message.id),
            message.organisation_id,
            {"kind": message.kind.value, "copy": message.copies},
            now,
        )


def resend_failed(actor: Actor, event_id: UUID, number: int, *, now: datetime) -> int:
    """Queue all of an event's messages that failed again, at most MOST_AT_ONCE; return how many.

    `number` is how many were agreed to. Raises OthersFailed where they are others, NotFound.
    """
    with writing() as session:
        organisation_id = session.scalar(
            sa.select(Event.organisation_id).where(Event.id == event_id)
        )
        if organisation_id is None:
            raise NotFound
        require(actor, Action.SEND_MESSAGES, organisation_id)
        failed = session.scalars(
            sa.select(Message)
            .where(sendable_failed(event_id))
            .order_by(Message.created_at, Message.id)
            .limit(MOST_AT_ONCE)
            .with_for_update()
            .options(*without_letters())
            .execution_options(populate_existing=True)
        ).all()
        if len(failed) != number:
            raise OthersFailed
        for message in failed:
            good_until = message.good_until
            _queue_again(message, now)
            message.good_until = good_until
        nudge_after(session)
        audit.record(
            session,
            actor,
            "messages.resent",
            ("event", event_id),
            organisation_id,
            {"number": number},
            now,
        )
        return number


def send_to_corrected(
    session: Session, about: sa.ColumnElement[bool], was: str, email: str, now: datetime
) -> int:
    """Queue what came back from a corrected address again, to the one in its place.

    Of each kind the newest, since an older one says what is no longer so. Return how many; two
    statements.
    """
    came_back = session.scalars(
        sa.select(Message)
        .where(about, Message.state == MessageState.BOUNCED, Message.body_gone_at.is_(None))
        .order_by(Message.created_at, Message.id)
        .with_for_update()
        .options(*without_letters())
        .execution_options(populate_existing=True)
    )
    theirs = [one for one in came_back if address_key(one.to_email) == address_key(was)]
    newest = _newest_of_each_kind(theirs)
    for message in newest:
        message.to_email = email
        _queue_again(message, now)
    if newest:
        write_again(session, newest[0].organisation_id, email, now)
        nudge_after(session)
    return len(newest)


def _newest_of_each_kind(messages: Iterable[Message]) -> list[Message]:
    return list({(one.kind, one.announcement_id): one for one in messages}.values())


def _queue_again(message: Message, now: datetime) -> None:
    message.copies += 1
    message.message_id = identity(message.id, post.sender(), message.copies)
    message.state, message.tries, message.last_error = MessageState.QUEUED, 0, ""
    message.due_at, message.good_until = now, None
