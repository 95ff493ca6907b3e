"""Taking in what mail servers send back, and letting an address be written to again."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.core import audit
from forum.core.addresses import address_key
from forum.core.db import writing
from forum.core.ids import uuid7
from forum.core.permissions import Action, require
from forum.messaging.envelopes import claimed
from forum.messaging.models import Bounce, Message
from forum.messaging.queries.lost import lost_message
from forum.messaging.reports import LONGEST_DIAGNOSTIC, Report, read
from forum.messaging.rules import MessageState
from forum.messaging.rules.bounces import BounceAction, is_final, status_in

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.core.actor import Actor

log = logging.getLogger("forum.messaging")

MADE_HERE = re.compile(r"<([0-9a-f-]{36})(?:\.([0-9]{1,5}))?@[^<>@\s]+>")
"""The Message-IDs that `mime.identity` makes."""

_ANSWERED = re.compile(r"[45]\d\d[ -][45]\.\d{1,3}\.\d{1,3}(?![\d.])")
OF_CONSEQUENCE = frozenset({BounceAction.FAILED, BounceAction.DELAYED})
CAN_COME_BACK = (MessageState.SENT, MessageState.QUEUED, MessageState.SENDING)
"""A report may be here before the worker has noted that the mail was taken."""


class Taken(StrEnum):
    """What became of a mail that a mail server handed over."""

    NOTED = "noted"
    KNOWN = "known"
    PASSED_OVER = "passed over"
    NOT_OURS = "not ours"


@dataclass(frozen=True, slots=True)
class _Named:
    """A mail of ours that a report names: by a signed address, or by the Message-ID it has."""

    id: UUID
    copy: int
    message_id: str


def take_in(raw: bytes, came_to: str = "", *, now: datetime) -> Taken:
    """Note what a delivery report says of a mail of ours; anything else is passed over.

    A report must name a copy of a message by its signed envelope sender or its Message-ID, which
    only its recipient and the mail servers on the way know. It then speaks of that message's
    address and of no other. Raises reports.UnreadableMail.
    """
    report = read(raw, came_to)
    if report is None or report.action not in OF_CONSEQUENCE:
        return Taken.PASSED_OVER
    named = _named(report)
    return _note(named, report, now) if named else Taken.NOT_OURS


def note_refused(message: Message, answer: str, *, now: datetime) -> bool:
    """Note that the mail server took no mail for the address; say whether that is final.

    The same as a report that comes back later, where the answer's code says that it is the address.
    """
    status = status_in(answer)
    if not is_final(BounceAction.FAILED, status):
        return False
    with writing() as session:
        if not _is_known(session, message, BounceAction.FAILED):
            session.add(_bounce(message, BounceAction.FAILED, status, answer, now))
    return True


def write_again(session: Session, organisation_id: UUID | None, email: str, now: datetime) -> None:
    """Let mail go to an address once more, whatever came back from it before; one statement."""
    session.execute(
        sa.update(Bounce)
        .where(
            Bounce.address_key == address_key(email),
            Bounce.organisation_id.is_not_distinct_from(organisation_id),
            Bounce.settled_at.is_(None),
        )
        .values(settled_at=now)
        .execution_options(synchronize_session=False)
    )


def let_be_written_to(
    actor: Actor, organisation_id: UUID, message_id: UUID, *, now: datetime
) -> str:
    """Let an organisation's mails without an event go to an address again; return the address.

    It is that of a mail which did not arrive. Raises NotFound and Forbidden.
    """
    require(actor, Action.EDIT_ORGANISATION, organisation_id)
    message = lost_message(organisation_id, message_id)
    email = message.to_email
    with writing() as session:
        write_again(session, message.organisation_id, email, now)
        audit.record(
            session,
            actor,
            "address.let_be_written_to",
            ("organisation", organisation_id),
            organisation_id,
            {"email": email},
            now,
        )
    return email


def _answer(report: Report) -> str:
    """Return the report as a mail server answers, by which the reason is put in words."""
    if _ANSWERED.match(report.diagnostic):
        return report.diagnostic
    code = "450" if report.status.startswith("4.") else "550"
    return f"{code} {report.status} {report.diagnostic}".strip()[:LONGEST_DIAGNOSTIC]


def _named(report: Report) -> _Named | None:
    for address in report.sent_to:
        signed = claimed(address)
        if signed is not None:
            return _Named(signed.message_id, signed.copy, "")
    for one in report.message_ids:
        made = MADE_HERE.fullmatch(one)
        if made is not None:
            try:
                return _Named(UUID(made[1]), int(made[2] or 0), one)
            except ValueError:
                continue
    return None


def _note(named: _Named, report: Report, now: datetime) -> Taken:
    with writing() as session:
        message = session.scalar(
            sa.select(Message)
            .where(Message.id == named.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        if message is None or named.message_id not in {"", message.message_id}:
            return Taken.NOT_OURS
        if named.copy != message.copies:
            # It was sent once more since, perhaps to another address: that copy speaks for itself.
            return Taken.KNOWN
        if _is_known(session, message, report.action):
            return Taken.KNOWN
        bounce = _bounce(message, report.action, report.status, report.diagnostic, now)
        session.add(bounce)
        if report.action is BounceAction.FAILED and message.state in CAN_COME_BACK:
            message.state, message.bounced_at = MessageState.BOUNCED, now
            message.leased_until = None
            message.last_error = _answer(report)
        log.info(
            "message %s: %s %s%s",
            message.id,
            report.action.value,
            report.status,
            ", final" if bounce.final else "",
        )
        return Taken.NOTED


def _is_known(session: Session, message: Message, action: BounceAction) -> bool:
    known = session.scalar(
        sa.select(Bounce.id).where(
            Bounce.message_id == message.id,
            Bounce.copy == message.copies,
            Bounce.action == action,
        )
    )
    return known is not None


def _bounce(
    message: Message, action: BounceAction, status: str, diagnostic: str, now: datetime
) -> Bounce:
    return Bounce(
        id=uuid7(),
        organisation_id=message.organisation_id,
        message_id=message.id,
        copy=message.copies,
        email=message.to_email,
        address_key=address_key(message.to_email),
        action=action,
        status=status,
        final=is_final(action, status),
        diagnostic=diagnostic[:LONGEST_DIAGNOSTIC],
        at=now,
    )
