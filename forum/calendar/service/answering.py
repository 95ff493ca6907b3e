"""Taking in what guests' calendars answer; an answer frees no seat, it is noted and shown."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.calendar.models import GuestEntry
from forum.calendar.rules.answers import Answer, Method
from forum.core import audit, outbox
from forum.core.actor import SYSTEM
from forum.core.addresses import address_key
from forum.core.db import writing
from forum.events.models import Event
from forum.programme.models import Session

if TYPE_CHECKING:
    from sqlalchemy.orm import Session as Transaction

    from forum.calendar.replies import Reply

log = logging.getLogger("forum.calendar")

ASKS_FOR_A_CLICK = {
    True: frozenset({Answer.DECLINED}),
    False: frozenset({Answer.DECLINED, Answer.ACCEPTED}),
}
"""What a guest (True), or one who is invited (False), has to say once more behind their link."""


ACTIONS = {
    Answer.ACCEPTED: "calendar.accepted",
    Answer.TENTATIVE: "calendar.tentative",
    Answer.DECLINED: "calendar.declined",
}
"""Under which name the audit trail keeps an answer."""


class AnswerTaken(StrEnum):
    """What became of a calendar's answer."""

    NOTED = "noted"
    KNOWN = "known"
    STALE = "stale"
    FOREIGN = "foreign"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who brings an answer: the entry that a signed address of ours names, and the sender.

    `proven` says whether a mail server of ours vouches for the sender's address.
    """

    entry_id: UUID | None
    sender: str
    proven: bool = False


def take_answer(reply: Reply, bearer: Bearer, *, now: datetime) -> AnswerTaken:
    """Note what a guest's calendar answers; anything forged, foreign or stale is only logged.

    Believed is who answers to the address that only this guest was given, or whose own address a
    mail server of ours vouches for. Nobody's seat is touched: who declines, and who was invited
    and answers at all, is asked by mail for a click. Emits calendar.answered for those.
    """
    with writing() as session:
        taken = _take(session, reply, bearer, now)
    if taken is not AnswerTaken.NOTED:
        log.info("a calendar's answer was passed over: %s", taken.value)
    return taken


def _take(session: Transaction, reply: Reply, bearer: Bearer, now: datetime) -> AnswerTaken:
    entry = _entry(session, reply, bearer)
    if entry is None:
        return AnswerTaken.UNKNOWN
    if entry.uid != reply.uid or not _may_answer(entry, reply, bearer):
        return AnswerTaken.FOREIGN
    if entry.method is not Method.REQUEST or reply.sequence < entry.sent_sequence:
        return AnswerTaken.STALE
    # Neither a version that we never made nor a day to come shuts out what comes later.
    sequence = min(reply.sequence, _sequence(session, entry))
    stamp = min(reply.stamp or now, now)
    if entry.answer_stamp is not None:
        before = (entry.answer_sequence or 0, entry.answer_stamp)
        if (sequence, stamp) == before and entry.answer is reply.answer:
            return AnswerTaken.KNOWN
        if (sequence, stamp) < before:
            return AnswerTaken.STALE
    entry.answer, entry.answer_stamp, entry.answer_sequence = reply.answer, stamp, sequence
    entry.answered_at, entry.answered_by = now, reply.attendee[:254]
    session.flush()
    _record(session, entry, reply, now)
    return AnswerTaken.NOTED


def _entry(session: Transaction, reply: Reply, bearer: Bearer) -> GuestEntry | None:
    """Return the entry that is answered, locked; one statement."""
    named = (
        GuestEntry.id == bearer.entry_id
        if bearer.entry_id is not None
        else sa.and_(
            GuestEntry.uid == reply.uid, GuestEntry.email_key == address_key(reply.attendee)
        )
    )
    return session.scalar(
        sa.select(GuestEntry)
        .where(named)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )


def _may_answer(entry: GuestEntry, reply: Reply, bearer: Bearer) -> bool:
    """Say whether an answer is the guest's own: by the signed address, or by a proven sender."""
    if bearer.entry_id is not None:
        return True
    keys = {address_key(reply.attendee), address_key(bearer.sender)}
    return bearer.proven and keys == {entry.email_key}


def _sequence(session: Transaction, entry: GuestEntry) -> int:
    """Return the SEQUENCE that the entry has now; one statement."""
    thing = Session if entry.session_id is not None else Event
    now_at = session.scalar(sa.select(thing.calendar_sequence).where(thing.id == entry.uid))
    return (now_at or 0) + entry.ahead


def _record(session: Transaction, entry: GuestEntry, reply: Reply, now: datetime) -> None:
    event = session.get_one(Event, entry.event_id)
    registered = entry.registration_id is not None
    about = entry.registration_id or entry.invitation_id
    if about is None:
        return
    said = {
        "session": str(entry.session_id) if entry.session_id else None,
        "reason": reply.comment,
    }
    thing = ("registration" if registered else "invitation", about)
    audit.record(session, SYSTEM, ACTIONS[reply.answer], thing, event.organisation_id, said, now)
    if reply.answer in ASKS_FOR_A_CLICK[registered]:
        outbox.emit_once(
            session,
            "calendar.answered",
            {
                "entry_id": str(entry.id),
                "registration_id": str(entry.registration_id) if registered else None,
                "invitation_id": None if registered else str(entry.invitation_id),
                "session_id": str(entry.session_id) if entry.session_id else None,
                "answer": reply.answer.value,
                "day": now.date().isoformat(),
            },
            key=f"{entry.id}:{reply.answer.value}:{now.date().isoformat()}",
            now=now,
        )
