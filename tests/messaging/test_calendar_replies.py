"""What guests' calendars answer: noted for the organiser, believed only when it is theirs."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from forum.calendar.models import GuestEntry
from forum.calendar.rules.answers import Answer
from forum.calendar.service.answering import AnswerTaken
from forum.core.actor import SYSTEM
from forum.core.db import db
from forum.core.stories import story_of
from forum.events.models import Event
from forum.messaging.calendar_answers import read_answer
from forum.messaging.service.coming_in import take_in_mail
from forum.registrations import service as registrations
from forum.registrations.models import Registration
from forum.registrations.rules import RegistrationState
from forum.registrations.service import sending
from tests.factories import NOW, make_event, make_organisation, make_workshop
from tests.messaging import calendar_replies as replies
from tests.messaging.calendar_replies import Said
from tests.messaging.conftest import Register, Work
from tests.messaging.itip import Asked, asked
from tests.messaging.returning import receive
from tests.messaging.stage import link_in, plain
from tests.messaging.test_calendar_parts import ADA, LATER, entries, move
from tests.registrations.inviting import made_list, one_invited
from tests.registrations.office import come, open_office
from tests.registrations.signing_up import leave, sign_up, standing
from tests.support.mail import Mailbox

pytestmark = [pytest.mark.usefixtures("in_app"), pytest.mark.both_databases]
REPLIES = "replies@example.com"
MINUTE = timedelta(minutes=1)
Shape = Callable[[Said], bytes]


@dataclass
class Guest:
    """A guest with a seat whose calendar was asked, and the way its answers come in."""

    event: Event
    id: Any
    asked: Asked
    smtp: Mailbox
    work: Work

    def answers(self, shape: Shape = replies.gmail, authserv: str = "", **given: Any) -> Any:
        """Let the guest's calendar answer; return what became of it."""
        now = given.get("stamp", NOW)
        raw = shape(Said(self.asked, **given))
        db.session.rollback()
        return take_in_mail(raw, authserv=authserv, now=now)

    @property
    def entry(self) -> GuestEntry:
        """The entry as it stands."""
        (found,) = entries()
        return found

    def mails(self, now: Any = NOW) -> list[EmailMessage]:
        """Let the worker run; return the new mails."""
        self.smtp.empty()
        db.session.rollback()
        self.work(now)
        return list(self.smtp.mails)


@pytest.fixture
def guest(app: Flask, register: Register, smtp: Mailbox, work: Work) -> Guest:
    settings = app.config["FORUM_SETTINGS"]
    app.config["FORUM_SETTINGS"] = replace(settings, mail_replies=REPLIES)
    event = make_event(make_organisation())
    registered = register(event, **ADA)
    work()
    (mail,) = smtp.mails
    return Guest(event, registered.registration_id, asked(mail), smtp, work)


@pytest.mark.parametrize("shape", replies.SHAPES)
@pytest.mark.parametrize("partstat", ["ACCEPTED", "TENTATIVE", "DECLINED"])
def test_an_answer_of_any_make_is_noted(guest: Guest, shape: Shape, partstat: str) -> None:
    assert guest.answers(shape, partstat=partstat) is AnswerTaken.NOTED
    assert guest.entry.answer.value == partstat
    assert guest.entry.answered_by == "ada@example.com"
    assert guest.entry.answer_stamp == NOW


def test_a_decline_frees_no_seat_before_the_guest_says_so_by_a_click(
    guest: Guest, app: Flask
) -> None:
    guest.answers(partstat="DECLINED", comment="In Tokyo that day")
    (mail,) = guest.mails()
    assert mail["To"].addresses[0].addr_spec == "ada@example.com"
    assert "declined" in plain(mail)
    assert db.session.get_one(Registration, guest.id).state is RegistrationState.CONFIRMED
    page = app.test_client().get(link_in(mail, "/r/"))
    assert page.status_code == 200
    assert 'value="no"' in page.text
    told = story_of(db.session(), "registration", guest.id, 50)
    assert [one.note for one in told if "calendar" in one.says.text] == ["In Tokyo that day"]


def test_the_same_answer_again_is_known_and_nobody_is_asked_twice_a_day(guest: Guest) -> None:
    said = {"partstat": "DECLINED"}
    assert [guest.answers(**said), guest.answers(**said)] == [AnswerTaken.NOTED, AnswerTaken.KNOWN]
    for minute in range(1, 6):
        changed = "ACCEPTED" if minute % 2 else "DECLINED"
        guest.answers(partstat=changed, stamp=NOW + minute * MINUTE)
    assert len(guest.mails()) == 1


