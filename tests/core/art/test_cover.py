"""Promises of the cover art: the same again, small, valid, quick, its ember line in sight."""

import gzip
import re
import time
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forum.core.art.colour import palette
from forum.core.art.cover import Subject, cover_svg
from forum.core.art.share import Portrait, Said, share_svg

COLOURS = palette("#0b5563")
SVG = "{http://www.w3.org/2000/svg}"
every_subject = pytest.mark.parametrize("subject", list(Subject))


@every_subject
def test_the_same_seed_draws_the_same_cover_and_another_seed_another(subject: Subject) -> None:
    assert cover_svg("forum", subject, COLOURS) == cover_svg("forum", subject, COLOURS)
    assert len({cover_svg(seed, subject, COLOURS) for seed in range(5)}) == 5


@every_subject
def test_a_cover_is_at_most_eight_kilobytes_compressed(subject: Subject) -> None:
    sizes = [
        len(gzip.compress(cover_svg(seed, subject, COLOURS).encode(), 6)) for seed in range(12)
    ]
    assert max(sizes) <= 8192


@every_subject
@settings(max_examples=8)
@given(seed=st.one_of(st.integers(), st.text(max_size=40)))
def test_any_seed_gives_a_valid_picture_without_inline_style(
    subject: Subject, seed: str | int
) -> None:
    for standalone in (False, True):
        text = cover_svg(seed, subject, COLOURS, standalone=standalone)
        root = ET.fromstring(text)
        assert root.get("viewBox") == "0 0 1440 340"
        assert root.get("preserveAspectRatio") == "xMidYMid slice"
        assert not any(
            "style" in element.attrib or "id" in element.attrib for element in root.iter()
        )
        assert not re.search(r"nan|inf|e[-+]\d", text, re.IGNORECASE)
        paths = [element.get("d", "") for element in root.iter() if element.tag.endswith("path")]
        assert all(re.fullmatch(r"M[-MLHVQqtlz0-9 ]+", path) for path in paths)


@every_subject
def test_inline_colours_come_from_classes_and_standalone_ones_from_attributes(
    subject: Subject,
) -> None:
    inline = cover_svg(1, subject, COLOURS)
    assert "#" not in inline
    for name in ("cover-art", "core", "paths", "run", "tip"):
        assert f'class="{name}"' in inline
    alone = cover_svg(1, subject, COLOURS, standalone=True)
    assert "class=" not in alone
    for colour in (COLOURS.cover.light, COLOURS.on_cover.light, COLOURS.ember.light):
        assert colour in alone


@every_subject
def test_the_tip_stands_in_sight_left_of_and_above_the_card(subject: Subject) -> None:
    for seed in range(12):
        tip = ET.fromstring(cover_svg(seed, subject, COLOURS, standalone=True)).find(
            f".//{SVG}circle"
        )
        assert tip is not None
        x, y = float(tip.get("cx", "")), float(tip.get("cy", ""))
        assert 430 < x < 1060, seed
        assert 24 < y < 300, seed
        assert not (x > 930 and y > 235), seed


@pytest.mark.alone
def test_no_subject_takes_many_times_longer_than_a_known_piece_of_work() -> None:
    def seconds(work: object) -> float:
        assert callable(work)
        best = float("inf")
        for _ in range(3):
            start = time.perf_counter()
            work()
            best = min(best, time.perf_counter() - start)
        return best

    known = seconds(lambda: sum(number * number % 7 for number in range(200_000)))
    for subject in Subject:
        assert seconds(lambda subject=subject: cover_svg("speed", subject, COLOURS)) < 10 * known


@pytest.mark.parametrize(
    ("title", "lang"),
    [
        ("Crafting Tomorrow: a Fresh Look at Advanced Manufacturing in Hong Kong", "en"),
        ("智造明天：香港先進製造業新視野", "zh-Hant-HK"),
        ("<b>&" + "long " * 200, "en"),
        ("字" * 300, "zh-Hant-HK"),
        ("", "en"),
    ],
)
def test_a_share_image_holds_any_title(title: str, lang: str) -> None:
    for above in ("", "Sample Forum"):
        said = Said(title, "8 December 2026 · Hong Kong", lang, above)
        text = share_svg(1, Subject.TOOLPATH, COLOURS, said, Portrait("孫"))
        lines = ET.fromstring(text).findall(f"{SVG}text")
        assert 3 <= len(lines) <= 5
        assert all(float(line.get("y", "")) < 600 for line in lines)
