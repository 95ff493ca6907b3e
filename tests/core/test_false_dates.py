"""Conditions whose date is none: no answer of Forum depends on them, and none breaks on them."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from forum.core.http.conditional import drop_false_dates, moment_in

FALSE_DATES = (
    "Mon, 01 Jan 2024 00:00:00 +9999999999999",
    "Mon, 01 Jan 99999999999999999999 00:00:00 GMT",
    "yesterday",
    "",
    '"a-tag"',
)
TRUE_DATE = "Mon, 02 Nov 2020 00:00:00 GMT"
CONDITIONS = ("If-Modified-Since", "If-Unmodified-Since", "If-Range", "Date")
PICTURE = f"{'a' * 32}.webp"


@pytest.fixture
def picture(app: Flask) -> str:
    """The address of a file that Flask itself answers, and not from bytes."""
    folder = Path(app.config["FORUM_INSTANCE"]) / "uploads"
    folder.mkdir(exist_ok=True)
    (folder / PICTURE).write_bytes(b"a sample")
    return f"/uploads/{PICTURE}"


@pytest.mark.parametrize("said", FALSE_DATES)
@pytest.mark.parametrize("condition", CONDITIONS)
def test_what_flask_answers_itself_is_given_as_if_nothing_was_asked(
    client: FlaskClient, picture: str, condition: str, said: str
) -> None:
    answer = client.get(picture, headers={condition: said, "Range": "bytes=0-3"})
    assert (answer.status_code, answer.data) == (200, b"a sample")


@pytest.mark.parametrize("said", FALSE_DATES)
@pytest.mark.parametrize("path", ["/en/", "/en/nothing-here", "/static/nothing", "/robots.txt"])
def test_no_page_breaks_on_one(client: FlaskClient, path: str, said: str) -> None:
    expected = client.get(path).status_code
    for _ in range(2):
        answer = client.get(path, headers=dict.fromkeys(CONDITIONS, said))
        assert answer.status_code == expected


def test_a_condition_with_a_date_stays_and_a_range_goes_with_its_false_one() -> None:
    names = ("HTTP_IF_MODIFIED_SINCE", "HTTP_IF_UNMODIFIED_SINCE", "HTTP_IF_RANGE")
    true = {**dict.fromkeys(names, TRUE_DATE), "HTTP_RANGE": "bytes=0-3"}
    kept = dict(true)
    drop_false_dates(kept)
    assert kept == true
    for tag in ('"a-tag"', 'W/"a-tag"'):
        tagged = {"HTTP_IF_RANGE": tag, "HTTP_RANGE": "bytes=0-3"}
        drop_false_dates(tagged)
        assert tagged["HTTP_IF_RANGE"] == tag
    false = {**dict.fromkeys(names, FALSE_DATES[0]), "HTTP_RANGE": "bytes=0-3", "HTTP_HOST": "x"}
    drop_false_dates(false)
    assert false == {"HTTP_HOST": "x"}


def test_a_date_is_a_moment_in_utc_where_it_names_no_zone() -> None:
    named = moment_in(TRUE_DATE)
    assert named is not None
    assert named == moment_in("02 Nov 2020 00:00:00 -0000")
    assert [moment_in(one) for one in FALSE_DATES] == [None] * len(FALSE_DATES)
