"""Ticket types: where their seats come from, changed while people sit there and wait."""

from __future__ import annotations

from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from forum.core.actor import SYSTEM
from forum.core.db import db, writing
from forum.core.errors import NotFound
from forum.core.revisions import ThingChangedMeanwhile
from forum.registrations import service
from forum.registrations.models import Registration, TicketType
from forum.registrations.queries.types import (
    TypeState,
    form_type,
    link_token,
    type_by_link,
    type_rows,
    types_for_form,
)
from forum.registrations.rules import (
    MOST_TYPES,
    Access,
    NoRoomForType,
    OnlyType,
    TooManyTypes,
    TypeClosed,
    TypeGrows,
    TypeHasPeople,
)
from forum.registrations.service import types
from forum.registrations.service.growing import growing_type
from forum.seats import service as seats
from forum.seats.rules import CapacityBelowTaken, PoolAbout, WaitOrder
from tests.factories import NOW, make_event, text
from tests.registrations.ticket_types import (
    EVENT_SEATS,
    agreed,
    come,
    come_by_hand,
    counts,
    in_state,
    limited,
    make_type,
    own,
    turn,
    wanted,
)

pytestmark = pytest.mark.both_databases


@pytest.fixture
def event_id(in_app: Flask) -> UUID:
    return make_event(capacity=6).id


def test_a_type_with_seats_of_its_own_leaves_the_events_alone(event_id: UUID) -> None:
    own_type = make_type(event_id, seats=own(2))
    for name in "abc":
        come(event_id, own_type, name)
    assert in_state(event_id, "confirmed") == "ab"
    assert counts("type") == (2, 2, 1)
    assert counts("event") == (6, 0, 0)


def test_a_limit_set_later_counts_who_is_in_and_stops_the_next(event_id: UUID) -> None:
    kind = make_type(event_id)
    come(event_id, kind, "a", "b")
    come(event_id, None, "g")
    assert turn(kind, seats=limited(3)) == []
    assert counts("limit") == (3, 2, 0)
    come(event_id, kind, "c")
    come(event_id, kind, "d")
    assert in_state(event_id, "confirmed") == "abcg"
    assert counts("limit") == (3, 3, 1)


def test_a_limit_below_who_is_in_is_refused_and_names_the_number(event_id: UUID) -> None:
    kind = make_type(event_id)
    come(event_id, kind, "a", "b")
    for seats_wanted in (limited(1), own(1)):
        with pytest.raises(CapacityBelowTaken) as refused:
            turn(kind, seats=seats_wanted)
        assert "2 seats are taken" in str(refused.value)
    assert counts("event") == (6, 2, 0)


def test_who_waits_for_the_event_waits_for_a_limit_set_later_in_the_same_order(
    event_id: UUID,
) -> None:
    kind, other = make_type(event_id), make_type(event_id)
    come_by_hand(event_id, other, *"12345")
    come(event_id, kind, "a")
    for party in ("b", "cd", "e"):
        come(event_id, kind, *party)
    come(event_id, other, "6")
    assert in_state(event_id, "waitlisted") == "6bcde"
    turn(kind, seats=limited(2))
    assert counts("limit") == (2, 2, 2), "b keeps its turn for a seat, the others wait before"
    assert counts("event") == (6, 6, 2)
    service.set_capacity(SYSTEM, event_id, 8, now=NOW)
    assert in_state(event_id, "waitlisted") == "cde"
    turn(kind, seats=limited(4))
    assert in_state(event_id, "waitlisted") == "cde", "the event is full again"
    service.set_capacity(SYSTEM, event_id, 10, now=NOW)
    assert in_state(event_id, "waitlisted") == "e"
    assert counts("limit") == (4, 4, 1)


def test_a_limit_lowered_sends_who_waits_for_a_seat_back_before_the_others(
    event_id: UUID,
) -> None:
    kind = make_type(event_id, seats=limited(9))
    come_by_hand(event_id, kind, *"123456")
    for name in "abcd":
        come(event_id, kind, name)
    assert counts("limit") == (9, 9, 1)
    turn(kind, seats=limited(7))
    assert counts("limit") == (7, 7, 3)
    assert counts("event") == (6, 6, 1)
    turn(kind, seats=limited(9))
    service.set_capacity(SYSTEM, event_id, 8, now=NOW)
    assert in_state(event_id, "waitlisted") == "cd", "nobody was passed"
    with pytest.raises(CapacityBelowTaken):
        turn(kind, seats=limited(7))


