"""Questions, consents and statements on the public form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from forum.core.actor import SYSTEM
from forum.core.db import counted_statements, db
from forum.events.models import Event
from forum.registrations.models import Answer, AnswerFile, Consent, Registration, TicketType
from forum.registrations.rules import AskedPer, ConsentPurpose, ConsentSource, QuestionKind
from forum.registrations.service.wordings import set_wording, withdraw_wording
from tests.factories import NOW, make_event, make_partner, text
from tests.registrations.desk import form_of, guest, hidden_fields
from tests.registrations.questioning import make_lunch, make_question, taken
from tests.registrations.ticket_types import agreed, make_type, turn

pytestmark = pytest.mark.both_databases
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\nstartxref\n0\n%%EOF\n"


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def stage(app: Flask) -> dict[str, Any]:
    """An event and its form's address."""
    with app.app_context():
        event = make_event()
        return {"id": event.id, "form": f"/en/e/{event.slug}/register"}


def send(client: FlaskClient, form: str, **typed: Any) -> TestResponse:
    """Open the form and send it."""
    return client.post(form, data=form_of(client, form) | guest() | typed)


def answers(app: Flask) -> list[tuple[str, UUID | None, list[Any]]]:
    """Return wording, registration and value of every answer."""
    with app.app_context():
        rows = db.session.scalars(
            sa.select(Answer).order_by(Answer.answered_at, Answer.registration_id)
        )
        return [(str(one.question_id), one.registration_id, one.value) for one in rows]


def came(app: Flask) -> int:
    """Return how many registrations there are."""
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.count()).select_from(Registration)) or 0


def test_a_question_stands_on_the_form_and_its_answer_in_the_booking(
    app: Flask, client: FlaskClient, stage: dict[str, Any]
) -> None:
    with app.app_context():
        asked = make_question(stage["id"], required=True)
    page = client.get(stage["form"]).text
    assert "Job title" in page
    assert "multipart" not in page
    refused = send(client, stage["form"])
    assert refused.status_code == 422
    assert "Enter an answer to “Job title”" in refused.text
    assert 'value="Sample Guest 1"' in refused.text
    assert came(app) == 0
    assert send(client, stage["form"], **{f"q-{asked.id}": " Engineer "}).status_code == 303
    ((question, registration, value),) = answers(app)
    assert (question, value) == (str(asked.id), ["Engineer"])
    assert registration is not None


def test_a_question_that_appears_only_when_needed_is_asked_only_then(
    app: Flask, client: FlaskClient, stage: dict[str, Any]
) -> None:
    with app.app_context():
        needs = make_question(stage["id"], QuestionKind.YES_NO, "Do you need help?")
        what = make_question(
            stage["id"], label="What help?", required=True, needs_id=needs.id, needs_values=("yes",)
        )
    first, second = f"q-{needs.id}", f"q-{what.id}"
    assert send(client, stage["form"], **{first: "yes"}).status_code == 422
    assert send(client, stage["form"], **{first: "no", second: "unseen"}).status_code == 303
    assert [value for _, _, value in answers(app)] == [["no"]]
    typed = {**guest(2), first: "yes", second: "A ramp"}
    assert send(app.test_client(), stage["form"], **typed).status_code == 303
    assert sorted(value[0] for _, _, value in answers(app)) == ["A ramp", "no", "yes"]


def test_the_last_lunch_goes_to_one_and_the_other_is_told_at_the_box(
    app: Flask, client: FlaskClient, stage: dict[str, Any]
) -> None:
    with app.app_context():
        lunch = make_lunch(stage["id"], places=1)
    name, meal, none = f"q-{lunch.id}", str(lunch.options[0].id), str(lunch.options[1].id)
    late = app.test_client()
    typed = form_of(late, stage["form"]) | guest(2) | {name: meal}
    assert send(client, stage["form"], **{name: meal}).status_code == 303
    refused = late.post(stage["form"], data=typed)
    assert refused.status_code in {409, 422}
    assert refused.text.count("The last place of “Vegetarian” has just been taken.") == 2
    assert 'value="Sample Guest 2"' in refused.text
    assert came(app) == 1
    assert re.search(rf'value="{meal}"[^>]*disabled', refused.text)
    shown = app.test_client().get(stage["form"]).text
    assert re.search(rf'value="{meal}"[^>]*disabled', shown)
    assert late.post(stage["form"], data=typed | {name: none}).status_code == 303
    with app.app_context():
        assert taken(lunch) == (1, 1)
        agreed()


def test_each_person_of_a_group_answers_and_the_booking_once(
    app: Flask, client: FlaskClient, stage: dict[str, Any]
) -> None:
    with app.app_context():
        turn(db.session.scalars(sa.select(TicketType.id)).one(), name="General")
        diet = make_question(stage["id"], label="Dietary needs")
        how = make_question(stage["id"], label="How did you hear?", per=AskedPer.BOOKING)
    person = {f"people-0-{key}": value for key, value in guest(2).items()}
    page = send(client, stage["form"], **person, choose="1").text
    assert page.count("Dietary needs") == 2
    assert page.count("How did you hear?") == 1
    assert came(app) == 0
    typed = {
        f"q-{diet.id}": "None",
        f"people-0-q-{diet.id}": "Vegan",
        f"all-q-{how.id}": "A friend",
    }
    assert send(client, stage["form"], **person, **typed).status_code == 303
    found = answers(app)
    assert sorted(value[0] for _, _, value in found) == ["A friend", "None", "Vegan"]
    assert len({one for _, one, _ in found}) == 3
    assert {value[0] for _, one, value in found if one is None} == {"A friend"}