def test_an_answer_to_what_was_before_is_stale_once_a_mail_has_told_of_the_change(
    guest: Guest,
) -> None:
    move(guest.event, timedelta(hours=1), NOW)
    guest.mails(LATER)
    assert guest.answers(sequence=0) is AnswerTaken.STALE
    assert guest.answers(sequence=1) is AnswerTaken.NOTED


def test_a_change_that_no_mail_told_leaves_the_answer_to_what_the_guest_holds(
    guest: Guest,
) -> None:
    move(guest.event, timedelta(hours=1), NOW)
    assert guest.answers(sequence=0, partstat="DECLINED") is AnswerTaken.NOTED


def test_an_answer_to_a_version_that_was_never_made_shuts_out_no_later_one(guest: Guest) -> None:
    guest.answers(sequence=2**31 - 1, partstat="ACCEPTED")
    later = NOW + MINUTE
    assert guest.answers(sequence=0, partstat="DECLINED", stamp=later) is AnswerTaken.NOTED


@pytest.mark.parametrize(
    "attendee", ["ada\\0@example.com", "ada", "a@" + "x" * 300 + ".example.com", ""]
)
def test_an_answer_by_what_is_no_address_is_none(guest: Guest, attendee: str) -> None:
    said = Said(guest.asked, attendee=attendee or " ")
    assert read_answer(replies.gmail(said)) is None


def test_an_address_comes_back_in_another_spelling(guest: Guest) -> None:
    guest.answers(attendee="ada%40xn--bcher-kva.example")
    assert guest.entry.answered_by == "ada@bücher.example"


def test_an_older_answer_that_comes_late_is_stale(guest: Guest) -> None:
    guest.answers(partstat="DECLINED", stamp=NOW)
    assert guest.answers(partstat="ACCEPTED", stamp=NOW - MINUTE) is AnswerTaken.STALE
    assert guest.entry.answer is Answer.DECLINED


def test_an_answer_from_the_future_shuts_out_no_later_one(guest: Guest) -> None:
    raw = replies.gmail(Said(guest.asked, partstat="ACCEPTED", stamp=NOW + timedelta(days=900)))
    take_in_mail(raw, now=NOW)
    later = Said(guest.asked, partstat="DECLINED", stamp=NOW + MINUTE)
    assert take_in_mail(replies.gmail(later), now=NOW + MINUTE) is AnswerTaken.NOTED


@pytest.mark.parametrize(
    "forged",
    [
        {"to": "replies@example.com"},
        {"to": f"replies+{'a' * 42}@example.com"},
        {"to": "events@example.com", "sender": "mallory@example.com"},
    ],
)
def test_an_answer_without_the_guests_own_address_is_ignored_and_logged(
    guest: Guest, forged: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "forum.calendar"):
        taken = guest.answers(partstat="DECLINED", attendee="ada@example.com", **forged)
    assert taken is AnswerTaken.FOREIGN
    assert "foreign" in caplog.text
    assert "example.com" not in caplog.text
    assert guest.entry.answered_at is None
    assert guest.mails() == []


def test_an_answer_to_another_event_by_this_guests_address_is_foreign(guest: Guest) -> None:
    other = make_event(make_organisation(), slug="other-day")
    assert guest.answers(uid=str(other.id)) is AnswerTaken.FOREIGN


def test_of_what_is_unknown_nothing_is_said(guest: Guest) -> None:
    unknown = "01a25da4-a14a-707d-9a05-1ff3d86c9e08"
    assert guest.answers(uid=unknown, to="replies@example.com") is AnswerTaken.UNKNOWN


PROVEN = (
    "mx.example.com; dkim=pass header.d=example.com",
    "mx.example.com; dmarc=pass header.from=example.com",
    "mx.example.com 1; spf=pass (sender is right) smtp.mailfrom=ada@example.com",
)
RIGHT = PROVEN[0]
UNPROVEN = (
    "mx.example.com; dkim=fail header.d=example.com",
    "mx.example.com; dkim=pass header.d=example.net",
    "evil.example.net; dkim=pass header.d=example.com",
    f"mx.example.com; none\nAuthentication-Results: {RIGHT}",
    'mx.example.com; dkim=fail reason="; dkim=pass header.d=example.com"',
    'mx.example.com; spf=pass (of "smtp.mailfrom=a@example.com" ) smtp.mailfrom=q@evil.example',
    "mx.example.com; spf=fail (ok; spf=pass smtp.mailfrom=ada@example.com) smtp.mailfrom=q@e.com",
    "mx.example.com; dmarc=fail header.from=example.com; dkim=pass header.d=example.com",
    "mx.example.com; dkim=pass header.d=evil.example header.d=example.com",
    f"{RIGHT}\nFrom: Eve <eve@example.net>",
)


