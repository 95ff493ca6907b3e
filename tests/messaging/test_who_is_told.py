"""Who is told of what: the truth, once, and nobody else."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage

import pytest
from flask import Flask
from flask.testing import FlaskClient

from forum.core.actor import SYSTEM
from forum.core.links import Purpose, derive
from forum.core.permissions import Role
from forum.core.text import Text
from forum.events import service as events
from forum.messaging import rules, service
from forum.messaging.models import Message
from forum.messaging.rules import Kind, MessageState
from forum.messaging.words.failures import REVOKED
from forum.people import service as people
from forum.registrations import service as registrations
from tests.factories import NOW, make_event, make_member, make_organisation, make_workshop, text
from tests.messaging.conftest import Register, Work
from tests.support.mail import Mailbox

pytestmark = pytest.mark.usefixtures("in_app")
Messages = Callable[[], list[Message]]


def _parts(mail: EmailMessage, media_type: str) -> list[EmailMessage]:
    return [part for part in mail.walk() if part.get_content_type() == media_type]


def _text(mail: EmailMessage, kind: str = "plain") -> str:
    (part,) = _parts(mail, f"text/{kind}")
    return str(part.get_content())


def test_who_moves_up_is_told_so(smtp: Mailbox, register: Register, work: Work) -> None:
    event = make_event(capacity=1)
    first = register(event)
    register(event, number="next")
    work()
    assert [mail["Subject"].split(":")[0] for mail in smtp.to("guest.next@example.com")] == [
        "On the wait list",
    ]
    registrations.cancel(SYSTEM, first.registration_id, now=NOW)
    work()
    mail = smtp.to("guest.next@example.com")[-1]
    assert mail["Subject"].startswith("A seat for you")
    assert len(_parts(mail, "image/png")) == 2


def test_a_known_address_is_told_the_truth_once_in_ten_minutes(
    smtp: Mailbox, register: Register, work: Work
) -> None:
    event = make_event()
    for _ in range(4):
        register(event, number="same")
        work()
    subjects = [mail["Subject"] for mail in smtp.to("guest.same@example.com")]
    assert [subject.split(":")[0] for subject in subjects] == [
        "Your ticket",
        "You are registered already",
    ]
    register(event, number="same", now=NOW + timedelta(minutes=11))
    work(NOW + timedelta(minutes=11))
    assert len(smtp.mails) == 3


def test_a_registration_cancelled_before_the_worker_ran_gets_no_dead_ticket(
    smtp: Mailbox, register: Register, work: Work
) -> None:
    guest = register(make_event())
    registrations.cancel(SYSTEM, guest.registration_id, now=NOW)
    work()
    assert [mail["Subject"].split(":")[0] for mail in smtp.mails] == ["Cancelled"]


def test_a_ticket_cancelled_between_writing_and_sending_does_not_go_out(
    smtp: Mailbox, register: Register, work: Work, messages: Messages
) -> None:
    smtp.refusals.append("451 Later")
    guest = register(make_event())
    work()
    registrations.cancel(SYSTEM, guest.registration_id, now=NOW)
    work(NOW + timedelta(minutes=2))
    assert [mail["Subject"].split(":")[0] for mail in smtp.mails] == ["Cancelled"]
    assert messages()[0].last_error == str(REVOKED)


def test_a_mail_sent_after_the_link_was_renewed_holds_the_new_link(
    smtp: Mailbox, register: Register, work: Work
) -> None:
    smtp.refusals.append("451 Later")
    guest = register(make_event())
    work()
    registrations.renew_link(SYSTEM, guest.booking_id, now=NOW)
    work(NOW + timedelta(minutes=2))
    assert derive(Purpose.BOOKING, guest.booking_id, 1) in _text(smtp.mails[0])


@pytest.mark.both_databases
def test_cancelling_an_event_tells_each_guest_once(
    smtp: Mailbox,
    register: Register,
    work: Work,
    messages: Messages,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("forum.messaging.service.writing.BATCH", 3)
    event = make_event(capacity=5)
    guests = [register(event) for _ in range(8)]
    registrations.cancel(SYSTEM, guests[0].registration_id, now=NOW)
    work()
    smtp.empty()
    note = Text({"en": "The hall is flooded.\n\nWe are sorry."})
    events.cancel(SYSTEM, event.id, note, now=NOW)
    work()
    assert len(smtp.mails) == 7
    assert len({mail["To"] for mail in smtp.mails}) == 7
    for mail in smtp.mails:
        assert mail["Subject"].startswith("Cancelled")
        assert "The hall is flooded." in _text(mail)
    assert len([one for one in messages() if one.kind is Kind.EVENT_CANCELLED]) == 7


def test_telling_all_again_writes_to_nobody_twice(
    smtp: Mailbox, register: Register, work: Work
) -> None:
    event = make_event()
    register(event)
    work()

    def tell() -> int:
        return service.write_to_guests_of(
            event.id, lambda _event, _guest: Kind.EVENT_CANCELLED, key="once", now=NOW
        )

    assert (tell(), tell()) == (1, 0)


def test_postponing_tells_the_new_date_once_there_is_one(
    smtp: Mailbox, register: Register, work: Work
) -> None:
    event = make_event()
    register(event)
    work()
    events.postpone(SYSTEM, event.id, Text(), now=NOW)
    work()
    later = events.NewDates(event.starts_at + timedelta(days=7), event.ends_at + timedelta(days=7))
    assert "9:00 am" not in _text(smtp.mails[-1])
    events.publish(SYSTEM, event.id, now=NOW)
    work()
    events.postpone(SYSTEM, event.id, Text(), later, now=NOW)
    work()
    assert [mail["Subject"].split(":")[0] for mail in smtp.mails] == [
        "Your ticket",
        "Postponed",
        "It takes place",
        "New date",
    ]
    assert "15 December 2026" in _text(smtp.mails[-1])


def test_an_address_is_written_to_at_most_twenty_times_a_day(
    smtp: Mailbox, register: Register, work: Work, messages: Messages
) -> None:
    organisation = make_organisation()
    for _ in range(rules.MOST_A_DAY + 3):
        register(make_event(organisation), number="often")
    work()
    assert len(smtp.mails) == rules.MOST_A_DAY
    waiting = [one for one in messages() if one.state is MessageState.QUEUED]
    assert len(waiting) == 3
    assert "within a day" in waiting[0].last_error
    work(NOW + timedelta(hours=23))
    assert len(smtp.mails) == rules.MOST_A_DAY
    work(NOW + timedelta(days=1))
    assert len(smtp.mails) == rules.MOST_A_DAY + 3


def test_who_asks_to_sign_in_gets_a_link_that_works_and_is_not_stored(
    smtp: Mailbox, client: FlaskClient, work: Work, messages: Messages
) -> None:
    user = make_member(make_organisation())
    people.request_sign_in(user.email, network="127.0.0.1", lang="zh-Hant", now=NOW)
    work()
    (mail,) = smtp.mails
    assert mail["Subject"] == "登入Forum"
    (link,) = re.findall(r"http://localhost(/sign-in/\S+)", _text(mail))
    assert link not in messages()[0].text
    signed_in = people.consume_sign_in_link(
        link.rpartition("/")[2], network="127.0.0.1", user_agent="", now=NOW
    )
    assert signed_in.user_id == user.id


def test_an_unknown_address_that_asks_to_sign_in_gets_nothing(
    smtp: Mailbox, work: Work, in_app: Flask
) -> None:
    people.request_sign_in("nobody@example.com", network="127.0.0.1", lang="en", now=NOW)
    work()
    assert smtp.mails == []


def test_a_link_that_lapsed_before_the_worker_ran_is_not_sent(
    smtp: Mailbox, work: Work, in_app: Flask
) -> None:
    user = make_member(make_organisation())
    people.request_sign_in(user.email, network="127.0.0.1", lang="en", now=NOW)
    work(NOW + timedelta(minutes=11))
    assert smtp.mails == []


def test_an_invited_member_gets_the_invitation(smtp: Mailbox, work: Work, in_app: Flask) -> None:
    organisation = make_organisation()
    people.invite_member(SYSTEM, organisation.id, "new@example.com", Role.DOOR, lang="en", now=NOW)
    work()
    (mail,) = smtp.mails
    assert smtp.recipients == [["new@example.com"]]
    assert mail["Subject"] == "Sample Organisation invites you to Forum"
    assert "http://localhost/invitations/" in _text(mail)


def test_who_is_given_a_place_in_a_session_is_told_once_and_in_the_own_language(
    smtp: Mailbox, register: Register, work: Work
) -> None:
    event = make_event()
    workshop = make_workshop(event, places=1, title=text("Sensors by hand"))
    first, second = register(event), register(event, number="next", lang="zh-Hant")
    for guest in (first, second):
        registrations.take_place(SYSTEM, guest.registration_id, workshop.id, now=NOW)
    work()
    before = len(smtp.to("guest.next@example.com"))
    registrations.leave_place(SYSTEM, first.registration_id, workshop.id, now=NOW)
    work()
    work()
    mails = smtp.to("guest.next@example.com")[before:]
    assert len(mails) == 1
    assert "Sensors by hand（繁）" in mails[0]["Subject"]
    assert f"/r/{derive(Purpose.BOOKING, second.booking_id, 0)}" in _text(mails[0])
    assert "12月8日" in _text(mails[0], "html")


def test_who_gave_the_place_up_before_the_mail_was_written_gets_none(
    smtp: Mailbox, register: Register, work: Work
) -> None:
    event = make_event()
    workshop = make_workshop(event, places=1)
    first, second = register(event), register(event, number="next")
    for guest in (first, second):
        registrations.take_place(SYSTEM, guest.registration_id, workshop.id, now=NOW)
    work()
    before = len(smtp.to("guest.next@example.com"))
    for guest in (first, second):
        registrations.leave_place(SYSTEM, guest.registration_id, workshop.id, now=NOW)
    work()
    assert len(smtp.to("guest.next@example.com")) == before
