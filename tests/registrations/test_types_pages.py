"""The organiser's pages of ticket types, over HTTP."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from forum.core.db import counted_statements, db
from forum.core.permissions import Role
from forum.registrations.models import TicketType
from forum.registrations.queries.types import type_rows
from forum.registrations.rules import Access
from tests.factories import NOW, make_event
from tests.registrations.back_office import House, enter, house, send
from tests.registrations.desk import form_of, hidden_fields
from tests.registrations.ticket_types import (
    come,
    come_by_hand,
    limited,
    make_type,
    own,
)


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def stage(app: Flask) -> House:
    return house(app, capacity=6)


@pytest.fixture
def organiser(app: Flask, client: FlaskClient, stage: House) -> FlaskClient:
    return enter(app, client, stage)


def typed(**given: Any) -> dict[str, Any]:
    """Return what an organiser types for an ordinary type."""
    boxes: dict[str, Any] = {
        "name-en": "VIP",
        "name-zh_hant": "貴賓",
        "access": "open",
        "seats_from": "event",
        "most_per_booking": "2",
        "attendance": "on_site",
        "price": "0",
        "currency": "HKD",
    }
    return {key: value for key, value in (boxes | given).items() if value is not None}


def names(app: Flask, stage: House) -> list[str]:
    """Return the English names of the types in their order."""
    with app.app_context():
        return [row.ticket_type.name.get("en") for row in type_rows(stage.event_id)]


def one(app: Flask, name: str) -> TicketType:
    """Return a type by its English name."""
    with app.app_context():
        found = [
            each
            for each in db.session.scalars(sa.select(TicketType))
            if each.name.get("en") == name
        ]
        return found[0]


def test_an_organiser_adds_a_type_and_sees_it_in_the_list(
    app: Flask, organiser: FlaskClient, stage: House
) -> None:
    address = stage.at("registrations/types/new")
    answer = send(organiser, address, typed(seats_from="limited", capacity="２０"))
    assert answer.status_code == 303, answer.text
    page = organiser.get(stage.at("registrations/types")).text
    assert "0 of at most 20" in page
    assert "VIP" in page
    chinese = organiser.get(stage.at("registrations/types?lang=zh-Hant")).text
    assert "貴賓" in chinese
    assert names(app, stage) == ["General", "VIP"]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"name-en": "", "name-zh_hant": ""}, "Enter the name of the ticket type in one language"),
        ({"seats_from": "own", "capacity": ""}, "Enter how many seats this type has"),
        ({"seats_from": "own", "capacity": "0"}, "Enter a whole number from 1 to 100000"),
        ({"most_per_booking": "51"}, "Enter a whole number from 1 to 50"),
        ({"price": "380"}, "Forum cannot take payments yet, so nobody could pay this. Enter 0"),
        ({"price": "free"}, "Enter an amount in figures, like 0"),
        ({"currency": "dollars"}, "Enter the three letters of a currency, like HKD"),
        ({"access": "everyone"}, "Choose one from the list"),
        ({"opens_at": "2026-12-01T10:00", "closes_at": "2026-12-01T09:00"}, "Enter a time after"),
        ({"opens_at": "tomorrow"}, "Enter a day and a time"),
        ({"opens_at": "2500-12-01T10:00"}, "year"),
        ({"name-en": "x" * 81}, "Shorten this to at most 80 characters"),
    ],
)
def test_what_cannot_be_taken_is_answered_in_words_and_kept(
    app: Flask, organiser: FlaskClient, stage: House, wrong: dict[str, Any], says: str
) -> None:
    address = stage.at("registrations/types/new")
    answer = send(organiser, address, typed(**{"description-en": "Kept words", **wrong}))
    assert answer.status_code == 422, answer.text
    assert says in answer.text
    assert "Kept words" in answer.text
    assert "Error:" in answer.text
    assert names(app, stage) == ["General"]


def test_a_type_is_changed_and_who_typed_meanwhile_loses_nothing(
    app: Flask, organiser: FlaskClient, stage: House
) -> None:
    with app.app_context():
        kind = make_type(stage.event_id, "VIP")
    address = stage.at(f"registrations/types/{kind}")
    old = form_of(organiser, address)
    assert (
        send(organiser, address, typed(access="approval", holds_while_pending="y")).status_code
        == 303
    )
    assert one(app, "VIP").holds_while_pending
    late = organiser.post(address, data=old | typed(**{"name-en": "Late words"}))
    assert late.status_code == 409
    assert "Changed by somebody else while you were typing" in late.text
    assert "Late words" in late.text
    again = organiser.post(
        address, data=hidden_fields(late.text) | typed(**{"name-en": "Late words"})
    )
    assert again.status_code == 303
    assert names(app, stage) == ["General", "Late words"]


def test_fewer_seats_than_are_taken_is_refused_at_the_box(
    app: Flask, organiser: FlaskClient, stage: House
) -> None:
    with app.app_context():
        kind = make_type(stage.event_id, "VIP", seats=limited(5))
        come_by_hand(stage.event_id, kind, *"abc")
    address = stage.at(f"registrations/types/{kind}")
    refused = send(organiser, address, typed(seats_from="limited", capacity="2"))
    assert refused.status_code == 409
    assert "3 seats are taken. Enter 3 or more." in refused.text
    assert 'value="2"' in refused.text


def test_more_seats_let_who_waits_in_and_the_page_says_so(
    app: Flask, organiser: FlaskClient, stage: House
) -> None:
    with app.app_context():
        kind = make_type(stage.event_id, "VIP", seats=own(1))
        for name in "abc":
            come(stage.event_id, kind, name)
    address = stage.at(f"registrations/types/{kind}")
    send(organiser, address, typed(seats_from="own", capacity="3"))
    page = organiser.get(stage.at("registrations/types")).text
    assert "2 guests moved up from the wait list and get a mail." in page
    assert "3 of 3 of its own" in page


def test_types_are_put_in_order_closed_opened_and_removed(
    app: Flask, organiser: FlaskClient, stage: House
) -> None:
    with app.app_context():
        kind = make_type(stage.event_id, "VIP")
    base = stage.at(f"registrations/types/{kind}")
    token = form_of(organiser, base)
    organiser.post(f"{base}/move", data=token | {"step": "up"})
    assert names(app, stage) == ["VIP", "General"]
    organiser.post(f"{base}/close", data=token)
    assert "Closed" in organiser.get(base).text
    organiser.post(f"{base}/close", data=token | {"again": "1"})
    assert one(app, "VIP").closed_for_good_at is None
    asked = organiser.get(f"{base}/remove")
    assert "Remove “VIP”?" in asked.text
    assert names(app, stage) == ["VIP", "General"], "asking removes nothing"
    assert organiser.post(f"{base}/remove", data=hidden_fields(asked.text)).status_code == 303
    assert names(app, stage) == ["General"]
    assert organiser.get(base).status_code == 404


def test_a_type_that_somebody_has_is_not_removed(
    app: Flask, organiser: FlaskClient, stage: House
) -> None:
    with app.app_context():
        kind = make_type(stage.event_id, "VIP")
        come(stage.event_id, kind, "a")
    base = stage.at(f"registrations/types/{kind}/remove")
    refused = send(organiser, base, {})
    assert refused.status_code == 409
    assert "so it stays. Close it instead." in refused.text


def test_a_hidden_link_is_shown_with_a_button_and_renewed(
    app: Flask, organiser: FlaskClient, stage: House
) -> None:
    with app.app_context():
        kind = make_type(stage.event_id, "VIP", access=Access.LINK)
    base = stage.at(f"registrations/types/{kind}")
    before = _link(organiser.get(base).text)
    assert before == _link(organiser.get(stage.at("registrations/types")).text)
    form = app.test_client().get(before.removeprefix("http://localhost"))
    assert form.status_code == 200, "the link opens the form"
    organiser.post(f"{base}/renew-link", data=form_of(organiser, base))
    assert app.test_client().get(before.removeprefix("http://localhost")).status_code == 404
    page = organiser.get(base).text
    assert _link(page) != before
    assert "The old one no longer works." in page


def test_rules_that_approve_are_added_shown_and_removed(
    app: Flask, organiser: FlaskClient, stage: House
) -> None:
    with app.app_context():
        kind = make_type(stage.event_id, "Members", access=Access.APPROVAL)
    address = stage.at(f"registrations/types/{kind}/rules")
    wrong = send(organiser, address, {"kind": "domain", "domain-domain": "nowhere at all"})
    assert wrong.status_code == 422
    assert "Enter what stands after @ in the addresses, like example.com" in wrong.text
    assert "nowhere at all" in wrong.text
    for sent in ("＠Example.COM", "somebody@example.com"):
        assert (
            send(organiser, address, {"kind": "domain", "domain-domain": sent}).status_code == 303
        )
    page = organiser.get(address).text
    assert page.count("Addresses that end with @example.com") == 1
    with app.app_context():
        done = come(stage.event_id, kind, "a")
        assert done.state.value == "confirmed", "the rule approves by itself"
    remove = re.search(rf'action="({re.escape(address)}/[^"]+/remove)"', page)
    assert remove is not None
    organiser.post(remove.group(1), data=form_of(organiser, address))
    assert "No rule yet" in organiser.get(address).text
    with app.app_context():
        assert come(stage.event_id, kind, "b").state.value == "pending"
    assert (
        organiser.post(address, data=form_of(organiser, address) | {"kind": "x"}).status_code == 404
    )


def test_a_type_of_another_event_is_not_there(
    app: Flask, organiser: FlaskClient, stage: House
) -> None:
    with app.app_context():
        stranger = make_type(make_event().id)
    base = stage.at(f"registrations/types/{stranger}")
    token = form_of(organiser, stage.at("registrations/types/new"))
    for path in ("", "/remove", "/rules"):
        assert organiser.get(base + path).status_code == 404
    for path in ("", "/move", "/close", "/renew-link", "/remove", "/rules"):
        assert organiser.post(base + path, data=token | typed()).status_code == 404


def test_a_registrar_sees_the_types_and_links_but_changes_nothing(
    app: Flask, client: FlaskClient, stage: House
) -> None:
    with app.app_context():
        kind = make_type(stage.event_id, "VIP", access=Access.LINK)
    enter(app, client, stage, Role.REGISTRAR)
    page = client.get(stage.at("registrations/types"))
    assert page.status_code == 200
    assert _link(page.text)
    assert "Add a ticket type" not in page.text
    for path in ("registrations/types/new", f"registrations/types/{kind}"):
        assert client.get(stage.at(path)).status_code == 403


def test_the_list_asks_as_much_for_thirty_types_as_for_one(
    app: Flask, organiser: FlaskClient, stage: House
) -> None:
    address = stage.at("registrations/types")
    organiser.get(address)
    numbers: list[int] = []
    for _ in range(2):
        with app.app_context(), counted_statements(db.engine) as seen:
            organiser.get(address)
        numbers.append(len(seen))
        if len(numbers) == 1:
            with app.app_context():
                for number in range(30):
                    make_type(stage.event_id, f"Type {number}", access=Access.LINK)
    assert numbers[0] == numbers[1]


def _link(page: str) -> str:
    found = re.search(r'value="(http[^"]*/register[^"]*)"', page)
    assert found is not None
    return found.group(1)