def _by_sender(guest: Guest, results: str, **more: str) -> AnswerTaken:
    """Let an answer come to the event's usual address, with what our mail server found out."""
    field = f"Authentication-Results: {results}\n"
    said = {"partstat": "TENTATIVE", "to": "events@example.com", "more": field} | more
    return guest.answers(authserv="mx.example.com", **said)


@pytest.mark.parametrize("results", PROVEN)
def test_without_the_token_a_sender_is_believed_whom_our_own_mail_server_vouches_for(
    guest: Guest, results: str
) -> None:
    eve = _by_sender(guest, results, sender="eve@example.com", attendee="ada@example.com")
    assert eve is AnswerTaken.FOREIGN
    assert _by_sender(guest, results) is AnswerTaken.NOTED


@pytest.mark.parametrize("results", UNPROVEN)
def test_without_the_token_nobody_is_believed_by_what_they_could_have_written(
    guest: Guest, results: str
) -> None:
    assert _by_sender(guest, results) is AnswerTaken.FOREIGN
    assert guest.entry.answered_at is None


def test_who_has_cancelled_is_asked_nothing_more(guest: Guest) -> None:
    registrations.cancel(SYSTEM, guest.id, now=NOW)
    guest.mails()
    assert guest.answers(partstat="DECLINED") is AnswerTaken.STALE
    assert guest.mails() == []


@pytest.mark.parametrize(
    ("partstat", "says"), [("ACCEPTED", "seat"), ("DECLINED", "declined"), ("TENTATIVE", "")]
)
def test_an_invited_guest_is_asked_for_the_click_that_makes_it_so(
    app: Flask, smtp: Mailbox, work: Work, partstat: str, says: str
) -> None:
    settings = app.config["FORUM_SETTINGS"]
    app.config["FORUM_SETTINGS"] = replace(settings, mail_replies=REPLIES)
    event = make_event(make_organisation())
    listed = made_list(event.id)
    who = one_invited(event.id, listed, email="ada@example.com")
    sending.send(SYSTEM, event.id, who, now=NOW)
    work()
    (mail,) = smtp.mails
    said = Said(asked(mail), partstat=partstat)
    assert take_in_mail(replies.outlook(said), now=NOW) is AnswerTaken.NOTED
    smtp.empty()
    work()
    if says:
        (answer,) = smtp.mails
        assert says in plain(answer)
        assert app.test_client().get(link_in(answer, "/i/")).status_code == 200
    else:
        assert smtp.mails == []


def test_the_command_takes_answers_beside_reports(app: Flask, guest: Guest) -> None:
    raw = replies.apple(Said(guest.asked, partstat="TENTATIVE"))
    db.session.rollback()
    result = receive(app, raw)
    assert (result.exit_code, result.output) == (0, "")
    assert guest.entry.answer is Answer.TENTATIVE


def test_who_declines_a_session_is_led_to_their_schedule_and_keeps_the_seat(
    guest: Guest, register: Register
) -> None:
    first = register(guest.event, name="First", email="f@example.com", email_key="f@example.com")
    session_id = make_workshop(guest.event, places=1).id
    for one in (first.registration_id, guest.id):
        sign_up(one, session_id)
    guest.mails()
    leave(first.registration_id, session_id)
    (mail,) = guest.mails()
    guest.asked = asked(mail)
    assert guest.asked.value("UID") == str(session_id)
    assert guest.answers(partstat="DECLINED") is AnswerTaken.NOTED
    (answer,) = guest.mails()
    assert "/schedule" in link_in(answer, "/r/")
    assert standing(session_id)[ADA["name"]] is True
    assert guest.mails() == []


def test_the_organiser_sees_what_calendars_answer_in_list_and_page(
    app: Flask, client: FlaskClient, smtp: Mailbox, work: Work
) -> None:
    settings = app.config["FORUM_SETTINGS"]
    app.config["FORUM_SETTINGS"] = replace(settings, mail_replies=REPLIES)
    office = open_office(app, client)
    ada = come(office.event_id, "Ada")[0]
    work()
    page = office.get("")
    assert "Calendar: no" not in page
    (mail,) = smtp.mails
    said = Said(asked(mail), partstat="DECLINED", sender=mail["To"].addresses[0].addr_spec)
    assert take_in_mail(replies.gmail(said), now=NOW) is AnswerTaken.NOTED
    assert "Calendar: no" in office.get("")
    shown = office.get(f"/{ada}")
    assert "Calendar: no" in shown
    assert "Declined in their calendar" in shown
