"""The door tells the greeter when an invited guest comes in, and where they sit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
import time_machine

from forum.core.actor import SYSTEM
from forum.events.models import Event
from forum.registrations.queries.invitations import people_of
from forum.registrations.service import replying
from forum.registrations.service.replying import Named, Reply
from forum.tickets import queries as tickets
from forum.tickets.service import qr_text
from tests.checkin.conftest import NewGuest, NewPhone
from tests.factories import NOW
from tests.registrations.inviting import made_list, one_invited


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def _codes(event_id: UUID, reply: Reply, **given: Any) -> list[str]:
    """Let a guest accept, and return what stands on the tickets of everybody who comes."""
    listed = made_list(event_id, companions=1)
    who = one_invited(event_id, listed, salutation="Dr", seating="Table 2", **given)
    done = replying.accept(SYSTEM, who, reply, now=NOW)
    found = [tickets.ticket_of(one.id) for one in people_of(done.booking_id)]
    return [qr_text(one) for one in found if one is not None]


def _said(verdict: dict[str, Any]) -> str:
    assert verdict["reason"] == "admitted", verdict
    return " | ".join(piece["text"] for line in verdict["lines"] for piece in line)


def test_the_greeter_is_told_of_a_guest_of_honour_and_where_all_of_them_sit(
    event: Event, phone: NewPhone, guest: NewGuest
) -> None:
    first, companion = _codes(event.id, Reply((Named("Sample Companion"),)), greet=True)
    door = phone()
    said = _said(door.scan(first))
    assert "VIP: tell the greeter, Dr Sample Invited solo" in said
    assert "Seating: Table 2" in said
    said = _said(door.scan(companion))
    assert "greeter" not in said
    assert "Seating: Table 2" in said
    again = door.scan(first)
    assert again["reason"] == "already_in"
    said = _said(door.scan(guest().qr))
    assert "greeter" not in said
    assert "Seating" not in said


def test_a_delegate_is_announced_without_the_guests_salutation(
    event: Event, phone: NewPhone
) -> None:
    instead = Reply(delegate=Named("Sample Delegate", "", "delegate@example.com"))
    (code,) = _codes(event.id, instead, greet=True)
    assert "VIP: tell the greeter, Sample Delegate" in _said(phone().scan(code))
