"""A ticket comes with the seat and goes with it, signed by the event's own key."""

from __future__ import annotations

import secrets
from dataclasses import replace
from threading import Barrier, Thread
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from forum.core.actor import SYSTEM
from forum.core.db import counted_statements, db, writing
from forum.core.keys import InstanceKey
from forum.events.models import Event
from forum.registrations import service as registrations
from forum.registrations.rules import RegistrationState
from forum.tickets import keys, queries, rules, service
from forum.tickets.models import SigningKey, Ticket
from forum.tickets.rules import ParsedTicket, parse
from forum.tickets.signing import PrivateKey, public_key_of, verifies
from tests.factories import NOW, make_event
from tests.tickets.conftest import Register

pytestmark = pytest.mark.usefixtures("in_app")
both = pytest.mark.both_databases


def _read(ticket: Ticket) -> ParsedTicket:
    parsed = parse(service.qr_text(ticket))
    assert isinstance(parsed, ParsedTicket)
    return parsed


def _ticket(registration_id: UUID) -> Ticket:
    ticket = queries.ticket_of(registration_id)
    assert ticket is not None
    return ticket


@both
def test_a_confirmed_guest_has_a_ticket_that_verifies(register: Register) -> None:
    event = make_event()
    guest = register(event)
    ticket = _ticket(guest.registration_id)
    verified = service.verify(_read(ticket))
    assert verified.good
    assert verified.event_id == event.id
    assert verified.ticket is not None
    assert verified.ticket.registration_id == guest.registration_id
    assert verified.ticket.revoked_at is None


@both
def test_who_waits_has_no_ticket_until_a_seat_is_free(register: Register) -> None:
    event = make_event(capacity=1)
    first, second = register(event), register(event)
    assert second.state is RegistrationState.WAITLISTED
    assert queries.ticket_of(second.registration_id) is None
    registrations.cancel(SYSTEM, first.registration_id, now=NOW)
    assert service.verify(_read(_ticket(second.registration_id))).good


@both
def test_a_cancelled_ticket_stays_signed_but_stands_on_the_revocation_list(
    register: Register,
) -> None:
    event = make_event()
    guest, other = register(event), register(event)
    number = _ticket(guest.registration_id).number
    registrations.cancel(SYSTEM, guest.registration_id, now=NOW)
    db.session.rollback()
    verified = service.verify(_read(_ticket(guest.registration_id)))
    assert verified.good
    assert verified.ticket is not None
    assert verified.ticket.revoked_at == NOW
    assert queries.revoked_numbers(event.id) == [number]
    assert _ticket(other.registration_id).revoked_at is None


@both
def test_forty_who_move_up_get_their_tickets_in_one_insert(register: Register) -> None:
    event = make_event(capacity=1)
    register(event)
    waiting = [register(event) for _ in range(40)]
    with counted_statements(db.engine) as seen:
        registrations.set_capacity(SYSTEM, event.id, 41, now=NOW)
    inserts = [one for one in seen if one.startswith("INSERT INTO ticket ")]
    assert len(inserts) == 1
    tickets = service.tickets_of(one.registration_id for one in waiting)
    assert len(tickets) == 40
    assert all(service.verify(_read(ticket)).good for ticket in tickets.values())


def test_a_ticket_costs_one_statement_once_the_key_is_known(register: Register) -> None:
    event = make_event()
    register(event)
    with counted_statements(db.engine) as seen:
        register(event)
    ours = [one for one in seen if "signing_key" in one or " ticket " in one]
    assert len(ours) == 1
    assert ours[0].startswith("INSERT INTO ticket ")


def test_verifying_costs_one_statement_once_the_key_is_known(register: Register) -> None:
    read = _read(_ticket(register(make_event()).registration_id))
    service.verify(read)
    with counted_statements(db.engine) as seen:
        assert service.verify(read).good
    assert len(seen) == 1


def test_one_changed_bit_anywhere_makes_a_forgery(register: Register) -> None:
    ticket = _ticket(register(make_event()).registration_id)
    whole = bytearray(ticket.payload + ticket.signature)
    for place in range(len(whole)):
        whole[place] ^= 1
        forged = parse(rules.encoded(bytes(whole[:16]), bytes(whole[16:])))
        assert isinstance(forged, ParsedTicket)
        assert not service.verify(forged).good, f"byte {place}"
        whole[place] ^= 1


