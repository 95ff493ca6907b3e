"""What tests of the door stand on: an event, guests with tickets, a paired phone, an organiser."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import Context
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from forum.checkin import service
from forum.checkin.rules import Way
from forum.checkin.verdicts import NewScan, Verdict
from forum.core.actor import ANONYMOUS, SYSTEM, Actor, ActorKind
from forum.core.db import db
from forum.core.http.actor_of_request import register_actor_loader
from forum.core.ids import uuid7
from forum.core.permissions import Role
from forum.events.models import Event
from forum.programme import queries as programme
from forum.programme import service as schedule
from forum.programme.rules import Choice, fingerprint_of, ripple
from forum.registrations import service as registrations
from forum.registrations.queries import registration_of
from forum.tickets import queries as tickets
from forum.tickets.service import qr_text
from tests.factories import NOW, attendee, make_event


@dataclass(frozen=True)
class TicketHolder:
    """A registered guest, and what is on the ticket."""

    registration_id: UUID
    name: str
    qr: str
    reference: str


@dataclass
class Phone:
    """A paired phone that talks to the API as the page does."""

    client: FlaskClient
    actor: Actor

    def call(self, act: str, body: dict[str, Any] | None = None, **headers: str) -> TestResponse:
        """Send a request with the page's own header; POST where there is a body."""
        given = {"X-Forum-Door": "1", **headers}
        if body is None:
            return self.client.get(f"/door/api/{act}", headers=given)
        return self.client.post(f"/door/api/{act}", json=body, headers=given)

    def scan(self, code: str, **more: Any) -> dict[str, Any]:
        """Send a reading and return the verdict."""
        body = {"scan_id": str(uuid7()), "code": code, "way": "camera", **more}
        answer = self.call("scan", body)
        assert answer.status_code == 200, answer.text
        verdict: dict[str, Any] = answer.get_json()["verdict"]
        return verdict


class Visitor(FlaskClient):
    """A client whose requests have contexts of their own, also where the test has entered one."""

    def open(self, *args: Any, **more: Any) -> TestResponse:
        """Send a request from an empty context."""
        if has_app_context():
            db.session.rollback()
        return Context().run(super().open, *args, **more)


NewGuest = Callable[..., TicketHolder]
NewPhone = Callable[..., Phone]


@pytest.fixture
def event(in_app: Flask) -> Event:
    """A published event with 200 seats."""
    in_app.test_client_class = Visitor
    return make_event()


def register_guest(event: Event, **given: Any) -> TicketHolder:
    """Register a guest as the form does, and take the ticket in hand."""
    done = registrations.register(ANONYMOUS, event.id, attendee(**given), form_key=None, now=NOW)
    row = registration_of(event.id, done.registration_id)
    ticket = tickets.ticket_of(done.registration_id)
    return TicketHolder(row.id, row.name, qr_text(ticket) if ticket else "", row.code)


@pytest.fixture
def guest(event: Event) -> NewGuest:
    """Register guests of the event."""
    return lambda **given: register_guest(event, **given)


@pytest.fixture
def phone(app: Flask, event: Event) -> NewPhone:
    """Pair phones with checkpoints of the event, through the pages."""

    def _pair(name: str = "Mei", checkpoint_id: UUID | None = None, **given: Any) -> Phone:
        at = checkpoint_id or service.main_checkpoint(SYSTEM, event, now=NOW)
        link = service.make_pairing_link(SYSTEM, event, at, now=NOW, **given)
        paired = service.pair_device(link.secret, name, now=NOW)
        client = app.test_client()
        client.set_cookie("forum-door", paired.secret, path="/door")
        return Phone(client, Actor(ActorKind.DEVICE, paired.id, name, event_id=event.id))

    return _pair


@pytest.fixture
def organiser(app: Flask, event: Event) -> Callable[[Role], FlaskClient]:
    """Sign a member of the event's organisation in."""

    def _sign_in(role: Role = Role.OWNER) -> FlaskClient:
        actor = Actor(ActorKind.USER, uuid7(), "Sample Organiser", {event.organisation_id: role})
        with app.app_context():
            register_actor_loader(lambda: actor)
        return app.test_client()

    return _sign_in


def record(phone: Phone, code: str, *, now: Any = NOW, **more: Any) -> Verdict:
    """Record a reading by the service."""
    return service.record_scan(phone.actor, NewScan(uuid7(), Way.CAMERA, code, **more), now=now)


def run_late(event_id: UUID, session_id: UUID, minutes: int, *, now: datetime) -> None:
    """Let a session end later for guests, as the organiser's page does."""
    day = programme.day_of_session(event_id, session_id)
    turns = programme.turns_of(programme.sessions_on(event_id, day))
    choice = Choice(minutes)
    seen = fingerprint_of(ripple(turns, session_id, choice))
    db.session.rollback()
    schedule.run_late(SYSTEM, event_id, session_id, choice, seen, now=now)
