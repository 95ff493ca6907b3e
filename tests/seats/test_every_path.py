"""Seats stay true through every path: random walks, the pools against the rows after each step."""

from __future__ import annotations

import inspect
from random import Random
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase
from hypothesis import settings as hypothesis_settings
from hypothesis.stateful import run_state_machine_as_test

from forum.registrations.service import cancelling, making_codes, places
from forum.seats import service as seats
from tests.seats.office_walking import OfficeWalk
from tests.seats.walking import KINDS

pytestmark = pytest.mark.both_databases

COUNTS = {"people": (1, 3), "number": (1, 3), "uses": (1, 3), "companions": (0, 2), "kept": (0, 5)}
COUNTS |= {"new": (0, 3), "eats": (0, 1), "which": (0, 1), "capacity": (2, 9), "percent": (0, 10)}
WHICH = ("who", "one", "other", "code")
"""Which of those that are there, by any number."""


def _walk(walks: int, steps: int) -> None:
    run_state_machine_as_test(
        OfficeWalk,
        settings=hypothesis_settings(
            max_examples=walks,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            phases=(Phase.generate,),
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )


def _stroll(seed: int, steps: int, *names: str) -> None:
    """Walk by these rules alone, each as often as the others, so that they meet more often."""
    chance, walk = Random(seed), OfficeWalk()
    walk.open_the_house(capacity=6)
    for _ in range(steps):
        act = getattr(walk, chance.choice(names))
        act(**{name: _drawn(chance, name) for name in inspect.signature(act).parameters})
        walk.pools_and_rows_agree()
        walk.every_address_is_held_by_one()


def _drawn(chance: Random, name: str) -> Any:
    if name == "kind":
        return chance.choice(KINDS)
    if name in COUNTS:
        return chance.randint(*COUNTS[name])
    return chance.randrange(10_000) if name in WHICH else chance.random() < 0.5


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_seats_stay_true_on_every_random_walk(in_app: Flask, *, full_figures: bool) -> None:
    assert in_app
    _walk(200, 60) if full_figures else _walk(12, 30)


@pytest.mark.parametrize(
    "names",
    [
        ("register", "cancel", "merge_doubles", "take_a_place", "leave_a_place", "seat_by_hand"),
        (
            "make_codes",
            "come_by_a_code",
            "revoke_a_code",
            "seats_of_codes_lapse",
            "cancel",
            "change_type",
            "change_capacity",
        ),
        (
            "invite",
            "accept_an_invitation",
            "decline_an_invitation",
            "invitations_follow",
            "keep_seats",
            "release_seats",
            "merge_doubles",
            "take_a_file_in",
        ),
        ("somebody_stands_by", "let_in_who_stood_by", "register", "cancel", "change_type"),
        (
            "register",
            "turn_discreet",
            "register_somebody_known",
            "come_by_a_trusted_address",
            "add_somebody_known",
            "send_somebody_known",
            "correct_an_address",
            "merge_doubles",
            "cancel",
            "decide",
            "decide_again",
            "take_a_list_back_in",
        ),
    ],
    ids=["places", "codes", "invitations", "door", "addresses"],
)
def test_seats_stay_true_where_some_ways_meet_often(in_app: Flask, names: tuple[str, ...]) -> None:
    assert in_app
    for seed in range(2):
        _stroll(seed, 40, *names)


def test_the_control_that_forgets_to_give_a_seat_back_is_seen(
    in_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where who leaves keeps a counter raised, the walk finds it."""
    assert in_app
    free = seats.leave

    def _forget(session: Any, pool_id: UUID, holder_id: UUID, number: int, **how: Any) -> Any:
        return free(session, pool_id, holder_id, number - 1, **how)

    monkeypatch.setattr(seats, "leave", _forget)
    with pytest.raises(AssertionError):
        _walk(40, 30)


def test_the_control_that_does_not_count_who_left_a_session_is_seen(
    in_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where who cancels leaves a place behind, the walk finds it."""
    assert in_app
    monkeypatch.setattr(places, "let_all_go", lambda *_: False)
    with pytest.raises(AssertionError):
        _stroll(1, 60, "register", "take_a_place", "cancel")


def test_the_control_that_keeps_seats_for_codes_that_are_over_is_seen(
    in_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a block stays as large as it was, the sweep of lapsed codes never ends."""
    assert in_app
    monkeypatch.setattr(making_codes, "resize_block", lambda *_: None)
    with pytest.raises(AssertionError):
        _stroll(1, 60, "make_codes", "revoke_a_code", "seats_of_codes_lapse")


def test_the_control_that_hands_no_address_on_is_seen(
    in_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the double of somebody who cancelled holds nothing, the walk finds it."""
    assert in_app
    monkeypatch.setattr(cancelling, "hand_on_addresses", lambda *_: ())
    names = ("turn_discreet", "register_somebody_known", "add_somebody_known", "cancel")
    with pytest.raises(AssertionError):
        _stroll(1, 60, *names)
