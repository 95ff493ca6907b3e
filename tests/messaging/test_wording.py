"""An event's own words: in place of Forum's, tried before they go, and never a template."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from forum.core import clock
from forum.core.actor import SYSTEM
from forum.core.audit import AuditEntry
from forum.core.db import counted_statements, db
from forum.core.languages import KEYS
from forum.core.permissions import Role
from forum.events.models import Event
from forum.messaging.models import MailTemplate, Message
from forum.messaging.originals import original
from forum.messaging.placeholders import UnknownPlaceholder, check, names_for
from forum.messaging.rules import NEWS, Kind, MessageState
from forum.messaging.rules.wordings import WORDED
from forum.messaging.service import tell_of_releases
from forum.messaging.service.putting_off import NewsKey, put_off_at, within_limits
from forum.messaging.service.wording import (
    Typed,
    WordsChangedMeanwhile,
    save_words,
)
from forum.messaging.words.shapes import OwnWords
from forum.people.models import Organisation, User
from tests.events.browsing import Member
from tests.factories import NOW, make_event, make_organisation
from tests.messaging.conftest import Register, Work

Messages = Callable[[], list[Message]]
PATH = "/manage/sample-event/messages/templates"
WORDS = "Hello {name}, see you at {event}.\n\nYour page: {link}"


@pytest.fixture
def event(app: Flask) -> Event:
    """An event of an organisation of its own."""
    with app.app_context():
        return make_event(make_organisation(), slug="sample-event")


@pytest.fixture
def owner(app: Flask, event: Event) -> Member:
    """Who owns that organisation."""
    return member(app, event, Role.OWNER)


def member(app: Flask, event: Event, role: Role) -> Member:
    """Sign a new member of the event's organisation in."""
    with app.app_context():
        return Member(app, db.session.get_one(Organisation, event.organisation_id), role=role)


def save(event: Event, kind: Kind = Kind.CONFIRMED, **words: OwnWords) -> tuple[str, ...]:
    """Save words by language: en, zh_Hant, zh_Hans."""
    typed = {key.replace("_", "-"): Typed(one) for key, one in words.items()}
    return save_words(SYSTEM, event.id, kind, typed, now=NOW)


def send(owner: Member, act: str = "", kind: Kind = Kind.CONFIRMED, **typed: str) -> TestResponse:
    """Open the page of a kind, type other words in some boxes, and press a button."""
    path = f"{PATH}/{kind.value}"
    seen = owner.form(path, having="en-subject")
    values = {name.replace("__", "-"): said for name, said in typed.items()}
    return owner.send(path, replace(seen, action=path + act), **values)


@pytest.mark.parametrize("kind", sorted(WORDED))
@pytest.mark.parametrize("lang", KEYS)
def test_forums_own_words_can_be_saved_as_they_are(in_app: Flask, kind: Kind, lang: str) -> None:
    ours, allowed = original(kind, lang), names_for(kind)
    for text in (ours.subject, ours.heading, ours.words):
        check(text, allowed)
        assert "%(" not in text
    assert "{facts}" in ours.words


def test_a_mail_goes_out_in_the_events_own_words(
    in_app: Flask, event: Event, register: Register, work: Work, messages: Messages
) -> None:
    words = f"{WORDS}\n\n{{facts}}\n\nSee [the list](https://example.org/?c={{code}})."
    save(event, en=OwnWords("{event}: come!", "Come, {name}", words))
    register(event, name="Ada Guest")
    work()
    (message,) = messages()
    assert message.subject == f"{event.title.get('en')}: come!"
    assert "Come, Ada Guest" in message.text
    assert "Hello Ada Guest, see you at" in message.text
    assert f'<a href="{message.mark}">{message.mark}</a>' in message.html
    assert "https://example.org/?c=" in message.html
    assert "Dear Ada" not in message.text
    assert "cid:ticket" in message.html
    assert message.html.index("Hello Ada") < message.html.index("cid:ticket")
    assert message.html.index("cid:ticket") < message.html.index("the list")


def test_other_languages_keep_forums_words(
    in_app: Flask, event: Event, register: Register, work: Work, messages: Messages
) -> None:
    save(event, en=OwnWords(words="Only in English."))
    register(event, number="zh", lang="zh-Hant")
    work()
    (message,) = messages()
    assert "Only in English" not in message.text
    assert original(Kind.CONFIRMED, "zh-Hant").heading in message.text


@pytest.mark.parametrize(
    "name",
    ["{{7*191}}", "{0.__class__}", "[x](http://evil.example)", "%(event)s", "{event}", "**b**"],
)
def test_a_hostile_name_stays_plain_words_in_own_words_too(
    in_app: Flask, event: Event, register: Register, work: Work, messages: Messages, name: str
) -> None:
    save(event, en=OwnWords("For {name}", "{name}", "Dear {name}, [see]({link}) **{name}**."))
    register(event, name=name)
    work()
    (message,) = messages()
    for said in (message.subject, message.text, message.html):
        assert "1337" not in said
        assert "evil.example" not in said
        assert "__class__'" not in said
    if "evil" not in name:
        assert f"Dear {name}," in message.text
    else:
        assert "Dear guest," in message.text
    assert message.html.count("<a ") == message.html.count("</a>")
    assert "<strong>b</strong>" not in message.html


