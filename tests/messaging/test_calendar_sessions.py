"""A place in a session stands in the guest's own calendar as long as it is a place."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from forum.core.actor import SYSTEM
from forum.core.db import counted_statements, db, writing
from forum.events.models import Event
from forum.messaging import service as messaging
from forum.programme import queries, service
from forum.programme.models import Session
from forum.registrations import service as registrations
from forum.registrations.models import RegistrationPolicy
from forum.registrations.service import Registered
from forum.registrations.service.merging import merge
from tests.factories import NOW, make_event, make_workshop, text
from tests.messaging.conftest import Register, Work
from tests.messaging.itip import asked, asks_nothing
from tests.messaging.stage import hold, move, release
from tests.support.mail import Mailbox

pytestmark = [pytest.mark.usefixtures("in_app"), pytest.mark.both_databases]
LATER = NOW + timedelta(minutes=30)
ADA = {"name": "Ada Sample", "email": "ada@example.com", "email_key": "ada@example.com"}


def place(session: Session, wanted: service.Place, now: datetime) -> None:
    known = queries.planned_session(session.event_id, session.id)
    service.place_session(SYSTEM, session.event_id, session.id, known.revision, wanted, now=now)


def allow_several(event: Event) -> None:
    with writing() as transaction:
        wanted = sa.update(RegistrationPolicy).where(RegistrationPolicy.event_id == event.id)
        transaction.execute(wanted.values(several_per_address=True))


@pytest.fixture
def event() -> Event:
    return make_event()


@pytest.fixture
def workshop(event: Event) -> Session:
    return make_workshop(event, places=1, title=text("Sensors by hand"))


@pytest.fixture
def ada(
    smtp: Mailbox, register: Register, work: Work, event: Event, workshop: Session
) -> Registered:
    """One who moved up into the workshop, and has both mails."""
    first, ada = register(event), register(event, **ADA)
    for one in (first, ada):
        registrations.take_place(SYSTEM, one.registration_id, workshop.id, now=NOW)
    work()
    registrations.leave_place(SYSTEM, first.registration_id, workshop.id, now=NOW)
    work()
    assert [asked(mail).value("UID") for mail in smtp.to("ada@example.com")] == [
        str(event.id),
        str(workshop.id),
    ]
    assert all("Given up" not in mail["Subject"] for mail in smtp.mails), "no mail put it there"
    smtp.empty()
    return ada


def test_who_leaves_the_session_has_it_taken_out_and_back_in_again(
    smtp: Mailbox, work: Work, ada: Registered, workshop: Session, event: Event, register: Register
) -> None:
    registrations.leave_place(SYSTEM, ada.registration_id, workshop.id, now=LATER)
    work(LATER)
    (mail,) = smtp.mails
    assert mail["Subject"] == "Given up: Sensors by hand"
    gone = asked(mail)
    assert (gone.method, gone.value("UID")) == ("CANCEL", str(workshop.id))
    assert not gone.event.all("STATUS")
    other = register(event)
    for one in (other, ada):
        registrations.take_place(SYSTEM, one.registration_id, workshop.id, now=LATER)
    registrations.leave_place(SYSTEM, other.registration_id, workshop.id, now=LATER)
    smtp.empty()
    work(LATER)
    (mail,) = smtp.to("ada@example.com")
    back = asked(mail)
    assert (back.method, back.sequence) == ("REQUEST", gone.sequence + 1)


def test_who_cancels_altogether_has_both_taken_out(
    smtp: Mailbox, work: Work, ada: Registered, workshop: Session, event: Event
) -> None:
    registrations.cancel(SYSTEM, ada.registration_id, now=LATER)
    work(LATER)
    mails = [asked(mail) for mail in smtp.to("ada@example.com")]
    assert {one.method for one in mails} == {"CANCEL"}
    assert {one.value("UID") for one in mails} == {str(event.id), str(workshop.id)}


def test_who_left_and_is_in_again_before_the_mail_hears_nothing(
    smtp: Mailbox, work: Work, ada: Registered, workshop: Session
) -> None:
    registrations.leave_place(SYSTEM, ada.registration_id, workshop.id, now=LATER)
    registrations.take_place(SYSTEM, ada.registration_id, workshop.id, now=LATER)
    work(LATER)
    assert smtp.mails == []


def test_a_session_that_moves_is_moved_there_too(
    smtp: Mailbox, work: Work, ada: Registered, workshop: Session, event: Event
) -> None:
    del ada
    hold(event)
    move(workshop, 60, now=LATER)
    release(event, now=LATER)
    work(LATER)
    (mail,) = smtp.to("ada@example.com")
    moved = asked(mail)
    assert (moved.method, moved.value("UID")) == ("REQUEST", str(workshop.id))
    assert moved.sequence == 1
    assert moved.value("LAST-MODIFIED") <= moved.value("DTSTAMP")


def test_a_session_that_is_off_is_cancelled_there_too(
    smtp: Mailbox, work: Work, ada: Registered, workshop: Session, event: Event
) -> None:
    del ada
    hold(event)
    service.cancel_session(SYSTEM, event.id, workshop.id, now=LATER)
    release(event, now=LATER)
    work(LATER)
    (mail,) = smtp.to("ada@example.com")
    off = asked(mail)
    assert (off.method, off.value("STATUS")) == ("CANCEL", "CANCELLED")
    assert off.sequence == 1
    assert off.value("SUMMARY") == "CANCELLED: Sensors by hand"


def test_a_session_that_is_held_after_all_comes_back_above(
    smtp: Mailbox, work: Work, ada: Registered, workshop: Session, event: Event
) -> None:
    del ada
    hold(event)
    service.cancel_session(SYSTEM, event.id, workshop.id, now=LATER)
    release(event, now=LATER)
    work(LATER)
    off = asked(smtp.to("ada@example.com")[0])
    smtp.empty()
    after = LATER + timedelta(hours=1)
    service.reinstate_session(SYSTEM, event.id, workshop.id, now=after)
    release(event, now=after)
    work(after)
    (mail,) = smtp.to("ada@example.com")
    back = asked(mail)
    assert (back.method, back.value("STATUS")) == ("REQUEST", "CONFIRMED")
    assert back.sequence > off.sequence


def test_a_session_that_loses_its_time_is_cancelled_there_until_it_has_one(
    smtp: Mailbox, work: Work, ada: Registered, workshop: Session, event: Event
) -> None:
    del ada
    hold(event)
    known = queries.planned_session(event.id, workshop.id)
    had = service.Place(known.starts_at, known.ends_at, known.room_id)
    place(workshop, service.Place(None, None, known.room_id), LATER)
    release(event, now=LATER)
    work(LATER)
    (mail,) = smtp.to("ada@example.com")
    off = asked(mail)
    assert (off.method, off.value("STATUS"), off.sequence) == ("CANCEL", "CANCELLED", 1)
    assert off.value("SUMMARY") == "CANCELLED: Sensors by hand"
    assert off.value("UID") == str(workshop.id)
    smtp.empty()
    after = LATER + timedelta(hours=1)
    place(workshop, had, after)
    release(event, now=after)
    work(after)
    (mail,) = smtp.to("ada@example.com")
    back = asked(mail)
    assert back.method == "REQUEST"
    assert back.sequence > off.sequence


def test_a_merge_tells_nobody_that_a_place_is_given_up_which_stays(
    smtp: Mailbox, register: Register, work: Work, event: Event
) -> None:
    session = make_workshop(event, places=2, title=text("Sensors by hand"))
    allow_several(event)
    before = [register(event) for _ in range(2)]
    first, second = (register(event, **ADA) for _ in range(2))
    for one in (*before, first, second):
        registrations.take_place(SYSTEM, one.registration_id, session.id, now=NOW)
    work()
    for one in before:
        registrations.leave_place(SYSTEM, one.registration_id, session.id, now=NOW)
    work()
    smtp.empty()
    merge(SYSTEM, first.registration_id, second.registration_id, now=LATER)
    work(LATER)
    assert [mail["Subject"] for mail in smtp.mails if "Given up" in mail["Subject"]] == []


def test_a_session_that_nobody_has_there_is_told_in_words_alone(
    smtp: Mailbox, register: Register, work: Work, event: Event, workshop: Session
) -> None:
    guest = register(event, **ADA)
    registrations.take_place(SYSTEM, guest.registration_id, workshop.id, now=NOW)
    work()
    smtp.empty()
    hold(event)
    move(workshop, 60, now=LATER)
    release(event, now=LATER)
    work(LATER)
    (mail,) = smtp.mails
    assert asks_nothing(mail)


def test_telling_many_costs_one_statement_for_all_their_calendars(
    register: Register, work: Work
) -> None:
    def cost(guests: int) -> int:
        event = make_event()
        workshop = make_workshop(event, places=50)
        for number in range(guests):
            one = register(event, number=number)
            registrations.take_place(SYSTEM, one.registration_id, workshop.id, now=NOW)
        work()
        hold(event)
        move(workshop, 60, now=LATER)
        release(event, now=LATER)
        db.session.rollback()
        with counted_statements(db.engine) as seen:
            messaging.tell_of_releases(event.id, now=LATER)
        return len(seen)

    assert cost(2) == cost(20)
