"""Who may agree to an announcement hears of it at once, and its maker where it outgrew a nod."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask

from forum.core.actor import Actor
from forum.core.db import counted_statements, db, writing
from forum.core.permissions import Role
from forum.events.models import Event
from forum.messaging.models import Message, OrganisationMail
from forum.messaging.rules import Kind
from forum.messaging.rules.announcements import AnnouncementState, Timing
from forum.messaging.rules.timing import When
from forum.messaging.service import announcing
from forum.messaging.service.asking_nods import ask_for_nod
from forum.people.models import Organisation, User
from tests.factories import NOW, make_event, make_member, make_organisation
from tests.messaging.announcing_stage import announce, sender, state_of
from tests.messaging.conftest import Register, Work
from tests.messaging.stage import plain
from tests.support.mail import Mailbox

HOUR = timedelta(hours=1)
Messages = Callable[[], list[Message]]


@pytest.fixture
def event(in_app: Flask, register: Register, work: Work) -> Event:
    """An event with two guests, of an organisation where two people decide above one."""
    made = make_event(make_organisation(), capacity=100)
    with writing() as session:
        session.add(OrganisationMail(organisation_id=made.organisation_id, nod_above=1))
    for _ in range(2):
        register(made)
    work()
    return made


def email_of(actor: Actor) -> str:
    assert actor.id
    return db.session.get_one(User, actor.id).email


def member(event: Event, role: Role) -> str:
    return make_member(db.session.get_one(Organisation, event.organisation_id), role=role).email


def told(smtp: Mailbox) -> set[str]:
    return {mail["To"].addresses[0].addr_spec for mail in smtp.mails}


@pytest.mark.both_databases
def test_those_who_may_agree_are_told_at_once(smtp: Mailbox, event: Event, work: Work) -> None:
    may = {member(event, role) for role in (Role.OWNER, Role.MANAGER, Role.REGISTRAR)}
    for role in (Role.PROGRAMME, Role.DOOR, Role.VIEWER):
        member(event, role)
    member_elsewhere = make_member(make_organisation(), role=Role.OWNER).email
    smtp.empty()
    made = announce(sender(event), event)
    assert state_of(made) is AnnouncementState.AWAITING_NOD
    work()
    assert told(smtp) == may
    assert member_elsewhere not in told(smtp)
    mail, said = smtp.mails[0], plain(smtp.mails[0])
    assert mail["Subject"] == "An announcement needs a second person: Sample Organisation"
    assert "Subject: The hall has changed" in said
    assert "People: 2" in said
    assert "Until somebody agrees, nobody gets it." in said
    assert f"/manage/{event.slug}/messages/announcements/{made}" in said


@pytest.mark.both_databases
def test_nobody_is_told_twice_of_the_same_asking_but_of_a_new_one(
    smtp: Mailbox, event: Event, work: Work, messages: Messages
) -> None:
    other, actor = member(event, Role.OWNER), sender(event)
    made = announce(actor, event)
    work()
    (asked,) = [one for one in messages() if one.kind is Kind.NOD_WANTED]
    asking = asked.key.split(":")[1]
    ask_for_nod(made, asking, confirmed_for=None, now=NOW + HOUR)
    work(NOW + HOUR)
    assert len(smtp.to(other)) == 1
    announcing.back_to_draft(actor, event.id, made, now=NOW + HOUR)
    announcing.send(actor, event.id, made, named=2, now=NOW + HOUR)
    work(NOW + HOUR)
    assert len(smtp.to(other)) == 2


@pytest.mark.both_databases
def test_what_outgrew_its_nod_is_told_to_its_maker_too(
    smtp: Mailbox, event: Event, register: Register, work: Work
) -> None:
    at = NOW + HOUR
    maker, other = sender(event), sender(event)
    made = announce(maker, event, when=When(Timing.AT, at=at))
    announcing.nod(other, event.id, made, named=2, now=NOW)
    register(event, number="late")
    db.session.rollback()
    work()
    smtp.empty()
    announcing.send_due(at)
    announcing.send_due(at)
    work(at)
    assert state_of(made) is AnnouncementState.AWAITING_NOD
    assert told(smtp) == {email_of(maker), email_of(other)}
    assert len(smtp.mails) == 2
    said = plain(smtp.to(email_of(maker))[0])
    assert "An announcement has not gone out" in said
    assert "People: 2 → 3" in said
    assert "When it goes: " not in said


def test_what_outgrew_the_number_without_a_nod_is_told_to_its_maker_too(
    smtp: Mailbox, event: Event, register: Register, work: Work
) -> None:
    with writing() as session:
        session.get_one(OrganisationMail, event.organisation_id).nod_above = 2
    maker, other = sender(event), sender(event)
    made = announce(maker, event, when=When(Timing.AT, at=NOW + HOUR))
    assert state_of(made) is AnnouncementState.SCHEDULED
    register(event, number="late")
    db.session.rollback()
    work()
    smtp.empty()
    announcing.send_due(NOW + HOUR)
    work(NOW + HOUR)
    assert told(smtp) == {email_of(maker), email_of(other)}
    assert "People: 2 → 3" in plain(smtp.mails[0])


def test_what_waits_no_more_is_told_to_nobody(smtp: Mailbox, event: Event, work: Work) -> None:
    member(event, Role.OWNER)
    actor = sender(event)
    smtp.empty()
    made = announce(actor, event)
    announcing.back_to_draft(actor, event.id, made, now=NOW)
    work()
    assert smtp.mails == []


def test_each_is_told_in_the_own_language(smtp: Mailbox, event: Event, work: Work) -> None:
    other = member(event, Role.OWNER)
    with writing() as session:
        found = session.query(User).filter_by(email=other).one()
        found.lang = "zh-Hant"
    smtp.empty()
    announce(sender(event), event)
    work()
    (mail,) = smtp.to(other)
    assert mail["Content-Language"] == "zh-Hant-HK"
    assert "場地已更改" in plain(mail)


def test_as_many_statements_for_any_number_of_colleagues(event: Event) -> None:
    member(event, Role.OWNER)
    made: UUID = announce(sender(event), event)
    counts = []
    for asking in ("few", "many"):
        with counted_statements(db.engine) as statements:
            told_now = ask_for_nod(made, asking, confirmed_for=None, now=NOW)
        counts.append((told_now, len(statements)))
        for _ in range(8):
            member(event, Role.MANAGER)
    assert [number for number, _ in counts] == [1, 9]
    assert counts[1][1] <= counts[0][1]
