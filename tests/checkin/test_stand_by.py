"""The stand-by queue at the door, over HTTP and through the services."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
import time_machine
from flask.testing import FlaskClient

from forum.checkin import queries
from forum.checkin.models import Admission, Device
from forum.core.actor import ANONYMOUS, SYSTEM
from forum.core.db import db, writing
from forum.core.permissions import Role
from forum.events.models import Event
from forum.events.rules import EventState
from forum.registrations import service
from forum.registrations.models import Registration, RegistrationPolicy, StandBy, TicketType
from forum.registrations.rules import Access, RegistrationState
from tests.checkin.conftest import NewGuest, NewPhone
from tests.factories import NOW, attendee
from tests.registrations.desk import form_of
from tests.registrations.ticket_types import agreed, come_by_hand, counts, make_type, own

SignIn = Callable[..., FlaskClient]


@pytest.fixture(autouse=True)
def _then() -> Iterator[None]:
    with time_machine.travel(NOW):
        yield


@pytest.fixture
def queue(event: Event) -> str:
    """The address of the queue, which the event keeps."""
    with writing() as session:
        policy = session.get_one(RegistrationPolicy, event.id)
        policy.stand_by, policy.seats = True, 2
    return f"/manage/{event.slug}/stand-by"


def add(client: FlaskClient, queue: str, name: str, **given: str) -> Any:
    """Write somebody down."""
    return client.post(queue, data=form_of(client, queue) | {"person": name} | given)


def standing(name: str) -> StandBy:
    """Return somebody of the queue."""
    db.session.rollback()
    return db.session.scalars(sa.select(StandBy).where(StandBy.name == name)).one()


def press(client: FlaskClient, queue: str, name: str, act: str, **given: str) -> str:
    """Press one of a person's buttons; return the page that follows."""
    address = f"{queue}/{standing(name).id}/{act}"
    sent = form_of(client, queue) | given
    return client.post(address, data=sent, follow_redirects=True).text


def test_who_waits_gets_a_number_and_is_let_in_and_registered(
    event: Event, queue: str, organiser: SignIn
) -> None:
    client = organiser(Role.DOOR)
    assert add(client, queue, "Ada Sample", organisation="Sample Ltd").status_code == 303
    assert "Ada Sample has number 1." in client.get(queue).text
    add(client, queue, "Ben Sample")
    page = client.get(queue).text
    assert "2 people wait" in page
    assert "Let Ben Sample in" in page
    page = press(client, queue, "Ben Sample", "admit")
    assert "Ben Sample is registered and in." in page
    assert "One person waits" in page
    made = db.session.get_one(Registration, standing("Ben Sample").registration_id)
    assert (made.state.value, made.organisation, made.email) == ("confirmed", "", "")
    assert queries.count(db.session(), event.id, event.id).admitted == 1
    assert counts("stand_by") == (1, 1, 0)
    assert counts("event") == (200, 0, 0), "nobody's seat was taken"
    overview = client.get(f"/manage/{event.slug}/door").text
    assert "1 of 1 guests are in" in overview
    assert "Ben Sample" in overview


def test_the_page_warns_in_words_when_the_room_is_full(
    event: Event, queue: str, organiser: SignIn, guest: NewGuest, phone: NewPhone
) -> None:
    client = organiser(Role.DOOR)
    assert "2 seats stay free even if all confirmed guests come." in client.get(queue).text
    first = guest(name="First Sample", number=1)
    guest(name="Second Sample", number=2)
    assert "2 seats are free, but if all confirmed guests come" in client.get(queue).text
    phone("Mei").scan(first.qr)
    add(client, queue, "Ada Sample")
    page = press(client, queue, "Ada Sample", "admit")
    assert "The room has as many people as seats, or more." in page
    add(client, queue, "Ben Sample")
    assert "is registered and in." in press(client, queue, "Ben Sample", "admit"), (
        "who decides is there"
    )


def test_who_leaves_is_off_the_queue_and_can_come_back_at_the_same_number(
    queue: str, organiser: SignIn
) -> None:
    client = organiser(Role.DOOR)
    add(client, queue, "Ada Sample")
    assert "Ada Sample is off the queue." in press(client, queue, "Ada Sample", "left")
    refused = press(client, queue, "Ada Sample", "admit")
    assert "This person was taken off the queue. Put them back first." in refused
    page = press(client, queue, "Ada Sample", "left", back="1")
    assert "Ada Sample has number 1 again." in page
    press(client, queue, "Ada Sample", "admit")
    assert "Ada Sample was let in before." in press(client, queue, "Ada Sample", "left")
    assert "Ada Sample was let in before." in press(client, queue, "Ada Sample", "admit")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Admission)) == 1


