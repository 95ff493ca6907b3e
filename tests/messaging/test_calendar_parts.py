"""Mails keep a guest's own calendar right: what was asked of it, by RFC 5546 and 6047."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from forum.calendar.models import GuestEntry
from forum.calendar.rules.answers import Method
from forum.core.actor import SYSTEM
from forum.core.db import db, writing
from forum.core.text import Text
from forum.events import service as events
from forum.events.models import Event
from forum.events.service import EventDetails, NewDates, Telling
from forum.messaging.listeners import confirm_cancelling
from forum.messaging.models import Message
from forum.registrations import service as registrations
from forum.registrations.models import RegistrationPolicy
from tests.calendar.subscriber import with_own_calendar
from tests.factories import NOW, make_event, make_organisation, make_venue, text
from tests.messaging.conftest import Register, Work
from tests.messaging.itip import Asked, asked, asks_nothing
from tests.support.mail import Mailbox

pytestmark = [pytest.mark.usefixtures("in_app"), pytest.mark.both_databases]
Messages = Callable[[], list[Message]]
LATER = NOW + timedelta(minutes=20)
HOUR = timedelta(hours=1)
ADA = {"name": "Ada Sample", "email": "ada@example.com", "email_key": "ada@example.com"}


@pytest.fixture
def next_mail(smtp: Mailbox, work: Work) -> Callable[..., Asked]:
    """Let the worker run; return what the one new mail asks."""

    def _next(now: datetime = NOW) -> Asked:
        smtp.empty()
        db.session.rollback()
        work(now)
        (mail,) = smtp.mails
        return asked(mail)

    return _next


@pytest.fixture
def event() -> Event:
    organisation = make_organisation(contact_email="events@example.com")
    return make_event(organisation, venue_id=make_venue(organisation).id, contact_email="")


def change(event: Event, now: datetime, **wanted: Any) -> None:
    known = db.session.get_one(Event, event.id, populate_existing=True)
    values = {one.name: getattr(known, one.name) for one in fields(EventDetails)}
    details = EventDetails(**(values | wanted))
    tell = Telling(Text())
    events.update_event(SYSTEM, event.id, known.revision, details, now=now, tell=tell)


def move(event: Event, by: timedelta, now: datetime) -> None:
    known = db.session.get_one(Event, event.id, populate_existing=True)
    change(event, now, starts_at=known.starts_at + by, ends_at=known.ends_at + by)


def entries() -> list[GuestEntry]:
    wanted = sa.select(GuestEntry).order_by(GuestEntry.made_at, GuestEntry.id)
    return list(db.session.scalars(wanted.execution_options(populate_existing=True)))


def stamp_of(one: Asked) -> datetime:
    return datetime.strptime(one.value("DTSTAMP"), "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def test_a_confirmed_guest_has_the_event_as_accepted(
    register: Register, event: Event, next_mail: Callable[..., Asked]
) -> None:
    register(event, **ADA)
    first = next_mail()
    assert first.method == "REQUEST"
    assert first.value("UID") == str(event.id)
    assert first.sequence == 0
    assert first.value("STATUS") == "CONFIRMED"
    assert first.attendee.params == {
        "CN": '"Ada Sample"',
        "CUTYPE": "INDIVIDUAL",
        "ROLE": "REQ-PARTICIPANT",
        "PARTSTAT": "ACCEPTED",
        "RSVP": "FALSE",
    }
    assert first.organizer.value == "mailto:events@example.com"
    assert stamp_of(first) == NOW


def test_a_moved_event_is_the_same_entry_with_the_next_sequence(
    register: Register, event: Event, next_mail: Callable[..., Asked]
) -> None:
    register(event, **ADA)
    first = next_mail()
    move(event, HOUR, LATER)
    moved = next_mail(LATER + HOUR)
    assert (moved.method, moved.value("UID")) == ("REQUEST", first.value("UID"))
    assert moved.sequence == first.sequence + 1
    assert stamp_of(moved) > stamp_of(first)
    assert moved.seen.start > first.seen.start
    assert moved.organizer == first.organizer


def test_a_guest_who_cancels_is_taken_off_and_one_who_comes_again_is_back(
    register: Register, event: Event, next_mail: Callable[..., Asked]
) -> None:
    done = register(event, **ADA)
    sequences = [next_mail().sequence]
    for turn in range(1, 3):
        now = NOW + turn * HOUR
        registrations.cancel(SYSTEM, done.registration_id, now=now)
        gone = next_mail(now)
        assert gone.method == "CANCEL"
        assert not gone.event.all("STATUS"), "the event itself takes place"
        assert "CANCELLED" not in gone.value("SUMMARY")
        done = register(event, now=now + HOUR / 2, **ADA)
        back = next_mail(now + HOUR / 2)
        assert back.method == "REQUEST"
        assert back.attendee.params["PARTSTAT"] == "ACCEPTED"
        assert stamp_of(back) > stamp_of(gone)
        sequences += [gone.sequence, back.sequence]
    assert sequences == [0, 1, 2, 3, 4]
    (entry,) = entries()
    assert entry.registration_id == done.registration_id


def test_a_cancelled_event_is_cancelled_for_everybody_above_what_was_sent_last(
    register: Register, event: Event, next_mail: Callable[..., Asked]
) -> None:
    done = register(event, **ADA)
    next_mail()
    registrations.cancel(SYSTEM, done.registration_id, now=NOW)
    next_mail()
    register(event, now=LATER, **ADA)
    last = next_mail(LATER)
    events.cancel(SYSTEM, event.id, text("The hall is flooded."), now=LATER + HOUR)
    off = next_mail(LATER + HOUR)
    assert (off.method, off.value("STATUS")) == ("CANCEL", "CANCELLED")
    assert off.value("SUMMARY").startswith("CANCELLED: ")
    assert off.value("UID") == last.value("UID")
    assert off.organizer == last.organizer
    assert off.sequence == last.sequence + 1


def test_a_postponed_event_is_tentative_until_its_date_is_sure(
    register: Register, event: Event, next_mail: Callable[..., Asked]
) -> None:
    register(event, **ADA)
    sequence = next_mail().sequence
    events.postpone(SYSTEM, event.id, text("A storm."), now=NOW + HOUR)
    put_off = next_mail(NOW + HOUR)
    assert (put_off.method, put_off.value("STATUS")) == ("REQUEST", "TENTATIVE")
    assert put_off.sequence == sequence + 1
    starts_at = event.starts_at + timedelta(days=7)
    change(event, NOW + 2 * HOUR, starts_at=starts_at, ends_at=starts_at + 4 * HOUR)
    events.publish(SYSTEM, event.id, now=NOW + 3 * HOUR)
    back = next_mail(NOW + 4 * HOUR)
    assert (back.method, back.value("STATUS")) == ("REQUEST", "CONFIRMED")
    assert back.sequence > put_off.sequence
    assert back.seen.start > put_off.seen.start


def test_moved_to_a_known_date_is_one_request_with_that_date(
    register: Register, event: Event, next_mail: Callable[..., Asked]
) -> None:
    register(event, **ADA)
    first = next_mail()
    starts_at = event.starts_at + timedelta(days=7)
    dates = NewDates(starts_at, starts_at + 4 * HOUR)
    events.postpone(SYSTEM, event.id, text("A storm."), dates, now=NOW + HOUR)
    moved = next_mail(NOW + HOUR)
    assert moved.method == "REQUEST"
    assert moved.sequence == first.sequence + 1
    assert moved.seen.start > first.seen.start


def test_who_waits_has_nothing_in_the_calendar_until_a_seat_is_free(
    smtp: Mailbox, register: Register, work: Work, next_mail: Callable[..., Asked]
) -> None:
    event = make_event(capacity=1)
    first = register(event)
    register(event, **ADA)
    work()
    (mail,) = smtp.to("ada@example.com")
    assert asks_nothing(mail)
    registrations.cancel(SYSTEM, first.registration_id, now=LATER)
    smtp.empty()
    work(LATER)
    (mail,) = smtp.to("ada@example.com")
    assert asked(mail).method == "REQUEST"


def test_who_leaves_the_wait_list_is_asked_nothing(
    smtp: Mailbox, register: Register, work: Work
) -> None:
    event = make_event(capacity=1)
    register(event)
    waits = register(event, **ADA)
    work()
    registrations.cancel(SYSTEM, waits.registration_id, now=LATER)
    smtp.empty()
    work(LATER)
    (mail,) = smtp.mails
    assert asks_nothing(mail)
    assert len(entries()) == 1


def test_an_address_that_still_has_a_place_keeps_the_entry(
    smtp: Mailbox, register: Register, event: Event, work: Work, next_mail: Callable[..., Asked]
) -> None:
    with writing() as session:
        session.execute(sa.update(RegistrationPolicy).values(several_per_address=True))
    first, second = register(event, **ADA), register(event, **ADA)
    work()
    registrations.cancel(SYSTEM, first.registration_id, now=LATER)
    smtp.empty()
    work(LATER)
    (mail,) = smtp.mails
    assert asks_nothing(mail), "one of two places is left"
    registrations.cancel(SYSTEM, second.registration_id, now=LATER + HOUR)
    assert next_mail(LATER + HOUR).method == "CANCEL"


def test_an_effect_that_runs_once_more_takes_nothing_out_again(
    register: Register, event: Event, next_mail: Callable[..., Asked], messages: Messages
) -> None:
    gone = register(event, **ADA).registration_id
    next_mail()
    registrations.cancel(SYSTEM, gone, now=NOW)
    next_mail()
    register(event, now=LATER, **ADA)
    next_mail(LATER)
    confirm_cancelling({"registration_id": str(gone), "ended": "guest"}, LATER)
    (entry,) = entries()
    assert (entry.method, entry.ahead) == (Method.REQUEST, 2)
    assert len(messages()) == 3


def test_the_guests_mails_keep_one_entry_right(
    register: Register, event: Event, next_mail: Callable[..., Asked], tmp_path: Path
) -> None:
    day = event.starts_at.astimezone(event.zone).date()
    began = event.starts_at.astimezone(event.zone)
    laptop = with_own_calendar(tmp_path, "own", "Asia/Hong_Kong")

    def opened(asked: Asked) -> dict[str, str]:
        laptop.take("own", asked.octets)
        (entry,) = laptop.shown("own", day, 2)
        assert len(laptop.files("own")) == 1
        return entry

    register(event, **ADA)
    first = opened(next_mail())
    assert first["start-time"] == f"{began:%H:%M}"
    assert first["status"] == "CONFIRMED"
    move(event, HOUR, NOW)
    assert opened(next_mail(LATER))["start-time"] == f"{began + HOUR:%H:%M}"
    change(event, LATER, title=text("Another title; with, signs"))
    told = opened(next_mail(LATER + timedelta(minutes=20)))
    assert told["title"] == "Another title; with, signs"
    events.cancel(SYSTEM, event.id, text("The hall is flooded."), now=LATER + HOUR)
    off = opened(next_mail(LATER + HOUR))
    assert off["status"] == "CANCELLED"
    assert off["start-time"] == f"{began + HOUR:%H:%M}"
