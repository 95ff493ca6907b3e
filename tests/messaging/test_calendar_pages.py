"""Organisers read what a mail does to its reader's calendar, and operators where answers go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask

from forum.checks import doctor
from forum.core.actor import SYSTEM
from forum.core.db import db
from forum.events.models import Event
from forum.messaging.models import Message
from forum.people.models import Organisation
from forum.registrations import service as registrations
from tests.events.browsing import Member
from tests.factories import NOW, make_event, make_organisation
from tests.messaging.conftest import Register, Work
from tests.support.mail import Mailbox

Messages = Callable[[], list[Message]]
PATH = "/manage/sample-event/messages"
PUTS = "puts it into the guest’s own calendar, or keeps it right there"
TAKES = "takes it out of the guest’s own calendar"


@pytest.fixture
def event(app: Flask, smtp: Mailbox) -> Event:
    del smtp
    with app.app_context():
        return make_event(make_organisation(), slug="sample-event")


@pytest.fixture
def owner(app: Flask, event: Event) -> Member:
    with app.app_context():
        return Member(app, db.session.get_one(Organisation, event.organisation_id))


def test_the_page_of_a_mail_says_what_it_does_to_the_calendar(
    app: Flask, event: Event, owner: Member, register: Register, work: Work, messages: Messages
) -> None:
    guest = register(event)
    work()
    with app.app_context():
        registrations.cancel(SYSTEM, guest.registration_id, now=NOW)
    work()
    confirmed, cancelled = messages()
    page = owner.get(f"{PATH}/{confirmed.id}").text
    assert f"<dt>Calendar</dt><dd>{PUTS}</dd>" in page
    assert f"<dt>Calendar</dt><dd>{TAKES}</dd>" in owner.get(f"{PATH}/{cancelled.id}").text
    exact = owner.get(f"{PATH}/{cancelled.id}/exact").text
    assert "text/calendar" in exact
    assert "invite.ics" in exact


def test_a_mail_without_a_part_says_nothing_of_it(
    event: Event, owner: Member, register: Register, work: Work, messages: Messages, app: Flask
) -> None:
    with app.app_context():
        full = make_event(
            capacity=0,
            slug="full-event",
            organisation=db.session.get_one(Organisation, event.organisation_id),
        )
    register(full)
    work()
    (waits,) = messages()
    assert "<dt>Calendar</dt>" not in owner.get(f"/manage/full-event/messages/{waits.id}").text


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("confirmed", PUTS),
        ("cancelled", TAKES),
        ("guest_invitation", "asks in the guest’s own calendar whether they come"),
    ],
)
def test_whoever_tries_words_out_reads_what_the_real_mail_does(
    owner: Member, kind: str, says: str
) -> None:
    assert f"The real mail also {says}." in owner.get(f"{PATH}/templates/{kind}").text


def test_words_of_a_mail_without_a_part_promise_none(owner: Member) -> None:
    assert "The real mail also" not in owner.get(f"{PATH}/templates/waitlisted").text


@pytest.mark.parametrize(
    ("address", "good", "says"),
    [
        ("", True, "no FORUM_MAIL_REPLIES"),
        ("replies@example.com", True, "calendars answer to replies@example.com"),
        ("replies@elsewhere.example", False, "in a domain that no mail comes from"),
    ],
)
def test_the_doctor_says_where_calendars_answer_to(
    app: Flask, smtp: Mailbox, address: str, good: bool, says: str
) -> None:
    del smtp
    settings = app.config["FORUM_SETTINGS"]
    app.config["FORUM_SETTINGS"] = replace(
        settings, mail_replies=address, mail_domains=("example.com",)
    )
    with app.app_context():
        (found,) = (one for one in doctor() if one.what == "replies")
    assert (found.good, says in found.says) == (good, True)