def test_letting_in_can_be_undone_at_the_door(event: Event, queue: str, organiser: SignIn) -> None:
    client = organiser(Role.OWNER)
    add(client, queue, "Ada Sample")
    press(client, queue, "Ada Sample", "admit")
    overview = client.get(f"/manage/{event.slug}/door").text
    assert "Undo" in overview
    assert "No phone is paired yet" in overview, "an office page is no phone"
    assert [one.office for one in db.session.scalars(sa.select(Device))] == [True]
    agreed()


def test_bad_input_is_answered_in_words(queue: str, organiser: SignIn) -> None:
    client = organiser(Role.DOOR)
    empty = add(client, queue, "  ", organisation="Kept Ltd")
    assert empty.status_code == 422
    assert "Enter the name of who waits" in empty.text
    assert "Kept Ltd" in empty.text
    assert add(client, queue, "x" * 201).status_code == 422
    markup = add(client, queue, "<b>Bold</b>")
    assert markup.status_code == 303
    assert "<b>Bold</b>" not in client.get(queue).text


def test_an_event_without_a_queue_has_no_such_page(
    event: Event, queue: str, organiser: SignIn
) -> None:
    client = organiser(Role.OWNER)
    assert "Stand-by queue" in client.get(f"/manage/{event.slug}/door").text
    with writing() as session:
        session.get_one(RegistrationPolicy, event.id).stand_by = False
    assert client.get(queue).status_code == 404
    assert "Stand-by queue" not in client.get(f"/manage/{event.slug}/door").text


def test_nobody_is_let_into_a_cancelled_event(event: Event, queue: str, organiser: SignIn) -> None:
    client = organiser(Role.DOOR)
    add(client, queue, "Ada Sample")
    with writing() as session:
        session.get_one(Event, event.id).state = EventState.CANCELLED
    says = "The event is cancelled or over. Nobody is let in any more."
    assert says in press(client, queue, "Ada Sample", "admit")
    assert add(client, queue, "Ben Sample").status_code == 409


def test_a_stranger_of_another_event_is_not_there(queue: str, organiser: SignIn) -> None:
    client = organiser(Role.DOOR)
    token = form_of(client, queue)
    for act in ("admit", "left"):
        assert client.post(f"{queue}/{UUID(int=5)}/{act}", data=token).status_code == 404


@pytest.mark.parametrize("role", [Role.VIEWER, Role.PROGRAMME])
def test_only_who_works_at_the_door_sees_the_queue(
    queue: str, organiser: SignIn, role: Role
) -> None:
    assert organiser(role).get(queue).status_code == 403


def test_the_type_of_who_stood_by_is_offered_to_nobody(
    event: Event, queue: str, organiser: SignIn
) -> None:
    client = organiser(Role.OWNER)
    add(client, queue, "Ada Sample")
    press(client, queue, "Ada Sample", "admit")
    made = db.session.get_one(Registration, standing("Ada Sample").registration_id)
    kind = db.session.get_one(TicketType, made.ticket_type_id)
    assert kind.access is Access.OFFICE
    assert kind.name.get("en") == "Stand-by"
    service.cancel(SYSTEM, made.id, now=NOW)
    assert counts("stand_by") == (1, 0, 0)


def test_offered_and_kept_seats_are_not_free_and_other_seats_do_not_count(
    event: Event, queue: str, organiser: SignIn
) -> None:
    client = organiser(Role.OWNER)
    with writing() as session:
        session.get_one(RegistrationPolicy, event.id).seats = 10
    online = make_type(event.id, "Online", seats=own(5))
    come_by_hand(event.id, online, "1", "2", "3")
    first = service.register(ANONYMOUS, event.id, attendee("first"), form_key=None, now=NOW)
    assert "9 seats stay free even if all confirmed guests come." in client.get(queue).text
    with writing() as session:
        one = session.get_one(Registration, first.registration_ids[0])
        one.state, one.offered_until = RegistrationState.OFFERED, NOW + timedelta(hours=1)
        one.confirmed_at = None
    page = client.get(queue).text
    says = "9 seats stay free even if all confirmed guests come and all kept seats are taken."
    assert says in page
    assert "Seats offered or kept" in page
