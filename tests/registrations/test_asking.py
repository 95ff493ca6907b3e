"""Questions as fields: what each kind takes, what is shown when, whatever is posted."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask, render_template_string
from flask_wtf import FlaskForm
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from forum.core.text import Text
from forum.registrations.asking import FileAnswer, Sheet, ask, countries, keep_files, said
from forum.registrations.queries.answer_files import answer_files
from forum.registrations.queries.answers import AnswerShown
from forum.registrations.queries.questions import AskedOption, AskedQuestion, questions_for
from forum.registrations.rules import (
    WITH_OPTIONS,
    AskedPer,
    DataClass,
    QuestionKind,
    clean_phone,
    shown_ids,
)
from forum.registrations.service import ChoiceFull
from forum.registrations.service.answer_files import Sender
from tests.factories import NOW, make_event, text
from tests.registrations.questioning import make_question

PAGE = """{% from "registrations/_questions.html" import asked %}
{%- from "ui/macros/fields.html" import problem %}{{ problem(form) }}{{ asked(sheet) }}"""


def asked_one(kind: QuestionKind, label: str = "Sample", **more: Any) -> AskedQuestion:
    values: dict[str, Any] = {
        "id": uuid4(),
        "version_id": uuid4(),
        "kind": kind,
        "per": AskedPer.ATTENDEE,
        "position": 0,
        "required": False,
        "label": text(label),
        "hint": Text(),
        "data_class": DataClass.ORDINARY,
        "keep_days": 30,
        "needs_id": None,
        "needs_values": (),
        "type_ids": None,
        "version": 1,
        "revision": 1,
    }
    if kind in WITH_OPTIONS:
        values["options"] = (
            AskedOption(uuid4(), text("Fish"), uuid4(), 40, 35),
            AskedOption(uuid4(), text("Meat"), uuid4(), 10, 10),
            AskedOption(uuid4(), text("None")),
        )
    return AskedQuestion(**(values | more))


@pytest.fixture
def plain(app: Flask) -> Iterator[Flask]:
    app.config["WTF_CSRF_ENABLED"] = False
    return app


def sent(
    app: Flask, questions: list[AskedQuestion], posted: Mapping[str, Any], **more: Any
) -> tuple[bool, Sheet, str]:
    """Post values by question and return whether they are good, the sheet, and its page."""
    with app.test_request_context(method="POST", data=posted):
        form = FlaskForm()
        sheet = ask(form, questions, order=("en", "zh-Hant", "zh-Hans"), **more)
        good = bool(form.validate())
        page = render_template_string(PAGE, form=form, sheet=sheet)
        return good, sheet, page


def value_of(app: Flask, one: AskedQuestion, *typed: str) -> tuple[Any, ...] | str:
    """Return what is stored of a typed answer, or what is said of it."""
    good, sheet, page = sent(app, [one], MultiDict((f"q-{one.id}", it) for it in typed))
    if not good:
        assert 'aria-invalid="true"' in page
        assert "There is a problem" in page
        return str(sheet.fields[0].errors[0])
    return tuple(sheet.answers()[0].value) if sheet.answers() else ()


@pytest.mark.parametrize(
    ("kind", "typed", "stored"),
    [
        (QuestionKind.TEXT, " Chief\u200b  engineer ", ("Chief engineer",)),
        (QuestionKind.TEXT, "   ", ()),
        (QuestionKind.TEXT, "x" * 201, "Shorten this to at most 200 characters; it has 201"),
        (QuestionKind.LONG_TEXT, "a\r\n\r\n\r\n\r\nb ", ("a\n\nb",)),
        (QuestionKind.LONG_TEXT, "x" * 2001, "Shorten this to at most 2000 characters"),
        (QuestionKind.NUMBER, "１，２００", (1200,)),
        (QuestionKind.NUMBER, "-2.50", (-2.5,)),
        (QuestionKind.NUMBER, "1e9", "Enter a number in figures"),
        (QuestionKind.NUMBER, "٣", "Enter a number in figures"),
        (QuestionKind.NUMBER, "nan", "Enter a number in figures"),
        (QuestionKind.NUMBER, "9" * 50, "Enter a number in figures"),
        (QuestionKind.DATE, "２０２６-１２-０８", ("2026-12-08",)),
        (QuestionKind.DATE, "8/12/2026", ("2026-12-08",)),
        (QuestionKind.DATE, "2026年12月8日", ("2026-12-08",)),
        (QuestionKind.DATE, "2026-02-30", "Enter a day of the calendar"),
        (QuestionKind.DATE, "0001-01-01", "Enter a day of the calendar"),
        (QuestionKind.COUNTRY, "hk", ("HK",)),
        (QuestionKind.COUNTRY, "ZZ", "Choose one from the list"),
        (QuestionKind.PHONE, "＋852 2345‑6789", ("+85223456789",)),
        (QuestionKind.PHONE, "(00852) 2345.6789", ("+85223456789",)),
        (QuestionKind.PHONE, "2345 6789", ("23456789",)),
        (QuestionKind.PHONE, "call me", "Enter a phone number in figures"),
        (QuestionKind.PHONE, "123", "Enter a phone number in figures"),
        (QuestionKind.YES_NO, "yes", ("yes",)),
        (QuestionKind.YES_NO, "maybe", "Choose one from the list"),
        (QuestionKind.CONSENT, "y", ("yes",)),
        (QuestionKind.CONSENT, "", ()),
        (QuestionKind.ONE, "nonsense", "Choose one from the list"),
    ],
)
def test_each_kind_takes_what_people_type(
    plain: Flask, kind: QuestionKind, typed: str, stored: Any
) -> None:
    found = value_of(plain, asked_one(kind), typed)
    if isinstance(stored, str):
        assert stored in str(found)
    else:
        assert found == stored


@pytest.mark.parametrize("kind", list(QuestionKind))
def test_what_must_be_answered_is_asked_for_by_its_question(
    plain: Flask, kind: QuestionKind
) -> None:
    one = asked_one(kind, "Sample question", required=True)
    good, sheet, page = sent(plain, [one], {})
    assert not good
    assert "Sample question" in sheet.fields[0].errors[0]
    target = page.split('<a href="#')[1].split('"')[0]
    assert f'id="{target}"' in page
    assert "(optional)" not in page
    assert "(optional)" in sent(plain, [asked_one(kind)], {})[2]


def test_choices_one_several_full_and_few(plain: Flask) -> None:
    one, several = asked_one(QuestionKind.ONE), asked_one(QuestionKind.SEVERAL)
    fish, meat, none = (str(option.id) for option in one.options)
    assert value_of(plain, one, fish) == (fish,)
    assert value_of(plain, one, fish, none) == "Choose one answer only"
    many = tuple(str(option.id) for option in several.options)
    assert value_of(plain, several, *reversed(many)) == many
    page = sent(plain, [one], {f"q-{one.id}": meat})[2]
    assert "Fewer than 10 places left" in page
    assert f'value="{meat}" checked disabled' in page
    sheet = sent(plain, [one], {f"q-{one.id}": fish})[1]
    assert [choice.pool_id for choice in sheet.answers()[0].choices] == [one.options[0].pool_id]


def test_a_choice_without_places_is_not_demanded(plain: Flask) -> None:
    gone = AskedOption(uuid4(), text("Lunch"), uuid4(), 5, 5)
    one = asked_one(QuestionKind.ONE, required=True, options=(gone,))
    good, _, page = sent(plain, [one], {})
    assert good
    assert "No places are left." in page


def test_who_holds_a_place_may_keep_it_though_it_is_full_or_withdrawn(plain: Flask) -> None:
    one = asked_one(QuestionKind.ONE)
    meat, lost = one.options[1], uuid4()
    for held, label in ((meat.id, "Meat"), (lost, "Old choice")):
        shown = AnswerShown(
            one.id,
            one.version_id,
            one.kind,
            one.per,
            one.data_class,
            one.label,
            {str(meat.id): text("Meat"), str(lost): text("Old choice")},
            (str(held),),
            "en",
            NOW,
        )
        with plain.test_request_context():
            form = FlaskForm()
            sheet = ask(form, [one], order=("en",), given=[shown])
            page = render_template_string(PAGE, form=form, sheet=sheet)
            assert f'value="{held}" checked><span>{label}' in page
            assert said(shown, "en") == label
        good, sheet, _ = sent(plain, [one], {f"q-{one.id}": str(held)}, given=[shown])
        assert good
        assert sheet.answers()[0].value == (str(held),)


def test_the_last_place_that_went_meanwhile_is_said_at_its_question(plain: Flask) -> None:
    one = asked_one(QuestionKind.ONE)
    fish = one.options[0].id
    with plain.test_request_context(method="POST", data={f"p0-q-{one.id}": str(fish)}):
        form = FlaskForm()
        sheet = ask(form, [one], order=("en",), prefix="p0-")
        assert form.validate()
        assert not sheet.blame(ChoiceFull(uuid4()))
        assert sheet.blame(ChoiceFull(fish))
        page = render_template_string(PAGE, form=form, sheet=sheet)
    assert "The last place of “Fish” has just been taken. Choose another." in page
    assert f'value="{fish}" disabled' in page


def test_a_question_that_is_not_shown_is_neither_demanded_nor_kept(plain: Flask) -> None:
    access = asked_one(QuestionKind.YES_NO, "Access needs?")
    which = asked_one(
        QuestionKind.TEXT, "Which?", required=True, needs_id=access.id, needs_values=("yes",)
    )
    both = [access, which]
    good, sheet, page = sent(plain, both, {f"q-{access.id}": "no", f"q-{which.id}": "secret"})
    assert good
    assert [one.question_id for one in sheet.answers()] == [access.id]
    assert "If you answered “Yes” to “Access needs?”:" in page
    assert 'class="only-if"' in page
    good, sheet, page = sent(plain, both, {f"q-{access.id}": "yes"})
    assert not good
    assert 'class="only-if shown"' in page
    good, sheet, _ = sent(plain, both, {f"q-{access.id}": "yes", f"q-{which.id}": "A lift"})
    assert good
    assert len(sheet.answers()) == 2
    assert not sent(plain, [which], {f"q-{which.id}": "x"})[1].answers()


def test_conditions_follow_each_other_and_rings_show_nothing() -> None:
    one, two, three = (asked_one(QuestionKind.YES_NO) for _ in range(3))
    chain = [
        one,
        asked_one(QuestionKind.YES_NO, id=two.id, needs_id=one.id, needs_values=("yes",)),
        asked_one(QuestionKind.TEXT, id=three.id, needs_id=two.id, needs_values=("no",)),
    ]
    assert shown_ids(chain, {one.id: ["yes"], two.id: ["no"]}) == {one.id, two.id, three.id}
    assert shown_ids(chain, {one.id: ["no"], two.id: ["no"]}) == {one.id}
    ring = [
        asked_one(QuestionKind.YES_NO, id=one.id, needs_id=two.id),
        asked_one(QuestionKind.YES_NO, id=two.id, needs_id=one.id),
    ]
    assert shown_ids(ring, {one.id: ["yes"], two.id: ["yes"]}) == frozenset()


def test_countries_begin_where_most_guests_are_from(plain: Flask) -> None:
    for tag, first in (("en", "Hong Kong"), ("zh-Hant", "香港"), ("zh-Hans", "香港")):
        with plain.test_request_context(f"/?lang={tag}"):
            found = countries()
        assert [code for code, _ in found[:3]] == ["HK", "CN", "MO"]
        assert first in found[0][1] or tag != "en"
        assert len({code for code, _ in found}) == len(found) > 240


def _docx() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    return file.getvalue()


PDF = b"%PDF-1.7\nstartxref\n9\n%%EOF\n"
FILES = (
    (PDF, True),
    (b"\x89PNG\r\n\x1a\n....IEND\xaeB`\x82", True),
    (b"\xff\xd8\xff\xe0....\xff\xd9", True),
    (_docx(), True),
    (b"<html><script>alert(1)</script>", False),
    (b"PK\x03\x04 torn", False),
    (b"", False),
)


@pytest.mark.parametrize(("content", "good"), FILES)
def test_a_file_is_known_by_its_content_and_kept_when_the_form_comes_back(
    plain: Flask, content: bytes, good: bool
) -> None:
    with plain.app_context():
        event_id = make_event().id
        one = make_question(event_id, QuestionKind.FILE, "Letter", required=True)
        other = make_question(event_id, label="Job", required=True)
        questions = questions_for(event_id)
    name = f"q-{one.id}"

    def _send(posted: dict[str, Any]) -> tuple[bool, FileAnswer, str, Sheet]:
        with plain.test_request_context(method="POST", data=posted):
            form = FlaskForm()
            sheet = ask(form, questions, order=("en",))
            keep_files(event_id, [sheet], sender=Sender(), now=NOW)
            whole = bool(form.validate())
            field = sheet.fields[0]
            assert isinstance(field, FileAnswer)
            page = render_template_string(PAGE, form=form, sheet=sheet)
            return whole, field, page, sheet

    whole, field, page, _ = _send({name: (io.BytesIO(content), "..\\secret/brief <1>.pdf")})
    assert not whole
    if not good:
        assert "Choose a PDF, PNG, JPEG or DOCX." in page or "Choose a file for" in page
        return
    assert "“brief &lt;1&gt;.pdf” is kept." in page
    whole, field, _, sheet = _send({f"{name}-kept": field.token, f"q-{other.id}": "Engineer"})
    assert whole
    kept = UUID(sheet.answers()[0].value[0]["file"])
    with plain.app_context():
        assert answer_files(event_id, [kept])[kept].size == len(content)
    for forged in ("x" * 43, field.token[:-2] + "AA", ""):
        assert not _send({f"{name}-kept": forged, f"q-{other.id}": "Engineer"})[0]


def test_a_file_that_is_too_large_is_refused(plain: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forum.registrations.service.answer_files.LARGEST_ANSWER_FILE", 5000)
    with plain.app_context():
        event_id = make_event().id
        one = make_question(event_id, QuestionKind.FILE, "Letter")
    large = io.BytesIO(PDF + b" " * 5000)
    with plain.test_request_context(method="POST", data={f"q-{one.id}": (large, "l.pdf")}):
        form = FlaskForm()
        sheet = ask(form, [one], order=("en",))
        keep_files(event_id, [sheet], sender=Sender(), now=NOW)
        assert not form.validate()
        assert sheet.fields[0].errors == ["Choose a file of at most 5 MB"]


ANYTHING = st.one_of(
    st.text(max_size=60),
    st.sampled_from(["yes", "no", "HK", "2026-12-08", "1,200", "+852 2345 6789", "0" * 300]),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_posted_is_refused_in_words_or_stored_clean(
    plain: Flask, data: st.DataObject
) -> None:
    questions = [asked_one(kind, required=data.draw(st.booleans())) for kind in QuestionKind]
    opener = questions[list(QuestionKind).index(QuestionKind.YES_NO)]
    questions.append(
        asked_one(QuestionKind.TEXT, needs_id=opener.id, needs_values=("yes",), required=True)
    )
    known = [str(option.id) for one in questions for option in one.options]
    typed = st.one_of(ANYTHING, st.sampled_from(known))
    posted = MultiDict(
        (f"q-{one.id}", value)
        for one in questions
        for value in data.draw(st.lists(typed, max_size=3))
    )
    good, sheet, page = sent(plain, questions, posted)
    errors = [error for field in sheet.fields for error in field.errors]
    assert good is not bool(errors)
    assert all(errors)
    assert page.count('<li><a href="#') == len(errors)
    kinds = {one.id: one for one in questions}
    for answer in sheet.answers() if good else ():
        one = kinds[answer.question_id]
        values = [str(value) for value in answer.value]
        assert values
        assert all(
            (value == value.strip() and value.isprintable()) or "\n" in value for value in values
        )
        if one.kind in WITH_OPTIONS:
            assert set(values) <= {str(option.id) for option in one.options}
        if one.kind is QuestionKind.PHONE:
            assert clean_phone(values[0]) == values[0]
