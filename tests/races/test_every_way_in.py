"""Every way to a seat at the same moment: form, approval, invitation, offers, types, capacity.

And a person who is added, two registrations that are merged, a guest list that is taken in.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from forum.core.actor import ANONYMOUS, SYSTEM
from forum.core.db import db, writing
from forum.core.errors import DomainError
from forum.core.text import Text
from forum.registrations import service
from forum.registrations.models import Registration, RegistrationPolicy, TicketType
from forum.registrations.recount import recount
from forum.registrations.rules import Access, BookingSource, RegistrationState
from forum.registrations.service import Attendee, Party, guest_files, offering, taking_in
from forum.registrations.service.merging import merge
from forum.seats import service as seats
from forum.seats.models import SeatPool
from forum.seats.rules import PoolAbout
from tests.factories import NOW, make_event
from tests.races.crowd import all_at_once
from tests.registrations.guest_lists import as_csv

pytestmark = pytest.mark.both_databases

CROWD = 48
SEATS = 20
LATER = NOW + timedelta(days=2)


@pytest.fixture
def event_id(app: Flask) -> UUID:
    """An event with a limited type, one by approval, and people in every state."""
    with app.app_context():
        event = make_event(capacity=SEATS)
        with writing() as session:
            home = session.scalars(
                sa.select(TicketType.pool_id).where(TicketType.event_id == event.id)
            ).one()
            limit = seats.open_pool(session, event.id, 6, PoolAbout.LIMIT)
            for number, access in enumerate((Access.OPEN, Access.APPROVAL), start=2):
                session.add(
                    TicketType(
                        event_id=event.id,
                        pool_id=home,
                        limit_id=limit.id,
                        number=number,
                        position=number,
                        name=Text({"en": access.value}),
                        access=access,
                        most_per_booking=3,
                    )
                )
            session.get_one(RegistrationPolicy, event.id).offer_hours = 1
        for number in range(24):
            _register(event.id, _types(event.id)[number % 3], f"before{number}")
        for who in _ids(event.id)[:3]:
            service.cancel(SYSTEM, who, now=NOW)
        assert _offered(event.id, random.Random(0)) is not None
        return event.id


def test_a_crowd_on_every_path_leaves_no_counter_untrue(app: Flask, event_id: UUID) -> None:
    answers = all_at_once(app, CROWD, lambda number: _one_act(event_id, number))
    broken = [one for one in answers if isinstance(one, Exception)]
    assert [one for one in broken if not isinstance(one, DomainError)] == []
    with app.app_context():
        for counted in recount():
            assert counted.agrees, counted


def test_the_control_that_reads_before_it_takes_is_seen(
    app: Flask, event_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A seat that is taken by what was read, and not by what stands there, is not counted right."""

    def _read_then_take(session: Session, pool_id: UUID, number: int) -> seats.Outcome | None:
        with db.engine.connect() as beside:
            taken = beside.scalar(sa.select(SeatPool.taken).where(SeatPool.id == pool_id))
        outcome = take(session, pool_id, number)
        stale = sa.update(SeatPool).where(SeatPool.id == pool_id)
        session.execute(stale.values(taken=(taken or 0) + number))
        return outcome

    take: Callable[..., Any] = seats.take
    monkeypatch.setattr(seats, "take", _read_then_take)
    with app.app_context():
        service.set_capacity(SYSTEM, event_id, 200, now=NOW)
    answers = all_at_once(app, CROWD, lambda number: _one_act(event_id, number))
    with app.app_context():
        disagree = [one for one in recount() if not one.agrees]
    assert disagree or any(isinstance(one, IntegrityError) for one in answers)


def _one_act(event_id: UUID, number: int) -> object:
    chance = random.Random(number)
    ids = _ids(event_id)
    who = chance.choice(ids)
    acts: Sequence[Callable[[], object]] = (
        lambda: _register(event_id, chance.choice(_types(event_id)), f"crowd{number}", 2),
        lambda: _register(event_id, chance.choice(_types(event_id)), f"crowd{number}"),
        lambda: _invited(event_id, f"crowd{number}"),
        lambda: service.cancel(SYSTEM, who, now=NOW),
        lambda: service.approve(SYSTEM, chance.sample(ids, 3), now=NOW),
        lambda: service.change_type(SYSTEM, [who], chance.choice(_types(event_id)), now=NOW),
        lambda: service.set_capacity(SYSTEM, event_id, chance.randint(20, 26), now=NOW),
        lambda: offering.expire_offers(LATER),
        lambda: service.add_person(SYSTEM, _booking_of(who), _person(f"more{number}"), now=NOW),
        lambda: offering.take_offer(SYSTEM, _offered(event_id, chance) or who, now=NOW),
        lambda: merge(SYSTEM, *chance.sample(ids, 2), now=NOW),
        lambda: _from_a_file(event_id, number),
    )
    return acts[number % len(acts)]()


def _ids(event_id: UUID) -> list[UUID]:
    wanted = sa.select(Registration.id).where(
        Registration.event_id == event_id, Registration.state != RegistrationState.CANCELLED
    )
    found = list(db.session.scalars(wanted.order_by(Registration.id)))
    db.session.rollback()
    return found


def _offered(event_id: UUID, chance: random.Random) -> UUID | None:
    wanted = sa.select(Registration.id).where(
        Registration.event_id == event_id, Registration.state == RegistrationState.OFFERED
    )
    found = list(db.session.scalars(wanted.order_by(Registration.id)))
    db.session.rollback()
    return chance.choice(found) if found else None


def _booking_of(registration_id: UUID) -> UUID:
    found = db.session.get_one(Registration, registration_id).booking_id
    db.session.rollback()
    return found


def _from_a_file(event_id: UUID, number: int) -> object:
    """Take in a list with somebody new, and with somebody who is there already."""
    names = (f"file{number}", f"before{number % 24}-0")
    rows = [("Name", "Email"), *((f"Sample {one}", f"{one}@example.com") for one in names)]
    file_id = guest_files.keep_file(SYSTEM, event_id, "guests.csv", as_csv(rows), now=NOW)
    guest_files.begin(SYSTEM, event_id, file_id, now=NOW)
    return taking_in.take_in_some(file_id, now=NOW)


def _types(event_id: UUID) -> list[UUID]:
    wanted = sa.select(TicketType.id).where(TicketType.event_id == event_id)
    found = list(db.session.scalars(wanted.order_by(TicketType.number)))
    db.session.rollback()
    return found


def _register(event_id: UUID, type_id: UUID, name: str, people: int = 1) -> object:
    who = tuple(_person(f"{name}-{number}") for number in range(people))
    party = Party(who, type_id=type_id, source=BookingSource.FORM)
    return service.register_party(ANONYMOUS, event_id, party, form_key=None, now=NOW)


def _invited(event_id: UUID, name: str) -> object:
    party = Party((_person(name),), source=BookingSource.INVITATION)
    return service.register_party(SYSTEM, event_id, party, form_key=None, now=NOW)


def _person(name: str) -> Attendee:
    email = f"{name}@example.com"
    return Attendee(f"Sample {name}", "", "Sample Works", email, email, "en")
