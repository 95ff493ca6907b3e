"""An event's facts: halves of a title, maps, addresses."""

from __future__ import annotations

import pytest

from forum.core.languages import ENGLISH, TRADITIONAL
from forum.core.text import EMPTY, Fragment
from forum.events.facts import Addresses, map_of
from forum.events.titles import title_of


@pytest.mark.parametrize(
    ("whole", "loud", "quiet"),
    [
        ("Crafting Tomorrow: a Fresh Look", "Crafting Tomorrow:", "a Fresh Look"),
        ("智造明天：香港先進製造業新視野", "智造明天：", "香港先進製造業新視野"),
        ("One: two: three", "One:", "two: three"),
        ("Autumn Forum", "Autumn Forum", ""),
        ("Ends with a colon:", "Ends with a colon:", ""),
        (": begins with one", ": begins with one", ""),
        ("", "", ""),
    ],
)
def test_a_title_has_a_loud_half_and_a_quiet_one(whole: str, loud: str, quiet: str) -> None:
    title = title_of(Fragment(whole, "en"))
    assert (title.loud, title.quiet) == (loud, quiet)
    assert str(title) == whole


def test_an_event_is_called_by_its_loud_half() -> None:
    assert title_of(Fragment("Crafting Tomorrow: a Fresh Look", "en")).name == "Crafting Tomorrow"
    assert title_of(Fragment("智造明天：新視野", "zh-Hant")).name == "智造明天"


def test_a_map_shows_the_spot_else_asks_for_the_name() -> None:
    place, street = Fragment("Sample Hall", "en"), Fragment("Level 3 & 4", "en")
    assert "mlat=22.280000&mlon=114.160000" in map_of(place, street, (22.28, 114.16))
    assert map_of(place, street, None).endswith("search?query=Sample+Hall%2C+Level+3+%26+4")
    assert not map_of(EMPTY, EMPTY, None)


def test_a_drafts_preview_link_is_carried_along() -> None:
    to = Addresses(ENGLISH, "sample", "token")
    assert to.event == "/en/e/sample/?preview=token"
    assert to.below("sessions", "a b") == "/en/e/sample/sessions/a%20b?preview=token"
    assert to.made("theme.css", "1") == "/e/sample/theme.css?v=1&preview=token"
    chinese = Addresses(TRADITIONAL, "sample")
    assert chinese.below("programme") == "/zh-hant/e/sample/programme"
    assert chinese.feed("sample.ics") == "/e/sample/sample.ics?lang=zh-Hant"
