"""What who is on stage is told: the slot when it is given, and later what changed of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from forum.core.actor import SYSTEM
from forum.core.text import Text
from forum.messaging.models import Message
from forum.messaging.rules import Kind
from forum.programme import queries, service
from forum.programme.rules import AppearanceRole, SessionKind
from tests.factories import NOW, text
from tests.messaging.conftest import Work
from tests.messaging.stage import Stage, hold, move, release

pytestmark = pytest.mark.usefixtures("in_app")
Messages = Callable[[], list[Message]]


def put_on_stage(stage: Stage) -> None:
    """Plan a panel with the speaker."""
    talk = queries.planned_session(stage.event.id, stage.talk.id)
    details = service.SessionDetails(
        kind=SessionKind.PANEL,
        title=text("The panel"),
        abstract=Text(),
        room_id=None,
        track_id=None,
        starts_at=talk.ends_at + timedelta(hours=1),
        ends_at=talk.ends_at + timedelta(hours=2),
        day=None,
        stream_url="",
        cast=[service.Part(stage.speaker.id, AppearanceRole.PANELLIST)],
    )
    service.create_session(SYSTEM, stage.event.id, details, confirmed=True, now=NOW)


def test_a_slot_is_told_as_one_and_a_change_of_it_as_a_change(
    work: Work, messages: Messages, stage: Stage
) -> None:
    hold(stage.event)
    put_on_stage(stage)
    release(stage.event)
    work()
    (slot,) = messages()
    assert slot.kind is Kind.SPEAKER_SLOT
    assert "The panel" in slot.text
    assert slot.mark in slot.text
    later = NOW + timedelta(hours=1)
    move(stage.talk, 15, later)
    release(stage.event, later)
    work(later)
    assert messages()[-1].kind is Kind.PROGRAMME_SPEAKER


def test_a_slot_and_a_change_together_are_a_change(
    work: Work, messages: Messages, stage: Stage
) -> None:
    hold(stage.event)
    put_on_stage(stage)
    move(stage.talk, 15)
    release(stage.event)
    work()
    (message,) = messages()
    assert message.kind is Kind.PROGRAMME_SPEAKER
