"""Changing the sample event as its organisers do, and what a client sees of that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy.orm import joinedload

from forum.core.actor import SYSTEM
from forum.core.db import db
from forum.events.models import Event
from forum.events.service import EventDetails, update_event
from forum.programme.models import Session
from forum.programme.service import Part, SessionDetails, update_session
from tests.calendar.grammar import Part as Component
from tests.calendar.grammar import parse
from tests.calendar.stage import FEED, MADE, Stage

if TYPE_CHECKING:
    from flask.testing import FlaskClient

LATER = MADE + timedelta(days=5)


@dataclass(frozen=True)
class Seen:
    """A feed as a client keeps it: its tag, its bytes, and each event's by UID."""

    tag: str
    octets: bytes
    events: dict[str, bytes]

    def part(self, uid: object) -> Component:
        """Return one event, strictly read."""
        return next(p for p in parse(self.octets).inside("VEVENT") if p.value("UID") == str(uid))

    def changed(self, earlier: Seen) -> set[str]:
        """Return the UIDs of the events that are not the same octets as before."""
        both = self.events.keys() | earlier.events.keys()
        return {uid for uid in both if self.events.get(uid) != earlier.events.get(uid)}


Look = Callable[[], Seen]


def seen_at(client: FlaskClient, address: str = FEED) -> Seen:
    """Fetch a feed as a client does."""
    response = client.get(address)
    pieces = response.data.removesuffix(b"END:VCALENDAR\r\n").split(b"BEGIN:VEVENT\r\n")[1:]
    events = {piece.split(b"\r\n", 1)[0].removeprefix(b"UID:").decode(): piece for piece in pieces}
    return Seen(response.headers["ETag"], response.data, events)


def raised(after: Seen, before: Seen, uid: object) -> int:
    """Return by how much an event's SEQUENCE rose."""
    return int(after.part(uid).value("SEQUENCE")) - int(before.part(uid).value("SEQUENCE"))


def utc(moment: datetime) -> str:
    """Return a moment as calendars write it."""
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def edit(
    stage: Stage, session_id: UUID, *, confirm: bool = False, now: datetime = LATER, **changes: Any
) -> None:
    """Change a session as its editor would."""
    session = db.session.get_one(
        Session, session_id, options=[joinedload(Session.appearances)], populate_existing=True
    )
    known = {
        field.name: getattr(session, field.name)
        for field in fields(SessionDetails)
        if field.name != "cast"
    }
    cast = [Part(one.speaker_id, one.role) for one in session.appearances]
    details = replace(SessionDetails(**known, cast=cast), **changes)
    update_session(
        SYSTEM, stage.event, session_id, session.revision, details, confirm=confirm, now=now
    )


def edit_event(event_id: UUID, *, now: datetime = LATER, **changes: Any) -> None:
    """Change what an event says of itself as its editor would."""
    event = db.session.get_one(Event, event_id, populate_existing=True)
    known = {field.name: getattr(event, field.name) for field in fields(EventDetails)}
    update_event(SYSTEM, event.id, event.revision, EventDetails(**{**known, **changes}), now=now)
