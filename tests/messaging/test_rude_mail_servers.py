"""Mail servers that hang, refuse, drop the line, greylist or answer by drops: no mail is lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from forum.core import clock, outbox, periodic
from forum.core.db import writing
from forum.messaging import post
from forum.messaging.envelopes import claimed
from forum.messaging.models import Message
from forum.messaging.rules import MessageState
from forum.messaging.rules.sending import BACK_OFF, MOST_LINES, MOST_TRIES
from forum.messaging.words.failures import reason_of
from tests.factories import NOW, make_event
from tests.jobs.test_jobs import worker
from tests.messaging.conftest import Register, Work
from tests.support.ground import wait_until
from tests.support.rude_mail import HANG_UP, SILENT, Rude, rude_server

pytestmark = pytest.mark.usefixtures("in_app")
Messages = Callable[[], list[Message]]
SECOND = timedelta(seconds=1)


@pytest.fixture
def rude(app: Flask) -> Iterator[Rude]:
    """A mail server to be told how to misbehave; the Forum under test sends there."""
    with rude_server() as server:
        settings = replace(app.config["FORUM_SETTINGS"], smtp_url=server.url)
        app.config["FORUM_SETTINGS"] = settings
        yield server


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(post, "HANDING_SECONDS", 0.6)
    monkeypatch.setattr(post, "OPENING_SECONDS", 0.6)


def only_for(address: str, verb: str, says: str) -> Callable[[str, Rude], str]:
    """Misbehave at this command of mails to one address alone."""
    here = threading.local()

    def behave(line: str, _server: Rude) -> str:
        if line.upper().startswith("RCPT"):
            here.theirs = address in line
        if line.upper().startswith(verb) and getattr(here, "theirs", False):
            return says
        return ""

    return behave


@pytest.mark.parametrize("verb", ["HELLO", "EHLO"])
def test_one_that_is_silent_from_the_start_costs_no_mail_a_try(
    rude: Rude, register: Register, work: Work, messages: Messages, verb: str
) -> None:
    rude.behave = lambda line, _: SILENT if line.upper().startswith(verb) else ""
    register(make_event())
    work()
    (message,) = messages()
    assert (message.state, message.tries) == (MessageState.QUEUED, 0)
    assert reason_of(message.last_error) is not None
    rude.behave = lambda *_: ""
    work(NOW + 6 * SECOND)
    assert len(rude.mails) == 1


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA", "DOT"])
@pytest.mark.parametrize("says", [SILENT, HANG_UP, "421 Closing"])
def test_one_that_drops_a_mail_gets_it_again_with_the_same_id(
    rude: Rude, register: Register, work: Work, messages: Messages, verb: str, says: str
) -> None:
    rude.behave = lambda line, _: says if line.upper().startswith(verb) else ""
    register(make_event())
    work()
    (message,) = messages()
    assert (message.state, message.tries) == (MessageState.QUEUED, 1)
    assert "hung up" in message.last_error or "421" in message.last_error
    rude.behave = lambda *_: ""
    work(NOW + 6 * SECOND)
    assert messages()[0].state is MessageState.SENT
    assert {mail["Message-ID"] for mail in rude.mails} == {message.message_id}
    # What it had taken before it hung up is there twice, and only then.
    assert len(rude.mails) == (2 if verb == "DOT" and says != "421 Closing" else 1)


@pytest.mark.parametrize("says", [SILENT, HANG_UP])
def test_a_mail_that_makes_it_hang_up_holds_up_no_other(
    rude: Rude, register: Register, work: Work, messages: Messages, says: str
) -> None:
    rude.behave = only_for("guest.0@", "DOT", says)
    event = make_event()
    for number in range(4):
        register(event, number=number)
    work()
    states = {one.to_email: one.state for one in messages()}
    assert states.pop("guest.0@example.com") is MessageState.QUEUED
    assert set(states.values()) == {MessageState.SENT}


def test_a_mail_that_makes_it_hang_up_for_ever_is_given_up(
    rude: Rude, register: Register, work: Work, messages: Messages
) -> None:
    rude.behave = lambda line, _: HANG_UP if line.upper().startswith("DATA") else ""
    register(make_event())
    now = NOW
    for _ in range(MOST_TRIES):
        work(now)
        now += BACK_OFF[-1]
    (message,) = messages()
    assert message.state is MessageState.FAILED
    assert message.last_error.startswith("Given up after many tries.")


def test_one_that_drops_every_mail_is_left_alone_for_a_while(
    rude: Rude, register: Register, work: Work, messages: Messages
) -> None:
    rude.behave = lambda line, _: HANG_UP if line.upper().startswith("DATA") else ""
    event = make_event()
    for number in range(MOST_LINES + 3):
        register(event, number=number)
    work()
    assert rude.lines <= 2 * MOST_LINES
    assert {one.state for one in messages()} == {MessageState.QUEUED}
    assert sum(one.tries for one in messages()) <= 2 * MOST_LINES


def test_answers_that_come_by_drops_are_cut_off_in_time(
    rude: Rude, register: Register, work: Work, messages: Messages
) -> None:
    def slow_at_the_end(line: str, server: Rude) -> str:
        server.drip_seconds = 0.1 if line == "DOT" else 0.0
        return "250-Slowly\r\n" * 20 + "250 Kept" if line == "DOT" else ""

    rude.behave = slow_at_the_end
    register(make_event())
    began = time.monotonic()
    work()
    assert time.monotonic() - began < 10
    assert messages()[0].state is MessageState.QUEUED


def test_greylisting_is_waited_for(
    rude: Rude, register: Register, work: Work, messages: Messages
) -> None:
    def greylist(line: str, server: Rude) -> str:
        first = line.upper().startswith("RCPT") and server.asked["RCPT"] <= 3
        return "450 4.2.0 Greylisted, come back in a minute" if first else ""

    rude.behave = greylist
    event = make_event()
    for number in range(3):
        register(event, number=number)
    work()
    assert [one.state for one in messages()] == [MessageState.QUEUED] * 3
    assert rude.lines == 1, "a refused mail leaves the line open for the next one"
    work(NOW + 61 * SECOND)
    assert [one.state for one in messages()] == [MessageState.SENT] * 3
    assert len(rude.mails) == 3


@pytest.mark.parametrize(
    ("verb", "says", "state"),
    [
        ("RCPT", "550 5.1.1 No such user", MessageState.BOUNCED),
        ("RCPT", "550 5.7.1 Not from you", MessageState.FAILED),
        ("RCPT", "452 4.2.2 Mailbox full", MessageState.QUEUED),
        ("DATA", "554 No SMTP here", MessageState.FAILED),
        ("DOT", "552 Too large", MessageState.FAILED),
        ("DOT", "451 Local trouble", MessageState.QUEUED),
        ("MAIL", "550 5.7.1 Sender refused", MessageState.QUEUED),
        ("MAIL", "552 Too large", MessageState.FAILED),
    ],
)
def test_final_answers_are_told_from_passing_ones(
    rude: Rude,
    register: Register,
    work: Work,
    messages: Messages,
    verb: str,
    says: str,
    state: MessageState,
) -> None:
    rude.behave = lambda line, _: says if line.upper().startswith(verb) else ""
    register(make_event())
    work()
    (message,) = messages()
    assert message.state is state
    assert says in message.last_error


def test_a_server_that_wants_a_password_fails_no_mail(
    app: Flask, rude: Rude, register: Register, work: Work, messages: Messages
) -> None:
    settings = app.config["FORUM_SETTINGS"]
    url = rude.url.replace("smtp://", "smtp://forum:wrong@")
    app.config["FORUM_SETTINGS"] = replace(settings, smtp_url=url)
    signs_in = {"EHLO": "250-rude.example\r\n250 AUTH PLAIN", "AUTH": "535 5.7.8 Wrong"}
    rude.behave = lambda line, _: signs_in.get(line[:4].upper(), "")
    register(make_event())
    work()
    (message,) = messages()
    assert (message.state, message.tries) == (MessageState.QUEUED, 0)
    assert "535" in message.last_error


def test_reports_come_back_to_an_address_of_the_mail_itself(
    app: Flask, rude: Rude, register: Register, work: Work, messages: Messages
) -> None:
    settings = app.config["FORUM_SETTINGS"]
    app.config["FORUM_SETTINGS"] = replace(settings, mail_bounces="bounces@example.com")
    register(make_event())
    work()
    (message,), (envelope,) = messages(), rude.envelopes
    found = claimed(envelope)
    assert found is not None
    assert (found.message_id, found.copy) == (message.id, 0)
    assert rude.mails[0]["From"].addresses[0].addr_spec == "forum@localhost"


def test_no_job_waits_for_a_mail_server_that_hangs(
    app: Flask, rude: Rude, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(post, "OPENING_SECONDS", 8.0)
    rude.behave = lambda *_: SILENT
    done: list[Any] = []
    seen = threading.Event()
    outbox.after("sample.happened")(lambda *_: seen.set())
    periodic.every(SECOND / 10, "count beside a hanging server")(done.append)
    register(make_event(), now=clock.now())
    with worker(app):
        wait_until(lambda: rude.lines > 0, seconds=10, what="the first call")
        begun = len(done)
        with app.app_context(), writing() as session:
            outbox.emit(session, "sample.happened", {}, key="one", now=clock.now())
        assert seen.wait(4), "an effect was carried out meanwhile"
        wait_until(lambda: len(done) >= begun + 3, seconds=4, what="the timetable")
        assert rude.lines == 1
        rude.over.set()
    outbox._AFTER.pop("sample.happened")
    periodic._KNOWN.pop("count beside a hanging server")
