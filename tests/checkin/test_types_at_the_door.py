"""Which ticket types may enter at a checkpoint: set by an organiser, held at every reading."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
import time_machine
from flask.testing import FlaskClient

from forum.checkin import queries, service
from forum.checkin.rules import CheckpointKind
from forum.core.actor import SYSTEM
from forum.core.db import db
from forum.core.permissions import Role
from forum.events.models import Event
from forum.registrations import service as registrations
from forum.registrations.queries.types import types_of
from forum.tickets import queries as tickets
from forum.tickets.service import qr_text
from tests.checkin.conftest import NewPhone
from tests.factories import NOW, make_event, text
from tests.registrations.desk import form_of
from tests.registrations.ticket_types import come, make_type

SignIn = Callable[..., FlaskClient]


@pytest.fixture(autouse=True)
def _then() -> Iterator[None]:
    with time_machine.travel(NOW):
        yield


@pytest.fixture
def vip(event: Event) -> UUID:
    return make_type(event.id, "VIP")


@pytest.fixture
def lounge(event: Event, vip: UUID) -> UUID:
    """A room that only VIPs may enter."""
    return service.add_checkpoint(
        SYSTEM, event, text("Lounge"), CheckpointKind.ROOM, now=NOW, types=[vip]
    )


def qr_of(event: Event, type_id: UUID | None, name: str) -> str:
    """Register a guest of a type and return what the ticket's QR says."""
    ticket = tickets.ticket_of(come(event.id, type_id, name).registration_id)
    assert ticket is not None
    return qr_text(ticket)


def test_a_ticket_of_another_type_is_good_but_not_at_this_door(
    event: Event, vip: UUID, lounge: UUID, phone: NewPhone
) -> None:
    door = service.add_checkpoint(SYSTEM, event, text("Door"), CheckpointKind.ENTRANCE, now=NOW)
    at_lounge, at_door = phone("Mei", lounge), phone("Ada", door)
    ours, others = qr_of(event, vip, "v"), qr_of(event, None, "g")
    assert at_lounge.scan(ours)["reason"] == "admitted"
    verdict = at_lounge.scan(others)
    assert (verdict["kind"], verdict["reason"]) == ("stop", "not_this_door")
    assert verdict["big"][0]["text"] == "Not this door"
    said = [piece["text"] for line in verdict["lines"] for piece in line]
    assert "Tickets of the type “General” do not enter at Lounge" in said
    assert verdict["next"] == ["The ticket is good, but not here. Show the guest where to go."]
    assert at_door.scan(others)["reason"] == "admitted", "the main door lets all types in"


def test_a_guest_who_moves_to_the_type_may_enter(
    event: Event, vip: UUID, lounge: UUID, phone: NewPhone
) -> None:
    from_general = come(event.id, None, "g")
    registrations.change_type(SYSTEM, [from_general.registration_id], vip, now=NOW)
    ticket = tickets.ticket_of(from_general.registration_id)
    assert ticket is not None
    assert phone("Mei", lounge).scan(qr_text(ticket))["reason"] in {"admitted", "revoked"}


def test_an_organiser_ticks_the_types_that_may_enter(
    event: Event, vip: UUID, organiser: SignIn
) -> None:
    client = organiser(Role.OWNER)
    address = f"/manage/{event.slug}/door/checkpoints/new"
    page = client.get(address).text
    assert page.count('name="types"') == 2
    assert page.count("checked") >= 2, "all of them, unless some are left out"
    typed = form_of(client, address) | {"name-en": "Lounge", "kind": "room"}
    nobody = client.post(address, data=typed)
    assert nobody.status_code == 422
    assert "Tick at least one ticket type" in nobody.text
    typed = form_of(client, address) | {"name-en": "Lounge", "kind": "room"}
    assert client.post(address, data=typed | {"types": str(vip)}).status_code == 303
    made = queries.checkpoints(event.id)[-1].checkpoint
    assert queries.types_entering(made.id) == {vip}
    one = f"/manage/{event.slug}/door/checkpoints/{made.id}"
    both = [str(kind.id) for kind in types_of(event.id)]
    typed = form_of(client, one) | {"name-en": "Lounge", "kind": "room", "types": both}
    assert client.post(one, data=typed).status_code == 303
    db.session.rollback()
    assert queries.types_entering(made.id) == set(), "all: also those added later"


def test_types_of_another_event_are_not_taken(event: Event, vip: UUID, organiser: SignIn) -> None:
    stranger = make_type(make_event().id)
    made = service.add_checkpoint(
        SYSTEM, event, text("Lounge"), CheckpointKind.ROOM, now=NOW, types=[stranger, vip]
    )
    assert queries.types_entering(made) == {vip}
    client = organiser(Role.OWNER)
    address = f"/manage/{event.slug}/door/checkpoints/{made}"
    typed = form_of(client, address) | {"name-en": "Lounge", "types": str(stranger)}
    assert client.post(address, data=typed).status_code == 422
