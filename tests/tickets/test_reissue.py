"""A ticket signed anew: who takes a seat over, or changes the type, makes the old one void."""

from __future__ import annotations

from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import IntegrityError

from forum.checkin import service as door
from forum.checkin.rules import Reason, Way
from forum.checkin.verdicts import NewScan
from forum.core.actor import ANONYMOUS, SYSTEM, Actor, ActorKind
from forum.core.db import db, writing
from forum.core.ids import uuid7
from forum.core.text import Text
from forum.events.models import Event
from forum.registrations import service as registrations
from forum.registrations.models import Registration, TicketType
from forum.registrations.rules import RegistrationState
from forum.registrations.service import NameForms
from forum.seats import service as seats
from forum.seats.rules import PoolAbout
from forum.tickets import queries, service
from forum.tickets.models import Ticket
from forum.tickets.rules import ParsedTicket, parse
from forum.tickets.service import qr_text
from tests.factories import NOW, attendee, make_event

both = pytest.mark.both_databases
BEN = NameForms("Ben Delegate", "", "Sample Robotics")


@pytest.fixture
def event(in_app: Flask) -> Event:
    return make_event()


def register(event: Event, **given: object) -> UUID:
    guest = attendee(**given)
    return registrations.register(
        ANONYMOUS, event.id, guest, form_key=None, now=NOW
    ).registration_id


def code_of(registration_id: UUID) -> str:
    db.session.rollback()
    ticket = queries.ticket_of(registration_id)
    assert ticket is not None
    return qr_text(ticket)


def put_in_place(registration_id: UUID, email: str = "ben@example.com") -> None:
    db.session.rollback()
    revision = db.session.get_one(Registration, registration_id).revision
    registrations.put_in_place(SYSTEM, registration_id, BEN, email, revision=revision, now=NOW)


def another_type(event: Event, number: int = 7) -> UUID:
    with writing() as session:
        general = session.scalars(
            sa.select(TicketType).where(TicketType.event_id == event.id)
        ).one()
        made = TicketType(
            event_id=event.id, pool_id=general.pool_id, number=number, name=Text({"en": "VIP"})
        )
        session.add(made)
        session.flush()
        return made.id


def phone(event: Event) -> Actor:
    db.session.rollback()
    place = door.main_checkpoint(SYSTEM, event, now=NOW)
    link = door.make_pairing_link(SYSTEM, event, place, now=NOW)
    paired = door.pair_device(link.secret, "Mei", now=NOW)
    return Actor(ActorKind.DEVICE, paired.id, "Mei", event_id=event.id)


def scan(actor: Actor, code: str, way: Way = Way.CAMERA) -> Reason:
    reading = NewScan(uuid7(), way=way, code=code, scanned_at=NOW, sent_at=NOW)
    return door.record_scan(actor, reading, now=NOW).reason


@both
def test_after_a_person_is_replaced_the_old_code_is_refused_and_the_new_one_lets_in(
    event: Event,
) -> None:
    guest = register(event)
    old = code_of(guest)
    put_in_place(guest)
    new = code_of(guest)
    assert new != old
    mei = phone(event)
    assert scan(mei, old) is Reason.REVOKED
    assert scan(mei, new) is Reason.ADMITTED
    assert scan(mei, old) is Reason.REVOKED
    assert scan(mei, new) is Reason.ALREADY_IN


@both
def test_a_typed_reference_finds_a_guest_whose_ticket_was_signed_anew_once(event: Event) -> None:
    guest = register(event)
    put_in_place(guest)
    put_in_place(guest, "cleo@example.com")
    reference = db.session.get_one(Registration, guest).code
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Ticket)) == 3
    mei = phone(event)
    assert scan(mei, reference, Way.TYPED) is Reason.ADMITTED


@both
def test_another_type_is_signed_into_a_new_ticket(event: Event) -> None:
    guest, other = register(event), register(event)
    old, untouched = code_of(guest), code_of(other)
    assert registrations.change_type(SYSTEM, [guest], another_type(event), now=NOW) == 1
    new = code_of(guest)
    parsed = parse(new)
    assert isinstance(parsed, ParsedTicket)
    assert parsed.payload.type_number == 7
    assert service.verify(parsed).good
    assert code_of(other) == untouched
    mei = phone(event)
    assert scan(mei, old) is Reason.REVOKED
    assert scan(mei, new) is Reason.ADMITTED


@both
def test_the_old_number_stands_on_the_revocation_list_for_phones_without_a_line(
    event: Event,
) -> None:
    guest = register(event)
    old = queries.ticket_of(guest)
    put_in_place(guest)
    assert old is not None
    assert queries.revoked_numbers(event.id) == [old.number]
    assert queries.tickets_of([guest])[guest].number != old.number


@both
def test_of_one_guest_at_most_one_ticket_stands(event: Event) -> None:
    guest = register(event)
    with pytest.raises(IntegrityError), writing() as session:
        service.issue(session, guest, event.id, 1, NOW)


def test_naming_somebody_for_a_free_place_keeps_the_ticket_that_was_sent(event: Event) -> None:
    guest = register(event, name="", email="", email_key="")
    old = code_of(guest)
    put_in_place(guest)
    assert code_of(guest) == old


def test_who_waits_gets_no_ticket_by_being_replaced_or_moved(event: Event) -> None:
    small = make_event(capacity=1)
    register(small)
    waiting = register(small)
    put_in_place(waiting)
    registrations.change_type(SYSTEM, [waiting], another_type(small), now=NOW)
    assert queries.ticket_of(waiting) is None


def test_after_cancelling_nothing_is_signed_anew(event: Event) -> None:
    guest = register(event)
    put_in_place(guest)
    registrations.cancel(SYSTEM, guest, now=NOW)
    db.session.rollback()
    ticket = queries.ticket_of(guest)
    assert ticket is not None
    assert ticket.revoked_at == NOW
    assert len(queries.revoked_numbers(event.id)) == 2


@both
def test_a_guest_who_gets_a_seat_by_another_type_has_one_ticket_of_that_type(
    event: Event,
) -> None:
    small = make_event(capacity=1)
    register(small)
    waiting = register(small)
    with writing() as session:
        pool = seats.open_pool(session, small.id, 5, PoolAbout.TYPE)
        made = TicketType(event_id=small.id, pool_id=pool.id, number=9, name=Text({"en": "VIP"}))
        session.add(made)
        session.flush()
        type_id = made.id
    registrations.change_type(SYSTEM, [waiting], type_id, now=NOW)
    db.session.rollback()
    ticket = queries.ticket_of(waiting)
    assert ticket is not None
    assert ticket.type_number == 9
    assert queries.revoked_numbers(small.id) == []


def test_the_page_behind_an_old_code_says_that_there_is_a_newer_one(
    app: Flask, client: FlaskClient, event: Event
) -> None:
    guest = register(event)
    old = code_of(guest).rpartition("/")[2]
    put_in_place(guest)
    new = code_of(guest).rpartition("/")[2]
    db.session.rollback()
    page = client.get(f"/t/{old}")
    assert page.status_code == 200
    assert "Replaced by a newer ticket" in page.text
    assert "This ticket lets nobody in" in page.text
    assert "it lets in one person, once" in client.get(f"/t/{new}").text
    assert db.session.get_one(Registration, guest).state is RegistrationState.CONFIRMED
