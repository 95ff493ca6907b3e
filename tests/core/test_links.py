"""Derived links: what was written is read, in that one form alone."""

from __future__ import annotations

import string

import pytest
from flask import Flask

from forum.core.errors import NotFound
from forum.core.ids import uuid7
from forum.core.links import Purpose, claim, derive

LETTERS = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"


def test_a_token_is_read_back_and_holds_for_its_generation_alone(in_app: Flask):
    assert in_app
    thing_id = uuid7()
    read = claim(Purpose.BOOKING, derive(Purpose.BOOKING, thing_id, 3))
    assert read.id == thing_id
    assert read.holds(3)
    assert not read.holds(4)


def test_of_sixty_four_last_letters_one_is_read_as_written(in_app: Flask):
    """43 letters carry 258 bits for 256: four last letters decode to the same bytes."""
    assert in_app
    for _ in range(4):
        token = derive(Purpose.OPT_OUT, uuid7())
        assert [one for one in LETTERS if leads_somewhere(token[:-1] + one)] == [token[-1]]


@pytest.mark.parametrize("instead", ["+", "/", "=", " ", "\n", "é", "-" * 2, ""])
def test_letters_that_no_link_is_written_with_are_refused(in_app: Flask, instead: str):
    assert in_app
    token = derive(Purpose.REGISTRATION, uuid7())
    assert not leads_somewhere(instead + token[1:])
    assert not leads_somewhere(token[:-1] + instead)


def leads_somewhere(token: str) -> bool:
    """Say whether a token names a thing and its proof holds."""
    try:
        read = claim(Purpose.OPT_OUT, token)
    except NotFound:
        return False
    return read.holds(0)
