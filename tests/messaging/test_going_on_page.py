"""The page of what was stopped half-way: going on asks again where more people would get it."""

from __future__ import annotations

import pytest
from flask import Flask

from forum.core import clock
from forum.core.actor import SYSTEM
from forum.core.text import Text
from forum.events import service as events
from forum.events.models import Event
from tests.events.browsing import Member
from tests.factories import make_event, make_organisation
from tests.messaging.conftest import Register, Work
from tests.messaging.test_announcement_pages import colleague, nod_above, write


@pytest.fixture
def event(app: Flask) -> Event:
    with app.app_context():
        return make_event(make_organisation(), slug="sample-event", capacity=100)


@pytest.fixture
def member(app: Flask, event: Event) -> Member:
    return colleague(app, event)


@pytest.fixture
def stopped(app: Flask, event: Event, member: Member, register: Register, work: Work) -> str:
    """The page of an announcement to one person that was stopped before it went."""
    nod_above(app, event, 2)
    register(event)
    work()
    path = write(member)
    assert member.fill(f"{path}/send").status_code == 303
    assert member.press(path, f"{path}/stop").status_code == 303
    return path


def test_it_goes_on_to_as_many_as_somebody_agreed_to(stopped: str, member: Member) -> None:
    assert member.press(stopped, f"{stopped}/go-on").status_code == 303
    assert "It goes on, to those who have not had it." in member.get(stopped).text


def test_to_more_people_it_waits_for_a_second_person_and_can_be_stopped_again(
    app: Flask,
    event: Event,
    stopped: str,
    member: Member,
    register: Register,
) -> None:
    for _ in range(6):
        register(event)
    assert member.press(stopped, f"{stopped}/go-on").status_code == 303
    shown = member.get(stopped).text
    assert "It waits until a second person has looked at it." in shown
    assert f"{stopped}/draft" not in shown
    assert f"{stopped}/edit" not in shown
    assert member.get(f"{stopped}/edit").status_code == 404
    other = colleague(app, event)
    assert "7 people may be written to" in other.get(stopped).text
    assert member.press(stopped, f"{stopped}/stop").status_code == 303
    assert f"{stopped}/go-on" in member.get(stopped).text


def test_of_a_cancelled_event_nothing_goes_on(
    app: Flask, event: Event, stopped: str, member: Member
) -> None:
    seen = member.get(stopped)
    with app.app_context():
        events.cancel(SYSTEM, event.id, Text(), now=clock.now())
    assert f"{stopped}/go-on" in seen.text
    assert member.press(stopped, f"{stopped}/go-on").status_code == 303
    assert "The event is cancelled" in member.get(stopped).text
