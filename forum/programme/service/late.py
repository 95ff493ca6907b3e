"""Running late on the day: what follows is moved for guests at once, and can be moved back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session as Transaction

from forum.core.actor import Actor
from forum.core.db import writing
from forum.core.errors import Conflict, NotFound
from forum.core.i18n import sentence
from forum.core.page_scopes import SITE, changed, event_scope
from forum.core.permissions import Action
from forum.core.revisions import difference
from forum.events.models import Event
from forum.events.service import locked_event
from forum.programme.models import Programme, Release, ReleaseChange, Session, SessionDraft
from forum.programme.queries import (
    columns_of,
    content_of,
    day_of_session,
    sessions_on,
    shown_with,
    turns_of,
)
from forum.programme.rules import (
    Choice,
    Moved,
    ReleaseCause,
    SessionState,
    check_day_stands,
    fingerprint_of,
    nearest_day,
    ripple,
)
from forum.programme.rules.late import Times
from forum.programme.service.changes import note_programme, note_session
from forum.programme.service.layers import programme_of
from forum.programme.service.versions import Changed, note_release


class RippleChangedMeanwhile(Conflict):
    """What would move is no longer what the page showed."""

    code = "ripple_changed_meanwhile"
    says = sentence("This is not yet what you saw. Look at what moves now, then press again.")


class CannotUndo(Conflict):
    """Something of what ran late was changed since."""

    code = "late_cannot_undo"
    says = sentence("Some of these sessions were changed since. Change their times one by one.")


@dataclass(frozen=True, slots=True)
class RanLate:
    """What was moved, and the version's number (None while nobody can see the event)."""

    number: int | None
    moved: Sequence[Moved]


def run_late(
    actor: Actor,
    event_id: UUID,
    session_id: UUID,
    choice: Choice,
    seen: str,
    *,
    now: datetime,
) -> RanLate:
    """Let a session end later or earlier, and what follows with it, for guests at once.

    `seen` is the fingerprint of the ripple that the page showed. Makes one version whatever the
    event's mode; what waits for release is moved along. Emits session.changed for each session and
    programme.released. Raises RippleChangedMeanwhile, NoSuchDelay, TooEarly, DayIsOver, NotFound.
    """
    with writing() as transaction:
        event = locked_event(transaction, actor, event_id, Action.EDIT_PROGRAMME)
        day = day_of_session(event.id, session_id)
        sessions = {one.id: one for one in sessions_on(event.id, day)}
        programme = programme_of(transaction, event.id)
        turns = turns_of(sessions.values())
        check_day_stands((one.ends_at for one in turns), now)
        moved = ripple(turns, session_id, choice, turnaround=programme.turnaround)
        if seen != fingerprint_of(moved):
            raise RippleChangedMeanwhile
        release = _move(transaction, actor, event, programme, moved, sessions, now)
        note_programme(
            transaction,
            actor,
            event,
            "programme.ran_late",
            {
                "number": release.number if release else None,
                "session": str(session_id),
                "minutes": choice.minutes,
                "reach": choice.reach.value,
                "sessions": len(moved),
            },
            now,
        )
        return RanLate(release.number if release else None, moved)


def undo_late(actor: Actor, event_id: UUID, number: int, *, now: datetime) -> RanLate:
    """Give the sessions of a version that came of running late their former times again.

    It is a version of its own. Raises NotFound for another version, CannotUndo where one of them
    was moved or cancelled since, DayIsOver.
    """
    with writing() as transaction:
        event = locked_event(transaction, actor, event_id, Action.EDIT_PROGRAMME)
        changes = transaction.scalars(
            sa.select(ReleaseChange)
            .join(Release, Release.id == ReleaseChange.release_id)
            .where(
                Release.event_id == event.id,
                Release.number == number,
                Release.cause == ReleaseCause.LATE,
            )
        ).all()
        if not changes:
            raise NotFound
        wanted = {one.session_id: back_again(one) for one in changes}
        sessions = {one.id: one for one in shown_with(event.id, wanted)}
        stands = {
            one.id: (one.starts_at, one.ends_at)
            for one in sessions.values()
            if one.state is SessionState.CONFIRMED
        }
        if any(stands.get(one.id) != one.before for one in wanted.values()):
            raise CannotUndo
        check_day_stands((one.before[1] for one in wanted.values()), now)
        moved = sorted(wanted.values(), key=lambda one: (one.after, str(one.id)))
        programme = programme_of(transaction, event.id)
        days = {one.session_id: date.fromisoformat(one.before["day"]) for one in changes}
        release = _move(transaction, actor, event, programme, moved, sessions, now, days)
        details = {"number": release.number if release else None, "undone": number}
        note_programme(transaction, actor, event, "programme.late_undone", details, now)
        return RanLate(release.number if release else None, moved)


