"""The editor's pages of a session's places, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from forum.core.actor import SYSTEM
from forum.core.db import db
from forum.core.permissions import Role
from forum.people.models import Organisation
from forum.programme import service as programme
from forum.programme.models import Session
from forum.programme.rules import SessionState
from forum.registrations import service
from forum.registrations.recount import recount_places
from tests.factories import (
    NOW,
    attendee,
    make_event,
    make_member,
    make_workshop,
)
from tests.people.signing_in import sign_in
from tests.registrations.desk import form_of
from tests.registrations.own_schedule import Stage, built, press
from tests.registrations.signing_up import registered, sign_up, standing


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def stage(app: Flask) -> Stage:
    return built(app)


@pytest.fixture
def editor(app: Flask, client: FlaskClient, stage: Stage) -> FlaskClient:
    with app.app_context():
        organisation = db.session.get_one(Organisation, stage.organisation_id)
        sign_in(client, make_member(organisation, Role.OWNER))
    return client


def test_an_editor_sets_raises_and_lowers_places(
    app: Flask, editor: FlaskClient, stage: Stage
) -> None:
    address = f"/manage/{stage.slug}/programme/{stage.talk}/places"
    for typed, status, says in (
        ("", 422, "Enter how many places there are"),
        ("0", 422, "Enter a whole number from 1"),
        ("many", 422, "Enter a whole number from 1"),
        ("２", 303, ""),
    ):
        answer = editor.post(address, data=form_of(editor, address) | {"places": typed})
        assert answer.status_code == status, typed
        assert says in answer.text
    with app.app_context():
        for name in "abc":
            sign_up(registered(stage.event_id, name), stage.talk)
    lower = editor.post(address, data=form_of(editor, address) | {"places": "1"})
    assert lower.status_code == 409
    assert "2 places are taken. Enter 2 or more." in lower.text
    editor.post(address, data=form_of(editor, address) | {"places": "3"})
    page = editor.get(address).text
    assert "3 of 3 places taken" in page
    assert "1 guest moved up" in page
    assert "Sample Guest c" in page


def test_taking_sign_up_away_asks_and_names_how_many(
    app: Flask, editor: FlaskClient, stage: Stage
) -> None:
    address = f"/manage/{stage.slug}/programme/{stage.welding}/places/remove"
    with app.app_context():
        sign_up(stage.guest_id, stage.welding)
    shown = form_of(editor, address)
    assert "Take the place of one guest away" in editor.get(address).text
    with app.app_context():
        sign_up(registered(stage.event_id), stage.welding)
    assert editor.post(address, data=shown).status_code == 409
    assert editor.post(address, data=form_of(editor, address)).status_code == 303
    with app.app_context():
        assert standing(stage.welding) == {}
        assert len(recount_places()) == 2
    assert editor.get(address).status_code == 303


def test_the_list_is_printed_and_exported_without_formulas(
    app: Flask, editor: FlaskClient, stage: Stage
) -> None:
    with app.app_context():
        sign_up(stage.guest_id, stage.welding)
        bad = attendee("=cmd", name="=HYPERLINK(1)")
        who = service.register(SYSTEM, stage.event_id, bad, form_key=None, now=NOW)
        sign_up(who.registration_id, stage.welding)
    base = f"/manage/{stage.slug}/programme/{stage.welding}/places"
    printed = editor.get(f"{base}/guests").text
    assert "Sample Guest guest" in printed
    assert "=HYPERLINK(1)" in printed
    rows = editor.get(f"{base}.csv").text.splitlines()
    assert len(rows) == 3
    assert "has a place" in rows[1]
    assert "'=HYPERLINK(1)" in rows[2]
    assert "number 1 on the wait list" in rows[2]
    shown = editor.get(f"/manage/{stage.slug}/registrations/{stage.guest_id}").text
    assert f'href="{base}/guests">Welding</a>' in shown
    assert "Has a place" in shown
    unlimited = f"/manage/{stage.slug}/programme/{stage.talk}/places"
    assert editor.get(f"{unlimited}/guests").status_code == 404
    assert editor.get(f"{unlimited}.csv").status_code == 404


def test_programme_editors_see_numbers_but_no_names(
    app: Flask, client: FlaskClient, stage: Stage
) -> None:
    with app.app_context():
        sign_up(stage.guest_id, stage.welding)
        organisation = db.session.get_one(Organisation, stage.organisation_id)
        sign_in(client, make_member(organisation, Role.PROGRAMME))
    base = f"/manage/{stage.slug}/programme/{stage.welding}/places"
    page = client.get(base).text
    assert "1 of 1 places taken" in page
    assert "Sample Guest" not in page
    assert client.get(f"{base}/guests").status_code == 403
    assert client.get(f"{base}.csv").status_code == 403


def test_a_session_of_another_event_has_no_places_page(
    app: Flask, editor: FlaskClient, stage: Stage
) -> None:
    with app.app_context():
        elsewhere = make_workshop(make_event()).id
    for rest in ("places", "places/remove", "places/guests", "places.csv"):
        address = f"/manage/{stage.slug}/programme/{elsewhere}/{rest}"
        assert editor.get(address).status_code == 404, rest


def test_a_cancelled_session_takes_nobody_on_the_page_either(
    app: Flask, client: FlaskClient, stage: Stage
) -> None:
    with app.app_context():
        programme.cancel_session(SYSTEM, stage.event_id, stage.later, now=NOW)
        assert db.session.get_one(Session, stage.later).state is SessionState.CANCELLED
    answer = press(client, stage, "places", session=stage.later)
    assert answer.status_code == 409
    assert "This session is cancelled." in answer.text
