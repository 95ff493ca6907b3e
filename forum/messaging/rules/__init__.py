"""Pure decisions about messages: kinds, states, legal moves, when to try again."""

from __future__ import annotations

from enum import StrEnum

from forum.core.errors import Conflict
from forum.core.i18n import sentence

LONGEST_SUBJECT = 200
LONGEST_NAME = 200
MOST_A_DAY = 20
"""So many mails may go to one address within a day (SECURITY.md M50)."""

MOST_TO_A_CONTACT = 200
"""So many, where the address registers others and gets their mails: four full bookings."""

MOST_ASKED_BY_ANYBODY = 3
"""So many, of the kinds that a stranger can cause."""


class Kind(StrEnum):
    """What a message says."""

    CONFIRMED = "confirmed"
    PROMOTED = "promoted"
    WAITLISTED = "waitlisted"
    CANCELLED = "cancelled"
    AGAIN = "again"
    AGAIN_WAITING = "again_waiting"
    AGAIN_PENDING = "again_pending"
    AGAIN_OFFERED = "again_offered"
    REQUESTED = "requested"
    APPROVED = "approved"
    APPROVED_WAITING = "approved_waiting"
    DECLINED = "declined"
    OFFERED = "offered"
    OFFER_EXPIRED = "offer_expired"
    CANCELLED_BY_OFFICE = "cancelled_by_office"
    NOT_COMING = "not_coming"
    LEFT = "left"
    NAMED = "named"
    NAMED_WAITING = "named_waiting"
    TYPE_CHANGED = "type_changed"
    TYPE_CHANGED_WAITING = "type_changed_waiting"
    LINKS = "links"
    ASK_COMING = "ask_coming"
    CALENDAR_NO = "calendar_no"
    CALENDAR_NO_PLACE = "calendar_no_place"
    CALENDAR_INVITED_NO = "calendar_invited_no"
    CALENDAR_INVITED_YES = "calendar_invited_yes"
    GUEST_INVITATION = "guest_invitation"
    GUEST_REMINDER = "guest_reminder"
    EVENT_CANCELLED = "event_cancelled"
    EVENT_POSTPONED = "event_postponed"
    EVENT_MOVED = "event_moved"
    EVENT_BACK = "event_back"
    SIGN_IN = "sign_in"
    INVITATION = "invitation"
    SPEAKER_ASKED = "speaker_asked"
    PLACE_GIVEN = "place_given"
    PLACE_LEFT = "place_left"
    PROGRAMME_YOURS = "programme_yours"
    PROGRAMME_NEWS = "programme_news"
    PROGRAMME_SPEAKER = "programme_speaker"
    SPEAKER_SLOT = "speaker_slot"
    ANNOUNCEMENT = "announcement"
    ADVERTISEMENT = "advertisement"
    EVENT_CHANGED = "event_changed"
    SPEAKER_EVENT = "speaker_event"
    SPEAKER_CANCELLED = "speaker_cancelled"
    SPEAKER_POSTPONED = "speaker_postponed"
    SPEAKER_MOVED = "speaker_moved"
    SPEAKER_BACK = "speaker_back"
    REMINDER = "reminder"
    DOORS_OPEN = "doors_open"
    THANKS = "thanks"
    STAFF_DIGEST = "staff_digest"
    NOD_WANTED = "nod_wanted"
    NOD_OUTGROWN = "nod_outgrown"


WITH_TICKET = frozenset(
    {
        Kind.CONFIRMED,
        Kind.PROMOTED,
        Kind.APPROVED,
        Kind.NAMED,
        Kind.TYPE_CHANGED,
        Kind.AGAIN,
        Kind.REMINDER,
        Kind.DOORS_OPEN,
    }
)
"""Kinds that bring the QR code, while the ticket stands."""

ENDS = frozenset(
    {
        Kind.DECLINED,
        Kind.OFFER_EXPIRED,
        Kind.CANCELLED,
        Kind.CANCELLED_BY_OFFICE,
        Kind.NOT_COMING,
        Kind.LEFT,
        Kind.EVENT_CANCELLED,
    }
)
"""Kinds after which there is nothing to see or change: their button leads to the event."""

OPTIONAL = frozenset({Kind.GUEST_INVITATION, Kind.GUEST_REMINDER, Kind.ADVERTISEMENT})
"""Kinds that nobody asked for: who opted out of the organisation's mails gets none of them."""

TO_MANY = frozenset(
    {
        Kind.EVENT_CANCELLED,
        Kind.EVENT_POSTPONED,
        Kind.EVENT_MOVED,
        Kind.EVENT_BACK,
        Kind.EVENT_CHANGED,
        Kind.SPEAKER_EVENT,
        Kind.SPEAKER_CANCELLED,
        Kind.SPEAKER_POSTPONED,
        Kind.SPEAKER_MOVED,
        Kind.SPEAKER_BACK,
        Kind.PROGRAMME_YOURS,
        Kind.PROGRAMME_NEWS,
        Kind.PROGRAMME_SPEAKER,
        Kind.SPEAKER_SLOT,
        Kind.GUEST_INVITATION,
        Kind.GUEST_REMINDER,
        Kind.ASK_COMING,
        Kind.ANNOUNCEMENT,
        Kind.ADVERTISEMENT,
        Kind.REMINDER,
        Kind.DOORS_OPEN,
        Kind.THANKS,
        Kind.STAFF_DIGEST,
    }
)
"""Kinds that go to many by one act: they leave after what one person waits for."""

NEWS = frozenset(
    {Kind.PROGRAMME_YOURS, Kind.PROGRAMME_NEWS, Kind.PROGRAMME_SPEAKER, Kind.SPEAKER_SLOT}
)
"""Kinds that a busy editor can cause many times a day."""


ASKED_BY_ANYBODY = frozenset(
    {Kind.AGAIN, Kind.AGAIN_WAITING, Kind.AGAIN_PENDING, Kind.AGAIN_OFFERED, Kind.LINKS}
)
"""Kinds that a stranger can cause who knows an address: they are counted apart from the others."""


ALWAYS_TRIED = frozenset({Kind.SIGN_IN, Kind.INVITATION})
"""Kinds that go out whatever came back before: without them nobody gets into Forum at all.

Each was asked for a moment ago, and who asks is limited where they ask.
"""


class MessageState(StrEnum):
    """Where a message stands; `kept` is for reading in /manage/, where no mail server is set.

    One that `bounced` was sent and came back, or went to an address from which mail comes back.
    """

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    KEPT = "kept"
    FAILED = "failed"
    BOUNCED = "bounced"


SENDABLE_AGAIN = frozenset(
    {MessageState.SENT, MessageState.KEPT, MessageState.FAILED, MessageState.BOUNCED}
)


class StillOnItsWay(Conflict):
    """The message waits or is being sent; a second copy would be one too many."""

    code = "still_on_its_way"
    says = sentence("This message is on its way already.")


class WordsGone(Conflict):
    """What was written is no longer kept, so that it cannot be sent once more."""

    code = "words_gone"
    says = sentence("The words of this message are no longer kept, so it cannot go out again.")


def check_resend(state: MessageState) -> None:
    """Raise StillOnItsWay unless the message has come to an end."""
    if state not in SENDABLE_AGAIN:
        raise StillOnItsWay
