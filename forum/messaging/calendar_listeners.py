"""What is written to guests whose calendar has answered: only a click of their own changes it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from forum.calendar.rules.answers import Answer
from forum.core.outbox import Payload, after
from forum.messaging import queries, service
from forum.messaging.rules import Kind
from forum.messaging.service.recipients import attendee_alone
from forum.registrations.rules import ASKED, RegistrationState

if TYPE_CHECKING:
    from forum.registrations.models import Invitation, Registration

_TO_INVITED = {
    Answer.DECLINED: Kind.CALENDAR_INVITED_NO,
    Answer.ACCEPTED: Kind.CALENDAR_INVITED_YES,
}


@after("calendar.answered")
def ask_for_a_click(payload: Payload, now: datetime) -> None:
    """Ask whoever answered by calendar to say so behind their own link, while it matters.

    At most once a day for each answer and entry, whatever a calendar sends.
    """
    answer = Answer(payload["answer"])
    key = f"calendar_answer:{payload['entry_id']}:{answer.value}:{payload['day']}"
    if payload["invitation_id"]:
        _ask_invited(UUID(payload["invitation_id"]), _TO_INVITED[answer], key, now)
    elif payload["session_id"]:
        _ask_of_place(payload, key, now)
    else:
        service.write_to_guest(
            UUID(payload["registration_id"]),
            lambda guest: _while_seated(guest, Kind.CALENDAR_NO, now),
            key=key,
            now=now,
            whom=attendee_alone,
        )


def _ask_invited(invitation_id: UUID, kind: Kind, key: str, now: datetime) -> None:
    def choose(guest: Invitation) -> Kind | None:
        return kind if guest.state in ASKED and guest.event.ends_at > now else None

    service.write_to_invited(invitation_id, choose, key=key, now=now)


def _ask_of_place(payload: Payload, key: str, now: datetime) -> None:
    registration_id = UUID(payload["registration_id"])
    session = queries.session_with_place(registration_id, UUID(payload["session_id"]))
    if session is not None:
        service.write_to_guest(
            registration_id,
            lambda guest: _while_seated(guest, Kind.CALENDAR_NO_PLACE, now),
            key=key,
            now=now,
            session=session,
            whom=attendee_alone,
        )


def _while_seated(guest: Registration, kind: Kind, now: datetime) -> Kind | None:
    comes = guest.state is RegistrationState.CONFIRMED and guest.event.ends_at > now
    return kind if comes else None
