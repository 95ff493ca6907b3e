"""Who is told of a released change: those concerned, once, in their language, old and new."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from forum.core import outbox
from forum.core.actor import SYSTEM
from forum.core.db import db, writing
from forum.core.links import Purpose, derive
from forum.core.text import Text
from forum.events.models import Event
from forum.events.rules import EventState
from forum.events.service import remove_room
from forum.messaging import service as messaging
from forum.messaging.models import Message
from forum.messaging.rules import Kind
from forum.messaging.service import telling
from forum.programme import queries, service
from forum.programme.models import Engagement, Release
from forum.programme.rules import EngagementState, SessionState
from tests.factories import (
    NOW,
    make_appearance,
    make_room,
    make_session,
    text,
)
from tests.messaging.conftest import Register, Work
from tests.messaging.stage import Stage, hold, move, plain, release, star
from tests.support.mail import Mailbox

pytestmark = pytest.mark.usefixtures("in_app")
Messages = Callable[[], list[Message]]
GATHERED = NOW + timedelta(minutes=10)


def test_speakers_and_those_who_mean_to_come_are_told_old_and_new(
    smtp: Mailbox, register: Register, work: Work, stage: Stage
) -> None:
    hall = make_room(stage.event, name=text("Great hall"))
    guest = star(register, stage.talk, number="star")
    register(stage.event, number="other")
    work()
    smtp.empty()
    hold(stage.event)
    move(stage.talk, 15, room_id=hall.id)
    release(stage.event, note=Text({"en": "The train is late."}))
    work()
    assert {mail["To"].addresses[0].addr_spec for mail in smtp.mails} == {
        "ada@example.com",
        "guest.star@example.com",
    }
    (mail,) = smtp.to("guest.star@example.com")
    said = plain(mail)
    assert mail["Subject"] == "Changed: sessions of yours at Sample Forum: a fresh look"
    assert "The train is late." in said
    assert "The talk · New time · New room" in said
    assert "Time: Tue 8 December, 9:30–10:00 am (HKT) → 9:45–10:15 am (HKT)" in said
    assert "Room: Great hall" in said
    assert f"/r/{derive(Purpose.BOOKING, guest.booking_id)}" in said
    (mail,) = smtp.to("ada@example.com")
    said = plain(mail)
    assert mail["Content-Language"] == "zh-Hant-HK"
    assert "上午9時30分至10時（香港時間） → 上午9時45分至10時15分（香港時間）" in said
    assert f"/s/{derive(Purpose.SPEAKER, stage.engagement.id)}" in said


def test_all_guests_are_told_of_everything_where_the_organiser_wants_it(
    smtp: Mailbox, register: Register, work: Work, stage: Stage
) -> None:
    for number in range(3):
        register(stage.event, number=number)
    work()
    smtp.empty()
    hold(stage.event)
    new = make_session(stage.event, after=90, title=text("Brand new"), state="draft")
    known = queries.planned_session(stage.event.id, new.id)
    details = service.SessionDetails(
        **{
            name: getattr(known, name)
            for name in (
                "kind", "title", "abstract", "delivered_in", "interpreted_into", "room_id",
                "track_id", "parts", "starts_at", "ends_at", "day", "stream_url",
            )
        },
        also_in=[],
        cast=[],
    )  # fmt: skip
    service.update_session(
        SYSTEM, stage.event.id, new.id, known.revision, details, confirm=True, now=NOW
    )
    release(stage.event, tell_all=True)
    work()
    assert len(smtp.mails) == 3
    said = plain(smtp.mails[0])
    assert "Brand new · New" in said
    assert "Time: Tue 8 December, 10:30–11:00 am (HKT)" in said
    assert "Your registration stands" in said


def test_single_saves_are_told_once_after_a_while_and_what_came_back_not_at_all(
    smtp: Mailbox, register: Register, work: Work, stage: Stage
) -> None:
    other = make_session(stage.event, after=90, title=text("There and back"))
    star(register, stage.talk, number="star")
    star(register, other, number="calm")
    work()
    smtp.empty()
    move(stage.talk, 10)
    move(stage.talk, 10, NOW + timedelta(minutes=1))
    move(other, 10)
    move(other, -10, NOW + timedelta(minutes=2))
    work()
    assert smtp.mails == []
    work(GATHERED)
    assert len(smtp.to("guest.star@example.com")) == 1
    assert len(smtp.to("ada@example.com")) == 1
    assert smtp.to("guest.calm@example.com") == []
    assert "9:50–10:20 am" in plain(smtp.to("guest.star@example.com")[0])
    work(GATHERED + timedelta(minutes=5))
    assert len(smtp.mails) == 2
    told = db.session.scalars(sa.select(Release.told_at)).all()
    assert None not in told


@pytest.mark.both_databases
def test_nobody_is_told_twice_when_the_worker_dies_and_more_is_released_meanwhile(
    smtp: Mailbox,
    register: Register,
    work: Work,
    messages: Messages,
    stage: Stage,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for number in range(5):
        star(register, stage.talk, number=number)
    work()
    hold(stage.event)
    move(stage.talk, 10)
    release(stage.event)
    monkeypatch.setattr(telling, "BATCH", 2)
    store, calls = telling.store, []

    def dies(rows: Any) -> None:
        calls.append(len(rows))
        if len(calls) == 3:
            raise SystemExit
        store(rows)

    monkeypatch.setattr(telling, "store", dies)
    with pytest.raises(SystemExit):
        messaging.tell_of_releases(stage.event.id, now=NOW)
    monkeypatch.setattr(telling, "store", store)
    move(stage.talk, 10)
    release(stage.event, NOW + timedelta(seconds=5))
    smtp.empty()
    work(NOW + timedelta(minutes=5))
    told = [one for one in messages() if one.kind in telling.KINDS]
    by_person: dict[str, list[str]] = {}
    for one in told:
        by_person.setdefault(one.to_email, []).append(one.text)
    assert len(by_person) == 6
    half = [texts for texts in by_person.values() if len(texts) == 2]
    whole = [texts for texts in by_person.values() if len(texts) == 1]
    assert (len(half), len(whole)) == (3, 3)
    for texts in half:
        assert "9:40" in texts[0] or "9時40分" in texts[0]
        assert "9:30" not in texts[1]
    for texts in whole:
        assert "9:30–10:00 am (HKT) → 9:50–10:20 am" in texts[0]


def test_a_mail_says_in_words_what_is_no_longer_so(
    smtp: Mailbox, register: Register, work: Work, stage: Stage
) -> None:
    hall = make_room(stage.event, name=text("Great hall"))
    talk = make_session(stage.event, room_id=hall.id, after=60, title=text("Hall talk"))
    off = make_session(stage.event, room_id=hall.id, after=120, state=SessionState.CANCELLED)
    star(register, talk, number="star")
    star(register, off, number="off")
    work()
    smtp.empty()
    remove_room(SYSTEM, stage.event.id, hall.id, now=NOW)
    work(GATHERED)
    (mail,) = smtp.mails
    assert mail["To"].addresses[0].addr_spec == "guest.star@example.com"
    assert "Hall talk · Without a room for now" in plain(mail)
    assert "Room, no longer: Great hall" in plain(mail)
    (part,) = (part for part in mail.walk() if part.get_content_type() == "text/html")
    assert "Room, no longer: <del>Great hall</del>" in part.get_content()


def test_who_is_on_stage_and_registered_gets_one_mail(
    smtp: Mailbox, register: Register, work: Work, stage: Stage
) -> None:
    other = make_session(stage.event, after=90, title=text("Somebody else’s"))
    star(register, other, email="Ada@example.com", email_key="ada@example.com")
    work()
    smtp.empty()
    hold(stage.event)
    move(stage.talk, 10)
    move(other, 10)
    release(stage.event)
    work()
    assert len(smtp.mails) == 1
    assert "Somebody else’s（繁）" in plain(smtp.mails[0])


def test_who_leaves_the_stage_is_told_and_who_declined_is_not(
    smtp: Mailbox, work: Work, stage: Stage
) -> None:
    service.update_session(
        SYSTEM,
        stage.event.id,
        stage.talk.id,
        queries.planned_session(stage.event.id, stage.talk.id).revision,
        service.SessionDetails(
            kind=stage.talk.kind,
            title=stage.talk.title,
            abstract=stage.talk.abstract,
            delivered_in=[],
            interpreted_into=[],
            room_id=None,
            also_in=[],
            track_id=None,
            parts=[],
            starts_at=stage.talk.starts_at,
            ends_at=stage.talk.ends_at,
            day=None,
            stream_url="",
            cast=[],
        ),
        now=NOW,
    )
    work(GATHERED)
    (mail,) = smtp.to("ada@example.com")
    assert "示例" in plain(mail)
    with writing() as session:
        engagement = session.get_one(Engagement, stage.engagement.id)
        engagement.state = EngagementState.DECLINED
        session.add(engagement)
    make_appearance(stage.talk, stage.speaker)
    move(stage.talk, 10, GATHERED)
    work(GATHERED + timedelta(minutes=20))
    assert len(smtp.mails) == 1


def test_a_speaker_without_a_page_is_led_to_the_programme(
    smtp: Mailbox, work: Work, stage: Stage
) -> None:
    with writing() as session:
        session.delete(session.get_one(Engagement, stage.engagement.id))
    move(stage.talk, 10)
    work(GATHERED)
    (mail,) = smtp.mails
    assert f"/zh-hant/e/{stage.event.slug}/programme" in plain(mail)
    assert "/s/" not in plain(mail)


@pytest.mark.parametrize(
    "given",
    [
        {"state": EventState.CANCELLED},
        {"starts_at": NOW - timedelta(days=2), "ends_at": NOW - timedelta(days=1)},
    ],
    ids=["cancelled", "over"],
)
def test_nobody_is_told_of_an_event_that_is_off_or_over(
    smtp: Mailbox, work: Work, stage: Stage, given: dict[str, Any]
) -> None:
    with writing() as session:
        event = session.get_one(Event, stage.event.id)
        for name, value in given.items():
            setattr(event, name, value)
    move(stage.talk, 10)
    work(GATHERED)
    assert smtp.mails == []
    assert db.session.scalars(sa.select(Release.told_at)).all() == [GATHERED]


def test_every_mail_stands_in_the_list_with_its_kind(
    app: Flask, register: Register, work: Work, messages: Messages, stage: Stage
) -> None:
    star(register, stage.talk, number="star")
    move(stage.talk, 10)
    work(GATHERED)
    kinds = [one.kind for one in messages() if one.kind in telling.KINDS]
    assert sorted(kinds) == [Kind.PROGRAMME_SPEAKER, Kind.PROGRAMME_YOURS]
    assert all(one.event_id == stage.event.id for one in messages())


def test_an_outbox_row_stays_done_when_nothing_is_left_to_tell(stage: Stage, work: Work) -> None:
    move(stage.talk, 10)
    work(GATHERED)
    assert messaging.tell_of_releases(stage.event.id, now=GATHERED) == 0
    waiting = sa.select(sa.func.count()).where(outbox.OutboxRow.done_at.is_(None))
    assert db.session.scalar(waiting) == 0
