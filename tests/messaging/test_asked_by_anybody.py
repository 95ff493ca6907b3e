"""Mails that a stranger can cause are few, and take nobody's ticket away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

from flask import Flask

from forum.core.actor import SYSTEM
from forum.core.db import writing
from forum.events.models import Event
from forum.events.rules import EventState
from forum.messaging.models import Message
from forum.messaging.rules import MOST_ASKED_BY_ANYBODY, Kind, MessageState
from forum.registrations import service
from forum.registrations.models import RegistrationPolicy
from forum.registrations.service.lost_links import ask_for_links
from forum.registrations.service.offering import expire_offers
from tests.factories import NOW, make_event
from tests.messaging.conftest import Register, Work

Messages = Callable[[], list[Message]]
ADDRESS = {"email": "known@example.com", "email_key": "known@example.com"}


def test_who_is_asked_for_over_and_over_hears_three_times_and_still_gets_a_ticket(
    app: Flask, register: Register, work: Work, messages: Messages
) -> None:
    with app.app_context():
        event, other = make_event(), make_event()
    register(event, **ADDRESS)
    work()
    at = NOW
    for number in range(24):
        at = NOW + timedelta(minutes=11 * (number + 1))
        if number % 2:
            register(event, now=at, **ADDRESS)
        else:
            with app.app_context():
                ask_for_links(event.id, ADDRESS["email"], "en", now=at)
        work(at)
    register(other, now=at, **ADDRESS)
    work(at)
    sent = Counter(one.kind for one in messages() if one.state is not MessageState.FAILED)
    assert sent[Kind.AGAIN] + sent[Kind.LINKS] == MOST_ASKED_BY_ANYBODY
    assert sent[Kind.CONFIRMED] == 2
    tomorrow = at + timedelta(days=1)
    register(event, now=tomorrow, **ADDRESS)
    work(tomorrow)
    assert messages()[-1].kind is Kind.AGAIN
    assert messages()[-1].state is not MessageState.FAILED


def test_nobody_hears_that_a_seat_of_a_cancelled_event_went_to_the_next(
    app: Flask, register: Register, work: Work, messages: Messages
) -> None:
    with app.app_context():
        event = make_event(capacity=1)
        with writing() as session:
            session.get_one(RegistrationPolicy, event.id).offer_hours = 24
    first = register(event)
    register(event, **ADDRESS)
    with app.app_context():
        service.cancel(SYSTEM, first.registration_id, now=NOW)
    work()
    with app.app_context(), writing() as session:
        session.get_one(Event, event.id).state = EventState.CANCELLED
    later = NOW + timedelta(hours=25)
    with app.app_context():
        assert expire_offers(later) == 1
    work(later)
    kinds = [one.kind for one in messages() if one.to_email == ADDRESS["email"]]
    assert kinds == [Kind.OFFERED]
