"""Running late: what it moves is shown before it is done, and can be taken back after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from forum.core import clock
from forum.core.dates import list_clock, list_span, short_day
from forum.core.db import db
from forum.core.errors import DomainError, NotFound
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.http.i18n import current_language, translated
from forum.core.impact import Releasing, mailed, reach_of
from forum.core.permissions import Action
from forum.core.text import Fragment, whole_number
from forum.events.models import Event, Room
from forum.events.queries import managed_event, rooms_of
from forum.programme import queries, service
from forum.programme.conflict_words import Named, say_conflict
from forum.programme.forms import AskForm, LateForm, Way
from forum.programme.manage.frame import blueprint
from forum.programme.models import Session
from forum.programme.rules import (
    Choice,
    Moved,
    ReleaseCause,
    SessionState,
    Turn,
    caused,
    conflicts_of,
    fingerprint_of,
    follows,
    is_day_open,
    last_end,
    past_the_end,
    ripple,
    runs_into,
)

LOOK = "look"


@dataclass(frozen=True, slots=True)
class Row:
    """A session that moves, or could: its times before and after, and what the organiser said."""

    id: UUID
    title: Fragment
    room: Fragment | None
    before: str
    after: str
    minutes: int
    first: bool
    is_pause: bool
    absorbs: bool
    stays: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A ripple in words: what moves, when the day ends now, what ends too late, new clashes.

    `pauses` are sessions that run into a break elsewhere, each with that break; `mailed` are the
    people who are written to.
    """

    rows: Sequence[Row]
    seen: str
    day_ends: tuple[str, str] | None
    too_late: Sequence[Fragment]
    clashes: Sequence[tuple[str, bool]]
    pauses: Sequence[tuple[Fragment, str]]
    number: int
    mailed: int


@blueprint.route("/<slug>/run-sheet/<uuid:session_id>/late", methods=["GET", "POST"])
@permits(Action.EDIT_PROGRAMME)
def late(slug: str, session_id: UUID) -> str | tuple[str, int] | Response:
    """Show what moves when a session ends later or earlier; move it when asked again."""
    actor = current_actor()
    event = managed_event(actor, slug, Action.EDIT_PROGRAMME)
    sessions = _day_of(event, session_id)
    form = LateForm() if request.method == "POST" else _asked_for(sessions)
    shown: Shown | None = None
    status = 200
    if request.method == "POST":
        good = form.validate()
        status = 200 if good else 422
        if good and request.form.get("act") != LOOK:
            try:
                done = service.run_late(
                    actor, event.id, session_id, form.choice(), form.seen.data or "",
                    now=clock.now(),
                )  # fmt: skip
            except DomainError as error:
                status = error.status
                form.blame(error)
                event = managed_event(actor, slug, Action.EDIT_PROGRAMME)
                sessions = _day_of(event, session_id)
            else:
                return _after(slug, done.number)
    if form.says_enough:
        try:
            shown = _shown(event, sessions, session_id, form.choice())
            form.seen.data = shown.seen
        except DomainError as error:
            status = error.status
            form.blame(error)
    (session,) = [one for one in sessions if one.id == session_id]
    key = current_language().key
    starts, ends = session.starts_at or event.starts_at, session.ends_at or event.ends_at
    return (
        render_template(
            "programme/late.html",
            event=event,
            form=form,
            session=session,
            when=f"{short_day(starts.astimezone(event.zone).date(), key)} "
            f"{list_span(starts, ends, event.zone, key)}",
            shown=shown,
        ),
        status,
    )


@blueprint.get("/<slug>/run-sheet/late/<int:number>")
@permits(Action.EDIT_PROGRAMME)
def ran_late(slug: str, number: int) -> str:
    """Say what was moved, with a button that takes it back."""
    event = managed_event(current_actor(), slug, Action.EDIT_PROGRAMME)
    release = queries.release_of(event.id, number)
    if release.cause is not ReleaseCause.LATE:
        raise NotFound
    back = {one.session_id: service.back_again(one) for one in release.changes}
    sessions = queries.shown_with(event.id, back)
    there = {one.id for one in sessions}
    moved = sorted(
        (Moved(one.id, one.after, one.before) for one in back.values() if one.id in there),
        key=lambda one: one.before,
    )
    may_undo = bool(back) and is_day_open((one.before[1] for one in back.values()), clock.now())
    stands = all(
        (one.starts_at, one.ends_at) == back[one.id].before and one.state is SessionState.CONFIRMED
        for one in sessions
    )
    return render_template(
        "programme/ran_late.html",
        event=event,
        release=release,
        form=AskForm(),
        rows=_rows(event, sessions, moved, Choice(1), None),
        day_is_over=not may_undo,
        can_undo=may_undo and stands and len(there) == len(back),
    )


@blueprint.post("/<slug>/run-sheet/late/<int:number>/undo")
@permits(Action.EDIT_PROGRAMME)
def undo_late(slug: str, number: int) -> Response:
    """Take a delay back."""
    actor = current_actor()
    event = managed_event(actor, slug, Action.EDIT_PROGRAMME)
    try:
        service.undo_late(actor, event.id, number, now=clock.now())
    except NotFound:
        raise
    except DomainError as error:
        flash(translated(error.says), "stop")
    else:
        flash(gettext("The former times are back, on every page and in calendars."), "go")
    return redirect(url_for("programme_manage.run_sheet", slug=slug), 303)


