"""The office of an event: a registrar signed in, guests in every state, pages and presses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from forum.core.actor import SYSTEM
from forum.core.db import db, writing
from forum.core.permissions import Role
from forum.events.models import Event
from forum.people.models import Organisation
from forum.registrations import service
from forum.registrations.models import Registration, TicketType
from forum.registrations.recount import recount
from forum.registrations.rules import Access, BookingSource
from forum.registrations.service import Party
from forum.seats import service as seats
from forum.seats.rules import PoolAbout
from tests.factories import NOW, attendee, make_event, make_member, make_organisation, text
from tests.people.signing_in import sign_in

_FORM = re.compile(r"<form\b[^>]*>.*?</form>", re.DOTALL)
_INPUT = re.compile(r"<(?:input|textarea|select)\b[^>]*>")
_ATTRIBUTE = re.compile(r'([a-z-]+)="([^"]*)"')


@dataclass(frozen=True)
class Office:
    """An event with a registrar at its pages."""

    app: Flask
    client: FlaskClient
    event_id: UUID
    organisation_id: UUID
    slug: str

    @property
    def base(self) -> str:
        """Where its registrations are."""
        return f"/manage/{self.slug}/registrations"

    def get(self, path: str = "") -> str:
        """Return a page that must be there."""
        answer = self.client.get(f"{self.base}{path}")
        assert answer.status_code == 200, (answer.status_code, answer.text[:300])
        return answer.text

    def press(self, page: str, act: str, **typed: Any) -> TestResponse:
        """Open a page, fill the form that posts to `act` (its address' end), and send it."""
        shown = self.get(page)
        for form in _FORM.findall(shown):
            head = dict(_ATTRIBUTE.findall(form[: form.index(">")]))
            where = unescape(head.get("action", f"{self.base}{page}"))
            if head.get("method") == "post" and where.partition("?")[0].endswith(act):
                return self.client.post(where, data={**_hidden(form), **typed})
        message = f"no form on {page} posts to {act}"
        raise AssertionError(message)

    def names(self, path: str = "") -> list[str]:
        """Return the names in the list, in its order."""
        found = re.findall(r'<th scope="row"><a[^>]*>([^<]*)</a>', self.get(path))
        return [unescape(one) for one in found]

    def follow(self, answer: TestResponse) -> str:
        """Return the page that an answer leads to."""
        assert answer.status_code == 303, (answer.status_code, answer.text[:2000])
        return self.client.get(answer.location).text


def open_office(
    app: Flask, client: FlaskClient, *, capacity: int = 200, role: Role = Role.REGISTRAR
) -> Office:
    """Make an event and sign somebody in at its office."""
    with app.app_context():
        organisation = make_organisation()
        event = make_event(organisation, capacity=capacity)
        sign_in(client, make_member(organisation, role))
        return Office(app, client, event.id, organisation.id, event.slug)


def sign_in_as(office: Office, role: Role) -> FlaskClient:
    """Return a browser in which another member of the organisation is signed in."""
    other = office.app.test_client()
    with office.app.app_context():
        sign_in(other, make_member(db.session.get_one(Organisation, office.organisation_id), role))
    return other


def add_type(
    event_id: UUID,
    name: str,
    *,
    number: int = 2,
    seats_of_its_own: int | None = None,
    **given: Any,
) -> UUID:
    """Give an event another ticket type, counted in the event's pool or in one of its own."""
    with writing() as session:
        first = session.scalars(
            sa.select(TicketType).where(TicketType.event_id == event_id)
        ).first()
        assert first is not None
        pool_id = first.pool_id
        if seats_of_its_own is not None:
            pool_id = seats.open_pool(session, event_id, seats_of_its_own, PoolAbout.TYPE).id
        made = TicketType(
            event_id=event_id,
            pool_id=pool_id,
            number=number,
            position=number,
            name=text(name),
            **given,
        )
        session.add(made)
        session.flush()
        return made.id


def by_approval(event_id: UUID, **given: Any) -> UUID:
    """Give an event a type by approval."""
    return add_type(event_id, "Media", access=Access.APPROVAL, **given)


def come(event_id: UUID, *names: str, type_id: UUID | None = None, **given: Any) -> list[UUID]:
    """Register people one after the other; a name is the address too."""
    made = []
    for name in names:
        address = f"{name.lower().replace(' ', '.')}@example.com"
        who = attendee(name=name, **{"email": address, "email_key": address, **given})
        party = Party((who,), type_id=type_id, source=BookingSource.FORM)
        made.append(
            service.register_party(SYSTEM, event_id, party, form_key=None, now=NOW).registration_id
        )
    return made


def come_together(event_id: UUID, *names: str, type_id: UUID | None = None) -> list[UUID]:
    """Register people in one booking."""
    people = [
        attendee(
            name=name, email=f"{name.lower()}@example.com", email_key=f"{name.lower()}@example.com"
        )
        for name in names
    ]
    with writing() as session:
        kind = (
            type_id
            or session.scalars(
                sa.select(TicketType.id).where(TicketType.event_id == event_id)
            ).first()
        )
        session.execute(
            sa.update(TicketType).where(TicketType.id == kind).values(most_per_booking=10)
        )
    party = Party(people, type_id=type_id)
    done = service.register_party(SYSTEM, event_id, party, form_key=None, now=NOW)
    return list(done.registration_ids)


def the(registration_id: UUID) -> Registration:
    """Return a registration as it stands."""
    db.session.rollback()
    return db.session.get_one(Registration, registration_id, populate_existing=True)


def counts_are_right(slug: str) -> bool:
    """Say whether every pool of an event counts what its rows say."""
    db.session.rollback()
    return all(
        one.taken == one.seated and one.waiting == one.queued and not one.stranded
        for one in recount(slug)
    )


def event_of(office: Office) -> Event:
    """Return the event."""
    return db.session.get_one(Event, office.event_id)


def _hidden(form: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for tag in _INPUT.findall(form):
        said = dict(_ATTRIBUTE.findall(tag))
        if said.get("type") == "hidden" or (
            said.get("type") not in {"checkbox", "radio"} and "value" in said
        ):
            found[unescape(said.get("name", ""))] = unescape(said.get("value", ""))
    return found
