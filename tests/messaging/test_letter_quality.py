"""Letters as mail programs take them: sound HTML, styles in the elements, read without pictures."""

from __future__ import annotations

import re
from email.message import EmailMessage
from html.parser import HTMLParser

import css_inline
import pytest
from flask import Flask

from forum.core.ids import uuid7
from forum.core.languages import KEYS
from forum.core.spelling import spelled
from forum.core.text import Fragment, Text
from forum.events.queries import event_by_id
from forum.messaging.letterhead import Letterhead, letterhead_of
from forum.messaging.letters import About, Letter, write
from forum.messaging.models import mark_of
from forum.messaging.rules import LONGEST_SUBJECT, WITH_TICKET, Kind
from forum.messaging.words.shapes import OwnWords
from forum.programme.queries import session_of
from tests.factories import NOW, make_event, make_organisation, make_session, make_venue, text
from tests.messaging.conftest import Register, Work
from tests.messaging.stage import plain
from tests.support.mail import Mailbox

WITHOUT_EVENT = {
    Kind.SIGN_IN,
    Kind.INVITATION,
    Kind.STAFF_DIGEST,
    Kind.NOD_WANTED,
    Kind.NOD_OUTGROWN,
}
VOID = {"img", "br", "meta", "hr"}
CODE = "K7PQ23HZ"
INLINER = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


