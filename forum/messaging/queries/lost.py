"""Named reads of mails without an event that did not arrive: sign-in, invitations, digests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from forum.core.addresses import address_key
from forum.core.db import db
from forum.core.errors import NotFound
from forum.messaging.models import Message
from forum.messaging.queries.bounces import given_up_of
from forum.messaging.queries.listing import without_letters
from forum.messaging.rules import ALWAYS_TRIED, Kind, MessageState
from forum.messaging.rules.recipients import TEST_KEY
from forum.messaging.words.failures import ON_PURPOSE
from forum.people.models import Member, User

LOOKED_BACK = timedelta(days=90)
MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Lost:
    """A mail that did not arrive; `shut` where the next one would not be sent either."""

    message: Message
    shut: bool


def lost_of(organisation_id: UUID, now: datetime) -> Sequence[Lost]:
    """Return what did not arrive of an organisation's mails without an event, the newest first.

    Of each kind the last to an address; sign-in links to its members too. What was held back for
    good is no loss. Two statements.
    """
    rows = db.session.scalars(
        sa.select(Message)
        .where(
            _theirs(organisation_id),
            Message.state.in_((MessageState.FAILED, MessageState.BOUNCED)),
            Message.created_at > now - LOOKED_BACK,
            sa.not_(Message.key.startswith(TEST_KEY)),
            Message.last_error.not_in(ON_PURPOSE),
        )
        .order_by(Message.created_at.desc(), Message.id.desc())
        .limit(MOST_SHOWN)
        .options(*without_letters())
    ).all()
    last: dict[tuple[Kind, str], Message] = {}
    for one in rows:
        last.setdefault((one.kind, address_key(one.to_email)), one)
    shut = given_up_of(_address(one) for one in last.values())
    return [
        Lost(one, one.kind not in ALWAYS_TRIED and _address(one) in shut) for one in last.values()
    ]


def lost_message(organisation_id: UUID, message_id: UUID) -> Message:
    """Return one of an organisation's mails without an event; raises NotFound; one statement."""
    found = db.session.scalar(
        sa.select(Message)
        .where(_theirs(organisation_id), Message.id == message_id)
        .options(*without_letters())
    )
    if found is None:
        raise NotFound
    return found


def _address(message: Message) -> tuple[UUID | None, str]:
    return message.organisation_id, address_key(message.to_email)


def _theirs(organisation_id: UUID) -> sa.ColumnElement[bool]:
    members = (
        sa.select(User.email)
        .join(Member, Member.user_id == User.id)
        .where(Member.organisation_id == organisation_id)
    )
    of_members = sa.and_(
        Message.organisation_id.is_(None),
        Message.kind == Kind.SIGN_IN,
        Message.to_email.in_(members),
    )
    return sa.and_(
        Message.event_id.is_(None),
        sa.or_(Message.organisation_id == organisation_id, of_members),
    )
