"""An invitation follows what its registration came to: merged, ended by others, companions."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from forum.core.actor import ANONYMOUS, SYSTEM
from forum.core.db import counted_statements, db
from forum.core.outbox import OutboxRow
from forum.registrations import service
from forum.registrations.models import Registration
from forum.registrations.rules import (
    Access,
    AddressTaken,
    Ended,
    InvitationState,
    RegistrationState,
)
from forum.registrations.service import Party
from forum.registrations.service.changing_invitations import change_invitation
from forum.registrations.service.following import follow_bookings
from forum.registrations.service.merging import merge
from forum.registrations.service.replying import Named, Reply, accept, follow_booking
from forum.registrations.service.sending import send
from tests.factories import NOW, attendee, make_event, make_workshop
from tests.registrations.inviting import (
    coming,
    holder,
    invitation,
    invited,
    made_list,
    one_invited,
    seats_agree,
)
from tests.registrations.signing_up import registered, sign_up, standing
from tests.registrations.ticket_types import come, make_type


@pytest.fixture
def event_id(in_app: Flask) -> UUID:
    return make_event(capacity=10).id


def _accepted(event_id: UUID) -> tuple[UUID, UUID]:
    """Return an invitation that was accepted, and the guest's registration."""
    one = one_invited(event_id, made_list(event_id))
    send(SYSTEM, event_id, one, now=NOW)
    done = accept(holder(one), one, Reply(), now=NOW)
    found = db.session.scalar(
        sa.select(Registration.id).where(Registration.booking_id == done.booking_id)
    )
    assert found is not None
    return one, found


@pytest.mark.both_databases
def test_an_invitation_leads_to_the_booking_that_stays_when_doubles_are_merged(
    event_id: UUID,
) -> None:
    one, leaving = _accepted(event_id)
    other = come(event_id, None, "other")
    merge(SYSTEM, other.registration_id, leaving, now=NOW)
    assert not follow_booking(leaving, now=NOW)
    assert invitation(one).state is InvitationState.ACCEPTED
    assert invitation(one).booking_id == other.booking_id
    assert seats_agree()


def test_an_invitation_never_leads_to_a_booking_with_other_people_on_it(event_id: UUID) -> None:
    one, leaving = _accepted(event_id)
    before = invitation(one).booking_id
    others = come(event_id, make_type(event_id), "a", "b")
    merge(SYSTEM, others.registration_id, leaving, now=NOW)
    assert not follow_booking(leaving, now=NOW)
    assert invitation(one).state is InvitationState.ACCEPTED
    assert invitation(one).booking_id == before


@pytest.mark.both_databases
def test_places_in_sessions_move_when_doubles_are_merged_unless_they_clash(in_app: Flask) -> None:
    event = make_event()
    first, second, clashing = (
        make_workshop(event, after=after, places=1) for after in (30, 90, 90)
    )
    staying, leaving = registered(event.id, "a"), registered(event.id, "b")
    sign_up(staying, clashing.id)
    sign_up(leaving, first.id)
    sign_up(leaving, second.id)
    merge(SYSTEM, staying, leaving, now=NOW)
    assert standing(first.id) == {"a": True}
    assert standing(second.id) == {}
    assert standing(clashing.id) == {"a": True}
    assert seats_agree()


@pytest.mark.parametrize("ended", [Ended.OFFICE, Ended.EXPIRED])
def test_what_others_ended_takes_the_reply_back(event_id: UUID, ended: Ended) -> None:
    one, registration_id = _accepted(event_id)
    service.cancel(SYSTEM, registration_id, now=NOW, ended=ended)
    assert follow_booking(registration_id, now=NOW)
    there = invitation(one)
    assert (there.state, there.replied_at, there.reply_by) == (InvitationState.SENT, None, None)
    assert accept(holder(one), one, Reply(), now=NOW).state is RegistrationState.CONFIRMED


@pytest.mark.parametrize("ended", [Ended.GUEST, Ended.NOT_COMING])
def test_what_the_guest_ended_is_declined(event_id: UUID, ended: Ended) -> None:
    one, registration_id = _accepted(event_id)
    service.cancel(SYSTEM, registration_id, now=NOW, ended=ended)
    assert follow_booking(registration_id, now=NOW)
    assert invitation(one).state is InvitationState.DECLINED


def test_a_request_that_the_organiser_declines_is_not_the_guests_no(event_id: UUID) -> None:
    by_approval = make_type(event_id, access=Access.APPROVAL)
    one = one_invited(event_id, made_list(event_id))
    who = attendee(email="invited.solo@example.com", email_key="invited.solo@example.com")
    asked = service.register_party(
        ANONYMOUS, event_id, Party((who,), type_id=by_approval), form_key=None, now=NOW
    )
    follow_booking(asked.registration_id, now=NOW)
    assert invitation(one).state is InvitationState.ACCEPTED
    service.decline(SYSTEM, asked.registration_ids, now=NOW)
    follow_booking(asked.registration_id, now=NOW)
    assert invitation(one).state is InvitationState.DRAFT
    topics = db.session.scalars(sa.select(OutboxRow.topic)).all()
    assert "registration.declined" in topics


@pytest.mark.both_databases
def test_a_yes_whose_companion_cannot_come_is_no_yes(event_id: UUID) -> None:
    one = one_invited(event_id, made_list(event_id, companions=2), companions=2)
    come(event_id, None, "known")
    who = attendee(email="invited.solo@example.com", email_key="invited.solo@example.com")
    service.register(ANONYMOUS, event_id, who, form_key=None, now=NOW)
    taken = Reply(companions=(Named("New"), Named("Known", email="guest.known@example.com")))
    with pytest.raises(AddressTaken):
        accept(holder(one), one, taken, now=NOW)
    assert invitation(one).state is InvitationState.DRAFT
    assert "New" not in [name for name, _ in coming(event_id)]
    accept(holder(one), one, Reply(companions=(Named("New"), Named("Else"))), now=NOW)
    assert {"New", "Else"} <= {name for name, _ in coming(event_id)}
    assert seats_agree()


def test_a_second_press_mails_an_invitation_once_unless_it_was_changed(event_id: UUID) -> None:
    on_list = made_list(event_id)
    one = one_invited(event_id, on_list)
    send(SYSTEM, event_id, one, now=NOW)
    send(SYSTEM, event_id, one, now=NOW + timedelta(seconds=5))
    assert _mailed() == 1
    later = NOW + timedelta(seconds=30)
    revision = invitation(one).revision
    mended = invited("solo", email="x@example.com")
    change_invitation(SYSTEM, event_id, one, on_list, mended, revision=revision, now=later)
    send(SYSTEM, event_id, one, now=later + timedelta(seconds=5))
    send(SYSTEM, event_id, one, now=later + timedelta(minutes=5))
    assert _mailed() == 3


def _mailed() -> int:
    db.session.rollback()
    topics = db.session.scalars(sa.select(OutboxRow.topic)).all()
    return list(topics).count("invitation.sent")


@pytest.mark.both_databases
def test_of_many_registrations_those_with_an_invitation_are_followed(event_id: UUID) -> None:
    one, registration_id = _accepted(event_id)
    others = [come(event_id, None, name).registration_id for name in ("a", "b")]
    service.cancel(SYSTEM, registration_id, now=NOW, ended=Ended.GUEST)
    with counted_statements(db.engine) as seen:
        follow_bookings(others, now=NOW)
    assert len(seen) == 1
    follow_bookings([*others, registration_id], now=NOW)
    assert invitation(one).state is InvitationState.DECLINED
