"""The time-line page: what goes when and to how many, planned, changed and stopped from there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from forum.core.actor import SYSTEM
from forum.core.db import counted_statements, db, writing
from forum.core.permissions import Role
from forum.core.text import Text
from forum.events import service as events
from forum.events.models import Event
from forum.events.service import Telling
from forum.messaging.models import Announcement, EventNews
from forum.messaging.rules.announcements import AnnouncementKind, AnnouncementState, Timing
from forum.messaging.rules.around import SEGMENTS
from forum.messaging.rules.timing import When
from forum.messaging.service import announcing, digests, scheduling
from forum.registrations.models import Registration
from forum.registrations.rules import RegistrationState
from tests.events.browsing import Member
from tests.factories import NOW, make_event, make_organisation
from tests.messaging.conftest import Register, Work
from tests.messaging.test_event_changes import move
from tests.support.mail import Mailbox

LINE = "/manage/sample-forum/messages/timeline"
ANNOUNCED = "/manage/sample-forum/messages/announcements"
NEW = f"{LINE}/new?kind=reminder"
REMINDER = AnnouncementKind.REMINDER


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@dataclass(frozen=True)
class House:
    """An event with three guests, and members who may more or less."""

    app: Flask
    manager: Member
    registrar: Member
    event_id: UUID
    ours: Any

    def planned(self) -> list[Announcement]:
        with self.app.app_context():
            wanted = sa.select(Announcement).order_by(Announcement.created_at)
            return list(db.session.scalars(wanted))


@pytest.fixture
def house(app: Flask, register: Register) -> House:
    with app.app_context():
        organisation = make_organisation()
        event = make_event(organisation, slug="sample-forum")
        for number in range(3):
            register(event, number=number)
        event_id, ours = event.id, SimpleNamespace(id=organisation.id)
    manager, registrar = (Member(app, ours, role=one) for one in (Role.MANAGER, Role.REGISTRAR))
    return House(app, manager, registrar, event_id, ours)


def test_an_empty_line_offers_what_forum_can_send(house: House) -> None:
    page = house.manager.get(LINE).text
    for says in (
        "Reminder before the event",
        "1 day before, at 10:00",
        "Doors open",
        "30 minutes before the start",
        "Thank you after the event",
        "2 hours after the end",
        "The event begins",
    ):
        assert says in page


def test_a_reminder_is_planned_seen_changed_stopped_and_removed(house: House) -> None:
    assert house.manager.fill(NEW).status_code == 303
    page = house.manager.get(LINE).text
    assert "The mail is planned." in page
    assert "Monday 7 December, 10:00 am" in page
    assert "1 day before, at 10:00" in page
    assert "3 people" in page
    assert "Scheduled" in page
    (made,) = house.planned()
    assert "A reminder" in house.manager.get(f"{ANNOUNCED}/{made.id}").text
    one = f"{LINE}/{made.id}"
    assert house.manager.fill(one, number="7", clock="09:30").status_code == 303
    assert "7 days before, at 09:30" in house.manager.get(LINE).text
    assert house.manager.press(LINE, f"{one}/stop").status_code == 303
    assert house.planned()[0].state is AnnouncementState.STOPPED
    assert "Stopped" in house.manager.get(LINE).text
    assert house.manager.fill(one).status_code == 303
    assert house.planned()[0].state is AnnouncementState.SCHEDULED
    house.manager.press(LINE, f"{one}/stop")
    assert house.manager.press(LINE, f"{one}/remove").status_code == 303
    assert house.planned() == []


def test_the_page_of_a_planned_mail_is_named_and_offers_no_draft(house: House) -> None:
    house.manager.fill(NEW)
    (made,) = house.planned()
    one = f"{ANNOUNCED}/{made.id}"
    page = house.manager.get(one).text
    assert "<title>Reminder before the event, " in page
    assert re.search(r"<h1[^>]*>\s*Reminder before the event\s*</h1>", page)
    assert f'href="{LINE}" aria-current="page"' in page
    assert f'href="{LINE}/{made.id}"' in page
    assert "Back to draft" not in page
    assert "Stop it" in page
    token = house.manager.form(f"{LINE}/{made.id}")
    for act in ("draft", "nod", "remove", "send"):
        there = replace(token, action=f"{one}/{act}")
        assert house.manager.send(one, there).status_code == 404, act
    assert house.manager.get(f"{one}/remove").status_code == 404
    assert house.planned()[0].state is AnnouncementState.SCHEDULED
    house.manager.press(LINE, f"{LINE}/{made.id}/stop")
    page = house.manager.get(one).text
    assert "Plan again" in page
    assert "Back to draft" not in page


@pytest.mark.parametrize(
    ("kind", "typed", "says"),
    [
        ("reminder", {"number": "3", "clock": ""}, "Saturday 5 December, 9:00 am"),
        ("reminder", {"way": "hours", "number": "2"}, "Tuesday 8 December, 7:00 am"),
        ("doors_open", {"way": "minutes", "number": "45"}, "Tuesday 8 December, 8:15 am"),
        ("doors_open", {}, "Tuesday 8 December, 8:30 am"),
        ("thanks", {}, "Tuesday 8 December, 3:00 pm"),
        ("thanks", {"way": "days", "number": "1", "clock": "10:00"}, "9 December, 10:00 am"),
        ("thanks", {"way": "moment", "at": "2026-12-10T12:00"}, "Thursday 10 December, 12:00 pm"),
    ],
)
def test_moments_are_typed_in_many_ways(
    house: House, kind: str, typed: dict[str, Any], says: str
) -> None:
    assert house.manager.fill(f"{LINE}/new?kind={kind}", **typed).status_code == 303
    assert says in house.manager.get(LINE).text
    (made,) = house.planned()
    seen = dict(house.manager.form(f"{LINE}/{made.id}").values)
    for name, value in typed.items():
        assert seen.get(name, "") == value, name


BAD = [
    ({"number": ""}, "Enter a number"),
    ({"number": "many"}, "Enter a whole number from 0 to 10080"),
    ({"number": "-1"}, "Enter a whole number from 0 to 10080"),
    ({"number": "400"}, "Enter a number of days up to 366"),
    ({"number": "60"}, "That moment has passed"),
    ({"way": "moment", "at": ""}, "Enter a day and a time"),
    ({"way": "moment", "at": "soon"}, "Enter a day and a time, like"),
    ({"way": "moment", "at": "2020-01-01T09:00"}, "That moment has passed"),
    ({"way": "nonsense"}, "Choose one from the list"),
    ({"clock": "25:99"}, "Enter a time from 00:00 to 23:59"),
    ({"to": "7"}, "Choose one from the list"),
]


@pytest.mark.parametrize(("wrong", "says"), BAD)
def test_bad_moments_are_told_at_their_box_with_everything_kept(
    house: House, wrong: dict[str, str], says: str
) -> None:
    answer = house.manager.fill(NEW, **({"number": "2", "clock": "11:15"} | wrong))
    assert answer.status_code == 422
    assert says in answer.text
    assert "<title>Error:" in answer.text
    if "clock" not in wrong:
        assert 'value="11:15"' in answer.text
    assert house.planned() == []


def test_a_moment_that_the_clock_leaps_over_is_told(house: House) -> None:
    with house.app.app_context():
        organisation_id = db.session.get_one(Event, house.event_id).organisation_id
        make_event(slug="london", organisation_id=organisation_id, time_zone="Europe/London")
    answer = house.manager.fill(
        "/manage/london/messages/timeline/new?kind=thanks", way="moment", at="2027-03-28T01:30"
    )
    assert answer.status_code == 422
    assert "does not exist in Europe/London" in answer.text


def test_two_editors_meet(house: House) -> None:
    house.manager.fill(NEW)
    (made,) = house.planned()
    one = f"{LINE}/{made.id}"
    seen = house.registrar.form(one)
    house.manager.fill(one, number="2")
    answer = house.registrar.send(one, seen, number="3")
    assert answer.status_code == 409
    assert "changed by somebody else" in answer.text
    assert house.registrar.send(one, house.registrar.form_in(answer)).status_code == 303
    assert house.planned()[0].days == -3


def test_a_second_mail_at_the_same_moment_is_refused(house: House) -> None:
    house.manager.fill(NEW)
    answer = house.manager.fill(NEW)
    assert answer.status_code == 422
    assert "goes at that moment already" in answer.text


def test_waiting_news_is_shown_sent_at_once_or_dropped(
    smtp: Mailbox, house: House, work: Work
) -> None:
    def change() -> UUID:
        with house.app.app_context():
            move(db.session.get_one(Event, house.event_id), timedelta(hours=1), Telling())
            wanted = sa.select(EventNews.id).where(EventNews.told_at.is_(None))
            return db.session.scalars(wanted.where(EventNews.stopped_at.is_(None))).one()

    work()
    smtp.empty()
    news = change()
    page = house.registrar.get(LINE).text
    assert "Event changed" in page
    assert "Waits for further changes" in page
    assert "3 people" in page
    house.registrar.press(LINE, f"{LINE}/news/{news}/now")
    work(NOW + timedelta(seconds=10))
    assert len(smtp.mails) == 3
    assert "3 mails" in house.registrar.get(LINE).text
    news = change()
    asks = f"{LINE}/news/{news}/drop"
    assert f'href="{asks}"' in house.registrar.get(LINE).text
    assert "Tell 3 people nothing of the change?" in house.registrar.get(asks).text
    assert "Waits for further changes" in house.registrar.get(LINE).text
    house.registrar.press(asks, asks)
    assert house.registrar.get(asks).status_code == 404
    work(NOW + timedelta(minutes=10))
    assert len(smtp.mails) == 3


def test_what_went_stands_below_with_its_number(smtp: Mailbox, house: House, work: Work) -> None:
    house.manager.fill(NEW)
    moment = NOW + timedelta(days=15)
    with house.app.app_context():
        work(NOW)
        announcing.send_due(moment)
        work(moment)
        announcing.send_due(moment)
        events.cancel(SYSTEM, house.event_id, Text(), now=moment)
        work(moment)
    with time_machine.travel(moment, tick=True):
        page = Member(house.app, house.ours).get(LINE).text
    past = page[page.index("h-past") :]
    assert "Reminder before the event" in past
    assert "Event cancelled" in past
    assert past.count("3 mails") == 2
    assert "Forum can send" not in page


def test_a_postponed_event_shows_that_its_mails_wait(house: House) -> None:
    house.manager.fill(NEW)
    with house.app.app_context():
        events.postpone(SYSTEM, house.event_id, Text(), now=NOW)
    page = house.manager.get(LINE).text
    assert "Waits for the new date" in page
    assert "once it has a date" in page


def test_a_missed_mail_says_why_it_did_not_go(house: House) -> None:
    house.manager.fill(NEW)
    with house.app.app_context():
        move(db.session.get_one(Event, house.event_id), timedelta(days=-15, hours=-20), None)
    page = house.manager.get(LINE).text
    assert "its moment had passed when the event was moved" in page
    assert "Plan again" in page


def test_strangers_find_nothing_and_others_mails_are_not_ours(house: House) -> None:
    house.manager.fill(NEW)
    (made,) = house.planned()
    with house.app.app_context():
        away = SimpleNamespace(id=make_organisation().id)
        other = make_event(slug="other-forum")
        wanted = scheduling.Plan(REMINDER, When(Timing.RELATIVE, days=-1), SEGMENTS[REMINDER][0])
        theirs = scheduling.plan(SYSTEM, other.id, wanted, now=NOW)
    stranger = Member(house.app, away)
    assert stranger.get(LINE).status_code == 404
    assert stranger.get(f"{LINE}/{made.id}").status_code == 404
    assert house.manager.get(f"{LINE}/{theirs}").status_code == 404


@pytest.mark.parametrize("number", [1, 15])
def test_the_line_is_read_in_as_many_statements_for_any_number_of_mails(
    house: House, number: int
) -> None:
    with house.app.app_context():
        for days in range(1, number + 1):
            wanted = scheduling.Plan(
                REMINDER, When(Timing.RELATIVE, days=-days), SEGMENTS[REMINDER][0]
            )
            scheduling.plan(SYSTEM, house.event_id, wanted, now=NOW)
    house.manager.get(LINE)
    with house.app.app_context(), counted_statements(db.engine) as statements:
        page = house.manager.get(LINE)
    assert page.text.count("3 people") == number
    assert len(statements) <= 14


def test_a_member_switches_the_morning_mail_off_and_on_again(
    smtp: Mailbox, house: House, work: Work
) -> None:
    work()
    smtp.empty()
    with house.app.app_context(), writing() as session:
        session.execute(
            sa.update(Registration)
            .where(Registration.event_id == house.event_id)
            .values(state=RegistrationState.PENDING, confirmed_at=None)
        )

    def mornings_mails(days: int) -> int:
        smtp.empty()
        now = datetime.fromisoformat("2026-11-23T00:00:00+00:00") + timedelta(days=days)
        with house.app.app_context():
            digests.ask_for_digests(now)
            work(now)
        return len(smtp.mails)

    assert "what waits for me" in house.manager.get("/account").text
    assert house.manager.fill("/account", having="lang", digest=[]).status_code == 303
    assert mornings_mails(0) == 1
    assert house.manager.fill("/account", having="lang", digest="y").status_code == 303
    assert mornings_mails(1) == 2
