"""What is wrong with a programme, as pure rules say it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import perf_counter
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.core.text import Text
from forum.programme.conflict_words import CONFLICTS
from forum.programme.rules import (
    CLASHES,
    STRICT_ABLE,
    AppearanceRole,
    Circumstances,
    ConflictKind,
    SessionKind,
    SessionState,
    Slot,
    Warned,
    caused,
    conflicts_of,
)

START = datetime(2026, 12, 8, 1, 0, tzinfo=UTC)
END = START + timedelta(hours=4)
HALL, LOUNGE, PERSON = UUID(int=1), UUID(int=3), UUID(int=2)
ON_STAGE = ((PERSON, AppearanceRole.PRESENTER),)


def at(minutes: int) -> datetime:
    return START + timedelta(minutes=minutes)


def slot(number: int, begins: int, lasts: int, **given: object) -> Slot:
    values: dict[str, object] = {
        "id": UUID(int=100 + number),
        "kind": SessionKind.TALK,
        "state": SessionState.CONFIRMED,
        "room_id": None,
        "starts_at": at(begins),
        "ends_at": at(begins + lasts),
    }
    return Slot(**(values | given))


def found(*slots: Slot, **given: object) -> list[Warned]:
    values: dict[str, object] = {
        "event_starts": START,
        "event_ends": END,
        "zone": ZoneInfo("Asia/Hong_Kong"),
    }
    return conflicts_of(slots, Circumstances(**(values | given)))


def kinds(*slots: Slot, **given: object) -> list[ConflictKind]:
    return [one.kind for one in found(*slots, **given)]


def test_sessions_that_follow_each_other_do_not_clash():
    one = slot(1, 0, 30, room_id=HALL, cast=ON_STAGE)
    assert kinds(one, slot(2, 30, 30, room_id=HALL, cast=ON_STAGE)) == []


def test_a_room_used_twice_is_a_clash_with_the_time_shared():
    (only,) = found(slot(1, 0, 40, room_id=HALL), slot(2, 30, 30, room_id=HALL))
    assert only.kind is ConflictKind.ROOM_TWICE
    assert only.is_clash
    assert (only.starts_at, only.ends_at) == (at(30), at(40))
    assert only.about == HALL


def test_a_room_that_only_shows_a_session_is_taken_as_well():
    shown_elsewhere = slot(1, 0, 40, room_id=HALL, also_in=(LOUNGE,))
    (only,) = found(shown_elsewhere, slot(2, 30, 30, room_id=LOUNGE))
    assert (only.kind, only.about) == (ConflictKind.ROOM_TWICE, LOUNGE)


def test_a_person_in_two_roles_of_two_sessions_at_once_is_named_once():
    cast = ((PERSON, AppearanceRole.MODERATOR), (PERSON, AppearanceRole.PRESENTER))
    twice = kinds(slot(1, 0, 30, cast=cast), slot(2, 10, 30, cast=cast))
    assert twice == [ConflictKind.SPEAKER_TWICE]


def test_cancelled_and_untimed_sessions_clash_with_nothing():
    assert (
        kinds(
            slot(1, 0, 30, room_id=HALL),
            slot(2, 0, 30, room_id=HALL, state=SessionState.CANCELLED),
            slot(3, 0, 30, room_id=HALL, starts_at=None, ends_at=None),
        )
        == []
    )


def test_a_room_needs_its_minutes_between_two_sessions():
    talks = (slot(1, 0, 30, room_id=HALL), slot(2, 35, 30, room_id=HALL))
    (only,) = found(*talks, turnaround=10)
    assert (only.kind, only.number, only.is_clash) == (ConflictKind.TURNAROUND, 5, False)
    assert kinds(*talks, turnaround=5) == []
    assert kinds(slot(1, 0, 40, room_id=HALL), talks[1], turnaround=10) == [ConflictKind.ROOM_TWICE]


def test_a_break_is_time_to_turn_a_room_around():
    pause = slot(3, 30, 20, room_id=HALL, kind=SessionKind.BREAK)
    talks = (slot(1, 0, 30, room_id=HALL), slot(2, 50, 30, room_id=HALL))
    assert kinds(*talks, pause, turnaround=15) == []
    assert kinds(*talks, pause, turnaround=30) == [ConflictKind.TURNAROUND]


def test_a_speaker_is_not_on_stage_while_not_available():
    away = {PERSON: [(at(20), at(60)), (at(200), at(210))]}
    (only,) = found(slot(1, 0, 30, cast=ON_STAGE), unavailable=away)
    assert (only.kind, only.about) == (ConflictKind.UNAVAILABLE, PERSON)
    assert (only.starts_at, only.ends_at) == (at(20), at(30))
    assert kinds(slot(1, 60, 30, cast=ON_STAGE), unavailable=away) == []


def test_who_has_declined_is_not_on_stage():
    untimed = slot(1, 0, 30, cast=ON_STAGE, starts_at=None, ends_at=None)
    assert kinds(untimed, declined=frozenset({PERSON})) == [ConflictKind.DECLINED]
    assert kinds(untimed, declined=frozenset({HALL})) == []


def test_a_panel_needs_a_moderator_or_a_chair():
    assert kinds(slot(1, 0, 30, kind=SessionKind.PANEL)) == [ConflictKind.NO_MODERATOR]
    for role in (AppearanceRole.MODERATOR, AppearanceRole.CHAIR):
        assert kinds(slot(1, 0, 30, kind=SessionKind.PANEL, cast=((PERSON, role),))) == []


def test_a_session_outside_the_event_is_named():
    assert kinds(slot(1, -10, 30), slot(2, 230, 30)) == [ConflictKind.OUTSIDE] * 2


@pytest.mark.parametrize(("month", "day", "moves"), [(3, 29, 60), (10, 25, -60)])
def test_a_session_while_the_clock_is_changed_is_named_with_the_minutes(month, day, moves):
    night = datetime(2026, month, day, 0, 30, tzinfo=UTC)
    only = slot(1, 0, 0, starts_at=night, ends_at=night + timedelta(hours=2))
    around = {"event_starts": night - timedelta(days=1), "event_ends": night + timedelta(days=1)}
    (warned,) = found(only, zone=ZoneInfo("Europe/Berlin"), **around)
    assert (warned.kind, warned.number) == (ConflictKind.CLOCKS_CHANGE, moves)
    assert kinds(only, zone=ZoneInfo("Asia/Hong_Kong"), **around) == []


def test_a_room_holds_those_who_signed_up_and_the_places_offered():
    sizes = {HALL: 50, LOUNGE: 20}
    full = slot(1, 0, 30, room_id=HALL, taken=51, places=60)
    assert kinds(full, capacities=sizes) == [ConflictKind.ROOM_TOO_SMALL]
    offered = slot(1, 0, 30, room_id=HALL, taken=5, places=60)
    assert kinds(offered, capacities=sizes) == [ConflictKind.TOO_MANY_PLACES]
    both = slot(1, 0, 30, room_id=HALL, also_in=(LOUNGE,), taken=51, places=60)
    assert kinds(both, capacities=sizes) == []
    assert kinds(full, capacities={HALL: None}) == []


def test_a_missing_translation_is_named_by_its_languages():
    languages = ["en", "zh-Hant", "zh-Hans"]
    title = Text({"en": "Talk", "zh-Hant": "演講"})
    (only,) = found(slot(1, 0, 30, title=title), languages=languages)
    assert (only.kind, only.languages) == (ConflictKind.TRANSLATION, ("zh-Hans",))
    whole = Text({"en": "Talk", "zh-Hant": "演講", "zh-Hans": "演讲"})
    partly = slot(1, 0, 30, title=whole, abstract=Text({"zh-Hans": "内容"}))
    (only,) = found(partly, languages=languages)
    assert only.languages == ("en", "zh-Hant")
    assert kinds(slot(1, 0, 30, title=whole), languages=languages) == []
    assert kinds(slot(1, 0, 30, title=Text({"en": "Talk"})), languages=["en"]) == []


def test_guests_with_places_in_two_sessions_at_once_are_counted():
    one, other = slot(1, 0, 30), slot(2, 20, 30)
    shared = {(one.id, other.id): 12}
    (only,) = found(one, other, shared=shared)
    assert (only.kind, only.number, only.sessions) == (
        ConflictKind.SIGN_UPS,
        12,
        (one.id, other.id),
    )
    assert kinds(one, slot(2, 30, 30), shared=shared) == []


def test_clashes_stand_before_notes_and_each_in_the_order_of_time():
    panel = slot(1, 0, 30, kind=SessionKind.PANEL, room_id=HALL)
    late = (slot(2, 60, 30, room_id=HALL), slot(3, 70, 30, room_id=HALL))
    early = slot(4, 10, 10, room_id=HALL)
    assert [(one.kind, one.starts_at) for one in found(panel, *late, early)] == [
        (ConflictKind.ROOM_TWICE, at(10)),
        (ConflictKind.ROOM_TWICE, at(70)),
        (ConflictKind.NO_MODERATOR, None),
    ]


def test_what_stood_before_is_not_caused():
    before = found(slot(1, 0, 40, room_id=HALL), slot(2, 30, 30, room_id=HALL))
    longer = found(slot(1, 0, 50, room_id=HALL), slot(2, 30, 30, room_id=HALL))
    assert caused(before, longer) == []
    assert caused([], longer) == longer


def test_every_kind_has_its_words_and_strict_kinds_are_for_editors_to_mend():
    assert set(CONFLICTS) == set(ConflictKind)
    assert set(STRICT_ABLE) >= CLASHES
    assert ConflictKind.SIGN_UPS not in STRICT_ABLE


SPANS = st.lists(
    st.tuples(st.integers(0, 200), st.integers(1, 40), st.integers(0, 2), st.booleans()),
    max_size=12,
)


def test_a_room_that_others_have_is_a_clash_of_every_session_there_then() -> None:
    busy = {
        HALL: [(at(10), at(20)), (at(15), at(40)), (at(60), at(70))],
        LOUNGE: [(at(0), at(240))],
    }
    before, first, second = slot(1, 0, 10), slot(2, 30, 40), slot(3, 40, 20)
    sessions = [replace(one, room_id=HALL) for one in (before, first, second)]
    (only,) = found(*sessions, busy=busy)[:1]
    busy_ones = [one for one in found(*sessions, busy=busy) if one.kind is ConflictKind.ROOM_BUSY]
    assert [(one.sessions, one.starts_at, one.ends_at) for one in busy_ones] == [
        ((first.id,), at(30), at(40))
    ]
    assert only.is_clash
    also = replace(before, also_in=(LOUNGE,))
    assert [(one.kind, one.about) for one in found(also, busy=busy)] == [
        (ConflictKind.ROOM_BUSY, LOUNGE)
    ]
    assert ConflictKind.ROOM_BUSY in STRICT_ABLE


@given(SPANS)
def test_clashes_are_exactly_the_pairs_that_overlap_in_a_room_or_by_a_person(spans):
    # Eight run at once at most, within the bound up to which every pair is named.
    slots = [
        slot(
            n,
            begins,
            lasts,
            room_id=UUID(int=room),
            cast=((UUID(int=10 + n % 2), AppearanceRole.PRESENTER),) if speaks else (),
        )
        for n, (begins, lasts, room, speaks) in enumerate(spans)
    ]
    pairs = [
        (one, other)
        for i, one in enumerate(slots)
        for other in slots[i + 1 :]
        if one.starts_at < other.ends_at and other.starts_at < one.ends_at
    ]
    busiest = max(
        (sum(a.starts_at <= b.starts_at < a.ends_at for a in slots) for b in slots), default=0
    )
    if busiest > 8:
        return
    wide = {"event_starts": at(-9999), "event_ends": at(9999)}
    got = Counter((one.kind, frozenset(one.sessions)) for one in found(*slots, **wide))
    expected = Counter(
        (ConflictKind.ROOM_TWICE, frozenset((a.id, b.id)))
        for a, b in pairs
        if a.room_id == b.room_id
    ) + Counter(
        (ConflictKind.SPEAKER_TWICE, frozenset((a.id, b.id)))
        for a, b in pairs
        if a.cast and a.cast == b.cast
    )
    assert got == expected


@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(1, 60)), min_size=2, max_size=60),
)
def test_each_session_that_shares_its_room_is_named_however_many_meet(spans):
    slots = [slot(n, begins, lasts, room_id=HALL) for n, (begins, lasts) in enumerate(spans)]
    wide = {"event_starts": at(-9999), "event_ends": at(9999)}
    named = {one for warned in found(*slots, **wide) for one in warned.sessions}
    assert named == {
        one.id
        for one in slots
        if any(
            other is not one and one.starts_at < other.ends_at and other.starts_at < one.ends_at
            for other in slots
        )
    }
    assert len(found(*slots, **wide)) <= 8 * len(slots)


@given(st.permutations(range(6)))
def test_the_order_in_which_sessions_come_changes_nothing(order):
    slots = [slot(n, n * 20, 30, room_id=HALL, cast=ON_STAGE) for n in range(6)]
    assert found(*(slots[n] for n in order), turnaround=20) == found(*slots, turnaround=20)


def test_a_thousand_sessions_are_looked_through_in_a_blink():
    people = [UUID(int=1000 + n) for n in range(400)]
    slots = [
        slot(
            n,
            (n // 20) * 30 + n % 3,
            30,
            room_id=UUID(int=500 + n % 20),
            cast=tuple((people[(n * 7 + m) % 400], AppearanceRole.PRESENTER) for m in range(3)),
            title=Text({"en": f"Talk {n}"}),
        )
        for n in range(1000)
    ]
    wide = {"event_ends": START + timedelta(days=9), "languages": ["en", "zh-Hant"]}
    took = []
    for _ in range(5):
        begins = perf_counter()
        assert found(*slots, **wide, turnaround=5)
        took.append(perf_counter() - begins)
    # Measured at 20 to 35 ms; the bound is loose, as others may be at work on this machine.
    assert min(took) < 0.5
