"""What waits for a team at an event, in a reader's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from forum.core.http.i18n import translated
from forum.core.i18n import Sentence, sentence
from forum.core.text import EMPTY, Fragment
from forum.core.urls import absolute
from forum.messaging.letters import speaking
from forum.messaging.queries.digests import Waits
from forum.programme.differences import Line, Told

if TYPE_CHECKING:
    from forum.events.models import Event

WAITS: Mapping[Waits, Sentence] = {
    Waits.REQUESTS: sentence("Requests that wait for an answer"),
    Waits.NODS: sentence("Announcements that wait for a second person"),
    Waits.BOUNCED: sentence("Mails that came back since yesterday"),
    Waits.FAILED: sentence("Mails that failed since yesterday"),
    Waits.LAPSED: sentence("Offered seats not taken since yesterday"),
}


def told_of(event: Event, numbers: Mapping[Waits, int], lang: str) -> Told:
    """Return what waits at an event as a letter shows it."""
    with speaking(lang) as language:
        lines = [
            Line(translated(WAITS[what]), EMPTY, Fragment(str(number), language.key))
            for what, number in numbers.items()
        ]
        title = event.title.pick(language.key, event.languages)
        return Told(event.id, title, "", EMPTY, (), lines)


def where_it_waits(events: Sequence[Event]) -> str:
    """Return the address of the event's home, or of all events where it is several."""
    if len(events) == 1:
        return absolute(f"/manage/{events[0].slug}/")
    return absolute("/manage/")
