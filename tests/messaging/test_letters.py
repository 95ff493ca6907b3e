"""What guests read: the right words in their language, nothing a stranger could smuggle in."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from forum.core.actor import SYSTEM
from forum.core.ids import uuid7
from forum.core.languages import KEYS
from forum.core.text import Fragment, Text
from forum.events.queries import event_by_id
from forum.messaging.letters import About, Letter, greeted, write
from forum.messaging.models import Message, mark_of
from forum.messaging.placeholders import WITH_SESSION
from forum.messaging.rules import LONGEST_SUBJECT, WITH_TICKET, Kind
from forum.programme.queries import session_of
from forum.registrations import service as registrations
from forum.registrations.queries import registration_of
from tests.factories import NOW, make_event, make_organisation, make_session, make_venue, text
from tests.messaging.conftest import Register, Work

pytestmark = pytest.mark.usefixtures("in_app")
Messages = Callable[[], list[Message]]
HOSTILE = (
    "{{7*191}}",
    "{0.__class__}",
    "%(event)s %s %d",
    "[x](https://evil.example)",
    "<script>alert(1)</script>",
    "https://evil.example/win",
    "www.evil.example",
    "evil.example",
    "Sample\r\nBcc: victim@example.com",
    "'\"><img src=x onerror=alert(1)>",
    "\u202enigol",
    "😀 👩‍👩‍👧‍👦",
    "محمد سليم",
    "陳大文" * 60,
)


def _letter(kind: Kind, lang: str = "en", name: str = "Ada Guest") -> Letter:
    organisation = make_organisation()
    event = make_event(organisation, venue_id=make_venue(organisation).id)
    session = make_session(event) if kind in WITH_SESSION else None
    shown = session_of(event.id, session.id) if session else None
    about = About(
        event=event_by_id(event.id),
        name=name,
        code="T9M2PR4K",
        session=shown,
        until=NOW + timedelta(days=1),
        reply_until=NOW + timedelta(days=2),
        companions=2,
        type_name=text("Sample type"),
    )
    return write(kind, lang, uuid7(), about)


@pytest.mark.parametrize("kind", sorted(Kind))
@pytest.mark.parametrize("lang", KEYS)
def test_every_letter_is_whole_in_every_language(in_app: Flask, kind: Kind, lang: str) -> None:
    if kind in {Kind.SIGN_IN, Kind.INVITATION}:
        about = About(name="Ada", organisation=Fragment("Sample Organisation", "en"))
        letter = write(kind, lang, uuid7(), about)
    else:
        letter = _letter(kind, lang)
    assert 0 < len(letter.subject) <= LONGEST_SUBJECT
    for body in (letter.text, letter.html):
        assert "%(" not in body
        assert "None" not in body
    assert letter.html.startswith("<!doctype html>")
    assert ("cid:" in letter.html) is (kind in WITH_TICKET)


@pytest.mark.parametrize("lang", ["zh-Hant", "zh-Hans"])
def test_chinese_letters_hold_no_english_sentence(in_app: Flask, lang: str) -> None:
    for kind in Kind:
        english, chinese = (_letter(kind, one, name="示例嘉賓").text for one in ("en", lang))
        words = {line for line in english.splitlines() if re.search("[a-z]{3}", line)}
        same = words & set(chinese.splitlines())
        assert {line for line in same if not line.startswith(("{{link", "http"))} == set(), kind


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stays_plain_words(
    register: Register, work: Work, messages: Messages, name: str
) -> None:
    register(make_event(), name=name[:200])
    work()
    (message,) = messages()
    for body in (message.text, message.html, message.subject):
        assert "1337" not in body.replace(message.mark, "")
        assert "evil.example" not in body
        assert "\r" not in body
    assert "<script>" not in message.html
    assert "<img src=x" not in message.html
    assert len(message.html.split(message.mark)) == 2


def test_a_typed_mark_is_not_taken_for_the_link(
    register: Register, work: Work, messages: Messages
) -> None:
    register(make_event(), name=mark_of(uuid7()))
    work()
    (message,) = messages()
    assert message.text.count(message.mark) == 1


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Ada Guest", True),
        ("Dr. Chan Tai Man", True),
        ("J. R. R. Sample", True),
        ("陳大文", True),
        ("O’Neill-Smith, Jr.", True),
        ("win at evil.com", False),
        ("http://evil", False),
        ("a@b", False),
        ("EVIL.COM", False),
        ("evil。com", True),
    ],
)
def test_a_greeting_carries_nobodys_link(name: str, kept: bool) -> None:
    assert bool(greeted(name)) is kept


def test_a_long_title_is_cut_in_the_subject_alone(
    register: Register, work: Work, messages: Messages
) -> None:
    title = "Words " * 100
    register(make_event(title=Text({"en": title})))
    work()
    (message,) = messages()
    assert len(message.subject) <= LONGEST_SUBJECT
    assert message.subject.endswith("…")
    assert title.strip() in message.text


def test_a_fragment_in_another_language_says_so(
    register: Register, work: Work, messages: Messages
) -> None:
    register(make_event(title=Text({"zh-Hant": "示例論壇"}), languages=["zh-Hant"]), lang="en")
    work()
    (message,) = messages()
    assert '<html lang="en">' in message.html
    assert 'class="title" lang="zh-Hant-HK"' in message.html


def test_no_letter_loads_anything_from_anywhere(in_app: Flask) -> None:
    for kind in Kind:
        html = _letter(kind).html
        assert re.findall(r'(?:src|background)="(?!cid:)', html) == []
        assert "url(" not in html
        assert "<link" not in html
        assert "<script" not in html


def test_the_stored_letter_holds_no_personal_link(
    register: Register, work: Work, messages: Messages
) -> None:
    register(make_event())
    work()
    (message,) = messages()
    for body in (message.text, message.html):
        assert "/r/" not in body
        assert message.mark in body


def test_a_cancelled_guest_is_led_to_the_public_page(
    register: Register, work: Work, messages: Messages
) -> None:
    event = make_event()
    guest = register(event)
    work()
    registrations.cancel(SYSTEM, guest.registration_id, now=NOW)
    work()
    cancelled = messages()[-1]
    assert cancelled.kind is Kind.CANCELLED
    assert cancelled.mark not in cancelled.text
    assert f"/en/e/{event.slug}/" in cancelled.text


def test_the_reference_stands_in_the_text(
    register: Register, work: Work, messages: Messages
) -> None:
    event = make_event()
    guest = register(event)
    work()
    code = registration_of(event.id, guest.registration_id).code
    assert f"{code[:4]}-{code[4:]}" in messages()[0].text
