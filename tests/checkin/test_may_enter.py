"""Where a ticket type is let in: said on its page, on tickets and on bookings that are limited."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from forum.checkin import service
from forum.checkin.rules import CheckpointKind
from forum.core.actor import SYSTEM
from forum.core.db import db
from forum.core.links import Purpose, derive
from forum.core.permissions import Role
from forum.events.models import Event
from tests.factories import NOW, text
from tests.registrations.back_office import House, enter, house
from tests.registrations.ticket_types import come, make_type

pytestmark = pytest.mark.both_databases


@dataclass(frozen=True)
class Stage:
    """An event with a lounge for VIPs, and the bookings of a VIP and of another guest."""

    house: House
    vip: UUID
    media: UUID
    links: dict[str, str]


@pytest.fixture
def stage(app: Flask) -> Stage:
    made = house(app)
    with app.app_context():
        event = db.session.get_one(Event, made.event_id)
        vip, media = make_type(event.id, "VIP"), make_type(event.id, "Media")
        links = {}
        for name, type_id in (("vip", vip), ("media", media)):
            done = come(event.id, type_id, name)
            links[name] = f"/r/{derive(Purpose.BOOKING, done.booking_id)}"
        for name, kind, only in (
            ("Main door", CheckpointKind.ENTRANCE, []),
            ("Press room", CheckpointKind.ROOM, [vip, media]),
            ("Lounge", CheckpointKind.ROOM, [vip]),
        ):
            service.add_checkpoint(SYSTEM, event, text(name), kind, now=NOW, types=only)
        return Stage(made, vip, media, links)


@pytest.mark.parametrize("page", ["", "/ticket"])
def test_a_guest_sees_where_a_limited_ticket_lets_in(
    client: FlaskClient, stage: Stage, page: str
) -> None:
    limited = client.get(f"{stage.links['media']}{page}").text
    assert "May enter: Main door, Press room" in limited
    assert "Lounge" not in limited
    assert "May enter" not in client.get(f"{stage.links['vip']}{page}").text


def test_in_chinese_names_stand_in_chinese(client: FlaskClient, stage: Stage) -> None:
    page = client.get(f"{stage.links['media']}?lang=zh-Hant").text
    assert "Main door（繁）、Press room（繁）" in page


def test_an_organiser_sees_it_on_the_page_of_the_type(
    app: Flask, client: FlaskClient, stage: Stage
) -> None:
    enter(app, client, stage.house, Role.MANAGER)
    page = client.get(stage.house.at(f"registrations/types/{stage.media}")).text
    assert "May enter: Main door, Press room" in page
    vip = client.get(stage.house.at(f"registrations/types/{stage.vip}")).text
    assert "May enter" not in vip


def test_without_checkpoints_nothing_is_said(app: Flask, client: FlaskClient) -> None:
    made = house(app)
    with app.app_context():
        done = come(made.event_id, None, "alone")
        link = f"/r/{derive(Purpose.BOOKING, done.booking_id)}"
    assert "May enter" not in client.get(link).text
