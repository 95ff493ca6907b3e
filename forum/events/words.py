"""What states of events and roles of partners are called, to guests and in the back office."""

from __future__ import annotations

from collections.abc import Mapping

from forum.core.i18n import Sentence, sentence
from forum.events.rules import EventState, PartnerRole

STATES: Mapping[EventState, tuple[Sentence, str]] = {
    EventState.DRAFT: (sentence("Draft"), ""),
    EventState.PUBLISHED: (sentence("Published"), "go"),
    EventState.POSTPONED: (sentence("Postponed"), "look"),
    EventState.CANCELLED: (sentence("Cancelled"), "stop"),
}
"""The word for each state, and the colour of its tag."""

PARTNERS: Mapping[PartnerRole, Sentence] = {
    PartnerRole.ORGANISER: sentence("Organiser"),
    PartnerRole.CO_HOST: sentence("Co-host"),
    PartnerRole.CO_ORGANISER: sentence("Co-organiser"),
    PartnerRole.SPONSOR: sentence("Sponsor"),
    PartnerRole.SUPPORTING: sentence("Supporting organisation"),
    PartnerRole.MEDIA: sentence("Media partner"),
}

PARTNERS_TOGETHER: Mapping[PartnerRole, Sentence] = {
    PartnerRole.ORGANISER: sentence("Organisers"),
    PartnerRole.CO_HOST: sentence("Co-hosts"),
    PartnerRole.CO_ORGANISER: sentence("Co-organisers"),
    PartnerRole.SPONSOR: sentence("Sponsors"),
    PartnerRole.SUPPORTING: sentence("Supporting organisations"),
    PartnerRole.MEDIA: sentence("Media partners"),
}


def partners_word(role: PartnerRole, number: int) -> Sentence:
    """Return what so many partners of a role are called together."""
    return PARTNERS[role] if number == 1 else PARTNERS_TOGETHER[role]
