"""What tests of the back office share: an organisation, its members, an event."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
import time_machine
from flask import Flask

from tests import factories
from tests.events.browsing import Member


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with time_machine.travel(factories.NOW, tick=True):
        yield


@pytest.fixture
def house(app: Flask) -> SimpleNamespace:
    """An organisation with an event, and a stranger's organisation with another."""
    with app.app_context():
        ours = factories.make_organisation()
        theirs = factories.make_organisation()
        event = factories.make_event(ours, slug="sample-forum", revision=1)
        other = factories.make_event(theirs, slug="other-forum")
        return SimpleNamespace(
            ours=ours,
            theirs=theirs,
            event=event,
            other=other,
            event_id=event.id,
            other_id=other.id,
            slug="sample-forum",
            other_slug="other-forum",
        )


@pytest.fixture
def owner(app: Flask, house: SimpleNamespace) -> Member:
    """An owner of the first organisation."""
    return Member(app, house.ours, name="Ada Sample")


@pytest.fixture
def second(app: Flask, house: SimpleNamespace) -> Member:
    """Another owner of the first organisation."""
    return Member(app, house.ours, name="Ben Sample")
