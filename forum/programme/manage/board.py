"""The programme as its editor sees it: days, what waits for a time, what to look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from flask import render_template
from flask_babel import gettext

from forum.core.dates import clock_span, day, list_clock, local_day
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.http.i18n import current_language, translated
from forum.core.permissions import Action
from forum.core.text import Fragment
from forum.events.models import Event
from forum.events.queries import managed_event, rooms_of
from forum.programme import queries
from forum.programme.manage.frame import STATE_TAGS, blueprint
from forum.programme.queries import Planned
from forum.programme.rules import (
    LEADERS,
    PAUSES,
    SessionState,
    Slot,
    Warned,
    WarningKind,
    warnings_of,
)
from forum.programme.words import KINDS, ROLES


@dataclass(frozen=True, slots=True)
class Row:
    """A session in the list."""

    id: UUID
    title: Fragment
    time: str
    ends: str
    kind: str
    room: Fragment | None
    people: str
    tag: tuple[str, str]
    cancelled: bool
    thin: bool
    warned: bool


@dataclass(frozen=True, slots=True)
class Day:
    """The sessions of one day."""

    anchor: str
    name: str
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Note:
    """A warning in words, with the sessions it names."""

    says: str
    sessions: Sequence[tuple[UUID, Fragment]]
    is_clash: bool


@blueprint.get("/<slug>/programme")
@permits(Action.EDIT_PROGRAMME)
def programme(slug: str) -> str:
    """List the sessions by day, those without a time, what to look at (at most 8 statements)."""
    event = managed_event(current_actor(), slug, Action.EDIT_PROGRAMME)
    sessions = queries.planned_sessions(event.id)
    notes = notes_of(event, sessions)
    warned = {session for note in notes for session, _ in note.sessions if note.is_clash}
    days: dict[date, list[Row]] = {}
    tray: list[Row] = []
    for session in sessions:
        row = _row(event, session, session.id in warned)
        if session.day is None:
            tray.append(row)
        else:
            days.setdefault(session.day, []).append(row)
    key = current_language().key
    return render_template(
        "programme/board.html",
        event=event,
        days=[Day(f"d-{one}", day(one, key), rows) for one, rows in days.items()],
        tray=tray,
        notes=notes,
        number=len(sessions),
        has_rooms=bool(rooms_of(event.id)),
    )


def notes_of(event: Event, sessions: Sequence[Planned], only: UUID | None = None) -> list[Note]:
    """Return what to look at in words, for the whole programme or one session of it."""
    found = warnings_of(
        [_slot(session) for session in sessions],
        event_starts=event.starts_at,
        event_ends=event.ends_at,
    )
    by_id = {session.id: session for session in sessions}
    names = {
        one.speaker_id: one.speaker.shown_name
        for session in sessions
        for one in session.appearances
    }
    rooms = {session.room_id: session.room for session in sessions if session.room}
    key = current_language().key
    shown_rooms = {
        room_id: room.name.pick(key, event.languages).text for room_id, room in rooms.items()
    }
    return [
        Note(
            _says(event, warned, names, shown_rooms),
            [(one, by_id[one].title.pick(key, event.languages)) for one in warned.sessions],
            warned.kind in {WarningKind.SPEAKER_TWICE, WarningKind.ROOM_TWICE},
        )
        for warned in found
        if only is None or only in warned.sessions
    ]


def _says(
    event: Event,
    warned: Warned,
    names: Mapping[UUID, str],
    rooms: Mapping[UUID | None, str],
) -> str:
    key = current_language().key
    if warned.kind is WarningKind.NO_MODERATOR:
        return str(gettext("This panel has no moderator."))
    if warned.starts_at is None or warned.ends_at is None or warned.kind is WarningKind.OUTSIDE:
        return str(gettext("This session lies outside the event’s own time."))
    when = clock_span(warned.starts_at, warned.ends_at, event.zone, key)
    if _days_of(event, (warned.starts_at,)) != _days_of(event, (event.starts_at,)):
        when = f"{day(local_day(warned.starts_at, event.zone), key, year=False)} {when}"
    if warned.kind is WarningKind.SPEAKER_TWICE and warned.about:
        who = names[warned.about]
        return str(gettext("%(name)s is in two sessions at once, %(time)s.", name=who, time=when))
    where = rooms[warned.about]
    return str(gettext("%(room)s holds two sessions at once, %(time)s.", room=where, time=when))


def _days_of(event: Event, moments: Sequence[datetime]) -> set[date]:
    return {local_day(moment, event.zone) for moment in moments}


def _slot(session: Planned) -> Slot:
    return Slot(
        id=session.id,
        kind=session.kind,
        state=session.state,
        room_id=session.room_id,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        cast=tuple((one.speaker_id, one.role) for one in session.appearances),
    )


def _row(event: Event, session: Planned, warned: bool) -> Row:  # noqa: FBT001 - a plain mark
    key = current_language().key
    word, kind = STATE_TAGS[session.state]
    timed = session.starts_at is not None and session.ends_at is not None
    return Row(
        id=session.id,
        title=session.title.pick(key, event.languages),
        time=list_clock(session.starts_at, event.zone, key) if session.starts_at else "",
        ends=list_clock(session.ends_at, event.zone, key) if session.ends_at and timed else "",
        kind=translated(KINDS[session.kind]),
        room=session.room.name.pick(key, event.languages) if session.room else None,
        people=_people(session),
        tag=(str(word), kind),
        cancelled=session.state is SessionState.CANCELLED,
        thin=session.kind in PAUSES,
        warned=warned,
    )


def _people(session: Planned) -> str:
    comma = ", " if current_language().key == "en" else "、"
    return comma.join(
        f"{one.speaker.shown_name} ({translated(ROLES[one.role])})"
        if one.role in LEADERS
        else one.speaker.shown_name
        for one in session.appearances
    )