def test_a_type_with_questions_of_its_own_shows_them_before_it_is_taken(
    app: Flask, client: FlaskClient, stage: dict[str, Any]
) -> None:
    with app.app_context():
        press = make_type(stage["id"], "Press", most_per_booking=1)
        asked = make_question(stage["id"], label="Your paper", type_ids=frozenset({press}))
    assert "Your paper" not in client.get(stage["form"]).text
    answer = send(client, stage["form"], type="2")
    assert answer.status_code == 422
    assert "Your choice asks for more: look the form over and send it again." in answer.text
    assert "There is a problem" not in answer.text
    typed = hidden_fields(answer.text) | guest() | {"type": "2", f"q-{asked.id}": "Sample Post"}
    assert client.post(stage["form"], data=typed).status_code == 303
    assert [value for _, _, value in answers(app)] == [["Sample Post"]]


def test_a_file_is_kept_while_the_form_comes_back(
    app: Flask, client: FlaskClient, stage: dict[str, Any]
) -> None:
    with app.app_context():
        asked = make_question(stage["id"], QuestionKind.FILE, "Your letter", required=True)
    page = client.get(stage["form"]).text
    assert 'enctype="multipart/form-data"' in page
    name = f"q-{asked.id}"
    typed = hidden_fields(page) | guest(name="") | {name: (BytesIO(PDF), "letter.pdf")}
    refused = client.post(stage["form"], data=typed, content_type="multipart/form-data")
    assert refused.status_code == 422
    assert "“letter.pdf” is kept." in refused.text
    again = hidden_fields(refused.text) | guest()
    answer = client.post(stage["form"], data=again, content_type="multipart/form-data")
    assert answer.status_code == 303
    with app.app_context():
        assert len(db.session.scalars(sa.select(AnswerFile)).all()) == 1
    ((_, _, value),) = answers(app)
    assert value[0]["name"] == "letter.pdf"


@pytest.fixture
def worded(app: Flask, stage: dict[str, Any]) -> dict[str, Any]:
    """The event with a statement and three consents of its own."""
    with app.app_context():
        event = db.session.get_one(Event, stage["id"])
        partner = make_partner(event, name=text("Sample Post"))
        purposes = (
            (ConsentPurpose.COLLECTION, None, "We use your name to run this."),
            (ConsentPurpose.MARKETING, None, "Write to me."),
            (ConsentPurpose.PARTNER, partner.id, "Give my name to Sample Post."),
            (ConsentPurpose.PHOTO, None, "Photograph me."),
        )
        for purpose, partner_id, words in purposes:
            set_wording(SYSTEM, stage["id"], purpose, partner_id, text(words), NOW)
    return stage


def consents(app: Flask) -> list[Consent]:
    """Return every consent."""
    with app.app_context():
        return list(db.session.scalars(sa.select(Consent).order_by(Consent.purpose)))


def boxes(page: str) -> list[str]:
    """Return the names of the boxes of consents, in order; none is ticked."""
    tags = re.findall(r'<input[^>]*name="(consent-[^"]+)"([^>]*)>', page)
    assert not any("checked" in rest for _, rest in tags)
    return [name for name, _ in tags]


def test_consents_have_boxes_of_their_own_that_nobody_has_ticked(
    app: Flask, client: FlaskClient, worded: dict[str, Any]
) -> None:
    page = client.get(worded["form"]).text
    assert len(boxes(page)) == 3
    assert "We use your name to run this." in page
    assert 'name="marketing"' not in page
    assert page.index("We use your name") < page.index('class="btn main"')
    assert send(client, worded["form"]).status_code == 303
    (stated,) = consents(app)
    assert stated.purpose is ConsentPurpose.COLLECTION


def test_what_is_agreed_to_is_kept_with_wording_recipient_language_and_source(
    app: Flask, client: FlaskClient, worded: dict[str, Any]
) -> None:
    form = worded["form"].replace("/en/", "/zh-hant/")
    page = client.get(form).text
    partner = boxes(page)[1]
    assert client.post(form, data=hidden_fields(page) | guest() | {partner: "y"}).status_code == 303
    kept = {one.purpose: one for one in consents(app)}
    assert set(kept) == {ConsentPurpose.COLLECTION, ConsentPurpose.PARTNER}
    one = kept[ConsentPurpose.PARTNER]
    assert one.wording == "Give my name to Sample Post.（繁）"
    assert one.recipient == "Sample Post（繁）"
    assert one.partner_id is not None
    assert f"consent-{one.wording_id}" == partner
    assert (one.lang, one.source) == ("zh-Hant", ConsentSource.FORM)