def test_a_limit_that_ends_lets_who_waited_for_it_ask_for_a_seat(event_id: UUID) -> None:
    kind = make_type(event_id, seats=limited(1))
    for name in "abc":
        come(event_id, kind, name)
    assert in_state(event_id, "waitlisted") == "bc"
    moved = turn(kind, seats=EVENT_SEATS)
    assert len(moved) == 2
    assert in_state(event_id, "waitlisted") == ""
    assert counts("event") == (6, 3, 0)
    assert [one.about for one in agreed()] == ["event"], "the limit's counter is gone"


def test_seats_of_its_own_take_who_is_in_along_and_give_the_events_on(event_id: UUID) -> None:
    kind, other = make_type(event_id, seats=limited(3)), make_type(event_id)
    come_by_hand(event_id, kind, *"abc")
    come_by_hand(event_id, other, *"123")
    for name in ("d", "4", "5"):
        come(event_id, kind if name == "d" else other, name)
    assert in_state(event_id, "waitlisted") == "45d"
    moved = turn(kind, seats=own(4))
    assert len(moved) == 3
    assert in_state(event_id, "waitlisted") == ""
    assert counts("type") == (4, 4, 0)
    assert counts("event") == (6, 5, 0)


@pytest.mark.parametrize("back", [EVENT_SEATS, limited(3)], ids=["event", "limit"])
def test_seats_of_its_own_go_back_among_the_events(event_id: UUID, back: object) -> None:
    kind = make_type(event_id, seats=own(2))
    come(event_id, kind, "a", "b")
    come(event_id, kind, "c")
    come(event_id, kind, "d")
    turn(kind, seats=back)
    waits = "d" if back == limited(3) else ""
    assert in_state(event_id, "waitlisted") == waits
    assert counts("event") == (6, 4 - len(waits), 0)
    assert "type" not in {one.about for one in agreed()}


def test_they_do_not_go_back_where_the_event_has_too_few_seats(event_id: UUID) -> None:
    kind = make_type(event_id, seats=own(3))
    come(event_id, kind, "a", "b")
    come_by_hand(event_id, make_type(event_id), *"12345")
    with pytest.raises(NoRoomForType) as refused:
        turn(kind)
    assert "2 seats of this type are taken, but the event has only 1 free" in str(refused.value)
    assert counts("type") == (3, 2, 0)


def test_more_seats_of_its_own_go_to_those_who_wait_for_them(event_id: UUID) -> None:
    kind = make_type(event_id, seats=own(1))
    for name in "abc":
        come(event_id, kind, name)
    assert len(turn(kind, seats=own(2))) == 1
    assert in_state(event_id, "confirmed") == "ab"
    with pytest.raises(CapacityBelowTaken):
        turn(kind, seats=own(1))


def test_seats_kept_for_a_list_move_with_their_type(event_id: UUID) -> None:
    kind = make_type(event_id)
    with writing() as session:
        pool_id = session.get_one(TicketType, kind).pool_id
        block = seats.carve(session, event_id, pool_id, 3)
        from_list = types.GuestList(
            event_id=event_id, ticket_type_id=kind, block_id=block.id, name="VIP", created_at=NOW
        )
        session.add(from_list)
        block_id = block.id
    come_by_hand(event_id, kind, "v", block_id=block_id)
    come(event_id, kind, "a")
    assert counts("event") == (6, 4, 0)
    with pytest.raises(CapacityBelowTaken) as refused:
        turn(kind, seats=own(3))
    assert "4 seats are taken" in str(refused.value)
    turn(kind, seats=own(5))
    assert counts("event") == (6, 0, 0)
    assert counts("type") == (5, 4, 0)
    assert counts("block") == (3, 1, 0)
    turn(kind, seats=limited(2))
    assert counts("event") == (6, 4, 0)
    assert counts("limit") == (2, 1, 0)


def test_where_seats_are_drawn_a_line_that_moves_is_drawn_anew(event_id: UUID) -> None:
    kind = make_type(event_id)
    with writing() as session:
        pool_id = session.get_one(TicketType, kind).pool_id
        seats.set_rule(session, pool_id, WaitOrder.DRAW, smaller_pass=False)
    come_by_hand(event_id, make_type(event_id), *"123456")
    for name in "abcde":
        come(event_id, kind, name)
    turn(kind, seats=own(2))
    assert counts("type") == (2, 2, 3)
    assert len(in_state(event_id, "waitlisted")) == 3


def test_a_request_that_holds_its_seat_is_counted_by_the_limit_too(event_id: UUID) -> None:
    by_approval = {"access": Access.APPROVAL, "holds_while_pending": True}
    kind = make_type(event_id, **by_approval)
    come(event_id, kind, "a")
    turn(kind, seats=limited(1), **by_approval)
    assert counts("limit") == (1, 1, 0)
    come(event_id, kind, "b")
    with pytest.raises(CapacityBelowTaken):
        turn(kind, seats=own(0), **by_approval)
    service.approve(SYSTEM, [_id_of("a")], now=NOW)
    assert in_state(event_id, "confirmed") == "a"
    agreed()


