"""An organiser of one event at the back office, through the front door."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from forum.core.permissions import Role
from forum.events.models import Event
from forum.people.models import Organisation
from tests.factories import make_event, make_member, make_organisation
from tests.people.signing_in import sign_in
from tests.registrations.desk import form_of


@dataclass(frozen=True)
class House:
    """One event and who runs it."""

    slug: str
    event_id: UUID
    organisation: Organisation

    def at(self, path: str) -> str:
        """Return an address of its back office."""
        return f"/manage/{self.slug}/{path}"


def house(app: Flask, **given: Any) -> House:
    """Store an event of an organisation of its own."""
    with app.app_context():
        organisation = make_organisation()
        event: Event = make_event(organisation, **given)
        return House(event.slug, event.id, organisation)


def enter(app: Flask, client: FlaskClient, stage: House, role: Role = Role.OWNER) -> FlaskClient:
    """Sign a member of the house in."""
    with app.app_context():
        sign_in(client, make_member(stage.organisation, role))
    return client


def send(
    client: FlaskClient, address: str, typed: dict[str, Any], *, to: str | None = None
) -> TestResponse:
    """Open a page, and send its form with what was typed."""
    return client.post(to or address, data=form_of(client, address) | typed)
