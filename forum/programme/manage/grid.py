"""The programme as the schedule editor's script reads it: days, rooms, sessions, conflicts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask_babel import gettext

from forum.core.dates import last_day, local_day, short_day
from forum.core.db import db
from forum.core.http.i18n import current_language, translated
from forum.core.languages import by_key
from forum.core.text import Fragment
from forum.events.models import Event, Room
from forum.programme.conflict_words import CONFLICTS
from forum.programme.manage.notes import Note
from forum.programme.models import Session
from forum.programme.queries import Planned
from forum.programme.rules import ConflictKind, SessionKind
from forum.programme.rules.conflicts import Span
from forum.programme.words import KINDS

MOST_DAYS = 31
"""An event that lasts longer shows its first day, its last, and those with sessions."""
HOUR, DAY = 60, 1440
NIGHT = DAY + 6 * HOUR
"""Minutes from midnight to the end of the night that belongs to a day."""
USUAL_MINUTES = 30
USUAL: Mapping[SessionKind, int] = {
    SessionKind.KEYNOTE: 45,
    SessionKind.PANEL: 60,
    SessionKind.WORKSHOP: 90,
    SessionKind.MEAL: 60,
    SessionKind.BREAK: 15,
    SessionKind.ADDRESS: 15,
}
"""How long a session without a time is taken to be, in minutes."""


def mark_of(event_id: UUID) -> str:
    """Return what changes whenever any session of the event does (1 statement)."""
    number, revisions = db.session.execute(
        sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(Session.revision), 0)).where(
            Session.event_id == event_id
        )
    ).one()
    return f"{number}.{revisions}"


def grid_of(
    event: Event,
    sessions: Sequence[Planned],
    rooms: Sequence[Room],
    notes: Sequence[Note],
    busy: Mapping[UUID, Sequence[Span]],
) -> dict[str, Any]:
    """Return all that the grid shows, without reading anything; minutes count from midnight."""
    people: dict[UUID, int] = {}
    days = _days(event, sessions)
    mark = f"{len(sessions)}.{sum(one.revision for one in sessions)}"
    return {
        "mark": mark,
        "days": days,
        "rooms": [_room(event, room) for room in rooms],
        "sessions": [session_in_grid(event, one, people) for one in sessions],
        "busy": [
            {"room": str(room_id), **part}
            for room_id, spans in busy.items()
            for span in spans
            for part in _on_days(event, span, days)
        ],
        "conflicts": conflicts_in_grid(notes),
        "kinds": {kind.value: translated(CONFLICTS[kind]) for kind in ConflictKind},
    }


def session_in_grid(
    event: Event, session: Planned, people: dict[UUID, int] | None = None
) -> dict[str, Any]:
    """Return one session as a block shows it; `people` numbers the speakers met so far."""
    key = current_language().key
    known = {} if people is None else people
    starts, ends = session.starts_at, session.ends_at
    start = None
    if starts and ends and session.day:
        wall = starts.astimezone(event.zone).replace(tzinfo=None)
        start = _minutes(wall - datetime.combine(session.day, time.min))
    lasts = _minutes(ends - starts) if starts and ends else None
    track = session.track
    comma = ", " if key == "en" else "、"
    return {
        "id": str(session.id),
        **_words("title", session.title.pick(key, event.languages)),
        "kind": session.kind.value,
        "says": translated(KINDS[session.kind]),
        "track": track.name.pick(key, event.languages).text if track else "",
        "colour": track.colour if track else "",
        "people": comma.join(one.speaker.names(key)[0].text for one in session.appearances),
        "who": [known.setdefault(one.speaker_id, len(known)) for one in session.appearances]
        if people is not None
        else None,
        "room": str(session.room_id or ""),
        "also": list(session.also_in),
        "day": session.day.isoformat() if session.day else None,
        "start": start,
        "minutes": lasts or USUAL.get(session.kind, USUAL_MINUTES),
        "revision": session.revision,
        "state": session.state.value,
        "held": session.unreleased,
    }


def conflicts_in_grid(notes: Iterable[Note]) -> list[dict[str, Any]]:
    """Return what to look at, each with the sessions it names."""
    return [
        {
            "kind": note.kind.value,
            "says": note.says,
            "clash": note.is_clash,
            "marked": note.is_marked,
            "sessions": [str(one) for one, _ in note.sessions],
        }
        for note in notes
    ]


def _room(event: Event, room: Room) -> dict[str, Any]:
    name = room.name.pick(current_language().key, event.languages)
    size = gettext("%(number)s people", number=room.capacity) if room.capacity else ""
    return {"id": str(room.id), **_words("name", name), "size": str(size)}


def _days(event: Event, sessions: Iterable[Planned]) -> list[dict[str, Any]]:
    spans: dict[date, list[tuple[int, int]]] = {one: [] for one in _days_of(event)}
    for session in sessions:
        if session.day and session.starts_at and session.ends_at:
            midnight = datetime.combine(session.day, time.min)
            spans.setdefault(session.day, []).append(
                (
                    _minutes(_wall(session.starts_at, event.zone) - midnight),
                    _minutes(_wall(session.ends_at, event.zone) - midnight),
                )
            )
    key = current_language().key
    found = []
    for one, taken in sorted(spans.items()):
        opens, closes = _open(event, one)
        usual = _usual_hours(event)
        first = min([usual[0], *(start for start, _ in taken)])
        last = max([usual[1], *(min(end, NIGHT) for _, end in taken)])
        found.append(
            {
                "day": one.isoformat(),
                "name": short_day(one, key),
                "from": max(0, first // HOUR * HOUR),
                "to": min(NIGHT, -(-last // HOUR) * HOUR),
                "opens": opens,
                "closes": closes,
                "shift": _shift(one, event.zone),
            }
        )
    return found


def _on_days(
    event: Event, span: Span, days: Iterable[Mapping[str, Any]]
) -> Iterator[dict[str, Any]]:
    """Yield the part of a span that lies on each day, its night with it."""
    starts, ends = (_wall(one, event.zone) for one in span)
    for one in days:
        midnight = datetime.combine(date.fromisoformat(one["day"]), time.min)
        first, last = max(_minutes(starts - midnight), 0), min(_minutes(ends - midnight), NIGHT)
        if first < last:
            yield {"day": one["day"], "start": first, "minutes": last - first}


def _days_of(event: Event) -> list[date]:
    first = local_day(event.starts_at, event.zone)
    last = last_day(event.starts_at, event.ends_at, event.zone)
    number = (last - first).days + 1
    if number > MOST_DAYS:
        return [first, last]
    return [first + timedelta(days=n) for n in range(number)]


def _usual_hours(event: Event) -> tuple[int, int]:
    """Return the minutes of the clock between which each day of the event is drawn."""
    starts, ends = _wall(event.starts_at, event.zone), _wall(event.ends_at, event.zone)
    first = starts.hour * HOUR + starts.minute
    last = ends.hour * HOUR + ends.minute
    if last <= first:
        one_day = last_day(event.starts_at, event.ends_at, event.zone) == starts.date()
        last = min(last + DAY, NIGHT) if one_day else DAY
    return first, last


def _open(event: Event, one: date) -> tuple[int, int]:
    """Return from which minute of a day to which the event lasts."""
    midnight = datetime.combine(one, time.min)
    first = _minutes(_wall(event.starts_at, event.zone) - midnight)
    last = _minutes(_wall(event.ends_at, event.zone) - midnight)
    return min(max(0, first), NIGHT), max(0, min(last, NIGHT))


def _shift(one: date, zone: tzinfo) -> dict[str, int] | None:
    """Return at which minute of a day the clock is put forward or back, and by how many."""
    begins = datetime.combine(one, time.min, tzinfo=zone).astimezone(UTC)
    before = 0
    for minute in range(0, NIGHT + 1, 15):
        offset = _offset(begins + timedelta(minutes=minute), zone)
        if minute and offset != before:
            return {"at": minute, "by": offset - before}
        before = offset
    return None


def _offset(moment: datetime, zone: tzinfo) -> int:
    return _minutes(moment.astimezone(zone).utcoffset() or timedelta())


def _wall(moment: datetime, zone: tzinfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None)


def _minutes(span: timedelta) -> int:
    return round(span.total_seconds() / 60)


def _words(name: str, said: Fragment) -> dict[str, str]:
    language = by_key(said.lang)
    foreign = language and said.lang != current_language().key
    return {name: said.text, "lang": language.tag if language and foreign else ""}
