"""A form of the back office is taken once, however often its button is pressed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from forum.core import sent_forms
from forum.core.db import counted_statements, db, writing
from forum.core.http import once
from forum.core.sent_forms import SentForm
from forum.events.models import Event
from forum.people.models import Organisation
from tests.events.browsing import Member, SeenForm
from tests.factories import NOW, make_organisation
from tests.people.signing_in import csrf_of
from tests.races.crowd import all_at_once

NEW = "/manage/new"
TYPED = {
    "title-en": "Sample Day",
    "first_day": "2026-12-08",
    "start_time": "09:00",
    "end_time": "13:00",
    "capacity": "220",
}


@pytest.fixture
def organisation(app: Flask) -> Organisation:
    with app.app_context():
        return make_organisation()


@pytest.fixture
def owner(app: Flask, organisation: Organisation) -> Member:
    return Member(app, organisation)


def events(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.count()).select_from(Event)) or 0


def sent(app: Flask) -> list[SentForm]:
    with app.app_context():
        return list(db.session.scalars(sa.select(SentForm)))


def token_in(form: SeenForm) -> str:
    return dict(form.values)["once"]


def unfinished(app: Flask, age: timedelta = timedelta()) -> None:
    """Let the one form that was sent look as if it were still being saved."""
    moment = sent(app)[0].sent_at - age
    with app.app_context(), writing() as session:
        session.execute(sa.update(SentForm).values(leads_to=None, sent_at=moment))


def fail(*_: Any, **__: Any) -> None:
    raise LookupError


def same_from(app: Flask, owner: Member, form: SeenForm) -> TestResponse:
    """Send the form once more by another connection of the same browser."""
    client = app.test_client()
    client._cookies = dict(owner.client._cookies)
    return client.post(NEW, data=dict(form.values) | TYPED)


@pytest.mark.both_databases
def test_a_form_sent_twice_makes_one_event_and_both_lead_to_it(app: Flask, owner: Member):
    form = owner.form(NEW)
    first, second = owner.send(NEW, form, **TYPED), owner.send(NEW, form, **TYPED)
    assert first.status_code == second.status_code == 303
    assert first.location == second.location == "/manage/sample-day/"
    assert events(app) == 1


def test_the_control_without_the_token_makes_two(app: Flask, owner: Member):
    form = owner.form(NEW)
    for _ in range(2):
        assert owner.send(NEW, form, **TYPED | {"once": ""}).status_code == 303
    assert events(app) == 2
    assert sent(app) == []


def test_the_control_of_eight_presses_without_the_token_makes_eight(app: Flask, owner: Member):
    form = owner.form(NEW)
    form.values = [(name, value) for name, value in form.values if name != "once"]
    all_at_once(app, 8, lambda _: same_from(app, owner, form))
    assert events(app) == 8


@pytest.mark.both_databases
def test_eight_presses_at_one_moment_make_one_event(app: Flask, owner: Member):
    form = owner.form(NEW)
    answers = all_at_once(app, 8, lambda _: same_from(app, owner, form))
    assert [getattr(one, "location", one) for one in answers] == ["/manage/sample-day/"] * 8
    assert events(app) == 1


@pytest.mark.both_databases
def test_a_form_that_was_refused_can_be_corrected_and_sent(app: Flask, owner: Member):
    form = owner.form(NEW)
    refused = owner.send(NEW, form, **TYPED | {"capacity": "many"})
    assert refused.status_code == 422
    assert sent(app) == []
    shown = owner.form_in(refused)
    assert token_in(shown) == token_in(form)
    assert owner.send(NEW, shown, **TYPED).status_code == 303
    assert events(app) == 1


def test_a_form_that_failed_can_be_sent_again_as_it_is(
    app: Flask, owner: Member, monkeypatch: pytest.MonkeyPatch
):
    form = owner.form(NEW)
    with monkeypatch.context() as broken:
        broken.setattr("forum.events.service.create_event", fail)
        assert owner.send(NEW, form, **TYPED).status_code == 500
    assert sent(app) == []
    assert owner.send(NEW, form, **TYPED).status_code == 303


def test_what_was_typed_otherwise_is_another_form_and_is_not_lost(app: Flask, owner: Member):
    form = owner.form(NEW)
    first = owner.send(NEW, form, **TYPED)
    second = owner.send(NEW, form, **TYPED | {"title-en": "Another Day"})
    assert (first.location, second.location) == ("/manage/sample-day/", "/manage/another-day/")


def test_each_page_has_its_own_token(owner: Member):
    assert token_in(owner.form(NEW)) != token_in(owner.form(NEW))


def test_one_members_form_says_nothing_of_anothers(
    app: Flask, owner: Member, organisation: Organisation
):
    other = Member(app, organisation)
    form = owner.form(NEW)
    owner.send(NEW, form, **TYPED)
    answer = other.send(NEW, other.form(NEW), **TYPED | {"once": token_in(form)})
    assert answer.location == "/manage/sample-day-2/"


@pytest.mark.both_databases
def test_who_waits_in_vain_is_told_to_look(
    app: Flask, owner: Member, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(once, "NAPS", 1)
    form = owner.form(NEW)
    owner.send(NEW, form, **TYPED)
    unfinished(app)
    answer = owner.send(NEW, form, **TYPED)
    assert answer.status_code == 409
    assert "This form is being saved. Look in the list before you send it again." in answer.text
    assert events(app) == 1


@pytest.mark.both_databases
def test_what_a_dead_process_left_behind_is_taken_over(app: Flask, owner: Member):
    form = owner.form(NEW)
    owner.send(NEW, form, **TYPED)
    unfinished(app, age=timedelta(seconds=31))
    answer = owner.send(NEW, form, **TYPED)
    assert answer.location == "/manage/sample-day-2/"
    assert [one.leads_to for one in sent(app)] == ["/manage/sample-day-2/"]


def test_a_post_with_a_bad_form_token_takes_nothing(app: Flask, owner: Member):
    form = owner.form(NEW)
    answer = owner.send(NEW, form, **TYPED | {"csrf_token": "forged"})
    assert answer.status_code == 400
    assert sent(app) == []
    assert owner.send(NEW, form, **TYPED).status_code == 303


def test_an_anonymous_post_takes_nothing(app: Flask):
    client = app.test_client()
    token = csrf_of(client.get("/sign-in"))
    with app.app_context(), counted_statements(db.engine) as seen:
        answer = client.post(NEW, data=TYPED | {"csrf_token": token, "once": "sample"})
    assert answer.status_code == 303
    assert answer.location.startswith("/sign-in")
    assert not [one for one in seen if "sent_form" in one]


@pytest.mark.parametrize("token", ["", "x" * (once.LONGEST_TOKEN + 1)])
def test_a_form_without_a_token_of_ours_costs_nothing(app: Flask, owner: Member, token: str):
    form = owner.form(NEW)
    with app.app_context(), counted_statements(db.engine) as seen:
        owner.send(NEW, form, **TYPED | {"once": token})
    assert not [one for one in seen if "sent_form" in one]


def test_outside_the_back_office_nothing_is_taken(app: Flask, owner: Member):
    form = owner.form("/account", having="name")
    answer = owner.send("/account", form, name="Sample", once="sample")
    assert answer.status_code == 303
    assert sent(app) == []


@pytest.mark.both_databases
@pytest.mark.usefixtures("in_app")
def test_forms_are_forgotten_after_two_days():
    old, young = NOW - timedelta(days=2, seconds=1), NOW - timedelta(days=1)
    for number, moment in enumerate((old, young)):
        assert sent_forms.claim(bytes([number]) * 32, moment)
    sent_forms.sweep(NOW)
    assert [one.sent_at for one in db.session.scalars(sa.select(SentForm))] == [young]


@pytest.mark.both_databases
@pytest.mark.usefixtures("in_app")
def test_who_was_overtaken_neither_notes_nor_forgets_the_form():
    name = bytes(32)
    slow = sent_forms.claim(name, NOW)
    assert slow
    assert sent_forms.claim(name, NOW + timedelta(seconds=30)) is None
    assert sent_forms.claim(name, NOW + timedelta(seconds=31))
    sent_forms.settle(slow, "/manage/slow/")
    sent_forms.release(slow)
    found = sent_forms.find(name)
    assert found == sent_forms.Sent(name, NOW + timedelta(seconds=31))
