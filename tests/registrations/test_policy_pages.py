"""The page of how an event takes guests, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from forum.core.db import db
from forum.core.permissions import Role
from forum.registrations.models import RegistrationPolicy
from forum.seats.queries import pools_of
from forum.seats.rules import WaitOrder
from tests.factories import NOW
from tests.registrations.back_office import House, enter, house, send
from tests.registrations.desk import form_of
from tests.registrations.ticket_types import (
    agreed,
    come,
    come_by_hand,
    counts,
    in_state,
    limited,
    make_type,
)


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def stage(app: Flask) -> House:
    return house(app, capacity=10)


@pytest.fixture
def organiser(app: Flask, client: FlaskClient, stage: House) -> FlaskClient:
    return enter(app, client, stage, Role.MANAGER)


def typed(**given: Any) -> dict[str, Any]:
    """Return what an organiser leaves as it is."""
    boxes: dict[str, Any] = {
        "capacity": "10",
        "over_percent": "0",
        "freed": "at_once",
        "offer_hours": "24",
        "order": "first_come",
    }
    return boxes | given


def rules(app: Flask, stage: House) -> RegistrationPolicy:
    """Return the event's rules as they are stored."""
    with app.app_context():
        return db.session.get_one(RegistrationPolicy, stage.event_id)


def test_every_rule_is_saved_and_shown_again(
    app: Flask, organiser: FlaskClient, stage: House
) -> None:
    address = stage.at("registrations/settings")
    sent = typed(
        over_percent="15",
        freed="offered",
        offer_hours="12",
        order="draw",
        smaller_pass="y",
        several_per_address="y",
        changes_until="2026-12-07T18:00",
        ask_hours="48",
        stand_by="y",
    )
    answer = send(organiser, address, sent)
    assert answer.status_code == 303, answer.text
    kept = rules(app, stage)
    assert (kept.seats, kept.over_percent, kept.offer_hours, kept.ask_hours) == (10, 15, 12, 48)
    assert (kept.several_per_address, kept.stand_by) == (True, True)
    assert kept.changes_until is not None
    assert kept.changes_until.hour == 10
    with app.app_context():
        (pool,) = pools_of(stage.event_id)
        assert (pool.capacity, pool.order, pool.smaller_pass) == (11, WaitOrder.DRAW, True)
    page = organiser.get(address).text
    assert "Saved. Up to 11 people are confirmed." in page
    assert "10 seats in the room, 15 % more invited: up to 11 people are confirmed." in page
    assert 'value="2026-12-07T18:00"' in page
    assert "the share of guests who did not come stands here" in page


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"capacity": ""}, "Enter how many seats there are"),
        ({"over_percent": "101"}, "Enter a whole number from 0 to 100"),
        ({"freed": "offered", "offer_hours": ""}, "Enter for how many hours an offer is kept"),
        ({"offer_hours": "337"}, "Enter a whole number from 1 to 336"),
        ({"ask_hours": "721"}, "Enter a whole number from 1 to 720"),
        ({"order": "loudest"}, "Choose one from the list"),
        ({"changes_until": "never"}, "Enter a day and a time"),
    ],
)
def test_what_cannot_be_is_answered_in_words_and_nothing_is_saved(
    app: Flask, organiser: FlaskClient, stage: House, wrong: dict[str, str], says: str
) -> None:
    answer = send(organiser, stage.at("registrations/settings"), typed(stand_by="y", **wrong))
    assert answer.status_code == 422
    assert says in answer.text
    assert not rules(app, stage).stand_by


def test_inviting_more_lets_who_waits_in(app: Flask, organiser: FlaskClient, stage: House) -> None:
    with app.app_context():
        for name in "0123456789ab":
            come(stage.event_id, None, name)
        assert in_state(stage.event_id, "waitlisted") == "ab"
    address = stage.at("registrations/settings")
    send(organiser, address, typed(over_percent="10"))
    assert "1 guest moved up from the wait list and gets a mail." in organiser.get(address).text
    with app.app_context():
        assert in_state(stage.event_id, "waitlisted") == "b"
        assert counts("event") == (11, 11, 1)
    refused = send(organiser, address, typed(over_percent="5"))
    assert refused.status_code == 409
    assert "11 people have a seat already, and this makes only 10." in refused.text
    assert rules(app, stage).over_percent == 10


@pytest.mark.parametrize("page", ["settings", "capacity"])
def test_seats_that_are_only_offered_are_said_to_be_offered(
    app: Flask, organiser: FlaskClient, stage: House, page: str
) -> None:
    with app.app_context():
        for name in "0123456789ab":
            come(stage.event_id, None, name)
    settings = stage.at("registrations/settings")
    send(organiser, settings, typed(freed="offered"))
    address = stage.at(f"registrations/{page}")
    sent = {"capacity": "12"} if page == "capacity" else typed(freed="offered", capacity="12")
    assert send(organiser, address, sent).status_code == 303
    said = organiser.get(address).text
    assert "A seat is offered to 2 guests by mail." in said
    assert "moved up" not in said
    with app.app_context():
        assert in_state(stage.event_id, "offered") == "ab"


def test_a_smaller_group_that_may_pass_is_seated_at_once_in_types_too(
    app: Flask, organiser: FlaskClient, stage: House
) -> None:
    with app.app_context():
        kind = make_type(stage.event_id, seats=limited(3))
        come_by_hand(stage.event_id, kind, "1", "2")
        come(stage.event_id, kind, "a", "b")
        come(stage.event_id, kind, "c")
        assert in_state(stage.event_id, "waitlisted") == "abc"
    send(organiser, stage.at("registrations/settings"), typed(smaller_pass="y"))
    with app.app_context():
        assert in_state(stage.event_id, "waitlisted") == "ab"
        agreed()


def test_two_organisers_who_set_the_rules_do_not_overwrite_each_other(
    app: Flask, organiser: FlaskClient, stage: House
) -> None:
    address = stage.at("registrations/settings")
    old = form_of(organiser, address)
    send(organiser, address, typed(ask_hours="48"))
    late = organiser.post(address, data=old | typed(ask_hours="24"))
    assert late.status_code == 409
    assert "Changed by somebody else while you were typing" in late.text
    assert 'value="24"' in late.text
    assert rules(app, stage).ask_hours == 48


def test_the_page_of_seats_goes_on_working(
    app: Flask, organiser: FlaskClient, stage: House
) -> None:
    address = stage.at("registrations/capacity")
    assert send(organiser, address, {"capacity": "12"}).status_code == 303
    assert rules(app, stage).seats == 12


@pytest.mark.parametrize("role", [Role.REGISTRAR, Role.DOOR, Role.VIEWER])
def test_rules_are_set_by_who_may_edit_the_event(
    app: Flask, client: FlaskClient, stage: House, role: Role
) -> None:
    enter(app, client, stage, role)
    assert client.get(stage.at("registrations/settings")).status_code == 403
