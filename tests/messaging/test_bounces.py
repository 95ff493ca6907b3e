"""What comes back is noted at the message it names, and at no other; an address is given up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import OperationalError

from forum.core.actor import SYSTEM
from forum.core.db import db, writing
from forum.events.models import Event
from forum.messaging import cli, service
from forum.messaging.models import Bounce, Message
from forum.messaging.rules import MessageState
from forum.messaging.rules.bounces import BounceAction
from forum.messaging.service.bouncing import Taken
from tests.factories import NOW, make_event, make_organisation
from tests.messaging import returned_mail
from tests.messaging.conftest import Register, Work
from tests.messaging.returning import bounces, come_back, own_address, receive, with_bounces
from tests.support.mail import Mailbox

Messages = Callable[[], list[Message]]
Shape = Callable[[str, str], bytes]
SHAPES = (
    (returned_mail.postfix, "5.1.1"),
    (returned_mail.exim, "5.1.1"),
    (returned_mail.exim_of_old, "5.1.2"),
    (returned_mail.exchange, "5.1.10"),
    (returned_mail.gmail, "5.2.2"),
)


@pytest.fixture
def event(in_app: Flask, smtp: Mailbox) -> Event:
    """An event whose mails go out."""
    del in_app, smtp
    return make_event(make_organisation())


@pytest.fixture
def sent(event: Event, register: Register, work: Work, messages: Messages) -> Message:
    """A confirmation that a mail server took."""
    register(event, number="ada")
    work()
    (message,) = messages()
    assert message.state is MessageState.SENT
    return message


@pytest.mark.both_databases
@pytest.mark.parametrize(("shape", "status"), SHAPES)
def test_a_report_of_any_make_is_noted_at_its_mail(
    app: Flask, sent: Message, messages: Messages, shape: Shape, status: str
) -> None:
    done = receive(app, shape(sent.message_id, sent.to_email))
    assert (done.exit_code, done.output) == (0, "")
    (bounce,) = bounces(app)
    assert (bounce.message_id, bounce.email, bounce.status) == (sent.id, sent.to_email, status)
    assert bounce.action is BounceAction.FAILED
    assert bounce.final is (status != "5.2.2")
    (after,) = messages()
    assert after.state is MessageState.BOUNCED
    assert after.bounced_at is not None
    assert after.sent_at == sent.sent_at


def test_the_signed_envelope_sender_names_the_mail_where_nothing_else_does(
    app: Flask, sent: Message, messages: Messages
) -> None:
    with_bounces(app)
    address = own_address(app, sent)
    told = returned_mail.postfix("<of-a-relay@example.org>", sent.to_email, sent_to=address)
    assert receive(app, told.replace(address.encode(), address.upper().encode())).exit_code == 0
    assert messages()[0].state is MessageState.BOUNCED


def test_the_mail_server_may_say_itself_where_the_report_came_in(
    app: Flask, sent: Message, messages: Messages
) -> None:
    with_bounces(app)
    told = returned_mail.postfix("<of-a-relay@example.org>", sent.to_email)
    assert receive(app, told, "--to", own_address(app, sent)).exit_code == 0
    assert messages()[0].state is MessageState.BOUNCED


def test_a_forged_report_marks_nobody(app: Flask, sent: Message, messages: Messages) -> None:
    with_bounces(app)
    real = own_address(app, sent)
    token = real.partition("+")[2].partition("@")[0]
    forged = [
        f"bounces+{token[:-1]}{'a' if token[-1] != 'a' else 'b'}@example.com",
        f"bounces+{'a' * 45}@example.com",
        f"bounces+{token[:-1]}@example.com",
        f"bounces+{token}a@example.com",
        "bounces+%00@example.com",
        f"bounces+{sent.id.hex}@example.com",
    ]
    names = [
        f"<{uuid4()}@localhost>",
        f"<{sent.id}@elsewhere.example.com>",
        f"<{sent.id}.1@localhost>",
        f"<{sent.id}.99999@localhost>",
        f"<{'f' * 36}@localhost>",
        "<>",
    ]
    for number, address in enumerate(forged):
        raw = returned_mail.postfix(names[number], sent.to_email, sent_to=address)
        assert receive(app, raw).exit_code == 0
    assert bounces(app) == []
    assert messages()[0].state is MessageState.SENT


def test_a_report_speaks_of_the_address_we_wrote_to_and_of_no_other(
    app: Flask, sent: Message
) -> None:
    receive(app, returned_mail.postfix(sent.message_id, "stranger@example.org"))
    (bounce,) = bounces(app)
    assert bounce.address_key == sent.to_email


@pytest.mark.both_databases
def test_the_same_report_counts_once(app: Flask, sent: Message) -> None:
    raw = returned_mail.postfix(sent.message_id, sent.to_email)
    assert [receive(app, raw).exit_code for _ in range(3)] == [0, 0, 0]
    assert len(bounces(app)) == 1


def test_a_report_of_a_delay_is_noted_and_stops_nothing(
    app: Flask, sent: Message, messages: Messages
) -> None:
    assert come_back(app, sent, status="4.4.1") is Taken.NOTED
    (bounce,) = bounces(app)
    assert bounce.action is BounceAction.DELAYED
    assert messages()[0].state is MessageState.SENT


def test_auto_replies_circles_and_letters_are_taken_in_without_a_word(
    app: Flask, sent: Message, messages: Messages
) -> None:
    with_bounces(app)
    address = own_address(app, sent)
    letter = b"From: guest@example.com\r\nTo: bounces@example.com\r\nSubject: Hello\r\n\r\nHello"
    for raw in (
        returned_mail.out_of_office(sent.message_id, address),
        returned_mail.in_a_circle(sent.message_id, address),
        letter,
    ):
        done = receive(app, raw)
        assert (done.exit_code, done.output) == (0, "")
    assert bounces(app) == []
    assert messages()[0].state is MessageState.SENT


@pytest.mark.parametrize("raw", [b"", b"\r\n\r\n", b"\x00\xff\xfe", b"no header at all\r\n"])
def test_what_is_no_mail_is_refused_for_good(app: Flask, in_app: Flask, raw: bytes) -> None:
    del in_app
    done = receive(app, raw)
    assert done.exit_code == 65
    assert "no mail" in done.output


def test_what_cannot_be_noted_now_is_to_come_again(
    app: Flask, sent: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_given: object, **_more: object) -> None:
        said = Exception("guest.ada@example.com")
        statement = "SELECT 1"
        raise OperationalError(statement, {}, said)

    monkeypatch.setattr(cli, "take_in_mail", broken)
    done = receive(app, returned_mail.postfix(sent.message_id, sent.to_email))
    assert done.exit_code == 75
    assert "ada" not in done.output


def test_an_address_that_does_not_exist_gets_no_more_mail(
    app: Flask,
    sent: Message,
    smtp: Mailbox,
    event: Event,
    work: Work,
    messages: Messages,
) -> None:
    come_back(app, sent)
    smtp.empty()
    _write_to(app, event, sent.to_email)
    work()
    assert smtp.mails == []
    last = messages()[-1]
    assert last.state is MessageState.BOUNCED
    assert last.bounced_at is not None
    assert last.tries <= 1


@pytest.mark.parametrize(("reports", "reached"), [(2, True), (3, False)])
def test_a_full_mailbox_is_given_up_after_three_reports(
    app: Flask,
    sent: Message,
    smtp: Mailbox,
    event: Event,
    work: Work,
    messages: Messages,
    reports: int,
    reached: bool,
) -> None:
    for _ in range(reports - 1):
        _write_to(app, event, sent.to_email)
        work()
    for message in messages():
        receive(app, returned_mail.gmail(message.message_id, message.to_email))
    smtp.empty()
    _write_to(app, event, sent.to_email)
    work()
    assert bool(smtp.mails) is reached


def test_another_organisation_still_writes_to_the_address(
    app: Flask, sent: Message, smtp: Mailbox, register: Register, work: Work
) -> None:
    come_back(app, sent)
    smtp.empty()
    register(make_event(make_organisation()), number="ada")
    work()
    assert len(smtp.to(sent.to_email)) == 1


def test_the_report_of_an_older_copy_says_nothing_of_the_new_one(
    app: Flask, sent: Message, event: Event, work: Work, messages: Messages
) -> None:
    service.resend(SYSTEM, event.id, sent.id, now=NOW)
    work()
    assert come_back(app, sent) is Taken.NOT_OURS
    assert messages()[0].state is MessageState.SENT


def test_sending_again_to_the_same_address_tries_it_anew(
    app: Flask, sent: Message, smtp: Mailbox, event: Event, work: Work, messages: Messages
) -> None:
    come_back(app, sent)
    smtp.empty()
    service.resend(SYSTEM, event.id, sent.id, now=NOW)
    work()
    assert len(smtp.to(sent.to_email)) == 1
    again = messages()[0]
    assert again.state is MessageState.SENT
    assert come_back(app, again) is Taken.NOTED
    assert [bool(one.settled_at) for one in bounces(app)] == [True, False]


def test_a_report_that_overtakes_the_worker_is_not_lost(
    app: Flask, sent: Message, messages: Messages
) -> None:
    with writing() as session:
        session.execute(
            sa.update(Message).values(
                state=MessageState.SENDING, leased_until=NOW + timedelta(minutes=5)
            )
        )
    assert come_back(app, sent) is Taken.NOTED
    assert messages()[0].state is MessageState.BOUNCED


def test_a_refusal_that_speaks_of_the_address_is_as_good_as_a_report(
    app: Flask,
    event: Event,
    smtp: Mailbox,
    register: Register,
    work: Work,
    messages: Messages,
) -> None:
    smtp.refusals.append("550 5.1.1 No such user here")
    register(event, number="ada")
    work()
    (message,) = messages()
    assert message.state is MessageState.BOUNCED
    (bounce,) = bounces(app)
    assert (bounce.status, bounce.final, bounce.message_id) == ("5.1.1", True, message.id)


def test_a_refusal_of_the_words_says_nothing_of_the_address(
    app: Flask,
    event: Event,
    smtp: Mailbox,
    register: Register,
    work: Work,
    messages: Messages,
) -> None:
    smtp.refusals.append("554 5.7.1 Looks like spam")
    register(event, number="ada")
    work()
    assert messages()[0].state is MessageState.FAILED
    assert bounces(app) == []


def test_a_message_that_is_no_more_takes_its_reports_along(app: Flask, sent: Message) -> None:
    come_back(app, sent)
    with writing() as session:
        session.execute(sa.delete(Message))
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Bounce)) == 0
    assert come_back(app, sent) is Taken.NOT_OURS


def _write_to(app: Flask, event: Event, address: str) -> None:
    """Write one more mail to an address that has had one."""
    with app.app_context(), writing() as session:
        known = session.scalars(sa.select(Message).where(Message.to_email == address)).first()
        assert known is not None
        number = uuid4()
        columns = {one.name: getattr(known, one.name) for one in Message.__table__.columns}
        fresh = {
            "id": number,
            "key": str(number),
            "event_id": event.id,
            "message_id": f"<{number}@localhost>",
            "state": MessageState.QUEUED,
            "sent_at": None,
            "bounced_at": None,
            "tries": 0,
            "copies": 0,
            "last_error": "",
        }
        session.add(Message(**(columns | fresh)))
