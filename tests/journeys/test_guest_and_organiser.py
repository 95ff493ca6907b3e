"""Whole stories in a browser: a guest on a phone, an organiser, a calendar that follows."""

from __future__ import annotations

import re

import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Page, expect

from forum.core.db import db
from forum.events.models import Event
from tests.calendar.readers import by_vobject
from tests.conftest import NewContext
from tests.factories import (
    make_appearance,
    make_event,
    make_organisation,
    make_session,
    make_speaker,
)
from tests.journeys.sample_house import furnish, sign_in
from tests.support.browser import DESK, quiet_page

SMALLEST_QR = 240


def test_a_guest_registers_in_chinese_with_two_clicks_and_three_boxes(
    app: Flask, page: Page
) -> None:
    with app.app_context():
        organisation = make_organisation()
        event = make_event(organisation)
        make_appearance(make_session(event), make_speaker(organisation.id))
        slug = event.slug
    page.goto(f"/zh-hant/e/{slug}/")
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hant-HK")
    button = page.locator("a.btn.main").first
    box = button.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 844
    button.click()
    boxes = page.locator("main form input:visible:not([type=checkbox]):not([name=website])")
    expect(boxes).to_have_count(4)
    page.fill("[name=name]", "示例嘉賓")
    page.fill("[name=organisation]", "示例機構")
    page.fill("[name=email]", "guest@example.com")
    page.locator("main form button").click()
    page.wait_for_url(re.compile(r"/r/[\w-]{43}$"))
    qr = page.locator("svg.qr")
    expect(qr).to_be_visible()
    drawn = qr.bounding_box()
    assert drawn is not None
    assert drawn["width"] >= SMALLEST_QR
    page.reload()
    expect(qr).to_be_visible()


def test_a_guest_without_script_is_told_all_that_is_wrong_and_retypes_nothing(
    app: Flask, new_context: NewContext
) -> None:
    with app.app_context():
        slug = make_event().slug
    page = new_context(java_script_enabled=False).new_page()
    page.goto(f"/en/e/{slug}/register")
    page.fill("[name=name]", "Sample Guest")
    page.fill("[name=email]", "nobody")
    page.locator("main form button").click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    assert page.title().startswith("Error:")
    expect(page.locator("[name=name]")).to_have_value("Sample Guest")
    expect(page.locator("[name=email]")).to_have_value("nobody")
    expect(page.locator("[name=organisation]")).to_have_attribute("aria-invalid", "true")


def test_the_problem_is_focused_and_leads_to_its_field(app: Flask, page: Page) -> None:
    with app.app_context():
        slug = make_event().slug
    page.goto(f"/en/e/{slug}/register")
    page.locator("main form button").click()
    expect(page.locator(".problem")).to_be_focused()
    page.locator(".problem a").first.click()
    expect(page.locator("[name=name]")).to_be_focused()


def test_an_organiser_cancels_a_session_and_the_calendar_says_so(
    app: Flask, new_context: NewContext
) -> None:
    house = furnish(app)
    with quiet_page(new_context(viewport=DESK)) as page:
        before = {one.uid: one for one in by_vobject(page.request.get(house.feed).body())}
        sign_in(page, house)
        page.goto(f"/manage/{house.slug}/programme")
        page.get_by_role("link", name="Closing remarks").first.click()
        page.get_by_role("link", name=re.compile("Cancel")).first.click()
        page.locator("main form button").first.click()
        after = {one.uid: one for one in by_vobject(page.request.get(house.feed).body())}
        changed = {uid for uid in after if after[uid] != before[uid]}
        assert len(changed) == 1
        (uid,) = changed
        assert after[uid].status == "CANCELLED"
        assert after[uid].summary.startswith("CANCELLED: ")
        assert after[uid].sequence == before[uid].sequence + 1
        page.goto(f"/en/e/{house.slug}/")
        expect(page.get_by_text("Cancelled").first).to_be_visible()


def test_an_organiser_makes_an_event_and_publishes_it(app: Flask, new_context: NewContext) -> None:
    house = furnish(app)
    with quiet_page(new_context(viewport=DESK)) as page:
        sign_in(page, house)
        page.goto("/manage/new")
        page.locator("[name$=title-en]").first.fill("Sample Morning: a first event")
        page.locator("input[type=date]").first.fill("2027-03-02")
        times = page.locator("input[type=time]")
        times.nth(0).fill("09:00")
        times.nth(1).fill("13:00")
        page.locator("[name=capacity]").fill("40")
        page.locator("main form button.main").dblclick()
        page.wait_for_url(re.compile(r"/manage/sample-morning[\w-]*/"))
        with app.app_context():
            made = sa.select(sa.func.count()).where(Event.slug.startswith("sample-morning"))
            assert db.session.scalar(made) == 1
        slug = page.url.split("/manage/")[1].split("/")[0]
        assert page.request.get(f"/en/e/{slug}/").status == 404
        page.goto(f"/manage/{slug}/state/publish")
        page.locator("main form button").first.click()
        shown = page.goto(f"/en/e/{slug}/")
        assert shown is not None
        assert shown.status == 200
        expect(page.get_by_role("heading", level=1)).to_contain_text("Sample Morning")
