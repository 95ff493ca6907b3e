"""One letter to many: once a person, in their language, with their own link, whoever dies."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from forum.core import outbox
from forum.core.db import counted_statements, db, writing
from forum.core.errors import Forbidden, NotFound
from forum.core.permissions import Role
from forum.events.models import Event
from forum.messaging import bodies, service
from forum.messaging.models import Announcement, MailBody, Message
from forum.messaging.queries import sending
from forum.messaging.queries.announcements import announcement_of
from forum.messaging.rules import MessageState
from forum.messaging.rules.announcements import (
    AnnouncementState,
    Timing,
)
from forum.messaging.rules.segments import LeftOut
from forum.messaging.rules.timing import When
from forum.messaging.service import announcing
from forum.messaging.service.announcing import queueing
from forum.registrations.models import Consent, OptOut, Registration
from forum.registrations.rules import ConsentPurpose, ConsentSource, MailsTo
from tests.factories import NOW, make_event, make_organisation
from tests.messaging.announcing_stage import (
    announce,
    letters_of,
    sender,
    state_of,
    stored,
    wording,
)
from tests.messaging.conftest import Register, Work
from tests.messaging.stage import plain
from tests.support.mail import Mailbox

DRAFT, AWAITS, SCHEDULED, SENDING, SENT, STOPPED = AnnouncementState


@pytest.fixture
def event(in_app: Flask) -> Event:
    return make_event(make_organisation(), capacity=100)


def come(register: Register, work: Work, event: Event, number: int) -> None:
    """Register so many guests, and let their mails go out."""
    for _ in range(number):
        register(event)
    work()


@pytest.mark.both_databases
def test_each_gets_it_once_in_their_own_language_with_their_own_link(
    event: Event, register: Register, work: Work, smtp: Mailbox
) -> None:
    register(event, number="ada", name="Ada Guest", lang="en")
    register(event, number="bo", name="Bo Wong", name_zh="黃波", lang="zh-Hant")
    register(event, number="cy", name="Cy", name_zh="陈", lang="zh-Hans")
    work()
    smtp.empty()
    made = announce(sender(event), event)
    work()
    assert state_of(made) is SENDING
    announcing.send_due(NOW)
    assert state_of(made) is SENT
    (ada,) = smtp.to("guest.ada@example.com")
    (bo,) = smtp.to("guest.bo@example.com")
    (cy,) = smtp.to("guest.cy@example.com")
    assert ada["Subject"] == "The hall has changed"
    assert "Dear Ada Guest," in plain(ada)
    assert "Come to Hall 3." in plain(ada)
    assert bo["Subject"] == cy["Subject"] == "場地已更改"
    assert "黃波：" in plain(bo)
    assert "陈：" in plain(cy), "who reads Simplified Chinese gets the other Chinese, not English"
    links = {re.findall(r"http://localhost/r/\S+", plain(one))[0] for one in (ada, bo, cy)}
    assert len(links) == 3
    assert "List-Unsubscribe" not in ada
    assert db.session.scalar(sa.select(sa.func.count()).select_from(MailBody)) == 2
    announcing.send_due(NOW)
    assert len(smtp.mails) == 3


def test_what_is_stored_for_each_is_small_and_read_back_whole(
    event: Event, register: Register, work: Work
) -> None:
    register(event, name="Ada & <b> Guest")
    work()
    made = announce(sender(event), event)
    work()
    (letter,) = letters_of(made)
    assert letter.text == letter.html == ""
    whole = bodies.whole(letter)
    assert whole.subject == "The hall has changed"
    assert "Ada &amp; &lt;b&gt; Guest" in whole.html
    assert "<strong>Hall 3</strong>" in whole.html
    assert letter.mark in whole.html
    assert "value" not in re.sub(r"<style>.*?</style>", "", whole.text)
    assert "<style>" in whole.html
    assert "style=" in bodies.to_send(letter).html


@pytest.mark.parametrize(
    "name", ["{{7*191}}", "{0.__class__}", "[x](http://evil.example)", "evil.example", "%(name)s"]
)
def test_no_name_becomes_a_link_or_a_template(
    event: Event, register: Register, work: Work, smtp: Mailbox, name: str
) -> None:
    register(event, number="ada", name=name)
    work()
    smtp.empty()
    announce(sender(event), event)
    work()
    (mail,) = smtp.to("guest.ada@example.com")
    said = mail.as_string()
    assert "evil.example" not in said.split("\n\n", 1)[1]
    assert "1337" not in said


def party(app: Flask, event: Event, register: Register, mails_to: MailsTo, number: int = 3) -> str:
    """Register several by one contact, with addresses of their own; return the contact's."""
    first = register(event, number="contact", name="Con Tact")
    for place in range(number - 1):
        other = register(event, number=f"other{place}")
        with writing() as session:
            session.execute(
                sa.update(Registration)
                .where(Registration.id == other.registration_id)
                .values(booking_id=first.booking_id, email="", email_key="", holds_address=False)
            )
    with writing() as session:
        booking = session.get_one(Registration, first.registration_id).booking_id
        session.execute(
            sa.text("UPDATE booking SET mails_to = :to WHERE id = :id"),
            {"to": mails_to.value, "id": str(booking).replace("-", "")},
        )
    return "guest.contact@example.com"


