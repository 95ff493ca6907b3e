"""Who decides that many are written to: two people above a number, and again if there are more."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from forum.core.db import db, writing
from forum.events.models import Event
from forum.messaging.models import OrganisationMail
from forum.messaging.rules.announcements import (
    AnnouncementState,
    IllegalAnnouncementMove,
    MoreThanNamed,
    OwnNod,
    Timing,
)
from forum.messaging.rules.segments import EVERYBODY
from forum.messaging.rules.timing import When
from forum.messaging.service import announcing
from forum.registrations.models import Registration
from forum.registrations.rules import RegistrationState
from tests.factories import NOW, make_event, make_organisation
from tests.messaging.announcing_stage import (
    announce,
    letters_of,
    sender,
    state_of,
    stored,
    wording,
)
from tests.messaging.conftest import Register, Work

DRAFT, AWAITS, SCHEDULED, SENDING, SENT, STOPPED = AnnouncementState


@pytest.fixture
def event(in_app: Flask) -> Event:
    return make_event(make_organisation(), capacity=100)


def nod_above(event: Event, number: int | None) -> None:
    with writing() as session:
        session.add(OrganisationMail(organisation_id=event.organisation_id, nod_above=number))


@pytest.mark.both_databases
def test_above_the_number_two_people_decide(event: Event, register: Register, work: Work) -> None:
    for _ in range(2):
        register(event)
    work()
    nod_above(event, 1)
    actor, other = sender(event), sender(event)
    made = announce(actor, event)
    assert state_of(made) is AWAITS
    with pytest.raises(OwnNod):
        announcing.nod(actor, event.id, made, named=2, now=NOW)
    register(event)
    db.session.rollback()
    with pytest.raises(MoreThanNamed) as more:
        announcing.nod(other, event.id, made, named=2, now=NOW)
    assert more.value.number == 3
    assert announcing.nod(other, event.id, made, named=3, now=NOW) is SENDING
    assert stored(made).nodded_by == other.id


def test_more_people_than_nodded_at_ask_again_when_it_goes(
    event: Event, register: Register, work: Work
) -> None:
    for _ in range(2):
        register(event)
    work()
    nod_above(event, 1)
    at = NOW + timedelta(hours=1)
    made = announce(sender(event), event, when=When(Timing.AT, at=at))
    other = sender(event)
    assert announcing.nod(other, event.id, made, named=2, now=NOW) is SCHEDULED
    announcing.send_due(NOW)
    assert state_of(made) is SCHEDULED
    register(event, number="late")
    db.session.rollback()
    announcing.send_due(at)
    assert state_of(made) is AWAITS
    assert letters_of(made) == []
    assert announcing.nod(other, event.id, made, named=3, now=at) is SENDING


def test_who_leaves_before_its_moment_gets_nothing_and_who_joins_does(
    event: Event, register: Register, work: Work
) -> None:
    gone = register(event, number="gone")
    work()
    at = NOW + timedelta(hours=1)
    made = announce(sender(event), event, when=When(Timing.AT, at=at))
    register(event, number="new")
    with writing() as session:
        session.execute(
            sa.update(Registration)
            .where(Registration.id == gone.registration_id)
            .values(state=RegistrationState.CANCELLED, cancelled_at=NOW, in_home=False)
        )
    announcing.send_due(at)
    assert [one.to_email for one in letters_of(made)] == ["guest.new@example.com"]


def test_a_change_takes_the_nod_back(event: Event, register: Register, work: Work) -> None:
    register(event)
    work()
    nod_above(event, 0)
    actor, other = sender(event), sender(event)
    at = When(Timing.AT, at=NOW + timedelta(hours=1))
    made = announce(actor, event, when=at)
    announcing.nod(other, event.id, made, named=1, now=NOW)
    changed = wording(segment=EVERYBODY, when=at)
    announcing.change(actor, event.id, made, changed, revision=stored(made).revision, now=NOW)
    assert state_of(made) is DRAFT
    assert stored(made).nodded_for is None
    assert announcing.send(actor, event.id, made, named=1, now=NOW) is AWAITS


def test_what_is_on_its_way_cannot_be_changed_or_sent_again(
    event: Event, register: Register, work: Work
) -> None:
    register(event)
    work()
    actor = sender(event)
    made = announce(actor, event)
    with pytest.raises(IllegalAnnouncementMove):
        announcing.send(actor, event.id, made, named=9, now=NOW)
    with pytest.raises(IllegalAnnouncementMove):
        announcing.change(
            actor, event.id, made, wording(name="x"), revision=stored(made).revision, now=NOW
        )
    with pytest.raises(IllegalAnnouncementMove):
        announcing.remove(actor, event.id, made, now=NOW)
