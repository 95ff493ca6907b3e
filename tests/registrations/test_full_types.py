"""More seats for the event: who still waits since the own ticket type is full is said."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from forum.core.actor import SYSTEM
from forum.core.permissions import Role
from forum.registrations import service
from forum.registrations.queries.policies import waiting_for_full_types
from tests.factories import NOW, make_event
from tests.registrations.back_office import House, enter, house, send
from tests.registrations.ticket_types import come, in_state, limited, make_type, own

SAYS = "2 guests still wait for ticket types that are full."


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def stage(app: Flask) -> House:
    """An event of three seats where one waits for them, and two for types that are full."""
    made = house(app, capacity=3)
    with app.app_context():
        media = make_type(made.event_id, "Media", seats=limited(1))
        vip = make_type(made.event_id, "VIP", seats=own(1))
        for type_id, names in ((media, "ab"), (vip, "cd"), (None, "efg")):
            for name in names:
                come(made.event_id, type_id, name)
        assert in_state(made.event_id, "waitlisted") == "bdg"
    return made


@pytest.mark.parametrize("page", ["capacity", "settings"])
def test_who_waits_for_a_type_is_counted_after_seats_were_added(
    app: Flask, client: FlaskClient, stage: House, page: str
) -> None:
    enter(app, client, stage, Role.MANAGER)
    rules: dict[str, Any] = {"over_percent": "0", "freed": "at_once", "offer_hours": "24"}
    rules |= {"order": "first_come"}
    typed = {"capacity": "10"} if page == "capacity" else rules | {"capacity": "10"}
    address = stage.at(f"registrations/{page}")
    assert send(client, address, typed).status_code == 303
    said = client.get(address).text
    assert "1 guest moved up from the wait list and gets a mail." in said
    assert SAYS in said
    with app.app_context():
        assert in_state(stage.event_id, "waitlisted") == "bd"
    assert send(client, address, typed | {"capacity": "9"}).status_code == 303
    assert SAYS not in client.get(address).text


@pytest.mark.usefixtures("in_app")
def test_who_is_within_the_limit_waits_for_the_event_not_for_the_type() -> None:
    """The place within the limit is held while waiting for a seat, and can be what fills it."""
    event_id = make_event(capacity=1).id
    media = make_type(event_id, "Media", seats=limited(2))
    for type_id, name in ((None, "a"), (media, "b"), (media, "c")):
        come(event_id, type_id, name)
    service.set_capacity(SYSTEM, event_id, 2, now=NOW)
    assert in_state(event_id, "waitlisted") == "c"
    assert waiting_for_full_types(event_id) == 0
    come(event_id, media, "d")
    assert in_state(event_id, "waitlisted") == "cd"
    assert waiting_for_full_types(event_id) == 1
