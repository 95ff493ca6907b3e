"""Making and changing sessions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session as Transaction

from forum.core.actor import Actor
from forum.core.db import once_more_when_raced, writing
from forum.core.errors import Conflict, NotFound
from forum.core.i18n import sentence
from forum.core.permissions import Action
from forum.core.revisions import ChangedMeanwhile, changes_since
from forum.core.text import Text
from forum.events.models import Event, Room
from forum.events.rules import check_span
from forum.events.service import locked_event
from forum.programme.models import Session, Track
from forum.programme.rules import (
    MOST_SESSIONS,
    SessionKind,
    SessionState,
    check_listed_day,
    check_move,
)
from forum.programme.service.cast import Part, hold_speakers, store_cast, wanted_cast
from forum.programme.service.changes import locked_session
from forum.programme.service.conflicting import strictly
from forum.programme.service.layers import layers_of, note_held, put


class SessionChangedMeanwhile(ChangedMeanwhile):
    """The session was saved by somebody else meanwhile."""

    code = "session_changed_meanwhile"


class TooManySessions(Conflict):
    """More sessions than a programme can show."""

    code = "too_many_sessions"
    status = 422
    says = sentence("There are 2,000 sessions already. Delete one first.")


@dataclass(frozen=True, slots=True)
class Place:
    """Where and when a session is; without times it waits in the tray."""

    starts_at: datetime | None
    ends_at: datetime | None
    room_id: UUID | None
    day: date | None = None

    def columns(self, event: Event) -> dict[str, object]:
        """Return the columns, with the day worked out in the event's zone."""
        day = None
        if self.starts_at is not None:
            own = self.starts_at.astimezone(event.zone).date()
            day = self.day or own
            check_listed_day(day, own)
        return {
            "starts_at": self.starts_at,
            "ends_at": self.ends_at,
            "day": day,
            "room_id": self.room_id,
        }


@dataclass(frozen=True, slots=True)
class SessionDetails:
    """What an editor says of a session; without times it waits in the tray.

    `day` is the day it stands under, by default the local day on which it starts.
    """

    kind: SessionKind
    title: Text
    abstract: Text
    room_id: UUID | None
    track_id: UUID | None
    starts_at: datetime | None
    ends_at: datetime | None
    day: date | None
    stream_url: str
    cast: Sequence[Part]
    delivered_in: Sequence[str] = ()
    interpreted_into: Sequence[str] = ()
    also_in: Sequence[UUID] = ()
    parts: Sequence[Mapping[str, Any]] = ()

    def columns(self, event: Event) -> dict[str, object]:
        """Return the columns, with the day worked out in the event's zone."""
        return {
            **Place(self.starts_at, self.ends_at, self.room_id, self.day).columns(event),
            "kind": self.kind,
            "title": self.title,
            "abstract": self.abstract,
            "delivered_in": list(self.delivered_in),
            "interpreted_into": list(self.interpreted_into),
            "also_in": [str(room) for room in self.also_in if room != self.room_id],
            "track_id": self.track_id,
            "parts": [dict(part) for part in self.parts],
            "stream_url": self.stream_url,
        }


def create_session(
    actor: Actor,
    event_id: UUID,
    details: SessionDetails,
    *,
    confirmed: bool,
    now: datetime,
) -> Session:
    """Add a session, a draft or one that guests see at once, with who appears in it.

    Emits session.changed where guests see it. Raises EndsBeforeStart, FarDay, SpeakerTwice,
    StrictConflict, NotFound for a room, track or speaker of others.
    """
    _check_times(details)
    return once_more_when_raced(lambda: _create(actor, event_id, details, now, confirmed=confirmed))


