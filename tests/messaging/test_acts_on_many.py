"""What one act sends to many: it leaves after what one person waits for, and speakers hear too."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask

from forum.core import outbox
from forum.core.actor import SYSTEM
from forum.core.db import writing
from forum.core.links import Purpose, derive
from forum.core.text import Text
from forum.events import service as events
from forum.events.manage.telling import told_of_event
from forum.events.models import Event
from forum.messaging import service
from forum.messaging.models import Message
from forum.messaging.rules import TO_MANY, Kind
from forum.programme.models import Engagement
from forum.programme.rules import EngagementState
from tests.factories import ENDS, NOW, STARTS, make_event
from tests.messaging.conftest import Register, Work
from tests.messaging.stage import Stage, plain
from tests.messaging.test_event_changes import move
from tests.messaging.test_opt_out import invite
from tests.support.mail import Mailbox

pytestmark = pytest.mark.usefixtures("in_app")
Messages = Callable[[], list[Message]]
Act = Callable[[Event], object]
WEEK = timedelta(days=7)
SOON = NOW + timedelta(seconds=1)
LATER = NOW + timedelta(minutes=6)


def cancel(event: Event) -> None:
    events.cancel(SYSTEM, event.id, Text({"en": "The hall is closed."}), now=NOW)


def postpone(event: Event) -> None:
    events.postpone(SYSTEM, event.id, Text({"en": "The hall is closed."}), now=NOW)


def postpone_to_a_date(event: Event) -> None:
    dates = events.NewDates(STARTS + WEEK, ENDS + WEEK)
    events.postpone(SYSTEM, event.id, Text({"en": "The hall is closed."}), dates, now=NOW)


def publish(event: Event) -> None:
    events.publish(SYSTEM, event.id, now=NOW)


def write_all(now: datetime = NOW) -> None:
    """Let everything be written that was asked for, and nothing be sent."""
    while outbox.deliver_due(now):
        pass


@pytest.mark.both_databases
@pytest.mark.parametrize("act", [cancel, postpone, postpone_to_a_date])
def test_what_all_guests_are_told_lets_a_ticket_go_before(
    smtp: Mailbox, register: Register, work: Work, act: Act
) -> None:
    event = make_event()
    for number in range(3):
        register(event, number=number)
    work()
    smtp.empty()
    act(event)
    write_all()
    register(make_event(), number="ticket", now=SOON)
    write_all(SOON)
    service.deliver_due(SOON, limit=1)
    (mail,) = smtp.mails
    assert mail["Subject"].startswith("Your ticket")


def test_changes_and_invitations_go_to_many_and_a_ticket_does_not(
    app: Flask, smtp: Mailbox, register: Register, work: Work, messages: Messages
) -> None:
    event = make_event()
    register(event)
    invite(app, event, "guest@example.com")
    move(event, timedelta(hours=1), events.Telling())
    work(LATER)
    found = {one.kind: one.bulk for one in messages()}
    assert found == {
        Kind.CONFIRMED: False,
        Kind.GUEST_INVITATION: True,
        Kind.EVENT_CHANGED: True,
    }
    assert not {Kind.SIGN_IN, Kind.INVITATION, Kind.LINKS, Kind.OFFERED} & TO_MANY


def test_one_that_somebody_sends_again_waits_for_nobody(
    smtp: Mailbox, register: Register, work: Work, messages: Messages
) -> None:
    event = make_event()
    register(event)
    postpone(event)
    work()
    (one,) = [one for one in messages() if one.bulk]
    service.resend(SYSTEM, event.id, one.id, now=NOW)
    assert not [one for one in messages() if one.bulk]


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("acts", "kind", "says"),
    [
        ([cancel], Kind.SPEAKER_CANCELLED, "活動取消"),
        ([postpone], Kind.SPEAKER_POSTPONED, "延期"),
        ([postpone_to_a_date], Kind.SPEAKER_MOVED, "12月15日"),
        ([postpone, publish], Kind.SPEAKER_BACK, "12月8日"),
    ],
)
def test_a_speaker_hears_how_the_event_stands_once_with_the_own_link(
    smtp: Mailbox,
    work: Work,
    stage: Stage,
    messages: Messages,
    acts: list[Act],
    kind: Kind,
    says: str,
) -> None:
    for act in acts:
        smtp.empty()
        act(stage.event)
        work()
    (mail,) = smtp.mails
    assert mail["To"].addresses[0].addr_spec == "ada@example.com"
    assert messages()[-1].kind is kind
    said = plain(mail)
    assert f"/s/{derive(Purpose.SPEAKER, stage.engagement.id)}" in said
    assert "你的登記" not in said, "a speaker has no registration that stands or ends"
    assert says in mail["Subject"] + said
    work()
    assert len(smtp.mails) == 1


@pytest.mark.both_databases
@pytest.mark.parametrize("act", [cancel, postpone])
def test_a_speaker_who_is_registered_hears_it_once_as_a_guest(
    smtp: Mailbox, register: Register, work: Work, stage: Stage, act: Act
) -> None:
    register(stage.event, email="ada@example.com", email_key="ada@example.com")
    work()
    smtp.empty()
    act(stage.event)
    work()
    (mail,) = smtp.mails
    assert "/s/" not in plain(mail)


def test_who_declined_hears_nothing(smtp: Mailbox, work: Work, stage: Stage) -> None:
    with writing() as session:
        one = session.get_one(Engagement, stage.engagement.id)
        one.state = EngagementState.DECLINED
    cancel(stage.event)
    work()
    assert smtp.mails == []


def test_what_was_taken_back_before_it_was_written_is_told_to_nobody(
    smtp: Mailbox, work: Work, stage: Stage
) -> None:
    postpone(stage.event)
    cancel(stage.event)
    work()
    (mail,) = smtp.mails
    assert mail["Subject"].startswith("活動取消")


def test_the_page_that_asks_counts_guests_then_speakers(register: Register, stage: Stage) -> None:
    register(stage.event)
    found = told_of_event(stage.event)
    assert [(one.number, str(one.says)) for one in found] == [
        (1, "with a seat is told by mail"),
        (1, "speaker is told by mail"),
    ]