class Sound(HTMLParser):
    """Read HTML strictly: every element closed in turn, none where it may not stand."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.buttons = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if "p" in self.open and tag in {"p", "table", "div", "ul", "ol", "blockquote", "h1"}:
            self.wrong.append(f"<{tag}> in <p>")
        if tag == "table" and given.get("role") != "presentation":
            self.wrong.append("a table that is read out as one")
        if tag == "img" and not {"alt", "width", "height"} <= given.keys():
            self.wrong.append("a picture without words or size")
        if tag == "a" and (len(self.open) > 1 and "a" in self.open):
            self.wrong.append("a link in a link")
        if tag == "table" and "act" in (given.get("class") or "").split():
            self.buttons += 1
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}>")


def letters(lang: str) -> list[tuple[Kind, Letter, str]]:
    """Return the letter of every kind in a language, and the mark of its link."""
    organisation = make_organisation()
    made = make_event(organisation, venue_id=make_venue(organisation).id)
    session = make_session(made)
    event, found = event_by_id(made.id), []
    head, talk = letterhead_of(event), session_of(made.id, session.id)
    for kind in Kind:
        message_id = uuid7()
        about = About(name="Ada", organisation=Fragment("Sample Organisation", "en"))
        if kind not in WITHOUT_EVENT:
            about = About(
                event=event,
                name="Ada Guest",
                code=CODE,
                session=talk,
                until=NOW,
                reply_until=NOW,
                companions=1,
                type_name=text("Sample type"),
                head=head,
            )
        found.append((kind, write(kind, lang, message_id, about), mark_of(message_id)))
    return found


@pytest.mark.parametrize("lang", KEYS)
def test_every_letter_is_sound_with_styles_in_its_elements(in_app: Flask, lang: str) -> None:
    for kind, letter, mark in letters(lang):
        html = INLINER.inline(letter.html)
        read = Sound()
        read.feed(html.replace(mark, "https://forum.example/r/x"))
        assert (read.wrong, read.open) == ([], []), kind
        assert read.buttons <= 1, kind
        assert "prefers-color-scheme: dark" in html, kind
        assert re.search(r"<h1 style=\"[^\"]*font-size", html), kind
        assert re.search(r"<body style=\"[^\"]*font-family", html), kind
        if read.buttons:
            assert 'class="act"' in html
            assert re.search(r'<a href="[^"]+" style="[^"]*padding: ?14px', html), kind
        for body in (letter.subject, letter.text, html):
            assert not re.search(r"%\(\w|\bNone\b", body), kind
            assert "{{" not in body.replace(mark, "").replace("{{link", "", 3), kind
        assert 0 < len(letter.subject) <= LONGEST_SUBJECT


@pytest.mark.parametrize("lang", KEYS)
def test_with_pictures_blocked_the_code_is_read_and_said(in_app: Flask, lang: str) -> None:
    for kind, letter, _ in letters(lang):
        if kind not in WITH_TICKET:
            continue
        html = re.sub(r"<img [^>]*>", "", letter.html)
        for body in (html, letter.text):
            assert "K7PQ-23HZ" in body
            assert spelled(CODE, lang) in body
        assert "K7PQ-23HZ" in re.findall(r'alt="([^"]*)"', letter.html)[0]


def test_a_code_is_spelled_as_it_is_said_on_the_telephone() -> None:
    assert spelled(CODE, "en") == "Kilo 7 Papa Quebec, 2 3 Hotel Zulu"
    assert spelled(CODE, "zh-Hant") == "K、7、P、Q，2、3、H、Z"


def test_a_ticket_mail_brings_the_code_inside_and_attached(
    app: Flask, smtp: Mailbox, register: Register, work: Work
) -> None:
    app.config["FORUM_SMTP_URL"] = smtp.url
    with app.app_context():
        event = make_event(title=Text({"en": "T" * 300}))
    register(event, email="ada@bücher.example")
    work()
    (mail,) = smtp.mails
    assert len(str(mail["Subject"])) <= LONGEST_SUBJECT
    assert "xn--bcher-kva.example" in str(mail["To"])
    pictures = [part for part in mail.walk() if part.get_content_type() == "image/png"]
    assert {part.get_content_disposition() for part in pictures} == {"inline", "attachment"}
    assert "To say it aloud:" in plain(mail)
    assert _order(mail) == ["text/plain", "text/html"]


def test_the_organisations_logo_leads_the_letter_and_its_name_stays(in_app: Flask) -> None:
    event = event_by_id(make_event().id)

    class Picture:
        address, width, height = "/uploads/sample.webp", 400, 100

    head = Letterhead(logo=Picture())  # type: ignore[arg-type]  # nothing else is asked of it
    html = write(Kind.CONFIRMED, "en", uuid7(), About(event=event, head=head)).html
    assert re.search(r'<img class="logo" src="[^"]+/uploads/sample.webp" alt="" width="160"', html)
    assert "Sample Organisation" in html


@pytest.mark.parametrize("lang", KEYS)
def test_outlook_gets_a_sheet_of_fixed_width_and_no_line_that_is_hidden(
    in_app: Flask, lang: str
) -> None:
    event = event_by_id(make_event().id)
    html = INLINER.inline(write(Kind.CONFIRMED, lang, uuid7(), About(event=event)).html)
    opens = re.search(
        r"<!--\[if mso\]><table [^>]*width=\"600\"[^>]*><tr><td[^>]*><!\[endif\]-->", html
    )
    closes = html.index("<!--[if mso]></td></tr></table><![endif]-->")
    assert opens
    assert opens.end() < html.index('class="sheet"') < closes
    assert re.search(r'<div class="peek" style="[^"]*mso-hide: ?all', html)


@pytest.mark.parametrize(("lang", "upright"), [("en", False), ("zh-Hant", True), ("zh-Hans", True)])
def test_chinese_is_stressed_by_weight_and_not_slanted(
    in_app: Flask, lang: str, upright: bool
) -> None:
    event = event_by_id(make_event().id)
    own = OwnWords("S", "H", "請*務必*帶備")
    html = INLINER.inline(write(Kind.CONFIRMED, lang, uuid7(), About(event=event, own=own)).html)
    stressed = re.search(r"<em([^>]*)>務必</em>", html)
    assert stressed
    assert bool(re.search(r"font-style: ?normal", stressed[1])) == upright
    assert bool(re.search(r"font-weight: ?700", stressed[1])) == upright


def _order(mail: EmailMessage) -> list[str]:
    bodies = ("text/plain", "text/html")
    return [one.get_content_type() for one in mail.walk() if one.get_content_type() in bodies]
