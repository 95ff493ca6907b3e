"""Invitations under races, on both databases, each promise with its negative control."""

from __future__ import annotations

import threading
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from forum.core.actor import ANONYMOUS, SYSTEM
from forum.core.db import db, writing
from forum.registrations import service
from forum.registrations.models import Invitation, Registration
from forum.registrations.rules import BookingSource, InvitationState, RegistrationState
from forum.registrations.service import guest_lists, replying
from forum.registrations.service.parties import Party
from forum.registrations.service.replying import Named, Reply
from forum.tickets.service import make_key
from tests.factories import NOW, attendee, make_event
from tests.races.crowd import all_at_once
from tests.registrations.inviting import (
    all_invitations,
    coming,
    first_type,
    invitation,
    invite,
    invited,
    made_list,
    one_invited,
    seats_agree,
)

CLIENTS = 12
pytestmark = pytest.mark.both_databases


@pytest.fixture
def event_id(app: Flask) -> UUID:
    with app.app_context():
        made = make_event(capacity=20).id
        with writing() as session:
            # Events that are made by the service have their key from the beginning.
            make_key(session, made, NOW)
        return made


def test_accepting_many_times_at_once_makes_one_booking(app: Flask, event_id: UUID) -> None:
    with app.app_context():
        who = one_invited(event_id, made_list(event_id, kept=6, companions=1))
    answers = all_at_once(
        app, CLIENTS, lambda _: replying.accept(SYSTEM, who, Reply((Named(),)), now=NOW)
    )
    assert [repr(one) for one in answers if isinstance(one, Exception)] == []
    bookings = {one.booking_id for one in answers if not isinstance(one, Exception)}
    assert len(bookings) == 1
    with app.app_context():
        assert len(coming(event_id)) == 2
        assert seats_agree()


def test_the_control_that_looks_before_it_holds_the_invitation_makes_several(
    app: Flask, event_id: UUID
) -> None:
    """Without the invitation held first the same crowd books more than once: the test sees it."""
    with app.app_context():
        who = one_invited(event_id, made_list(event_id), email="")
        type_id = first_type(event_id)

    all_have_looked = threading.Barrier(CLIENTS)

    def _look_then_book(_: int) -> None:
        state = db.session.scalar(sa.select(Invitation.state).where(Invitation.id == who))
        db.session.rollback()
        all_have_looked.wait(30)
        if state is InvitationState.ACCEPTED:
            return
        nameless = attendee("same", email="", email_key="")
        party = Party((nameless,), type_id=type_id, source=BookingSource.INVITATION)
        service.register_party(SYSTEM, event_id, party, form_key=None, now=NOW)
        with writing() as session:
            one = session.get_one(Invitation, who)
            one.state, one.replied_at = InvitationState.ACCEPTED, NOW

    all_at_once(app, CLIENTS, _look_then_book)
    with app.app_context():
        assert len(coming(event_id)) > 1


def test_the_link_and_the_public_form_at_once_make_one_registration(
    app: Flask, event_id: UUID
) -> None:
    with app.app_context():
        who = one_invited(event_id, made_list(event_id, kept=2))
    guest = attendee("f", email="invited.solo@example.com", email_key="invited.solo@example.com")

    def _come(number: int) -> object:
        if number % 2:
            return service.register(ANONYMOUS, event_id, guest, form_key=None, now=NOW)
        return replying.accept(SYSTEM, who, Reply(), now=NOW)

    answers = all_at_once(app, CLIENTS, _come)
    assert [repr(one) for one in answers if isinstance(one, Exception)] == []
    with app.app_context():
        assert [state for _, state in coming(event_id)] == ["confirmed"]
        assert invitation(who).state is InvitationState.ACCEPTED
        assert seats_agree()


def test_seats_released_while_guests_accept_stay_true(app: Flask, event_id: UUID) -> None:
    with app.app_context():
        listed = made_list(event_id, kept=8, companions=1)
        invite(event_id, listed, *(invited(number) for number in range(8)))
        ids = [one.id for one in all_invitations(event_id)]

    def _act(number: int) -> object:
        if number == len(ids) // 2:
            return guest_lists.release(SYSTEM, event_id, listed, now=NOW)
        if number > len(ids):
            return service.register(ANONYMOUS, event_id, attendee(number), form_key=None, now=NOW)
        which = number if number < len(ids) // 2 else number - 1
        return replying.accept(SYSTEM, ids[which], Reply((Named(),)), now=NOW)

    answers = all_at_once(app, CLIENTS, _act)
    assert [repr(one) for one in answers if isinstance(one, Exception)] == []
    with app.app_context():
        assert {state for _, state in coming(event_id)} == {"confirmed"}
        assert seats_agree()


def test_yes_and_no_at_once_leave_state_and_seats_agreeing(app: Flask, event_id: UUID) -> None:
    with app.app_context():
        who = one_invited(event_id, made_list(event_id, kept=2, companions=1))

    def _answer(number: int) -> None:
        if number % 2:
            replying.decline(SYSTEM, who, now=NOW)
        else:
            replying.accept(SYSTEM, who, Reply((Named(),)), now=NOW)

    answers = all_at_once(app, CLIENTS, _answer)
    assert [repr(one) for one in answers if isinstance(one, Exception)] == []
    with app.app_context():
        stands = invitation(who).state is InvitationState.ACCEPTED
        confirmed = db.session.scalars(
            sa.select(Registration).where(Registration.state == RegistrationState.CONFIRMED)
        ).all()
        assert len(confirmed) == (2 if stands else 0)
        assert seats_agree()


def test_the_same_file_imported_many_times_at_once_doubles_nobody(
    app: Flask, event_id: UUID
) -> None:
    with app.app_context():
        listed = made_list(event_id)
    rows = [invited(number) for number in range(20)] + [invited("letter", email="")]
    answers = all_at_once(app, 6, lambda _: invite(event_id, listed, *rows))
    assert [repr(one) for one in answers if isinstance(one, Exception)] == []
    with app.app_context():
        assert len(all_invitations(event_id)) == 21
