"""Guest lists and invitations through their services, on both databases."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from forum.core.actor import ANONYMOUS, SYSTEM
from forum.core.audit import AuditEntry
from forum.core.db import counted_statements, db, writing
from forum.core.errors import NotFound
from forum.core.outbox import deliver_due
from forum.events.models import Event
from forum.registrations import service
from forum.registrations.models import Booking, OptOut
from forum.registrations.rules import (
    BookingSource,
    ConsentSource,
    IllegalInvitationMove,
    InvitationsOver,
    InvitationState,
    NoMailWanted,
    NothingToMail,
    RegistrationState,
    RemindedToday,
    ReplyBy,
    ReplyTooLate,
    TooManyCompanions,
)
from forum.registrations.service import guest_lists, inviting, replying, sending
from forum.registrations.service.guest_lists import ListHasGuests, ListNameTaken, ListWanted
from forum.registrations.service.replying import Named, Reply
from forum.registrations.service.sending import OthersByNow
from forum.seats.queries import seats_of
from forum.seats.rules import NoRoomForBlock
from tests.factories import ENDS, NOW, attendee, make_event, make_organisation
from tests.registrations.inviting import (
    all_invitations,
    coming,
    first_type,
    holder,
    invitation,
    invite,
    invited,
    made_list,
    one_invited,
    seats_agree,
)

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("in_app")]
LATER = NOW + timedelta(days=2)


@pytest.fixture
def event_id(in_app: Flask) -> UUID:
    return make_event(capacity=5).id


def test_an_accepted_guest_sits_on_a_seat_kept_for_the_list(event_id: UUID) -> None:
    listed = made_list(event_id, kept=3, companions=2)
    assert seats_of(event_id).taken == 3
    who = one_invited(event_id, listed)
    done = replying.accept(holder(who), who, Reply((Named("Sample Companion"), Named())), now=NOW)
    assert done.state is RegistrationState.CONFIRMED
    assert coming(event_id) == [
        ("Sample Invited solo", "confirmed"),
        ("Sample Companion", "confirmed"),
        ("", "confirmed"),
    ]
    assert seats_of(event_id).taken == 3
    found = invitation(who)
    assert (found.state, found.reply_by) == (InvitationState.ACCEPTED, ReplyBy.LINK)
    assert seats_agree()


def test_accepting_again_is_answered_as_before(event_id: UUID) -> None:
    who = one_invited(event_id, made_list(event_id))
    first = replying.accept(holder(who), who, Reply(), now=NOW)
    again = replying.accept(holder(who), who, Reply(), now=NOW)
    assert first.booking_id == again.booking_id
    assert len(coming(event_id)) == 1


def test_more_companions_than_allowed_are_refused(event_id: UUID) -> None:
    who = one_invited(event_id, made_list(event_id, companions=1))
    with pytest.raises(TooManyCompanions):
        replying.accept(holder(who), who, Reply((Named(), Named())), now=NOW)
    assert coming(event_id) == []


def test_a_party_that_finds_no_seat_waits_whole(event_id: UUID) -> None:
    for number in range(4):
        service.register(ANONYMOUS, event_id, attendee(number), form_key=None, now=NOW)
    who = one_invited(event_id, made_list(event_id, companions=1))
    done = replying.accept(holder(who), who, Reply((Named(),)), now=NOW)
    assert done.state is RegistrationState.WAITLISTED
    assert seats_agree()


def test_a_full_block_takes_its_guests_from_the_events_seats(event_id: UUID) -> None:
    listed = made_list(event_id, kept=1)
    invite(event_id, listed, invited(1), invited(2))
    for one in all_invitations(event_id):
        assert (
            replying.accept(SYSTEM, one.id, Reply(), now=NOW).state is RegistrationState.CONFIRMED
        )
    assert seats_of(event_id).taken == 2
    assert seats_agree()


def test_declining_after_accepting_frees_the_seats_and_accepting_again_takes_them(
    event_id: UUID,
) -> None:
    who = one_invited(event_id, made_list(event_id, kept=2, companions=1))
    replying.accept(holder(who), who, Reply((Named(),)), now=NOW)
    replying.decline(holder(who), who, note="Ill", now=NOW)
    replying.decline(holder(who), who, now=NOW)
    assert {state for _, state in coming(event_id)} == {"cancelled"}
    assert invitation(who).state is InvitationState.DECLINED
    assert seats_agree()
    back = replying.accept(holder(who), who, Reply(), now=NOW)
    assert back.state is RegistrationState.CONFIRMED
    assert invitation(who).booking_id == back.booking_id
    assert seats_agree()


def test_a_delegate_comes_in_the_guests_place(event_id: UUID) -> None:
    who = one_invited(event_id, made_list(event_id))
    delegate = Named("Sample Delegate", "Sample Bureau", "delegate@example.com")
    replying.accept(holder(who), who, Reply(delegate=delegate), now=NOW)
    assert coming(event_id) == [("Sample Delegate", "confirmed")]
    assert invitation(who).delegate
    booking = db.session.scalars(sa.select(Booking)).one()
    assert booking.contact_email == "delegate@example.com"


def test_who_is_registered_already_keeps_that_one_registration(event_id: UUID) -> None:
    guest = attendee("known", email="invited.solo@example.com")
    guest = attendee(
        "known", email="invited.solo@example.com", email_key="invited.solo@example.com"
    )
    made = service.register(ANONYMOUS, event_id, guest, form_key=None, now=NOW)
    who = one_invited(event_id, made_list(event_id, companions=1))
    done = replying.accept(holder(who), who, Reply((Named("Sample Companion"),)), now=NOW)
    assert done.known
    assert done.booking_id == made.booking_id
    assert coming(event_id) == [
        ("Sample Guest known", "confirmed"),
        ("Sample Companion", "confirmed"),
    ]
    assert seats_agree()


def test_somebody_elses_booking_is_not_handed_to_a_guest_who_stands_on_it(event_id: UUID) -> None:
    mine = attendee("contact")
    theirs = attendee("x", email="invited.solo@example.com", email_key="invited.solo@example.com")
    hand = BookingSource.HAND
    from_form = service.Party((mine, theirs), type_id=first_type(event_id), source=hand)
    service.register_party(SYSTEM, event_id, from_form, form_key=None, now=NOW)
    who = one_invited(event_id, made_list(event_id))
    done = replying.accept(holder(who), who, Reply(), now=NOW)
    assert (done.known, done.booking_id) == (True, None)
    replying.decline(holder(who), who, now=NOW)
    assert coming(event_id) == [
        ("Sample Guest contact", "confirmed"),
        ("Sample Guest x", "cancelled"),
    ]


def test_registering_by_the_form_accepts_the_invitation_and_cancelling_declines_it(
    event_id: UUID,
) -> None:
    who = one_invited(event_id, made_list(event_id))
    guest = attendee("f", email="Invited.Solo@example.com", email_key="invited.solo@example.com")
    made = service.register(ANONYMOUS, event_id, guest, form_key=None, now=NOW)
    deliver_due(NOW)
    assert invitation(who).state is InvitationState.ACCEPTED
    assert invitation(who).booking_id == made.booking_id
    service.cancel(ANONYMOUS, made.registration_id, now=NOW)
    deliver_due(NOW)
    assert invitation(who).state is InvitationState.DECLINED


def test_a_late_reply_is_refused_by_link_and_taken_from_staff(event_id: UUID) -> None:
    who = one_invited(event_id, made_list(event_id, reply_until=NOW))
    with pytest.raises(ReplyTooLate):
        replying.accept(holder(who), who, Reply(), now=NOW)
    by_letter = Reply(by=ReplyBy.LETTER, note="Letter of 21 November")
    replying.accept(SYSTEM, who, by_letter, now=NOW)
    assert invitation(who).reply_by is ReplyBy.LETTER


def test_nobody_replies_to_an_event_that_is_over(event_id: UUID) -> None:
    who = one_invited(event_id, made_list(event_id))
    with pytest.raises(InvitationsOver):
        replying.accept(holder(who), who, Reply(), now=ENDS)
    with pytest.raises(InvitationsOver):
        replying.decline(holder(who), who, now=ENDS)
    with pytest.raises(InvitationsOver):
        sending.send(SYSTEM, event_id, who, now=ENDS)


def test_a_link_replies_to_no_other_invitation(event_id: UUID) -> None:
    listed = made_list(event_id)
    invite(event_id, listed, invited(1), invited(2))
    one, two = (each.id for each in all_invitations(event_id))
    with pytest.raises(NotFound):
        replying.accept(holder(one), two, Reply(), now=NOW)


def test_kept_seats_go_back_at_their_time_and_who_accepted_stays_seated(event_id: UUID) -> None:
    listed = made_list(event_id, kept=3, kept_until=NOW + timedelta(hours=1))
    who = one_invited(event_id, listed)
    replying.accept(holder(who), who, Reply(), now=NOW)
    for number in range(4):
        service.register(ANONYMOUS, event_id, attendee(number), form_key=None, now=NOW)
    assert [state for _, state in coming(event_id)].count("waitlisted") == 2
    assert guest_lists.release_due(NOW) == 0
    assert guest_lists.release_due(NOW + timedelta(hours=1)) == 1
    assert guest_lists.release_due(NOW + timedelta(hours=1)) == 0
    assert [state for _, state in coming(event_id)].count("waitlisted") == 0
    assert seats_agree()


def test_seats_of_a_list_can_be_kept_again_after_a_release(event_id: UUID) -> None:
    listed = made_list(event_id, kept=2)
    assert guest_lists.release(SYSTEM, event_id, listed, now=NOW) == 2
    again = ListWanted("VIP", first_type(event_id), kept=3)
    guest_lists.change_list(SYSTEM, event_id, listed, again, revision=2, now=NOW)
    who = one_invited(event_id, listed)
    replying.accept(holder(who), who, Reply(), now=NOW)
    assert seats_of(event_id).taken == 3
    assert seats_agree()
    with pytest.raises(NoRoomForBlock):
        made_list(event_id, "Media", kept=3)


def test_lists_are_told_apart_by_name_and_stay_once_somebody_was_invited(event_id: UUID) -> None:
    listed = made_list(event_id)
    with pytest.raises(ListNameTaken):
        made_list(event_id)
    who = one_invited(event_id, listed)
    sending.send(SYSTEM, event_id, who, now=NOW)
    with pytest.raises(ListHasGuests):
        guest_lists.remove_list(SYSTEM, event_id, listed, now=NOW)
    other = made_list(event_id, "Media", kept=2)
    one_invited(event_id, other, name="Sample Other", email="")
    assert guest_lists.remove_list(SYSTEM, event_id, other, now=NOW) == 1
    assert seats_of(event_id).taken == 0
    assert seats_agree()


def test_importing_again_changes_and_never_doubles_nor_mails(event_id: UUID) -> None:
    listed = made_list(event_id, companions=1)
    rows = [invited(1), invited(2, email=""), invited(3), invited(3)]
    done = invite(event_id, listed, *rows)
    assert (done.added, done.same) == (3, 1)
    assert invite(event_id, listed, *rows).same == 4
    sending.send(SYSTEM, event_id, all_invitations(event_id)[0].id, now=NOW)
    renamed = invited(1, name="Sample Invited 1, renamed", companions=3)
    by_name = invited(2, email="second@example.com")
    done = invite(event_id, listed, renamed, by_name, invited(3))
    assert (done.added, done.changed, done.same) == (0, 2, 1)
    found = all_invitations(event_id)
    assert [one.name for one in found] == [
        "Sample Invited 1, renamed",
        "Sample Invited 2",
        "Sample Invited 3",
    ]
    assert [one.email for one in found][1] == "second@example.com"
    assert found[0].state is InvitationState.SENT
    assert found[0].companions == 3
    assert _mailed() == ["invitation.sent"]


def test_two_people_of_one_name_with_addresses_of_their_own_are_two(event_id: UUID) -> None:
    listed = made_list(event_id)
    rows = [invited(1, email="a@example.com"), invited(1, email="b@example.com")]
    assert invite(event_id, listed, *rows).added == 2
    assert invite(event_id, listed, *rows).same == 2


def test_a_guest_of_another_list_is_changed_there(event_id: UUID) -> None:
    first, second = made_list(event_id), made_list(event_id, "Media")
    invite(event_id, first, invited(1))
    done = invite(event_id, second, invited(1, job_title="Editor"), invited(2))
    assert (done.added, done.changed, done.elsewhere) == (1, 1, 1)
    assert [one.list_id for one in all_invitations(event_id)] == [first, second]


def test_an_import_costs_the_same_for_one_row_and_for_a_hundred(event_id: UUID) -> None:
    listed = made_list(event_id)
    with counted_statements(db.engine) as one:
        invite(event_id, listed, invited("one"))
    with counted_statements(db.engine) as many:
        invite(event_id, listed, *(invited(number) for number in range(100)))
    assert len(many) == len(one)


def test_who_opted_out_is_kept_out_and_never_mailed(event_id: UUID) -> None:
    listed = made_list(event_id)
    invite(event_id, listed, invited(1), invited(2))
    _opt_out(event_id, "invited.1@example.com", "invited.3@example.com")
    assert invite(event_id, listed, invited(1), invited(3), invited(4)).opted_out == 2
    first = all_invitations(event_id)[0]
    with pytest.raises(NoMailWanted):
        sending.send(SYSTEM, event_id, first.id, now=NOW)
    assert sending.send_drafts(SYSTEM, event_id, listed, named=2, now=NOW) == 2
    assert invitation(first.id).state is InvitationState.DRAFT


def test_guests_of_an_earlier_event_are_invited_once(in_app: Flask) -> None:
    organisation = make_organisation()
    last_year, now = make_event(organisation), make_event(organisation)
    for number in range(3):
        done = service.register(ANONYMOUS, last_year.id, attendee(number), form_key=None, now=NOW)
    service.cancel(ANONYMOUS, done.registration_id, now=NOW)
    _opt_out(now.id, "guest.1@example.com")
    listed = made_list(now.id)
    states = [RegistrationState.CONFIRMED]
    for expected in ((1, 1, 0), (0, 1, 1)):
        done_ = inviting.invite_from_event(SYSTEM, now.id, listed, last_year.id, states, now=NOW)
        assert (done_.added, done_.opted_out, done_.same) == expected
    with pytest.raises(NotFound):
        inviting.invite_from_event(SYSTEM, now.id, listed, make_event().id, states, now=NOW)


def test_all_drafts_are_sent_when_the_number_is_the_one_that_was_named(event_id: UUID) -> None:
    listed = made_list(event_id)
    invite(event_id, listed, invited(1), invited(2), invited(3, email=""))
    with pytest.raises(OthersByNow):
        sending.send_drafts(SYSTEM, event_id, listed, named=1, now=NOW)
    assert _mailed() == []
    assert sending.send_drafts(SYSTEM, event_id, listed, named=2, now=NOW) == 2
    assert sending.send_drafts(SYSTEM, event_id, listed, named=0, now=NOW) == 0
    assert _mailed() == ["invitation.sent"] * 2


def test_nobody_is_reminded_twice_within_a_day(event_id: UUID) -> None:
    listed = made_list(event_id)
    invite(event_id, listed, invited(1), invited(2))
    first, second = (one.id for one in all_invitations(event_id))
    sending.send_drafts(SYSTEM, event_id, listed, named=2, now=NOW)
    with pytest.raises(RemindedToday):
        sending.remind(SYSTEM, event_id, first, now=NOW + timedelta(hours=23))
    sending.remind(SYSTEM, event_id, first, now=LATER)
    assert sending.remind_all(SYSTEM, event_id, listed, named=1, now=LATER) == 1
    assert sending.remind_all(SYSTEM, event_id, listed, named=0, now=LATER) == 0
    replying.decline(holder(second), second, now=LATER)
    with pytest.raises(NothingToMail):
        sending.remind(SYSTEM, event_id, second, now=LATER + timedelta(days=2))


def test_a_letter_is_noted_as_sent_without_a_mail_and_a_person_opens_it_once(
    event_id: UUID,
) -> None:
    who = one_invited(event_id, made_list(event_id), email="")
    assert not sending.note_opened(holder(who), who, now=NOW)
    sending.note_posted(SYSTEM, event_id, who, now=NOW)
    with pytest.raises(IllegalInvitationMove):
        sending.note_posted(SYSTEM, event_id, who, now=NOW)
    assert sending.note_opened(holder(who), who, now=LATER)
    assert not sending.note_opened(holder(who), who, now=LATER)
    assert invitation(who).opened_at == LATER
    assert _mailed() == []


def _opt_out(event_id: UUID, *addresses: str) -> None:
    organisation_id = db.session.get_one(Event, event_id).organisation_id
    with writing() as session:
        for address in addresses:
            session.add(
                OptOut(
                    organisation_id=organisation_id,
                    email_key=address,
                    source=ConsentSource.MAIL,
                    since=NOW,
                )
            )


def _mailed() -> list[str]:
    db.session.rollback()
    topics = ["invitation.sent", "invitation.reminded"]
    rows = db.session.scalars(sa.select(AuditEntry.action).where(AuditEntry.action.in_(topics)))
    return sorted(rows)
