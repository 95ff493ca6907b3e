"""Mails around an event: planned once, moved with it, stopped with it, once to each person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta

import pytest
import sqlalchemy as sa

from forum.core.actor import SYSTEM
from forum.core.audit import AuditEntry
from forum.core.db import db
from forum.core.revisions import ChangedMeanwhile
from forum.core.text import Text
from forum.events import service as events
from forum.events.models import Event
from forum.events.rules import EventState
from forum.messaging.models import Announcement, Message
from forum.messaging.rules import Kind
from forum.messaging.rules.announcements import (
    Anchor,
    AnnouncementKind,
    AnnouncementState,
    IllegalAnnouncementMove,
    Timing,
)
from forum.messaging.rules.around import (
    MOST_PLANNED,
    SEGMENTS,
    USUAL,
    EventIsOff,
    PlannedAlready,
    TooManyPlanned,
    is_missed,
)
from forum.messaging.rules.timing import UntimelyMail, When
from forum.messaging.service import announcing, scheduling
from forum.registrations import service as registrations
from tests.factories import NOW, STARTS, make_event
from tests.messaging.conftest import Register, Work
from tests.messaging.stage import plain
from tests.messaging.test_event_changes import move
from tests.registrations.past_events import let_in
from tests.support.mail import Mailbox

pytestmark = pytest.mark.usefixtures("in_app")
Messages = Callable[[], list[Message]]
REMINDER, DOORS_OPEN, THANKS = (
    AnnouncementKind.REMINDER,
    AnnouncementKind.DOORS_OPEN,
    AnnouncementKind.THANKS,
)
SCHEDULED, SENT, STOPPED = (
    AnnouncementState.SCHEDULED,
    AnnouncementState.SENT,
    AnnouncementState.STOPPED,
)
DAY_BEFORE = datetime.fromisoformat("2026-12-07T02:00:00+00:00")
DAY = timedelta(days=1)
Run = Callable[[datetime], None]


@pytest.fixture
def run(work: Work) -> Run:
    """Do what the jobs process does at a moment, planned mails first."""

    def _run(now: datetime) -> None:
        work(now)
        announcing.send_due(now)
        work(now)
        announcing.send_due(now)

    return _run


def planned(
    event: Event,
    kind: AnnouncementKind = REMINDER,
    when: When | None = None,
    now: datetime = NOW,
) -> Announcement:
    wanted = scheduling.Plan(kind, when or USUAL[kind], SEGMENTS[kind][0])
    return read(scheduling.plan(SYSTEM, event.id, wanted, now=now))


def read(one: object) -> Announcement:
    found = db.session.get(Announcement, one, populate_existing=True)
    assert found is not None
    return found


def again(one: Announcement) -> Announcement:
    return read(one.id)


@pytest.mark.both_databases
def test_a_reminder_goes_the_day_before_at_ten_with_the_ticket_and_once(
    smtp: Mailbox, register: Register, run: Run
) -> None:
    event = make_event(capacity=2)
    register(event, number="en")
    register(event, number="zh", lang="zh-Hant")
    register(event, number="waits")
    run(NOW)
    smtp.empty()
    made = planned(event)
    assert (made.state, made.due_at) == (SCHEDULED, DAY_BEFORE)
    run(DAY_BEFORE - timedelta(minutes=1))
    assert smtp.mails == []
    run(DAY_BEFORE)
    assert len(smtp.mails) == 2
    (mail,) = smtp.to("guest.en@example.com")
    assert mail["Subject"] == "A reminder: Sample Forum: a fresh look"
    assert "You are registered for Tuesday 8 December 2026" in plain(mail)
    assert "Reference: " in plain(mail)
    assert len([one for one in mail.walk() if one.get_content_type() == "image/png"]) == 2
    (mail,) = smtp.to("guest.zh@example.com")
    assert mail["Content-Language"] == "zh-Hant-HK"
    assert again(made).state is SENT
    run(DAY_BEFORE + timedelta(minutes=5))
    assert len(smtp.mails) == 2


@pytest.mark.both_databases
def test_a_moved_event_moves_its_mails_and_nobody_gets_one_twice(
    smtp: Mailbox, register: Register, run: Run
) -> None:
    event = make_event()
    register(event, number=1)
    run(NOW)
    smtp.empty()
    reminder, doors = planned(event), planned(event, DOORS_OPEN)
    move(event, DAY, None)
    assert again(reminder).due_at == DAY_BEFORE + DAY
    assert again(doors).due_at == STARTS + DAY - timedelta(minutes=30)
    run(DAY_BEFORE)
    assert smtp.mails == []
    run(DAY_BEFORE + DAY)
    assert len(smtp.mails) == 1
    move(event, 7 * DAY, None, DAY_BEFORE + DAY)
    assert again(reminder).state is SENT
    run(DAY_BEFORE + 8 * DAY)
    assert len(smtp.mails) == 1


def test_a_postponed_event_lets_its_mails_wait_until_there_is_a_date(
    smtp: Mailbox, register: Register, run: Run
) -> None:
    event = make_event()
    register(event)
    made = planned(event)
    run(NOW)
    events.postpone(SYSTEM, event.id, Text(), now=NOW)
    assert (again(made).state, made.due_at) == (SCHEDULED, None)
    run(NOW)
    smtp.empty()
    run(DAY_BEFORE)
    assert smtp.mails == []
    move(event, 30 * DAY, None)
    assert again(made).due_at == DAY_BEFORE + 30 * DAY
    events.publish(SYSTEM, event.id, now=NOW)
    assert again(made).due_at == DAY_BEFORE + 30 * DAY


def test_postponing_to_a_date_moves_them_there() -> None:
    event = make_event()
    made = planned(event)
    dates = events.NewDates(STARTS + 7 * DAY, STARTS + 7 * DAY + timedelta(hours=4))
    events.postpone(SYSTEM, event.id, Text(), dates, now=NOW)
    assert again(made).due_at == DAY_BEFORE + 7 * DAY


def test_cancelling_stops_all_that_is_planned(smtp: Mailbox, register: Register, run: Run) -> None:
    event = make_event()
    register(event)
    made = [planned(event, kind) for kind in (REMINDER, DOORS_OPEN, THANKS)]
    run(NOW)
    events.cancel(SYSTEM, event.id, Text(), now=NOW)
    assert {again(one).state for one in made} == {STOPPED}
    run(NOW)
    smtp.empty()
    run(STARTS + DAY)
    assert smtp.mails == []
    with pytest.raises(EventIsOff):
        planned(event)


def test_cancelling_holds_back_what_is_being_sent(
    smtp: Mailbox, register: Register, work: Work
) -> None:
    event = make_event()
    for number in range(3):
        register(event, number=number)
    work()
    smtp.empty()
    made = planned(event)
    announcing.send_due(DAY_BEFORE)
    events.cancel(SYSTEM, event.id, Text(), now=DAY_BEFORE)
    work(DAY_BEFORE)
    assert again(made).state is STOPPED
    subjects = {mail["Subject"].split(":")[0] for mail in smtp.mails}
    assert subjects == {"Cancelled"}


def test_a_moment_that_passed_by_a_move_is_missed_and_comes_back_with_the_date(
    smtp: Mailbox, register: Register, run: Run
) -> None:
    event = make_event()
    register(event)
    run(NOW)
    smtp.empty()
    made = planned(event)
    move(event, -16 * DAY, None)
    assert again(made).state is STOPPED
    assert is_missed(made)
    run(NOW)
    assert smtp.mails == []
    move(event, 20 * DAY, None)
    assert (again(made).state, made.due_at) == (SCHEDULED, DAY_BEFORE + 4 * DAY)
    announcing.stop(SYSTEM, event.id, made.id, now=NOW)
    assert not is_missed(again(made))
    move(event, DAY, None)
    assert again(made).state is STOPPED


def test_doors_open_reaches_who_is_still_to_come_with_the_code(
    smtp: Mailbox, register: Register, run: Run
) -> None:
    event = make_event()
    register(event, number=1)
    run(NOW)
    smtp.empty()
    planned(event, DOORS_OPEN)
    run(STARTS - timedelta(minutes=30))
    (mail,) = smtp.mails
    assert mail["Subject"].startswith("The doors are open")
    assert mail.get_content_maintype() == "multipart"


def test_a_reminder_that_waits_for_a_dead_server_does_not_come_after_the_event(
    smtp: Mailbox, register: Register, run: Run, messages: Messages
) -> None:
    event = make_event()
    register(event)
    run(NOW)
    smtp.empty()
    planned(event, DOORS_OPEN)
    smtp.refusals.append("451 Later")
    run(STARTS - timedelta(minutes=30))
    assert smtp.mails == []
    run(STARTS + DAY)
    assert smtp.mails == []
    (message,) = [one for one in messages() if one.kind is Kind.DOORS_OPEN]
    assert message.good_until == event.ends_at


def test_thanks_go_to_those_who_came_with_the_way_to_the_programme(
    smtp: Mailbox, register: Register, run: Run
) -> None:
    event = make_event()
    came, _ = register(event, number="came"), register(event, number="absent")
    run(NOW)
    let_in(event, came.registration_id)
    smtp.empty()
    planned(event, THANKS)
    run(event.ends_at + timedelta(hours=2))
    (mail,) = smtp.mails
    assert mail["To"].addresses[0].addr_spec == "guest.came@example.com"
    assert mail["Subject"].startswith("Thank you for coming")
    assert f"/en/e/{event.slug}/programme" in plain(mail)


def test_who_cancels_between_queueing_and_sending_gets_no_reminder(
    smtp: Mailbox, register: Register, run: Run
) -> None:
    event = make_event()
    guest = register(event)
    run(NOW)
    planned(event)
    smtp.refusals.append("451 Later")
    run(DAY_BEFORE)
    smtp.empty()
    registrations.cancel(SYSTEM, guest.registration_id, now=DAY_BEFORE)
    run(DAY_BEFORE + timedelta(hours=1))
    assert [mail["Subject"].split(":")[0] for mail in smtp.mails] == ["Cancelled"]


def test_moments_are_refused_that_are_past_taken_or_too_many() -> None:
    event = make_event()
    with pytest.raises(UntimelyMail):
        planned(event, when=When(Timing.RELATIVE, days=-60))
    planned(event)
    with pytest.raises(PlannedAlready):
        planned(event)
    for days in range(1, MOST_PLANNED):
        planned(event, THANKS, When(Timing.RELATIVE, anchor=Anchor.END, days=days))
    with pytest.raises(TooManyPlanned):
        planned(event, THANKS, When(Timing.RELATIVE, anchor=Anchor.END, days=100))


def test_a_mail_is_planned_otherwise_stopped_and_planned_again() -> None:
    event = make_event()
    made = planned(event)
    other = scheduling.Plan(
        REMINDER, When(Timing.RELATIVE, days=-7, clock=time(9)), SEGMENTS[REMINDER][0]
    )
    scheduling.replan(SYSTEM, event.id, made.id, other, revision=made.revision, now=NOW)
    assert again(made).due_at == DAY_BEFORE - 6 * DAY - timedelta(hours=1)
    with pytest.raises(ChangedMeanwhile):
        scheduling.replan(SYSTEM, event.id, made.id, other, revision=1, now=NOW)
    announcing.stop(SYSTEM, event.id, made.id, now=NOW)
    revision = again(made).revision
    scheduling.replan(SYSTEM, event.id, made.id, other, revision=revision, now=NOW)
    assert again(made).state is SCHEDULED
    scheduling.forget(SYSTEM, event.id, made.id, now=NOW)
    assert db.session.get(Announcement, made.id, populate_existing=True) is None
    kept = db.session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert [one for one in kept if one.startswith("announcement.")] == [
        "announcement.planned",
        "announcement.changed",
        "announcement.stopped",
        "announcement.changed",
        "announcement.removed",
    ]


def test_what_went_is_neither_changed_nor_forgotten(
    smtp: Mailbox, register: Register, run: Run
) -> None:
    event = make_event()
    register(event)
    made = planned(event)
    run(DAY_BEFORE)
    assert len(smtp.to("guest.1@example.com")) <= 2
    with pytest.raises(IllegalAnnouncementMove):
        scheduling.forget(SYSTEM, event.id, made.id, now=DAY_BEFORE)
    other = scheduling.Plan(REMINDER, When(Timing.RELATIVE, minutes=-60), SEGMENTS[REMINDER][0])
    with pytest.raises(IllegalAnnouncementMove):
        scheduling.replan(
            SYSTEM, event.id, made.id, other, revision=again(made).revision, now=DAY_BEFORE
        )


def test_a_draft_is_planned_for_before_it_is_published() -> None:
    event = make_event(state=EventState.DRAFT, published_at=None)
    made = planned(event)
    events.publish(SYSTEM, event.id, now=NOW)
    assert (again(made).state, made.due_at) == (SCHEDULED, DAY_BEFORE)
