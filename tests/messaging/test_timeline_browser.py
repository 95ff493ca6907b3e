"""An organiser moves an event on a phone: asked, told to how many, and seen on the time-line."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from forum.core import clock
from forum.core.permissions import Role
from forum.people.service import make_sign_in_link
from tests.conftest import NewContext
from tests.factories import make_event, make_organisation
from tests.messaging.conftest import Register
from tests.support.browser import DESK, PHONE, quiet_page
from tests.support.front_end import FrontEnd
from tests.support.live import LiveForum


@pytest.fixture
def house(app: Flask, forum_server: LiveForum, register: Register) -> SimpleNamespace:
    """An event in three weeks with four guests, one of whom waits, and its organiser."""
    assert forum_server.url
    starts_at = clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=21)
    with app.app_context():
        organisation = make_organisation()
        event = make_event(
            organisation,
            slug="sample-forum",
            capacity=3,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=2),
        )
        for number in range(4):
            register(event, number=number, now=clock.now())
        token = make_sign_in_link(
            "organiser@example.com",
            now=clock.now(),
            organisation_id=organisation.id,
            role=Role.OWNER,
            name="Sample Organiser",
        )
    return SimpleNamespace(sign_in=f"/sign-in/{token}", base="/manage/sample-forum")


def looked_at(page: Page, node_front_end: FrontEnd, folder: Path) -> None:
    """Hold a page to what every page is held to, in both schemes and several sizes."""
    for size in (PHONE, DESK):
        page.set_viewport_size(size)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert node_front_end.axe(page) == [], (page.url, size, scheme)
    for width in (320, 360):
        page.set_viewport_size({"width": width, "height": 700})
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, page.url
    page.set_viewport_size(PHONE)
    assert node_front_end.html_faults({page.url: page.content()}, folder) == []


@pytest.mark.timeout(300)
@pytest.mark.parametrize("lang", ["en", "zh-Hant"])
def test_an_event_is_moved_on_a_phone(
    house: SimpleNamespace,
    new_context: NewContext,
    node_front_end: FrontEnd,
    tmp_path: Path,
    lang: str,
) -> None:
    locale = "en-GB" if lang == "en" else "zh-HK"
    with quiet_page(new_context(locale=locale, reduced_motion="reduce")) as page:
        page.goto(house.sign_in)
        page.locator("main form button").first.click()
        page.wait_for_url("**/manage/")
        page.goto(f"{house.base}/settings?lang={lang}")
        page.locator("#end_time").fill("23:59")
        page.locator("form[data-keep] button[type=submit]").click()
        expect(page.locator("button.main")).to_contain_text("4")
        looked_at(page, node_front_end, tmp_path)
        page.locator("#note-en").fill("One more talk.")
        page.locator("button.main").click()
        page.wait_for_url(f"**{house.base}/settings")
        expect(page.locator(".note.go")).to_be_visible()
        page.goto(f"{house.base}/messages/timeline")
        expect(page.locator("ul.lines li").first).to_contain_text("4")
        looked_at(page, node_front_end, tmp_path)
        page.goto(f"{house.base}/messages/timeline/new?kind=thanks")
        page.locator("button.main").click()
        page.wait_for_url("**/timeline")
        looked_at(page, node_front_end, tmp_path)
