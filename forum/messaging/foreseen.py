"""Invitations and reminders as they will go out, for who is about to send them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from forum.core.foreseen import Foreseen, foresees
from forum.core.ids import uuid7
from forum.core.urls import absolute
from forum.messaging import queries
from forum.messaging.marks import opt_out_of
from forum.messaging.models import mark_of
from forum.messaging.rules import Kind
from forum.messaging.service.inviting import letter_to

if TYPE_CHECKING:
    from uuid import UUID

HIDDEN = "••••••••"
"""What stands in place of the guest's own links: whoever has those can answer for the guest."""


def _foresee(kind: Kind, invitation_id: UUID) -> Foreseen | None:
    found = queries.invited(invitation_id)
    if found is None:
        return None
    message_id, hidden = uuid7(), absolute(f"/{HIDDEN}")
    letter = letter_to(found, kind, message_id)

    def _hiding(body: str) -> str:
        body = body.replace(opt_out_of(message_id).mark_in(message_id), hidden)
        return body.replace(mark_of(message_id), hidden)

    return Foreseen(
        found.lang, found.email, letter.subject, _hiding(letter.text), _hiding(letter.html)
    )


foresees("invitation.sent")(partial(_foresee, Kind.GUEST_INVITATION))
foresees("invitation.reminded")(partial(_foresee, Kind.GUEST_REMINDER))