def _create(
    actor: Actor, event_id: UUID, details: SessionDetails, now: datetime, *, confirmed: bool
) -> Session:
    with writing() as transaction:
        hold_speakers(transaction, details.cast)
        event = locked_event(transaction, actor, event_id, Action.EDIT_PROGRAMME)
        _check_places(transaction, event, details)
        number = transaction.scalar(
            sa.select(sa.func.count()).select_from(Session).where(Session.event_id == event.id),
        )
        if (number or 0) >= MOST_SESSIONS:
            raise TooManySessions
        session = Session(
            event_id=event.id,
            state=SessionState.DRAFT,
            created_at=now,
            changed_at=now,
            **details.columns(event),
        )
        transaction.add(session)
        transaction.flush()
        rows = wanted_cast(transaction, event.organisation_id, details.cast, now)
        store_cast(transaction, session.id, [], rows)
        note_held(transaction, actor, event, session, {}, now, action="session.created")
        transaction.flush()
        if confirmed:
            layers = layers_of(transaction, event, session)
            wanted = {"state": SessionState.CONFIRMED}
            with strictly(transaction, event, layers.programme):
                put(transaction, actor, layers, wanted, None, now, action="session.confirmed")
        return session


def update_session(
    actor: Actor,
    event_id: UUID,
    session_id: UUID,
    made_from: int,
    details: SessionDetails,
    *,
    confirm: bool = False,
    now: datetime,
) -> Session:
    """Change a session and who appears in it; `made_from` is the revision the form showed.

    `confirm` shows a draft to guests in the same step. Emits session.changed. Raises
    SessionChangedMeanwhile, IllegalMove and what create_session does.
    """
    _check_times(details)
    return once_more_when_raced(
        lambda: _update(actor, event_id, session_id, made_from, details, now, confirm=confirm)
    )


def _update(
    actor: Actor,
    event_id: UUID,
    session_id: UUID,
    made_from: int,
    details: SessionDetails,
    now: datetime,
    *,
    confirm: bool,
) -> Session:
    with writing() as transaction:
        hold_speakers(transaction, details.cast)
        event, session = locked_session(transaction, actor, event_id, session_id)
        if session.revision != made_from:
            raise SessionChangedMeanwhile(
                changes_since(transaction, "session", session.id, made_from),
            )
        _check_places(transaction, event, details)
        layers = layers_of(transaction, event, session)
        wanted = details.columns(event)
        if confirm:
            check_move(layers.planned("state"), SessionState.CONFIRMED)
            wanted["state"] = SessionState.CONFIRMED
        rows = wanted_cast(transaction, event.organisation_id, details.cast, now)
        action = "session.confirmed" if confirm else "session.changed"
        with strictly(transaction, event, layers.programme):
            put(transaction, actor, layers, wanted, rows, now, action=action)
        return session


def place_session(
    actor: Actor,
    event_id: UUID,
    session_id: UUID,
    made_from: int,
    place: Place,
    *,
    now: datetime,
) -> Session:
    """Give a session another time or room, or put it back into the tray.

    Raises SessionChangedMeanwhile, EndsBeforeStart, FarDay, StrictConflict, NotFound.
    """
    if place.starts_at is not None and place.ends_at is not None:
        check_span(place.starts_at, place.ends_at, field="end_time")
    with writing() as transaction:
        event, session = locked_session(transaction, actor, event_id, session_id)
        if session.revision != made_from:
            raise SessionChangedMeanwhile(
                changes_since(transaction, "session", session.id, made_from),
            )
        _check_room(transaction, event, place.room_id)
        layers = layers_of(transaction, event, session)
        with strictly(transaction, event, layers.programme):
            put(transaction, actor, layers, place.columns(event), None, now, action="session.moved")
        return session


def _check_times(details: SessionDetails) -> None:
    if details.starts_at is not None and details.ends_at is not None:
        check_span(details.starts_at, details.ends_at, field="end_time")


def _check_places(transaction: Transaction, event: Event, details: SessionDetails) -> None:
    for room_id in {details.room_id, *details.also_in}:
        _check_room(transaction, event, room_id)
    if details.track_id is not None:
        track = transaction.get(Track, details.track_id)
        if track is None or track.event_id != event.id:
            raise NotFound


def _check_room(transaction: Transaction, event: Event, room_id: UUID | None) -> None:
    if room_id is None:
        return
    room = transaction.get(Room, room_id)
    if room is None or room.event_id != event.id:
        raise NotFound
