"""Calendar files that say when a room is taken by others: looked at first, then kept, read again.

A file is read by a process of its own, which is stopped where it takes too long; no transaction
waits for it.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import zlib
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from threading import Lock
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session as Transaction

from forum.core import audit
from forum.core.actor import Actor
from forum.core.dates import last_day, local_day
from forum.core.db import db, once_more_when_raced, writing
from forum.core.errors import Conflict, Invalid, NotFound, Unavailable
from forum.core.i18n import sentence
from forum.core.outbox import emit
from forum.core.periodic import every
from forum.core.permissions import Action
from forum.core.text import clean_line
from forum.events.models import Event, Room
from forum.events.service import locked_event
from forum.programme.models import RoomBusyTime, RoomCalendar, Session
from forum.programme.rules import WhyUnread

LARGEST_FILE = 5_000_000
LONGEST_WORK = 20.0
"""Seconds that reading one file may take; six thousand events take five."""

LONGEST_WAIT = 5.0
"""Seconds that a file waits for its turn."""

NIGHT = timedelta(hours=6)
"""A night belongs to the day before it."""

KEPT_FOR = timedelta(hours=12)

_READER = "forum.calendar.busy"

OUTDATED = "room_calendar.outdated"

UNREAD = {
    WhyUnread.NO_EVENT: sentence(
        "No event that can be read is in this file. Send a calendar, as .ics."
    ),
    WhyUnread.TOO_LARGE: sentence(
        "The calendar is larger than 5 MB. Export a shorter time, and send that."
    ),
    WhyUnread.TOO_LONG: sentence(
        "Reading this calendar takes too long. Export a shorter time, and send that."
    ),
    WhyUnread.TOO_MANY: sentence(
        "More than 2,000 times of this calendar fall on the days of the event. "
        "Send the calendar of this room alone."
    ),
}

_one_at_a_time = Lock()
"""A strange file takes a processor for seconds, and memory: of two, one waits."""

log = logging.getLogger("forum.calendar")


class UnreadableCalendar(Invalid):
    """The file is no calendar, or more than can be looked through."""

    code = "unreadable_calendar"

    def __init__(self, why: WhyUnread) -> None:
        """Say what to do, at the box for the file."""
        self.why = why
        super().__init__(UNREAD[why], field="file")


class ReaderBusy(Unavailable):
    """Another file is being read, and it takes long."""

    code = "calendar_reader_busy"
    says = sentence("Another calendar is being read just now. Try again in a few seconds.")


class NoCalendarWaits(Conflict):
    """The file that was looked at is not there any more, or another took its place."""

    code = "no_calendar_waits"
    says = sentence("Another file was sent for this room meanwhile. Look at it first.")


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file as it was sent: its name, its bytes, the zone for times that name none."""

    name: str
    content: bytes
    zone: str


@dataclass(frozen=True, slots=True)
class _Question:
    sent: SentFile
    days: tuple[datetime, datetime]
    ours: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Read:
    times: list[tuple[datetime, datetime, str]]
    entries: int
    odd: dict[str, Any]


def look_at(actor: Actor, event: Event, room_id: UUID, sent: SentFile, *, now: datetime) -> None:
    """Read a file and let it wait for a yes; it takes the place of one that waited.

    Ends the present read transaction. Raises UnreadableCalendar, ReaderBusy, NotFound, Forbidden.
    """
    event_id, question = event.id, _question(sent, event)
    db.session.rollback()
    read = _read(question)
    packed = zlib.compress(sent.content, level=1)

    def _keep() -> None:
        with writing() as transaction:
            held, room = _held(transaction, actor, event_id, room_id)
            _drop(transaction, room.id, waiting=True)
            calendar = RoomCalendar(
                room_id=room.id,
                waiting=True,
                file_name=clean_line(sent.name)[:200],
                zone=sent.zone,
                content=packed,
                entries=read.entries,
                odd=read.odd,
                read_at=now,
                read_by=actor.name[:200],
            )
            transaction.add(calendar)
            transaction.flush()
            _write_times(transaction, held, calendar, read)
            if days_looked_at(held) != question.days:
                _ask_anew(transaction, calendar.id, held.revision, now)

    once_more_when_raced(_keep)


