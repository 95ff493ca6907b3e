"""Correcting the address that a message came back from, and sending it there."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.core.addresses import address_key
from forum.core.db import writing
from forum.core.errors import Conflict
from forum.core.i18n import sentence
from forum.core.links import Purpose
from forum.core.permissions import Action, require
from forum.core.revisions import fingerprint
from forum.messaging import queries
from forum.messaging.models import Message
from forum.messaging.queries.listing import message_of
from forum.messaging.rules import MessageState
from forum.messaging.service.resending import send_to_corrected
from forum.programme.service import contact_details, keep_contact
from forum.registrations.service.correcting import (
    AnotherAddressNow,
    correct_address,
    correct_invited_address,
)

if TYPE_CHECKING:
    from forum.core.actor import Actor


class NothingCameBack(Conflict):
    """The message waits, was sent or failed for another reason: no address is to blame."""

    code = "nothing_came_back"
    says = sentence("This message did not come back, or goes out again already.")


class NoAddressToCorrect(Conflict):
    """Nobody's address stands behind the message any more."""

    code = "no_address_to_correct"
    says = sentence(
        "Whom this message was for is no longer kept, so there is no address to correct."
    )


def correct_and_send(
    actor: Actor, event_id: UUID, message_id: UUID, email: str, *, now: datetime
) -> None:
    """Correct the address that a message came back from, and send what came back once more.

    It is corrected where it is kept: at the registration with its booking, at the invitation, or
    at the speaker's contact details. Raises NothingCameBack, NoAddressToCorrect, AnotherAddressNow,
    NotFound, Forbidden, and what the room that keeps the address refuses, such as AddressTaken.
    """
    message = message_of(event_id, message_id)
    require(actor, Action.SEND_MESSAGES, message.organisation_id)
    if message.state is not MessageState.BOUNCED:
        raise NothingCameBack
    was, link_id = message.to_email, message.link_id
    if message.link_purpose == Purpose.GUEST_INVITATION and link_id:
        correct_invited_address(actor, event_id, link_id, was, email, now=now)
    elif message.link_purpose == Purpose.SPEAKER and link_id:
        _correct_speaker(actor, link_id, was, email, now)
    elif message.registration_id is not None:
        correct_address(actor, event_id, message.registration_id, was, email, now=now)
    else:
        raise NoAddressToCorrect


def can_be_corrected(message: Message) -> bool:
    """Say whether somebody's address stands behind a message that came back."""
    about = message.link_purpose in {Purpose.GUEST_INVITATION, Purpose.SPEAKER}
    known = about or message.registration_id is not None
    return message.state is MessageState.BOUNCED and known


def _correct_speaker(
    actor: Actor, engagement_id: UUID, was: str, email: str, now: datetime
) -> None:
    found = queries.speakers([engagement_id])
    if not found:
        raise NoAddressToCorrect
    one = found[0]
    known = contact_details(one.contact)
    if address_key(known.email) != address_key(was):
        raise AnotherAddressNow
    keep_contact(
        actor,
        one.speaker.organisation_id,
        one.speaker.id,
        fingerprint(asdict(known)),
        replace(known, email=email),
        now=now,
    )
    about = sa.and_(Message.link_purpose == Purpose.SPEAKER, Message.link_id == engagement_id)
    with writing() as session:
        send_to_corrected(session, about, was, email, now)
