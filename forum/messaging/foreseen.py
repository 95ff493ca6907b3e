"""Letters as they will go out, for who is about to send them, or to save what they tell of."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from forum.core import clock
from forum.core.foreseen import Foreseen, Unsaved, foresees, foresees_change
from forum.core.ids import uuid7
from forum.core.urls import absolute
from forum.messaging import queries
from forum.messaging.letterhead import letterhead_of
from forum.messaging.marks import opt_out_of
from forum.messaging.models import mark_of
from forum.messaging.rules import Kind
from forum.messaging.service.changes import news_with
from forum.messaging.service.inviting import letter_to
from forum.messaging.service.trying import Trial, letter_to_try

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


def _foresee_change(kind: Kind, change: Unsaved) -> list[Foreseen]:
    """Show the letter in each language in which it tells anything; five statements."""
    event, news, now = change.event, news_with(change), clock.now()
    head = letterhead_of(event)
    found = []
    for lang in event.languages:
        if told := news.told(lang):
            trial = Trial(kind, lang, changes=told, note=news.note(lang))
            letter = letter_to_try(event, trial, now=now, head=head)
            found.append(Foreseen(lang, "", letter.subject, letter.text, letter.html))
    return found


foresees("invitation.sent")(partial(_foresee, Kind.GUEST_INVITATION))
foresees("invitation.reminded")(partial(_foresee, Kind.GUEST_REMINDER))
foresees_change("event")(partial(_foresee_change, Kind.EVENT_CHANGED))
foresees_change("event_on_stage")(partial(_foresee_change, Kind.SPEAKER_EVENT))
