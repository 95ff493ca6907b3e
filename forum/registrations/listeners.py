"""What registrations do when something happens below: desks, places in sessions, who is reached."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.core.conflicts import counts_conflicts
from forum.core.i18n import sentence, sentences
from forum.core.impact import Impact, counts_impact
from forum.core.outbox import Payload, within
from forum.core.remarks import Remark, remarks
from forum.registrations.models import Registration, SessionPlace, Star
from forum.registrations.queries import shared_sign_ups, speaker_seats
from forum.registrations.queries.places import TOLD
from forum.registrations.rules import RegistrationState
from forum.registrations.service import make_stars, open_desk, seat

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@within("event.created")
def give_a_desk(session: Session, payload: Payload, _now: datetime) -> None:
    """Open a pool of `capacity` seats and the General type for the event."""
    open_desk(session, UUID(payload["event_id"]), int(payload["capacity"]))


@counts_impact("event")
def guests_reached(session: Session, event_id: UUID) -> list[Impact]:
    """Count who hears of a change of the event's state; one statement."""
    row = session.execute(
        sa.select(
            sa.func.count().filter(Registration.state == RegistrationState.CONFIRMED),
            sa.func.count().filter(Registration.state == RegistrationState.WAITLISTED),
        ).where(Registration.event_id == event_id),
    ).one()
    return [
        Impact(
            row[0],
            sentences(
                "with a seat is told by mail",
                "with a seat are told by mail",
                row[0],
            ),
            mailed=True,
        ),
        Impact(
            row[1],
            sentences(
                "on the wait list is told by mail",
                "on the wait list are told by mail",
                row[1],
            ),
            mailed=True,
        ),
    ]


@within("session.places_given")
def seat_those_who_waited(session: Session, payload: Payload, now: datetime) -> None:
    """Give places to those whom a session's pool has counted in."""
    holders = [UUID(one) for one in payload["holder_ids"]]
    seat(session, UUID(payload["organisation_id"]), holders, now)


@within("session.places_removed")
def nobody_need_sign_up(session: Session, payload: Payload, now: datetime) -> None:
    """Keep a session that everybody may come to as a star for who had signed up."""
    make_stars(session, UUID(payload["session_id"]), now)


@counts_impact("session")
def guests_of_a_session(session: Session, session_id: UUID) -> list[Impact]:
    """Count who signed up for a session, waits for it or starred it, each once; one statement."""
    signed_up = sa.select(SessionPlace.registration_id).where(SessionPlace.session_id == session_id)
    seated = signed_up.where(SessionPlace.seated.is_(True))
    starred = sa.select(Star.registration_id).where(Star.session_id == session_id)
    row = session.execute(
        sa.select(
            sa.func.count().filter(Registration.id.in_(seated)),
            sa.func.count().filter(Registration.id.in_(signed_up), Registration.id.not_in(seated)),
            sa.func.count().filter(Registration.id.in_(starred), Registration.id.not_in(signed_up)),
        ).where(Registration.id.in_(sa.union(signed_up, starred)), Registration.state.in_(TOLD)),
    ).one()
    return [
        Impact(
            row[0],
            sentences(
                "with a place in this session is told by mail",
                "with a place in this session are told by mail",
                row[0],
            ),
            mailed=True,
        ),
        Impact(
            row[1],
            sentences(
                "waiting for a place in it is told by mail",
                "waiting for a place in it are told by mail",
                row[1],
            ),
            mailed=True,
        ),
        Impact(
            row[2],
            sentences(
                "who starred it is told by mail",
                "who starred it are told by mail",
                row[2],
            ),
            mailed=True,
        ),
    ]


counts_conflicts(shared_sign_ups)


@remarks("speaker")
def tickets_of_speakers(event_id: UUID) -> dict[UUID, Remark]:
    """Say which speakers of an event have a ticket; one statement."""
    held = sentence("Ticket")
    kinds = {
        RegistrationState.CONFIRMED: Remark("go", held),
        RegistrationState.CANCELLED: Remark("", sentence("Ticket cancelled")),
    }
    seats = speaker_seats(event_id)
    return {who: kinds.get(one.state, Remark("look", held)) for who, one in seats.items()}
