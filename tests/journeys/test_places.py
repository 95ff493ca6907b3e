"""A guest with a phone: stars of the device come along, places are taken, swapped and given up."""

from __future__ import annotations

from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Page, expect

from forum.core.db import db
from forum.registrations.models import Registration, Star
from forum.registrations.recount import recount_places
from tests.conftest import NewContext
from tests.factories import make_event, make_session, make_workshop, text
from tests.registrations.signing_up import registered, sign_up, standing
from tests.support.front_end import FrontEnd
from tests.support.live import LiveForum

KEEP = "([event, ids]) => localStorage.setItem(`forum.stars.${event}`, JSON.stringify(ids))"


@pytest.fixture
def stage(app: Flask, forum_server: LiveForum) -> dict[str, str]:
    """Store an event with a talk, two workshops at once, and one that is full."""
    assert forum_server.url
    with app.app_context():
        event = make_event()
        sessions = {
            "talk": make_session(event, title=text("Opening talk"), after=0),
            "welding": make_workshop(event, title=text("Welding"), after=60),
            "sensors": make_workshop(event, title=text("Sensors"), after=60),
            "full": make_workshop(event, title=text("Robots"), after=120, places=1),
        }
        sign_up(registered(event.id, "early"), sessions["full"].id)
        found = {name: str(session.id) for name, session in sessions.items()}
        return {"event": str(event.id), "slug": event.slug, **found}


def _fill(page: Page, slug: str) -> None:
    page.goto(f"/en/e/{slug}/register")
    page.get_by_label("Full name").fill("Sample Guest Mei")
    page.get_by_label("Organisation").fill("Sample Robotics")
    page.get_by_label("Email", exact=True).fill("mei@example.com")
    page.get_by_role("button", name="Register").click()
    page.wait_for_url("**/r/**")


def test_stars_of_the_device_come_along_and_more_are_kept_later(
    app: Flask, page: Page, stage: dict[str, str], node_front_end: FrontEnd
) -> None:
    page.goto(f"/en/e/{stage['slug']}/")
    page.evaluate(KEEP, [stage["event"], [stage["talk"], "<b>", 7, stage["welding"]]])
    _fill(page, stage["slug"])
    page.get_by_role("link", name="My schedule").click()
    expect(page.get_by_text("Opening talk")).to_be_visible()
    assert page.get_by_role("button", name="starred on this device").count() == 0
    page.evaluate(KEEP, [stage["event"], [stage["talk"], stage["welding"], stage["full"]]])
    page.reload()
    page.get_by_role("button", name="Keep the session starred on this device").click()
    expect(page.get_by_text("One session more is kept.")).to_be_visible()
    assert node_front_end.axe(page) == []
    with app.app_context():
        starred = set(db.session.scalars(sa.select(Star.session_id)))
    assert starred == {UUID(stage[name]) for name in ("talk", "welding", "full")}


def test_places_are_taken_swapped_and_given_up_without_script(
    app: Flask, new_context: NewContext, stage: dict[str, str], node_front_end: FrontEnd
) -> None:
    page = new_context(java_script_enabled=False).new_page()
    _fill(page, stage["slug"])
    schedule = page.url + "/schedule"
    page.get_by_role("link", name="My schedule").click()
    page.get_by_role("button", name="Sign up: Welding").click()
    expect(page.get_by_text("You have a place.")).to_be_visible()
    page.get_by_role("button", name="Sign up: Sensors").click()
    expect(page.get_by_role("heading", name="You cannot be in both")).to_be_visible()
    page.get_by_role("button", name="Swap").click()
    page.get_by_role("button", name="Join the wait list: Robots").click()
    expect(page.get_by_text("Number 1 on the wait list")).to_be_visible()
    page.get_by_role("link", name="Give up my place: Sensors").click()
    page.get_by_role("button", name="Give up my place").click()
    assert page.url == schedule
    with app.app_context():
        stands = {name: standing(UUID(stage[name])) for name in ("welding", "sensors", "full")}
        assert stands == {
            "welding": {},
            "sensors": {},
            "full": {"early": True, "Mei": False},
        }
        assert all(one.agrees for one in recount_places())
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Registration)) == 2
    with_script = new_context(color_scheme="dark").new_page()
    for address in (schedule, f"{schedule}?show=all", f"{schedule}/leave/{stage['full']}"):
        with_script.goto(address)
        assert node_front_end.axe(with_script) == [], address
        assert with_script.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
