"""Every point of the specification has tests, and each of them is there."""

from __future__ import annotations

import ast
import os
import re
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parent.parent
TABLE = tomllib.loads(Path(__file__).with_name("every_code.toml").read_text("utf-8"))
HELD: dict[str, list[str]] = {**TABLE["codes"], **TABLE["feeds"], **TABLE["traps"]}
NAMED = TABLE["specification"]
SPECIFICATION = Path(os.environ.get("FORUM_SHARED_DATA", "../shared/data")).parent / "CALENDAR.md"
CODE = re.compile(r"\b([HLWCTESFM])(\d\d)(?:-\1(\d\d))?\b(?!:)")


@cache
def functions_in(file: str) -> frozenset[str]:
    tree = ast.parse((TESTS / file).read_text("utf-8"))
    return frozenset(one.name for one in ast.walk(tree) if isinstance(one, ast.FunctionDef))


def codes_in(text: str) -> set[str]:
    """Return every code that a text names, one by one."""
    return {"RSC"} | {
        f"{letter}{number:02}"
        for letter, first, last in CODE.findall(text)
        for number in range(int(first), int(last or first) + 1)
    }


def disagree(known: Iterable[str], held: Iterable[str], not_ours: Iterable[str]) -> set[str]:
    """Return what is not exactly once among what tests hold and what has its reason."""
    return (set(known) ^ (set(held) | set(not_ours))) | (set(held) & set(not_ours))


@pytest.mark.parametrize("point", HELD)
def test_what_holds_a_point_is_there(point: str) -> None:
    assert HELD[point]
    for one in HELD[point]:
        file, _, name = one.partition("::")
        assert name in functions_in(file), one


def test_every_code_of_the_specification_is_held_or_says_why_not() -> None:
    known = codes_in(" ".join(NAMED["codes"]))
    assert not disagree(known, TABLE["codes"], TABLE["not_ours"])
    assert all(TABLE["not_ours"].values())


def test_every_kind_of_feed_is_there_or_says_why_not() -> None:
    assert not disagree(NAMED["feeds"], TABLE["feeds"], TABLE["feeds_not_ours"])
    assert all(TABLE["feeds_not_ours"].values())


def test_the_list_of_codes_is_that_of_the_specification() -> None:
    if not SPECIFICATION.exists():
        pytest.skip("The specification is not beside this checkout; the list of its codes is.")
    text = SPECIFICATION.read_text("utf-8").partition("## The specification")[2]
    assert codes_in(text) == codes_in(" ".join(NAMED["codes"]))
    feeds = text.partition("### Which feeds")[2].strip().partition("\n")[0].casefold()
    for kind in NAMED["feeds"]:
        assert all(word in feeds for word in kind.split()), kind
