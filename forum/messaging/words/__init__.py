"""What each kind of message says: a table of sentences; values come in only as %(name)s.

The values are `event` (its title), `organisation`, `date`, and where it is about them `session`
(its title), `session_when`, `until` (the end of an offer), `type` (of the ticket), `reply_until`
and `companions` of an invitation; all are plain text. A sentence with a value that is not known is
left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from forum.core.i18n import Sentence, sentence
from forum.messaging.rules import Kind, MessageState
from forum.messaging.words.announced import OF_ANNOUNCED
from forum.messaging.words.around import AROUND
from forum.messaging.words.calendars import OF_CALENDARS
from forum.messaging.words.events import OF_EVENTS
from forum.messaging.words.guests import OF_GUESTS
from forum.messaging.words.invited import OF_INVITED, TO_INVITED
from forum.messaging.words.members import OF_MEMBERS
from forum.messaging.words.shapes import Words
from forum.messaging.words.team import OF_TEAM

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["STATES", "WORDS", "Words", "words_of"]

WORDS: Mapping[Kind, Words] = {
    **OF_GUESTS,
    **OF_INVITED,
    **OF_CALENDARS,
    **OF_EVENTS,
    **OF_MEMBERS,
    **OF_ANNOUNCED,
    **AROUND,
    **OF_TEAM,
}


def words_of(kind: Kind, *, invited: bool = False) -> Words:
    """Return what a kind says, to who was only invited where it differs."""
    return TO_INVITED.get(kind, WORDS[kind]) if invited else WORDS[kind]


STATES: Mapping[MessageState, tuple[str, Sentence]] = {
    MessageState.QUEUED: ("info", sentence("Waiting")),
    MessageState.SENDING: ("info", sentence("Being sent")),
    MessageState.SENT: ("go", sentence("Sent")),
    MessageState.KEPT: ("look", sentence("Kept, not sent")),
    MessageState.FAILED: ("stop", sentence("Failed")),
    MessageState.BOUNCED: ("stop", sentence("Came back")),
}
"""A status word for each state of a message: its colour's class, its words."""