@pytest.mark.parametrize(("words", "mails"), [("Come to Hall 3.", 1), ("Your code is {code}.", 3)])
def test_a_contact_of_several_gets_the_same_letter_once(
    in_app: Flask, event: Event, register: Register, work: Work, words: str, mails: int
) -> None:
    contact = party(in_app, event, register, MailsTo.ATTENDEES)
    work()
    made = announce(
        sender(event),
        event,
        words=wording().words.__class__({"en": words}),
        subject=wording().subject.__class__({"en": "News"}),
    )
    work()
    letters = letters_of(made)
    assert [one.to_email for one in letters] == [contact] * mails
    texts = [bodies.whole(one).text for one in letters]
    if mails == 1:
        assert not any("whom you registered" in text for text in texts), "the contact comes too"
    else:
        codes = {re.findall(r"[A-Z0-9]{4}-[A-Z0-9]{4}", text)[0] for text in texts}
        assert len(codes) == 3
        assert sum("whom you registered" in text for text in texts) == 2


def test_advertising_goes_to_who_agreed_and_can_be_stopped_by_one_press(
    event: Event, register: Register, work: Work, smtp: Mailbox, client: FlaskClient
) -> None:
    agreed, out, silent = (register(event, number=one) for one in ("yes", "out", "silent"))
    work()
    smtp.empty()
    with writing() as session:
        for guest in (agreed, out):
            session.add(
                Consent(
                    registration_id=guest.registration_id,
                    purpose=ConsentPurpose.MARKETING,
                    wording="News, please",
                    lang="en",
                    given_at=NOW,
                )
            )
        session.add(
            OptOut(
                organisation_id=event.organisation_id,
                email_key="guest.out@example.com",
                source=ConsentSource.MAIL,
                since=NOW,
            )
        )
    actor = sender(event)
    made = announcing.draft(actor, event.id, wording(about_booking=False), now=NOW)
    counted = announcing.count(announcement_of(event.id, made), event)
    assert counted.total == 1
    assert counted.left_out == {LeftOut.OPTED_OUT: 1, LeftOut.NOT_AGREED: 1}
    announcing.send(actor, event.id, made, named=1, now=NOW)
    work()
    (mail,) = smtp.mails
    assert mail["To"] == "guest.yes@example.com" or "guest.yes@example.com" in str(mail["To"])
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = str(mail["List-Unsubscribe"]).strip("<>").removeprefix("http://localhost")
    assert link in plain(mail).replace("http://localhost", "")
    assert client.post(link, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    again = announcing.draft(actor, event.id, wording(about_booking=False), now=NOW)
    assert announcing.count(announcement_of(event.id, again), event).total == 0
    assert silent


def test_what_concerns_the_own_place_reaches_who_opted_out(
    event: Event, register: Register, work: Work
) -> None:
    register(event, number="ada")
    work()
    with writing() as session:
        session.add(
            OptOut(
                organisation_id=event.organisation_id,
                email_key="guest.ada@example.com",
                source=ConsentSource.MAIL,
                since=NOW,
            )
        )
    made = announce(sender(event), event)
    work()
    assert len(letters_of(made)) == 1


@pytest.mark.both_databases
def test_a_worker_that_dies_half_way_is_followed_by_one_that_goes_on_before_any_goes_out(
    event: Event, register: Register, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    come(register, work, event, 7)
    monkeypatch.setattr(queueing, "AT_ONCE", 2)
    made = announce(sender(event), event)
    stored_before, dies_at = queueing._store, 3
    rounds = []

    def dies(run: Any, some: Any) -> Any:
        rounds.append(some)
        if len(rounds) == dies_at:
            raise KeyboardInterrupt
        return stored_before(run, some)

    monkeypatch.setattr(queueing, "_store", dies)
    with pytest.raises(KeyboardInterrupt):
        announcing.queue_all(made, NOW)
    half = stored(made)
    assert (half.queued, half.queued_at) == (4, None)
    assert not sending.is_due(NOW)
    monkeypatch.setattr(queueing, "_store", stored_before)
    announcing.send_due(NOW)
    assert sending.is_due(NOW)
    letters = letters_of(made)
    assert len(letters) == len({one.to_email for one in letters}) == 7
    assert stored(made).queued == 7


def _two_workers(made: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a second worker queue everything while the first holds what it has just read."""
    first = queueing._store
    seen = []

    def late(run: Any, some: Any) -> Any:
        if not seen:
            seen.append(run)
            announcing.queue_all(made, NOW)
        return first(run, some)

    monkeypatch.setattr(queueing, "_store", late)
    announcing.queue_all(made, NOW)


@pytest.mark.both_databases
def test_of_two_workers_each_mail_is_queued_by_one(
    event: Event, register: Register, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    come(register, work, event, 5)
    monkeypatch.setattr(queueing, "AT_ONCE", 2)
    made = announce(sender(event), event)
    _two_workers(made, monkeypatch)
    assert len(letters_of(made)) == stored(made).queued == 5
    assert stored(made).queued_at is not None


def test_negative_control_without_looking_where_it_stands_a_late_worker_begins_again(
    event: Event, register: Register, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    come(register, work, event, 5)
    monkeypatch.setattr(queueing, "AT_ONCE", 2)
    monkeypatch.setattr(queueing, "_stands", lambda *_: True)
    made = announce(sender(event), event)
    monkeypatch.setattr(queueing, "_known", lambda *_: {})
    _two_workers(made, monkeypatch)
    assert stored(made).queued > len(letters_of(made)), "counted twice, as this test must see"


def test_stopped_half_way_nobody_gets_it_until_it_goes_on(
    event: Event, register: Register, work: Work, smtp: Mailbox
) -> None:
    come(register, work, event, 5)
    smtp.empty()
    actor = sender(event)
    made = announce(actor, event)
    announcing.queue_all(made, NOW)
    service.deliver_due(NOW, limit=2)
    gone_out = len(smtp.mails)
    assert 0 < gone_out < 5
    assert announcing.stop(actor, event.id, made, now=NOW) == 5 - gone_out
    work()
    assert len(smtp.mails) == gone_out
    assert state_of(made) is STOPPED
    announcing.go_on(actor, event.id, made, now=NOW)
    work()
    announcing.send_due(NOW)
    assert Counter(str(one["To"]) for one in smtp.mails).most_common(1)[0][1] == 1
    assert len(smtp.mails) == 5
    assert state_of(made) is SENT
    assert stored(made).queued == 5


def test_another_role_and_another_organisation_may_not(event: Event) -> None:
    made = announcing.draft(sender(event), event.id, wording(), now=NOW)
    with pytest.raises(Forbidden):
        announcing.send(sender(event, Role.VIEWER), event.id, made, named=9, now=NOW)
    stranger = sender(make_event(make_organisation(slug="elsewhere"), slug="other"))
    with pytest.raises(NotFound):
        announcing.send(stranger, event.id, made, named=9, now=NOW)
    with pytest.raises(NotFound):
        announcing.stop(stranger, event.id, made, now=NOW)


@pytest.mark.both_databases
@pytest.mark.parametrize("number", [1, 30])
def test_queueing_costs_the_same_for_one_and_for_thirty(
    event: Event, register: Register, work: Work, number: int
) -> None:
    for _ in range(number):
        register(event)
    work()
    made = announce(sender(event), event)
    with counted_statements(db.engine) as seen:
        announcing.queue_all(made, NOW)
    assert len(letters_of(made)) == number
    assert len(seen) <= 13, seen


def test_one_that_cannot_be_sent_holds_up_no_other(
    event: Event, register: Register, work: Work, caplog: pytest.LogCaptureFixture
) -> None:
    register(event)
    work()
    actor = sender(event)
    at = When(Timing.AT, at=NOW + timedelta(hours=1))
    broken, good = (announce(actor, event, when=at) for _ in range(2))
    with writing() as session:
        session.get_one(Announcement, broken).segment = {"version": 99}
    announcing.send_due(NOW + timedelta(hours=1))
    assert state_of(broken) is SCHEDULED
    assert state_of(good) is SENDING
    assert "could not go on" in caplog.text


def test_the_same_address_across_portions_gets_it_once(
    in_app: Flask, event: Event, register: Register, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    party(in_app, event, register, MailsTo.ATTENDEES, number=5)
    work()
    monkeypatch.setattr(queueing, "AT_ONCE", 1)
    made = announce(sender(event), event)
    announcing.queue_all(made, NOW)
    assert len(letters_of(made)) == 1
    assert stored(made).queued == 1


def test_mails_wait_behind_those_that_one_person_waits_for(
    event: Event, register: Register, work: Work
) -> None:
    register(event)
    work()
    made = announce(sender(event), event)
    announcing.queue_all(made, NOW)
    (letter,) = letters_of(made)
    assert letter.bulk
    assert letter.state is MessageState.QUEUED


def test_no_outbox_row_fails(event: Event, register: Register, work: Work) -> None:
    register(event)
    announce(sender(event), event)
    work()
    assert outbox.stuck() == {}
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Message)) == 2
