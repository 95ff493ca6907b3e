"""What tests of tickets stand on: a guest who is registered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from forum.core.actor import ANONYMOUS
from forum.events.models import Event
from forum.registrations import service
from forum.registrations.service import Registered
from tests.factories import NOW, attendee

Register = Callable[..., Registered]


@pytest.fixture
def register(in_app: Flask) -> Register:
    """Register a sample guest for an event, as the form does."""

    def _register(event: Event, **given: Any) -> Registered:
        return service.register(ANONYMOUS, event.id, attendee(**given), form_key=None, now=NOW)

    return _register
