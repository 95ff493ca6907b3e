"""The organiser's pages of access codes, over HTTP."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from forum.core.actor import SYSTEM
from forum.core.db import counted_statements, db
from forum.core.permissions import Role
from forum.registrations import service
from forum.registrations.models import AccessCode
from forum.registrations.queries.types import type_by_code
from forum.registrations.rules import Access, WrongCode
from forum.registrations.service.making_codes import CodesWanted, make_codes, release_lapsed
from tests.factories import NOW, make_event
from tests.registrations.back_office import House, enter, house, send
from tests.registrations.desk import form_of
from tests.registrations.ticket_types import agreed, come, counts, make_type, turn


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def stage(app: Flask) -> House:
    return house(app, capacity=10)


@pytest.fixture
def organiser(app: Flask, client: FlaskClient, stage: House) -> FlaskClient:
    return enter(app, client, stage, Role.REGISTRAR)


@pytest.fixture
def kind(app: Flask, stage: House) -> UUID:
    with app.app_context():
        return make_type(stage.event_id, "Members", access=Access.CODE)


def typed(kind: UUID, **given: Any) -> dict[str, Any]:
    """Return what an organiser types for one code."""
    return {"ticket_type": str(kind), "number": "1", "uses": "1"} | given


def codes(app: Flask) -> list[AccessCode]:
    """Return every code."""
    with app.app_context():
        return list(db.session.scalars(sa.select(AccessCode).order_by(AccessCode.id)))


def test_five_hundred_codes_at_once_are_all_different_and_long(
    app: Flask, organiser: FlaskClient, stage: House, kind: UUID
) -> None:
    address = stage.at("registrations/codes")
    answer = send(organiser, address, typed(kind, number="500", label="Members"))
    assert answer.status_code == 303, answer.text
    made = codes(app)
    assert len({one.code for one in made}) == 500
    assert {len(one.code) for one in made} == {10}
    page = organiser.get(address).text
    assert "500 codes are made." in page
    assert page.count('name="code"') == 100
    assert organiser.get(f"{address}?page=5").text.count('name="code"') == 100


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"number": "501"}, "Enter a whole number from 1 to 500"),
        ({"number": ""}, "Enter how many codes you need"),
        ({"uses": "0"}, "Enter a whole number from 1 to 10000"),
        ({"expires_at": "soon"}, "Enter a day and a time"),
        ({"ticket_type": str(UUID(int=5))}, "Choose one from the list"),
        ({"label": "x" * 121}, "Shorten this to at most 120 characters"),
        ({"kept": "2"}, "These codes let in at most 1 people. Enter 1 or fewer."),
        ({"number": "20", "kept": "11"}, "Only 10 seats are free to be kept aside."),
    ],
)
def test_what_cannot_be_made_is_answered_in_words(
    app: Flask,
    organiser: FlaskClient,
    stage: House,
    kind: UUID,
    wrong: dict[str, str],
    says: str,
) -> None:
    answer = send(organiser, stage.at("registrations/codes"), typed(kind, **wrong))
    assert answer.status_code in {409, 422}
    assert says in answer.text
    assert codes(app) == []


def test_a_code_opens_its_type_as_often_as_it_says(
    app: Flask, organiser: FlaskClient, stage: House, kind: UUID
) -> None:
    send(organiser, stage.at("registrations/codes"), typed(kind, uses="2", kept="1"))
    (made,) = codes(app)
    spoken = f" {made.code[:5].lower()}-{made.code[5:]} "
    with app.app_context():
        found = type_by_code(stage.event_id, spoken, NOW)
        assert found is not None
        assert found.ticket_type.id == kind
        come(stage.event_id, kind, "a", code=spoken)
        assert counts("block") == (1, 1, 0)
        come(stage.event_id, kind, "b", code=spoken)
        assert counts("event") == (10, 2, 0)
        assert type_by_code(stage.event_id, spoken, NOW) is None
        with pytest.raises(WrongCode):
            come(stage.event_id, kind, "c", code=spoken)
    page = organiser.get(stage.at("registrations/codes")).text
    assert "2 of 2" in page
    assert "Used up" in page
    assert "1 seat kept" in page


def test_a_revoked_code_opens_nothing_and_gives_its_seats_back(
    app: Flask, organiser: FlaskClient, stage: House, kind: UUID
) -> None:
    address = stage.at("registrations/codes")
    send(organiser, address, typed(kind, number="2", kept="2"))
    first, second = codes(app)
    with app.app_context():
        come(stage.event_id, kind, "a", code=first.code)
    token = form_of(organiser, address)
    nothing = organiser.post(f"{address}/revoke", data=token, follow_redirects=True)
    assert "Nothing was changed: tick the codes first." in nothing.text
    organiser.post(f"{address}/revoke", data=token | {"code": str(first.id)})
    with app.app_context():
        assert counts("block") == (2, 1, 0), "the other code can still be used"
        with pytest.raises(WrongCode):
            come(stage.event_id, kind, "b", code=first.code)
    both = token | {"code": [str(first.id), str(second.id)]}
    page = organiser.post(f"{address}/revoke", data=both, follow_redirects=True).text
    assert "The code is revoked. Who used it stays registered." in page
    with app.app_context():
        assert counts("event") == (10, 1, 0)
        assert [one.about for one in agreed()] == ["event"]
    organiser.post(f"{address}/revoke", data=both | {"again": "1"})
    with app.app_context():
        assert come(stage.event_id, kind, "b", code=second.code).state.value == "confirmed"
        assert counts("event") == (10, 2, 0)


def test_seats_kept_for_codes_go_back_when_their_time_is_over(
    app: Flask, organiser: FlaskClient, stage: House, kind: UUID
) -> None:
    until = "2026-11-24T10:00"
    send(organiser, stage.at("registrations/codes"), typed(kind, expires_at=until, kept="1"))
    with app.app_context():
        assert release_lapsed(NOW) == 0
        assert counts("block") == (1, 0, 0)
        assert release_lapsed(NOW + timedelta(days=3)) == 1
        assert release_lapsed(NOW + timedelta(days=3)) == 0
        assert counts("event") == (10, 0, 0)
    (made,) = codes(app)
    assert made.expires_at is not None
    assert made.expires_at.hour == 2, "ten o'clock in Hong Kong"


def test_who_cancels_gives_the_code_back(
    app: Flask, organiser: FlaskClient, stage: House, kind: UUID
) -> None:
    with app.app_context():
        make_codes(SYSTEM, stage.event_id, CodesWanted(kind, 1, kept=1), now=NOW)
        (made,) = db.session.scalars(sa.select(AccessCode))
        done = come(stage.event_id, kind, "a", code=made.code)
        service.cancel(SYSTEM, done.registration_id, now=NOW)
        assert counts("block") == (1, 0, 0)
        come(stage.event_id, kind, "b", code=made.code)
        assert counts("block") == (1, 1, 0)


def test_the_file_holds_every_code_and_no_formula(
    app: Flask, organiser: FlaskClient, stage: House, kind: UUID
) -> None:
    address = stage.at("registrations/codes")
    send(organiser, address, typed(kind, number="120", label="=HYPERLINK(1)"))
    answer = organiser.get(f"{address}.csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert len(rows) == 121
    assert re.fullmatch("[2-9A-HJ-NP-Z]{5}-[2-9A-HJ-NP-Z]{5}", rows[1][0])
    assert rows[1][1:3] == ["Members", "'=HYPERLINK(1)"]
    assert "no-store" in answer.headers["Cache-Control"]


def test_codes_of_another_event_cannot_be_seen_made_or_revoked(
    app: Flask, organiser: FlaskClient, stage: House, kind: UUID
) -> None:
    with app.app_context():
        elsewhere = make_event()
        theirs = make_type(elsewhere.id, access=Access.CODE)
        (stranger,) = make_codes(SYSTEM, elsewhere.id, CodesWanted(theirs, 1), now=NOW)
    address = stage.at("registrations/codes")
    assert send(organiser, address, typed(theirs)).status_code == 422
    organiser.post(f"{address}/revoke", data=form_of(organiser, address) | {"code": str(stranger)})
    assert codes(app)[0].revoked_at is None
    assert organiser.get(f"/manage/{elsewhere.slug}/registrations/codes").status_code == 404


@pytest.mark.parametrize("role", [Role.DOOR, Role.VIEWER, Role.PROGRAMME])
def test_who_may_not_change_registrations_never_sees_a_code(
    app: Flask, client: FlaskClient, stage: House, kind: UUID, role: Role
) -> None:
    enter(app, client, stage, role)
    for path in ("registrations/codes", "registrations/codes.csv"):
        assert client.get(stage.at(path)).status_code == 403


def test_a_type_no_longer_by_code_offers_none(
    app: Flask, organiser: FlaskClient, stage: House, kind: UUID
) -> None:
    with app.app_context():
        turn(kind, access=Access.OPEN)
    page = organiser.get(stage.at("registrations/codes")).text
    assert "No ticket type is opened by a code yet" in page


def test_a_page_of_codes_asks_as_much_for_a_hundred_as_for_one(
    app: Flask, organiser: FlaskClient, stage: House, kind: UUID
) -> None:
    address = stage.at("registrations/codes")
    numbers: list[int] = []
    for more in (1, 99):
        with app.app_context():
            make_codes(SYSTEM, stage.event_id, CodesWanted(kind, more), now=NOW)
        organiser.get(address)
        with app.app_context(), counted_statements(db.engine) as seen:
            organiser.get(address)
        numbers.append(len(seen))
    assert numbers[0] == numbers[1]


def test_the_page_of_a_type_counts_its_codes(
    app: Flask, client: FlaskClient, stage: House, kind: UUID
) -> None:
    with app.app_context():
        made = make_codes(SYSTEM, stage.event_id, CodesWanted(kind, 3), now=NOW)
        come(stage.event_id, kind, "1", code=db.session.get_one(AccessCode, made[0]).code)
    enter(app, client, stage, Role.OWNER)
    page = client.get(stage.at(f"registrations/types/{kind}")).text
    assert "3 codes, 1 used" in page
    assert f"/registrations/codes?type={kind}" in page
