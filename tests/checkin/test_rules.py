"""The table of verdicts, and the small rules around it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.checkin import rules
from forum.checkin.rules import WORDING, Facts, Kind, Reading, Reason, judge
from forum.registrations.rules import RegistrationState

VECTORS = json.loads((Path(__file__).parent / "verdict-vectors.json").read_text("utf-8"))["vectors"]
NOW = datetime(2026, 12, 8, 1, 12, tzinfo=UTC)
MOMENTS = {"scanned_at", "opens_at", "closes_at"}
STATES = [state.value for state in RegistrationState]


def _facts(said: dict[str, Any]) -> Facts:
    values = {
        name: datetime.fromisoformat(value) if name in MOMENTS else value
        for name, value in said.items()
    }
    return Facts(**{"state": "confirmed", **values, "reading": Reading(said["reading"])})


@pytest.mark.parametrize(
    ("said", "reason"), [row[1:] for row in VECTORS], ids=[v[0] for v in VECTORS]
)
def test_the_table_gives_the_reason_of_each_vector(said: dict[str, Any], reason: str) -> None:
    assert judge(_facts(said)) == Reason(reason)


facts = st.builds(
    Facts,
    reading=st.sampled_from(Reading),
    state=st.sampled_from([None, *STATES]),
    same_event=st.booleans(),
    revoked=st.booleans(),
    already_in=st.booleans(),
    device_locked=st.booleans(),
    scanned_at=st.one_of(st.none(), st.just(NOW)),
    opens_at=st.one_of(
        st.none(), st.just(NOW - timedelta(hours=1)), st.just(NOW + timedelta(hours=1))
    ),
    closes_at=st.one_of(st.none(), st.just(NOW + timedelta(hours=2)), st.just(NOW)),
)


@given(facts)
def test_nobody_is_admitted_but_a_confirmed_guest_of_this_event_who_is_not_in(known: Facts) -> None:
    if judge(known) is Reason.ADMITTED:
        assert known.state == "confirmed"
        assert known.same_event
        against = (known.revoked, known.already_in, known.device_locked, known.outside_hours)
        assert not any(against)
        assert known.reading not in {Reading.BADLY_SIGNED, Reading.FOREIGN}


@given(facts)
def test_every_reason_has_its_words_and_only_admitted_looks_like_it(known: Facts) -> None:
    reason = judge(known)
    assert (WORDING[reason].kind is Kind.ADMIT) == (reason is Reason.ADMITTED)


def test_every_state_of_a_registration_but_confirmed_has_a_reason_of_its_own() -> None:
    reasons = [judge(Facts(Reading.SIGNED, state=state)) for state in STATES]
    assert len(set(reasons)) == len(STATES)
    assert Reason.UNKNOWN_CODE not in reasons


def test_the_phones_clock_is_put_right_by_what_it_shows_while_sending() -> None:
    an_hour_ahead = NOW + timedelta(hours=1)
    read = an_hour_ahead - timedelta(seconds=90)
    assert rules.corrected(read, an_hour_ahead, NOW) == NOW - timedelta(seconds=90)


@given(st.datetimes(timezones=st.just(UTC)), st.datetimes(timezones=st.just(UTC)))
def test_no_clock_moves_a_reading_into_the_future_or_far_into_the_past(
    scanned_at: datetime, sent_at: datetime
) -> None:
    when = rules.corrected(scanned_at, sent_at, NOW)
    assert NOW - rules.CLOCK_TRUSTED_WITHIN <= when <= NOW


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("陳", ("陳",)),
        ("大文陳", ("大", "文", "陳")),
        ("a", ()),
        ("Mo", ("Mo",)),
        ("Chan T", ("Chan", "T")),
        ("陳 t", ("陳", "t")),
        ("t9m2-pr4k", ("t9m2-pr4k",)),
        ("   ", ()),
        ("\U00020bb7", ("\U00020bb7",)),
    ],
)
def test_one_chinese_character_or_two_letters_are_enough(
    typed: str, words: tuple[str, ...]
) -> None:
    assert rules.search_words(typed) == words


def test_undo_is_free_for_ten_seconds() -> None:
    assert rules.may_undo_freely(NOW, NOW + timedelta(seconds=10))
    assert not rules.may_undo_freely(NOW, NOW + timedelta(seconds=11))


def test_a_phone_works_until_a_day_after_the_event_or_after_now() -> None:
    assert rules.device_lapses(NOW + timedelta(days=3), NOW) == NOW + timedelta(days=4)
    assert rules.device_lapses(NOW - timedelta(days=800), NOW) == NOW + timedelta(days=1)
