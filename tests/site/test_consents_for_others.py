"""Who registers others agrees to nothing in their name, where they have a link of their own."""

from __future__ import annotations

from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from forum.core.db import db, writing
from forum.registrations.models import Consent, ConsentWording
from forum.registrations.rules import ConsentPurpose
from tests.factories import NOW, attendee, make_event, text
from tests.people.signing_in import csrf_of
from tests.site.parties import Booked, allow, book, contact, own_link

MINE, OTHERS, NO_ADDRESS = range(3)


@pytest.fixture
def booked(app: Flask) -> Booked:
    with app.app_context():
        event = make_event()
        allow(event.id)
        with writing() as session:
            session.add(
                ConsentWording(
                    event_id=event.id,
                    purpose=ConsentPurpose.MARKETING,
                    words=text("Write to me"),
                    made_at=NOW,
                )
            )
        mine = attendee(email="contact@example.com", email_key="contact@example.com")
        nobody = attendee(email="", email_key="")
        return book(event, mine, attendee("ben"), nobody, by=contact())


@pytest.fixture
def wording_id(app: Flask, booked: Booked) -> UUID:
    with app.app_context():
        return db.session.scalars(sa.select(ConsentWording.id)).one()


def _agree(client: FlaskClient, person: str, wording_id: UUID) -> int:
    page = client.get(f"{person}/consents")
    data = {"csrf_token": csrf_of(page)} if "csrf_token" in page.text else {}
    if not data:
        data = {"csrf_token": csrf_of(client.get(f"{person}/replace"))}
    return client.post(f"{person}/consents/{wording_id}/give", data=data).status_code


def _agreed(app: Flask, booked: Booked, number: int) -> int:
    with app.app_context():
        rows = db.session.scalars(
            sa.select(Consent).where(Consent.registration_id == booked.people[number])
        )
        return len(rows.all())


@pytest.mark.parametrize(("number", "kept"), [(MINE, 1), (OTHERS, 0), (NO_ADDRESS, 1)])
def test_a_contact_agrees_for_themselves_and_for_who_has_no_address(
    app: Flask, client: FlaskClient, booked: Booked, wording_id: UUID, number: int, kept: int
) -> None:
    person = f"{booked.link}/people/{booked.people[number]}"
    shown = client.get(f"{person}/consents").text
    assert ("Only they themselves can agree" in shown) is (kept == 0)
    assert (">Agree<" in shown) is (kept == 1)
    assert _agree(client, person, wording_id) == (303 if kept else 409)
    assert _agreed(app, booked, number) == kept


def test_by_the_own_link_everybody_agrees_for_themselves(
    app: Flask, client: FlaskClient, booked: Booked, wording_id: UUID
) -> None:
    with app.app_context():
        link = own_link(booked.people[OTHERS])
    assert _agree(client, f"{link}/people/{booked.people[OTHERS]}", wording_id) == 303
    assert _agreed(app, booked, OTHERS) == 1
