"""What waits for a team at an event, and what it is asked to agree to, in a reader's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from flask_babel import gettext

from forum.core import dates
from forum.core.http.i18n import translated
from forum.core.i18n import Sentence, sentence
from forum.core.text import EMPTY, Fragment
from forum.core.urls import absolute
from forum.messaging.letters import speaking
from forum.messaging.queries.digests import Waits
from forum.programme.differences import Line, Told

if TYPE_CHECKING:
    from forum.events.models import Event
    from forum.messaging.models import Announcement

WAITS: Mapping[Waits, Sentence] = {
    Waits.REQUESTS: sentence("Requests that wait for an answer"),
    Waits.NODS: sentence("Announcements that wait for a second person"),
    Waits.BOUNCED: sentence("Mails that came back since yesterday"),
    Waits.FAILED: sentence("Mails that failed since yesterday"),
    Waits.OVERTAKEN: sentence("Mails stopped half-way since yesterday, as the event was changed"),
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


def asked_of(found: Announcement, event: Event, confirmed_for: int | None, lang: str) -> Told:
    """Return an announcement that waits for a second person as a letter shows it.

    Beside the number of people stands how many it was `confirmed_for`; then its moment is over.
    """
    with speaking(lang) as language:
        key = language.key
        before = EMPTY if confirmed_for is None else Fragment(str(confirmed_for), key)
        lines = [
            Line(gettext("Subject"), EMPTY, found.subject.pick(key, event.languages)),
            Line(gettext("People"), before, Fragment(str(found.reached), key)),
        ]
        if found.due_at is not None and confirmed_for is None:
            zone = dates.zone_name(found.due_at, event.zone, key)
            when = dates.moment(found.due_at, event.zone, key)
            said = f"{when} ({zone})" if key == "en" else f"{when}（{zone}）"
            lines.append(Line(gettext("When it goes"), EMPTY, Fragment(said, key)))
        by = found.asked_by_name or found.made_by_name
        if by:
            lines.append(Line(gettext("Asked by"), EMPTY, Fragment(by, key)))
        title = event.title.pick(key, event.languages)
        return Told(event.id, title, "", EMPTY, (), lines)


def where_it_is(found: Announcement, event: Event) -> str:
    """Return the address of the page on which somebody agrees."""
    return absolute(f"/manage/{event.slug}/messages/announcements/{found.id}")
