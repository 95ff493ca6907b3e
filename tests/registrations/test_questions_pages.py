"""The builder of the form over HTTP: every kind, every act, bad input, who may."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from forum.core.actor import ANONYMOUS
from forum.core.db import counted_statements, db
from forum.core.permissions import Role
from forum.people.models import Organisation
from forum.registrations import service
from forum.registrations.queries.questions import AskedQuestion, all_questions, questions_for
from forum.registrations.rules import WITH_OPTIONS, DataClass, QuestionKind
from forum.registrations.rules.ready_questions import READY
from tests.factories import NOW, attendee, make_event, make_member, make_organisation
from tests.people.signing_in import sign_in
from tests.registrations.desk import form_of
from tests.registrations.questioning import answer, make_lunch, make_question, question


@dataclass(frozen=True)
class Place:
    """An event whose form is built."""

    slug: str
    event_id: UUID
    organisation_id: UUID

    @property
    def base(self) -> str:
        """The list of questions."""
        return f"/manage/{self.slug}/registrations/questions"


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def place(app: Flask) -> Place:
    with app.app_context():
        event = make_event(make_organisation())
        return Place(event.slug, event.id, event.organisation_id)


@pytest.fixture
def editor(app: Flask, client: FlaskClient, place: Place) -> FlaskClient:
    return _member(app, client, place, Role.MANAGER)


def _member(app: Flask, client: FlaskClient, place: Place, role: Role) -> FlaskClient:
    with app.app_context():
        sign_in(client, make_member(db.session.get_one(Organisation, place.organisation_id), role))
    return client


def _typed(kind: QuestionKind, **more: str) -> dict[str, str]:
    typed = {
        "label-en": "Lunch",
        "label-zh_hant": "午餐",
        "per": "attendee",
        "which_types": "all",
        "data_class": "ordinary",
        "keep_days": "３０",
    }
    if kind in WITH_OPTIONS:
        typed |= {
            "options-0-en": "Fish",
            "options-0-places": "40",
            "options-1-en": "None",
            "options-1-places": "",
            "options-2-en": "",
        }
    return typed | more


def _known(app: Flask, place: Place) -> list[AskedQuestion]:
    with app.app_context():
        return questions_for(place.event_id)


@pytest.mark.parametrize("kind", list(QuestionKind))
def test_a_question_of_each_kind_is_written_changed_and_shown(
    app: Flask, editor: FlaskClient, place: Place, kind: QuestionKind
) -> None:
    address = f"{place.base}/new?kind={kind.value}"
    done = editor.post(address, data=form_of(editor, address) | _typed(kind, required="y"))
    assert done.status_code == 303, done.text
    (made,) = _known(app, place)
    assert (made.kind, made.required, made.keep_days) == (kind, True, 30)
    assert made.label.get("zh-Hant") == "午餐"
    assert [one.capacity for one in made.options] == ([40, None] if made.options else [])
    listed = editor.get(place.base).text
    assert "Lunch" in listed
    assert "No 简体中文" in listed
    one = f"{place.base}/{made.id}"
    sent = form_of(editor, one) | _typed(kind, **{"label-en": "Dinner", "label-zh_hans": "晚餐"})
    sent |= {f"options-{n}-id": str(option.id) for n, option in enumerate(made.options)}
    assert editor.post(one, data=sent).status_code == 303
    (now,) = _known(app, place)
    assert (now.label.get("en"), now.version, now.required) == ("Dinner", 2, False)
    assert [option.id for option in now.options] == [option.id for option in made.options]
    for lang, word in (("en", "Dinner"), ("zh-Hant", "午餐"), ("zh-Hans", "晚餐")):
        preview = editor.get(f"{place.base}/preview?in={lang}")
        assert preview.status_code == 200
        assert word in preview.text
    assert editor.get(place.base).text.startswith('<!doctype html>\n<html lang="en">')


def test_bad_input_is_answered_in_words_with_everything_kept(
    app: Flask, editor: FlaskClient, place: Place
) -> None:
    address = f"{place.base}/new?kind=one"
    for typed, says in (
        ({"label-en": "", "label-zh_hant": ""}, "Enter the question in one language at least"),
        ({"label-en": "x" * 201}, "Shorten this to at most 200 characters; it has 201"),
        ({"keep_days": "0"}, "Enter a whole number from 1 to 3660"),
        ({"keep_days": ""}, "Enter for how many days after the event the answers are kept"),
        ({"options-0-places": "many"}, "Enter a whole number from 0 to 100000"),
        ({"options-1-en": "", "options-1-places": "3"}, "Enter what can be chosen"),
        ({"options-0-en": "", "options-0-places": "", "options-1-en": ""}, "at least one answer"),
        ({"which_types": "some"}, "Tick at least one ticket type"),
        ({"which_types": "none"}, "Choose one from the list"),
        ({"per": "nobody"}, "Choose one from the list"),
        ({"needs": "nonsense"}, "Choose answers of one question only"),
    ):
        sent = form_of(editor, address) | _typed(QuestionKind.ONE, **{"hint-en": "Kept"}) | typed
        answered = editor.post(address, data=sent)
        assert answered.status_code == 422, typed
        assert says in answered.text, (typed, re.findall(r'class="err".*', answered.text))
        assert "There is a problem" in answered.text
        assert 'value="Kept"' in answered.text
    assert _known(app, place) == []
    assert editor.get(f"{place.base}/new?kind=poem").status_code == 404


def test_the_small_buttons_of_choices_keep_what_was_typed(
    app: Flask, editor: FlaskClient, place: Place
) -> None:
    address = f"{place.base}/new?kind=several"

    def _after(wish: str) -> list[str]:
        sent = form_of(editor, address) | _typed(QuestionKind.SEVERAL, row=wish)
        shown = editor.post(address, data=sent)
        assert shown.status_code == 200, wish
        assert "午餐" in shown.text
        return re.findall(r'name="options-\d+-en"[^>]*value="([^"]*)"', shown.text)

    assert _after("up-1") == ["None", "Fish", ""]
    assert _after("down-0") == ["None", "Fish", ""]
    assert _after("remove-0") == ["None", ""]
    assert len(_after("more")) == 6
    for odd in ("up-0", "down-99", "remove-x", "remove-１", "-", "up--1"):
        assert _after(odd) == ["Fish", "None", ""]
    assert _known(app, place) == []


def test_ready_questions_come_in_three_languages_with_what_follows(
    app: Flask, editor: FlaskClient, place: Place
) -> None:
    token = form_of(editor, place.base)
    for key in READY:
        done = editor.post(f"{place.base}/ready", data=token | {"ready": key})
        assert done.status_code == 303, key
    made = _known(app, place)
    assert len(made) == len(READY) + 2
    for one in made:
        texts = [one.label, *(option.label for option in one.options)]
        assert not any(text.missing(("en", "zh-Hant", "zh-Hans")) for text in texts)
    by_label = {one.label.get("en"): one for one in made}
    access = by_label["Do you need any arrangement so that you can take part fully?"]
    details = by_label["What do you need?"]
    assert (details.needs_id, details.needs_values) == (access.id, ("yes",))
    assert access.data_class is DataClass.SENSITIVE
    kitchen = by_label["What should the kitchen know?"]
    other = by_label["Dietary needs"].options[-1]
    assert kitchen.needs_values == (str(other.id),)
    listed = editor.get(place.base).text
    assert "Only after “Yes” to “Do you need any arrangement" in listed
    assert editor.post(f"{place.base}/ready", data=token | {"ready": "x"}).status_code == 404
    preview = editor.get(f"{place.base}/preview?in=zh-Hant").text
    assert "職銜" in preview
    assert "如果你" in preview or "If you answered" in preview


def test_order_withdrawing_and_deleting(app: Flask, editor: FlaskClient, place: Place) -> None:
    with app.app_context():
        one, two = make_lunch(place.event_id), make_question(place.event_id, label="Industry")
        who = attendee(answers=[answer(one, 0)])
        service.register(ANONYMOUS, place.event_id, who, form_key=None, now=NOW)
    token = form_of(editor, place.base)

    def _post(rest: str, **data: str) -> int:
        return editor.post(f"{place.base}/{rest}", data=token | data).status_code

    assert _post(f"{two.id}/move", step="up") == 303
    assert [asked.id for asked in _known(app, place)] == [two.id, one.id]
    assert _post("order", ids=f"{one.id} {two.id} nonsense") == 303
    assert [asked.id for asked in _known(app, place)] == [one.id, two.id]
    kept = editor.get(f"{place.base}/{one.id}/delete").text
    assert "It has one answer, so it stays." in kept
    assert _post(f"{one.id}/delete") == 409
    assert _post(f"{one.id}/withdraw") == 303
    assert "Asked no more" in editor.get(place.base).text
    assert _post(f"{one.id}/withdraw", again="1") == 303
    assert "Nobody has answered it." in editor.get(f"{place.base}/{two.id}/delete").text
    assert _post(f"{two.id}/delete") == 303
    assert [asked.id for asked in _known(app, place)] == [one.id]


def test_what_others_depend_on_is_not_withdrawn_and_says_why(
    app: Flask, editor: FlaskClient, place: Place
) -> None:
    with app.app_context():
        access = make_question(place.event_id, QuestionKind.YES_NO, "Access needs?")
    address = f"{place.base}/new?kind=text"
    sent = form_of(editor, address) | _typed(QuestionKind.TEXT, needs=f"{access.id}:yes")
    assert editor.post(address, data=sent).status_code == 303
    assert _known(app, place)[1].needs_values == ("yes",)
    stays = editor.post(
        f"{place.base}/{access.id}/withdraw",
        data=form_of(editor, place.base),
        follow_redirects=True,
    )
    assert "“Lunch” is shown only after an answer to this question." in stays.text


def test_places_below_those_taken_are_refused_at_their_box(
    app: Flask, editor: FlaskClient, place: Place
) -> None:
    with app.app_context():
        lunch = make_lunch(place.event_id, places=5)
        for _ in range(2):
            who = attendee(answers=[answer(lunch, 0)])
            service.register(ANONYMOUS, place.event_id, who, form_key=None, now=NOW)
    one = f"{place.base}/{lunch.id}"
    sent = form_of(editor, one) | _typed(QuestionKind.ONE, **{"options-0-places": "1"})
    sent |= {f"options-{n}-id": str(option.id) for n, option in enumerate(lunch.options)}
    refused = editor.post(one, data=sent)
    assert refused.status_code == 409
    assert "2 seats are taken. Enter 2 or more." in refused.text
    assert 'href="#options-0-places"' in refused.text


def test_two_editors_of_one_question(app: Flask, editor: FlaskClient, place: Place) -> None:
    with app.app_context():
        made = make_question(place.event_id)
    one = f"{place.base}/{made.id}"
    first, second = form_of(editor, one), form_of(editor, one)
    typed = _typed(QuestionKind.TEXT)
    assert editor.post(one, data=first | typed).status_code == 303
    late = editor.post(one, data=second | typed | {"label-en": "Mine"})
    assert late.status_code == 409
    assert "Changed by somebody else while you were typing" in late.text
    assert 'value="Mine"' in late.text
    again = dict(re.findall(r'name="(revision)"[^>]*value="(\d+)"', late.text))
    saved = editor.post(one, data=second | typed | {"label-en": "Mine", "once": "n"} | again)
    assert saved.status_code == 303
    with app.app_context():
        assert question(place.event_id, made.id).label.get("en") == "Mine"


def test_questions_of_another_event_are_not_there(
    app: Flask, editor: FlaskClient, place: Place
) -> None:
    with app.app_context():
        foreign = make_question(make_event().id)
    token = form_of(editor, place.base)
    for rest in ("", "/delete"):
        assert editor.get(f"{place.base}/{foreign.id}{rest}").status_code == 404
        assert editor.post(f"{place.base}/{foreign.id}{rest}", data=token).status_code == 404
    for rest in ("/move", "/withdraw"):
        assert editor.post(f"{place.base}/{foreign.id}{rest}", data=token).status_code == 404
    order = editor.post(f"{place.base}/order", data=token | {"ids": str(foreign.id)})
    assert order.status_code == 404


def test_registrars_see_answers_and_viewers_nothing(
    app: Flask, client: FlaskClient, place: Place
) -> None:
    with app.app_context():
        lunch = make_lunch(place.event_id)
        diet = make_question(place.event_id, label="Diet", data_class=DataClass.SENSITIVE)
        who = attendee("a", answers=[answer(lunch, 0), answer(diet, "<b>No nuts</b>")])
        service.register(ANONYMOUS, place.event_id, who, form_key=None, now=NOW)
    _member(app, client, place, Role.REGISTRAR)
    page = client.get(f"/manage/{place.slug}/registrations/answers").text
    assert "1 / 40" in page
    assert "&lt;b&gt;No nuts&lt;/b&gt;" in page
    assert client.get(place.base).status_code == 403
    viewer = _member(app, app.test_client(), place, Role.VIEWER)
    assert viewer.get(f"/manage/{place.slug}/registrations/answers").status_code == 403


@pytest.mark.parametrize("number", [1, 30])
def test_the_lists_take_as_many_statements_for_one_as_for_thirty(
    app: Flask, editor: FlaskClient, place: Place, number: int
) -> None:
    with app.app_context():
        asked = [make_lunch(place.event_id, places=90) for _ in range(number)]
        who = attendee(answers=[answer(one, 0) for one in asked])
        service.register(ANONYMOUS, place.event_id, who, form_key=None, now=NOW)
        engine = db.engine
        assert len(all_questions(place.event_id, withdrawn=True)) == number
    for rest, most in (("questions", 10), ("answers", 12), ("questions/preview", 12)):
        address = f"/manage/{place.slug}/registrations/{rest}"
        editor.get(address)
        with counted_statements(engine) as seen:
            assert editor.get(address).status_code == 200
        assert len(seen) <= most, (rest, len(seen))
