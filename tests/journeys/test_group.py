"""A group in one form, on a phone: added, asked, removed, put right, and registered together."""

from __future__ import annotations

import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Page, expect

from forum.core.db import db
from forum.registrations.models import Answer, Booking, Registration, TicketType
from forum.registrations.recount import recount
from forum.registrations.rules import QuestionKind, RegistrationState
from tests.conftest import NewContext
from tests.factories import make_event
from tests.registrations.questioning import make_lunch, make_question
from tests.registrations.ticket_types import make_type, turn
from tests.support.browser import DESK, PHONE
from tests.support.front_end import FrontEnd
from tests.support.live import LiveForum


@pytest.fixture
def form(app: Flask, forum_server: LiveForum) -> str:
    """The form of an event with two types, a lunch and a question that depends on another."""
    assert forum_server.url
    with app.app_context():
        event = make_event(capacity=20)
        turn(db.session.scalars(sa.select(TicketType.id)).one(), name="General")
        make_type(event.id, "Media", most_per_booking=1)
        make_lunch(event.id, places=40, required=True)
        help_wanted = make_question(event.id, QuestionKind.YES_NO, "Do you need help?")
        make_question(event.id, label="What help?", needs_id=help_wanted.id, needs_values=("yes",))
        return f"/en/e/{event.slug}/register"


def fill(page: Page, prefix: str, name: str, address: str) -> None:
    """Fill in the boxes of one person."""
    page.fill(f"[name={prefix}name]", name)
    page.fill(f"[name={prefix}organisation]", "Sample Robotics")
    page.fill(f"[name={prefix}email]", address)


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_group_registers_in_one_form_on_a_phone(
    app: Flask, new_context: NewContext, form: str, *, script: bool
) -> None:
    context = new_context(
        viewport=PHONE, has_touch=True, is_mobile=True, java_script_enabled=script
    )
    page = context.new_page()
    page.goto(form)
    fill(page, "", "Sample Mei", "mei@example.com")
    page.get_by_label("No lunch").check()
    page.get_by_role("button", name="Add another person").click()
    second = page.get_by_role("group", name="Person 2")
    expect(second).to_be_in_viewport()
    expect(page.locator("[name=people-0-organisation]")).to_have_value("Sample Robotics")
    expect(page.locator("[name=name]")).to_have_value("Sample Mei")
    page.get_by_role("button", name="Add another person").click()
    fill(page, "people-1-", "Sample Wing", "wing@example.com")
    page.get_by_role("button", name="Remove person 2").click()
    expect(page.locator("[name=people-0-name]")).to_have_value("Sample Wing")
    expect(page.locator("[name=people-1-name]")).to_have_count(0)
    second.get_by_label("Yes").check()
    if script:
        expect(second.get_by_label("What help?")).to_be_visible()
    second.get_by_label("What help?").fill("A ramp")
    page.get_by_role("button", name="Register", exact=True).last.click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    page.locator(".problem a").first.click()
    second.get_by_label("Vegetarian").check()
    page.get_by_role("button", name="Register", exact=True).last.click()
    page.wait_for_url(re.compile(r"/r/[\w-]{43}$"))
    with app.app_context():
        came = db.session.scalars(sa.select(Registration).order_by(Registration.position)).all()
        assert [one.name for one in came] == ["Sample Mei", "Sample Wing"]
        assert {one.state for one in came} == {RegistrationState.CONFIRMED}
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Booking)) == 1
        said: list[Any] = [one.value for one in db.session.scalars(sa.select(Answer))]
        assert ["A ramp"] in said
        assert all(one.agrees for one in recount())


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_form_of_a_group_bears_every_check(
    new_context: NewContext, form: str, node_front_end: FrontEnd, scheme: str
) -> None:
    for width in (320, 390, DESK["width"]):
        view = {"width": width, "height": 844}
        page = new_context(viewport=view, color_scheme=scheme).new_page()
        page.goto(form)
        fill(page, "", "Sample Mei", "mei@example.com")
        page.get_by_role("button", name="Add another person").click()
        page.get_by_label("I register others and do not come myself").check()
        expect(page.get_by_label("Your own name")).to_be_visible()
        page.fill("[name=people-0-name]", "No mail")
        page.get_by_role("button", name="Register", exact=True).last.click()
        expect(page.locator(".problem")).to_be_focused()
        assert node_front_end.axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_the_form_of_a_type_follows_at_once_by_keys_and_by_finger(
    new_context: NewContext, form: str
) -> None:
    page = new_context(viewport=PHONE).new_page()
    page.goto(form)
    more = page.get_by_role("button", name="Add another person")
    expect(page.get_by_role("button", name="Choose")).to_be_hidden()
    page.fill("[name=name]", "Sample Mei")
    page.get_by_label("Yes", exact=True).check()
    expect(page.get_by_label("What help?")).to_be_visible()
    page.locator("[name=type]").first.focus()
    page.keyboard.press("ArrowDown")
    expect(more).to_have_count(0)
    expect(page.locator("[name=type]").last).to_be_focused()
    expect(page.locator("[name=name]")).to_have_value("Sample Mei")
    expect(page.get_by_label("What help?")).to_be_visible()
    page.get_by_text("General", exact=True).click()
    page.fill("[name=email]", "typed.meanwhile@example.com")
    expect(more).to_be_visible()
    expect(page.locator("[name=email]")).to_have_value("typed.meanwhile@example.com")
    page.get_by_label("No", exact=True).check()
    expect(page.get_by_label("What help?")).to_be_hidden()
    assert page.evaluate("scrollX") == 0


def test_a_type_is_chosen_by_its_button_without_script_or_without_a_line(
    new_context: NewContext, form: str
) -> None:
    page = new_context(viewport=PHONE, java_script_enabled=False).new_page()
    page.goto(form)
    page.get_by_text("Media", exact=True).click()
    page.get_by_role("button", name="Choose").click()
    expect(page.get_by_role("button", name="Add another person")).to_have_count(0)
    page = new_context(viewport=PHONE).new_page()
    page.goto(form)
    page.evaluate("() => { window.fetch = () => Promise.reject(new TypeError()); }")
    page.get_by_text("Media", exact=True).click()
    expect(page.get_by_role("button", name="Add another person")).to_have_count(0)
    expect(page.locator("[name=type]").last).to_be_checked()


def test_with_script_nobody_is_asked_to_press_twice(
    app: Flask, new_context: NewContext, form: str
) -> None:
    assert app
    page = new_context(viewport=PHONE).new_page()
    page.goto(form.replace("/register", "/register?type=2"))
    page.evaluate("document.querySelector('form.form').dataset.ripe")
    fill(page, "", "Sample Mei", "mei@example.com")
    page.get_by_label("No lunch").check()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/r/[\w-]{43}$"))
