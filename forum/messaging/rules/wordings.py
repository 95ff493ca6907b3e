"""Which kinds of mail an event may word itself, as the page groups them."""

from __future__ import annotations

from forum.core.errors import NotFound
from forum.core.i18n import Sentence, sentence
from forum.messaging.rules import Kind

SPEAKERS = (
    Kind.SPEAKER_ASKED,
    Kind.SPEAKER_SLOT,
    Kind.SPEAKER_EVENT,
    Kind.SPEAKER_MOVED,
    Kind.SPEAKER_POSTPONED,
    Kind.SPEAKER_BACK,
    Kind.SPEAKER_CANCELLED,
    Kind.PROGRAMME_SPEAKER,
)
"""Kinds that go to who is on stage."""

INVITED = (
    Kind.GUEST_INVITATION,
    Kind.GUEST_REMINDER,
    Kind.CALENDAR_INVITED_YES,
    Kind.CALENDAR_INVITED_NO,
)
"""Kinds that go to invited guests before they have answered."""

GROUPS: tuple[tuple[Sentence, tuple[Kind, ...]], ...] = (
    (
        sentence("Registration"),
        (
            Kind.CONFIRMED,
            Kind.REQUESTED,
            Kind.APPROVED,
            Kind.APPROVED_WAITING,
            Kind.DECLINED,
            Kind.WAITLISTED,
            Kind.PROMOTED,
            Kind.OFFERED,
            Kind.OFFER_EXPIRED,
            Kind.ASK_COMING,
            Kind.NOT_COMING,
            Kind.CANCELLED,
            Kind.CANCELLED_BY_OFFICE,
            Kind.LEFT,
            Kind.PLACE_GIVEN,
            Kind.PLACE_LEFT,
        ),
    ),
    (sentence("Invitations"), INVITED),
    (
        sentence("Around the day"),
        (Kind.REMINDER, Kind.DOORS_OPEN, Kind.THANKS),
    ),
    (
        sentence("The event"),
        (
            Kind.EVENT_CHANGED,
            Kind.EVENT_MOVED,
            Kind.EVENT_POSTPONED,
            Kind.EVENT_BACK,
            Kind.EVENT_CANCELLED,
            Kind.PROGRAMME_NEWS,
            Kind.PROGRAMME_YOURS,
        ),
    ),
    (sentence("Speakers"), SPEAKERS),
    (
        sentence("Seldom needed"),
        (
            Kind.NAMED,
            Kind.NAMED_WAITING,
            Kind.TYPE_CHANGED,
            Kind.TYPE_CHANGED_WAITING,
            Kind.AGAIN,
            Kind.AGAIN_WAITING,
            Kind.AGAIN_PENDING,
            Kind.AGAIN_OFFERED,
            Kind.LINKS,
            Kind.CALENDAR_NO,
            Kind.CALENDAR_NO_PLACE,
        ),
    ),
)
"""The kinds whose words an event may write itself, as the page groups them."""

WORDED: frozenset[Kind] = frozenset(kind for _, kinds in GROUPS for kind in kinds)


def worded_kind(value: str) -> Kind:
    """Return the kind of this name; raises NotFound for one whose words are Forum's alone."""
    found = next((one for one in WORDED if one.value == value), None)
    if found is None:
        raise NotFound
    return found
