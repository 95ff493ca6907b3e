"""Trying an announcement: the letter that one of its people would get, and the same to oneself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from forum.core.ids import uuid7
from forum.core.languages import ENGLISH, by_key
from forum.core.permissions import Action, require
from forum.core.urls import absolute
from forum.events.facts import Addresses
from forum.messaging.bodies import Written, with_values
from forum.messaging.rules import LONGEST_SUBJECT
from forum.messaging.rules.recipients import TEST_KEY
from forum.messaging.service.announcing.people import Addressed, next_of, way_of
from forum.messaging.service.rows import message_row, name_line, store
from forum.messaging.service.trying import check_tests
from forum.messaging.shared_letters import (
    Reader,
    kind_of,
    language_for,
    languages_of,
    render,
    values_of,
)

if TYPE_CHECKING:
    from forum.core.actor import Actor
    from forum.events.models import Event
    from forum.messaging.models import Announcement
    from forum.messaging.rules import Kind

MOST_TO_TRY = 50


@dataclass(frozen=True, slots=True)
class Tried:
    """A letter as somebody would get it, in which language; `who` is None for nobody in particular.

    Its links lead to the public page: whoever has a real one can act for the guest.
    """

    lang: str
    written: Written
    who: Addressed | None = None


def people_to_try(announcement: Announcement, event: Event) -> Sequence[Addressed]:
    """Return the first who get an announcement; at most seven statements."""
    return next_of(way_of(announcement, event), None, MOST_TO_TRY).people


def letter_for(announcement: Announcement, event: Event, who: Addressed) -> Tried:
    """Return the letter that somebody would get; two statements."""
    lang = language_for(announcement, who.lang, event.languages)
    return replace(_tried(announcement, event, lang, who.reader), who=who)


def letters_in_all(
    announcement: Announcement, event: Event, people: Sequence[Addressed]
) -> list[Tried]:
    """Return a letter in each of its languages, to the first who gets it there; two statements."""
    found = []
    for lang in languages_of(announcement):
        reads = (one for one in people if language_for(announcement, one.lang, ()) == lang)
        who = next(reads, None)
        one = _tried(announcement, event, lang, who.reader if who else Reader())
        found.append(replace(one, who=who))
    return found


def send_to_oneself(
    actor: Actor,
    email: str,
    announcement: Announcement,
    event: Event,
    who: str,
    *,
    now: datetime,
) -> int:
    """Mail the letter to who writes it, marked as a test; return how many mails it is.

    As the one of its people gets it who is named by the key, else once in each language. Raises
    TooManyTests.
    """
    require(actor, Action.SEND_MESSAGES, event.organisation_id)
    check_tests(email, now)
    people = people_to_try(announcement, event)
    chosen = next((one for one in people if one.key == who), None)
    letters = (
        [letter_for(announcement, event, chosen)]
        if chosen
        else letters_in_all(announcement, event, people)
    )
    kind = kind_of(announcement)
    store([_row(actor, email, event, kind, one, now) for one in letters])
    return len(letters)


def _row(
    actor: Actor, email: str, event: Event, kind: Kind, one: Tried, now: datetime
) -> dict[str, Any]:
    message_id, written = uuid7(), one.written
    return message_row(message_id, kind, f"{TEST_KEY}{message_id}", one.lang, now) | {
        "organisation_id": event.organisation_id,
        "event_id": event.id,
        "to_email": email,
        "to_name": name_line(actor.name),
        "reply_to": event.contact_email or event.organisation.contact_email,
        "subject": f"[Test] {written.subject}"[:LONGEST_SUBJECT],
        "text": written.text,
        "html": written.html,
        "link_purpose": None,
        "link_id": None,
    }


def _tried(announcement: Announcement, event: Event, lang: str, reader: Reader) -> Tried:
    body_id = uuid7()
    letter = render(announcement, event, lang, body_id)
    public = absolute(Addresses(by_key(lang) or ENGLISH, event.slug).event)
    values = values_of(reader, lang, event.languages)
    body = Written(letter.subject, letter.text, letter.html)
    return Tried(lang, with_values(body, body_id, values, public))
