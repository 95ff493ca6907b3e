"""Before a change is saved its maker sees the very letter that goes out, in each language."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from flask import Flask
from werkzeug.test import TestResponse

from forum.core.db import db
from forum.core.ids import shown
from forum.events.models import Event
from forum.messaging.service.trying import SAMPLE_CODE, SAMPLE_NAMES
from tests.events.browsing import Member
from tests.factories import NOW, STARTS, make_event, make_organisation, make_venue, text
from tests.messaging.conftest import Register, Work
from tests.messaging.stage import Stage, plain
from tests.support.mail import Mailbox

SETTINGS, VENUE = "/manage/sample-forum/settings", "/manage/sample-forum/venue"
LANGUAGES = ("English", "繁體中文", "简体中文")
LATER = timedelta(minutes=5)
LETTER = re.compile(r'<details class="fold"><summary>(.*?)</summary>(.*?)</details>', re.DOTALL)
TAG = re.compile(r"<[^>]+>")


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def owner(app: Flask, register: Register, work: Work, smtp: Mailbox) -> Member:
    """Who edits an event at a place with guests who read English and Chinese."""
    with app.app_context():
        organisation = make_organisation()
        hall = make_venue(organisation)
        event = make_event(organisation, slug="sample-forum", venue_id=hall.id)
        register(event, number="en", name="Ada Sample")
        register(event, number="zh", lang="zh-Hant")
        work()
        smtp.empty()
        return Member(app, organisation)


def letters_on(page: TestResponse) -> dict[str, str]:
    """Return the letters on a page as text, by whom they go to and in what language."""
    return {words_of(who): words_of(letter) for who, letter in LETTER.findall(page.text)}


def words_of(markup: str) -> str:
    lines = markup.replace("<br>", "\n").replace("</p>", "\n\n")
    return html.unescape(TAG.sub("", lines)).strip()


def personal(words: str, names: dict[str, str]) -> list[str]:
    """Return the lines of a letter without what differs from one reader to the next."""
    for was, now in names.items():
        words = words.replace(was, now)
    lines = (line.strip() for line in words.splitlines())
    return [line for line in lines if line and not line.startswith(("http", "Reference"))]


def answer(owner: Member, page: TestResponse, at: str = SETTINGS, **typed: Any) -> TestResponse:
    return owner.send(at, owner.form_in(page, having="asked"), **typed)


def test_the_letter_shown_is_the_letter_that_goes_out(
    owner: Member, work: Work, smtp: Mailbox
) -> None:
    asked = owner.fill(SETTINGS, start_time="10:00", end_time="14:00", **{"title-en": "New title"})
    again = answer(owner, asked, look="yes", **{"note-en": "The hall opens later."})
    assert again.status_code == 200
    letters = letters_on(again)
    assert set(letters) == {f"What guests get · {one}" for one in LANGUAGES}
    letter = letters["What guests get · English"]
    assert "The hall opens later." in letter
    assert "The hall opens later." not in letters_on(asked)["What guests get · English"]
    assert "The hall opens later." in again.text.partition("<textarea")[2]
    assert answer(owner, again, tell="y").status_code == 303
    work(NOW + LATER)
    (mail,) = smtp.to("guest.en@example.com")
    sample = {SAMPLE_NAMES["en"]: "Ada Sample", mail["Subject"]: ""}
    assert personal(letter, sample) == personal(plain(mail), sample)
    assert mail["Subject"] in letter
    (mail,) = smtp.to("guest.zh@example.com")
    assert mail["Subject"] in letters["What guests get · 繁體中文"]


def test_it_names_the_new_time_alone_and_nothing_is_stored(app: Flask, owner: Member) -> None:
    page = owner.fill(SETTINGS, start_time="10:00", end_time="14:00")
    letter = letters_on(page)["What guests get · English"]
    assert letter.count("9:00 am") == 1, "as what was"
    assert letter.count("10:00 am–2:00 pm") == 2, "as what is, and among the facts"
    with app.app_context():
        assert db.session.query(Event).one().starts_at == STARTS


def test_links_and_references_are_samples(owner: Member) -> None:
    letter = letters_on(owner.fill(SETTINGS, start_time="10:00"))["What guests get · English"]
    assert "{{" not in letter
    assert "/r/" not in letter
    assert SAMPLE_NAMES["en"] in letter
    assert shown(SAMPLE_CODE) in letter


def test_another_place_stands_in_the_letter(app: Flask, owner: Member) -> None:
    with app.app_context():
        organisation_id = db.session.query(Event).one().organisation_id
        organisation: Any = SimpleNamespace(id=organisation_id)
        other = make_venue(organisation, name=text("Other Hall")).id
    page = owner.send(VENUE, owner.form(VENUE, having="venue"), venue=str(other))
    letter = letters_on(page)["What guests get · English"]
    assert letter.count("Other Hall") == 2


def test_what_waits_already_stands_in_it_too(owner: Member) -> None:
    first = owner.fill(SETTINGS, start_time="10:00", end_time="14:00")
    answer(owner, first, tell="y", **{"note-en": "First words."})
    page = owner.fill(SETTINGS, **{"title-en": "New title"})
    letter = letters_on(page)["What guests get · English"]
    assert "First words." in letter
    assert "9:00 am–1:00 pm (HKT) → 10:00 am–2:00 pm (HKT)" in letter
    assert "New title" in letter


def test_who_is_on_stage_has_a_letter_of_their_own(app: Flask, stage: Stage) -> None:
    with app.app_context():
        event = db.session.get_one(Event, stage.event.id)
        organisation: Any = SimpleNamespace(id=event.organisation_id)
        slug = event.slug
    owner = Member(app, organisation)
    letters = letters_on(owner.fill(f"/manage/{slug}/settings", start_time="10:00"))
    assert set(letters) == {f"What speakers get · {one}" for one in LANGUAGES}
    assert shown(SAMPLE_CODE) not in letters["What speakers get · English"]


def test_words_that_are_too_long_leave_the_letter_without_them(owner: Member) -> None:
    page = owner.fill(SETTINGS, start_time="10:00")
    refused = answer(owner, page, look="yes", **{"note-en": "x" * 1001})
    assert refused.status_code == 422
    assert "x" * 1001 in refused.text
    assert "xxx" not in letters_on(refused)["What guests get · English"]
