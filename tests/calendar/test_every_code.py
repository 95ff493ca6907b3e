"""Every point of the specification has tests, and each of them is there."""

from __future__ import annotations

import ast
import os
import re
import tomllib
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parent.parent
TABLE = tomllib.loads(Path(__file__).with_name("every_code.toml").read_text("utf-8"))
HELD: dict[str, list[str]] = {**TABLE["codes"], **TABLE["traps"]}
SPECIFICATION = Path(os.environ.get("FORUM_SHARED_DATA", "../shared/data")).parent / "CALENDAR.md"
CODE = re.compile(r"\b([HLWCTESFM])(\d\d)(?:-\1(\d\d))?\b(?!:)")


@cache
def functions_in(file: str) -> frozenset[str]:
    tree = ast.parse((TESTS / file).read_text("utf-8"))
    return frozenset(one.name for one in ast.walk(tree) if isinstance(one, ast.FunctionDef))


@pytest.mark.parametrize("point", HELD)
def test_what_holds_a_point_is_there(point: str) -> None:
    assert HELD[point]
    for one in HELD[point]:
        file, _, name = one.partition("::")
        assert name in functions_in(file), one


def test_every_code_of_the_specification_is_held_or_says_why_not() -> None:
    if not SPECIFICATION.exists():
        pytest.skip("The specification is not beside this checkout.")
    text = SPECIFICATION.read_text("utf-8").partition("## The specification")[2]
    known = {"RSC"}
    for letter, first, last in CODE.findall(text):
        known |= {f"{letter}{n:02}" for n in range(int(first), int(last or first) + 1)}
    assert known == set(TABLE["codes"]) | set(TABLE["not_ours"])
    assert not set(TABLE["codes"]) & set(TABLE["not_ours"])
