"""On a busy day nobody concerned is forgotten: what is too much waits, merged, for tomorrow."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from forum.core import outbox
from forum.core.db import db, writing
from forum.messaging import service as messaging
from forum.messaging.models import Message
from forum.messaging.rules import MOST_A_DAY, Kind, MessageState
from forum.messaging.rules.recipients import TEST_KEY
from forum.messaging.service import telling
from forum.messaging.service.putting_off import DAY, PUT_OFF
from forum.programme.models import Programme, SpeakerContact
from forum.registrations.models import Star
from tests.factories import NOW, _stored, make_appearance, make_session, make_speaker, text
from tests.messaging.conftest import Register, Work
from tests.messaging.stage import Stage, hold, move, plain, release, star
from tests.messaging.waiting import queue
from tests.support.mail import Mailbox

pytestmark = pytest.mark.usefixtures("in_app")
STARRED = "guest.star@example.com"
MORE = 3


def waiting() -> list[Message]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(Message).where(Message.last_error == PUT_OFF)))


@pytest.mark.both_databases
def test_a_letter_that_was_only_tried_out_counts_as_no_news(
    app: Flask, smtp: Mailbox, register: Register, work: Work, stage: Stage
) -> None:
    star(register, stage.talk, number="star")
    work()
    hold(stage.event)
    move(stage.talk, 10)
    event, tried = stage.event, {"kind": Kind.PROGRAMME_YOURS, "to_email": STARRED}
    for number in range(MOST_A_DAY + 1):
        key = f"{TEST_KEY}{number}"
        queue(app, event.organisation_id, event.id, 1, key=key, **tried)
    smtp.empty()
    release(event)
    work()
    subjects = [one["Subject"] for one in smtp.to(STARRED)]
    assert len([one for one in subjects if one.startswith("Changed: sessions of yours")]) == 1


def a_busy_day(smtp: Mailbox, register: Register, work: Work, stage: Stage) -> None:
    """Move the talk so often that each of those concerned has three versions too many."""
    star(register, stage.talk, number="star")
    work()
    smtp.empty()
    hold(stage.event)
    for number in range(MOST_A_DAY + MORE):
        at = NOW + timedelta(minutes=20 * number)
        move(stage.talk, 1)
        release(stage.event, at)
        work(at)


@pytest.mark.both_databases
def test_what_is_too_much_for_one_day_is_told_in_one_mail_a_day_later(
    smtp: Mailbox, register: Register, work: Work, stage: Stage
) -> None:
    a_busy_day(smtp, register, work, stage)
    assert len(smtp.to(STARRED)) == MOST_A_DAY
    assert len(smtp.to("ada@example.com")) == MOST_A_DAY
    assert {one.to_email for one in waiting()} == {STARRED, "ada@example.com"}
    assert len(waiting()) == 2, "the organiser sees whose mail waits, once"
    late = NOW + DAY
    work(late - timedelta(minutes=1))
    assert len(smtp.to(STARRED)) == MOST_A_DAY
    work(late)
    (mail,) = smtp.to(STARRED)[MOST_A_DAY:]
    assert "9:50–10:20 am (HKT) → 9:53–10:23 am (HKT)" in plain(mail)
    assert len(smtp.to("ada@example.com")) == MOST_A_DAY + 1
    assert waiting() == []
    work(late + DAY)
    assert len(smtp.to(STARRED)) == MOST_A_DAY + 1


def test_what_waits_goes_out_with_the_next_version_where_that_comes_first(
    smtp: Mailbox, register: Register, work: Work, stage: Stage
) -> None:
    a_busy_day(smtp, register, work, stage)
    late = NOW + DAY
    star(register, stage.talk, number="new", now=late)
    move(stage.talk, 1)
    release(stage.event, late)
    work(late)
    (mail,) = smtp.to(STARRED)[MOST_A_DAY:]
    assert "9:50–10:20 am (HKT) → 9:54–10:24 am (HKT)" in plain(mail)
    said = [plain(mail) for mail in smtp.to("guest.new@example.com")]
    assert sum("9:53–10:23 am (HKT) → 9:54–10:24 am (HKT)" in one for one in said) == 1
    work(late + DAY)
    assert len(smtp.to(STARRED)) == MOST_A_DAY + 1


def test_whom_it_concerns_no_more_is_no_longer_said_to_wait(
    smtp: Mailbox, register: Register, work: Work, stage: Stage
) -> None:
    a_busy_day(smtp, register, work, stage)
    with writing() as transaction:
        transaction.execute(sa.delete(Star))
    work(NOW + 2 * DAY)
    assert len(smtp.to(STARRED)) == MOST_A_DAY
    assert waiting() == []


@pytest.mark.both_databases
def test_thirty_speakers_with_one_secretary_are_all_told_of_a_version(
    smtp: Mailbox, work: Work, stage: Stage
) -> None:
    talks = [stage.talk]
    for number in range(1, MOST_A_DAY + 5):
        talk = make_session(stage.event, after=20 * number, title=text(f"Talk {number}"))
        speaker = make_speaker(stage.event.organisation_id, name=f"Sample {number}")
        make_appearance(talk, speaker)
        _stored(SpeakerContact(speaker_id=speaker.id, email="ada@example.com", lang="en"))
        talks.append(talk)
    hold(stage.event)
    for one in talks:
        move(one, 10)
    release(stage.event)
    work()
    assert len(smtp.to("ada@example.com")) == len(talks) == MOST_A_DAY + 5
    assert waiting() == []


def test_news_takes_nobodys_ticket_away(
    smtp: Mailbox, register: Register, work: Work, stage: Stage
) -> None:
    a_busy_day(smtp, register, work, stage)
    late = NOW + timedelta(hours=9)
    register(stage.event, number="star", now=late)
    work(late)
    assert smtp.to(STARRED)[-1]["Subject"].startswith("You are registered already")


def test_a_mail_that_failed_counts_as_unheard(
    smtp: Mailbox, register: Register, work: Work, stage: Stage
) -> None:
    star(register, stage.talk, number="star")
    work()
    smtp.empty()
    hold(stage.event)
    move(stage.talk, 10)
    release(stage.event)
    end = telling.forget

    def dies(*_given: object) -> None:
        raise SystemExit

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(telling, "forget", dies)
        with pytest.raises(SystemExit):
            messaging.tell_of_releases(stage.event.id, now=NOW)
    assert telling.forget is end
    with writing() as transaction:
        transaction.execute(
            sa.update(Message)
            .where(Message.to_email == STARRED, Message.kind.in_(telling.KINDS))
            .values(state=MessageState.FAILED, last_error="550 full")
        )
    move(stage.talk, 10)
    release(stage.event, NOW + timedelta(seconds=5))
    work(NOW + timedelta(minutes=5))
    (mail,) = smtp.to(STARRED)
    assert "9:30–10:00 am (HKT) → 9:50–10:20 am (HKT)" in plain(mail)


@pytest.mark.both_databases
def test_a_telling_that_always_fails_is_tried_less_often_and_named(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    move_and_release(stage)

    def fails(*_given: object) -> int:
        message = "the template is broken"
        raise RuntimeError(message)

    monkeypatch.setattr(telling, "_tell", fails)
    for seconds in range(0, 1800, 5):
        outbox.deliver_due(NOW + timedelta(seconds=seconds))
    assert outbox.stuck() == {"programme.released": 1}
    waits = sa.select(outbox.OutboxRow).where(outbox.OutboxRow.done_at.is_(None))
    (row,) = db.session.scalars(waits)
    assert row.tries == 5
    assert row.last_error == "RuntimeError: the template is broken"
    assert db.session.get_one(Programme, stage.event.id).telling_until is None


def test_a_telling_that_failed_in_passing_is_done_seconds_later(
    smtp: Mailbox, stage: Stage, monkeypatch: pytest.MonkeyPatch, work: Callable[..., None]
) -> None:
    move_and_release(stage)
    tell, tries = telling._tell, []

    def fails_once(*given: object) -> int:
        tries.append(given)
        if len(tries) == 1:
            raise OSError
        return tell(*given)

    monkeypatch.setattr(telling, "_tell", fails_once)
    outbox.deliver_due(NOW)
    work(NOW + timedelta(seconds=5))
    assert len(smtp.to("ada@example.com")) == 1


def move_and_release(stage: Stage) -> None:
    hold(stage.event)
    move(stage.talk, 10)
    release(stage.event)
