"""A guest's page in the office: facts, changes, tags, notes, and the whole story."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from forum.core.actor import SYSTEM
from forum.core.db import counted_statements, db, writing
from forum.core.outbox import OutboxRow
from forum.core.permissions import Role
from forum.messaging.models import Message
from forum.messaging.rules import Kind, MessageState
from forum.people.models import Organisation
from forum.registrations import service
from forum.registrations.models import RegistrationNote, RegistrationPolicy
from forum.registrations.rules import BookingSource, Ended, RegistrationState
from tests.factories import NOW
from tests.people.signing_in import csrf_of
from tests.registrations.office import (
    Office,
    add_type,
    come,
    come_together,
    counts_are_right,
    event_of,
    open_office,
    sign_in_as,
    the,
)
from tests.registrations.past_events import held_before, let_in


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def office(app: Flask, client: FlaskClient) -> Office:
    return open_office(app, client, capacity=3)


def test_names_change_and_the_guest_is_found_by_the_new_ones(app: Flask, office: Office) -> None:
    with app.app_context():
        guest = come(office.event_id, "Ann Chan")[0]
    saved = office.press(f"/{guest}", f"/{guest}", name="Anne Cheung", name_zh="張安")
    assert "Saved." in office.follow(saved)
    assert office.names("?q=cheung") == ["Anne Cheung"]
    assert office.names("?q=chan") == []
    assert office.names("?q=ann.chan") == ["Anne Cheung"]
    empty = office.press(f"/{guest}", f"/{guest}", name="", email="nonsense")
    assert empty.status_code == 422
    assert "Enter your full name" in empty.text
    assert "Enter an email address in the correct format" in empty.text
    assert "nonsense" in empty.text


def test_another_address_makes_the_seat_another_persons(app: Flask, office: Office) -> None:
    with app.app_context():
        guest, other = come(office.event_id, "Ann Chan", "Bob Wong")
    taken = office.press(f"/{guest}", f"/{guest}", email="Bob.Wong@example.com")
    assert taken.status_code == 409
    assert "Somebody is registered with this email address already." in taken.text
    none = office.press(f"/{guest}", f"/{guest}", email="")
    assert none.status_code == 422
    done = office.press(f"/{guest}", f"/{guest}", name="Cy Lee", email="cy@example.com")
    assert done.status_code == 303
    with app.app_context():
        assert the(guest).email_key == "cy@example.com"
        told = db.session.scalars(
            sa.select(OutboxRow).where(OutboxRow.topic == "registration.renamed")
        ).one()
        assert told.payload["replaced"] is True
        assert the(other).name == "Bob Wong"


def test_an_editor_who_comes_late_loses_nothing_typed(app: Flask, office: Office) -> None:
    with app.app_context():
        guest = come(office.event_id, "Ann Chan")[0]
    office.press(f"/{guest}", f"/{guest}", name="Anne Chan")
    late = office.press(f"/{guest}", f"/{guest}", name="Annie Chan", revision="1")
    assert late.status_code == 409
    assert "Annie Chan" in late.text


def test_tags_and_notes_are_added_and_removed(app: Flask, office: Office) -> None:
    with app.app_context():
        guest = come(office.event_id, "Ann Chan")[0]
    office.press(f"/{guest}", "/tags", tag="press / tv")
    page = office.get(f"/{guest}")
    assert "press / tv" in page
    assert office.names("?tag=press / tv") == ["Ann Chan"]
    office.press(f"/{guest}", "/remove")
    assert office.names("?tag=press / tv") == []
    nothing = office.press(f"/{guest}", "/notes", words="  ")
    assert nothing.status_code == 422
    office.press(f"/{guest}", "/notes", words="<b>Sits in front</b>\r\n\r\nNo stairs")
    page = office.get(f"/{guest}")
    assert "&lt;b&gt;Sits in front&lt;/b&gt;" in page
    with app.app_context():
        note = db.session.scalars(sa.select(RegistrationNote)).one()
        assert note.written_by == "Sample Member"


def test_a_guest_moves_to_another_type_while_it_has_seats(app: Flask, office: Office) -> None:
    with app.app_context():
        vip = add_type(office.event_id, "VIP", seats_of_its_own=1)
        first, second = come(office.event_id, "Ann Chan", "Bob Wong")
    office.press(f"/{first}", "/type", type_id=str(vip))
    full = office.press(f"/{second}", "/type", type_id=str(vip))
    assert full.status_code == 409
    assert "No seat is left" in full.text
    with app.app_context():
        assert the(first).ticket_type_id == vip
        assert counts_are_right(office.slug)
    odd = office.press(f"/{second}", "/type", type_id="nonsense")
    assert odd.status_code == 422
    assert "Choose one from the list" in odd.text


def test_cancelling_asks_first_and_says_who_moved_up(app: Flask, office: Office) -> None:
    with app.app_context():
        guests = come(office.event_id, "Ann Chan", "Bob Wong", "Cy Lee", "Di Ho")
    assert "Cancel Ann Chan?" in office.get(f"/{guests[0]}/cancel")
    said = office.follow(office.press(f"/{guests[0]}/cancel", "/cancel"))
    assert "1 guest moved up" in said
    assert "by the organiser" in said
    with app.app_context():
        assert the(guests[0]).ended is Ended.OFFICE
        assert the(guests[3]).state is RegistrationState.CONFIRMED


def test_the_story_tells_steps_mails_and_the_door_in_one_line_of_time(
    app: Flask, office: Office
) -> None:
    with app.app_context():
        guest = come(office.event_id, "Ann Chan")[0]
        let_in(event_of(office), guest)
        organisation = db.session.get_one(Organisation, office.organisation_id)
        held_before(organisation, missed=["ann.chan@example.com"], came=["other@example.com"])
        _write_mail(office, guest)
    office.press(f"/{guest}", f"/{guest}", name="Ann Cheung")
    page = office.get(f"/{guest}")
    for said in (
        "Registered, with a seat",
        "Let in at the door: Main door",
        "Changed from “Ann Chan, 示例嘉賓, Sample Robotics” to “Ann Cheung",
        "Mail to ann.chan@example.com: “Your ticket”. Sent",
        "came to 0, missed 1",
        "Sample Member",
    ):
        assert said in page, said
    assert office.names("?inside=yes") == ["Ann Cheung"]


def test_the_whole_party_stands_on_the_page_and_who_is_to_be_named(
    app: Flask, office: Office
) -> None:
    with app.app_context():
        first, second = come_together(office.event_id, "Di", "Ed")
    page = office.get(f"/{first}")
    assert "Booked together" in page
    assert f"/{second}" in page


def test_a_guest_by_hand_gets_a_type_a_language_and_a_seat_out_of_turn_with_a_reason(
    app: Flask, client: FlaskClient
) -> None:
    office = open_office(app, client, capacity=1)
    typed = {"name": "Ann Chan", "organisation": "Sample", "email": "ann@example.com", "lang": "en"}
    with app.app_context():
        vip = add_type(office.event_id, "VIP", seats_of_its_own=1)
    done = office.press("/new", "/new", **typed | {"lang": "zh-Hant"}, type_id=str(vip))
    assert "is registered; the ticket is on its way" in office.follow(done)
    with app.app_context():
        row = the(_id_in(done.location))
        assert (row.lang, row.ticket_type_id) == ("zh-Hant", vip)
        source = db.session.scalar(
            sa.text("SELECT source FROM booking WHERE contact_key = 'ann@example.com'")
        )
        assert source == BookingSource.HAND.value
    again = office.press("/new", "/new", **typed, type_id=str(vip))
    assert "is registered already: here it is." in office.follow(again)
    full = office.press("/new", "/new", **typed | {"email": "b@example.com"}, type_id=str(vip))
    assert "is on the wait list" in office.follow(full)
    past = {"email": "c@example.com", "type_id": str(vip), "past": "y"}
    silent = office.press("/new", "/new", **typed | past)
    assert silent.status_code == 422
    assert "Enter why this guest is seated first" in silent.text
    pressed = office.press("/new", "/new", **typed | past, reason="The mayor asked.")
    assert "No seat is left at all" in office.follow(pressed)


def test_viewers_see_nothing_and_the_page_costs_the_same_for_a_long_story(
    app: Flask, office: Office
) -> None:
    with app.app_context():
        guest = come(office.event_id, "Ann Chan")[0]
        engine = db.engine
    assert sign_in_as(office, Role.VIEWER).get(f"{office.base}/{guest}").status_code == 403
    office.get(f"/{guest}")
    counted = []
    for number in (0, 30):
        for one in range(number):
            office.press(f"/{guest}", "/notes", words=f"Note {one}")
        with counted_statements(engine) as seen:
            office.get(f"/{guest}")
        counted.append(len(seen))
    assert counted[0] == counted[1]


def _write_mail(office: Office, guest: object) -> None:
    with writing() as session:
        session.add(
            Message(
                organisation_id=office.organisation_id,
                event_id=office.event_id,
                registration_id=guest,
                kind=Kind.CONFIRMED,
                key="sample",
                to_email="ann.chan@example.com",
                lang="en",
                subject="Your ticket",
                text="",
                html="",
                state=MessageState.SENT,
                message_id="<sample@example.com>",
                created_at=NOW,
                due_at=NOW,
                sent_at=NOW,
            )
        )


def _id_in(location: str) -> UUID:
    return UUID(location.rpartition("/")[2])


def test_an_offered_seat_is_confirmed_for_the_guest_while_the_offer_lasts(
    app: Flask, client: FlaskClient
) -> None:
    office = open_office(app, client, capacity=1)
    with app.app_context():
        first, second = come(office.event_id, "Ann Chan", "Bob Wong")
        with writing() as session:
            session.get_one(RegistrationPolicy, office.event_id).offer_hours = 24
        service.cancel(SYSTEM, first, now=NOW)
    page = office.get(f"/{second}")
    assert "Confirm for the guest" in page
    sent = office.press(f"/{second}", "/take-offer")
    assert "Bob Wong has a seat; the ticket is on its way by mail." in office.follow(sent)
    with app.app_context():
        assert the(second).state is RegistrationState.CONFIRMED
        assert counts_are_right(office.slug)
    assert "Confirm for the guest" not in office.get(f"/{second}")


def test_an_offer_that_is_over_is_not_confirmed(app: Flask, client: FlaskClient) -> None:
    office = open_office(app, client, capacity=1)
    with app.app_context():
        first, second = come(office.event_id, "Ann Chan", "Bob Wong")
        with writing() as session:
            session.get_one(RegistrationPolicy, office.event_id).offer_hours = 1
        service.cancel(SYSTEM, first, now=NOW)
    late = NOW + timedelta(minutes=61)
    token = csrf_of(office.client.get(f"{office.base}/{second}"))
    with time_machine.travel(late):
        page = office.get(f"/{second}")
        assert "Confirm for the guest" not in page
        assert "This offer is over." in page
        sent = office.client.post(f"{office.base}/{second}/take-offer", data={"csrf_token": token})
        assert "This offer is over." in office.follow(sent)
    with app.app_context():
        assert the(second).state is RegistrationState.OFFERED