def _after(slug: str, number: int | None) -> Response:
    flash(gettext("Done. Pages, room signs and calendars show the new times."), "go")
    if number is None:
        return redirect(url_for("programme_manage.run_sheet", slug=slug), 303)
    return redirect(url_for("programme_manage.ran_late", slug=slug, number=number), 303)


def _day_of(event: Event, session_id: UUID) -> list[Session]:
    return queries.sessions_on(event.id, queries.day_of_session(event.id, session_id))


def _asked_for(sessions: Sequence[Session]) -> LateForm:
    """Return the form as a link leads to it: all breaks absorb, and nothing comes forward."""
    turns = queries.turns_of(sessions)
    way = request.args.get("way", "")
    earlier = way == Way.EARLIER
    return LateForm(
        formdata=None,
        data={
            "minutes": whole_number(request.args.get("minutes")),
            "way": way if way in set(Way) else Way.LATER.value,
            "absorbing": [str(one.id) for one in turns if one.is_pause],
            "staying": [str(one.id) for one in turns if earlier and not one.is_pause],
        },
    )


def _shown(event: Event, sessions: Sequence[Session], session_id: UUID, choice: Choice) -> Shown:
    turnaround = queries.settings_of(event.id).turnaround
    turns = queries.turns_of(sessions)
    moved = ripple(turns, session_id, choice, turnaround=turnaround)
    before, after = last_end(turns, moved)
    key = current_language().key
    by_id = {one.id: one for one in sessions}
    return Shown(
        rows=_rows(event, sessions, moved, choice, session_id),
        seen=fingerprint_of(moved),
        day_ends=None
        if before == after
        else (list_clock(before, event.zone, key), list_clock(after, event.zone, key)),
        too_late=[
            by_id[one].title.pick(key, event.languages)
            for one in past_the_end(moved, event.ends_at)
        ],
        clashes=_clashes(event, sessions, moved, turnaround),
        pauses=[
            (
                by_id[one].title.pick(key, event.languages),
                _named_with_room(by_id[pause], event, key),
            )
            for one, pause in runs_into(turns, moved)
        ],
        number=len(moved),
        mailed=_mailed(event, [by_id[one.id] for one in moved]),
    )


def _named_with_room(session: Session, event: Event, key: str) -> str:
    parts = [session.title, session.room.name] if session.room else [session.title]
    comma = ", " if key == "en" else "，"
    return comma.join(part.pick(key, event.languages).text for part in parts)


def _mailed(event: Event, moved: Sequence[Session]) -> int:
    """Return how many people are written to when these sessions move (at most 5 statements)."""
    speakers = frozenset(part.speaker_id for one in moved for part in one.appearances)
    sessions = frozenset(one.id for one in moved)
    releasing = Releasing(event.id, sessions, speakers, clock.now())
    return mailed(reach_of(db.session(), releasing).impacts)


def _rows(
    event: Event,
    sessions: Sequence[Session],
    moved: Sequence[Moved],
    choice: Choice,
    first: UUID | None,
) -> list[Row]:
    """Return what moves, and what would without the organiser's tick."""
    turns = queries.turns_of(sessions)
    known = {one.id: one for one in moved}
    reached = follows(turns, first, choice.reach) if first else frozenset()
    return [
        _row(event, session, turn, known.get(turn.id), choice, first)
        for session in sessions
        for turn in turns
        if turn.id == session.id
        and (turn.id in known or (turn.id in choice.staying and turn.id in reached))
    ]


def _row(
    event: Event,
    session: Session,
    turn: Turn,
    moved: Moved | None,
    choice: Choice,
    first: UUID | None,
) -> Row:
    key = current_language().key

    def _said(times: tuple[datetime, datetime]) -> str:
        return list_span(*times, event.zone, key)

    return Row(
        id=turn.id,
        title=session.title.pick(key, event.languages),
        room=session.room.name.pick(key, event.languages) if session.room else None,
        before=_said(moved.before if moved else (turn.starts_at, turn.ends_at)),
        after=_said(moved.after) if moved else "",
        minutes=_minutes_of(moved) if moved else 0,
        first=turn.id == first,
        is_pause=turn.is_pause,
        absorbs=turn.id in choice.absorbing,
        stays=turn.id in choice.staying,
    )


def _minutes_of(moved: Moved) -> int:
    """Return by how many minutes a session begins later, or ends where its beginning stays."""
    starts, ends = moved.minutes
    return starts or ends


def _clashes(
    event: Event, sessions: Sequence[Session], moved: Sequence[Moved], turnaround: int
) -> list[tuple[str, bool]]:
    """Return what the ripple would set against each other, in words, and whether it can stand."""
    rooms: Sequence[Room] = rooms_of(event.id)
    held = queries.circumstances_of(event, turnaround, {one.id: one.capacity for one in rooms})
    slots = [queries.slot_of(one) for one in sessions if one.state is SessionState.CONFIRMED]
    new = {one.id: one.after for one in moved}
    later = [
        replace(one, starts_at=new[one.id][0], ends_at=new[one.id][1]) if one.id in new else one
        for one in slots
    ]
    key = current_language().key
    named = Named(
        {part.speaker_id: part.speaker.shown_name for one in sessions for part in one.appearances},
        {one.id: one.name.pick(key, event.languages).text for one in rooms},
        {one.id: one.capacity for one in rooms},
    )
    return [
        (translated(say_conflict(one, named, event, key)), one.is_clash)
        for one in caused(conflicts_of(slots, held), conflicts_of(later, held))
    ]
