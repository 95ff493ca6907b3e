"""How much one address gets within a day: by organisation and sort, and nothing is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from forum.core.actor import SYSTEM
from forum.core.db import writing
from forum.core.i18n import sentence
from forum.core.ids import uuid7
from forum.core.text import Text
from forum.events import service as events
from forum.events.models import Event
from forum.messaging.models import Message
from forum.messaging.rules import MOST_A_DAY, MOST_TO_A_CONTACT, Kind, MessageState
from forum.messaging.rules.recipients import CONTACT_MARK, TEST_KEY, Sort, counted_as
from forum.messaging.service.rows import message_row, store
from forum.messaging.words.failures import TOO_MANY_TODAY, reason_of
from tests.factories import NOW, make_event, make_organisation
from tests.messaging.announcing_stage import announce, sender
from tests.messaging.conftest import Register, Work
from tests.support.mail import Mailbox
from tests.support.statements import selects

pytestmark = pytest.mark.usefixtures("in_app")
Messages = Callable[[], list[Message]]
BOSS = "boss@example.com"
TOMORROW = NOW + timedelta(days=1)


def wait(event: Event, kind: Kind, number: int, key: str = "sample:{}", to: str = BOSS) -> None:
    """Store mails to an address that wait."""
    store([_row(event.organisation_id, event.id, kind, key, to) for _ in range(number)])


def _row(organisation_id: UUID, event_id: UUID, kind: Kind, key: str, to: str) -> dict[str, Any]:
    message_id = uuid7()
    return message_row(message_id, kind, key.format(message_id), "en", NOW) | {
        "organisation_id": organisation_id,
        "event_id": event_id,
        "to_email": to,
        "to_name": "",
        "subject": "Hello",
        "text": "Hello",
        "html": "<p>Hello</p>",
    }


def ticket_of(messages: Messages) -> Message:
    """Return the ticket that was written last."""
    return [one for one in messages() if one.kind is Kind.CONFIRMED][-1]


@pytest.mark.both_databases
def test_announcements_have_an_end_and_take_no_ticket_away(
    smtp: Mailbox, register: Register, work: Work, messages: Messages
) -> None:
    organisation = make_organisation()
    event, next_one = make_event(organisation, capacity=100), make_event(organisation)
    register(event, email=BOSS)
    work()
    actor = sender(event)
    for _ in range(MOST_A_DAY + 5):
        announce(actor, event)
        work()
    assert len(smtp.to(BOSS)) == 1 + MOST_A_DAY
    for another in (next_one, make_event(make_organisation())):
        register(another, email=BOSS)
        work()
        assert ticket_of(messages).state is MessageState.SENT
    events.postpone(SYSTEM, event.id, Text(), now=NOW)
    work()
    assert smtp.to(BOSS)[-1]["Subject"].startswith("Postponed")
    waiting = [one for one in messages() if one.state is MessageState.QUEUED]
    assert [(one.tries, one.due_at) for one in waiting] == [(0, TOMORROW)] * 5
    before = len(smtp.mails)
    work(TOMORROW)
    assert len(smtp.mails) == before + 5


def test_what_waits_says_why(work: Work, smtp: Mailbox, messages: Messages) -> None:
    wait(make_event(), Kind.CANCELLED, MOST_A_DAY + 1)
    work()
    assert reason_of(messages()[-1].last_error) == sentence(TOO_MANY_TODAY.text, most=MOST_A_DAY)


def test_what_a_contact_gets_for_others_takes_nothing_from_the_own_ticket(
    smtp: Mailbox, register: Register, work: Work, messages: Messages
) -> None:
    event = make_event(make_organisation(), capacity=100)
    wait(event, Kind.CANCELLED, MOST_A_DAY + 5, "cancelled:{}" + CONTACT_MARK)
    register(event, email=BOSS)
    work()
    assert len(smtp.to(BOSS)) == MOST_A_DAY + 6
    assert ticket_of(messages).state is MessageState.SENT


def test_a_contact_of_very_many_gets_the_rest_a_day_later(smtp: Mailbox, work: Work) -> None:
    wait(make_event(), Kind.CANCELLED, MOST_TO_A_CONTACT + 2, "cancelled:{}" + CONTACT_MARK)
    work()
    assert len(smtp.mails) == MOST_TO_A_CONTACT
    work(TOMORROW)
    assert len(smtp.mails) == MOST_TO_A_CONTACT + 2


def test_what_was_tried_out_or_not_sent_counts_for_nothing(
    smtp: Mailbox, register: Register, work: Work, messages: Messages
) -> None:
    event = make_event()
    wait(event, Kind.CONFIRMED, MOST_A_DAY + 1, TEST_KEY + "{}")
    wait(event, Kind.CANCELLED, MOST_A_DAY)
    with writing() as session:
        session.execute(
            sa.update(Message)
            .where(Message.kind == Kind.CANCELLED)
            .values(state=MessageState.FAILED, last_error="550 No")
        )
    register(event, email=BOSS)
    work()
    assert ticket_of(messages).state is MessageState.SENT
    assert len(smtp.to(BOSS)) == MOST_A_DAY + 2


def test_the_same_address_in_other_letters_is_the_same_within_a_batch(
    smtp: Mailbox, work: Work
) -> None:
    event = make_event()
    wait(event, Kind.CANCELLED, MOST_A_DAY)
    wait(event, Kind.CANCELLED, 3, to=BOSS.upper())
    work()
    assert len(smtp.mails) == MOST_A_DAY


def test_each_kind_is_counted_somewhere() -> None:
    sorts = Counter(counted_as(one, "key") for one in Kind)
    assert set(sorts) == {None, (Sort.OWN, False), (Sort.LETTERS, False), (Sort.EVENT, False)}


def test_what_has_become_of_an_event_is_counted_apart_from_ones_own_mails() -> None:
    stands = ("cancelled", "postponed", "moved", "back")
    told = [Kind(f"{who}_{how}") for who in ("event", "speaker") for how in stands]
    assert {counted_as(one, "key") for one in told} == {(Sort.EVENT, False)}


def test_counting_costs_one_statement_however_many_there_are(
    app: Flask, smtp: Mailbox, work: Work
) -> None:
    event = make_event()
    numbers = []
    for many in (1, 30):
        for place in range(many):
            wait(event, Kind.CANCELLED, 1, to=f"{many}.{place}@example.com")
        with selects(app) as statements:
            work()
        numbers.append(sum("message.to_email IN" in one for one in statements))
    assert numbers == [1, 1]
