"""What waits of a sent or a stopped run: never with the old time, and taken up as of now."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from forum.core.actor import SYSTEM
from forum.core.db import db
from forum.core.text import Text
from forum.events import service as events
from forum.events.models import Event
from forum.messaging import service
from forum.messaging.rules import MessageState
from forum.messaging.rules.announcements import (
    AnnouncementState,
    ChangedSinceSeen,
    IllegalAnnouncementMove,
)
from forum.messaging.rules.around import SEGMENTS, USUAL
from forum.messaging.rules.sending import LEASE
from forum.messaging.service import announcing, delivering, scheduling
from forum.messaging.service import deliver_due as deliver
from forum.messaging.service.announcing import sending as being_sent
from forum.messaging.service.claiming import claim
from forum.messaging.words.failures import STOPPED as WAS_STOPPED
from tests.factories import NOW, STARTS, make_event, make_organisation
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
from tests.messaging.test_event_changes import change, move
from tests.messaging.test_timeline import DAY, DAY_BEFORE, THANKS, again, planned
from tests.support.mail import Mailbox

pytestmark = pytest.mark.usefixtures("in_app")
DRAFT, AWAITS, SCHEDULED, SENDING, SENT, STOPPED = AnnouncementState
HOUR = timedelta(hours=1)
GREYLISTED = "451 4.7.1 Greylisted"
ON_DATE: dict[str, Any] = {
    "subject": Text({"en": "See you on {date}"}),
    "words": Text({"en": "Come on {date}, {name}"}),
}


@pytest.fixture
def event(register: Register, work: Work, smtp: Mailbox) -> Event:
    """An event with three guests who have their tickets."""
    made = make_event(make_organisation(), capacity=100)
    for number in range(3):
        register(made, number=number)
    work()
    smtp.empty()
    return made


def begins(smtp: Mailbox, words: str) -> list[Any]:
    return [one for one in smtp.mails if one["Subject"].startswith(words)]


def half_out(smtp: Mailbox, event: Event) -> Any:
    """Send a reminder to one of three guests, and let the server defer the others."""
    made = planned(event)
    announcing.send_due(DAY_BEFORE)
    smtp.refusals.extend([GREYLISTED] * 2)
    deliver(DAY_BEFORE, limit=3)
    announcing.send_due(DAY_BEFORE)
    assert len(begins(smtp, "A reminder")) == 1
    assert again(made).state is SENT
    smtp.empty()
    return made


@pytest.mark.both_databases
@pytest.mark.parametrize("way", ["postponed", "moved", "cancelled"])
def test_what_was_deferred_of_a_sent_reminder_never_goes_out_with_the_old_time(
    event: Event, work: Work, smtp: Mailbox, way: str
) -> None:
    made = half_out(smtp, event)
    if way == "postponed":
        events.postpone(SYSTEM, event.id, Text(), now=DAY_BEFORE)
    elif way == "moved":
        move(event, 2 * HOUR, None, DAY_BEFORE)
    else:
        events.cancel(SYSTEM, event.id, Text(), now=DAY_BEFORE)
    work(DAY_BEFORE)
    work(DAY_BEFORE + HOUR)
    assert begins(smtp, "A reminder") == []
    assert (again(made).state, again(made).overtaken_at) == (STOPPED, DAY_BEFORE)
    assert again(made).finished_at is None


def test_what_was_deferred_goes_out_while_nothing_moves(
    event: Event, work: Work, smtp: Mailbox
) -> None:
    half_out(smtp, event)
    change(event, None, DAY_BEFORE, summary=Text({"en": "Other words"}))
    work(DAY_BEFORE + HOUR)
    assert len(begins(smtp, "A reminder")) == 2


@pytest.mark.both_databases
def test_what_waits_of_a_sent_announcement_can_be_stopped_by_hand(
    event: Event, work: Work, smtp: Mailbox
) -> None:
    actor = sender(event)
    made = announce(actor, event)
    announcing.queue_all(made, NOW)
    smtp.refusals.extend([GREYLISTED] * 2)
    deliver(NOW, limit=3)
    announcing.settle(made, NOW)
    assert state_of(made) is SENT
    assert announcing.stop(actor, event.id, made, now=NOW) == 2
    work(NOW + HOUR)
    assert (len(smtp.mails), state_of(made)) == (1, STOPPED)
    announcing.go_on(actor, event.id, made, now=NOW + HOUR)
    work(NOW + HOUR)
    announcing.send_due(NOW + HOUR)
    assert (len({one["To"] for one in smtp.mails}), state_of(made)) == (3, SENT)


def test_one_that_is_sent_to_all_cannot_be_stopped_any_more(event: Event, work: Work) -> None:
    actor = sender(event)
    made = announce(actor, event)
    work()
    announcing.send_due(NOW)
    assert state_of(made) is SENT
    with pytest.raises(IllegalAnnouncementMove):
        announcing.stop(actor, event.id, made, now=NOW)
    assert state_of(made) is SENT


@pytest.mark.both_databases
def test_who_was_deferred_gets_it_when_it_goes_on_after_the_old_date(
    event: Event, work: Work, smtp: Mailbox
) -> None:
    made = half_out(smtp, event)
    move(event, 14 * DAY, None, DAY_BEFORE)
    work(DAY_BEFORE)
    late = STARTS + 13 * DAY
    announcing.go_on(SYSTEM, event.id, made.id, now=late)
    work(late)
    assert len(begins(smtp, "A reminder")) == 2
    assert all("22 December 2026" in plain(one) for one in smtp.mails)


def test_who_was_deferred_gets_it_not_after_an_event_that_was_moved_forward(
    event: Event, work: Work, smtp: Mailbox
) -> None:
    made = half_out(smtp, event)
    move(event, -3 * HOUR, None, DAY_BEFORE)
    work(DAY_BEFORE)
    ends_at = db.session.get_one(Event, event.id, populate_existing=True).ends_at
    just_before = ends_at - timedelta(minutes=1)
    announcing.go_on(SYSTEM, event.id, made.id, now=just_before)
    work(ends_at + HOUR)
    assert begins(smtp, "A reminder") == []


@pytest.mark.both_databases
@pytest.mark.parametrize("subject", ["See you on {date}", "{name}, see you on {date}"])
def test_what_goes_on_says_the_new_date_in_its_subject_too(
    event: Event, work: Work, smtp: Mailbox, subject: str
) -> None:
    actor = sender(event)
    made = announce(actor, event, **ON_DATE | {"subject": Text({"en": subject})})
    announcing.queue_all(made, NOW)
    smtp.refusals.extend(["451 Later"] * 3)
    deliver(NOW, limit=3)
    announcing.stop(actor, event.id, made, now=NOW)
    move(event, 7 * DAY, None, NOW)
    announcing.go_on(actor, event.id, made, now=NOW)
    work()
    names = [one.values["name"] for one in letters_of(made)]
    wanted = [subject.format(name=name, date="Tuesday 15 December 2026") for name in names]
    assert sorted(one["Subject"] for one in smtp.mails) == sorted(wanted)


@pytest.mark.both_databases
def test_what_a_dead_worker_holds_goes_on_in_the_letter_of_now(
    event: Event, work: Work, smtp: Mailbox
) -> None:
    made = planned(event)
    announcing.send_due(DAY_BEFORE)
    assert len(claim(DAY_BEFORE, 50).left) == 3
    move(event, HOUR, None, DAY_BEFORE)
    work(DAY_BEFORE)
    at = DAY_BEFORE + timedelta(seconds=30)
    announcing.go_on(SYSTEM, event.id, made.id, now=at)
    work(at + LEASE + timedelta(seconds=1))
    assert len(smtp.mails) == 3
    assert all("10:00 am" in plain(one) for one in smtp.mails)


@pytest.mark.both_databases
def test_a_worker_that_lives_sends_no_old_letter_once_it_has_gone_on(
    event: Event, work: Work, smtp: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "PAUSE_SEEN_SECONDS", 0.0)
    actor = sender(event)
    made = announce(actor, event, **ON_DATE)
    announcing.queue_all(made, NOW)
    first = stored(made).started_at

    def look() -> bool:
        if len(smtp.mails) == 1 and stored(made).started_at == first:
            announcing.stop(actor, event.id, made, now=NOW)
            move(event, 7 * DAY, None, NOW)
            announcing.go_on(actor, event.id, made, now=NOW)
        return False

    delivering.deliver_batch(NOW, 50, look)
    assert len(smtp.mails) == 1
    work(NOW + LEASE + timedelta(seconds=1))
    assert len({one["To"] for one in smtp.mails}) == len(smtp.mails) == 3
    assert len([one for one in smtp.mails if "15 December" in one["Subject"]]) == 2


@pytest.mark.both_databases
@pytest.mark.parametrize("before", ["resent, then stopped", "stopped, then resent"])
def test_what_somebody_sends_by_hand_goes_out_whatever_was_stopped(
    event: Event, work: Work, smtp: Mailbox, before: str
) -> None:
    actor = sender(event)
    made = announce(actor, event)
    announcing.queue_all(made, NOW)
    deliver(NOW, limit=1)
    (who,) = (one["To"] for one in smtp.mails)
    (sent,) = (one for one in letters_of(made) if one.state is MessageState.SENT)
    for step in before.split(", then "):
        if step == "resent":
            service.resend(actor, event.id, sent.id, now=NOW)
        else:
            announcing.stop(actor, event.id, made, now=NOW)
    work()
    assert [one["To"] for one in smtp.mails] == [who, who]
    (kept,) = letters_of(made)
    assert (kept.state, kept.copies) == (MessageState.SENT, 1)
    announcing.go_on(actor, event.id, made, now=NOW)
    work()
    announcing.send_due(NOW)
    assert [one["To"] for one in smtp.mails].count(who) == 2
    assert (len(smtp.mails), state_of(made)) == (4, SENT)


def test_what_was_not_sent_by_hand_stays_stopped(event: Event, work: Work, smtp: Mailbox) -> None:
    actor = sender(event)
    made = announce(actor, event)
    announcing.queue_all(made, NOW)
    held = claim(NOW, 50)
    announcing.stop(actor, event.id, made, now=NOW)
    held.settle(held.left, {"state": MessageState.QUEUED})
    work()
    assert smtp.mails == []
    assert {one.last_error for one in letters_of(made)} == {WAS_STOPPED.text}


@pytest.mark.both_databases
@pytest.mark.parametrize("way", ["sent", "agreed to"])
def test_who_moves_the_event_while_a_letter_is_written_is_heard(
    event: Event, work: Work, smtp: Mailbox, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    actor, other = sender(event), sender(event)
    made = announcing.draft(actor, event.id, wording(**ON_DATE), now=NOW)
    if way == "agreed to":
        monkeypatch.setattr("forum.messaging.queries.announcements.NOD_ABOVE", 2)
        assert announcing.send(actor, event.id, made, named=3, now=NOW) is AWAITS
    counts = being_sent.count

    def slow(*known: Any) -> Any:
        monkeypatch.setattr(being_sent, "count", counts)
        move(event, 7 * DAY, None, NOW)
        return counts(*known)

    monkeypatch.setattr(being_sent, "count", slow)
    act, who = (announcing.send, actor) if way == "sent" else (announcing.nod, other)
    with pytest.raises(ChangedSinceSeen):
        act(who, event.id, made, named=3, now=NOW)
    work()
    assert begins(smtp, "See you") == []
    monkeypatch.setattr("forum.messaging.queries.announcements.NOD_ABOVE", 3)
    assert act(who, event.id, made, named=3, now=NOW) is SENDING
    smtp.empty()
    work()
    assert {one["Subject"] for one in smtp.mails} == {"See you on Tuesday 15 December 2026"}


@pytest.mark.both_databases
@pytest.mark.parametrize("way", ["the end is set right", "it is still to come"])
def test_a_thank_you_half_way_out_goes_on_when_the_end_is_set_right(
    event: Event, work: Work, smtp: Mailbox, way: str
) -> None:
    wanted = scheduling.Plan(THANKS, USUAL[THANKS], SEGMENTS[THANKS][1])
    made = scheduling.plan(SYSTEM, event.id, wanted, now=NOW)
    due = stored(made).due_at
    assert due is not None
    announcing.send_due(due)
    deliver(due, limit=1)
    if way == "it is still to come":
        move(event, 7 * DAY, None, due)
    else:
        change(event, None, due, ends_at=event.ends_at - HOUR / 2)
    work(due)
    came = way == "the end is set right"
    assert len(smtp.mails) == (3 if came else 1)
    assert (state_of(made) is STOPPED) is not came
