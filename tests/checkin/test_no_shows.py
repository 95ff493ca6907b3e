"""The share of guests of past events who did not come, and the page it stands on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from forum.checkin import service
from forum.checkin.queries import no_shows
from forum.checkin.rules import Way
from forum.checkin.verdicts import NewScan
from forum.core.actor import SYSTEM, Actor, ActorKind
from forum.core.db import counted_statements, db
from forum.core.figures import Share
from forum.core.ids import uuid7
from forum.events.models import Event
from forum.registrations.models import Registration
from forum.registrations.rules import Attendance
from tests.factories import NOW, make_event
from tests.registrations.back_office import House, enter, house
from tests.registrations.ticket_types import come, make_type

AFTER = NOW + timedelta(days=30)


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def stage(app: Flask) -> House:
    return house(app, starts_at=AFTER + timedelta(days=5), ends_at=AFTER + timedelta(days=6))


def past_event(stage: House, *came: str, away: str = "") -> Event:
    """Store an event that will be over by then, with guests who came and who did not."""
    event = make_event(stage.organisation)
    comes = [come(event.id, None, name).registration_id for name in came]
    for name in away:
        come(event.id, None, name)
    for registration_id in comes:
        scan(event, registration_id)
    return event


def scan(event: Event, registration_id: UUID) -> None:
    """Let a guest in at the main door."""
    at = service.main_checkpoint(SYSTEM, event, now=NOW)
    link = service.make_pairing_link(SYSTEM, event, at, now=NOW)
    paired = service.pair_device(link.secret, "Mei", now=NOW)
    phone = Actor(ActorKind.DEVICE, paired.id, "Mei", event_id=event.id)
    code = db.session.get_one(Registration, registration_id).code
    service.record_scan(phone, NewScan(uuid7(), Way.TYPED, code=code), now=NOW)


def test_only_past_events_with_a_door_are_counted(app: Flask, stage: House) -> None:
    with app.app_context():
        past_event(stage, "a", "b", away="cd")
        past_event(stage, "e", away="f")
        past_event(stage, away="xyz")
        elsewhere = past_event(stage, "g")
        online = make_type(elsewhere.id, "Online", attendance=Attendance.ONLINE)
        come(elsewhere.id, online, "h")
        organisation_id = stage.organisation.id
        assert no_shows(organisation_id, NOW) == Share(0, 0, 0), "nothing is over yet"
        with counted_statements(db.engine) as seen:
            assert no_shows(organisation_id, AFTER) == Share(3, 7, 3)
        assert len(seen) == 1
        assert Share(3, 7, 3).percent == 43


def test_the_page_of_rules_says_the_share(app: Flask, client: FlaskClient, stage: House) -> None:
    with app.app_context():
        past_event(stage, "a", "b", "c", away="d")
    with time_machine.travel(AFTER, tick=True):
        enter(app, client, stage)
        page = client.get(stage.at("registrations/settings")).text
    assert "At the one past event with a door, 1 of 4 confirmed guests did not come: 25 %." in page
