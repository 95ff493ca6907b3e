"""Who was only invited has no wrong entry: it moves, ends, and is taken out by mails of ours."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from uuid import UUID

import pytest
from flask import Flask

from forum.calendar.models import GuestEntry
from forum.calendar.service.following import forget_withdrawn
from forum.core.actor import SYSTEM
from forum.core.db import counted_statements, db
from forum.events import service as events
from forum.events.models import Event
from forum.events.service import NewDates
from forum.messaging.rules import Kind
from forum.messaging.service.inviting import write_to_asked
from forum.registrations.service import replying, sending
from forum.registrations.service.changing_invitations import remove_invitation
from tests.factories import NOW, make_event, make_organisation, text
from tests.messaging.conftest import Work
from tests.messaging.itip import asked, asks_nothing
from tests.messaging.stage import plain
from tests.messaging.test_calendar_parts import entries, move
from tests.registrations.inviting import holder, invite, invited, made_list, one_invited
from tests.support.mail import Mailbox

pytestmark = [pytest.mark.usefixtures("in_app"), pytest.mark.both_databases]
LATER = NOW + timedelta(minutes=30)
HOUR = timedelta(hours=1)
ADA = "ada@example.com"
NextMail = Callable[..., EmailMessage]


@pytest.fixture
def event(in_app: Flask) -> Event:
    del in_app
    return make_event(make_organisation())


@pytest.fixture
def next_mail(smtp: Mailbox, work: Work) -> NextMail:
    """Let the worker run; return the one new mail."""

    def _next(now: object) -> EmailMessage:
        smtp.empty()
        db.session.rollback()
        work(now)
        (mail,) = smtp.mails
        return mail

    return _next


@pytest.fixture
def ada(event: Event, next_mail: NextMail) -> UUID:
    """One who was invited by mail, and has not answered."""
    invitation_id = one_invited(event.id, made_list(event.id), email=ADA)
    sending.send(SYSTEM, event.id, invitation_id, now=NOW)
    assert asked(next_mail(NOW)).sequence == 0
    return invitation_id


def entry() -> GuestEntry:
    (found,) = entries()
    return found


@pytest.mark.usefixtures("ada")
def test_a_moved_event_moves_in_the_calendar_of_who_was_invited(
    event: Event, next_mail: NextMail
) -> None:
    move(event, timedelta(days=3), LATER)
    mail = next_mail(LATER + HOUR)
    moved = asked(mail)
    assert (moved.method, moved.sequence) == ("REQUEST", 1)
    assert moved.attendee.params["PARTSTAT"] == "NEEDS-ACTION"
    assert moved.attendee.params["RSVP"] == "TRUE"
    assert "You are still invited" in plain(mail)
    assert "registration" not in plain(mail)
    assert "/i/" in plain(mail)
    assert entry().sent_sequence == 1


@pytest.mark.usefixtures("ada")
def test_a_cancelled_event_is_cancelled_there_too(event: Event, next_mail: NextMail) -> None:
    events.cancel(SYSTEM, event.id, text("The hall is flooded."), now=LATER)
    mail = next_mail(LATER)
    off = asked(mail)
    assert (off.method, off.value("STATUS"), off.sequence) == ("CANCEL", "CANCELLED", 1)
    assert "Your invitation ends with it" in plain(mail)
    assert "The hall is flooded." in plain(mail)
    assert "registration" not in plain(mail)


@pytest.mark.usefixtures("ada")
def test_a_postponed_event_is_tentative_there_and_back_with_its_date(
    event: Event, next_mail: NextMail
) -> None:
    events.postpone(SYSTEM, event.id, text("A storm."), now=LATER)
    put_off = asked(next_mail(LATER))
    assert (put_off.method, put_off.value("STATUS")) == ("REQUEST", "TENTATIVE")
    events.publish(SYSTEM, event.id, now=LATER + HOUR)
    back = asked(next_mail(LATER + HOUR))
    assert (back.method, back.value("STATUS")) == ("REQUEST", "CONFIRMED")
    assert back.sequence > put_off.sequence


@pytest.mark.usefixtures("ada")
def test_a_new_date_is_one_request_with_it(event: Event, next_mail: NextMail) -> None:
    starts_at = event.starts_at + timedelta(days=7)
    dates = NewDates(starts_at, starts_at + 4 * HOUR)
    events.postpone(SYSTEM, event.id, text("A storm."), dates, now=LATER)
    assert asked(next_mail(LATER)).sequence == 1


def test_a_reminder_asks_by_the_calendar_too(event: Event, ada: UUID, next_mail: NextMail) -> None:
    day_after = NOW + timedelta(days=1, hours=1)
    sending.remind(SYSTEM, event.id, ada, now=day_after)
    again = asked(next_mail(day_after))
    assert (again.method, again.sequence) == ("REQUEST", 0)
    assert again.attendee.params["RSVP"] == "TRUE"


def test_who_declines_has_it_taken_out_and_back_in_by_a_yes(ada: UUID, next_mail: NextMail) -> None:
    replying.decline(holder(ada), ada, now=LATER)
    mail = next_mail(LATER)
    gone = asked(mail)
    assert (gone.method, gone.sequence) == ("CANCEL", 1)
    assert not gone.event.all("STATUS"), "the event itself takes place"
    assert mail["Subject"].startswith("You have declined: ")
    replying.accept(holder(ada), ada, replying.Reply(), now=LATER + HOUR)
    back = asked(next_mail(LATER + HOUR))
    assert (back.method, back.sequence) == ("REQUEST", 2)
    assert back.attendee.params["PARTSTAT"] == "ACCEPTED"


def test_who_accepted_and_declines_hears_it_once(
    ada: UUID, smtp: Mailbox, next_mail: NextMail, work: Work
) -> None:
    replying.accept(holder(ada), ada, replying.Reply(), now=LATER)
    next_mail(LATER)
    replying.decline(holder(ada), ada, now=LATER + HOUR)
    assert asked(next_mail(LATER + HOUR)).method == "CANCEL"
    smtp.empty()
    work(LATER + 2 * HOUR)
    assert smtp.mails == []


def test_a_withdrawn_invitation_is_taken_out_and_forgotten_after_the_event(
    event: Event, ada: UUID, next_mail: NextMail
) -> None:
    remove_invitation(SYSTEM, event.id, ada, now=LATER)
    mail = next_mail(LATER)
    gone = asked(mail)
    assert (gone.method, gone.sequence) == ("CANCEL", 1)
    assert mail["Subject"].startswith("Invitation withdrawn: ")
    assert "/i/" not in plain(mail)
    ends_at = event.ends_at
    assert (forget_withdrawn(LATER), forget_withdrawn(ends_at)) == (0, 1)
    assert entries() == []


def test_who_was_invited_by_letter_hears_nothing(event: Event, smtp: Mailbox, work: Work) -> None:
    listed = made_list(event.id)
    by_letter = one_invited(event.id, listed, email=ADA)
    sending.note_posted(SYSTEM, event.id, by_letter, now=NOW)
    replying.decline(holder(by_letter), by_letter, now=LATER)
    events.cancel(SYSTEM, event.id, text("Flooded."), now=LATER)
    work(LATER)
    assert smtp.mails == []


@pytest.mark.usefixtures("ada")
def test_who_registered_by_the_form_hears_it_once_as_a_guest(
    event: Event, register: Callable[..., object], smtp: Mailbox, work: Work
) -> None:
    register(event, name="Ada Sample", email=ADA, email_key=ADA, now=LATER)
    work(LATER)
    smtp.empty()
    events.cancel(SYSTEM, event.id, text("Flooded."), now=LATER + HOUR)
    work(LATER + HOUR)
    (mail,) = smtp.mails
    assert "Your registration ends with it" in plain(mail)
    assert not asks_nothing(mail)


def test_telling_many_costs_as_few_statements_as_telling_one(work: Work) -> None:
    def cost(number: int) -> int:
        event = make_event(make_organisation())
        rows = [invited(one) for one in range(number)]
        invite(event.id, made_list(event.id), *rows)
        sending.send_drafts(SYSTEM, event.id, None, named=number, now=NOW)
        work()
        db.session.rollback()
        with counted_statements(db.engine) as seen:
            made = write_to_asked(
                event.id, lambda _event: Kind.EVENT_CHANGED, key="told", now=LATER
            )
        assert made == number
        assert write_to_asked(event.id, lambda _: Kind.EVENT_CHANGED, key="told", now=LATER) == 0
        return len(seen)

    assert cost(1) == cost(30)