def look_again(actor: Actor, event: Event, room_id: UUID, zone: str, *, now: datetime) -> None:
    """Read the waiting file's times on the clocks of another zone."""
    row = db.session.execute(
        sa.select(RoomCalendar.file_name, RoomCalendar.content)
        .join(Room, Room.id == RoomCalendar.room_id)
        .where(Room.event_id == event.id, Room.id == room_id, RoomCalendar.waiting)
    ).first()
    if row is None:
        raise NotFound
    sent = SentFile(row.file_name, zlib.decompress(row.content), zone)
    look_at(actor, event, room_id, sent, now=now)


def keep(actor: Actor, event_id: UUID, room_id: UUID, calendar_id: UUID, *, now: datetime) -> int:
    """Put the file that was looked at in force, in the place of the one before; return its times.

    Raises NoCalendarWaits, NotFound, Forbidden.
    """
    with writing() as transaction:
        event, room = _held(transaction, actor, event_id, room_id)
        calendar = _of_room(transaction, room.id, waiting=True)
        if calendar is None or calendar.id != calendar_id:
            raise NoCalendarWaits
        _drop(transaction, room.id, waiting=False)
        calendar.waiting = False
        transaction.flush()
        number = transaction.scalar(
            sa.select(sa.func.count()).where(RoomBusyTime.calendar_id == calendar.id)
        )
        details = {"file": calendar.file_name, "times": number}
        _record(transaction, actor, event, room, "room.calendar_kept", details, now)
        return number or 0


def forget(actor: Actor, event_id: UUID, room_id: UUID) -> None:
    """Throw the file that waits away."""
    with writing() as transaction:
        _, room = _held(transaction, actor, event_id, room_id)
        _drop(transaction, room.id, waiting=True)


def remove(actor: Actor, event_id: UUID, room_id: UUID, *, now: datetime) -> None:
    """Take the calendar of a room away; one that is gone already is fine."""
    with writing() as transaction:
        event, room = _held(transaction, actor, event_id, room_id)
        calendar = _of_room(transaction, room.id, waiting=False)
        if calendar is None:
            return
        details = {"file": calendar.file_name}
        _drop(transaction, room.id, waiting=False)
        _record(transaction, actor, event, room, "room.calendar_removed", details, now)


def ask_all_anew(transaction: Transaction, event_id: UUID, revision: int, now: datetime) -> None:
    """Have each file of an event's rooms read for the days on which it is now, by a worker."""
    for calendar_id in transaction.scalars(
        sa.select(RoomCalendar.id)
        .join(Room, Room.id == RoomCalendar.room_id)
        .where(Room.event_id == event_id)
        .order_by(RoomCalendar.id)
    ).all():
        _ask_anew(transaction, calendar_id, revision, now)


def read_anew(calendar_id: UUID) -> None:
    """Read a file for the days on which its event is now.

    One in force that cannot be read any more says so; one that waits for a yes is thrown away.
    Raises ReaderBusy.
    """
    found = db.session.execute(
        sa.select(RoomCalendar.file_name, RoomCalendar.content, RoomCalendar.zone, Event)
        .join(Room, Room.id == RoomCalendar.room_id)
        .join(Event, Event.id == Room.event_id)
        .where(RoomCalendar.id == calendar_id)
    ).first()
    if found is None:
        return
    file_name, content, zone, event = found
    sent = SentFile(file_name, zlib.decompress(content), zone)
    event_id, question = event.id, _question(sent, event)
    db.session.rollback()
    read, why = None, None
    try:
        read = _read(question)
    except UnreadableCalendar as error:
        why = error.why
        log.warning("room calendar %s: %s", calendar_id, error)
    with writing() as transaction:
        held = transaction.get(Event, event_id, with_for_update=True, populate_existing=True)
        calendar = transaction.get(RoomCalendar, calendar_id, populate_existing=True)
        if held is None or calendar is None or days_looked_at(held) != question.days:
            # Gone, or moved again: whoever moved the event asked anew.
            return
        if read is None and calendar.waiting:
            _drop(transaction, calendar.room_id, waiting=True)
            return
        transaction.execute(sa.delete(RoomBusyTime).where(RoomBusyTime.calendar_id == calendar_id))
        calendar.unread = why
        if read is not None:
            _write_times(transaction, held, calendar, read)


@every(timedelta(hours=1), "sweep the room calendars that wait")
def sweep(now: datetime) -> None:
    """Throw away what nobody came back for."""
    with writing() as transaction:
        transaction.execute(
            sa.delete(RoomCalendar)
            .where(RoomCalendar.waiting, RoomCalendar.read_at <= now - KEPT_FOR)
            .execution_options(synchronize_session=False)
        )


