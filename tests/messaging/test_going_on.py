"""Going on with what was stopped: counted again, nodded at again, and never without words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from forum.core.actor import SYSTEM
from forum.core.db import db, writing
from forum.core.text import Text
from forum.events import service as events
from forum.events.models import Event
from forum.messaging import bodies, service
from forum.messaging.models import Message, OrganisationMail
from forum.messaging.queries.keeping import past_their_time
from forum.messaging.queries.listing import failed_of
from forum.messaging.queries.nods import who_may_nod
from forum.messaging.rules import MessageState
from forum.messaging.rules.announcements import AnnouncementState, OwnNod
from forum.messaging.rules.around import EventIsOff
from forum.messaging.rules.sending import LEASE
from forum.messaging.service import announcing, keeping
from forum.messaging.service.announcing import queueing
from forum.messaging.service.claiming import claim
from forum.messaging.service.putting_off import PUT_OFF
from forum.messaging.service.resending import OthersFailed, resend_failed
from forum.messaging.words import failures
from forum.registrations import service as registrations
from tests.factories import NOW, make_event, make_organisation
from tests.messaging.announcing_stage import announce, letters_of, sender, state_of, stored
from tests.messaging.conftest import Register, Work
from tests.support.mail import Mailbox

DRAFT, AWAITS, SCHEDULED, SENDING, SENT, STOPPED = AnnouncementState


@pytest.fixture
def event(in_app: Flask, register: Register, work: Work, smtp: Mailbox) -> Event:
    """An event with one guest, whose organisation has two people decide above two."""
    made = make_event(make_organisation(), capacity=100, slug="sample-event")
    with writing() as session:
        session.add(OrganisationMail(organisation_id=made.organisation_id, nod_above=2))
    more(made, register, 1)
    work()
    smtp.empty()
    return made


def more(event: Event, register: Register, number: int) -> None:
    for _ in range(number):
        register(event)


@pytest.mark.both_databases
def test_more_people_than_somebody_nodded_at_ask_for_a_nod_when_it_goes_on(
    event: Event, register: Register, work: Work, smtp: Mailbox
) -> None:
    actor, other = sender(event), sender(event)
    made = announce(actor, event)
    announcing.stop(actor, event.id, made, now=NOW)
    more(event, register, 6)
    work()
    smtp.empty()
    assert announcing.go_on(actor, event.id, made, now=NOW) is AWAITS
    work()
    announcing.send_due(NOW)
    assert not [one for one in smtp.mails if "hall" in one["Subject"]]
    assert (stored(made).asked_by, stored(made).reached) == (actor.id, 7)
    assert announcing.nod(other, event.id, made, named=7, now=NOW) is SENDING
    work()
    announcing.send_due(NOW)
    assert len([one for one in smtp.mails if one["Subject"] == "The hall has changed"]) == 7
    assert state_of(made) is SENT


@pytest.mark.both_databases
def test_its_author_may_agree_to_what_another_wants_to_go_on_with(
    event: Event, register: Register, work: Work
) -> None:
    author, other = sender(event), sender(event)
    made = announce(author, event)
    announcing.stop(other, event.id, made, now=NOW)
    more(event, register, 6)
    assert announcing.go_on(other, event.id, made, now=NOW) is AWAITS
    assert [one.id for one in who_may_nod(stored(made))] == [author.id]
    with pytest.raises(OwnNod):
        announcing.nod(other, event.id, made, named=7, now=NOW)
    assert announcing.nod(author, event.id, made, named=7, now=NOW) is SENDING


def test_nobody_agrees_to_what_they_want_to_go_on_with_themselves(
    event: Event, register: Register
) -> None:
    author = sender(event)
    made = announce(author, event)
    announcing.stop(author, event.id, made, now=NOW)
    more(event, register, 6)
    announcing.go_on(author, event.id, made, now=NOW)
    with pytest.raises(OwnNod):
        announcing.nod(author, event.id, made, named=7, now=NOW)


@pytest.mark.both_databases
def test_who_has_cancelled_since_does_not_get_what_goes_on(
    event: Event, register: Register, work: Work, smtp: Mailbox
) -> None:
    gone = register(event)
    work()
    smtp.empty()
    actor = sender(event)
    made = announce(actor, event)
    announcing.queue_all(made, NOW)
    smtp.refusals.extend(["451 Later"] * 2)
    service.deliver_due(NOW)
    announcing.stop(actor, event.id, made, now=NOW)
    registrations.cancel(SYSTEM, gone.registration_id, now=NOW)
    work()
    smtp.empty()
    announcing.go_on(actor, event.id, made, now=NOW)
    work()
    assert [one["Subject"] for one in smtp.mails] == ["The hall has changed"]
    assert stored(made).reached == 1
    assert sorted(one.state for one in letters_of(made)) == [
        MessageState.FAILED,
        MessageState.SENT,
    ]


@pytest.mark.both_databases
@pytest.mark.parametrize("dead", [False, True])
def test_who_was_held_back_in_a_language_without_a_letter_gets_another(
    event: Event, register: Register, work: Work, smtp: Mailbox, dead: bool
) -> None:
    actor = sender(event)
    made = announce(actor, event)
    announcing.queue_all(made, NOW)
    smtp.refusals.append("451 Later")
    if dead:
        assert claim(NOW, 50).left
    else:
        service.deliver_due(NOW)
    with writing() as session:
        # As if the letter had been there in one more language.
        session.execute(sa.update(Message).values(lang="zh-Hans"))
    announcing.stop(actor, event.id, made, now=NOW)
    announcing.go_on(actor, event.id, made, now=NOW)
    smtp.refusals.clear()
    work(NOW + LEASE + timedelta(seconds=1))
    assert [one["Subject"] for one in smtp.mails] == ["The hall has changed"]


def test_one_whose_letter_cannot_be_written_holds_up_nobody(
    event: Event,
    register: Register,
    work: Work,
    smtp: Mailbox,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    register(event, name="Ben Broken")
    work()
    smtp.empty()
    writes = queueing.values_of

    def fails(reader: Any, *more: Any) -> Any:
        if reader.name == "Ben Broken":
            raise ValueError
        return writes(reader, *more)

    monkeypatch.setattr(queueing, "values_of", fails)
    made = announce(sender(event), event)
    work()
    announcing.send_due(NOW)
    assert len(smtp.mails) == 1
    assert (state_of(made), stored(made).skipped) == (SENT, 1)
    assert "cannot be written" in caplog.text


def test_nobody_goes_on_with_what_is_about_a_cancelled_event(event: Event) -> None:
    actor = sender(event)
    made = announce(actor, event)
    announcing.stop(actor, event.id, made, now=NOW)
    events.cancel(SYSTEM, event.id, Text(), now=NOW)
    with pytest.raises(EventIsOff):
        announcing.go_on(actor, event.id, made, now=NOW)
    assert state_of(made) is STOPPED


@pytest.mark.both_databases
def test_what_was_tried_goes_on_in_the_letter_of_now_under_its_own_message_id(
    event: Event, work: Work, smtp: Mailbox
) -> None:
    actor = sender(event)
    made = announce(actor, event)
    announcing.queue_all(made, NOW)
    smtp.refusals.append("451 Later")
    service.deliver_due(NOW)
    (tried,) = letters_of(made)
    old_body, message_id = tried.body_id, tried.message_id
    announcing.stop(actor, event.id, made, now=NOW)
    (held,) = letters_of(made)
    assert (held.state, failures.reason_of(held.last_error)) == (
        MessageState.FAILED,
        failures.STOPPED,
    )
    announcing.go_on(actor, event.id, made, now=NOW)
    announcing.queue_all(made, NOW)
    (again,) = letters_of(made)
    assert again.body_id != old_body
    assert bodies.whole(again).html
    work()
    (mail,) = smtp.mails
    assert mail["Message-ID"] == message_id


def test_what_has_lost_its_words_does_not_go_on(event: Event, work: Work, smtp: Mailbox) -> None:
    actor = sender(event)
    made = announce(actor, event)
    announcing.queue_all(made, NOW)
    smtp.refusals.append("451 Later")
    service.deliver_due(NOW)
    announcing.stop(actor, event.id, made, now=NOW)
    with writing() as session:
        gone: dict[str, Any] = {"body_id": None, "body_gone_at": NOW, "values": {}}
        session.execute(sa.update(Message).values(gone))
    announcing.go_on(actor, event.id, made, now=NOW)
    work(NOW + timedelta(hours=1))
    assert smtp.mails == []
    assert [one.state for one in letters_of(made)] == [MessageState.FAILED]


@pytest.mark.both_databases
def test_a_mail_that_is_queued_again_while_words_are_wiped_keeps_its_words(
    event: Event, monkeypatch: pytest.MonkeyPatch, work: Work, smtp: Mailbox
) -> None:
    long_after = event.ends_at + timedelta(days=4000)
    (ticket,) = db.session.scalars(sa.select(Message)).all()
    reads = past_their_time

    def then_sent_again(now: Any) -> Any:
        found = db.session.scalars(reads(now)).all()
        monkeypatch.setattr(keeping, "past_their_time", reads)
        service.resend(SYSTEM, event.id, ticket.id, now=now)
        return sa.select(Message.id).where(Message.id.in_(found))

    monkeypatch.setattr(keeping, "past_their_time", then_sent_again)
    keeping.wipe_words(long_after)
    work(long_after)
    (mail,) = smtp.mails
    assert "Reference: " in mail.as_string()


@pytest.mark.parametrize(
    "why", [failures.STOPPED.text, failures.TOO_LATE.text, PUT_OFF, failures.ANOTHERS.text]
)
def test_sending_all_failed_again_leaves_out_what_was_held_back_on_purpose(
    event: Event, work: Work, smtp: Mailbox, why: str
) -> None:
    with writing() as session:
        failed = {"state": MessageState.FAILED, "last_error": why, "sent_at": None}
        session.execute(sa.update(Message).values(failed))
    assert failed_of(event.id) == {}
    with pytest.raises(OthersFailed):
        resend_failed(SYSTEM, event.id, 1, now=NOW)
    work()
    assert smtp.mails == []
