"""Named reads of the organiser's list of messages: pages by key, counts, one message.

A page never counts rows to skip them: it goes on from the key of a row that was shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import defer

from forum.core.db import db
from forum.core.errors import NotFound
from forum.core.text import plain_key
from forum.messaging.models import Announcement, Message
from forum.messaging.rules import MessageState
from forum.messaging.rules.announcements import AnnouncementState
from forum.messaging.rules.views import LONGEST_SEARCH, View, Wanted
from forum.messaging.words.failures import ON_PURPOSE, PUT_OFF_BEGINS

if TYPE_CHECKING:
    from sqlalchemy.orm.interfaces import ORMOption

PAGE_SIZE = 50
PUT_OFF = sa.and_(
    Message.state == MessageState.FAILED, Message.last_error.startswith(PUT_OFF_BEGINS)
)
"""News that go out merged tomorrow."""


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of the list, the newest first; before `newer` and after `older` there are more."""

    rows: Sequence[Message]
    newer: UUID | None
    older: UUID | None


@dataclass(frozen=True, slots=True)
class MailNeeds:
    """How many mails came back, how many failed and can go again, what waits for a nod.

    `overtaken` is how many of Forum's own mails were stopped half-way, since the event was changed.
    """

    bounced: int
    failed: int
    nods: int
    overtaken: int


def page_of(
    event_id: UUID, wanted: Wanted, *, after: UUID | None = None, before: UUID | None = None
) -> Page:
    """Return the rows that follow one, or come before one; one to three statements.

    Letters are large: whoever asks a row of the list for `text` or `html` gets an error. A row to
    go on from that is of no such event is passed over.
    """
    start = _key_of(event_id, before or after)
    backwards = before is not None and start is not None
    rows = _rows(event_id, wanted, start, backwards=backwards)
    if backwards and len(rows) <= PAGE_SIZE:
        start, backwards = None, False
        rows = _rows(event_id, wanted, None, backwards=False)
    more_that_way = len(rows) > PAGE_SIZE
    rows = rows[:PAGE_SIZE]
    if backwards:
        rows = rows[::-1]
    newer = rows[0].id if rows and (more_that_way if backwards else start is not None) else None
    older = rows[-1].id if rows and (backwards or more_that_way) else None
    return Page(rows, newer, older)


def counts_of(event_id: UUID) -> dict[MessageState, int]:
    """Return how many messages stand in each state, noughts included; one statement.

    What was put off until tomorrow waits, whatever its row says.
    """
    rows = db.session.execute(
        sa.select(Message.state, PUT_OFF, sa.func.count())
        .where(Message.event_id == event_id)
        .group_by(Message.state, PUT_OFF),
    ).all()
    counted = dict.fromkeys(MessageState, 0)
    for state, put_off, number in rows:
        counted[MessageState.QUEUED if put_off else state] += int(number)
    return counted


def message_of(event_id: UUID, message_id: UUID) -> Message:
    """Return one message of an event; raises NotFound for foreign ones; one statement."""
    found = db.session.scalar(
        sa.select(Message).where(Message.event_id == event_id, Message.id == message_id),
    )
    if found is None:
        raise NotFound
    return found


def failed_of(event_id: UUID) -> dict[str, int]:
    """Return how many of an event's messages that can go out again failed for what; one statement.

    By the last error as it is kept.
    """
    rows = db.session.execute(
        sa.select(Message.last_error, sa.func.count())
        .where(sendable_failed(event_id))
        .group_by(Message.last_error)
    ).all()
    return {row[0]: int(row[1]) for row in rows}


def sendable_failed(event_id: UUID) -> sa.ColumnElement[bool]:
    """Return the condition for an event's failed messages that can go out again.

    What Forum held back on purpose is none of them.
    """
    return sa.and_(
        Message.event_id == event_id,
        Message.state == MessageState.FAILED,
        Message.last_error.not_in(ON_PURPOSE),
        sa.not_(Message.last_error.startswith(PUT_OFF_BEGINS)),
        Message.body_gone_at.is_(None),
    )


def stands(message: Message) -> MessageState:
    """Return where a message stands for whoever looks at it: news put off until tomorrow waits."""
    put_off = message.last_error.startswith(PUT_OFF_BEGINS)
    return MessageState.QUEUED if put_off else message.state


