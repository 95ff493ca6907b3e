"""What a write broke is named as it is: by the constraint, on both databases."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import IntegrityError

from forum.core.actor import ANONYMOUS
from forum.core.constraints import broken_by, told_as
from forum.core.db import db, writing
from forum.core.ids import uuid7
from forum.people.service import organisations
from forum.registrations import service
from forum.registrations.models import ADDRESS_HELD_ONCE, Registration
from forum.registrations.rules import AddressTaken
from forum.registrations.service import changing_invitations, guest_lists, viewing
from tests.factories import NOW, attendee, make_event

CODE = "uq_registration_event_id_code"
pytestmark = pytest.mark.both_databases


@pytest.fixture
def ada(in_app: Flask) -> Registration:
    """One who is registered."""
    assert in_app
    done = service.register(ANONYMOUS, make_event().id, attendee("Ada"), form_key=None, now=NOW)
    return db.session.get_one(Registration, done.registration_id)


def twice(ada: Registration, **other: Any) -> None:
    """Store the same registration again, with some columns of its own."""
    row = {column.key: getattr(ada, column.key) for column in sa.inspect(Registration).columns}
    with writing() as session:
        session.execute(sa.insert(Registration).values(**(row | {"id": uuid7()} | other)))


@pytest.mark.parametrize(
    ("other", "name"),
    [
        ({"code": "AAAABBBB"}, ADDRESS_HELD_ONCE),
        ({"email_key": "other@example.com"}, CODE),
        ({"code": "AAAABBBB", "holds_address": False, "state": "nowhere"}, None),
        ({"code": "AAAABBBB", "holds_address": False, "booking_id": uuid7()}, None),
    ],
)
def test_the_constraint_that_was_broken_is_named(
    ada: Registration, other: dict[str, Any], name: str | None
) -> None:
    with pytest.raises((IntegrityError, sa.exc.StatementError)) as caught:
        twice(ada, **other)
    if name is not None:
        assert isinstance(caught.value, IntegrityError)
        assert broken_by(caught.value) == name


def test_an_address_that_is_taken_is_told_as_that(ada: Registration) -> None:
    with pytest.raises(AddressTaken), told_as(AddressTaken(field="email"), ADDRESS_HELD_ONCE):
        twice(ada, code="AAAABBBB")


def test_nothing_else_is_told_as_an_address_that_is_taken(ada: Registration) -> None:
    with pytest.raises(IntegrityError), told_as(AddressTaken(field="email"), ADDRESS_HELD_ONCE):
        twice(ada, email_key="other@example.com")


def test_a_missing_row_that_is_named_breaks_a_foreign_key(ada: Registration) -> None:
    with pytest.raises(IntegrityError), told_as(AddressTaken(field="email"), ADDRESS_HELD_ONCE):
        twice(ada, code="AAAABBBB", holds_address=False, booking_id=uuid7())


def test_every_constraint_that_errors_are_told_by_is_there(in_app: Flask) -> None:
    assert in_app
    there = {
        str(one.name)
        for table in db.metadata.tables.values()
        for one in (*table.constraints, *table.indexes)
    }
    told = (
        ADDRESS_HELD_ONCE,
        changing_invitations.ADDRESS_INVITED_ONCE,
        guest_lists.NAMED_ONCE,
        viewing.NAMED_ONCE,
        organisations.NAMED_ONCE,
    )
    assert {*told, CODE} <= there
