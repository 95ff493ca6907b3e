"""Promises of the tile: whose initials, whose seal, which tint."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.core.art.tile import Monogram, monogram, turn


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("Sun Dong", "SD"),
        ("Prof Sun Dong", "SD"),
        ("Prof. Sun Dong, JP", "SD"),
        ("The Hon. Mary Anne Smith", "MS"),
        ("CHAN Tai Man", "CT"),
        ("Tai Man CHAN", "TC"),
        ("Chan, Tai Man", "TC"),
        ("Chan Tai-man (Peter)", "CT"),
        ("He Jie", "HJ"),
        ("John van der Berg", "JB"),
        ("Élodie Öz PhD", "ÉÖ"),
        ("Madonna", "M"),
        ("Dr", "D"),
        ("ｓｕｎ　ｄｏｎｇ", "SD"),
        ("Анна Каренина", "АК"),
        ("孫東", ""),
        ("🎈 42", ""),
        ("", ""),
        (",", ""),
    ],
)
def test_initials_are_the_first_and_the_last_name_without_titles(name: str, initials: str) -> None:
    assert monogram(name, None).initials == initials


@pytest.mark.parametrize(
    ("name_zh", "surname"),
    [
        ("孫東", "孫"),
        ("孫東教授", "孫"),
        ("歐陽小明", "歐陽"),
        ("司徒文", "司徒"),
        ("诸葛 亮 先生", "诸葛"),
        ("陳馮富珍", "陳"),
        ("約翰·史密夫", "史"),
        ("Sun Dong", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_the_seal_is_the_chinese_surname(name_zh: str | None, surname: str) -> None:
    assert monogram("Sun Dong", name_zh).surname == surname


def test_a_salutation_that_is_given_is_left_out_too() -> None:
    assert monogram("Datuk Aminah Yusof", None, salutation="Datuk").initials == "AY"


def test_a_name_in_chinese_alone_makes_the_seal() -> None:
    assert monogram("歐陽小明", None) == Monogram("", "歐陽")


@given(st.text(max_size=60), st.none() | st.text(max_size=30), st.none() | st.text(max_size=12))
def test_any_name_makes_a_small_monogram(
    name: str, name_zh: str | None, salutation: str | None
) -> None:
    found = monogram(name, name_zh, salutation)
    assert len(found.initials) <= 2
    assert len(found.surname) <= 2


@given(st.uuids())
def test_a_turn_is_stable_and_one_of_eight(identity: UUID) -> None:
    assert turn(identity) == turn(UUID(str(identity)))
    assert 0 <= turn(identity) < 8


def test_people_are_spread_over_all_turns() -> None:
    assert {turn(UUID(int=number)) for number in range(100)} == set(range(8))
