"""Public pages in a real browser: what must be seen at once, by keyboard, and without script.

Axe, HTML and widths of every page stand in tests/journeys.
"""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from flask import Flask

from tests.site.browser.conftest import Opener
from tests.site.stage import Stage, half_day


@pytest.fixture
def stage(app: Flask) -> Stage:
    """The half-day event."""
    with app.app_context():
        return half_day()


def test_what_a_guest_needs_fits_the_first_screen(stage: Stage, opened: Opener) -> None:
    with opened() as page:
        page.goto(stage.path)
        button = page.locator(".ev-card .btn.main").bounding_box()
        assert button is not None
        assert button["y"] + button["height"] <= 844
        assert button["height"] >= 48
        assert button["width"] >= 350


def test_the_bar_shows_once_the_button_has_gone(stage: Stage, opened: Opener) -> None:
    with opened() as page:
        page.goto(stage.path)
        bar = page.locator(".bar .btn")
        before = bar.bounding_box()
        assert before is not None
        assert before["y"] > 844
        page.evaluate("scrollTo(0, 1400)")
        after = bar.bounding_box()
        assert after is not None
        assert 700 < after["y"] < 844


def test_the_first_tab_stop_skips_to_the_content(stage: Stage, opened: Opener) -> None:
    with opened() as page:
        page.goto(stage.path)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"


def test_no_focus_is_covered_by_the_bar(stage: Stage, opened: Opener) -> None:
    with opened() as page:
        page.goto(stage.path)
        stops = page.evaluate("document.querySelectorAll('a[href], button').length")
        for _ in range(stops):
            page.keyboard.press("Tab")
            covered = page.evaluate("""() => {
                const one = document.activeElement, box = one.getBoundingClientRect();
                const seen = document.elementFromPoint(
                    Math.min(box.x + box.width / 2, innerWidth - 1), box.y + box.height / 2);
                return one !== document.body && !(one.contains(seen) || seen?.contains(one))
                    ? one.outerHTML : "";
            }""")
            assert not covered


def test_a_guest_registers_without_script(stage: Stage, opened: Opener) -> None:
    with opened(java_script_enabled=False) as page:
        page.goto(stage.path)
        page.locator(".ev-card").get_by_role("link", name="Register", exact=True).click()
        page.fill("#name", "Sample Guest")
        page.fill("#organisation", "Sample Robotics")
        page.fill("#email", "sample.guest@example.com")
        page.get_by_role("button", name="Register").click()
        assert page.locator("h1").inner_text() == "You’re registered"
        code = page.locator("svg.qr").bounding_box()
        assert code is not None
        assert code["width"] >= 240


def test_a_reader_elsewhere_sees_the_own_time_too(stage: Stage, opened: Opener) -> None:
    with opened(timezone_id="Europe/London") as page:
        page.goto(stage.path)
        assert page.locator(".own-time").first.inner_text() == (
            "Where you are: Tue 8 December, 1:00–5:00 am (London time)"
        )
        page.goto(stage.path.replace("/en/", "/zh-hant/"))
        said = page.locator(".own-time").first.inner_text()
        assert said.startswith("你所在地的時間：12月8日（星期二）凌晨1時至5時（")
    with opened(timezone_id="Asia/Singapore") as page:
        page.goto(stage.path)
        assert not page.locator(".own-time").first.is_visible()


def test_what_is_wrong_is_said_at_once_and_focused(stage: Stage, opened: Opener) -> None:
    with opened() as page:
        page.goto(f"{stage.path}register")
        page.fill("#name", "Sample Guest")
        page.fill("#email", "not an address")
        page.get_by_role("button", name="Register").click()
        assert page.title().startswith("Error: ")
        assert "problem" in page.evaluate("document.activeElement.className")
        assert page.locator("#name").input_value() == "Sample Guest"
        page.get_by_role("link", name="Enter an email address").click()
        assert page.evaluate("document.activeElement.id") == "email"
        assert page.locator("#email").get_attribute("aria-invalid") == "true"


def test_a_form_alone_is_no_error(stage: Stage, opened: Opener) -> None:
    with opened() as page:
        page.goto(f"{stage.path}register")
        assert not page.title().startswith("Error")
        assert page.locator(".problem").count() == 0


def test_the_first_view_is_light_and_asks_one_host(stage: Stage, opened: Opener) -> None:
    sizes: list[int] = []
    hosts: set[str] = set()
    with opened() as page:
        page.on(
            "requestfinished", lambda request: sizes.append(request.sizes()["responseBodySize"])
        )
        page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
        page.goto(stage.path)
        page.wait_for_load_state("networkidle")
    assert len(hosts - {""}) == 1
    assert sum(sizes) <= 40_000