def test_a_type_is_removed_only_while_nobody_ever_had_it(event_id: UUID) -> None:
    (general,) = (one.ticket_type.id for one in types_for_form(event_id, NOW))
    with pytest.raises(OnlyType):
        types.remove_type(SYSTEM, event_id, general, now=NOW)
    kind = make_type(event_id, seats=own(3))
    come(event_id, kind, "a")
    service.cancel(SYSTEM, _id_of("a"), now=NOW)
    with pytest.raises(TypeHasPeople):
        types.remove_type(SYSTEM, event_id, kind, now=NOW)
    unused = make_type(event_id, seats=limited(3))
    types.remove_type(SYSTEM, event_id, unused, now=NOW)
    assert {one.about for one in agreed()} == {"event", "type"}
    with pytest.raises(NotFound):
        form_type(event_id, unused, NOW)


def test_types_of_speakers_and_stand_by_are_chosen_by_nobody(event_id: UUID) -> None:
    with writing() as session:
        made = [
            growing_type(session, event_id, about).id
            for about in (PoolAbout.SPEAKERS, PoolAbout.STAND_BY)
        ]
        assert growing_type(session, event_id, PoolAbout.SPEAKERS).id == made[0]
    assert [one.ticket_type.id in made for one in types_for_form(event_id, NOW)] == [False]
    for type_id in made:
        with pytest.raises(TypeClosed):
            come(event_id, type_id, "a")
        with pytest.raises(TypeGrows):
            turn(type_id)
    types.name_type(SYSTEM, event_id, made[0], text("On stage"), text(""), revision=1, now=NOW)
    later = make_type(event_id)
    in_order = [one.ticket_type.id for one in type_rows(event_id)]
    assert in_order.index(later) < in_order.index(made[0])


def test_the_form_shows_open_types_in_order_and_how_they_stand(event_id: UUID) -> None:
    (general,) = (one.ticket_type.id for one in types_for_form(event_id, NOW))
    first = make_type(event_id, "First", seats=limited(1))
    later = make_type(event_id, "Later", opens_at=NOW.replace(day=25))
    over = make_type(event_id, "Over", access=Access.APPROVAL, closes_at=NOW.replace(day=20))
    make_type(event_id, "Hidden", access=Access.LINK)
    types.move_type(SYSTEM, event_id, first, -1, now=NOW)
    come(event_id, first, "a")
    met = types_for_form(event_id, NOW)
    assert met[0].ticket_type.id == first
    assert {one.ticket_type.id: one.state for one in met} == {
        first: TypeState.FULL,
        general: TypeState.OPEN,
        later: TypeState.UPCOMING,
        over: TypeState.CLOSED,
    }
    types.close_type(SYSTEM, event_id, first, closed=True, now=NOW)
    assert types_for_form(event_id, NOW)[0].state is TypeState.CLOSED
    with pytest.raises(TypeClosed):
        come(event_id, first, "b")
    types.close_type(SYSTEM, event_id, first, closed=False, now=NOW)
    assert types_for_form(event_id, NOW)[0].state is TypeState.FULL


def test_a_hidden_link_opens_its_type_until_it_is_renewed(event_id: UUID) -> None:
    kind = make_type(event_id, access=Access.LINK)
    elsewhere = make_event().id
    token = link_token(form_type(event_id, kind, NOW).ticket_type)
    assert type_by_link(event_id, token, NOW).ticket_type.id == kind
    with pytest.raises(NotFound):
        type_by_link(elsewhere, token, NOW)
    types.renew_type_link(SYSTEM, event_id, kind, now=NOW)
    with pytest.raises(NotFound):
        type_by_link(event_id, token, NOW)
    fresh = link_token(form_type(event_id, kind, NOW).ticket_type)
    turn(kind, access=Access.OFFICE)
    with pytest.raises(NotFound):
        type_by_link(event_id, fresh, NOW)


def test_two_editors_of_a_type_do_not_overwrite_each_other(event_id: UUID) -> None:
    kind = make_type(event_id)
    turn(kind, name="Mine")
    with pytest.raises(ThingChangedMeanwhile):
        types.set_type(SYSTEM, event_id, kind, wanted("Theirs"), revision=1, now=NOW)


def test_an_event_has_so_many_types_and_no_more(event_id: UUID) -> None:
    for _ in range(MOST_TYPES - 1):
        make_type(event_id)
    with pytest.raises(TooManyTypes):
        make_type(event_id)
    assert len(type_rows(event_id)) == MOST_TYPES


def _id_of(name: str) -> UUID:
    found = db.session.scalar(
        sa.select(Registration.id).where(Registration.name == f"Sample Guest {name}")
    )
    assert found is not None
    return found