def test_a_box_stays_ticked_while_the_form_comes_back(
    client: FlaskClient, worded: dict[str, Any]
) -> None:
    page = client.get(worded["form"]).text
    box = boxes(page)[0]
    typed = hidden_fields(page) | guest(name="") | {box: "y"}
    refused = client.post(worded["form"], data=typed).text
    assert re.search(rf'name="{box}"[^>]*checked', refused)


def test_words_that_changed_meanwhile_are_shown_before_anybody_agrees(
    app: Flask, client: FlaskClient, worded: dict[str, Any]
) -> None:
    page = client.get(worded["form"]).text
    typed = hidden_fields(page) | guest() | {boxes(page)[0]: "y"}
    with app.app_context():
        new = text("Write to me every day.")
        set_wording(SYSTEM, worded["id"], ConsentPurpose.MARKETING, None, new, NOW)
    answer = client.post(worded["form"], data=typed)
    assert answer.status_code == 422
    assert "has changed meanwhile" in answer.text
    assert "Write to me every day." in answer.text
    assert "checked" not in answer.text
    assert consents(app) == []
    again = hidden_fields(answer.text) | guest()
    assert client.post(worded["form"], data=again).status_code == 303


def test_the_usual_sentence_comes_back_when_the_last_wording_goes(
    app: Flask, client: FlaskClient, stage: dict[str, Any]
) -> None:
    with app.app_context():
        set_wording(SYSTEM, stage["id"], ConsentPurpose.PHOTO, None, text("Photograph me."), NOW)
    assert "Photograph me." in client.get(stage["form"]).text
    with app.app_context():
        withdraw_wording(SYSTEM, stage["id"], ConsentPurpose.PHOTO, None, NOW)
    page = client.get(stage["form"]).text
    assert "Photograph me." not in page
    assert 'name="marketing"' in page


def test_a_wording_for_one_purpose_does_not_take_the_box_of_another_away(
    app: Flask, client: FlaskClient, stage: dict[str, Any]
) -> None:
    with app.app_context():
        set_wording(SYSTEM, stage["id"], ConsentPurpose.PHOTO, None, text("Photograph me."), NOW)
    page = client.get(stage["form"]).text
    assert 'name="marketing"' in page
    typed = hidden_fields(page) | guest(marketing="y") | {boxes(page)[0]: "y"}
    assert client.post(stage["form"], data=typed).status_code == 303
    own, photo = consents(app)
    assert (own.purpose, photo.purpose) == (ConsentPurpose.MARKETING, ConsentPurpose.PHOTO)
    assert own.wording == "Tell me by email about later events of the organiser"
    assert own.wording_id is None


def test_who_stopped_asking_for_marketing_is_not_asked_in_other_words(
    app: Flask, client: FlaskClient, stage: dict[str, Any]
) -> None:
    with app.app_context():
        set_wording(SYSTEM, stage["id"], ConsentPurpose.MARKETING, None, text("Write to me."), NOW)
        withdraw_wording(SYSTEM, stage["id"], ConsentPurpose.MARKETING, None, NOW)
    page = client.get(stage["form"]).text
    assert 'name="marketing"' not in page
    sent = client.post(stage["form"], data=hidden_fields(page) | guest(marketing="y"))
    assert sent.status_code == 303
    assert consents(app) == []


def test_who_stays_away_agrees_for_nobody(
    app: Flask, client: FlaskClient, worded: dict[str, Any]
) -> None:
    with app.app_context():
        turn(db.session.scalars(sa.select(TicketType.id)).one(), name="General")
    page = client.get(worded["form"]).text
    away = {"stays_away": "y", "contact_name": "Sample PA", "contact_email": "pa@example.com"}
    typed = hidden_fields(page) | guest() | away | dict.fromkeys(boxes(page), "y")
    assert client.post(worded["form"], data=typed).status_code == 303
    assert [one.purpose for one in consents(app)] == [ConsentPurpose.COLLECTION]


def test_questions_and_people_cost_no_more_statements(
    app: Flask, client: FlaskClient, stage: dict[str, Any]
) -> None:
    with app.app_context():
        engine = db.engine
        turn(db.session.scalars(sa.select(TicketType.id)).one(), name="General")
        few = [make_question(stage["id"], label="First")]
    assert send(client, stage["form"]).status_code == 303
    counted = []
    for size in (1, 3):
        typed: dict[str, Any] = {**guest(f"{size}-0")}
        for place in range(size):
            mine = guest(f"{size}-{place + 1}")
            typed |= {f"people-{place}-{key}": value for key, value in mine.items()}
            typed |= {f"people-{place}-q-{one.id}": "x" for one in few}
        visitor = app.test_client()
        data = form_of(visitor, stage["form"]) | typed
        with counted_statements(engine) as seen:
            assert visitor.post(stage["form"], data=data).status_code == 303
        counted.append(len(seen))
        with app.app_context():
            few += [make_question(stage["id"], label=f"More {n}") for n in range(10)]
    assert counted[0] == counted[1], counted
