"""Guests who are moved to another type, and what nobody does once an event is cancelled or over."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from forum.core.actor import SYSTEM
from forum.core.db import db, writing
from forum.events.models import Event
from forum.events.rules import EventState
from forum.registrations import service
from forum.registrations.models import Registration, TicketType
from forum.registrations.rules import Access, RegistrationClosed, TypeGrows
from forum.seats import service as seats
from forum.seats.models import WaitListEntry
from forum.seats.rules import PoolAbout
from tests.factories import ENDS, NOW, make_event, text
from tests.registrations.inviting import first_type
from tests.registrations.ticket_types import agreed, come, in_state, make_type, own, states

pytestmark = pytest.mark.both_databases


def _line() -> list[int]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(WaitListEntry.seats).order_by(WaitListEntry.number)))


def test_a_party_that_waits_is_moved_as_one(in_app: Flask) -> None:
    assert in_app
    event_id = make_event(capacity=1).id
    other = make_type(event_id, "Other")
    first = come(event_id, None, "A")
    party = come(event_id, other, "B", "C")
    service.change_type(SYSTEM, party.registration_ids, first_type(event_id), now=NOW)
    assert _line() == [2]
    service.cancel(SYSTEM, first.registration_id, now=NOW)
    assert in_state(event_id, "waitlisted") == "BC"
    agreed()


def test_a_party_that_waits_is_seated_as_one_where_the_new_type_has_seats(in_app: Flask) -> None:
    assert in_app
    event_id = make_event(capacity=1).id
    small = make_type(event_id, "Small", seats=own(1))
    large = make_type(event_id, "Large", seats=own(3))
    come(event_id, None, "A")
    party = come(event_id, make_type(event_id, "Other"), "B", "C")
    service.change_type(SYSTEM, party.registration_ids, small, now=NOW)
    assert in_state(event_id, "waitlisted") == "BC"
    service.change_type(SYSTEM, party.registration_ids, large, now=NOW)
    assert in_state(event_id, "confirmed") == "ABC"
    agreed()


def test_one_of_a_party_that_waits_is_moved_alone(in_app: Flask) -> None:
    assert in_app
    event_id = make_event(capacity=1).id
    other = make_type(event_id, "Other")
    come(event_id, None, "A")
    party = come(event_id, other, "B", "C", "D")
    moved = party.registration_ids[:1]
    service.change_type(SYSTEM, moved, first_type(event_id), now=NOW)
    assert _line() == [2, 1]
    agreed()


def test_who_is_no_longer_declined_does_not_stand_in_the_line_of_the_others(
    in_app: Flask,
) -> None:
    assert in_app
    event_id = make_event(capacity=1).id
    asked = make_type(event_id, "Asked", access=Access.APPROVAL)
    come(event_id, None, "A")
    party = come(event_id, asked, "B", "C", "D").registration_ids
    service.decline(SYSTEM, party[:1], now=NOW)
    service.approve(SYSTEM, party[1:], now=NOW)
    service.take_declining_back(SYSTEM, party[:1], now=NOW)
    agreed()
    service.approve(SYSTEM, party[:1], now=NOW)
    assert _line() == [2, 1]
    agreed()


def _cancelled(event_id: UUID) -> None:
    with writing() as session:
        session.get_one(Event, event_id).state = EventState.CANCELLED


def _over(event_id: UUID) -> None:
    with writing() as session:
        event = session.get_one(Event, event_id)
        lasts = ENDS - event.starts_at
        event.ends_at = NOW
        event.starts_at = NOW - lasts


@pytest.mark.parametrize("ends", [_cancelled, _over])
def test_nobody_is_approved_seated_or_moved_once_the_event_is_off(
    in_app: Flask, ends: Callable[[UUID], None]
) -> None:
    assert in_app
    event_id = make_event(capacity=1).id
    asked = make_type(event_id, "Asked", access=Access.APPROVAL)
    seated = come(event_id, None, "A").registration_id
    waits = come(event_id, None, "B").registration_id
    pending = come(event_id, asked, "C").registration_id
    ends(event_id)
    before = states(event_id)
    for act in (
        lambda: service.approve(SYSTEM, [pending], now=NOW),
        lambda: service.seat_by_hand(SYSTEM, waits, reason="a reason", now=NOW),
        lambda: service.change_type(SYSTEM, [seated], asked, now=NOW),
    ):
        with pytest.raises(RegistrationClosed) as refused:
            act()
        assert "cancelled or over" in str(refused.value)
    assert states(event_id) == before
    kept = db.session.get_one(Registration, seated).ticket_type_id
    db.session.rollback()
    assert kept == first_type(event_id)
    assert service.decline(SYSTEM, [pending], now=NOW).declined == (pending,)


def test_nobody_is_moved_to_a_type_that_grows_with_who_is_let_in(in_app: Flask) -> None:
    assert in_app
    event_id = make_event().id
    guest = come(event_id, None, "A").registration_id
    with writing() as session:
        pool = seats.open_pool(session, event_id, 0, PoolAbout.SPEAKERS)
        grows = TicketType(event_id=event_id, pool_id=pool.id, number=9, name=text("Speaker"))
        session.add(grows)
    with pytest.raises(TypeGrows):
        service.change_type(SYSTEM, [guest], grows.id, now=NOW)
    assert db.session.get_one(Registration, guest).ticket_type_id == first_type(event_id)
