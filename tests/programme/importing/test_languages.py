"""The languages of an event's pages are those its programme is written in, where one says so."""

from __future__ import annotations

import io
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask import Flask

from forum.core.actor import SYSTEM, Actor, ActorKind
from forum.core.db import db, writing
from forum.core.errors import Forbidden
from forum.core.permissions import Role
from forum.core.text import Text
from forum.events.models import Event
from forum.events.rules import EventState
from forum.programme.importing.languages import languages_for, languages_in
from forum.programme.importing.plans import Choices
from forum.programme.importing.reading import read_programme
from forum.programme.importing.storing import import_into
from tests.events.browsing import Member
from tests.factories import NOW, make_session
from tests.programme.importing import files

HONG_KONG = ZoneInfo("Asia/Hong_Kong")
PLACE = "/manage/sample-forum/programme/import"
ASKED = "make this the language of the event’s pages"


def titled(*titles: str) -> bytes:
    return files.frab_xml(
        *(
            files.frab_event(guid=f"g{number}", id=number, title=title, persons=[])
            for number, title in enumerate(titles)
        )
    )


@pytest.fixture
def in_three(app: Flask, house: SimpleNamespace) -> None:
    with app.app_context(), writing() as transaction:
        event = transaction.get_one(Event, house.event_id)
        event.languages = ["en", "zh-Hant", "zh-Hans"]
        event.state = EventState.DRAFT


@pytest.fixture
def published_chinese_first(app: Flask, house: SimpleNamespace) -> None:
    with app.app_context(), writing() as transaction:
        event = transaction.get_one(Event, house.event_id)
        event.languages = ["zh-Hant", "en"]


def languages(app: Flask) -> list[str]:
    with app.app_context():
        return list(
            db.session.scalars(sa.select(Event.languages).where(Event.slug == "sample-forum")).one()
        )


def send(member: Member, content: bytes) -> str:
    member.send(PLACE, member.form(PLACE, having="zone"), file=(io.BytesIO(content), "a.xml"))
    return member.get(f"{PLACE}/preview").text


@pytest.mark.parametrize(
    ("titles", "found"),
    [
        (("One", "Two"), ["en"]),
        (("港口設計", "開幕典禮", "Keynote"), ["zh-Hant"]),
        (("One", "Two", "Three", "港口設計"), ["en"]),
        (("One", "港口設計"), ["en", "zh-Hant"]),
    ],
)
def test_a_language_of_half_the_titles_is_one_of_the_file(titles: list[str], found: list[str]):
    assert languages_in(read_programme(titled(*titles), HONG_KONG)) == found


@pytest.mark.usefixtures("in_three")
def test_an_event_without_sessions_takes_the_languages_of_its_first_file_unless_unticked(
    app: Flask, owner: Member
) -> None:
    page = send(owner, titled("One", "Two"))
    assert ASKED in page
    form = owner.form(f"{PLACE}/preview", having="seen")
    assert dict(form.values)["languages"] == "en"
    assert owner.fill(f"{PLACE}/preview", having="seen").status_code == 303
    assert languages(app) == ["en"]
    conflicts = owner.get("/manage/sample-forum/programme/conflicts").text
    assert "A translation is missing" not in conflicts


@pytest.mark.usefixtures("published_chinese_first")
def test_of_a_published_event_no_language_goes_unless_that_is_ticked(
    app: Flask, owner: Member
) -> None:
    assert ASKED in send(owner, titled("One", "Two"))
    assert owner.fill(f"{PLACE}/preview", having="seen").status_code == 303
    assert languages(app) == ["zh-Hant", "en"]


@pytest.mark.parametrize(
    ("shown", "titles", "wanted"),
    [
        (["zh-Hant", "en"], ("One", "港口設計"), ["zh-Hant", "en"]),
        (["zh-Hans", "zh-Hant"], ("One", "港口設計"), ["zh-Hant", "en"]),
        (["zh-Hant", "en"], ("One", "Two"), ["en"]),
    ],
)
def test_languages_that_stay_keep_their_order(
    shown: list[str], titles: list[str], wanted: list[str]
):
    assert languages_for(shown, read_programme(titled(*titles), HONG_KONG)) == wanted


@pytest.mark.usefixtures("in_three")
def test_unticked_the_languages_stay(app: Flask, owner: Member) -> None:
    send(owner, titled("One", "Two"))
    owner.fill(f"{PLACE}/preview", having="seen", languages=None)
    assert languages(app) == ["en", "zh-Hant", "zh-Hans"]


@pytest.mark.usefixtures("in_three")
def test_where_there_are_sessions_it_is_asked_and_not_ticked(
    app: Flask, house: SimpleNamespace, owner: Member
) -> None:
    with app.app_context():
        make_session(house.event, title=Text({"en": "Here", "zh-Hant": "這裏"}))
    assert ASKED in send(owner, titled("One", "Two"))
    owner.fill(f"{PLACE}/preview", having="seen")
    assert languages(app) == ["en", "zh-Hant", "zh-Hans"]


@pytest.mark.usefixtures("in_three")
def test_who_edits_the_programme_alone_is_not_asked_and_cannot_choose(
    app: Flask, house: SimpleNamespace
) -> None:
    editor = Member(app, house.ours, role=Role.PROGRAMME)
    assert ASKED not in send(editor, titled("One", "Two"))
    actor = Actor(ActorKind.USER, None, roles={house.ours.id: Role.PROGRAMME})
    file = read_programme(titled("One"), HONG_KONG)
    with app.app_context(), pytest.raises(Forbidden):
        import_into(actor, house.event_id, file, Choices(languages=["en"]), None, now=NOW)
    assert languages(app) == ["en", "zh-Hant", "zh-Hans"]


def test_the_same_languages_are_not_asked_about(
    app: Flask, house: SimpleNamespace, owner: Member
) -> None:
    with app.app_context(), writing() as transaction:
        transaction.get_one(Event, house.event_id).languages = ["en"]
    assert ASKED not in send(owner, titled("One", "Two"))
    with app.app_context():
        revision = db.session.get_one(Event, house.event_id).revision
        file = read_programme(titled("One"), HONG_KONG)
        import_into(SYSTEM, house.event_id, file, Choices(languages=["en"]), None, now=NOW)
        db.session.rollback()
        assert db.session.get_one(Event, house.event_id).revision == revision