def needs_of(event_id: UUID) -> MailNeeds:
    """Return what of an event's mail waits for somebody; two statements."""
    row = db.session.execute(
        sa.select(
            sa.func.count().filter(Message.state == MessageState.BOUNCED),
            sa.func.count().filter(sendable_failed(event_id)),
        ).where(
            Message.event_id == event_id,
            Message.state.in_((MessageState.BOUNCED, MessageState.FAILED)),
        )
    ).one()
    nods, overtaken = db.session.execute(
        sa.select(
            sa.func.count().filter(Announcement.state == AnnouncementState.AWAITING_NOD),
            sa.func.count().filter(Announcement.overtaken_at.is_not(None)),
        ).where(
            Announcement.event_id == event_id,
            Announcement.state.in_((AnnouncementState.AWAITING_NOD, AnnouncementState.STOPPED)),
        )
    ).one()
    return MailNeeds(row[0], row[1], nods, overtaken)


def name_of(event_id: UUID, about: UUID) -> str | None:
    """Return whom the mails about a guest, an invited guest or a speaker went to; one statement.

    The name that the newest has, or its address; None where there is none of this event.
    """
    row = db.session.execute(
        sa.select(Message.to_name, Message.to_email)
        .where(Message.event_id == event_id, _about(about))
        .order_by(Message.created_at.desc(), Message.id.desc())
        .limit(1)
    ).first()
    return (row.to_name or row.to_email) if row else None


def name_of_announcement(event_id: UUID, announcement_id: UUID) -> str | None:
    """Return what an announcement is called; one statement; None where it is none of this event."""
    return db.session.scalar(
        sa.select(Announcement.name).where(
            Announcement.event_id == event_id, Announcement.id == announcement_id
        )
    )


def without_letters() -> tuple[ORMOption, ...]:
    """Return the options under which a row of a list is read: its letter stays where it is."""
    return (defer(Message.text, raiseload=True), defer(Message.html, raiseload=True))


def _rows(
    event_id: UUID, wanted: Wanted, start: tuple[Any, UUID] | None, *, backwards: bool
) -> Sequence[Message]:
    found = sa.select(Message).where(Message.event_id == event_id, *_conditions(wanted))
    if start is not None:
        key = sa.tuple_(Message.created_at, Message.id)
        here = sa.tuple_(
            sa.literal(start[0], Message.created_at.type), sa.literal(start[1], Message.id.type)
        )
        found = found.where(key > here if backwards else key < here)
    columns = (Message.created_at, Message.id)
    order = columns if backwards else tuple(one.desc() for one in columns)
    limited = found.options(*without_letters()).order_by(*order).limit(PAGE_SIZE + 1)
    return db.session.scalars(limited).all()


def _key_of(event_id: UUID, message_id: UUID | None) -> tuple[Any, UUID] | None:
    if message_id is None:
        return None
    row = db.session.execute(
        sa.select(Message.created_at, Message.id).where(
            Message.event_id == event_id, Message.id == message_id
        )
    ).first()
    return (row[0], row[1]) if row else None


def _conditions(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    found = _matching(wanted.search)
    if wanted.view is not None:
        states = wanted.view.states
        stands = Message.state == states[0] if len(states) == 1 else Message.state.in_(states)
        if wanted.view is View.WAITING:
            stands = sa.or_(stands, PUT_OFF)
        elif wanted.view is View.FAILED:
            stands = sa.and_(stands, sa.not_(PUT_OFF))
        found.append(stands)
    if wanted.kind is not None:
        found.append(Message.kind == wanted.kind)
    if wanted.about is not None:
        found.append(_about(wanted.about))
    if wanted.announcement is not None:
        found.append(Message.announcement_id == wanted.announcement)
    return found


def _about(thing_id: UUID) -> sa.ColumnElement[bool]:
    # Two ways, each by its index: of an OR SQLite would walk all messages of the event.
    theirs = sa.union(
        sa.select(Message.id).where(Message.registration_id == thing_id),
        sa.select(Message.id).where(Message.link_id == thing_id),
    )
    return Message.id.in_(theirs)


def _matching(search: str) -> list[sa.ColumnElement[bool]]:
    words = plain_key(search[:LONGEST_SEARCH]).split()
    columns = (Message.to_email, Message.to_name, Message.subject)
    return [
        sa.or_(*(sa.func.lower(one).contains(word, autoescape=True) for one in columns))
        for word in words
    ]
