"""Log lines hold what an operator needs, and nobody's address or link."""

from __future__ import annotations

import json
import logging
import sys

import pytest

from forum.core.logs import Useful, line, redacted


def written(message: str, *args: object, exc_info: object = None, plain: bool = False) -> str:
    record = logging.LogRecord("forum.sample", logging.WARNING, "", 0, message, args, exc_info)
    return line(plain=plain).format(record)


def test_a_line_is_one_json_object_with_its_time_level_and_place():
    found = json.loads(written("the %s broke\r\nand fell", "line"))
    assert found["event"] == "the line broke\r\nand fell"
    assert (found["level"], found["logger"]) == ("warning", "forum.sample")
    assert found["timestamp"].endswith("Z")


def test_a_traceback_is_kept_but_without_the_address_in_it():
    try:
        {}["guest.one@example.com"]
    except KeyError:
        found = written("unforeseen", exc_info=sys.exc_info())
    assert "Traceback" in found
    assert "example.com" not in found
    assert "\n" not in found


def test_at_a_terminal_it_is_words():
    assert "the line broke" in written("the line broke", plain=True)


@pytest.mark.parametrize(
    "text",
    [
        "mail to 陳大文@example.com failed",
        "<guest.one+tag@mail.example.com> refused",
        "GET /r/AZ2abcdefghijklmnop HTTP/1.1",
        "/sign-in/abcdefghijklmnop?next=/manage/",
        "/door/pair/abcdefghijklmnop",
        "/my/abcdefghijklmnop/forum.ics",
        "GET /invitations/abcdefghijklmnop HTTP/1.1",
    ],
)
def test_neither_an_address_nor_the_secret_of_a_link_is_written(text: str):
    assert "example.com" not in redacted(text)
    assert "abcdefgh" not in redacted(text)


def test_an_ordinary_path_stays_readable():
    assert redacted("/manage/sample-forum/registrations") == "/manage/sample-forum/registrations"


def test_the_server_is_not_told_off_for_its_threads():
    advice = "Configuration allows spawning up to 16 Python threads, which seems quite high"
    record = logging.LogRecord("_granian", logging.WARNING, "", 0, advice, (), None)
    assert not Useful().filter(record)
