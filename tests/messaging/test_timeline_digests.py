"""What waits is told to the team in the morning: to who may deal with it, once, if at all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from forum.core.db import counted_statements, db, writing
from forum.core.permissions import Role
from forum.events.models import Event
from forum.messaging.models import Message
from forum.messaging.rules import Kind, MessageState
from forum.messaging.service import digests
from forum.people.models import Organisation, User
from forum.registrations.models import Registration
from forum.registrations.rules import RegistrationState
from tests.factories import NOW, make_event, make_member, make_organisation, text
from tests.messaging.conftest import Register, Work
from tests.messaging.stage import plain
from tests.support.mail import Mailbox

MORNING = datetime.fromisoformat("2026-11-23T00:00:00+00:00")
"""8:00 in Hong Kong."""

DAY = timedelta(days=1)
pytestmark = pytest.mark.usefixtures("in_app")
Messages = Callable[[], list[Message]]


def waiting(event: Event, register: Register, number: int) -> None:
    """Let guests' requests wait for an answer."""
    ids = [register(event).registration_id for _ in range(number)]
    with writing() as session:
        session.execute(
            sa.update(Registration)
            .where(Registration.id.in_(ids))
            .values(state=RegistrationState.PENDING, confirmed_at=None)
        )


def morning(work: Work, now: datetime = MORNING) -> None:
    digests.ask_for_digests(now)
    work(now)


@pytest.fixture
def house(register: Register, work: Work) -> SimpleNamespace:
    """An organisation with a team and an event where two requests wait."""
    organisation = make_organisation()
    team = {role: make_member(organisation, role) for role in Role}
    event = make_event(organisation)
    waiting(event, register, 2)
    work()
    return SimpleNamespace(organisation=organisation, team=team, event=event)


@pytest.mark.both_databases
def test_those_who_may_are_told_once_of_what_waits(
    smtp: Mailbox, house: SimpleNamespace, work: Work
) -> None:
    smtp.empty()
    morning(work, MORNING - timedelta(minutes=1))
    assert smtp.mails == []
    morning(work)
    told = {mail["To"].addresses[0].addr_spec for mail in smtp.mails}
    wanted = (Role.OWNER, Role.MANAGER, Role.REGISTRAR)
    assert told == {house.team[role].email for role in wanted}
    said = plain(smtp.mails[0])
    assert smtp.mails[0]["Subject"] == "What waits for you: Sample Organisation"
    assert "Sample Forum: a fresh look" in said
    assert "Requests that wait for an answer: 2" in said
    assert f"/manage/{house.event.slug}/" in said
    assert "switch it off on the page of your account" in said
    morning(work, MORNING + timedelta(minutes=10))
    assert len(smtp.mails) == 3
    morning(work, MORNING + DAY)
    assert len(smtp.mails) == 6


def test_where_nothing_waits_nobody_is_written_to(
    smtp: Mailbox, work: Work, register: Register
) -> None:
    organisation = make_organisation()
    make_member(organisation)
    register(make_event(organisation))
    work()
    smtp.empty()
    morning(work)
    assert smtp.mails == []


def test_what_is_over_or_off_waits_for_nobody(
    smtp: Mailbox, work: Work, house: SimpleNamespace
) -> None:
    smtp.empty()
    with writing() as session:
        session.get_one(Event, house.event.id).ends_at = MORNING
        session.get_one(Event, house.event.id).starts_at = MORNING - DAY
    morning(work)
    assert smtp.mails == []


def test_mails_that_failed_or_came_back_since_yesterday_are_counted(
    smtp: Mailbox, work: Work, house: SimpleNamespace, register: Register
) -> None:
    other = make_event(house.organisation, title=text("Another forum"))
    for number in range(4):
        register(other, number=number)
    work()
    smtp.empty()
    with writing() as session:
        rows = session.scalars(sa.select(Message).where(Message.event_id == other.id)).all()
        rows[0].state, rows[0].last_error, rows[0].due_at = MessageState.FAILED, "550", NOW
        rows[1].state, rows[1].bounced_at = MessageState.BOUNCED, NOW
        rows[2].state, rows[2].last_error = MessageState.FAILED, "Not sent: no longer wanted."
        rows[3].state, rows[3].bounced_at = MessageState.BOUNCED, NOW - 2 * DAY
    morning(work)
    said = plain(smtp.to(house.team[Role.OWNER].email)[0])
    assert "Another forum" in said
    assert "Mails that failed since yesterday: 1" in said
    assert "Mails that came back since yesterday: 1" in said


def test_each_is_written_to_in_the_own_language(
    smtp: Mailbox, work: Work, house: SimpleNamespace
) -> None:
    smtp.empty()
    with writing() as session:
        session.get_one(User, house.team[Role.OWNER].id).lang = "zh-Hant"
    morning(work)
    (mail,) = smtp.to(house.team[Role.OWNER].email)
    assert mail["Content-Language"] == "zh-Hant-HK"


def test_the_morning_is_that_of_the_organisation(
    smtp: Mailbox, work: Work, house: SimpleNamespace
) -> None:
    with writing() as session:
        there = session.get_one(Organisation, house.organisation.id)
        there.time_zone = "America/New_York"
    smtp.empty()
    morning(work)
    assert smtp.mails == []
    morning(work, MORNING + timedelta(hours=13))
    assert len(smtp.mails) == 3


def test_a_forum_that_starts_in_the_afternoon_waits_for_the_next_morning(
    smtp: Mailbox, work: Work, house: SimpleNamespace
) -> None:
    smtp.empty()
    morning(work, MORNING + timedelta(hours=5))
    assert smtp.mails == []


@pytest.mark.parametrize("number", [1, 12])
def test_a_digest_is_read_in_as_many_statements_for_any_number_of_events(
    house: SimpleNamespace, register: Register, number: int
) -> None:
    for _ in range(number):
        waiting(make_event(house.organisation), register, 1)
    with counted_statements(db.engine) as statements:
        assert digests.write_digests(house.organisation.id, "2026-11-23", now=MORNING) == 3
    assert len(statements) <= 16


def test_a_digest_stands_in_no_list_of_an_event(
    smtp: Mailbox, work: Work, house: SimpleNamespace, messages: Messages
) -> None:
    smtp.empty()
    morning(work)
    mine = [one for one in messages() if one.kind is Kind.STAFF_DIGEST]
    assert len(mine) == 3
    assert {one.event_id for one in mine} == {None}
