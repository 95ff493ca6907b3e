"""An organisation with an owner, and clients that are signed in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from forum.core.db import db
from forum.core.outbox import OutboxRow
from forum.core.permissions import Role
from forum.people.models import User
from tests.factories import NOW, make_member, make_organisation
from tests.people.signing_in import sign_in


@dataclass(frozen=True)
class House:
    """An organisation and its one owner."""

    id: UUID
    slug: str
    owner: User


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """The clock, standing at the moment of the tests until it is moved."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def house(app: Flask) -> House:
    """A stored organisation with its owner."""
    with app.app_context():
        organisation = make_organisation()
        return House(organisation.id, organisation.slug, make_member(organisation))


@pytest.fixture
def signed_in(app: Flask, house: House) -> Callable[..., FlaskClient]:
    """Make a client signed in as a new member of the house with a role, or as a given user."""

    def make(who: User | Role = Role.OWNER) -> FlaskClient:
        user = who
        if isinstance(who, Role):
            with app.app_context():
                user = make_member(_organisation(house), who)
        client = app.test_client()
        sign_in(client, user)
        return client

    return make


@pytest.fixture
def told(app: Flask) -> Callable[[str], list[dict[str, Any]]]:
    """Return what the outbox was told of a topic."""

    def read(topic: str) -> list[dict[str, Any]]:
        with app.app_context():
            rows = db.session.query(OutboxRow).filter_by(topic=topic).order_by(OutboxRow.id)
            return [row.payload for row in rows]

    return read


class _Named:
    def __init__(self, organisation_id: UUID) -> None:
        self.id = organisation_id


def _organisation(house: House) -> Any:
    return _Named(house.id)
