"""The organiser's list: answers as columns for who may see them, and counts beside saved views."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from forum.core.actor import SYSTEM
from forum.core.db import counted_statements, db
from forum.core.permissions import TABLE, Action, Role
from forum.registrations import service
from forum.registrations.queries import counts_of, view_counts
from forum.registrations.queries.listing import page_of
from forum.registrations.queries.view_counts import counts_of_views
from forum.registrations.rules import BookingSource, DataClass, RegistrationState
from forum.registrations.rules.listing import Order, Wanted
from forum.registrations.service.tagging import tag
from forum.registrations.service.viewing import save_view
from tests.factories import NOW, make_event
from tests.registrations.many_guests import fill_with_guests
from tests.registrations.office import Office, come, open_office, sign_in_as
from tests.registrations.questioning import answer, make_lunch, make_question


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def office(app: Flask, client: FlaskClient) -> Office:
    return open_office(app, client, role=Role.OWNER)


def test_answers_may_be_columns(office: Office) -> None:
    with office.app.app_context():
        lunch = make_lunch(office.event_id)
        title = make_question(office.event_id)
        come(office.event_id, "Ada", answers=(answer(lunch, 0), answer(title, "Engineer")))
        come(office.event_id, "Ben", answers=(answer(lunch, 1),))
    page = office.get(f"?col={lunch.id}&col={title.id}&order=oldest")
    heads = re.findall(r'<th scope="col" class="opt">(?:<span[^>]*>)?([^<]+)', page)
    assert heads == ["Lunch", "Job title"]
    assert _cells(page) == ["Vegetarian", "Engineer", "No lunch", ""]
    assert f'name="col" value="{lunch.id}" checked' in page
    assert "Engineer" not in office.get()


def test_answers_stay_in_the_address_and_in_a_saved_view(office: Office) -> None:
    with office.app.app_context():
        lunch = make_lunch(office.event_id)
        come(office.event_id, "Ada", answers=(answer(lunch, 0),))
    kept = office.press(f"?col=email&col={lunch.id}", "/views", name="Kitchen")
    page = office.follow(kept)
    assert "Vegetarian" in page
    assert f"col={lunch.id}" in page
    assert "Kitchen" in page


def test_sensitive_answers_are_columns_for_who_may_see_them_alone(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    with office.app.app_context():
        health = make_question(
            office.event_id, label="Access needs", data_class=DataClass.SENSITIVE
        )
        come(office.event_id, "Ada", answers=(answer(health, "A ramp"),))
    address = f"{office.base}?col={health.id}"
    assert "A ramp" in office.client.get(address).text
    without = TABLE[Role.REGISTRAR] - {Action.SEE_SENSITIVE}
    monkeypatch.setitem(TABLE, Role.REGISTRAR, without)
    page = sign_in_as(office, Role.REGISTRAR).get(address)
    assert page.status_code == 200
    assert "A ramp" not in page.text
    assert "Access needs" not in page.text


def test_another_events_question_is_no_column(office: Office) -> None:
    with office.app.app_context():
        foreign = make_question(make_event().id, label="Secret question")
        come(office.event_id, "Ada")
    page = office.get(f"?col={foreign.id}&col=nonsense")
    assert "Secret question" not in page
    assert "Ada" in page


def test_answer_columns_cost_the_same_for_one_guest_and_for_thirty(office: Office) -> None:
    with office.app.app_context():
        lunch = make_lunch(office.event_id)
        come(office.event_id, "Ada", answers=(answer(lunch, 0),))
        engine = db.engine
    with counted_statements(engine) as one:
        office.get(f"?col={lunch.id}")
    with office.app.app_context():
        names = (f"Guest {number}" for number in range(29))
        come(office.event_id, *names, answers=(answer(lunch, 1),))
    with counted_statements(engine) as many:
        assert office.get(f"?col={lunch.id}").count(">No lunch<") == 29
    assert len(many) == len(one)


@pytest.mark.both_databases
def test_views_are_counted_as_the_list_itself_finds_them(in_app: Flask) -> None:
    assert in_app
    event_id, other = make_event().id, make_event().id
    fill_with_guests(event_id, 120)
    fill_with_guests(other, 20, seed=2)
    ada = come(event_id, "Ada Lovelace")[0]
    tag(SYSTEM, event_id, [ada], "speaker", now=NOW)
    counts = counts_of(event_id)
    views = [
        Wanted(),
        Wanted(state=RegistrationState.PENDING),
        Wanted(search="chan"),
        Wanted(search="陳", state=RegistrationState.CONFIRMED),
        Wanted(search="nobody at all"),
        Wanted(search="(("),
        Wanted(tag="speaker"),
        Wanted(source=BookingSource.FORM),
        Wanted(source=BookingSource.DOOR),
        Wanted(inside=False),
        Wanted(inside=True, search="chan"),
    ]
    listed = [page_of(event_id, one, Order.NEWEST, counts=counts).total for one in views]
    assert counts_of_views(event_id, views, counts) == listed
    assert (listed[0], listed[6]) == (121, 1)


def test_views_show_their_counts_by_one_statement_for_all(office: Office) -> None:
    with office.app.app_context():
        come(office.event_id, "Ada", "Ben")
        save_view(SYSTEM, office.event_id, "Adas", "q=ada", now=NOW)
        engine = db.engine
    with counted_statements(engine) as one:
        assert ">Adas 1</a>" in office.get()
    with office.app.app_context():
        for number in range(15):
            save_view(SYSTEM, office.event_id, f"View {number}", f"q=b{number}", now=NOW)
    with counted_statements(engine) as many:
        assert ">View 3 0</a>" in office.get()
    assert len(many) == len(one)


def test_many_guests_are_not_walked_through_for_the_views(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(view_counts, "MOST_WALKED", 1)
    with office.app.app_context():
        guests = come(office.event_id, "Ada", "Ben")
        service.cancel(SYSTEM, guests[0], now=NOW)
        save_view(SYSTEM, office.event_id, "Adas", "q=ada", now=NOW)
        save_view(SYSTEM, office.event_id, "Gone", "state=cancelled", now=NOW)
    page = office.get()
    assert ">Adas</a>" in page
    assert ">Gone 1</a>" in page


def _cells(page: str) -> list[str]:
    return [one.strip() for one in re.findall(r'<td class="opt">([^<]*)</td>', page)]
