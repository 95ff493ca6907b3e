"""Every page, light and dark, English and Chinese: axe finds nothing, the HTML is valid.

A page is loaded once a language and looked at in several sizes and schemes, as a phone that is
turned or goes dark in the evening shows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import pytest
from _pytest.mark import ParameterSet
from playwright.sync_api import Page, ViewportSize

from tests.conftest import NewContext
from tests.journeys.sample_house import House
from tests.journeys.standing_house import Standing, forum_server, house, standing, street
from tests.support.browser import DESK, PHONE, quiet_page
from tests.support.front_end import FrontEnd
from tests.support.live import LiveForum

Look = tuple[ViewportSize, Literal["light", "dark"]]
PHONE_LIGHT, PHONE_DARK = (PHONE, "light"), (PHONE, "dark")
DESK_LIGHT, DESK_DARK = (DESK, "light"), (DESK, "dark")
LANGUAGES = {
    "English": ("en", "en-GB", (PHONE_LIGHT, DESK_DARK)),
    "Chinese": ("zh-hant", "zh-HK", (PHONE_DARK, DESK_LIGHT)),
}
NARROW = (320, 360)
"""The smallest phones, in pixels."""

__all__ = ["forum_server", "house", "standing", "street"]


def of_one_house(*values: object, number: int, name: str | None = None) -> ParameterSet:
    """Give a test to the worker that has this house: each house is furnished once."""
    return pytest.param(*values, marks=pytest.mark.xdist_group(f"house {number}"), id=name)


def addresses(house: House, lang: str) -> list[str]:
    """Return all pages in one language: public, personal, then those behind the sign-in."""
    return [one.format(lang=lang) for one in (*house.public, *house.personal, *house.member)]


def faults_of(
    page: Page, looks: Sequence[Look], node_front_end: FrontEnd, widths: Sequence[int] = ()
) -> list[str]:
    """Return what is wrong with a page in several sizes and schemes, and narrower still."""
    faults = list[str]()
    for size, scheme in looks:
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        faults += [f"{scheme}, {size['width']} px: {one}" for one in node_front_end.axe(page)]
        faults += too_wide(page, size["width"])
    for width in widths:
        page.set_viewport_size({"width": width, "height": 700})
        faults += too_wide(page, width)
    page.set_viewport_size(looks[0][0])
    return faults


def too_wide(page: Page, width: int) -> list[str]:
    """Return a line if the page can be scrolled sideways."""
    over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [f"{over} px too wide at {width}"] if over > 0 else []


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("lang", "tag", "looks"),
    [of_one_house(*one, number=n, name=name) for n, (name, one) in enumerate(LANGUAGES.items())],
)
def test_axe_finds_nothing_on_any_page_and_none_scrolls_sideways(
    standing: Standing,
    new_context: NewContext,
    node_front_end: FrontEnd,
    lang: str,
    tag: str,
    looks: Sequence[Look],
) -> None:
    house, faults = standing.house, list[str]()
    size, scheme = looks[0]
    look = {"viewport": size, "color_scheme": scheme, "locale": tag, "reduced_motion": "reduce"}
    with quiet_page(new_context(**look)) as page:
        for address in ("/sign-in", house.sign_in, house.pairing, "/door/"):
            page.goto(address)
            faults += [f"{address}: {one}" for one in faults_of(page, looks, node_front_end)]
    with quiet_page(new_context(**look, storage_state=standing.organiser)) as page:
        for address in addresses(house, lang):
            answer = page.goto(address)
            assert answer is not None
            assert answer.status < 500, address
            assert "/sign-in" not in page.url, address
            found = faults_of(page, looks, node_front_end, NARROW)
            faults += [f"{address}: {one}" for one in found]
    assert faults == []


@pytest.mark.xdist_group("house 1")
@pytest.mark.timeout(300)
def test_the_html_of_every_page_is_valid(
    standing: Standing, new_context: NewContext, node_front_end: FrontEnd, tmp_path: Path
) -> None:
    pages: dict[str, str] = {}
    with quiet_page(new_context(storage_state=standing.organiser)) as page:
        for lang in ("en", "zh-hans"):
            for address in addresses(standing.house, lang):
                answer = page.context.request.get(address)
                pages[f"{lang} {address}"] = answer.text()
    folder = tmp_path / "pages"
    folder.mkdir()
    assert node_front_end.html_faults(pages, folder) == []


@pytest.mark.xdist_group("house 0")
def test_public_pages_ask_nothing_of_other_hosts_and_work_without_script(
    house: House, new_context: NewContext, forum_server: LiveForum
) -> None:
    asked: list[str] = []
    context = new_context(java_script_enabled=False)
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    for address in house.public:
        page.goto(address.format(lang="en"))
        assert page.locator("h1").count() == 1, address
    assert [url for url in asked if not url.startswith((forum_server.url, "data:"))] == []