def test_a_ticket_signed_by_another_key_is_a_forgery(register: Register) -> None:
    ticket = _ticket(register(make_event()).registration_id)
    foreign = PrivateKey.new().sign(ticket.payload)
    assert not service.verify(replace(_read(ticket), signature=foreign)).good


@pytest.mark.parametrize("signature", [bytes(64), b"\xff" * 64, bytes(63) + b"\x01"])
def test_impossible_signatures_are_forgeries_and_no_errors(
    register: Register, signature: bytes
) -> None:
    ticket = _ticket(register(make_event()).registration_id)
    assert not service.verify(replace(_read(ticket), signature=signature)).good


def test_a_good_signature_without_its_row_is_told_apart(register: Register) -> None:
    event = make_event()
    read = _read(_ticket(register(event).registration_id))
    with writing() as session:
        session.execute(sa.delete(Ticket))
    verified = service.verify(read)
    assert verified.good
    assert verified.event_id == event.id
    assert verified.ticket is None


def test_two_events_with_one_key_number_are_told_apart_by_the_signature(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secrets, "randbelow", lambda _most: 7)
    first, second = make_event(), make_event()
    guests = [(event, register(event)) for event in (first, second)]
    for event, guest in guests:
        assert service.verify(_read(_ticket(guest.registration_id))).event_id == event.id


def test_the_private_key_is_not_in_the_database(in_app: Flask, register: Register) -> None:
    event = make_event()
    register(event)
    row = db.session.scalars(sa.select(SigningKey)).one()
    key: InstanceKey = in_app.extensions["forum_key"]
    private = key.decrypt(keys.PURPOSE, row.private_key)
    assert len(private) == 32
    assert private not in row.private_key
    assert PrivateKey.from_bytes(private).public_bytes() == row.public_key


def test_a_key_that_cannot_be_opened_is_retired_and_its_tickets_stay_good(
    in_app: Flask, register: Register
) -> None:
    event = make_event()
    before = _read(_ticket(register(event).registration_id))
    keys._KEPT.clear()
    in_app.extensions["forum_key"] = InstanceKey(secrets.token_bytes(32))
    after = _read(_ticket(register(event).registration_id))
    assert service.verify(before).good
    assert service.verify(after).good
    assert before.payload.key_number != after.payload.key_number
    rows = db.session.scalars(sa.select(SigningKey).order_by(SigningKey.created_at)).all()
    assert sorted(row.retired_at is None for row in rows) == [False, True]


def test_a_key_made_in_a_transaction_that_fails_is_not_remembered(register: Register) -> None:
    event = make_event()

    def sign_and_fail() -> None:
        with writing() as session:
            keys.signer_of(session, event.id, NOW)
            message = "undone"
            raise RuntimeError(message)

    with pytest.raises(RuntimeError, match="undone"):
        sign_and_fail()
    assert service.verify(_read(_ticket(register(event).registration_id))).good


@both
def test_sixteen_who_are_first_together_share_one_key(in_app: Flask) -> None:
    event_id = make_event().id
    barrier, numbers = Barrier(16), []

    def ask() -> None:
        with in_app.app_context():
            barrier.wait()
            with writing() as session:
                numbers.append(keys.signer_of(session, event_id, NOW).number)
            db.session.remove()

    threads = [Thread(target=ask) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(numbers) == 16
    assert len(set(numbers)) == 1
    assert db.session.scalar(sa.select(sa.func.count()).select_from(SigningKey)) == 1


def test_raw_signatures_have_the_form_that_browsers_verify() -> None:
    private = PrivateKey.new()
    signature = private.sign(bytes(16))
    point = private.public_bytes()
    assert len(signature) == 64
    assert len(point) == 65
    assert point[0] == 4
    assert verifies(public_key_of(point), bytes(16), signature)


def test_events_hold_no_key_before_their_first_ticket(in_app: Flask) -> None:
    event: Event = make_event()
    assert db.session.scalar(sa.select(SigningKey).where(SigningKey.event_id == event.id)) is None
