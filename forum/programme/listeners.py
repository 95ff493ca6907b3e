"""What the programme does when events and rooms change, and from time to time."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session as Transaction

from forum.core.actor import Actor
from forum.core.outbox import Payload, within
from forum.core.periodic import every
from forum.events.models import Event
from forum.events.rules import EventState
from forum.events.views import uploads
from forum.programme.service import (
    follow_event,
    follow_organisation,
    follow_room,
    give_free_places,
    keep_name,
    leave_room,
    note_first_version,
    refuse_resized,
    sweep_pdfs,
)

TELLS_CALENDARS = {"venue_id", "time_zone", "state"}
SEEN_IN_SESSIONS = {"slug", "contact_email", "languages", "state_note"}
"""What feeds show with every session although calendars need not act on it."""
NEW_DATES = {"starts_at", "ends_at", "dates_open"}
"""While an event is postponed, its dates decide whether those of its sessions hold."""
SEEN_OF_ORGANISATIONS = {"name", "contact_email"}


@within("event.published")
@within("event.changed")
@within("event.postponed")
@within("event.cancelled")
def sessions_follow_their_event(transaction: Transaction, payload: Payload, now: datetime) -> None:
    """Let calendars hear of every session whose place or standing the event has changed."""
    seen_before = "published_at" not in payload["changed"]
    what = set(payload["changed"])
    tells = TELLS_CALENDARS | (NEW_DATES if payload["state"] == EventState.POSTPONED else set())
    if seen_before and what & (tells | SEEN_IN_SESSIONS):
        follow_event(transaction, UUID(payload["event_id"]), now, tells=bool(what & tells))


@within("event.published")
def the_first_version_is_numbered(
    transaction: Transaction, payload: Payload, now: datetime
) -> None:
    """Make the first numbered version of what guests find from now on."""
    event = transaction.get(Event, UUID(payload["event_id"]))
    if event is not None:
        note_first_version(transaction, event, now)


@within("people.organisation_changed")
def sessions_follow_their_organiser(
    transaction: Transaction, payload: Payload, now: datetime
) -> None:
    """Let feeds say that every session of an organisation is newer where they show its change."""
    if SEEN_OF_ORGANISATIONS & set(payload["changed"]):
        follow_organisation(transaction, UUID(payload["organisation_id"]), now)


@within("room.changed")
def sessions_follow_a_renamed_room(
    transaction: Transaction, payload: Payload, now: datetime
) -> None:
    """Let calendars hear of the sessions in a room with another name."""
    follow_room(transaction, UUID(payload["event_id"]), UUID(payload["room_id"]), now)


@within("room.resized")
def a_smaller_room_must_suit(transaction: Transaction, payload: Payload, _now: datetime) -> None:
    """Refuse a room too small for its sessions where the organiser made that strict."""
    refuse_resized(
        transaction,
        UUID(payload["event_id"]),
        UUID(payload["room_id"]),
        payload["before"],
        payload["after"],
    )


@within("room.removed")
def sessions_leave_a_removed_room(
    transaction: Transaction, payload: Payload, now: datetime
) -> None:
    """Take the sessions out of a room that goes, and let those concerned hear of it."""
    event = transaction.get_one(Event, UUID(payload["event_id"]))
    keep_name(transaction, event, payload["room_id"], payload["name"])
    by = Actor.of_named(payload["by"])
    leave_room(transaction, by, event, UUID(payload["room_id"]), now)


@within("session.changed")
def free_places_are_given(transaction: Transaction, payload: Payload, now: datetime) -> None:
    """Give places that stayed free to those who wait, once a session is held after all, or later.

    What is freed after the start, or in a cancelled session, goes to nobody.
    """
    if {"state", "starts_at"} & set(payload["changed"]):
        give_free_places(transaction, UUID(payload["session_id"]), now)


@every(timedelta(days=1), "sweep the uploaded PDFs")
def sweep_uploads(now: datetime) -> None:
    """Delete PDFs of sessions and speakers that are no more."""
    sweep_pdfs(uploads(), now)