def days_looked_at(event: Event) -> tuple[datetime, datetime]:
    """Return the span of an event's days, with the night after the last one."""
    first = local_day(event.starts_at, event.zone)
    last = last_day(event.starts_at, event.ends_at, event.zone)
    midnight = datetime.combine(first, time.min, tzinfo=event.zone)
    return midnight, datetime.combine(last, time.min, tzinfo=event.zone) + timedelta(days=1) + NIGHT


def _ask_anew(transaction: Transaction, calendar_id: UUID, revision: int, now: datetime) -> None:
    payload = {"calendar_id": str(calendar_id)}
    emit(transaction, OUTDATED, payload, key=f"{calendar_id}:{revision}", now=now)


def _question(sent: SentFile, event: Event) -> _Question:
    """Gather what the reader is to know; our own sessions block nothing."""
    ours = {str(one) for one in _sessions(event.id)} | {str(event.id)}
    return _Question(sent, days_looked_at(event), frozenset(ours))


def _read(question: _Question) -> _Read:
    """Let the reader find the times within the event's days."""
    sent, (first, last) = question.sent, question.days
    if len(sent.content) > LARGEST_FILE:
        raise UnreadableCalendar(WhyUnread.TOO_LARGE)
    asked = {"zone": sent.zone, "first": first.isoformat(), "last": last.isoformat()}
    found = _answer(json.dumps(asked).encode() + b"\n" + sent.content)
    if refused := found.get("refused"):
        raise UnreadableCalendar(WhyUnread(refused))
    if not found["entries"]:
        raise UnreadableCalendar(WhyUnread.NO_EVENT)
    times = [
        (datetime.fromisoformat(starts), datetime.fromisoformat(ends), title)
        for starts, ends, title, uid in found["times"]
        if uid not in question.ours
    ]
    odd = {**found["odd"], "zones": found["zones"], "ours": len(found["times"]) - len(times)}
    return _Read(times, found["entries"], odd)


def _answer(asked: bytes) -> dict[str, Any]:
    """Ask the reader, one file at a time; what the system had to stop took too long."""
    if not _one_at_a_time.acquire(timeout=LONGEST_WAIT):
        raise ReaderBusy
    try:
        done = subprocess.run(
            [sys.executable, "-m", _READER],
            input=asked,
            capture_output=True,
            timeout=LONGEST_WORK,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"refused": WhyUnread.TOO_LONG}
    finally:
        _one_at_a_time.release()
    if done.returncode < 0:
        return {"refused": WhyUnread.TOO_LONG}
    found: dict[str, Any] = json.loads(done.stdout) if done.returncode == 0 else {"entries": 0}
    return found


def _sessions(event_id: UUID) -> list[UUID]:
    return list(db.session.scalars(sa.select(Session.id).where(Session.event_id == event_id)))


def _held(
    transaction: Transaction, actor: Actor, event_id: UUID, room_id: UUID
) -> tuple[Event, Room]:
    event = locked_event(transaction, actor, event_id, Action.EDIT_PROGRAMME)
    room = transaction.get(Room, room_id)
    if room is None or room.event_id != event.id:
        raise NotFound
    return event, room


def _of_room(transaction: Transaction, room_id: UUID, *, waiting: bool) -> RoomCalendar | None:
    return transaction.scalar(
        sa.select(RoomCalendar).where(
            RoomCalendar.room_id == room_id, RoomCalendar.waiting.is_(waiting)
        )
    )


def _drop(transaction: Transaction, room_id: UUID, *, waiting: bool) -> None:
    transaction.execute(
        sa.delete(RoomCalendar).where(
            RoomCalendar.room_id == room_id, RoomCalendar.waiting.is_(waiting)
        )
    )


def _write_times(
    transaction: Transaction, event: Event, calendar: RoomCalendar, read: _Read
) -> None:
    """Write what lies within the event's days as they are in this transaction."""
    first, last = days_looked_at(event)
    transaction.add_all(
        RoomBusyTime(calendar_id=calendar.id, starts_at=starts, ends_at=ends, title=title)
        for starts, ends, title in read.times
        if starts < last and ends > first
    )
    calendar.entries, calendar.odd = read.entries, read.odd


def _record(
    transaction: Transaction,
    actor: Actor,
    event: Event,
    room: Room,
    action: str,
    details: dict[str, Any],
    now: datetime,
) -> None:
    thing = ("room", room.id)
    audit.record(transaction, actor, action, thing, event.organisation_id, details, now)
