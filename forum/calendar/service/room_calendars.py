"""Calendar files that say when a room is taken by others: looked at first, then kept, read again.

A file is read by a process of its own, which is stopped where it takes too long.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import zlib
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session as Transaction

from forum.core import audit
from forum.core.actor import Actor
from forum.core.dates import last_day, local_day
from forum.core.db import db, once_more_when_raced, writing
from forum.core.errors import Conflict, Invalid, NotFound
from forum.core.i18n import Sentence, sentence
from forum.core.periodic import every
from forum.core.permissions import Action
from forum.core.text import clean_line
from forum.events.models import Event, Room
from forum.events.service import locked_event
from forum.programme.models import RoomBusyTime, RoomCalendar, Session

LARGEST_FILE = 5_000_000
LONGEST_WORK = 20.0
"""Seconds that reading one file may take; six thousand events take five."""

NIGHT = timedelta(hours=6)
"""A night belongs to the day before it."""

KEPT_FOR = timedelta(hours=12)

_READER = "forum.calendar.busy"

log = logging.getLogger("forum.calendar")


class UnreadableCalendar(Invalid):
    """The file is no calendar, or more than can be looked through."""

    code = "unreadable_calendar"

    def __init__(self, says: Sentence) -> None:
        """Say what to do, at the box for the file."""
        super().__init__(says, field="file")


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
class _Read:
    times: list[tuple[datetime, datetime, str]]
    entries: int
    odd: dict[str, Any]


def look_at(actor: Actor, event: Event, room_id: UUID, sent: SentFile, *, now: datetime) -> None:
    """Read a file and let it wait for a yes; it takes the place of one that waited.

    Raises UnreadableCalendar, NotFound, Forbidden.
    """
    read = _read(sent, event)
    packed = zlib.compress(sent.content, level=1)

    def _keep() -> None:
        with writing() as transaction:
            held, room = _held(transaction, actor, event.id, room_id)
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


def read_anew(event_id: UUID) -> None:
    """Read the files of an event's rooms for the days on which it is now."""
    event = db.session.get(Event, event_id)
    rows = db.session.execute(
        sa.select(RoomCalendar.id, RoomCalendar.file_name, RoomCalendar.content, RoomCalendar.zone)
        .join(Room, Room.id == RoomCalendar.room_id)
        .where(Room.event_id == event_id)
    ).all()
    if event is None or not rows:
        return
    read = {}
    for row in rows:
        try:
            sent = SentFile(row.file_name, zlib.decompress(row.content), row.zone)
            read[row.id] = _read(sent, event)
        except UnreadableCalendar as error:
            log.warning("room calendar %s: %s", row.id, error)
    with writing() as transaction:
        held = transaction.get(Event, event_id, with_for_update=True)
        if held is None:
            return
        for calendar in transaction.scalars(
            sa.select(RoomCalendar).where(RoomCalendar.id.in_(read))
        ).all():
            transaction.execute(
                sa.delete(RoomBusyTime).where(RoomBusyTime.calendar_id == calendar.id)
            )
            _write_times(transaction, held, calendar, read[calendar.id])


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


def _read(sent: SentFile, event: Event) -> _Read:
    """Let the reader find the times within the event's days; our own sessions are none."""
    if len(sent.content) > LARGEST_FILE:
        raise UnreadableCalendar(
            sentence("The calendar is larger than 5 MB. Export a shorter time, and send that.")
        )
    first, last = days_looked_at(event)
    asked = {"zone": sent.zone, "first": first.isoformat(), "last": last.isoformat()}
    try:
        done = subprocess.run(
            [sys.executable, "-m", _READER],
            input=json.dumps(asked).encode() + b"\n" + sent.content,
            capture_output=True,
            timeout=LONGEST_WORK,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise UnreadableCalendar(
            sentence("Reading this calendar takes too long. Export a shorter time, and send that.")
        ) from None
    found: dict[str, Any] = {"entries": 0}
    if done.returncode == 0:
        found = json.loads(done.stdout)
    if found.get("refused"):
        raise UnreadableCalendar(
            sentence(
                "More than 2,000 times of this calendar fall on the days of the event. "
                "Send the calendar of this room alone."
            )
        )
    if not found["entries"]:
        raise UnreadableCalendar(
            sentence("No event that can be read is in this file. Send a calendar, as .ics.")
        )
    ours = {str(one) for one in _sessions(event.id)} | {str(event.id)}
    times = [
        (datetime.fromisoformat(starts), datetime.fromisoformat(ends), title)
        for starts, ends, title, uid in found["times"]
        if uid not in ours
    ]
    odd = {**found["odd"], "zones": found["zones"], "ours": len(found["times"]) - len(times)}
    return _Read(times, found["entries"], odd)


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
