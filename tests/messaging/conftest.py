"""What tests of messages stand on: guests who register, and the worker's turn."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from forum.core import outbox
from forum.core.actor import ANONYMOUS
from forum.core.db import db
from forum.events.models import Event
from forum.messaging import service
from forum.messaging.models import Message
from forum.registrations import service as registrations
from forum.registrations.service import Registered
from tests.factories import NOW, attendee
from tests.messaging.stage import Stage, make_stage

Register = Callable[..., Registered]
Work = Callable[..., None]


@pytest.fixture
def register(app: Flask) -> Register:
    """Register a sample guest for an event, as the form does."""

    def _register(event: Event, *, now: datetime = NOW, **given: Any) -> Registered:
        guest = attendee(**given)
        with app.app_context():
            return registrations.register(ANONYMOUS, event.id, guest, form_key=None, now=now)

    return _register


@pytest.fixture
def work(app: Flask) -> Work:
    """Do what the jobs process does: carry out the outbox, then send what is due."""

    def _work(now: datetime = NOW) -> None:
        with app.app_context():
            while outbox.deliver_due(now) + service.deliver_due(now):
                pass
            failed = db.session.scalars(
                sa.select(outbox.OutboxRow.last_error).where(
                    outbox.OutboxRow.last_error.is_not(None)
                ),
            ).all()
            assert failed == []

    return _work


@pytest.fixture
def messages(app: Flask) -> Callable[[], list[Message]]:
    """Read all messages as they stand, oldest first."""

    def _messages() -> list[Message]:
        with app.app_context():
            wanted = sa.select(Message).order_by(Message.created_at, Message.id)
            return list(db.session.scalars(wanted))

    return _messages


@pytest.fixture
def stage(in_app: Flask) -> Stage:
    """Store one talk with a speaker who can be written to, in Chinese."""
    return make_stage()
