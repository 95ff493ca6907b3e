"""Typed Markdown as safe HTML."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.core.prose import TAGS, prose

NASTY = (
    "<script>alert(1)</script>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt&#58;alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "![x](https://example.com/track.png)",
    '<img src=x onerror="alert(1)">',
    '<https://example.com/" onmouseover="alert(1)>',
    "[x]: javascript:alert(1)\n\n[x]",
)  # fmt: skip


def test_paragraphs_lists_emphasis_and_links_come_through() -> None:
    said = prose("One *two* **three**\nfour\n\n- a\n- b\n\n[five](https://example.com/)")
    for part in ("<em>two</em>", "<strong>three</strong>", "<br>", "<li>a</li>"):
        assert part in said
    assert 'href="https://example.com/"' in said


def test_a_bare_address_becomes_a_link_without_the_sign_behind_it() -> None:
    assert '<a href="https://example.com/a_b"' in prose("See https://example.com/a_b.")
    assert '<a href="https://example.com/x"' in prose("(https://example.com/x)")
    assert '<a href="https://example.com/x"' in prose("見https://example.com/x，謝謝")


def test_a_heading_stays_text() -> None:
    assert "<h1" not in prose("# Loud\n\nQuiet\n=====")


@pytest.mark.parametrize("typed", NASTY)
def test_nothing_that_acts_comes_through(typed: str) -> None:
    said = prose(typed)
    assert "<script" not in said
    assert "<img" not in said
    for part in said.split("<")[1:]:
        tag = part.partition(">")[0]
        assert "javascript" not in tag.lower()
        assert "data:" not in tag.lower()
        assert 'onmouseover="' not in tag  # fmt: skip


@given(st.text(max_size=300))
def test_only_the_allowed_elements_come_through(typed: str) -> None:
    for part in prose(typed).split("<")[1:]:
        name = part.partition(">")[0].strip("/").split()[0].rstrip("/")
        assert name in TAGS
