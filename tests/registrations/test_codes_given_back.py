"""Seats kept for codes: those that no code can fill any more are everybody's at once."""

from __future__ import annotations

from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from forum.core.actor import SYSTEM
from forum.core.db import db
from forum.registrations import service
from forum.registrations.models import AccessCode
from forum.registrations.rules import Access
from forum.registrations.service.making_codes import (
    CodesWanted,
    bring_back,
    make_codes,
    release_lapsed,
    revoke_codes,
)
from tests.factories import NOW, make_event
from tests.registrations.inviting import first_type
from tests.registrations.ticket_types import agreed, come, counts, in_state, make_type

pytestmark = pytest.mark.both_databases


@pytest.fixture
def event_id(in_app: Flask) -> UUID:
    """An event with ten seats."""
    assert in_app
    return make_event(capacity=10).id


@pytest.fixture
def kind(event_id: UUID) -> UUID:
    """Its type by code."""
    return make_type(event_id, "By code", access=Access.CODE)


def code_of(code_id: UUID) -> str:
    code = db.session.scalars(sa.select(AccessCode.code).where(AccessCode.id == code_id)).one()
    db.session.rollback()
    return code


def test_revoking_some_codes_keeps_seats_for_the_others_alone(event_id: UUID, kind: UUID) -> None:
    codes = make_codes(SYSTEM, event_id, CodesWanted(kind, 4, uses=2, kept=8), now=NOW)
    come(event_id, kind, "a", code=code_of(codes[0]))
    assert (counts("event"), counts("block")) == ((10, 8, 0), (8, 1, 0))
    assert revoke_codes(SYSTEM, event_id, codes[:3], now=NOW) == codes[:3]
    assert counts("block") == (3, 1, 0), "one came, two may come by the last code"
    assert counts("event") == (10, 3, 0)
    come(event_id, kind, "b", "c", code=code_of(codes[3]))
    assert counts("block") == (3, 3, 0)


def test_what_is_given_back_goes_to_those_who_wait(event_id: UUID, kind: UUID) -> None:
    codes = make_codes(SYSTEM, event_id, CodesWanted(kind, 2, kept=2), now=NOW)
    for number in range(8):
        come(event_id, first_type(event_id), str(number))
    come(event_id, first_type(event_id), "w")
    assert in_state(event_id, "waitlisted") == "w"
    revoke_codes(SYSTEM, event_id, codes[:1], now=NOW)
    assert in_state(event_id, "waitlisted") == ""
    assert counts("block") == (1, 0, 0)


def test_codes_with_uses_to_spare_keep_every_seat(event_id: UUID, kind: UUID) -> None:
    codes = make_codes(SYSTEM, event_id, CodesWanted(kind, 2, uses=5, kept=4), now=NOW)
    revoke_codes(SYSTEM, event_id, codes[:1], now=NOW)
    assert counts("block") == (4, 0, 0)


def test_a_seat_that_a_guest_of_a_revoked_code_leaves_is_given_back_within_a_minute(
    event_id: UUID, kind: UUID
) -> None:
    first, second = make_codes(SYSTEM, event_id, CodesWanted(kind, 2, kept=2), now=NOW)
    done = come(event_id, kind, "a", code=code_of(first))
    revoke_codes(SYSTEM, event_id, [first], now=NOW)
    service.cancel(SYSTEM, done.registration_id, now=NOW)
    assert counts("block") == (2, 0, 0)
    assert release_lapsed(NOW) == 1
    assert counts("block") == (1, 0, 0)
    assert release_lapsed(NOW) == 0
    come(event_id, kind, "b", code=code_of(second))
    assert counts("block") == (1, 1, 0)


def test_codes_brought_back_open_their_type_without_a_kept_seat(event_id: UUID, kind: UUID) -> None:
    codes = make_codes(SYSTEM, event_id, CodesWanted(kind, 2, kept=2), now=NOW)
    revoke_codes(SYSTEM, event_id, codes[:1], now=NOW)
    assert bring_back(SYSTEM, event_id, codes[:1], now=NOW) == 1
    come(event_id, kind, "a", code=code_of(codes[0]))
    agreed()
    assert in_state(event_id, "confirmed") == "a"
