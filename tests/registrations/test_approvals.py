"""The approval queue: all that is needed to decide, on one screen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from forum.core.db import db, writing
from forum.people.models import Organisation
from forum.registrations.models import GuestList, Invitation
from forum.registrations.queries import requests
from forum.registrations.rules import RegistrationState
from tests.factories import NOW
from tests.registrations.office import (
    Office,
    by_approval,
    come,
    come_together,
    counts_are_right,
    open_office,
    the,
)
from tests.registrations.past_events import held_before


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def office(app: Flask, client: FlaskClient) -> Office:
    return open_office(app, client, capacity=2)


def test_an_empty_queue_says_so_and_leads_on(office: Office) -> None:
    page = office.get("/approvals")
    assert "Nothing waits for a decision" in page
    assert "See all registrations" in page


def test_a_request_shows_who_asks_for_what_since_when_and_what_is_left(
    app: Flask, office: Office
) -> None:
    with app.app_context():
        media = by_approval(office.event_id, holds_while_pending=True)
        come(office.event_id, "Ann Chan", type_id=media, organisation="Sample News")
        _invite(office, "bob.wong@example.com", media)
        come(office.event_id, "Bob Wong", type_id=media)
        come(office.event_id, "Cy Lee", type_id=media)
        come_together(office.event_id, "Di", "Ed", type_id=media)
        organisation = db.session.get_one(Organisation, office.organisation_id)
        held_before(organisation, came=["bob.wong@example.com"], missed=["ann.chan@example.com"])
    page = office.get("/approvals")
    for said in (
        "5 requests wait for a decision",
        "Sample News",
        "ann.chan@example.com",
        "Media",
        "Missed 1 of 1 events",
        "Came to 1 event",
        "Invited: Consulates",
        "Party of 2",
        "A seat is held",
        "No seat held",
        "Seats left: Media",
        "Asked ",
    ):
        assert said in page, said
    assert page.index("Ann Chan") < page.index("Bob Wong") < page.index("Cy Lee")


def test_one_press_approves_and_says_what_became_of_the_guest(app: Flask, office: Office) -> None:
    with app.app_context():
        media = by_approval(office.event_id)
        come(office.event_id, "First Guest")
        seated, waits = come(office.event_id, "Ann Chan", "Bob Wong", type_id=media)
    said = office.follow(office.press("/approvals", f"/{seated}/approve"))
    assert "1 guest is confirmed; the ticket is on its way by mail." in said
    said = office.follow(office.press("/approvals", f"/{waits}/approve"))
    assert "approved and on the wait list: no seat is free" in said
    with app.app_context():
        assert the(seated).state is RegistrationState.CONFIRMED
        assert the(waits).state is RegistrationState.WAITLISTED
        assert counts_are_right(office.slug)


def test_a_party_is_approved_whole(app: Flask, office: Office) -> None:
    with app.app_context():
        media = by_approval(office.event_id)
        first, second = come_together(office.event_id, "Di", "Ed", type_id=media)
    said = office.follow(office.press("/approvals", f"/{first}/approve"))
    assert "2 guests are confirmed" in said
    with app.app_context():
        assert the(second).state is RegistrationState.CONFIRMED


def test_declining_from_the_queue_asks_and_comes_back_to_it(app: Flask, office: Office) -> None:
    with app.app_context():
        media = by_approval(office.event_id)
        guest = come(office.event_id, "Ann Chan", type_id=media)[0]
    answer = office.press(f"/act?do=decline&id={guest}&from=approvals", "/act")
    assert "/approvals?undo=declined" in answer.location
    page = office.follow(answer)
    assert "1 request is declined" in page
    assert "Undo: make them requests again" in page


def test_a_long_queue_is_turned_over_page_by_page(
    app: Flask, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "PAGE_SIZE", 2)
    with app.app_context():
        media = by_approval(office.event_id)
        guests = come(office.event_id, "Ann Chan", "Bob Wong", "Cy Lee", type_id=media)
    first = office.get("/approvals")
    assert "Cy Lee" not in first
    assert f"after={guests[1]}" in first
    second = office.get(f"/approvals?after={guests[1]}")
    assert "Cy Lee" in second
    assert "Ann Chan" not in second


def _invite(office: Office, address: str, type_id: object) -> None:
    with writing() as session:
        guest_list = GuestList(
            event_id=office.event_id, ticket_type_id=type_id, name="Consulates", created_at=NOW
        )
        session.add(guest_list)
        session.flush()
        session.add(
            Invitation(
                event_id=office.event_id,
                list_id=guest_list.id,
                name="Bob Wong",
                email=address,
                email_key=address,
                lang="en",
                created_at=NOW - timedelta(days=1),
                changed_at=NOW,
            )
        )
