"""The run sheet: what runs in each room now, what comes next, and everybody's cues."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from flask import render_template, request, url_for
from flask_babel import gettext

from forum.core import clock
from forum.core.dates import day, list_clock, list_span, local_day, short_day, stamp
from forum.core.http import office
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.http.i18n import current_language, translated
from forum.core.http.live import revision_of
from forum.core.i18n import sentence
from forum.core.page_scopes import event_scope
from forum.core.permissions import Action, can
from forum.core.text import EMPTY, Fragment
from forum.events.models import Event, Room
from forum.events.previews import preview_token
from forum.events.queries import managed_event, rooms_of
from forum.programme import queries
from forum.programme.cue_words import CUE_FOR
from forum.programme.manage.frame import blueprint
from forum.programme.models import Cue, Release, Session
from forum.programme.rules import (
    PAUSES,
    CueFor,
    Retimed,
    SessionState,
    announced,
    running,
)
from forum.programme.words import KINDS, role_in_words, spoken_in

office.room(office.Room(22, sentence("Run sheet"), "clock", "run-sheet", Action.SEE_EVENT))

ALL_ROOMS = "all"
UNDONE_WITHIN = timedelta(hours=12)
"""How long the last delay stands above the run sheet."""


@dataclass(frozen=True, slots=True)
class CueRow:
    """A cue at its time of day."""

    clock: str
    word: str
    audience: str
    said: str


@dataclass(frozen=True, slots=True)
class Row:
    """A session on the run sheet; `late` are the minutes by which it ends after what was told."""

    id: UUID
    title: Fragment
    span: str
    ends: datetime
    was: str
    late: int
    kind: str
    people: Sequence[tuple[str, Sequence[tuple[Fragment, Fragment]]]]
    spoken: str
    cues: Sequence[CueRow]
    cancelled: bool
    thin: bool
    past: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """One room on one day; `slug` is empty for what has no room."""

    name: Fragment
    slug: str
    rows: Sequence[Row]
    now: Row | None
    next: Row | None


@dataclass(frozen=True, slots=True)
class Asked:
    """What of the run sheet is wanted."""

    days: Sequence[date]
    day: date | None
    room: str
    audience: str

    def address(self, slug: str, **other: str | None) -> str:
        """Return the address of the same with something else chosen."""
        wanted: dict[str, Any] = {
            "day": self.day.isoformat() if self.day else None,
            "room": self.room or None,
            "cues": self.audience or None,
            **other,
        }
        return url_for("programme_manage.run_sheet", slug=slug, **wanted)


@blueprint.get("/<slug>/run-sheet")
@permits(Action.SEE_EVENT)
def run_sheet(slug: str) -> str:
    """Show one day, room by room (at most 10 statements)."""
    actor = current_actor()
    event = managed_event(actor, slug, Action.SEE_EVENT)
    revision = revision_of(event_scope(event.id))
    now = clock.now()
    asked = _asked(event, now)
    sessions = queries.sessions_on(event.id, asked.day) if asked.day else []
    rooms = [one for one in rooms_of(event.id) if any(_is_in(session, one) for session in sessions)]
    spots = queries.spots_of(sessions)
    moments = [when for one in spots for when in (one.starts_at, one.ends_at) if when > now]
    return render_template(
        "programme/run_sheet.html",
        event=event,
        asked=asked,
        sheets=_sheets(event, asked, rooms, sessions, now),
        days=[
            (short_day(one, current_language().key), asked.address(slug, day=one.isoformat()),
             one == asked.day, None)
            for one in asked.days
        ],
        rooms=_room_tabs(event, asked, rooms),
        audiences=_audience_tabs(event, asked),
        may_edit=can(actor, Action.EDIT_PROGRAMME, event.organisation_id),
        last=_last(event, now),
        revision=revision,
        changes_at=min(moments, default=None),
        live=live_address(event),
        event_title=event.title.pick(current_language().key, event.languages),
        day_name=day(asked.day, current_language().key) if asked.day else "",
        as_of=stamp(now, event.zone, current_language().key),
    )  # fmt: skip


def live_address(event: Event) -> str:
    """Return the address of an event's stream; a draft's needs its preview link."""
    suffix = "" if event.is_public else f"?preview={preview_token(event.id)}"
    return f"/e/{event.slug}/live{suffix}"


def _asked(event: Event, now: datetime) -> Asked:
    days = queries.days_of(event.id)
    today = local_day(now, event.zone)
    try:
        day = date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        day = today
    if day not in days:
        day = next((one for one in days if one >= today), days[-1] if days else today)
    audience = request.args.get("cues", "")
    return Asked(
        days,
        day if days else None,
        request.args.get("room", ""),
        audience if audience in set(CueFor) else "",
    )


def _room_tabs(
    event: Event, asked: Asked, rooms: Sequence[Room]
) -> list[tuple[str, str, bool, None]]:
    if len(rooms) <= 1:
        return []
    key = current_language().key
    shown = _chosen(asked, rooms)
    named = [(one.slug, one.name.pick(key, event.languages).text) for one in rooms]
    return [
        (name, asked.address(event.slug, room=slug), shown == slug, None)
        for slug, name in [*named, (ALL_ROOMS, gettext("All rooms"))]
    ]


def _audience_tabs(event: Event, asked: Asked) -> list[tuple[str, str, bool, None]]:
    return [
        (gettext("All cues"), asked.address(event.slug, cues=None), not asked.audience, None),
        *(
            (translated(CUE_FOR[one]), asked.address(event.slug, cues=one.value),
             asked.audience == one.value, None)
            for one in CueFor
        ),
    ]  # fmt: skip


def _chosen(asked: Asked, rooms: Sequence[Room]) -> str:
    known = {one.slug for one in rooms}
    if asked.room in known | {ALL_ROOMS}:
        return asked.room
    return rooms[0].slug if rooms else ALL_ROOMS


def _is_in(session: Session, room: Room) -> bool:
    return room.id in queries.rooms_of_session(session)


def _sheets(
    event: Event,
    asked: Asked,
    rooms: Sequence[Room],
    sessions: Sequence[Session],
    now: datetime,
) -> list[Sheet]:
    retimed = queries.retimed_since_late(event.id)
    cues = queries.cues_of(one.id for one in sessions)
    chosen = _chosen(asked, rooms)
    key = current_language().key

    def _sheet(name: Fragment, slug: str, held: Sequence[Session]) -> Sheet:
        rows = {
            one.id: _row(
                event, one, retimed.get(one.id, ()), cues.get(one.id, ()), asked.audience, now
            )
            for one in held
        }
        found = running(queries.spots_of(held), now)
        on, coming = found.now, found.next[0] if found.next else None
        return Sheet(
            name,
            slug,
            list(rows.values()),
            rows[on] if on else None,
            rows[coming] if coming else None,
        )

    roomless = [one for one in sessions if not queries.rooms_of_session(one)]
    for_all = [one for one in roomless if one.kind in PAUSES] if rooms else []
    sheets = [
        _sheet(
            room.name.pick(key, event.languages),
            room.slug,
            [one for one in sessions if _is_in(one, room) or one in for_all],
        )
        for room in rooms
        if chosen in {room.slug, ALL_ROOMS}
    ]
    nowhere = [one for one in roomless if one not in for_all]
    if nowhere and chosen == ALL_ROOMS:
        name = Fragment(gettext("Without a room"), key) if rooms else EMPTY
        sheets.append(_sheet(name, "", nowhere))
    return sheets


def _row(
    event: Event,
    session: Session,
    retimed: Sequence[Retimed],
    cues: Iterable[Cue],
    audience: str,
    now: datetime,
) -> Row:
    key = current_language().key
    starts, ends = session.starts_at or event.starts_at, session.ends_at or event.ends_at
    told = announced(retimed)
    spoken = spoken_in(session.delivered_in, session.interpreted_into, key)
    return Row(
        id=session.id,
        title=session.title.pick(key, event.languages),
        span=list_span(starts, ends, event.zone, key),
        ends=ends,
        was=list_span(*told, event.zone, key) if told else "",
        late=int((ends - told[1]).total_seconds() // 60) if told else 0,
        kind=translated(KINDS[session.kind]),
        people=_people(session, event, key),
        spoken=translated(spoken) if spoken else "",
        cues=[
            CueRow(
                list_clock(starts + timedelta(minutes=one.minutes), event.zone, key),
                translated(CUE_FOR[CueFor(one.audience)]),
                one.audience,
                one.said,
            )
            for one in cues
            if audience in {"", one.audience}
        ],
        cancelled=session.state is SessionState.CANCELLED,
        thin=session.kind in PAUSES,
        past=ends <= now,
    )


def _people(
    session: Session, event: Event, key: str
) -> list[tuple[str, Sequence[tuple[Fragment, Fragment]]]]:
    """Return who is on stage by role, each with the name in the other script where it has one."""
    by_role: dict[str, list[tuple[Fragment, Fragment]]] = {}
    for one in session.appearances:
        word = translated(role_in_words(one.role, one.called, key, event.languages))
        by_role.setdefault(word, []).append(one.speaker.names(key))
    return list(by_role.items())


def _last(event: Event, now: datetime) -> Release | None:
    found = queries.last_late_release(event.id)
    return found if found and now - found.released_at < UNDONE_WITHIN else None
