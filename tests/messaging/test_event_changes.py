"""A changed time, place or title reaches guests: once asked, in one mail, what was and what is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from forum.core.actor import SYSTEM
from forum.core.db import db, writing
from forum.core.links import Purpose, derive
from forum.core.revisions import fingerprint
from forum.core.text import Text
from forum.events import service as events
from forum.events.models import Event, Venue
from forum.events.rules import EventState
from forum.events.service import EventDetails, Telling, VenueDetails
from forum.messaging.models import EventNews, Message
from forum.messaging.rules import Kind
from forum.messaging.service import changes
from forum.registrations import service as registrations
from tests.factories import ENDS, NOW, STARTS, make_event, make_organisation, make_venue, text
from tests.messaging.conftest import Register, Work
from tests.messaging.stage import Stage, plain
from tests.support.mail import Mailbox

pytestmark = pytest.mark.usefixtures("in_app")
Messages = Callable[[], list[Message]]
LATER = NOW + timedelta(minutes=5)
HOUR = timedelta(hours=1)


def change(event: Event, tell: Telling | None, now: Any = NOW, **wanted: Any) -> Event:
    """Change what an event says of itself, as the form does."""
    known = db.session.get_one(Event, event.id, populate_existing=True)
    values = {one.name: getattr(known, one.name) for one in fields(EventDetails)}
    details = EventDetails(**(values | wanted))
    return events.update_event(SYSTEM, event.id, known.revision, details, now=now, tell=tell)


def move(event: Event, by: timedelta, tell: Telling | None, now: Any = NOW) -> Event:
    known = db.session.get_one(Event, event.id, populate_existing=True)
    starts_at, ends_at = known.starts_at + by, known.ends_at + by
    return change(event, tell, now, starts_at=starts_at, ends_at=ends_at)


def news() -> list[EventNews]:
    wanted = sa.select(EventNews).order_by(EventNews.made_at)
    return list(db.session.scalars(wanted.execution_options(populate_existing=True)))


@pytest.mark.both_databases
def test_an_event_moved_by_an_hour_tells_each_guest_once_what_was_and_what_is(
    smtp: Mailbox, register: Register, work: Work, messages: Messages, monkeypatch: Any
) -> None:
    monkeypatch.setattr("forum.messaging.service.changes.BATCH", 3)
    event = make_event(capacity=5)
    guests = [register(event, number=number) for number in range(7)]
    registrations.cancel(SYSTEM, guests[0].registration_id, now=NOW)
    work()
    smtp.empty()
    move(event, HOUR, Telling(Text({"en": "The hall opens later."})))
    work()
    assert smtp.mails == []
    work(LATER)
    assert len(smtp.mails) == 6
    assert len({mail["To"] for mail in smtp.mails}) == 6
    (mail,) = smtp.to("guest.3@example.com")
    said = plain(mail)
    assert mail["Subject"] == "Changed: Sample Forum: a fresh look"
    assert "The hall opens later." in said
    was = "Time: Tuesday 8 December 2026, 9:00 am–1:00 pm (HKT)"
    assert f"{was} → 10:00 am–2:00 pm (HKT)" in said
    assert f"/r/{derive(Purpose.BOOKING, guests[3].booking_id)}" in said
    assert [one.reached for one in news()] == [6]
    work(LATER + timedelta(days=1))
    assert len(smtp.mails) == 6
    assert len([one for one in messages() if one.kind is Kind.EVENT_CHANGED]) == 6


def test_nothing_is_sent_without_the_choice(smtp: Mailbox, register: Register, work: Work) -> None:
    event = make_event()
    register(event)
    work()
    smtp.empty()
    move(event, HOUR, None)
    work(LATER)
    assert smtp.mails == []
    assert news() == []


def test_the_mail_is_in_the_language_of_the_guest(
    smtp: Mailbox, register: Register, work: Work
) -> None:
    event = make_event()
    register(event, number="zh", lang="zh-Hant")
    work()
    smtp.empty()
    move(event, HOUR, Telling(text("A word")))
    work(LATER)
    (mail,) = smtp.mails
    assert mail["Content-Language"] == "zh-Hant-HK"
    said = plain(mail)
    assert "A word（繁）" in said
    assert "上午9時至下午1時（香港時間） → 上午10時至下午2時（香港時間）" in said


def test_several_changes_within_minutes_are_one_mail_of_what_was_before_the_first(
    smtp: Mailbox, register: Register, work: Work
) -> None:
    organisation = make_organisation()
    old = make_venue(organisation, name=text("Old Hall"))
    new = make_venue(organisation, name=text("New Hall"))
    event = make_event(organisation, venue_id=old.id)
    register(event, number=1)
    work()
    smtp.empty()
    said = Telling(Text({"en": "We grew."}))
    move(event, HOUR, said)
    move(event, HOUR, said, NOW + timedelta(minutes=2))
    later = NOW + timedelta(minutes=4)
    events.use_venue(SYSTEM, event.id, new.id, now=later, tell=Telling())
    work(LATER)
    assert smtp.mails == []
    work(later + timedelta(minutes=5))
    (mail,) = smtp.mails
    told = plain(mail)
    assert "9:00 am–1:00 pm (HKT) → 11:00 am–3:00 pm (HKT)" in told
    assert "Place: Old Hall → New Hall" in told
    assert told.count("We grew.") == 1
    assert "10:00 am" not in told


def test_guests_wait_no_longer_than_a_quarter_of_an_hour(
    smtp: Mailbox, register: Register, work: Work
) -> None:
    event = make_event()
    register(event)
    work()
    smtp.empty()
    for minute in range(0, 16, 4):
        move(event, HOUR, Telling(), NOW + timedelta(minutes=minute))
    work(NOW + timedelta(minutes=15))
    assert len(smtp.mails) == 1


def test_what_came_back_to_what_it_was_is_told_to_nobody(
    smtp: Mailbox, register: Register, work: Work
) -> None:
    event = make_event()
    register(event)
    work()
    smtp.empty()
    move(event, HOUR, Telling())
    move(event, -HOUR, Telling(), NOW + timedelta(minutes=1))
    work(NOW + timedelta(minutes=7))
    assert smtp.mails == []


def test_a_change_after_the_mail_is_a_mail_of_its_own(
    smtp: Mailbox, register: Register, work: Work
) -> None:
    event = make_event()
    register(event)
    work()
    smtp.empty()
    move(event, HOUR, Telling())
    work(LATER)
    change(event, Telling(), LATER, title=text("Another title"))
    work(LATER + timedelta(minutes=5))
    first, second = (plain(mail) for mail in smtp.mails)
    assert "Title" not in first
    assert "Title: Sample Forum: a fresh look → Another title" in second
    assert "Time:" not in second


def test_another_title_in_another_language_is_told_in_that_language(
    smtp: Mailbox, register: Register, work: Work
) -> None:
    event = make_event()
    register(event)
    work()
    smtp.empty()
    title = Text({**event.title.by_language, "zh-Hant": "新題目"})
    change(event, Telling(), title=title)
    work(LATER)
    (mail,) = smtp.mails
    assert "→ 新題目" in plain(mail)


@pytest.mark.parametrize("act", ["postpone", "cancel"])
def test_a_postponed_or_cancelled_event_is_told_by_that_mail_alone(
    smtp: Mailbox, register: Register, work: Work, act: str
) -> None:
    event = make_event()
    register(event)
    work()
    smtp.empty()
    move(event, HOUR, Telling())
    getattr(events, act)(SYSTEM, event.id, Text(), now=NOW)
    work(LATER)
    (mail,) = smtp.mails
    assert not mail["Subject"].startswith("Changed")


def test_nobody_hears_of_drafts_and_of_what_is_over(
    smtp: Mailbox, register: Register, work: Work
) -> None:
    organisation = make_organisation()
    draft = make_event(organisation, state=EventState.DRAFT, published_at=None)
    over = make_event(
        organisation, starts_at=STARTS - timedelta(days=60), ends_at=ENDS - timedelta(days=60)
    )
    for event in (draft, over):
        change(event, Telling(), title=text("Another title"))
    work(LATER)
    assert smtp.mails == []
    assert news() == []


def test_other_words_on_a_place_reach_the_guests_of_every_event_there(
    smtp: Mailbox, register: Register, work: Work
) -> None:
    organisation = make_organisation()
    hall = make_venue(organisation)
    here, there = (make_event(organisation, venue_id=hall.id) for _ in range(2))
    register(here, number="here")
    register(there, number="there")
    work()
    smtp.empty()
    known = db.session.get_one(Venue, hall.id)
    details = VenueDetails(known.name, text("Level 9, Central"), text("By lift"), known.access)
    seen = fingerprint(events_seen(known))
    events.write_venue(SYSTEM, here.id, seen, details, now=NOW, tell=Telling())
    work(LATER)
    assert len(smtp.mails) == 2
    for mail in smtp.mails:
        assert "Street address: Level 3, Central → Level 9, Central" in plain(mail)


def events_seen(venue: Venue) -> dict[str, object]:
    """Return what the form on a place was made from."""
    return events.venue_values(venue)


def test_how_to_get_there_is_no_news(smtp: Mailbox, register: Register, work: Work) -> None:
    organisation = make_organisation()
    hall = make_venue(organisation)
    event = make_event(organisation, venue_id=hall.id)
    register(event)
    work()
    smtp.empty()
    known = db.session.get_one(Venue, hall.id)
    details = VenueDetails(known.name, known.address, text("By lift"), known.access)
    seen = fingerprint(events_seen(known))
    events.write_venue(SYSTEM, event.id, seen, details, now=NOW, tell=Telling())
    work(LATER)
    assert smtp.mails == []


@pytest.mark.both_databases
def test_a_worker_that_died_halfway_tells_nobody_twice(
    smtp: Mailbox,
    register: Register,
    work: Work,
    monkeypatch: pytest.MonkeyPatch,
    app: Flask,
) -> None:
    monkeypatch.setattr(changes, "BATCH", 2)
    event = make_event()
    for number in range(5):
        register(event, number=number)
    work()
    smtp.empty()
    move(event, HOUR, Telling())
    (waiting,) = news()
    whole, calls = changes.store, []

    def dies_at_the_second(rows: Any) -> None:
        calls.append(rows)
        if len(calls) == 2:
            raise RuntimeError
        whole(rows)

    monkeypatch.setattr(changes, "store", dies_at_the_second)
    with pytest.raises(RuntimeError):
        changes.tell_of_changes(waiting.id, now=LATER)
    monkeypatch.setattr(changes, "store", whole)
    # What changes meanwhile belongs to the next mail: all hear the same of this one.
    move(event, HOUR, Telling(), LATER)
    work(LATER)
    assert len(smtp.mails) == 5
    assert all("→ 10:00 am–2:00 pm (HKT)" in plain(mail) for mail in smtp.mails)
    work(LATER + timedelta(minutes=5))
    assert len(smtp.mails) == 10
    assert all("2:00 pm (HKT) → 11:00 am" in plain(mail) for mail in smtp.mails[5:])


def test_the_organiser_may_send_it_at_once_or_not_at_all(
    smtp: Mailbox, register: Register, work: Work
) -> None:
    event = make_event()
    register(event)
    work()
    smtp.empty()
    move(event, HOUR, Telling())
    (waiting,) = news()
    changes.tell_now(SYSTEM, event.id, waiting.id, now=NOW)
    work()
    assert len(smtp.mails) == 1
    with pytest.raises(changes.AlreadyTold):
        changes.drop(SYSTEM, event.id, waiting.id, now=NOW)
    move(event, HOUR, Telling())
    changes.drop(SYSTEM, event.id, news()[-1].id, now=NOW)
    work(LATER)
    assert len(smtp.mails) == 1


def test_a_postponed_event_has_no_date_until_one_is_named(in_app: Flask) -> None:
    event = make_event()
    events.postpone(SYSTEM, event.id, Text(), now=NOW)
    assert db.session.get_one(Event, event.id).dates_open
    assert not move(event, HOUR, None).dates_open
    other = make_event()
    dates = events.NewDates(STARTS + HOUR, ENDS + HOUR)
    assert not events.postpone(SYSTEM, other.id, Text(), dates, now=NOW).dates_open
    third = make_event()
    events.postpone(SYSTEM, third.id, Text(), now=NOW)
    assert not events.publish(SYSTEM, third.id, now=NOW).dates_open


def test_names_cannot_smuggle_lines_into_the_mail(
    smtp: Mailbox, register: Register, work: Work
) -> None:
    event = make_event()
    register(event, name="A\r\nBcc: victim@example.com {{7*191}}")
    with writing() as session:
        session.get_one(Event, event.id).title = text("Was\r\nBcc: victim@example.com")
    work()
    smtp.empty()
    change(event, Telling(Text({"en": "{{7*191}} %(event)s"})), title=text("Is"))
    work(LATER)
    (mail,) = smtp.mails
    assert mail["Bcc"] is None
    assert "1337" not in plain(mail)
    assert "{{7*191}} %(event)s" in plain(mail)


def test_speakers_hear_of_it_too_each_once_and_as_guests_where_they_are_registered(
    smtp: Mailbox, register: Register, work: Work, stage: Stage
) -> None:
    move(stage.event, HOUR, Telling(Text({"en": "The hall opens later."})))
    work(LATER)
    (mail,) = smtp.mails
    assert mail["To"].addresses[0].addr_spec == "ada@example.com"
    assert mail["Content-Language"] == "zh-Hant-HK"
    said = plain(mail)
    assert "上午9時至下午1時（香港時間） → 上午10時至下午2時（香港時間）" in said
    assert f"/s/{derive(Purpose.SPEAKER, stage.engagement.id)}" in said
    assert [one.reached for one in news()] == [1]
    register(stage.event, email="ada@example.com", email_key="ada@example.com")
    work(LATER)
    smtp.empty()
    move(stage.event, HOUR, Telling(), LATER)
    work(LATER + timedelta(minutes=5))
    (mail,) = smtp.mails
    assert "/r/" in plain(mail)
    assert "/s/" not in plain(mail)
