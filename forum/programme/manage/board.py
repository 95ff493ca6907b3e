"""The programme as its editor sees it: a list that needs no script, and the grid's contents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask import render_template

from forum.core.dates import day, list_clock
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.http.i18n import current_language, translated
from forum.core.impact import mailed
from forum.core.permissions import Action
from forum.core.text import Fragment
from forum.events.models import Event
from forum.events.queries import managed_event, rooms_of
from forum.programme import queries
from forum.programme.manage.frame import STATE_TAGS, blueprint
from forum.programme.manage.grid import grid_of
from forum.programme.manage.notes import notes_of
from forum.programme.manage.releases import reach_of_pending
from forum.programme.queries import Planned
from forum.programme.rules import LEADERS, PAUSES, SessionState
from forum.programme.words import KINDS, role_in_words

MOST_SHOWN = 3
"""Clashes named on the board itself; all stand on a page of their own."""


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
    held: bool


@dataclass(frozen=True, slots=True)
class Day:
    """The sessions of one day."""

    anchor: str
    name: str
    rows: Sequence[Row]


@blueprint.get("/<slug>/programme")
@permits(Action.EDIT_PROGRAMME)
def programme(slug: str) -> str:
    """Show the sessions by day, those without a time, what to look at.

    At most 14 statements, and 6 more where changes wait for their release.
    """
    event = managed_event(current_actor(), slug, Action.EDIT_PROGRAMME)
    sessions = queries.planned_sessions(event.id)
    settings = queries.settings_of(event.id)
    rooms = rooms_of(event.id)
    notes = notes_of(event, sessions, settings=settings, rooms=rooms)
    clashes = [note for note in notes if note.is_clash]
    warned = {session for note in clashes for session, _ in note.sessions}
    days: dict[date, list[Row]] = {}
    tray: list[Row] = []
    for session in sessions:
        row = _row(event, session, warned)
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
        clashes=clashes,
        shown=clashes[:MOST_SHOWN],
        others=sum(note.is_marked and not note.is_clash for note in notes),
        untranslated=sum(not note.is_marked for note in notes),
        number=len(sessions),
        waiting=sum(one.unreleased for one in sessions),
        mailed=_mailed(event, sessions),
        settings=settings,
        has_rooms=bool(rooms),
        grid=grid_of(event, sessions, rooms, notes, queries.busy_rooms(event.id)),
    )


def _mailed(event: Event, sessions: Sequence[Planned]) -> int:
    """Return how many people releasing what waits would write to."""
    if not any(one.unreleased for one in sessions):
        return 0
    return mailed(reach_of_pending(event, queries.pending_changes(sessions)).impacts)


def _row(event: Event, session: Planned, warned: set[UUID]) -> Row:
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
        people=_people(event, session),
        tag=(str(word), kind),
        cancelled=session.state is SessionState.CANCELLED,
        thin=session.kind in PAUSES,
        warned=session.id in warned,
        held=session.unreleased,
    )


def _people(event: Event, session: Planned) -> str:
    key = current_language().key
    comma = ", " if key == "en" else "、"
    return comma.join(
        f"{one.speaker.names(key)[0].text} "
        f"({translated(role_in_words(one.role, one.called, key, event.languages))})"
        if one.role in LEADERS
        else one.speaker.names(key)[0].text
        for one in session.appearances
    )
