"""Seats kept for lists and codes, beside a type's limit and through changes of the list's type."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask import Flask

from forum.core.actor import SYSTEM
from forum.core.db import db
from forum.registrations.models import AccessCode, GuestList
from forum.registrations.rules import Access, RegistrationState
from forum.registrations.service import guest_lists, replying
from forum.registrations.service.guest_lists import ListWanted
from forum.registrations.service.making_codes import CodesWanted, make_codes
from forum.registrations.service.replying import Reply
from forum.seats.models import SeatPool
from tests.factories import NOW, make_event
from tests.registrations.inviting import first_type, holder, made_list, one_invited
from tests.registrations.ticket_types import (
    EVENT_SEATS,
    agreed,
    come,
    counts,
    in_state,
    limited,
    make_type,
    own,
    states,
    turn,
)

pytestmark = pytest.mark.both_databases


def _changed(event_id: UUID, list_id: UUID, type_id: UUID, kept: int) -> None:
    revision = db.session.get_one(GuestList, list_id, populate_existing=True).revision
    wanted = ListWanted("VIP", type_id, kept=kept)
    guest_lists.change_list(SYSTEM, event_id, list_id, wanted, revision=revision, now=NOW)
    db.session.rollback()


def _parent(list_id: UUID) -> UUID | None:
    db.session.rollback()
    block_id = db.session.get_one(GuestList, list_id, populate_existing=True).block_id
    return db.session.get_one(SeatPool, block_id).parent_id if block_id else None


def _accepted(event_id: UUID, list_id: UUID) -> RegistrationState:
    one = one_invited(event_id, list_id)
    return replying.accept(holder(one), one, Reply(), now=NOW).state


def test_a_released_list_of_another_type_keeps_the_seats_of_that_type(in_app: Flask) -> None:
    assert in_app
    event_id = make_event(capacity=10).id
    vip = make_type(event_id, "VIP", seats=own(2))
    one = made_list(event_id, kept=2)
    guest_lists.release(SYSTEM, event_id, one, now=NOW)
    _changed(event_id, one, vip, kept=2)
    assert counts("type") == (2, 2, 0)
    assert counts("event") == (10, 0, 0)
    assert _accepted(event_id, one) is RegistrationState.CONFIRMED
    agreed()
    guest_lists.release(SYSTEM, event_id, one, now=NOW)
    assert counts("type") == (2, 1, 0)


def test_a_list_that_kept_nothing_any_more_may_change_its_type_and_keep_later(
    in_app: Flask,
) -> None:
    assert in_app
    event_id = make_event(capacity=10).id
    vip = make_type(event_id, "VIP", seats=own(2))
    one = made_list(event_id, kept=2)
    _changed(event_id, one, first_type(event_id), kept=0)
    _changed(event_id, one, vip, kept=0)
    _changed(event_id, one, vip, kept=1)
    assert counts("type") == (2, 1, 0)
    before = _parent(one)
    _changed(event_id, one, vip, kept=2)
    assert _parent(one) == before
    assert counts("block") == (2, 0, 0)


def test_a_kept_seat_is_there_though_the_limit_of_its_type_is_reached(in_app: Flask) -> None:
    assert in_app
    event_id = make_event(capacity=10).id
    few = make_type(event_id, "Few", seats=limited(2))
    one = guest_lists.create_list(SYSTEM, event_id, ListWanted("VIP", few, kept=2), now=NOW)
    come(event_id, few, "A")
    come(event_id, few, "B")
    assert _accepted(event_id, one) is RegistrationState.CONFIRMED
    assert counts("limit") == (2, 2, 0)
    guest_lists.release(SYSTEM, event_id, one, now=NOW)
    assert counts("limit") == (2, 2, 0)
    assert counts("event") == (10, 3, 0)


def test_a_code_with_a_kept_seat_opens_a_type_whose_limit_is_reached(in_app: Flask) -> None:
    assert in_app
    event_id = make_event(capacity=10).id
    few = make_type(event_id, "Few", seats=limited(1), access=Access.CODE)
    wanted = CodesWanted(few, 1, uses=1, kept=1)
    (made,) = make_codes(SYSTEM, event_id, wanted, now=NOW)
    (other,) = make_codes(SYSTEM, event_id, CodesWanted(few, 1), now=NOW)
    come(event_id, few, "A", code=_code(other))
    come(event_id, few, "B", code=_code(made))
    assert in_state(event_id, "confirmed") == "AB"
    assert counts("limit") == (1, 1, 0)


def test_a_type_gets_more_and_fewer_seats_beside_those_that_were_kept(in_app: Flask) -> None:
    assert in_app
    event_id = make_event(capacity=10).id
    few = make_type(event_id, "Few", seats=limited(1), most_per_booking=4)
    one = guest_lists.create_list(SYSTEM, event_id, ListWanted("VIP", few, kept=2), now=NOW)
    _accepted(event_id, one)
    come(event_id, few, "A")
    come(event_id, few, "B")
    assert states(event_id)["B"] == "waitlisted"
    turn(few, name="Few", seats=limited(2))
    assert counts("limit") == (2, 2, 0)
    guest_lists.release(SYSTEM, event_id, one, now=NOW)
    turn(few, name="Few", seats=limited(3))
    assert counts("limit") == (3, 2, 0)
    turn(few, name="Few", seats=EVENT_SEATS)
    assert counts("event") == (10, 3, 0)
    turn(few, name="Few", seats=limited(3))
    assert counts("limit") == (3, 3, 0)


def test_an_own_pool_turned_into_a_limit_counts_no_seat_of_a_block(in_app: Flask) -> None:
    assert in_app
    event_id = make_event(capacity=10).id
    vip = make_type(event_id, "VIP", seats=own(3))
    one = guest_lists.create_list(SYSTEM, event_id, ListWanted("VIP", vip, kept=2), now=NOW)
    _accepted(event_id, one)
    come(event_id, vip, "A")
    turn(vip, name="VIP", seats=limited(1))
    assert counts("limit") == (1, 1, 0)
    assert counts("event") == (10, 3, 0)


def _code(code_id: UUID) -> str:
    found = db.session.get_one(AccessCode, code_id).code
    db.session.rollback()
    return found
