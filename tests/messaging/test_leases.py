"""A claim is one worker’s: who lost it writes over nobody, and looks anew as it goes."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import OperationalError

from forum.core import outbox
from forum.core.actor import SYSTEM
from forum.core.db import db, writing
from forum.messaging import post, service
from forum.messaging.models import Message
from forum.messaging.rules import MessageState
from forum.messaging.rules.announcements import AnnouncementState
from forum.messaging.rules.sending import LEASE, RECORDED_AGAIN_SECONDS, TAKEN_OVER_SECONDS
from forum.messaging.service import announcing, claiming, delivering
from forum.messaging.service.claiming import Claim, claim
from forum.messaging.words.failures import REVOKED, STOPPED, WITHOUT_WORDS
from forum.registrations import service as registrations
from tests.factories import NOW, make_event, make_organisation
from tests.messaging.announcing_stage import announce, letters_of, sender, state_of
from tests.messaging.conftest import Register, Work
from tests.messaging.waiting import queue
from tests.support.mail import Mailbox
from tests.support.rude_mail import Rude, rude_server

pytestmark = pytest.mark.usefixtures("in_app")
Messages = Callable[[], list[Message]]
LAPSED = NOW + LEASE + timedelta(seconds=1)


def written() -> None:
    """Let the outbox write what is to be sent."""
    while outbox.deliver_due(NOW):
        pass


@pytest.mark.both_databases
def test_who_opened_the_line_too_late_takes_no_mail_from_who_has_it(
    smtp: Mailbox,
    register: Register,
    work: Work,
    messages: Messages,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    event = make_event()
    for number in range(2):
        register(event, number=number)
    written()
    others: list[Claim] = []

    def late(_server: post.MailServer) -> None:
        others.append(claim(LAPSED, 50))
        raise TimeoutError

    with monkeypatch.context() as patched:
        patched.setattr(post.MailServer, "_opened", late)
        assert service.deliver_due(NOW) == 0
    (other,) = others
    assert len(other.left) == 2
    assert {one.state for one in messages()} == {MessageState.SENDING}
    server = post.mail_server()
    assert server is not None
    delivering._Delivery(other, lambda: False).over(server)
    work(NOW + timedelta(days=1))
    assert len(smtp.mails) == 2
    assert [one.tries for one in messages()] == [2, 2]


@pytest.mark.both_databases
def test_that_a_mail_was_handed_over_is_noted_whoever_has_it_by_now(
    register: Register, messages: Messages
) -> None:
    register(make_event())
    written()
    first, second = claim(NOW, 50), claim(LAPSED, 50)
    (one,) = first.left
    first.settle([one], {"state": MessageState.QUEUED, "last_error": "451 Later"})
    assert messages()[0].state is MessageState.SENDING
    first.settle([one], {"state": MessageState.SENT, "sent_at": NOW, "last_error": ""})
    assert messages()[0].state is MessageState.SENT
    second.settle(second.left, {"state": MessageState.QUEUED, "last_error": "451 Later"})
    assert messages()[0].state is MessageState.SENT


@pytest.mark.both_databases
@pytest.mark.parametrize("looks", [True, False])
def test_who_takes_over_sends_nothing_that_the_other_notes_as_sent_meanwhile(
    smtp: Mailbox, register: Register, monkeypatch: pytest.MonkeyPatch, looks: bool
) -> None:
    register(make_event())
    written()
    first, waited = claim(NOW, 50), []
    (one,) = first.left

    def wait(seconds: float) -> None:
        waited.append(seconds)
        first.settle([one], {"state": MessageState.SENT, "sent_at": NOW, "last_error": ""})

    monkeypatch.setattr("forum.messaging.service.delivering.time.sleep", wait)
    if not looks:
        monkeypatch.setattr(Claim, "look", lambda _claim: None)
    service.deliver_due(LAPSED)
    assert waited == [TAKEN_OVER_SECONDS]
    assert TAKEN_OVER_SECONDS > RECORDED_AGAIN_SECONDS
    assert len(smtp.mails) == (0 if looks else 1)


def test_nobody_waits_for_what_nobody_had(
    smtp: Mailbox, register: Register, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    monkeypatch.setattr("forum.messaging.service.delivering.time.sleep", waited.append)
    register(make_event())
    work()
    assert (len(smtp.mails), waited) == (1, [])


def test_a_copy_that_was_asked_for_meanwhile_is_not_noted_as_sent(
    register: Register, messages: Messages
) -> None:
    event = make_event()
    register(event)
    written()
    first = claim(NOW, 50)
    (one,) = first.left
    first.settle([one], {"state": MessageState.FAILED, "last_error": "550 No"})
    service.resend(SYSTEM, event.id, one.id, now=NOW)
    first.settle([one], {"state": MessageState.SENT, "sent_at": NOW, "last_error": ""})
    assert messages()[0].state is MessageState.QUEUED


@pytest.fixture
def rude(app: Flask) -> Iterator[Rude]:
    """A mail server to be told how to misbehave."""
    with rude_server() as server:
        settings = replace(app.config["FORUM_SETTINGS"], smtp_url=server.url)
        app.config["FORUM_SETTINGS"] = settings
        yield server


def test_a_greeting_by_drops_has_an_end(
    rude: Rude,
    register: Register,
    work: Work,
    messages: Messages,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(post, "OPENING_SECONDS", 0.6)

    def greet_slowly(line: str, server: Rude) -> str:
        server.drip_seconds = 0.3 if line == "HELLO" else 0.0
        return "220 " + "x" * 40 if line == "HELLO" else ""

    rude.behave = greet_slowly
    register(make_event())
    began = time.monotonic()
    work()
    assert time.monotonic() - began < 4
    (message,) = messages()
    assert (message.state, message.tries) == (MessageState.QUEUED, 0)
    assert message.last_error.startswith("The mail server cannot be reached: ")


def test_names_that_are_looked_up_for_ever_have_an_end(
    rude: Rude, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(post, "OPENING_SECONDS", 0.3)
    looked_up = socket.getaddrinfo

    def slowly(*given: Any, **more: Any) -> Any:
        time.sleep(1.5)
        return looked_up(*given, **more)

    monkeypatch.setattr(socket, "getaddrinfo", slowly)
    server = post.mail_server()
    assert server is not None
    began = time.monotonic()
    with pytest.raises(post.LineDownError), server.line():
        pass
    assert time.monotonic() - began < 1


def test_a_goodbye_that_is_never_answered_holds_up_nothing(
    rude: Rude, register: Register, work: Work, messages: Messages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(post, "CLOSING_SECONDS", 0.5)

    def part_slowly(line: str, server: Rude) -> str:
        leaves = line.upper().startswith("QUIT")
        server.drip_seconds = 0.3 if leaves else 0.0
        return "221 " + "x" * 40 if leaves else ""

    rude.behave = part_slowly
    register(make_event())
    began = time.monotonic()
    work()
    assert time.monotonic() - began < 4
    assert messages()[0].state is MessageState.SENT


@contextmanager
def away(times: int) -> Iterator[list[str]]:
    """Let the database be away the first times that a mail is to be noted as sent."""
    failed: list[str] = []

    def fail(_line: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        notes = statement.startswith("UPDATE message") and "sent_at=" in statement
        if notes and len(failed) < times:
            failed.append(statement)
            raise OperationalError(statement, {}, Exception("database is locked"))

    sa.event.listen(db.engine, "before_cursor_execute", fail)
    try:
        yield failed
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", fail)


@pytest.mark.both_databases
def test_while_the_database_is_away_no_mail_goes_twice(
    smtp: Mailbox,
    register: Register,
    work: Work,
    messages: Messages,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(delivering, "RECORDED_AGAIN_SECONDS", 0.01)
    event = make_event()
    for number in range(3):
        register(event, number=number)
    with away(5) as failed:
        work()
    assert len(failed) == 5
    assert {one.state for one in messages()} == {MessageState.SENT}
    work(NOW + timedelta(days=1))
    assert len(smtp.mails) == 3


def test_without_that_patience_it_goes_twice(
    smtp: Mailbox, register: Register, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "RECORDING", timedelta())
    register(make_event())
    written()
    with away(1), pytest.raises(OperationalError):
        service.deliver_due(NOW)
    work(LAPSED)
    assert len(smtp.mails) == 2


@pytest.mark.both_databases
def test_mails_of_a_stopped_announcement_that_a_worker_holds_do_not_go_out(
    smtp: Mailbox, register: Register, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "PAUSE_SEEN_SECONDS", 0.0)
    event = make_event(make_organisation(), capacity=100)
    for _ in range(5):
        register(event)
    work()
    smtp.empty()
    actor = sender(event)
    made = announce(actor, event)
    announcing.queue_all(made, NOW)

    def look() -> bool:
        if len(smtp.mails) == 2 and state_of(made) is AnnouncementState.SENDING:
            announcing.stop(actor, event.id, made, now=NOW)
        return False

    delivering.deliver_batch(NOW, 50, look)
    assert len(smtp.mails) == 2
    left = [one for one in letters_of(made) if one.state is not MessageState.SENT]
    assert {(one.state, one.last_error) for one in left} == {(MessageState.FAILED, STOPPED.text)}
    announcing.go_on(actor, event.id, made, now=NOW)
    work(NOW + timedelta(seconds=10))
    assert len(smtp.mails) == 5


def test_what_was_claimed_and_given_back_does_not_go_out_after_the_stop(
    smtp: Mailbox, register: Register, work: Work
) -> None:
    event = make_event(make_organisation(), capacity=100)
    for _ in range(3):
        register(event)
    work()
    smtp.empty()
    actor = sender(event)
    made = announce(actor, event)
    announcing.queue_all(made, NOW)
    held = claim(NOW, 50)
    announcing.stop(actor, event.id, made, now=NOW)
    held.settle(held.left, {"state": MessageState.QUEUED})
    work(NOW + timedelta(hours=1))
    assert smtp.mails == []
    assert {one.last_error for one in letters_of(made)} == {STOPPED.text}


def test_what_changes_while_a_batch_goes_on_holds_for_the_rest(
    smtp: Mailbox, register: Register, messages: Messages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claiming, "RENEWED_AFTER", timedelta())
    event = make_event()
    register(event, number=1)
    second = register(event, number=2)
    written()

    def look() -> bool:
        if len(smtp.mails) == 1 and messages()[-1].state is MessageState.SENDING:
            registrations.cancel(SYSTEM, second.registration_id, now=NOW)
        return False

    delivering.deliver_batch(NOW, 50, look)
    assert len(smtp.mails) == 1
    assert messages()[1].last_error == REVOKED.text


def test_one_row_that_cannot_be_read_waits_alone(
    app: Flask, smtp: Mailbox, work: Work, messages: Messages
) -> None:
    event = make_event()
    queue(app, event.organisation_id, event.id, 3)
    broken = messages()[1].id
    with writing() as session:
        mark = f"{{{{link {broken.hex} nonsense {broken.hex}}}}}"
        session.get_one(Message, broken).text = mark
    work()
    assert len(smtp.mails) == 2
    one = next(one for one in messages() if one.id == broken)
    assert (one.state, one.tries, one.last_error) == (MessageState.QUEUED, 1, "ValueError")
    assert one.due_at == NOW + timedelta(minutes=1)


def test_a_mail_whose_words_are_gone_is_never_sent_empty(
    app: Flask, smtp: Mailbox, work: Work, messages: Messages
) -> None:
    event = make_event()
    queue(app, event.organisation_id, event.id, 2)
    with writing() as session:
        wiped, empty = (one.id for one in messages())
        session.get_one(Message, wiped).body_gone_at = NOW
        session.get_one(Message, empty).text = ""
    work()
    assert smtp.mails == []
    assert {(one.state, one.last_error) for one in messages()} == {
        (MessageState.FAILED, WITHOUT_WORDS.text)
    }
