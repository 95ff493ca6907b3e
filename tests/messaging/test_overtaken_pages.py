"""Pages say what was stopped when the event was changed, how many lack it, and the way to go on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
import time_machine
from flask import Flask

from forum.core.actor import SYSTEM
from forum.core.db import db
from forum.core.permissions import Role
from forum.core.text import Text
from forum.events import service as events
from forum.events.models import Event
from forum.messaging.service import announcing, deliver_due, digests
from tests.events.browsing import Member
from tests.factories import make_event, make_organisation
from tests.messaging.conftest import Register, Work
from tests.messaging.stage import plain
from tests.messaging.test_event_changes import move
from tests.messaging.test_timeline import DAY_BEFORE, planned
from tests.support.mail import Mailbox

HOME = "/manage/sample-forum/"
LINE = f"{HOME}messages/timeline"
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with time_machine.travel(DAY_BEFORE, tick=False):
        yield


@pytest.fixture
def event_id(app: Flask, register: Register, work: Work, smtp: Mailbox) -> UUID:
    """An event with three guests who have their tickets."""
    with app.app_context():
        made = make_event(make_organisation(), slug="sample-forum")
        for number in range(3):
            register(made, number=number)
        work(DAY_BEFORE)
        smtp.empty()
        return made.id


@pytest.fixture
def member(app: Flask, event_id: UUID) -> Member:
    with app.app_context():
        known = db.session.get_one(Event, event_id)
        organisation: Any = SimpleNamespace(id=known.organisation_id)
        return Member(app, organisation, role=Role.MANAGER)


@pytest.fixture
def reminder(app: Flask, event_id: UUID) -> Callable[..., str]:
    """Send a reminder to one of three, and let the server defer the others if it is to."""

    def _reminder(smtp: Mailbox, *, deferred: bool = False) -> str:
        with app.app_context():
            made = planned(db.session.get_one(Event, event_id))
            announcing.send_due(DAY_BEFORE)
            smtp.refusals.extend(["451 Later"] * 2 if deferred else [])
            deliver_due(DAY_BEFORE, limit=3 if deferred else 1)
            announcing.send_due(DAY_BEFORE)
            return f"{HOME}messages/announcements/{made.id}"

    return _reminder


def changed(app: Flask, event_id: UUID, work: Work, act: Callable[[Event], Any]) -> None:
    with app.app_context():
        act(db.session.get_one(Event, event_id))
        work(DAY_BEFORE)


def an_hour_later(event: Event) -> None:
    move(event, HOUR, None, DAY_BEFORE)


def test_the_time_line_says_how_many_lack_it_and_goes_on(
    app: Flask,
    event_id: UUID,
    member: Member,
    smtp: Mailbox,
    work: Work,
    reminder: Callable[..., str],
) -> None:
    page = reminder(smtp)
    changed(app, event_id, work, an_hour_later)
    shown = member.get(LINE).text
    coming = shown.partition('id="h-come"')[2].partition("</section>")[0]
    assert "Stopped when the event was changed: 2 people have not had it" in coming
    assert f"{page}/go-on" in coming
    assert "Forum stopped it when the event was changed." in member.get(page).text
    assert member.press(LINE, f"{page}/go-on").status_code == 303
    work(DAY_BEFORE)
    assert len(smtp.mails) == 3
    assert "when the event was changed" not in member.get(LINE).text


def test_the_home_and_the_morning_mail_name_it_until_it_goes_on(
    app: Flask,
    event_id: UUID,
    member: Member,
    smtp: Mailbox,
    work: Work,
    reminder: Callable[..., str],
) -> None:
    page = reminder(smtp)
    assert "half-way" not in member.get(HOME).text
    changed(app, event_id, work, an_hour_later)
    shown = member.get(HOME).text
    assert "1 mail was stopped half-way when the event was changed" in shown
    assert f'href="{LINE}"' in shown.partition('id="h-needs"')[2].partition("</section>")[0]
    smtp.empty()
    morning = DAY_BEFORE + timedelta(hours=22)
    with app.app_context():
        digests.ask_for_digests(morning)
        work(morning)
    (told,) = [one for one in smtp.mails if one["Subject"].startswith("What waits")]
    assert "Mails stopped half-way since yesterday, as the event was changed: 1" in plain(told)
    member.press(page, f"{page}/go-on")
    assert "half-way" not in member.get(HOME).text


def test_of_an_event_that_is_off_nothing_is_offered(
    app: Flask,
    event_id: UUID,
    member: Member,
    smtp: Mailbox,
    work: Work,
    reminder: Callable[..., str],
) -> None:
    reminder(smtp)
    changed(
        app,
        event_id,
        work,
        lambda event: events.cancel(SYSTEM, event.id, Text(), now=DAY_BEFORE),
    )
    shown = member.get(LINE).text
    assert "Stopped when the event was changed: 2 people have not had it" in shown
    assert "/go-on" not in shown
    assert "half-way" not in member.get(HOME).text


def test_what_waits_of_a_sent_one_can_be_stopped_from_both_pages(
    app: Flask,
    event_id: UUID,
    member: Member,
    smtp: Mailbox,
    work: Work,
    reminder: Callable[..., str],
) -> None:
    page = reminder(smtp, deferred=True)
    stop = f"{LINE}/{page.rpartition('/')[2]}/stop"
    shown = member.get(LINE).text
    assert "1 of 3 mails" in shown
    assert stop in shown
    assert stop in member.get(page).text
    assert member.press(page, stop).status_code == 303
    assert "Stopped half-way: 2 people have not had it" in member.get(LINE).text
    assert stop not in member.get(page).text
    with app.app_context():
        work(DAY_BEFORE + HOUR)
    assert len(smtp.mails) == 1