def back_again(change: ReleaseChange) -> Moved:
    """Return what gives a session of a version its times of before."""
    return Moved(change.session_id, _times(change.after), _times(change.before))


def _times(content: Mapping[str, str]) -> Times:
    return datetime.fromisoformat(content["starts_at"]), datetime.fromisoformat(content["ends_at"])


def _move(
    transaction: Transaction,
    actor: Actor,
    event: Event,
    programme: Programme,
    moved: Sequence[Moved],
    sessions: Mapping[UUID, Session],
    now: datetime,
    days: Mapping[UUID, date] | None = None,
) -> Release | None:
    """Move sessions for guests; `days` says where to list them, else they stay where it fits."""
    drafts = {
        one.session_id: one
        for one in transaction.scalars(
            sa.select(SessionDraft)
            .where(SessionDraft.session_id.in_([one.id for one in moved]))
            .execution_options(populate_existing=True)
        )
    }
    changed_ones = []
    for one in moved:
        session = sessions[one.id]
        before = content_of(session)
        wanted = {
            "starts_at": one.after[0],
            "ends_at": one.after[1],
            "day": _listed((days or {}).get(one.id, session.day), one.after[0], event),
        }
        changes = difference({name: getattr(session, name) for name in wanted}, wanted)
        for name, value in wanted.items():
            setattr(session, name, value)
        after = content_of(session)
        if (draft := drafts.get(one.id)) is not None:
            _move_along(draft, one, event, before["day"], session.day)
            if {**columns_of(draft), "cast": draft.cast} == after:
                transaction.delete(draft)
        note_session(
            transaction,
            actor,
            event,
            session,
            changes,
            now,
            action="session.ran_late",
            drops_pages=False,
        )
        changed_ones.append(Changed(one.id, before, after))
    release = note_release(
        transaction, actor, event, programme, changed_ones, now, ReleaseCause.LATE
    )
    transaction.flush()
    changed(transaction, event_scope(event.id), SITE)
    return release


def _listed(day: date | None, starts_at: datetime, event: Event) -> date:
    """Return the day it is listed under: as before, or the nearest that it may stand under."""
    own = starts_at.astimezone(event.zone).date()
    return own if day is None else nearest_day(day, own)


def _move_along(
    draft: SessionDraft, moved: Moved, event: Event, day: str, listed: date | None
) -> None:
    """Give a draft the new times, or its own times the same delay.

    `day` is the one that the session was listed under. A draft that an editor has put on another
    day, or into the tray, stays there.
    """
    if draft.starts_at is None or draft.ends_at is None or draft.day is None:
        return
    if (draft.starts_at, draft.ends_at) == moved.before:
        draft.starts_at, draft.ends_at = moved.after
        draft.day = listed if draft.day.isoformat() == day else draft.day
    elif draft.day.isoformat() == day:
        starts, ends = (
            draft.starts_at + (moved.after[0] - moved.before[0]),
            draft.ends_at + (moved.after[1] - moved.before[1]),
        )
        if ends <= starts:
            ends = starts + max(draft.ends_at - draft.starts_at, timedelta(minutes=1))
        draft.starts_at, draft.ends_at = starts, ends
    draft.day = _listed(draft.day, draft.starts_at, event)
