"""Questions in a browser: shown when they are needed, put in order by dragging."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from forum.core import clock
from forum.core.actor import SYSTEM
from forum.core.db import db
from forum.core.permissions import Role
from forum.people.models import Organisation
from forum.people.service import make_sign_in_link
from forum.registrations import service
from forum.registrations.queries.questions import questions_for
from forum.registrations.rules.ready_questions import ACCESS_NEEDS
from tests.factories import make_event, make_member
from tests.registrations.questioning import make_lunch, make_question


@pytest.fixture
def event(app: Flask) -> tuple[str, UUID, UUID]:
    with app.app_context():
        made = make_event()
        service.take_over(SYSTEM, made.id, ACCESS_NEEDS, now=clock.now())
        make_lunch(made.id)
        make_question(made.id, label="Job title")
        return made.slug, made.id, made.organisation_id


def test_an_access_question_appears_only_when_it_is_needed(
    app: Flask, event: tuple[str, UUID, UUID], page: Page
) -> None:
    slug, event_id, _ = event
    page.goto(f"/en/e/{slug}/register")
    details = page.get_by_label("What do you need?")
    expect(details).to_be_hidden()
    page.get_by_label("Yes", exact=True).check()
    expect(details).to_be_visible()
    page.get_by_label("Full name").fill("Sample Guest")
    page.get_by_label("Organisation").fill("Sample Robotics")
    page.get_by_label("Email", exact=True).fill("guest@example.com")
    page.get_by_role("button", name="Register").last.click()
    expect(page.get_by_role("alert")).to_contain_text("What do you need?")
    expect(details).to_be_visible()
    page.get_by_label("No", exact=True).check()
    expect(details).to_be_hidden()
    page.get_by_role("button", name="Register").last.click()
    page.wait_for_url("**/r/**")
    with app.app_context():
        assert len(questions_for(event_id)) == 4


def test_questions_are_dragged_into_another_order(
    app: Flask, event: tuple[str, UUID, UUID], desk_page: Page
) -> None:
    slug, event_id, organisation_id = event
    with app.app_context():
        organisation = db.session.get_one(Organisation, organisation_id)
        address = make_member(organisation, Role.OWNER).email
        token = make_sign_in_link(address, now=clock.now())
        before = [one.id for one in questions_for(event_id)]
    desk_page.goto(f"/sign-in/{token}")
    desk_page.locator("main form button").first.click()
    desk_page.goto(f"/manage/{slug}/registrations/questions")
    rows = desk_page.locator("table.questions tbody tr")
    rows.last.locator(".grip").drag_to(rows.first, target_position={"x": 30, "y": 3})
    expect(desk_page.get_by_text("The order is saved.")).to_be_visible()
    with app.app_context():
        after = [one.id for one in questions_for(event_id)]
    assert after == [before[-1], *before[:-1]]
