"""The organiser's home: how the number of guests grew, counted by the database."""

from __future__ import annotations

import re
from datetime import timedelta

import sqlalchemy as sa
from flask import Flask

from forum.core.actor import ANONYMOUS, SYSTEM
from forum.core.db import db, writing
from forum.core.permissions import Role
from forum.messaging.models import Announcement
from forum.messaging.rules.announcements import AnnouncementState
from forum.messaging.service import announcing
from forum.messaging.words.failures import TOO_LATE
from forum.registrations import service
from forum.registrations.models import Registration
from forum.registrations.rules import Access
from tests.events.browsing import Member
from tests.factories import NOW, attendee, make_event, make_organisation
from tests.messaging.announcing_stage import wording
from tests.messaging.waiting import queue
from tests.site.parties import give_access

DAY = timedelta(days=1)


def test_the_line_grows_by_the_days_of_the_events_zone(app: Flask, reads) -> None:
    organisation = make_organisation()
    event = make_event(organisation, slug="sample-forum", capacity=50)
    # 15:59 and 16:00 UTC are two days in Hong Kong.
    midnight = NOW.replace(hour=16, minute=0)
    for came in (
        NOW - 40 * DAY,
        midnight - 2 * DAY - timedelta(minutes=1),
        midnight - 2 * DAY,
        midnight - DAY,
        NOW,
    ):
        service.register(ANONYMOUS, event.id, attendee(), form_key=None, now=came)
    gone = db.session.scalars(sa.select(Registration.id).order_by(Registration.created_at)).first()
    assert gone
    service.cancel(SYSTEM, gone, now=NOW - DAY)
    member = Member(app, organisation)
    with reads() as seen:
        page = member.get("/manage/sample-forum/")
    table = page.text[page.text.index("<tbody>") : page.text.index("</tbody>")]
    figures = re.findall(r'<td class="n">([^<]*)</td><td class="n">([^<]*)</td>', table)
    assert len(figures) == 14
    assert figures[0] == ("1", "0")
    assert figures[-4:] == [("1", "0"), ("2", "+1"), ("2", "0"), ("4", "+2")]
    moments = [one for one in seen if "registration.confirmed_at," in one.partition("FROM")[0]]
    assert moments == []


def test_requests_that_wait_for_a_decision_are_named_first(app: Flask) -> None:
    with app.app_context():
        organisation = make_organisation()
        event = make_event(organisation, slug="sample-forum", capacity=50)
        member = Member(app, organisation)
        assert "for a decision" not in member.get("/manage/sample-forum/").text
        give_access(event.id, Access.APPROVAL)
        for one in range(2):
            service.register(ANONYMOUS, event.id, attendee(f"asks{one}"), form_key=None, now=NOW)
    page = member.get("/manage/sample-forum/").text
    assert "2 requests wait for a decision" in page
    assert "/manage/sample-forum/registrations/approvals" in page
    assert "Nothing at the moment" not in page


def test_mail_that_came_back_failed_or_waits_for_a_second_person_is_named(app: Flask) -> None:
    with app.app_context():
        organisation = make_organisation()
        event = make_event(organisation, slug="sample-forum", capacity=50)
        member = Member(app, organisation)
        door = Member(app, organisation, role=Role.DOOR)
        assert "/messages" not in needs_on(member)
        queue(app, organisation.id, event.id, 1, state="bounced", bounced_at=NOW)
        queue(app, organisation.id, event.id, 2, state="failed", last_error="550 No")
        queue(app, organisation.id, event.id, 3, state="failed", last_error=TOO_LATE.text)
        made = announcing.draft(SYSTEM, event.id, wording(), now=NOW)
        with writing() as session:
            session.get_one(Announcement, made).state = AnnouncementState.AWAITING_NOD
    page = needs_on(member)
    for says, where in (
        ("1 mail came back", "messages?state=bounced"),
        ("2 mails did not go out", "messages?state=failed"),
        ("1 announcement waits for a second person", "announcements?state=awaiting_nod"),
    ):
        assert says in page
        assert where in page
    assert "came back" not in needs_on(door)


def needs_on(member: Member) -> str:
    """Return what the home says needs somebody."""
    page = member.get("/manage/sample-forum/").text
    return page.partition('id="h-needs"')[2].partition("</section>")[0]
