"""Named reads of guests' own entries, with the events and sessions that they are of."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from forum.calendar.models import GuestEntry
from forum.calendar.rules.answers import Method
from forum.core.db import db
from forum.events.models import Event
from forum.programme.models import Session
from forum.programme.queries.sessions import whole_session
from forum.programme.rules import SessionState
from forum.registrations.models import Registration, SessionPlace
from forum.registrations.rules import RegistrationState


@dataclass(frozen=True, slots=True)
class SessionShown:
    """A session that stands in somebody's own calendar, or belongs there; whether it is on."""

    session_id: UUID
    takes_place: bool


def entries_by_id(ids: Collection[UUID]) -> Mapping[UUID, GuestEntry]:
    """Return guests' entries as they stand now; one statement at most."""
    if not ids:
        return {}
    found = db.session.scalars(
        sa.select(GuestEntry)
        .where(GuestEntry.id.in_(ids))
        .execution_options(populate_existing=True)
    )
    return {one.id: one for one in found}


def events_of(entries: Iterable[GuestEntry]) -> Mapping[UUID, Event]:
    """Return the events of entries, with venue, series and organisation; one statement at most."""
    ids = {one.event_id for one in entries}
    if not ids:
        return {}
    found = db.session.scalars(
        sa.select(Event)
        .where(Event.id.in_(ids))
        .options(joinedload(Event.venue), joinedload(Event.series), joinedload(Event.organisation))
        .execution_options(populate_existing=True)
    )
    return {one.id: one for one in found}


def sessions_of(entries: Iterable[GuestEntry]) -> Mapping[UUID, Session]:
    """Return the public sessions of entries with all that is shown; two statements at most."""
    ids = {one.session_id for one in entries if one.session_id}
    if not ids:
        return {}
    found = db.session.scalars(
        sa.select(Session)
        .where(Session.id.in_(ids), Session.state != SessionState.DRAFT)
        .options(*whole_session())
        .execution_options(populate_existing=True)
    )
    return {one.id: one for one in found.unique()}


def sessions_in_calendars(
    email_keys: Collection[str], session_ids: Collection[UUID]
) -> Mapping[str, Sequence[SessionShown]]:
    """Return by address which of these sessions its calendar shows, in time; one statement.

    Also one that takes place and was taken out there, where the guest has a place in it: it is
    held after all, or has a time again.
    """
    takes_place = sa.and_(Session.state == SessionState.CONFIRMED, Session.starts_at.is_not(None))
    has_place = sa.exists().where(
        Registration.event_id == GuestEntry.event_id,
        Registration.email_key == GuestEntry.email_key,
        Registration.state == RegistrationState.CONFIRMED,
        SessionPlace.registration_id == Registration.id,
        SessionPlace.session_id == Session.id,
        SessionPlace.seated.is_(True),
    )
    rows = db.session.execute(
        sa.select(GuestEntry.email_key, Session.id, takes_place)
        .join(Session, Session.id == GuestEntry.session_id)
        .where(
            GuestEntry.uid.in_(session_ids),
            GuestEntry.email_key.in_(email_keys),
            sa.or_(GuestEntry.method == Method.REQUEST, sa.and_(takes_place, has_place)),
        )
        .order_by(Session.starts_at, Session.id)
    )
    found: dict[str, list[SessionShown]] = {}
    for email_key, session_id, is_on in rows:
        found.setdefault(email_key, []).append(SessionShown(session_id, bool(is_on)))
    return found


def entries_of_registration(registration_id: UUID) -> Sequence[GuestEntry]:
    """Return what stands in a guest's own calendar by our mails, the event first; one statement."""
    return db.session.scalars(
        sa.select(GuestEntry)
        .where(GuestEntry.registration_id == registration_id)
        .order_by(GuestEntry.session_id.is_not(None), GuestEntry.made_at, GuestEntry.id)
    ).all()


def entry_of(uid: UUID, email_key: str) -> GuestEntry | None:
    """Return the entry with this UID in the calendar of one address; one statement."""
    return db.session.scalar(
        sa.select(GuestEntry).where(GuestEntry.uid == uid, GuestEntry.email_key == email_key)
    )
