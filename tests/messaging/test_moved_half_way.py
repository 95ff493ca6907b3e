"""An event that moves while mails around it wait, are counted, or are half-way out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from forum.core.actor import SYSTEM
from forum.core.db import db, writing
from forum.core.revisions import ChangedMeanwhile
from forum.core.text import Text
from forum.events import service as events
from forum.events.models import Event
from forum.messaging.models import Announcement
from forum.messaging.rules.announcements import (
    AnnouncementKind,
    AnnouncementState,
    IllegalAnnouncementMove,
    Timing,
)
from forum.messaging.rules.around import (
    SEGMENTS,
    EventIsOff,
    EventIsOver,
    NoDateYet,
    PlannedAlready,
)
from forum.messaging.rules.timing import UntimelyMail, When
from forum.messaging.service import announcing, scheduling
from forum.messaging.service import deliver_due as deliver
from forum.messaging.service.announcing import drafting, people
from forum.messaging.service.announcing import sending as being_sent
from forum.messaging.timeline import HELD, Entry, timeline_of
from tests.factories import NOW, STARTS, make_event
from tests.messaging.announcing_stage import announce, sender, wording
from tests.messaging.conftest import Register, Work
from tests.messaging.stage import plain
from tests.messaging.test_event_changes import change, move
from tests.messaging.test_timeline import DAY, DAY_BEFORE, DOORS_OPEN, THANKS, again, planned
from tests.support.mail import Mailbox

pytestmark = pytest.mark.usefixtures("in_app")
DRAFT, AWAITS, SCHEDULED, SENDING, SENT, STOPPED = AnnouncementState
AT_TEN = When(Timing.AT, at=DAY_BEFORE)
HOUR = timedelta(hours=1)


@pytest.fixture
def event(register: Register, work: Work, smtp: Mailbox) -> Event:
    """An event with three guests who have their tickets."""
    made = make_event()
    for number in range(3):
        register(made, number=number)
    work()
    smtp.empty()
    return made


def subjects(smtp: Mailbox) -> set[str]:
    return {mail["Subject"].split(":")[0] for mail in smtp.mails}


def entry(event: Event, made: Announcement, now: datetime = NOW) -> Entry:
    line = timeline_of(event, lambda _event, rows: {one.id: "" for one in rows}, now)
    return next(one for one in (*line.to_come, *line.past) if one.announcement == made.id)


def postpone(event: Event, now: datetime) -> None:
    events.postpone(SYSTEM, event.id, Text(), now=now)


@pytest.mark.both_databases
@pytest.mark.parametrize("told", ["Postponed", "Changed", ""])
def test_a_reminder_half_way_out_stops_when_its_date_is_no_longer_so(
    smtp: Mailbox, work: Work, event: Event, told: str
) -> None:
    made = planned(event)
    announcing.send_due(DAY_BEFORE)
    deliver(DAY_BEFORE, limit=1)
    assert subjects(smtp) == {"A reminder"}
    smtp.empty()
    if told == "Postponed":
        postpone(event, DAY_BEFORE)
    else:
        move(event, HOUR, events.Telling() if told else None, DAY_BEFORE)
    work(DAY_BEFORE)
    work(DAY_BEFORE + HOUR)
    assert again(made).state is STOPPED
    assert subjects(smtp) == ({told} if told else set())


def test_other_words_on_the_event_stop_nothing(smtp: Mailbox, work: Work, event: Event) -> None:
    made = planned(event)
    announcing.send_due(DAY_BEFORE)
    change(event, None, DAY_BEFORE, summary=Text({"en": "Other words"}))
    work(DAY_BEFORE)
    assert len(smtp.mails) == 3
    assert again(made).state is SENDING


def test_a_letter_of_ones_own_goes_on_when_the_event_is_postponed(
    smtp: Mailbox, work: Work, event: Event
) -> None:
    announce(sender(event), event)
    postpone(event, NOW)
    work()
    assert subjects(smtp) == {"The hall has changed", "Postponed"}


@pytest.mark.both_databases
def test_gone_on_with_it_says_the_new_time_to_those_who_have_not_had_it(
    smtp: Mailbox, work: Work, event: Event
) -> None:
    made = planned(event)
    announcing.send_due(DAY_BEFORE)
    deliver(DAY_BEFORE, limit=1)
    (early,) = smtp.mails
    move(event, HOUR, None, DAY_BEFORE)
    work(DAY_BEFORE)
    smtp.empty()
    announcing.go_on(SYSTEM, event.id, made.id, now=DAY_BEFORE)
    work(DAY_BEFORE)
    announcing.send_due(DAY_BEFORE)
    assert len({one["To"] for one in (early, *smtp.mails)}) == 3
    assert all("10:00 am" in plain(one) for one in smtp.mails)
    assert len(smtp.mails) == 2
    assert again(made).state is SENT


def test_it_does_not_go_on_without_a_date_after_the_event_or_where_it_is_off(event: Event) -> None:
    made = planned(event)
    announcing.send_due(DAY_BEFORE)
    announcing.stop(SYSTEM, event.id, made.id, now=DAY_BEFORE)
    with pytest.raises(EventIsOver):
        announcing.go_on(SYSTEM, event.id, made.id, now=STARTS + DAY)
    postpone(event, DAY_BEFORE)
    with pytest.raises(NoDateYet):
        announcing.go_on(SYSTEM, event.id, made.id, now=DAY_BEFORE)
    events.cancel(SYSTEM, event.id, Text(), now=DAY_BEFORE)
    with pytest.raises(EventIsOff):
        announcing.go_on(SYSTEM, event.id, made.id, now=DAY_BEFORE)
    assert again(made).state is STOPPED


@pytest.mark.both_databases
def test_a_moment_of_its_own_waits_too_until_there_is_a_date(
    smtp: Mailbox, work: Work, event: Event
) -> None:
    made = planned(event, when=AT_TEN)
    assert made.due_at == DAY_BEFORE
    postpone(event, NOW)
    work()
    smtp.empty()
    assert again(made).due_at is None
    assert entry(event, made).note is None
    move(event, HOUR, None)
    assert again(made).due_at == DAY_BEFORE
    other = planned(event, DOORS_OPEN, AT_TEN)
    postpone_again = make_event()
    postpone(postpone_again, NOW)
    late = planned(postpone_again, when=AT_TEN)
    assert late.due_at is None, "nor is one that is planned while there is no date"
    with pytest.raises(PlannedAlready):
        planned(postpone_again, when=AT_TEN)
    assert planned(postpone_again, when=When(Timing.AT, at=DAY_BEFORE - DAY)).due_at is None
    announcing.send_due(DAY_BEFORE)
    work(DAY_BEFORE)
    assert {again(one).state for one in (made, other)} == {SENDING}
    assert again(late).state is SCHEDULED


def test_a_moment_of_its_own_that_a_move_puts_on_the_wrong_side_is_held_and_says_so(
    smtp: Mailbox, work: Work, event: Event
) -> None:
    reminder = planned(event, when=AT_TEN)
    thanks = planned(event, THANKS, When(Timing.AT, at=STARTS + DAY))
    move(event, -10 * DAY, None)
    assert (again(reminder).state, reminder.due_at) == (SCHEDULED, None)
    shown = entry(event, reminder)
    assert (shown.at, shown.note) == (DAY_BEFORE, HELD)
    move(event, 20 * DAY, None)
    assert again(reminder).due_at == DAY_BEFORE
    assert (again(thanks).state, thanks.due_at) == (SCHEDULED, None)
    announcing.send_due(STARTS + DAY)
    work(STARTS + DAY)
    assert subjects(smtp) == {"A reminder"}


def test_a_moment_on_the_wrong_side_is_not_planned(event: Event) -> None:
    for kind in (AnnouncementKind.REMINDER, DOORS_OPEN):
        with pytest.raises(UntimelyMail):
            planned(event, kind, When(Timing.AT, at=event.ends_at))
    with pytest.raises(UntimelyMail):
        planned(event, THANKS, When(Timing.AT, at=STARTS - HOUR))


@pytest.mark.both_databases
@pytest.mark.parametrize("way", ["postponed", "moved", "moved by an hour", "cancelled"])
def test_who_moves_the_event_while_people_are_counted_is_heard(
    smtp: Mailbox, work: Work, event: Event, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    made = planned(event)
    acts: dict[str, Callable[[], object]] = {
        "postponed": lambda: postpone(event, DAY_BEFORE),
        "moved": lambda: move(event, 7 * DAY, None, DAY_BEFORE),
        "moved by an hour": lambda: move(event, HOUR, None, DAY_BEFORE),
        "cancelled": lambda: events.cancel(SYSTEM, event.id, Text(), now=DAY_BEFORE),
    }
    counts = people.count

    def slow(*known: Any) -> Any:
        monkeypatch.setattr(being_sent, "count", counts)
        acts[way]()
        return counts(*known)

    monkeypatch.setattr(being_sent, "count", slow)
    announcing.send_due(DAY_BEFORE)
    assert again(made).state is (STOPPED if way == "cancelled" else SCHEDULED)
    assert again(made).started_at is None
    work(DAY_BEFORE)
    assert "A reminder" not in subjects(smtp)


def test_a_form_that_was_overtaken_by_a_move_is_told_so(event: Event) -> None:
    made = planned(event)
    seen = made.revision
    move(event, DAY, None)
    wanted = scheduling.Plan(DOORS_OPEN, When(Timing.RELATIVE, minutes=-5), SEGMENTS[DOORS_OPEN][0])
    with pytest.raises(ChangedMeanwhile):
        scheduling.replan(SYSTEM, event.id, made.id, wanted, revision=seen, now=NOW)


@pytest.mark.both_databases
def test_another_end_leaves_a_reminder_alone_that_is_just_due(
    smtp: Mailbox, work: Work, event: Event
) -> None:
    made = planned(event)
    at = DAY_BEFORE + timedelta(seconds=3)
    change(event, None, at, ends_at=event.ends_at + HOUR)
    assert again(made).state is SCHEDULED
    announcing.send_due(at)
    work(at)
    assert len(smtp.mails) == 3


@pytest.mark.both_databases
def test_a_draft_that_is_sent_off_takes_the_moment_of_the_event_as_it_stands(
    event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = sender(event)
    relative = When(Timing.RELATIVE, days=-1)
    made = announcing.draft(actor, event.id, wording(when=relative), now=NOW)
    with writing() as session:
        # As if it had been stored while somebody moved the event.
        session.get_one(Announcement, made).due_at = NOW - HOUR
    announcing.send(actor, event.id, made, named=9, now=NOW)
    stands = db.session.get_one(Announcement, made, populate_existing=True)
    assert (stands.state, stands.due_at) == (SCHEDULED, STARTS - DAY)
    with writing() as session:
        session.get_one(Announcement, made).due_at = NOW
    announcing.start(made, NOW)
    stands = db.session.get_one(Announcement, made, populate_existing=True)
    assert (stands.state, stands.due_at) == (SCHEDULED, STARTS - DAY)


def test_a_draft_is_stored_while_nobody_moves_the_event(
    event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked: list[Any] = []

    def noted(*asked: Any) -> Event:
        locked.append(asked)
        return events.shared_event(*asked)

    monkeypatch.setattr(drafting, "shared_event", noted)
    actor = sender(event)
    made = announcing.draft(actor, event.id, wording(), now=NOW)
    announcing.change(actor, event.id, made, wording(name="Other"), revision=1, now=NOW)
    assert len(locked) == 2


def test_what_began_is_no_draft_any_more(event: Event) -> None:
    actor = sender(event)
    made = announce(actor, event)
    announcing.stop(actor, event.id, made, now=NOW)
    with pytest.raises(IllegalAnnouncementMove):
        announcing.change(actor, event.id, made, wording(name="Other"), revision=2, now=NOW)
