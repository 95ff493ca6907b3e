"""Signing up for sessions: who gets a place, who waits, what is refused, who moves up."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from forum.core.actor import SYSTEM
from forum.core.db import counted_statements, db, writing
from forum.core.errors import NotFound
from forum.core.impact import impact_of
from forum.core.outbox import OutboxRow
from forum.core.text import Text
from forum.events import service as events
from forum.events.models import Event
from forum.programme import service as programme
from forum.programme.models import Session
from forum.programme.rules import MoreLosePlaces, PlacesBelowTaken, SessionState
from forum.programme.service import Place
from forum.registrations import service
from forum.registrations.models import SessionPlace, Star
from forum.registrations.queries import (
    guests_of_session,
    own_sessions,
    people_with_places_or_stars,
    places_of,
    shared_sign_ups,
)
from forum.registrations.recount import recount, recount_places
from forum.registrations.rules import NoSignUp, NotConfirmed, NothingFree, PlaceClash
from forum.seats.models import SeatPool
from forum.seats.rules import Band
from tests.factories import NOW, attendee, make_event, make_session, make_workshop, text
from tests.registrations.signing_up import leave, registered, sign_up, standing

MOST_STATEMENTS = 13


@pytest.fixture
def event(in_app: Flask) -> Event:
    return make_event()


def all_agree() -> bool:
    return all(one.agrees for one in (*recount(), *recount_places()))


def test_places_are_taken_and_then_people_wait_in_the_order_in_which_they_came(
    event: Event,
) -> None:
    workshop = make_workshop(event, places=2)
    guests = [registered(event.id, name) for name in "abcd"]
    assert [sign_up(guest, workshop.id).seated for guest in guests] == [True, True, False, False]
    assert standing(workshop.id) == {"a": True, "b": True, "c": False, "d": False}
    assert [own_sessions(guest)[0].position for guest in guests] == [None, None, 1, 2]
    there = guests_of_session(workshop.id)
    assert [one.position for one in there] == [None, None, 1, 2]
    assert all_agree()


def test_asking_again_changes_nothing(event: Event) -> None:
    workshop = make_workshop(event, places=1)
    first, second = registered(event.id, "a"), registered(event.id, "b")
    for guest, seated in ((first, True), (second, False)):
        assert not sign_up(guest, workshop.id).already
        again = sign_up(guest, workshop.id)
        assert (again.already, again.seated) == (True, seated)
    assert recount_places()[0].taken == 1
    assert all_agree()


def test_who_leaves_gives_the_place_to_the_first_who_waits_and_a_mail_is_asked_for(
    event: Event,
) -> None:
    workshop = make_workshop(event, places=1)
    guests = [registered(event.id, name) for name in "abc"]
    for guest in guests:
        sign_up(guest, workshop.id)
    assert leave(guests[0], workshop.id)
    assert standing(workshop.id) == {"b": True, "c": False}
    told = db.session.scalars(sa.select(OutboxRow).where(OutboxRow.topic == "place.given")).all()
    assert [row.payload["registration_id"] for row in told] == [str(guests[1])]
    assert not leave(guests[0], workshop.id)
    assert all_agree()


def test_a_turn_can_be_given_up_and_those_behind_move_up(event: Event) -> None:
    workshop = make_workshop(event, places=1)
    guests = [registered(event.id, name) for name in "abc"]
    for guest in guests:
        sign_up(guest, workshop.id)
    leave(guests[1], workshop.id)
    assert own_sessions(guests[2])[0].position == 1
    assert all_agree()


def test_cancelling_a_registration_frees_all_its_places_and_passes_each_on(event: Event) -> None:
    early, late = make_workshop(event, places=1), make_workshop(event, after=90, places=1)
    other = make_workshop(event, after=150, places=1)
    goes, waits, elsewhere = (registered(event.id, name) for name in ("goes", "waits", "else"))
    sign_up(elsewhere, other.id)
    for guest in (goes, waits):
        for workshop in (early, late):
            sign_up(guest, workshop.id)
    sign_up(goes, other.id)
    service.cancel(SYSTEM, goes, now=NOW)
    assert standing(early.id) == standing(late.id) == {"waits": True}
    assert standing(other.id) == {"else": True}
    assert all_agree()


def test_only_confirmed_guests_sign_up(in_app: Flask) -> None:
    event = make_event(capacity=1)
    workshop = make_workshop(event)
    first, waits = registered(event.id), registered(event.id)
    with pytest.raises(NotConfirmed):
        sign_up(waits, workshop.id)
    service.cancel(SYSTEM, first, now=NOW)
    with pytest.raises(NotConfirmed):
        sign_up(first, workshop.id)
    assert sign_up(waits, workshop.id).seated


def test_nobody_signs_up_for_a_session_without_places_without_time_cancelled_begun_or_hidden(
    event: Event,
) -> None:
    guest = registered(event.id)
    open_to_all = make_session(event)
    untimed = make_workshop(event, starts_at=None, ends_at=None, day=None)
    cancelled = make_workshop(event, state=SessionState.CANCELLED)
    draft = make_workshop(event, state=SessionState.DRAFT)
    begun = make_workshop(event)
    for session in (open_to_all, untimed, cancelled, draft):
        with pytest.raises(NoSignUp):
            sign_up(guest, session.id)
    assert begun.starts_at is not None
    with pytest.raises(NoSignUp):
        service.take_place(SYSTEM, guest, begun.id, now=begun.starts_at)
    before = begun.starts_at - timedelta(seconds=1)
    assert service.take_place(SYSTEM, guest, begun.id, now=before).seated


def test_nobody_signs_up_while_the_event_is_cancelled(event: Event) -> None:
    workshop, guest = make_workshop(event), registered(event.id)
    events.cancel(SYSTEM, event.id, Text(), now=NOW)
    with pytest.raises(NoSignUp):
        sign_up(guest, workshop.id)


def test_sessions_and_guests_of_other_events_are_not_there(event: Event) -> None:
    elsewhere = make_workshop(make_event())
    guest = registered(event.id)
    with pytest.raises(NotFound):
        sign_up(guest, elsewhere.id)
    with pytest.raises(NotFound):
        sign_up(UUID(int=7), elsewhere.id)
    with pytest.raises(NotFound):
        leave(UUID(int=7), elsewhere.id)
    with pytest.raises(NotFound):
        programme.set_places(SYSTEM, event.id, elsewhere.id, 5, now=NOW)


def test_two_sessions_at_once_are_refused_by_name_and_swapped_in_one_step(event: Event) -> None:
    mine = make_workshop(event, after=30, minutes=60, title=text("Welding"))
    wanted = make_workshop(event, after=60, minutes=60, title=text("Sensors"))
    behind = make_workshop(event, after=120, title=text("Afterwards"))
    guest, waits = registered(event.id, "guest"), registered(event.id, "waits")
    sign_up(guest, mine.id)
    sign_up(guest, behind.id)
    programme.set_places(SYSTEM, event.id, mine.id, 1, now=NOW)
    sign_up(waits, mine.id)
    with pytest.raises(PlaceClash) as refused:
        sign_up(guest, wanted.id)
    assert refused.value.others == (mine.id,)
    assert "Sensors" in str(refused.value.says)
    assert "Welding" in str(refused.value.says)
    assert sign_up(guest, wanted.id, mine.id).seated
    assert standing(mine.id) == {"waits": True}
    assert standing(wanted.id) == {"guest": True}
    assert standing(behind.id) == {"guest": True}
    assert all_agree()


def test_sessions_that_follow_each_other_do_not_clash(event: Event) -> None:
    first = make_workshop(event, after=30, minutes=30)
    second = make_workshop(event, after=60, minutes=30)
    guest = registered(event.id)
    assert sign_up(guest, first.id).seated
    assert sign_up(guest, second.id).seated


def test_a_place_is_never_given_up_for_a_turn_on_a_wait_list(event: Event) -> None:
    mine, full = make_workshop(event, places=1), make_workshop(event, places=1)
    guest, other = registered(event.id, "guest"), registered(event.id, "other")
    sign_up(guest, mine.id)
    sign_up(other, full.id)
    with pytest.raises(NothingFree):
        sign_up(guest, full.id, mine.id)
    assert standing(mine.id) == {"guest": True}
    assert standing(full.id) == {"other": True}
    assert all_agree()


def test_a_turn_may_be_swapped_for_another_turn(event: Event) -> None:
    one, two = make_workshop(event, places=1), make_workshop(event, places=1)
    first, second, guest = (registered(event.id, name) for name in ("1", "2", "guest"))
    sign_up(first, one.id)
    sign_up(second, two.id)
    sign_up(guest, one.id)
    assert not sign_up(guest, two.id, one.id).seated
    assert standing(one.id) == {"1": True}
    assert standing(two.id) == {"2": True, "guest": False}
    assert all_agree()


def test_more_places_go_to_those_who_wait_and_fewer_than_taken_are_refused(event: Event) -> None:
    workshop = make_workshop(event, places=1)
    for name in "abcd":
        sign_up(registered(event.id, name), workshop.id)
    assert programme.set_places(SYSTEM, event.id, workshop.id, 3, now=NOW) == 2
    assert standing(workshop.id) == {"a": True, "b": True, "c": True, "d": False}
    with pytest.raises(PlacesBelowTaken) as refused:
        programme.set_places(SYSTEM, event.id, workshop.id, 2, now=NOW)
    assert "3 places are taken" in str(refused.value.says)
    assert all_agree()


def test_taking_sign_up_away_names_how_many_lose_their_place(event: Event) -> None:
    workshop = make_workshop(event, places=1)
    for name in "ab":
        sign_up(registered(event.id, name), workshop.id)
    with pytest.raises(MoreLosePlaces):
        programme.remove_places(SYSTEM, event.id, workshop.id, losing=1, now=NOW)
    starred = registered(event.id, "c")
    service.keep_stars(starred, [workshop.id], now=NOW)
    assert programme.remove_places(SYSTEM, event.id, workshop.id, losing=2, now=NOW) == 2
    assert standing(workshop.id) == {}
    stars = sa.select(sa.func.count()).where(Star.session_id == workshop.id)
    assert db.session.scalar(stars) == 3, "it stays in their schedules, and they hear of changes"
    assert programme.remove_places(SYSTEM, event.id, workshop.id, losing=0, now=NOW) == 0
    assert recount_places() == []
    assert db.session.scalar(sa.select(sa.func.count()).select_from(SeatPool)) == 1


def test_a_deleted_draft_takes_its_places_with_it(event: Event) -> None:
    draft = make_workshop(event, state=SessionState.DRAFT)
    programme.delete_draft(SYSTEM, event.id, draft.id, now=NOW)
    assert recount_places() == []


def test_a_cancelled_session_gives_nobody_a_place_and_gives_them_once_it_is_held_after_all(
    event: Event,
) -> None:
    workshop = make_workshop(event, places=1)
    guests = [registered(event.id, name) for name in "ab"]
    for guest in guests:
        sign_up(guest, workshop.id)
    programme.cancel_session(SYSTEM, event.id, workshop.id, now=NOW)
    leave(guests[0], workshop.id)
    assert standing(workshop.id) == {"b": False}
    assert all_agree()
    programme.reinstate_session(SYSTEM, event.id, workshop.id, now=NOW)
    assert standing(workshop.id) == {"b": True}
    assert all_agree()


def test_a_place_freed_after_the_start_goes_to_nobody_until_the_session_is_put_off(
    event: Event,
) -> None:
    workshop = make_workshop(event, places=1)
    guests = [registered(event.id, name) for name in "ab"]
    for guest in guests:
        sign_up(guest, workshop.id)
    starts, ends = workshop.starts_at, workshop.ends_at
    assert starts is not None
    assert ends is not None
    service.leave_place(SYSTEM, guests[0], workshop.id, now=starts)
    assert standing(workshop.id) == {"b": False}
    later = timedelta(minutes=45)
    place = Place(starts + later, ends + later, None)
    revision = db.session.get_one(Session, workshop.id).revision
    programme.place_session(SYSTEM, event.id, workshop.id, revision, place, now=starts)
    assert standing(workshop.id) == {"b": True}


def test_who_shares_two_sessions_is_counted_in_pairs(event: Event) -> None:
    first, second = make_workshop(event, after=30), make_workshop(event, after=60)
    third = make_workshop(event, after=90)
    for name, sessions in (("a", (first, second)), ("b", (second, first)), ("c", (third, first))):
        guest = registered(event.id, name)
        for session in sessions:
            sign_up(guest, session.id)
    low, high = sorted((first.id, second.id))
    assert shared_sign_ups(db.session(), event.id) == {
        (low, high): 2,
        tuple(sorted((first.id, third.id))): 1,
    }


def test_a_moved_session_that_clashes_now_keeps_both_places(event: Event) -> None:
    first, second = make_workshop(event, after=30), make_workshop(event, after=60)
    guest = registered(event.id, "guest")
    for session in (first, second):
        sign_up(guest, session.id)
    assert first.starts_at is not None
    place = Place(first.starts_at, first.ends_at, None)
    revision = db.session.get_one(Session, second.id).revision
    programme.place_session(SYSTEM, event.id, second.id, revision, place, now=NOW)
    assert [one.seated for one in own_sessions(guest)] == [True, True]
    third = make_workshop(event, after=45, minutes=10)
    with pytest.raises(PlaceClash) as refused:
        sign_up(guest, third.id)
    assert set(refused.value.others) == {first.id, second.id}
    with pytest.raises(PlaceClash):
        sign_up(guest, third.id, first.id)
    assert sign_up(guest, third.id, first.id, second.id).seated
    assert all_agree()


def test_bands_of_places_are_told_for_each_session_that_has_any(event: Event) -> None:
    roomy, full = make_workshop(event, places=10), make_workshop(event, after=90, places=1)
    make_session(event)
    sign_up(registered(event.id), full.id)
    assert places_of(event.id) == {roomy.id: Band(full=False), full.id: Band(full=True)}


def test_whom_a_session_concerns_and_how_many(event: Event) -> None:
    workshop = make_workshop(event, places=1)
    seated, waits, starred, gone = (registered(event.id, name) for name in "swxg")
    for guest in (seated, waits):
        sign_up(guest, workshop.id)
    for guest in (seated, starred, gone):
        service.keep_stars(guest, [workshop.id], now=NOW)
    service.cancel(SYSTEM, gone, now=NOW)
    concerned = {
        one.registration_id: one.seated for one in people_with_places_or_stars([workshop.id])
    }
    assert concerned == {seated: True, waits: False, starred: None}
    with writing() as transaction:
        assert [one.number for one in impact_of(transaction, "session", workshop.id)] == [1, 1, 1]


def test_stars_are_kept_once_and_only_of_the_own_event(event: Event) -> None:
    mine, also = make_session(event), make_session(event)
    draft = make_session(event, state=SessionState.DRAFT)
    foreign = make_session(make_event())
    guest = registered(event.id)
    wanted = [mine.id, foreign.id, draft.id, UUID(int=9), mine.id]
    assert service.keep_stars(guest, wanted, now=NOW) == 1
    assert service.keep_stars(guest, [mine.id, also.id], now=NOW) == 1
    service.take_star_off(guest, mine.id)
    service.take_star_off(guest, mine.id)
    assert db.session.scalars(sa.select(Star.session_id)).all() == [also.id]


def test_stars_come_along_with_a_registration_but_not_onto_a_known_one(event: Event) -> None:
    session, foreign = make_session(event), make_session(make_event())
    who = attendee("starry", stars=[session.id, foreign.id])
    for _ in range(2):
        service.register(SYSTEM, event.id, who, form_key=None, now=NOW)
    assert db.session.scalars(sa.select(Star.session_id)).all() == [session.id]
    later = attendee("starry", stars=[make_session(event).id])
    service.register(SYSTEM, event.id, later, form_key=None, now=NOW)
    assert db.session.scalars(sa.select(Star.session_id)).all() == [session.id]


def test_signing_up_takes_a_fixed_number_of_statements(event: Event) -> None:
    workshop = make_workshop(event, places=20)
    counts = []
    for number in range(12):
        guest = registered(event.id)
        if number == 11:
            for minutes in range(4):
                sign_up(guest, make_workshop(event, after=90 + 30 * minutes).id)
        with counted_statements(db.engine) as seen:
            sign_up(guest, workshop.id)
        counts.append(len(seen))
    assert max(counts) <= MOST_STATEMENTS, seen
    assert len(set(counts[:10])) == 1


def test_one_row_stands_for_each_place(event: Event) -> None:
    workshop = make_workshop(event, places=1)
    guest = registered(event.id)
    for _ in range(3):
        sign_up(guest, workshop.id)
        leave(guest, workshop.id)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(SessionPlace)) == 0
    assert all_agree()
