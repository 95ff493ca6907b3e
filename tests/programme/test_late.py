"""Running late: guests see it at once, what waits moves along, two editors, and the way back."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from forum.core.actor import SYSTEM
from forum.core.db import counted_statements, db
from forum.core.errors import NotFound
from forum.core.outbox import within
from forum.core.page_scopes import PageScope, event_scope
from forum.core.revisions import ThingChangedMeanwhile, fingerprint
from forum.programme import queries, service
from forum.programme.models import Cue, Session, SessionDraft
from forum.programme.queries import late as late_queries
from forum.programme.rules import (
    Choice,
    CueFor,
    DayIsOver,
    ReleaseCause,
    ReleaseMode,
    SessionKind,
    announced,
    fingerprint_of,
    ripple,
)
from tests import factories

ON_THE_DAY = factories.STARTS + timedelta(minutes=50)
HEARD: list[tuple[str, dict[str, Any]]] = []


@within("session.changed")
def _hear_session(_transaction: Any, payload: dict[str, Any], _now: Any) -> None:
    HEARD.append(("session.changed", payload))


@within("programme.released")
def _hear_release(_transaction: Any, payload: dict[str, Any], _now: Any) -> None:
    HEARD.append(("programme.released", payload))


@pytest.fixture
def day(in_app: Flask) -> SimpleNamespace:
    """Two talks, a break and a talk, one after the other in one room."""
    event = factories.make_event()
    room = factories.make_room(event, slug="hall")
    sessions = [
        factories.make_session(event, after=after, minutes=minutes, kind=kind, room_id=room.id)
        for after, minutes, kind in (
            (30, 30, SessionKind.KEYNOTE),
            (60, 30, SessionKind.TALK),
            (90, 20, SessionKind.BREAK),
            (110, 30, SessionKind.TALK),
        )
    ]
    HEARD.clear()
    return SimpleNamespace(
        event=event, room=room, ids=[one.id for one in sessions], break_id=sessions[2].id
    )


def late(day: SimpleNamespace, minutes: int, which: int = 0, **more: Any) -> service.RanLate:
    choice = Choice(minutes, absorbing=frozenset({day.break_id}), **more)
    return service.run_late(
        SYSTEM, day.event.id, day.ids[which], choice, seen_of(day, choice, which), now=ON_THE_DAY
    )


def seen_of(day: SimpleNamespace, choice: Choice, which: int = 0) -> str:
    sessions = queries.sessions_on(day.event.id, factories.STARTS.astimezone(day.event.zone).date())
    return fingerprint_of(ripple(queries.turns_of(sessions), day.ids[which], choice))


def minutes_of(day: SimpleNamespace) -> list[tuple[int, int]]:
    """Return each session's start and end in minutes from the event's start, as guests see it."""
    db.session.rollback()
    rows = [db.session.get_one(Session, one, populate_existing=True) for one in day.ids]
    return [(since_start(one.starts_at), since_start(one.ends_at)) for one in rows]


def since_start(when: datetime) -> int:
    return int((when - factories.STARTS).total_seconds() / 60)


AS_PLANNED = [(30, 60), (60, 90), (90, 110), (110, 140)]
EIGHT_LATE = [(30, 68), (68, 98), (98, 110), (110, 140)]


@pytest.mark.both_databases
def test_eight_minutes_late_reach_guests_at_once_as_one_version(day):
    done = late(day, 8)
    assert minutes_of(day) == EIGHT_LATE
    (version,) = queries.releases_of(day.event.id)
    assert (version.number, version.cause) == (done.number, ReleaseCause.LATE)
    assert {one.session_id for one in version.changes} == set(day.ids[:3])
    assert {tuple(one.kinds) for one in version.changes} == {("time",)}


@pytest.mark.both_databases
def test_calendars_hear_of_each_session_that_moved_and_of_no_other(day):
    scope = event_scope(day.event.id)
    before = db.session.get_one(PageScope, scope).revision
    late(day, 8)
    db.session.rollback()
    sequences = [db.session.get_one(Session, one).calendar_sequence for one in day.ids]
    assert sequences == [1, 1, 1, 0]
    told = [payload for topic, payload in HEARD if topic == "session.changed"]
    assert [one["session_id"] for one in told] == [str(one) for one in day.ids[:3]]
    assert all(one["calendar"] for one in told)
    assert [topic for topic, _ in HEARD if topic == "programme.released"] == ["programme.released"]
    after = db.session.get_one(PageScope, scope, populate_existing=True).revision
    assert after == before + 1


@pytest.mark.both_databases
def test_it_is_shown_whatever_waits_and_what_waits_moves_along(day):
    event_id = day.event.id
    keeping = service.Keeping(ReleaseMode.HELD, (), 0, nod=True)
    service.keep_programme(SYSTEM, event_id, keeping, now=factories.NOW)
    planned = queries.planned_session(event_id, day.ids[1])
    by = timedelta(minutes=5)
    place = service.Place(planned.starts_at + by, planned.ends_at + by, planned.room_id)
    service.place_session(SYSTEM, event_id, planned.id, planned.revision, place, now=factories.NOW)
    late(day, 8)
    assert minutes_of(day) == EIGHT_LATE
    waiting = queries.planned_session(event_id, day.ids[1])
    assert waiting.unreleased
    assert waiting.starts_at == factories.STARTS + timedelta(minutes=60 + 5 + 8)


def test_a_draft_that_says_no_more_than_the_new_times_goes(day):
    event_id = day.event.id
    keeping = service.Keeping(ReleaseMode.HELD, (), 0, nod=True)
    service.keep_programme(SYSTEM, event_id, keeping, now=factories.NOW)
    planned = queries.planned_session(event_id, day.ids[0])
    place = service.Place(
        planned.starts_at, planned.ends_at + timedelta(minutes=8), planned.room_id
    )
    service.place_session(SYSTEM, event_id, planned.id, planned.revision, place, now=factories.NOW)
    late(day, 8)
    # Its draft ended 8 minutes later already, and ends 16 minutes later now.
    assert queries.planned_session(event_id, day.ids[0]).unreleased
    late(day, 8)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(SessionDraft)) == 1


def test_a_day_that_is_over_runs_late_no_more(day):
    done = late(day, 8)
    choice = Choice(5)
    long_after = factories.STARTS + timedelta(days=400)
    with pytest.raises(DayIsOver):
        service.run_late(
            SYSTEM, day.event.id, day.ids[3], choice, seen_of(day, choice, 3), now=long_after
        )
    db.session.rollback()
    with pytest.raises(DayIsOver):
        service.undo_late(SYSTEM, day.event.id, done.number, now=long_after)
    assert minutes_of(day) == EIGHT_LATE
    assert service.undo_late(
        SYSTEM, day.event.id, done.number, now=factories.STARTS + timedelta(hours=13)
    ).moved


@pytest.mark.both_databases
def test_one_click_gives_the_former_times_back_and_calendars_hear_of_it(day):
    done = late(day, 8)
    assert done.number is not None
    service.undo_late(SYSTEM, day.event.id, done.number, now=ON_THE_DAY)
    assert minutes_of(day) == AS_PLANNED
    versions = queries.releases_of(day.event.id)
    assert [one.cause for one in versions] == [ReleaseCause.LATE, ReleaseCause.LATE]
    assert [db.session.get_one(Session, one).calendar_sequence for one in day.ids] == [2, 2, 2, 0]
    told = queries.retimed_since_late(day.event.id)
    assert {announced(changes) for changes in told.values()} == {None}


@pytest.mark.both_databases
def test_what_was_moved_since_cannot_be_undone_in_one_step(day):
    done = late(day, 8)
    late(day, 5, which=1)
    with pytest.raises(service.CannotUndo):
        service.undo_late(SYSTEM, day.event.id, done.number or 0, now=ON_THE_DAY)
    assert minutes_of(day) == [(30, 68), (68, 103), (103, 110), (110, 140)]


def test_only_a_version_that_came_of_running_late_can_be_undone(day):
    planned = queries.planned_session(day.event.id, day.ids[3])
    by = timedelta(minutes=5)
    place = service.Place(planned.starts_at + by, planned.ends_at + by, planned.room_id)
    service.place_session(
        SYSTEM, day.event.id, planned.id, planned.revision, place, now=factories.NOW
    )
    (version,) = queries.releases_of(day.event.id)
    with pytest.raises(NotFound):
        service.undo_late(SYSTEM, day.event.id, version.number, now=ON_THE_DAY)


@pytest.mark.both_databases
def test_the_second_of_two_who_press_the_same_is_shown_the_ripple_anew(day):
    choice = Choice(8, absorbing=frozenset({day.break_id}))
    seen = seen_of(day, choice)
    service.run_late(SYSTEM, day.event.id, day.ids[0], choice, seen, now=ON_THE_DAY)
    with pytest.raises(service.RippleChangedMeanwhile):
        service.run_late(SYSTEM, day.event.id, day.ids[0], choice, seen, now=ON_THE_DAY)
    assert minutes_of(day) == EIGHT_LATE


def test_an_unrelated_save_does_not_stop_the_delay(day):
    choice = Choice(8, absorbing=frozenset({day.break_id}))
    seen = seen_of(day, choice)
    factories.make_session(day.event, after=200)
    service.run_late(SYSTEM, day.event.id, day.ids[0], choice, seen, now=ON_THE_DAY)
    assert minutes_of(day) == EIGHT_LATE


def test_guests_are_told_how_late_it_runs_over_several_delays(day):
    late(day, 8)
    late(day, 4, which=1)
    told = queries.retimed_since_late(day.event.id)
    first = announced(told[day.ids[1]])
    assert first == (
        factories.STARTS + timedelta(minutes=60),
        factories.STARTS + timedelta(minutes=90),
    )


def test_a_delay_of_a_long_day_takes_as_many_reads_as_one_of_a_short_day(day):
    def _reads() -> int:
        with counted_statements(db.engine) as seen:
            late(day, 1, which=3)
        return len([one for one in seen if one.startswith("SELECT")])

    few = _reads()
    for number in range(30):
        factories.make_session(day.event, after=300 + 30 * number, room_id=day.room.id)
    assert _reads() == few


def test_cues_are_kept_and_two_who_edit_them_meet(day):
    event_id, session_id = day.event.id, day.ids[0]
    empty = fingerprint(service.cue_values([]))
    lines = [
        service.CueLine(CueFor.MC, -5, "Guests to their seats"),
        service.CueLine(CueFor.AV, 0, "Slides up"),
    ]
    service.keep_cues(SYSTEM, event_id, session_id, empty, lines, now=factories.NOW)
    stored = queries.cues_of([session_id])[session_id]
    assert [(one.minutes, one.audience, one.said) for one in stored] == [
        (-5, "mc", "Guests to their seats"),
        (0, "av", "Slides up"),
    ]
    with pytest.raises(ThingChangedMeanwhile):
        service.keep_cues(SYSTEM, event_id, session_id, empty, [], now=factories.NOW)
    seen = fingerprint(service.cue_values(stored))
    service.keep_cues(SYSTEM, event_id, session_id, seen, [], now=factories.NOW)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Cue)) == 0


def test_of_very_many_changes_the_newest_delay_is_known(day, monkeypatch):
    late(day, 8)
    late(day, 5)
    monkeypatch.setattr(late_queries, "MOST_RETIMED", 3)
    told = queries.retimed_since_late(day.event.id)
    keynote = told[day.ids[0]]
    assert [since_start(one.after[1]) for one in keynote] == [73]


@pytest.mark.both_databases
def test_what_is_put_off_over_midnight_is_listed_under_a_day_on_which_it_can_stay(in_app):
    event = factories.make_event(ends_at=factories.STARTS + timedelta(days=3))
    the_day = factories.STARTS.astimezone(event.zone).date()
    # Under the day before that on which they start, at 23:20 and 23:50 in Hong Kong.
    talk, last = (
        factories.make_session(event, after=38 * 60 + start, minutes=30, day=the_day)
        for start in (20, 50)
    )
    choice, now = Choice(15), talk.starts_at
    turns = queries.turns_of(queries.sessions_on(event.id, the_day))
    seen = fingerprint_of(ripple(turns, talk.id, choice))
    done = service.run_late(SYSTEM, event.id, talk.id, choice, seen, now=now)
    shown = queries.planned_session(event.id, last.id)
    assert shown.starts_at.astimezone(event.zone).date() == the_day + timedelta(days=2)
    assert shown.day == the_day + timedelta(days=1)
    place = service.Place(shown.starts_at, shown.ends_at, None, shown.day)
    service.place_session(SYSTEM, event.id, last.id, shown.revision, place, now=now)
    service.undo_late(SYSTEM, event.id, done.number or 0, now=now)
    db.session.rollback()
    assert {queries.planned_session(event.id, one.id).day for one in (talk, last)} == {the_day}
