"""An event with workshops and one guest, for tests of places and of a guest's own schedule."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from forum.core.db import db
from forum.core.links import Purpose, derive
from forum.registrations.models import Registration
from tests.factories import (
    make_event,
    make_organisation,
    make_session,
    make_workshop,
    text,
)
from tests.people.signing_in import csrf_of
from tests.registrations.signing_up import registered


@dataclass(frozen=True)
class Stage:
    """An event with two workshops at once, another later, a talk; and one guest with a link."""

    organisation_id: UUID
    event_id: UUID
    slug: str
    guest_id: UUID
    link: str
    welding: UUID
    sensors: UUID
    later: UUID
    talk: UUID


def built(app: Flask) -> Stage:
    """Store the event, and open the guest's link."""
    with app.app_context():
        organisation = make_organisation()
        event = make_event(organisation)
        guest_id = registered(event.id, "guest")
        return Stage(
            organisation.id,
            event.id,
            event.slug,
            guest_id,
            link_of(guest_id),
            make_workshop(event, title=text("Welding"), places=1).id,
            make_workshop(event, title=text("Sensors"), places=1).id,
            make_workshop(event, title=text("Later"), after=120, places=30).id,
            make_session(event, title=text("Talk"), after=200).id,
        )


def link_of(registration_id: UUID) -> str:
    """Return the personal link of a guest's booking."""
    booking_id = db.session.scalar(
        sa.select(Registration.booking_id).where(Registration.id == registration_id)
    )
    assert booking_id is not None
    return f"/r/{derive(Purpose.BOOKING, booking_id, 0)}"


def press(client: FlaskClient, stage: Stage, act: str, **typed: object) -> TestResponse:
    """Send one of the schedule's forms."""
    page = client.get(f"{stage.link}/schedule")
    typed.setdefault("csrf_token", csrf_of(page))
    return client.post(f"{stage.link}/schedule/{act}", data=typed)