def test_a_sentence_whose_value_is_not_known_is_left_out(
    in_app: Flask, event: Event, register: Register, work: Work, messages: Messages
) -> None:
    save(event, en=OwnWords(words="Hello {name}.\n- At {address}\nIt is at {place}. Come early."))
    register(event)
    work()
    text = messages()[0].text
    assert "Come early." in text
    assert "At " not in text.replace("Attached", "")
    assert "It is" not in text


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ("{surname}", "{surname}"),
        ("{{7*191}}", "{7*191}"),
        ("{0.__class__}", "{0.__class__}"),
        ("{until}", "{until}"),
        ("[x](https://{name}.example)", "{name}"),
        ("https://{code}.example/", "{code}"),
    ],
)
def test_a_wrong_placeholder_is_refused_by_its_name(
    app: Flask, event: Event, owner: Member, said: str, named: str
) -> None:
    answer = send(owner, en__words=f"Hello. {said}")
    assert answer.status_code == 422
    assert named in answer.text
    assert "Hello. " in answer.text
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(MailTemplate)) == 0


def test_a_link_cannot_stand_in_a_subject() -> None:
    with pytest.raises(UnknownPlaceholder):
        save(Event(), en=OwnWords(subject="{link}"))


def test_the_page_shows_forums_words_to_start_from(owner: Member) -> None:
    page = owner.get(f"{PATH}/confirmed")
    assert "Dear {name}," in page.text
    assert "The reference of the registration" in page.text


def test_saved_words_are_shown_and_only_what_differs_is_kept(
    app: Flask, event: Event, owner: Member
) -> None:
    assert send(owner, en__subject="Come!").status_code == 303
    with app.app_context():
        (row,) = db.session.scalars(sa.select(MailTemplate)).all()
        assert (row.lang, row.subject, row.words, row.revision) == ("en", "Come!", "", 1)
        entry = db.session.scalars(
            sa.select(AuditEntry).where(AuditEntry.action == "mail_template.saved")
        ).one()
        assert entry.details["after"]["subject"] == "Come!"
    page = owner.get(f"{PATH}/confirmed")
    assert "Come!" in page.text
    assert "Not in all languages of the event" in page.text
    assert "Own words" in owner.get(PATH).text


def test_the_second_of_two_editors_is_shown_the_firsts_words(
    app: Flask, event: Event, owner: Member
) -> None:
    seen = owner.form(f"{PATH}/confirmed", having="en-subject")
    with app.app_context():
        save(event, en=OwnWords("Theirs", "", ""))
    answer = owner.send(f"{PATH}/confirmed", seen, **{"en-subject": "Mine"})
    assert answer.status_code == 409
    assert "Theirs" in answer.text
    assert 'value="Mine"' in answer.text
    again = owner.form_in(answer, having="en-subject")
    assert owner.send(f"{PATH}/confirmed", again).status_code == 303
    with app.app_context():
        assert db.session.scalars(sa.select(MailTemplate.subject)).all() == ["Mine"]


@pytest.mark.both_databases
def test_two_editors_of_two_languages_do_not_meet(app: Flask, event: Event) -> None:
    with app.app_context():
        save(event, en=OwnWords("English"))
        save(event, zh_Hant=OwnWords("中文"))
        assert db.session.scalar(sa.select(sa.func.count()).select_from(MailTemplate)) == 2
        with pytest.raises(WordsChangedMeanwhile):
            save(event, en=OwnWords("Another"))


def test_back_to_the_original(app: Flask, event: Event, owner: Member) -> None:
    with app.app_context():
        save(event, en=OwnWords("Ours"))
    answer = send(owner, "/original", original="en", zh_hant__words="未儲存的話")
    assert answer.status_code == 200
    assert "Nothing is saved yet" in answer.text
    assert "未儲存的話" in answer.text
    ours, boxes = original(Kind.CONFIRMED, "en"), owner.form_in(answer, having="en-subject")
    shown = {name: words.replace("\r\n", "\n").strip() for name, words in boxes.values}
    assert [shown["en-subject"], shown["en-words"]] == [ours.subject, ours.words.strip()]
    assert "Ours" in owner.get(f"{PATH}/confirmed").text
    seen = owner.form_in(answer, having="en-subject")
    with app.app_context():
        save_words(
            SYSTEM, event.id, Kind.CONFIRMED, {"en": Typed(OwnWords("A colleague’s"), 1)}, now=NOW
        )
    met = owner.send(f"{PATH}/confirmed", replace(seen, action=""))
    assert met.status_code == 409
    assert "A colleague’s" in met.text
    again = owner.form_in(met, having="en-subject")
    assert owner.send(f"{PATH}/confirmed", again).status_code == 303
    with app.app_context():
        rows = {one.lang: one for one in db.session.scalars(sa.select(MailTemplate))}
        assert rows["en"].subject == ""
        assert rows["zh-Hant"].words == "未儲存的話"


