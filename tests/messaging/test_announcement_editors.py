"""Two who write one announcement, and what is chosen against what is typed."""

from __future__ import annotations

import pytest
from flask import Flask

from forum.events.models import Event
from forum.messaging.rules.announcements import Timing
from tests.events.browsing import Member
from tests.messaging.test_announcement_pages import (
    PATH,
    SUBJECT,
    WORDS,
    colleague,
    event,
    member,
    the_one,
    write,
)

LETTER = {"subject-en": SUBJECT, "words-en": WORDS}
__all__ = ["event", "member"]


def test_who_gets_it_and_when_are_never_put_back_without_a_word(
    app: Flask, member: Member, event: Event
) -> None:
    path = write(member)
    other = colleague(app, event)
    mine = member.form(f"{path}/edit", having="subject-en")
    theirs = {"segment": "waitlisted", "timing": "at", "at": "2030-12-05T09:00"}
    other.fill(f"{path}/edit", having="subject-en", **theirs)
    answer = member.send(f"{path}/edit", mine, **{"words-en": "Come to Hall 5."})
    assert answer.status_code == 409
    assert "All who are confirmed" in answer.text
    assert "Thursday 5 December, 9:00 am" in answer.text
    again = member.form_in(answer, having="subject-en")
    assert dict(again.values).items() >= theirs.items()
    assert member.send(f"{path}/edit", again).status_code == 303
    kept = the_one(app)
    assert kept.segment["state"] == "waitlisted"
    assert (kept.timing, kept.words.get("en")) == (Timing.AT, "Come to Hall 5.")


def test_where_both_changed_who_gets_it_and_when_both_are_said(
    app: Flask, member: Member, event: Event
) -> None:
    path = write(member)
    other = colleague(app, event)
    mine = member.form(f"{path}/edit", having="subject-en")
    theirs = {"segment": "waitlisted", "timing": "at", "at": "2030-12-05T09:00"}
    other.fill(f"{path}/edit", having="subject-en", **theirs)
    answer = member.send(
        f"{path}/edit", mine, segment="everybody", timing="relative", number="3", unit="days"
    )
    assert answer.status_code == 409
    assert answer.text.count("Yours stands in the form, and") == 2
    again = member.form_in(answer, having="subject-en")
    assert dict(again.values)["segment"] == "everybody"
    assert dict(again.values)["timing"] == "relative"


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"at": "2030-12-05T09:00"}, "Choose “At a day and time”, or empty the day"),
        ({"number": "3"}, "Choose “Before or after the event”, or empty how long"),
    ],
)
def test_a_moment_that_was_typed_and_not_chosen_is_asked_about(
    member: Member, event: Event, typed: dict[str, str], says: str
) -> None:
    answer = member.fill(f"{PATH}/new", having="subject-en", **{**LETTER, **typed})
    assert answer.status_code == 422
    assert says in answer.text


def test_recipients_nested_out_of_reach_are_refused(member: Member, event: Event) -> None:
    deep = {**LETTER, "segment": "kept", "kept": "[" * 100_000}
    assert member.fill(f"{PATH}/new", having="subject-en", **deep).status_code == 422
