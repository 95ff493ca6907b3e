"""What registrations do when something happens below: desks, places in sessions, who is reached."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.core.conflicts import counts_conflicts
from forum.core.i18n import sentence, sentences
from forum.core.impact import Impact, counts_impact
from forum.core.outbox import Payload, after, after_many, within
from forum.core.periodic import every
from forum.core.remarks import Remark, remarks
from forum.events.views import uploads
from forum.registrations.models import Registration, SessionPlace, Star
from forum.registrations.queries import shared_sign_ups, speaker_seats
from forum.registrations.queries.places import TOLD
from forum.registrations.rules import SEATED, ConsentSource, RegistrationState
from forum.registrations.service import (
    answer_folder,
    make_stars,
    open_desk,
    seat,
    sweep_answer_files,
)
from forum.registrations.service.consenting import withdraw_all_of
from forum.registrations.service.following import follow_bookings
from forum.registrations.service.forgetting import erase_old_answers, forget_answers_of
from forum.registrations.service.taking_in import go_on, take_in_some
from forum.registrations.service.wordings import check_partner_may_go

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session


@within("event.created")
def give_a_desk(session: Session, payload: Payload, _now: datetime) -> None:
    """Open a pool of `capacity` seats and the General type for the event."""
    open_desk(session, UUID(payload["event_id"]), int(payload["capacity"]))


@within("partner.removed")
def keep_partners_who_are_asked_about(session: Session, payload: Payload, _now: datetime) -> None:
    """Refuse to remove a partner about whom forms still ask."""
    check_partner_may_go(session, UUID(payload["partner_id"]))


@after("guests.file_chosen")
def take_guests_in(payload: Payload, now: datetime) -> None:
    """Take rows of a guest list in; what is left when the time is over is asked for again."""
    file_id = UUID(payload["file_id"])
    if take_in_some(file_id, now=now):
        go_on(file_id, now=now)


@within("registration.renamed")
def end_consents_with_their_person(session: Session, payload: Payload, now: datetime) -> None:
    """Forget what somebody agreed to and answered whose seat another person takes."""
    if payload["replaced"]:
        registration_id = UUID(payload["registration_id"])
        withdraw_all_of(session, registration_id, ConsentSource.REPLACED, now)
        forget_answers_of(session, registration_id)


@counts_impact("event")
def guests_reached(session: Session, event_id: UUID) -> list[Impact]:
    """Count who hears of a change of the event's state; one statement."""
    row = session.execute(
        sa.select(
            sa.func.count().filter(Registration.state.in_(SEATED)),
            sa.func.count().filter(Registration.state == RegistrationState.WAITLISTED),
            sa.func.count().filter(Registration.state == RegistrationState.PENDING),
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
        Impact(
            row[2],
            sentences(
                "whose request waits for an answer is told by mail",
                "whose requests wait for an answer are told by mail",
                row[2],
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


@after_many("registration.confirmed")
@after_many("registration.waitlisted")
@after_many("registration.pending")
@after_many("registration.cancelled")
@after_many("registration.declined")
def let_invitations_follow(payloads: Sequence[Payload], now: datetime) -> None:
    """Mark who came by the form as accepted, and who left the booking as declined."""
    follow_bookings({UUID(one["registration_id"]) for one in payloads}, now=now)


@every(timedelta(days=1), "erase answers whose time is over")
def keep_answers_no_longer(now: datetime) -> None:
    """Erase answers, and files that no booking holds, as long after the event as was said."""
    erase_old_answers(answer_folder(uploads()), now=now)


@every(timedelta(minutes=30), "delete files that no form claimed")
def keep_no_file_aside(now: datetime) -> None:
    """Delete files that were sent for a form which never came whole."""
    sweep_answer_files(answer_folder(uploads()), now)
