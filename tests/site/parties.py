"""Parties at an event, and their guests at the personal pages: what tests of those share."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from forum.core.actor import ANONYMOUS
from forum.core.db import db, writing
from forum.core.links import Purpose, derive
from forum.events.models import Event
from forum.registrations import service
from forum.registrations.models import Booking, Registration, RegistrationPolicy, TicketType
from forum.registrations.rules import Access, RegistrationState
from forum.registrations.service import Attendee, Contact, Party
from tests.factories import NOW, attendee, make_event
from tests.people.signing_in import csrf_of

UNNAMED = Attendee("", "", "", "", "", "en")


@dataclass(frozen=True)
class Booked:
    """A booking of several people, and the addresses of its pages."""

    event_id: UUID
    slug: str
    booking_id: UUID
    people: tuple[UUID, ...]
    link: str

    def at(self, number: int, act: str) -> str:
        """Return the address of an act for one of its people."""
        return f"{self.link}/people/{self.people[number]}/{act}"


def contact(number: int | str = "contact") -> Contact:
    """Return who registers others."""
    address = f"{number}@example.com"
    return Contact(f"Sample {number}", address, address)


def book(
    event: Event,
    *people: Attendee,
    by: Contact | None = None,
    now: datetime = NOW,
    **given: Any,
) -> Booked:
    """Book for several people, as the form does."""
    party = Party(people, by or contact(), **given)
    done = service.register_party(ANONYMOUS, event.id, party, form_key=None, now=now)
    link = f"/r/{derive(Purpose.BOOKING, done.booking_id, 0)}"
    return Booked(event.id, event.slug, done.booking_id, done.registration_ids, link)


def three(app: Flask, *, most: int = 5, capacity: int = 200, **given: Any) -> Booked:
    """Book for two named people and one to be named later, at an event that takes parties."""
    with app.app_context():
        event = make_event(capacity=capacity, **given)
        allow(event.id, most)
        ada = attendee("ada", name="Ada Sample", name_zh="")
        ben = attendee("ben", name="Ben Sample", name_zh="")
        return book(event, ada, ben, UNNAMED)


def allow(event_id: UUID, most: int = 5, **policy: Any) -> None:
    """Let a booking hold so many people, and set an event's rules of registering."""
    with writing() as session:
        session.execute(
            sa.update(TicketType)
            .where(TicketType.event_id == event_id)
            .values(most_per_booking=most)
        )
        if policy:
            session.execute(
                sa.update(RegistrationPolicy)
                .where(RegistrationPolicy.event_id == event_id)
                .values(**policy)
            )


def own_link(registration_id: UUID) -> str:
    """Return the link of one attendee alone, as it is now."""
    one = db.session.get_one(Registration, registration_id, populate_existing=True)
    return f"/r/p/{derive(Purpose.REGISTRATION, one.id, one.link_generation)}"


def contact_link(booking_id: UUID) -> str:
    """Return the link to everything that a contact booked."""
    one = db.session.get_one(Booking, booking_id, populate_existing=True)
    return f"/r/all/{derive(Purpose.CONTACT, one.id, one.link_generation)}"


def row(app: Flask, registration_id: UUID) -> Registration:
    """Return a registration as it stands."""
    with app.app_context():
        one = db.session.get_one(Registration, registration_id, populate_existing=True)
        db.session.expunge(one)
        return one


def states(app: Flask, people: tuple[UUID, ...]) -> list[RegistrationState]:
    """Return how people stand."""
    return [row(app, one).state for one in people]


def hidden_of(page: str, action: str) -> dict[str, str]:
    """Return the hidden fields of the form of a page that is sent to this address."""
    form = page.split(f'action="{action}"', 1)[1].split("</form>", 1)[0]
    tags = re.findall(r'<input[^>]*type="hidden"[^>]*>', form)
    found = [dict(re.findall(r'(name|value)="([^"]*)"', tag)) for tag in tags]
    return {one["name"]: one.get("value", "") for one in found}


def press(
    client: FlaskClient, address: str, *, shown_at: str | None = None, **typed: Any
) -> TestResponse:
    """Open a page, fill its form and send it to this address."""
    page = client.get(shown_at or address)
    assert page.status_code == 200, (page.status_code, page.headers.get("Location"))
    known = hidden_of(page.text, address) if f'action="{address}"' in page.text else {}
    return client.post(address, data={"csrf_token": csrf_of(page)} | known | typed)


def give_access(event_id: UUID, access: Access) -> None:
    """Say for whom an event's type is."""
    with writing() as session:
        session.execute(
            sa.update(TicketType).where(TicketType.event_id == event_id).values(access=access)
        )
