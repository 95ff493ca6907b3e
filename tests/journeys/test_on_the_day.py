"""On the day: "8 minutes late" is on the sign, the stage, the programme, in the feed, by itself."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest
from flask import Flask
from playwright.sync_api import Page, Route, expect

from forum.core import clock
from forum.core.permissions import Role
from forum.people.models import Organisation
from forum.people.service import make_sign_in_link
from forum.programme.rules import SessionKind
from tests import factories
from tests.conftest import NewContext
from tests.support.browser import quiet_page
from tests.support.live import LiveForum

BY_ITSELF = 6_000
BY_ASKING = 16_000


@pytest.fixture
def day(app: Flask, forum_server: LiveForum) -> SimpleNamespace:
    """An event that runs right now: a talk, a break, a talk in the hall."""
    assert forum_server.url
    now = clock.now().replace(second=0, microsecond=0)
    with app.app_context():
        organisation: Organisation = factories.make_organisation()
        event = factories.make_event(
            organisation,
            slug="sample-forum",
            starts_at=now - timedelta(minutes=30),
            ends_at=now + timedelta(hours=4),
            accent="#f5d90a",
        )
        hall = factories.make_room(event, slug="hall", name=factories.text("Hall"))
        made = [
            factories.make_session(
                event,
                after=after,
                minutes=minutes,
                kind=kind,
                room_id=hall.id,
                title=factories.text(title),
            )
            for title, after, minutes, kind in (
                ("Opening", 0, 45, SessionKind.KEYNOTE),
                ("Coffee", 45, 20, SessionKind.BREAK),
                ("Sensors", 65, 30, SessionKind.TALK),
            )
        ]
        token = make_sign_in_link(
            "organiser@example.com",
            now=clock.now(),
            organisation_id=organisation.id,
            role=Role.PROGRAMME,
            name="Sample Organiser",
        )
        return SimpleNamespace(
            sign="/en/e/sample-forum/rooms/hall/sign",
            stage="/en/e/sample-forum/rooms/hall/stage",
            sheet="/manage/sample-forum/run-sheet",
            late=f"/manage/sample-forum/run-sheet/{made[0].id}/late",
            sign_in=f"/sign-in/{token}",
            second=made[1].id,
        )


def sign_in(page: Page, day: SimpleNamespace) -> None:
    page.goto(day.sign_in)
    page.locator("main form button").first.click()
    page.wait_for_url("**/manage/")


def run_late(page: Page, day: SimpleNamespace, minutes: str) -> None:
    """Press as an editor on stage side would: other minutes, look, move."""
    page.goto(day.sheet)
    page.get_by_role("link", name="Other").click()
    page.get_by_label("Minutes", exact=True).fill(minutes)
    page.get_by_role("button", name="Show what moves").click()
    expect(page.get_by_role("heading", name="What moves")).to_be_visible()
    page.get_by_role("button", name="Move 2 sessions").click()
    page.wait_for_url("**/late/*")


def test_eight_minutes_late_are_everywhere_by_themselves(
    day: SimpleNamespace, page: Page, new_context: NewContext
) -> None:
    with quiet_page(new_context()) as sign, quiet_page(new_context()) as stage:
        sign.goto(day.sign)
        stage.goto(day.stage)
        expect(sign.locator("h2#on")).to_have_text("Opening")
        expect(sign.locator("[data-ends]")).to_contain_text("ends in 1")
        expect(stage.locator(".count")).to_contain_text(":")
        sign_in(page, day)
        run_late(page, day, "8")
        expect(sign.get_by_text("Runs 8 minutes late")).to_be_visible(timeout=BY_ITSELF)
        expect(stage.get_by_text("Runs 8 minutes late")).to_be_visible(timeout=BY_ITSELF)
        expect(sign.locator("[data-ends]")).to_contain_text("ends in 2")
        sign.goto("/en/e/sample-forum/programme")
        feed = sign.request.get("/e/sample-forum/sample-forum.ics").text()
        assert feed.count("SEQUENCE:1") == 2
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_text("The former times are back")).to_be_visible()
        expect(stage.get_by_text("minutes late")).to_be_hidden(timeout=BY_ITSELF)


def test_where_no_stream_goes_through_the_sign_asks_and_is_true_all_the_same(
    day: SimpleNamespace, page: Page, new_context: NewContext
) -> None:
    def _refuse(route: Route) -> None:
        route.fulfill(status=503, headers={"Retry-After": "10"}, body="")

    context = new_context()
    context.route("**/e/sample-forum/live", _refuse)
    with quiet_page(context) as sign:
        sign.goto(day.sign)
        expect(sign.locator("h2#on")).to_have_text("Opening")
        sign_in(page, day)
        run_late(page, day, "8")
        expect(sign.get_by_text("Runs 8 minutes late")).to_be_visible(timeout=BY_ASKING)


def test_the_run_sheet_on_stage_side_is_another_when_somebody_else_moves_it(
    day: SimpleNamespace, page: Page, new_context: NewContext
) -> None:
    with quiet_page(new_context(has_touch=True, is_mobile=True)) as crew:
        sign_in(page, day)
        crew.context.add_cookies(page.context.cookies())
        crew.goto(day.sheet)
        expect(crew.locator(".card.is-now .left")).to_contain_text("ends in")
        run_late(page, day, "8")
        expect(crew.locator(".card.is-now .tag")).to_have_text("8 minutes late", timeout=BY_ITSELF)
        assert crew.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_the_countdown_turns_amber_before_the_end_and_red_after_it(
    day: SimpleNamespace, new_context: NewContext
) -> None:
    context = new_context()
    ahead = {"minutes": 0}

    def _as_if_later(route: Route) -> None:
        said = route.fetch().json()
        route.fulfill(json={**said, "now": said["now"] + ahead["minutes"] * 60_000})

    context.route("**/e/sample-forum/live", lambda route: route.fulfill(status=503, body=""))
    context.route("**/e/sample-forum/live.json", _as_if_later)
    with quiet_page(context) as stage:
        for minutes, left, colour in ((0, "", None), (11, "soon", "rgb(255, 196, 0)")):
            ahead["minutes"] = minutes
            stage.goto(day.stage)
            expect(stage.locator("body")).to_have_attribute("data-left", left)
            if colour:
                expect(stage.locator("body")).to_have_css("background-color", colour)
        ahead["minutes"] = 16
        stage.goto(day.stage)
        expect(stage.locator(".count")).to_contain_text("−")
        expect(stage.locator("body")).to_have_css("background-color", "rgb(140, 0, 21)")


def test_all_of_it_works_without_script(day: SimpleNamespace, new_context: NewContext) -> None:
    page = new_context(java_script_enabled=False).new_page()
    sign_in(page, day)
    run_late(page, day, "8")
    page.goto(day.sign)
    expect(page.get_by_text("Runs 8 minutes late")).to_be_visible()
    page.goto(day.stage)
    expect(page.locator(".count")).to_contain_text("until")
