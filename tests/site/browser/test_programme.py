"""The programme in a real browser: filters at once, now and next, stars, the reader's own time."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Page, expect

from forum.core.db import db
from forum.programme.models import Session
from forum.settings import Settings
from tests.factories import STARTS
from tests.site.browser.conftest import Opener
from tests.site.stage import conference
from tests.support.browser import DESK
from tests.support.front_end import FrontEnd

DURING = STARTS + timedelta(minutes=35)


@dataclass(frozen=True)
class Programme:
    """A day in three rooms: thirty sessions, ten beginnings, 25 minutes each."""

    path: str
    event_id: str
    sessions: tuple[str, ...]


@pytest.fixture
def programme(app: Flask) -> Programme:
    """The day."""
    with app.app_context():
        event = conference(30, days=1, rooms=3)
        ids = db.session.scalars(
            sa.select(Session.id)
            .where(Session.event_id == event.id)
            .order_by(Session.starts_at, Session.id)
        )
        return Programme(
            f"/en/e/{event.slug}/programme", str(event.id), tuple(str(one) for one in ids)
        )


def seen(page: Page) -> int:
    """Return how many sessions of the list are shown."""
    return page.locator(".slots [data-starts]:not([hidden])").count()


def asked(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def at(page: Page, moment: datetime) -> None:
    page.clock.set_fixed_time(moment)


def test_a_filter_works_at_once_and_stands_in_the_address(
    programme: Programme, opened: Opener
) -> None:
    with opened() as page:
        page.goto(programme.path)
        page.get_by_text("Filter", exact=True).click()
        page.evaluate("window.sameDocument = true")
        page.get_by_label("Room").select_option("hall-2")
        assert asked(page) == {"room": ["hall-2"]}
        assert seen(page) == 10
        page.get_by_label("Track").select_option(label="Robotics")
        shown = seen(page)
        assert 0 < shown < 10
        found = page.locator("[data-found]")
        expect(found).to_have_text(f"{shown} of 30 sessions · Room: Hall 2 · Track: Robotics")
        assert page.evaluate("window.sameDocument")
        page.reload()
        assert seen(page) == shown
        page.get_by_role("link", name="Clear the filter").first.click()
        assert seen(page) == 30
        assert not urlsplit(page.url).query


def test_nothing_found_names_the_filter_and_offers_to_clear_it(
    programme: Programme, opened: Opener
) -> None:
    with opened() as page:
        page.goto(programme.path)
        page.get_by_text("Filter", exact=True).click()
        page.get_by_label("Room").select_option("hall-1")
        page.get_by_label("Speaker").select_option("sample-speaker-1")
        nothing = page.locator("[data-nothing]")
        expect(nothing).to_contain_text("Room: Hall 1 · Speaker: Sample Speaker1")
        nothing.get_by_role("link", name="Clear the filter").click()
        assert seen(page) == 30
        expect(nothing).to_be_hidden()


def test_the_filter_works_without_script(programme: Programme, opened: Opener) -> None:
    with opened(java_script_enabled=False) as page:
        page.goto(programme.path)
        page.get_by_text("Filter", exact=True).click()
        page.get_by_label("Room").select_option("hall-2")
        page.get_by_role("button", name="Show").click()
        assert asked(page) == {"room": ["hall-2"]}
        assert seen(page) == 10
        assert page.locator(".star").count() == 0
        page.get_by_role("link", name="Clear the filter").click()
        assert seen(page) == 30


def test_what_is_on_now_what_is_next_and_what_is_over(programme: Programme, opened: Opener) -> None:
    with opened() as page:
        at(page, DURING)
        page.goto(programme.path)
        states = page.locator(".slots [data-starts]").evaluate_all(
            "rows => rows.map(row => row.dataset.state || (row.classList.contains('over') "
            "? 'over' : 'later'))"
        )
        assert states == ["over"] * 3 + ["now"] * 3 + ["next"] * 3 + ["later"] * 21
        expect(page.locator(".slots [data-state=now] .when").first).to_have_text("Now")
        expect(page.locator(".slots [data-state=next] .when").first).to_have_text("Up next")
        page.get_by_role("link", name="Go to now").click()
        expect(page.locator(".slots [data-state=now]").first).to_be_in_viewport()


def test_before_the_day_nothing_is_marked(programme: Programme, opened: Opener) -> None:
    with opened() as page:
        at(page, STARTS - timedelta(days=3))
        page.goto(programme.path)
        assert page.locator(".over, [data-state]").count() == 0
        expect(page.get_by_role("link", name="Go to now")).to_be_hidden()


def test_a_programme_that_is_over_is_not_faded_as_a_whole(
    programme: Programme, opened: Opener
) -> None:
    with opened() as page:
        at(page, STARTS + timedelta(days=30))
        page.goto(programme.path)
        expect(page.locator(".slots [data-starts]")).to_have_count(30)
        expect(page.locator(".star").first).to_be_attached()
        assert page.locator(".over").count() == 0


def test_what_is_over_fades_but_can_be_read(programme: Programme, opened: Opener) -> None:
    for scheme in ("light", "dark"):
        with opened(color_scheme=scheme) as page:
            at(page, DURING)
            page.goto(programme.path)
            ratio = page.locator(".slots .over .t").first.evaluate(CONTRAST)
            assert ratio >= 4.5, scheme


CONTRAST = """element => {
    const canvas = document.createElement("canvas").getContext("2d");
    const light = (colour) => {
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        const parts = [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map((one) => {
            const part = one / 255;
            return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
    };
    const pair = [getComputedStyle(element).color,
                  getComputedStyle(document.documentElement).backgroundColor].map(light);
    return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
}"""


def test_a_star_is_kept_in_this_browser_and_filters(programme: Programme, opened: Opener) -> None:
    with opened() as page:
        page.goto(programme.path)
        stars = page.locator(".slots .star")
        assert stars.count() == 30
        box = stars.first.bounding_box()
        assert box is not None
        assert box["width"] >= 44
        assert box["height"] >= 44
        for place in (0, 4):
            stars.nth(place).click()
        kept = page.evaluate(f"localStorage.getItem('forum.stars.{programme.event_id}')")
        assert len(json.loads(kept)) == 2
        assert set(json.loads(kept)) <= set(programme.sessions)
        page.get_by_role("button", name="My stars").click()
        assert seen(page) == 2
        assert asked(page) == {"mine": ["1"]}
        page.reload()
        assert seen(page) == 2
        expect(stars.first).to_have_attribute("aria-pressed", "true")
        stars.first.click()
        assert seen(page) == 1


def test_a_star_set_on_the_session_s_own_page_stands_in_the_programme(
    programme: Programme, opened: Opener
) -> None:
    with opened() as page:
        page.goto(programme.path.replace("programme", f"sessions/{programme.sessions[0]}"))
        page.get_by_role("button", name="Star: Talk").click()
        page.goto(programme.path)
        assert page.locator(".slots .star[aria-pressed=true]").count() == 1


def test_broken_stars_of_another_hand_do_no_harm(programme: Programme, opened: Opener) -> None:
    for broken in ("{", "null", '{"a": 1}', "[1, null, [2]]"):
        with opened() as page:
            page.goto(programme.path)
            page.evaluate(
                "([key, value]) => localStorage.setItem(key, value)",
                [f"forum.stars.{programme.event_id}", broken],
            )
            page.reload()
            assert page.locator(".slots .star[aria-pressed=false]").count() == 30


def test_the_grid_and_the_list_share_their_stars_and_marks(
    programme: Programme, opened: Opener
) -> None:
    with opened(viewport=DESK) as page:
        at(page, DURING)
        page.goto(programme.path)
        expect(page.locator(".rooms")).to_be_visible()
        expect(page.locator(".slots").first).to_be_hidden()
        assert page.locator(".rooms [data-state=now]").count() == 3
        page.locator(".rooms .star").first.click()
        assert page.locator(".slots .star[aria-pressed=true]").count() == 1
        page.get_by_role("button", name="My stars").click()
        expect(page.locator(".rooms")).to_be_hidden()
        assert seen(page) == 1


def test_the_whole_block_of_the_grid_leads_to_the_session(
    programme: Programme, opened: Opener
) -> None:
    with opened(viewport=DESK) as page:
        page.goto(programme.path)
        box = page.locator(".rooms .item").nth(4).bounding_box()
        assert box is not None
        page.mouse.click(box["x"] + 12, box["y"] + box["height"] - 8)
        page.wait_for_url("**/sessions/*")


def test_the_reader_s_own_time_is_a_switch_that_is_remembered(
    programme: Programme, opened: Opener
) -> None:
    with opened(timezone_id="Europe/London") as page:
        page.goto(programme.path)
        first = page.locator(".slots time").first
        expect(first).to_have_text("9:00 am")
        page.get_by_role("button", name="In your time").click()
        expect(first).to_have_text("1:00 am")
        expect(page.locator(".slots .until").first).to_have_text("until 1:25 am")
        expect(page.locator("[data-zone-note]")).to_contain_text("Europe/London")
        page.reload()
        expect(first).to_have_text("1:00 am")
        page.get_by_role("button", name="In your time").click()
        expect(first).to_have_text("9:00 am")
    with opened(timezone_id="America/Los_Angeles") as page:
        page.goto(programme.path)
        page.get_by_role("button", name="In your time").click()
        expect(page.locator(".slots time").first).to_have_text("Mon 5:00 pm")
    with opened(timezone_id="Asia/Singapore") as page:
        page.goto(programme.path)
        expect(page.get_by_role("button", name="In your time")).to_be_hidden()


def test_on_paper_there_is_the_list_its_title_and_no_button(
    programme: Programme, opened: Opener
) -> None:
    with opened(viewport=DESK) as page:
        page.goto(programme.path)
        page.emulate_media(media="print")
        expect(page.locator(".slots").first).to_be_visible()
        expect(page.locator(".rooms")).to_be_hidden()
        expect(page.locator(".on-paper").first).to_have_text("Sample Forum: a fresh look")
        expect(page.locator(".on-paper .qr")).to_be_visible()
        for gone in (".star", ".tools", ".crumb", ".langs"):
            expect(page.locator(gone).first).to_be_hidden()


def test_nothing_moves_while_the_page_comes_up(programme: Programme, opened: Opener) -> None:
    with opened() as page:
        page.add_init_script(
            "window.moved = 0; new PerformanceObserver(list => { for (const one of "
            "list.getEntries()) window.moved += one.value; })"
            ".observe({ type: 'layout-shift', buffered: true });"
        )
        page.goto(programme.path)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("window.moved") <= 0.05


@pytest.mark.parametrize("lang", ["en", "zh-hant"])
def test_axe_finds_nothing_with_everything_switched_on(
    programme: Programme, opened: Opener, node_front_end: FrontEnd, lang: str
) -> None:
    faults: list[str] = []
    path = programme.path.replace("/en/", f"/{lang}/")
    views: tuple[tuple[str, Callable[[Page], object]], ...] = (
        (path, lambda page: page.locator(".slots .star").first.evaluate("star => star.click()")),
        (f"{path}?room=hall-2&kind=panel", lambda page: None),
        (path, lambda page: page.locator("[data-own-time]").click()),
        (path.replace("programme", f"sessions/{programme.sessions[0]}"), lambda page: None),
    )
    for size in (None, DESK):
        given = {"viewport": size} if size else {}
        with opened(timezone_id="Europe/London", reduced_motion="reduce", **given) as page:
            at(page, DURING)
            for address, act in views:
                page.goto(address)
                act(page)
                for scheme in ("light", "dark"):
                    page.emulate_media(color_scheme=scheme)
                    found = node_front_end.axe(page)
                    faults += [f"{address}, {scheme}: {fault}" for fault in found]
                wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
                assert wide <= 0, address
    assert faults == []


def test_the_html_is_valid_filtered_or_not(
    app: Flask, programme: Programme, node_front_end: FrontEnd, tmp_path: Path, settings: Settings
) -> None:
    client = app.test_client()
    pages = {
        f"{lang}{rest}": client.get(
            programme.path.replace("/en/", f"/{lang}/").replace("programme", rest),
            base_url=settings.base_url,
        ).text
        for lang in ("en", "zh-hans")
        for rest in (
            "programme",
            "programme/2026-12-08",
            "programme?room=hall-2",
            "programme?room=nowhere",
            f"sessions/{programme.sessions[0]}",
            "speakers/sample-speaker-0",
        )
    }
    assert all("<h1" in page for page in pages.values())
    assert node_front_end.html_faults(pages, tmp_path) == []