def test_the_preview_is_written_to_a_real_guest_and_saves_nothing(
    app: Flask, event: Event, owner: Member, register: Register
) -> None:
    guest = register(event, name="Grace Guest")
    typed = {"en__words": "Good day {name}, {code}.", "who": str(guest.registration_id)}
    answer = send(owner, "/preview", **typed)
    assert "Good day Grace Guest," in answer.text
    assert "{{link" not in answer.text
    assert "/r/" not in answer.text
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    plain = send(owner, "/preview", **typed, **{"as": "text"})
    assert "Good day Grace Guest," in plain.text
    assert plain.headers["Content-Type"].startswith("text/plain")
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(MailTemplate)) == 0


def test_the_preview_is_the_mail_that_goes_out(
    app: Flask, event: Event, owner: Member, register: Register, work: Work, messages: Messages
) -> None:
    guest = register(event, name="Grace Guest")
    with app.app_context():
        words = "Good day {name}, {date}, {time}, {event}, {code}."
        save(event, en=OwnWords(words=words))
    typed = {"who": str(guest.registration_id), "as": "text"}
    shown = send(owner, "/preview", en__words=words, **typed).text
    work()
    (message,) = messages()
    line = next(one for one in message.text.splitlines() if one.startswith("Good day"))
    assert line in shown


def test_a_test_goes_to_oneself_without_anybodys_link(
    app: Flask, event: Event, owner: Member, register: Register, work: Work, messages: Messages
) -> None:
    guest = register(event, name="Grace Guest")
    typed = {"en__words": "Good day {name}: {link}", "who": str(guest.registration_id)}
    answer = send(owner, "/test", **typed)
    assert answer.status_code == 200
    assert "A test is on its way to" in answer.text
    assert "Good day {name}" in answer.text
    work()
    test = next(one for one in messages() if one.key.startswith("test:"))
    assert test.subject.startswith("[Test] ")
    assert test.to_email != "ada@example.com"
    assert (test.link_id, test.with_ticket, test.registration_id) == (None, False, None)
    for body in (test.text, test.html):
        assert "{{link" not in body
        assert "cid:" not in body
        assert "Good day Grace Guest" in body


@pytest.mark.parametrize("kind", sorted(WORDED))
def test_every_kind_can_be_sent_to_oneself_and_tells_nobody_of_news(
    app: Flask, event: Event, owner: Member, messages: Messages, kind: Kind
) -> None:
    assert send(owner, "/test", kind).status_code == 200
    (test,) = messages()
    assert (test.kind, test.state) == (kind, MessageState.QUEUED)
    with app.app_context():
        assert put_off_at(event.id).ids == []
        again = [{"kind": kind, "key": test.key, "to_email": test.to_email, "created_at": NOW}]
        if kind in NEWS:
            heard = NewsKey(event.id, "g1", 0, 1)
            assert within_limits([again[0] | {"key": str(heard)}])[0]["key"] == str(heard)
            assert tell_of_releases(event.id, now=NOW) == 0


@pytest.mark.parametrize("kind", sorted(WORDED))
def test_every_kind_can_be_looked_at(owner: Member, kind: Kind) -> None:
    for lang in KEYS:
        answer = send(owner, "/preview", kind, lang=lang)
        assert answer.status_code == 200
        assert "{{link" not in answer.text


def test_what_is_forums_alone_cannot_be_worded(owner: Member) -> None:
    for name in ("sign_in", "invitation", "nonsense"):
        assert owner.get(f"{PATH}/{name}").status_code == 404


def test_who_may_not_edit_the_event_is_refused(app: Flask, event: Event) -> None:
    registrar = member(app, event, Role.REGISTRAR)
    assert registrar.get(PATH).status_code == 403
    assert registrar.get(f"{PATH}/confirmed").status_code == 403
    with app.app_context():
        stranger = Member(app, make_organisation(), role=Role.OWNER)
    assert stranger.get(f"{PATH}/confirmed").status_code == 404


def test_the_list_costs_the_same_with_many_own_words(
    app: Flask, event: Event, owner: Member
) -> None:
    def cost() -> int:
        with app.app_context():
            engine = db.engine
        with counted_statements(engine) as seen:
            assert owner.get(PATH).status_code == 200
        return len(seen)

    with app.app_context():
        save(event, Kind.THANKS, en=OwnWords("One"))
    cost()
    one = cost()
    with app.app_context():
        for kind in sorted(WORDED)[:10]:
            save(event, kind, en=OwnWords("y"), zh_Hant=OwnWords("x"), zh_Hans=OwnWords("x"))
    assert cost() == one


def test_tests_have_an_end_and_take_no_mail_away(
    app: Flask,
    event: Event,
    owner: Member,
    register: Register,
    work: Work,
    messages: Messages,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("forum.messaging.service.trying.MOST_TESTS", 2)
    assert [send(owner, "/test").status_code for _ in range(3)] == [200, 200, 429]
    with app.app_context():
        email = db.session.get_one(User, owner.user.id).email
    register(event, email=email)
    work(clock.now())
    assert [one.state for one in messages() if one.kind is Kind.CONFIRMED][-1] is MessageState.KEPT
