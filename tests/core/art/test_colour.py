"""Promises of the palette: any colour in, contrast out."""

import contextlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from forum.core.art import colour

colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")
pale_yellow, near_black, white, black, orange, grey = (
    "#fff9c4",
    "#020203",
    "#ffffff",
    "#000000",
    "#f08a4b",
    "#808080",
)


@given(colours)
@example(pale_yellow)
@example(near_black)
@example(white)
@example(black)
@example(orange)
@example(grey)
def test_every_colour_gives_readable_text_by_day_and_by_night(accent: str) -> None:
    found = colour.palette(accent)
    day = (colour.PAPER, colour.WASH, found.soft.light)
    night = (colour.NIGHT, colour.NIGHT_WASH, colour.NIGHT_RAISED, found.soft.dark)
    assert all(colour.contrast(found.accent.light, ground) >= 4.5 for ground in day)
    assert all(colour.contrast(found.accent.dark, ground) >= 4.5 for ground in night)
    for text, ground in (
        (found.on_accent, found.accent),
        (found.on_cover, found.cover),
        (found.ember, found.cover),
        (found.on_ember, found.ember),
    ):
        assert colour.contrast(text.light, ground.light) >= 4.5
        assert colour.contrast(text.dark, ground.dark) >= 4.5
    assert colour.contrast(colour.TEXT, found.soft.light) >= 7
    assert colour.contrast(colour.NIGHT_TEXT, found.soft.dark) >= 7
    assert colour.contrast(colour.MUTED, found.soft.light) >= 4.5
    assert colour.contrast(colour.NIGHT_MUTED, found.soft.dark) >= 4.5


@given(colours)
def test_an_accent_that_already_reads_is_left_as_it_is(accent: str) -> None:
    found = colour.palette(accent)
    if accent == found.accent.light:
        return
    own = colour.oklch(accent)
    grounds = (colour.PAPER, colour.WASH, found.soft.light)
    assert own.lightness < 0.24 or any(colour.contrast(accent, ground) < 4.5 for ground in grounds)


@given(colours)
def test_oklch_and_back_is_the_same_colour(accent: str) -> None:
    back = colour.colour_of(colour.oklch(accent))
    pairs = [(int(accent[at : at + 2], 16), int(back[at : at + 2], 16)) for at in (1, 3, 5)]
    assert all(abs(one - other) <= 1 for one, other in pairs)


@pytest.mark.parametrize("accent", ["#f08a4b", "#ff0000", "#c8102e", "#ffb000", "#8a4b00"])
def test_a_warm_accent_gets_another_second_colour_than_ember(accent: str) -> None:
    assert colour.palette(accent).ember.light != "#f08a4b"


@pytest.mark.parametrize("accent", ["#0b5563", "#000000", "#ffffff", "#7b2d8b", "#1f7a3d"])
def test_a_cool_or_grey_accent_keeps_ember(accent: str) -> None:
    assert colour.palette(accent).ember.light == "#f08a4b"


@pytest.mark.parametrize("typed", ["#0b5563", " 0B5563 ", "＃０ｂ５５６３", "#0B5563\n"])
def test_a_colour_is_read_as_people_type_it(typed: str) -> None:
    assert colour.parse_accent(typed) == "#0b5563"


def test_three_figures_are_doubled() -> None:
    assert colour.parse_accent("#fa0") == "#ffaa00"


@pytest.mark.parametrize(
    "typed",
    ["", "#", "blue", "#12345", "#1234567", "#00000g", "rgb(1,2,3)", "#fff;}", "\x00#ffffff"],
)
def test_what_is_no_colour_gets_a_sentence(typed: str) -> None:
    with pytest.raises(ValueError, match="Enter a colour as # and six figures"):
        colour.parse_accent(typed)


@given(st.text(max_size=12))
def test_no_text_gives_another_error_than_the_sentence(typed: str) -> None:
    with contextlib.suppress(ValueError):
        found = colour.palette(colour.parse_accent(typed))
        assert found.hue_of.startswith("#")


def test_the_stylesheet_names_the_tokens() -> None:
    text = colour.stylesheet(colour.palette("#0b5563"))
    assert text.startswith(":root{--hue-of:#0b5563;--accent:light-dark(#0b5563,#")
    for name in (
        "--hue-of",
        "--accent",
        "--on-accent",
        "--soft",
        "--cover",
        "--on-cover",
        "--ember",
        "--on-ember",
    ):
        assert text.count(f"{name}:") == 1
    assert colour.stylesheet(colour.palette(), ".event").startswith(".event{")
