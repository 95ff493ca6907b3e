"""What tests of the grid and of strict conflicts share: placing over HTTP, and many rows."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

from flask import Flask
from werkzeug.test import TestResponse

from forum.core.actor import SYSTEM
from forum.core.db import db, writing
from forum.events.models import Event
from forum.programme import service
from forum.programme.models import Appearance, Engagement, Session
from forum.programme.rules import EngagementState, ReleaseMode, SessionKind
from tests import factories
from tests.events.browsing import Member

BOARD = "/manage/sample-forum/programme"


def stored(app: Flask, session_id: UUID) -> Session:
    with app.app_context():
        return db.session.get_one(Session, session_id)


def place(member: Member, session_id: UUID, **given: Any) -> TestResponse:
    page = member.get(BOARD).text
    token = re.search(r'data-token="([^"]+)"', page)
    assert token is not None
    values = {
        "made_from": 1,
        "starts_at": "2026-12-08T11:00",
        "minutes": 45,
        "room": None,
        "day": "2026-12-08",
    }
    return member.client.post(
        f"{BOARD}/{session_id}/place",
        json=values | given,
        headers={"X-CSRFToken": token[1], "Accept": "application/json"},
    )


def grid(page: str) -> dict[str, Any]:
    found = re.search(r'id="sched-grid">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def keep(app: Flask, event_id: UUID, mode: ReleaseMode, *strict: str, minutes: int = 0) -> None:
    with app.app_context():
        keeping = service.Keeping(mode, strict, minutes, nod=True)
        service.keep_programme(SYSTEM, event_id, keeping, now=factories.NOW)


def engage(
    house: SimpleNamespace, speaker: UUID, state: EngagementState = EngagementState.CONFIRMED
) -> Engagement:
    return factories._stored(
        Engagement(
            event_id=house.event_id,
            speaker_id=speaker,
            state=state,
            created_at=factories.NOW,
        )
    )


def fill(app: Flask, house: SimpleNamespace, number: int) -> None:
    with app.app_context():
        rooms = [factories.make_room(house.event).id for _ in range(20)]
        speakers = [factories.make_speaker(house.ours.id).id for _ in range(60)]
        with_rows(house.event_id, rooms, speakers, number)


def with_rows(event_id: UUID, rooms: list[UUID], speakers: list[UUID], number: int) -> None:
    event = db.session.get_one(Event, event_id)
    starts = [event.starts_at + timedelta(minutes=30 * (n // 20)) for n in range(number)]
    sessions = [
        Session(
            id=uuid4(),
            event_id=event_id,
            kind=SessionKind.TALK,
            state="confirmed",
            title=factories.text(f"Sample talk {n}"),
            starts_at=starts[n],
            ends_at=starts[n] + timedelta(minutes=30),
            day=starts[n].astimezone(event.zone).date(),
            room_id=rooms[n % 20],
            created_at=factories.NOW,
            changed_at=factories.NOW,
        )
        for n in range(number)
    ]
    store(sessions, speakers)


def store(sessions: list[Session], speakers: list[UUID]) -> None:
    with writing() as transaction:
        transaction.add_all(sessions)
        transaction.flush()
        transaction.add_all(
            Appearance(session_id=one.id, speaker_id=speakers[n % 60], role="presenter")
            for n, one in enumerate(sessions)
        )
