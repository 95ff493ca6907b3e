"""Every page, light and dark, English and Chinese: axe finds nothing, the HTML is valid."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import NewContext
from tests.journeys.sample_house import House
from tests.journeys.standing_house import Standing, forum_server, house, standing, street
from tests.support.browser import DESK, PHONE, quiet_page
from tests.support.front_end import FrontEnd
from tests.support.live import LiveForum

LOOKS = {
    "phone, light, English": ("en", "light", PHONE),
    "phone, dark, Chinese": ("zh-hant", "dark", PHONE),
    "desk, dark, English": ("en", "dark", DESK),
    "desk, light, Chinese": ("zh-hant", "light", DESK),
}
TAGS = {"en": "en-GB", "zh-hant": "zh-HK"}
NARROW = (320, 360)

# One worker of the run has the house that all tests here look at.
pytestmark = pytest.mark.xdist_group("house")
__all__ = ["forum_server", "house", "standing", "street"]


def addresses(house: House, lang: str) -> list[str]:
    """Return all pages in one language: public, personal, then those behind the sign-in."""
    return [one.format(lang=lang) for one in (*house.public, *house.personal, *house.member)]


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("lang", "scheme", "size"), LOOKS.values(), ids=LOOKS.keys())
def test_axe_finds_nothing_on_any_page_and_none_scrolls_sideways(
    standing: Standing,
    new_context: NewContext,
    node_front_end: FrontEnd,
    lang: str,
    scheme: str,
    size: dict[str, int],
) -> None:
    house, faults = standing.house, list[str]()
    look = {
        "viewport": size,
        "color_scheme": scheme,
        "locale": TAGS[lang],
        "reduced_motion": "reduce",
    }
    with quiet_page(new_context(**look)) as page:
        for address in ("/sign-in", house.sign_in, house.pairing, "/door/"):
            page.goto(address)
            faults += [f"{address}: {fault}" for fault in node_front_end.axe(page)]
    with quiet_page(new_context(**look, storage_state=standing.organiser)) as page:
        for address in addresses(house, lang):
            answer = page.goto(address)
            assert answer is not None
            assert answer.status < 500, address
            assert "/sign-in" not in page.url, address
            faults += [f"{address}: {fault}" for fault in node_front_end.axe(page)]
            wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            if wide > 0:
                faults.append(f"{address}: {wide} px too wide at {size['width']}")
    assert faults == []


@pytest.mark.timeout(300)
def test_no_page_scrolls_sideways_on_the_smallest_phones(
    standing: Standing, new_context: NewContext
) -> None:
    wide: list[str] = []
    with quiet_page(new_context(viewport=PHONE, storage_state=standing.organiser)) as page:
        for address in addresses(standing.house, "en"):
            page.goto(address)
            for width in NARROW:
                page.set_viewport_size({"width": width, "height": 700})
                over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
                if over > 0:
                    wide.append(f"{address}: {over} px at {width}")
    assert wide == []


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
