"""An entry follows its guest: to a corrected address, and not to somebody in the guest's place."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from forum.calendar.models import GuestEntry
from forum.calendar.rules.answers import Answer, Method
from forum.core.actor import SYSTEM
from forum.core.db import db, writing
from forum.events.models import Event
from forum.registrations import service as registrations
from forum.registrations.models import Registration, RegistrationPolicy
from forum.registrations.service import NameForms
from forum.registrations.service.correcting import correct_address, correct_invited_address
from forum.registrations.service.sending import send_drafts
from tests.factories import NOW, make_event
from tests.messaging.conftest import Register, Work
from tests.messaging.itip import asked
from tests.registrations.inviting import made_list, one_invited
from tests.support.mail import Mailbox

pytestmark = [pytest.mark.usefixtures("in_app"), pytest.mark.both_databases]
LATER = NOW + timedelta(minutes=30)
WRONG = {"name": "Ada Sample", "email": "ad@example.com", "email_key": "ad@example.com"}
RIGHT = "ada@example.com"
BEN = NameForms("Ben Delegate", "", "Sample Robotics")


def entries() -> dict[str, tuple[Method, int]]:
    db.session.rollback()
    return {
        one.email_key: (one.method, one.ahead) for one in db.session.scalars(sa.select(GuestEntry))
    }


def test_a_corrected_address_takes_the_entry_along(
    smtp: Mailbox, register: Register, work: Work
) -> None:
    event = make_event()
    guest = register(event, **WRONG)
    work()
    correct_address(SYSTEM, event.id, guest.registration_id, WRONG["email"], RIGHT, now=NOW)
    assert entries() == {RIGHT: (Method.REQUEST, 0)}
    smtp.empty()
    registrations.cancel(SYSTEM, guest.registration_id, now=LATER)
    work(LATER)
    (mail,) = smtp.to(RIGHT)
    gone = asked(mail)
    assert (gone.method, gone.sequence) == ("CANCEL", 1)


def test_a_corrected_address_that_has_the_entry_keeps_its_own(
    register: Register, work: Work
) -> None:
    event = make_event()
    guest, other = register(event, **WRONG), register(event, name="A", email=RIGHT, email_key=RIGHT)
    work()
    registrations.cancel(SYSTEM, other.registration_id, now=NOW)
    work()
    correct_address(SYSTEM, event.id, guest.registration_id, WRONG["email"], RIGHT, now=LATER)
    assert entries() == {WRONG["email"]: (Method.REQUEST, 0), RIGHT: (Method.CANCEL, 1)}


def test_a_corrected_invitation_takes_the_entry_along(smtp: Mailbox, work: Work) -> None:
    event = make_event()
    invitation_id = one_invited(event.id, made_list(event.id), email=WRONG["email"])
    send_drafts(SYSTEM, event.id, None, named=1, now=NOW)
    work()
    assert asked(smtp.mails[0]).method == "REQUEST"
    correct_invited_address(SYSTEM, event.id, invitation_id, WRONG["email"], RIGHT, now=LATER)
    assert entries() == {RIGHT: (Method.REQUEST, 0)}


def test_who_takes_the_place_has_an_entry_of_their_own(
    smtp: Mailbox, register: Register, work: Work
) -> None:
    event = make_event()
    ada = register(event, **WRONG).registration_id
    work()
    smtp.empty()
    revision = db.session.get_one(Registration, ada, populate_existing=True).revision
    registrations.put_in_place(SYSTEM, ada, BEN, "ben@example.com", revision=revision, now=LATER)
    work(LATER)
    (mail,) = smtp.mails
    assert asked(mail).attendee.value == "mailto:ben@example.com"
    assert entries() == {
        WRONG["email"]: (Method.CANCEL, 1),
        "ben@example.com": (Method.REQUEST, 0),
    }


def test_of_two_places_the_one_that_stays_is_answered_for(register: Register, work: Work) -> None:
    event = make_event()
    with writing() as session:
        session.execute(sa.update(RegistrationPolicy).values(several_per_address=True))
    stays = register(event, **WRONG)
    work()
    leaves = register(event, **WRONG)
    work()
    with writing() as session:
        session.execute(sa.update(GuestEntry).values(answer=Answer.DECLINED, answered_by="ada"))
    registrations.cancel(SYSTEM, leaves.registration_id, now=LATER)
    work(LATER)
    db.session.rollback()
    (entry,) = db.session.scalars(sa.select(GuestEntry))
    assert (entry.method, entry.ahead) == (Method.REQUEST, 0)
    assert entry.registration_id == stays.registration_id
    assert (entry.answer, entry.answered_by) == (Answer.ACCEPTED, "")


def test_the_sequence_that_was_sent_is_kept_until_the_next_mail(
    register: Register, work: Work
) -> None:
    def sent() -> int:
        db.session.rollback()
        return db.session.scalars(sa.select(GuestEntry.sent_sequence)).one()

    event = make_event()
    guest = register(event, **WRONG)
    work()
    assert sent() == 0
    with writing() as session:
        session.execute(sa.update(Event).values(calendar_sequence=4))
    assert sent() == 0, "no mail has told of it"
    registrations.cancel(SYSTEM, guest.registration_id, now=LATER)
    work(LATER)
    assert sent() == 5
    register(event, now=LATER, **WRONG)
    work(LATER)
    assert sent() == 6
