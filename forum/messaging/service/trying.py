"""Trying words out: the letter that somebody would get, and the same by mail to oneself.

Both are written by what writes the real ones; only personal links lead nowhere, since whoever has
one can act for the guest, and the code at the door is left out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from forum.core.errors import TooMany
from forum.core.i18n import sentence
from forum.core.ids import uuid7
from forum.core.languages import ENGLISH, by_key
from forum.core.permissions import Action, require
from forum.core.text import EMPTY, Fragment, Text
from forum.core.urls import absolute
from forum.events.facts import Addresses
from forum.messaging import queries
from forum.messaging.letterhead import letterhead_of
from forum.messaging.letters import About, Letter, write
from forum.messaging.marks import opt_out_of
from forum.messaging.models import mark_of
from forum.messaging.placeholders import WITH_SESSION
from forum.messaging.queries.trying import invitation_with_list, session_to_try, tests_since
from forum.messaging.rules import LONGEST_SUBJECT, Kind
from forum.messaging.rules.recipients import TEST_KEY
from forum.messaging.rules.wordings import INVITED, SPEAKERS
from forum.messaging.service.inviting import about_invited
from forum.messaging.service.rows import message_row, name_line, store
from forum.messaging.words import WORDS

if TYPE_CHECKING:
    from forum.core.actor import Actor
    from forum.events.models import Event
    from forum.messaging.letterhead import Letterhead
    from forum.messaging.words.shapes import OwnWords
    from forum.programme.differences import Told
    from forum.programme.models import Speaker
    from forum.registrations.models import Registration

SAMPLE_CODE = "K7PQ23HZ"
SAMPLE_TYPE = Text({"en": "General", "zh-Hant": "一般", "zh-Hans": "一般"})
SAMPLE_NAMES = {"en": "Chan Tai Man", "zh-Hant": "陳大文", "zh-Hans": "陈大文"}
KEPT_FOR = timedelta(days=2)
"""How long a seat is offered in a letter that only tries words out."""


MOST_TESTS = 100
"""So many letters may one member try out by mail within a day."""


class TooManyTests(TooMany):
    """A member mailed themselves many letters already."""

    code = "too_many_tests"
    says = sentence("You have sent yourself many tests today. Use the preview until tomorrow.")


@dataclass(frozen=True, slots=True)
class Trial:
    """Which mail is tried, in which language and words, as it would be written to whom.

    `own` are words that stand for the event's own. `who` is a registration, an invitation or a
    speaker at the event, by the kind; None is a sample. `changes` and `note` are what it tells.
    """

    kind: Kind
    lang: str
    own: OwnWords | None = None
    who: UUID | None = None
    changes: tuple[Told, ...] = ()
    note: Fragment = EMPTY


def letter_to_try(
    event: Event, trial: Trial, *, now: datetime, head: Letterhead | None = None
) -> Letter:
    """Return the letter with its links leading to the event's public address; raises NotFound.

    Seven statements at most; three less with a `head` that was read before.
    """
    message_id = uuid7()
    letter = _written(event, trial, message_id, now, head)
    return _without_links(letter, event, trial, message_id)


def send_to_oneself(actor: Actor, email: str, event: Event, trial: Trial, *, now: datetime) -> str:
    """Mail the letter to who tries it, marked as a test; return its subject.

    Raises NotFound, Forbidden, and TooManyTests.
    """
    require(actor, Action.EDIT_EVENT, event.organisation_id)
    check_tests(email, now)
    message_id = uuid7()
    letter = _without_links(_written(event, trial, message_id, now), event, trial, message_id)
    subject = f"[Test] {letter.subject}"[:LONGEST_SUBJECT]
    row = message_row(message_id, trial.kind, f"{TEST_KEY}{message_id}", trial.lang, now) | {
        "organisation_id": event.organisation_id,
        "event_id": event.id,
        "to_email": email,
        "to_name": name_line(actor.name),
        "reply_to": event.contact_email or event.organisation.contact_email,
        "subject": subject,
        "text": letter.text,
        "html": letter.html,
        "bulk": False,
        "link_purpose": None,
        "link_id": None,
    }
    store([row])
    return subject


def check_tests(email: str, now: datetime) -> None:
    """Raise TooManyTests where so many were tried out at an address within a day; one statement."""
    if tests_since(email, now - timedelta(days=1)) >= MOST_TESTS:
        raise TooManyTests


def _written(
    event: Event,
    trial: Trial,
    message_id: UUID,
    now: datetime,
    head: Letterhead | None = None,
) -> Letter:
    about = replace(
        _about(event, trial, now),
        event=event,
        head=head or letterhead_of(event),
        own=trial.own,
        sample=True,
        changes=trial.changes,
        note=trial.note,
    )
    return write(trial.kind, trial.lang, message_id, about)


def _about(event: Event, trial: Trial, now: datetime) -> About:
    sample = _sample(event, trial, now)
    if trial.who is None:
        return sample
    if trial.kind in INVITED:
        return about_invited(invitation_with_list(event.id, trial.who), trial.lang)
    if trial.kind in SPEAKERS:
        found = queries.speakers([trial.who])
        on_stage = next((one for one in found if one.engagement.event_id == event.id), None)
        return _of_speaker(on_stage.speaker, trial.lang) if on_stage else sample
    guest = queries.guest(trial.who)
    if guest is None or guest.event_id != event.id:
        return sample
    about = _of_guest(guest, trial.lang)
    return replace(about, until=about.until or sample.until, session=sample.session)


def _of_guest(guest: Registration, lang: str) -> About:
    return About(
        name=guest.name if lang == "en" else guest.name_zh or guest.name,
        code=guest.code,
        until=guest.offered_until,
        type_name=guest.ticket_type.name,
    )


def _of_speaker(speaker: Speaker, lang: str) -> About:
    name = speaker.shown_name
    return About(name=name if lang == "en" else speaker.name_zh or name)


def _sample(event: Event, trial: Trial, now: datetime) -> About:
    guests = trial.kind not in INVITED and trial.kind not in SPEAKERS
    return About(
        name=SAMPLE_NAMES.get(trial.lang, SAMPLE_NAMES["en"]),
        code=SAMPLE_CODE if guests else "",
        type_name=SAMPLE_TYPE if guests else Text(),
        until=now + KEPT_FOR if trial.kind in _OFFERS else None,
        reply_until=now + KEPT_FOR if trial.kind in INVITED else None,
        companions=1 if trial.kind in INVITED else 0,
        session=session_to_try(event.id) if trial.kind in WITH_SESSION else None,
    )


_OFFERS = frozenset({Kind.OFFERED, Kind.AGAIN_OFFERED})


def _without_links(letter: Letter, event: Event, trial: Trial, message_id: UUID) -> Letter:
    public = absolute(Addresses(by_key(trial.lang) or ENGLISH, event.slug).event)

    def hide(body: str) -> str:
        body = body.replace(opt_out_of(message_id).mark_in(message_id), public)
        body = body.replace(mark_of(message_id) + WORDS[trial.kind].path, public)
        return body.replace(mark_of(message_id), public)

    return replace(letter, text=hide(letter.text), html=hide(letter.html))
