"""Asking before a change is saved: what is to be said, and who gets it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import render_template, request
from flask_babel import gettext, ngettext

from forum.core.db import db
from forum.core.foreseen import Foreseen, Unsaved, foreseen_of_change
from forum.core.http.form_parts import text_of_field
from forum.core.http.i18n import current_language
from forum.core.i18n import Sentence, sentence
from forum.core.impact import Impact, impact_of, mailed
from forum.core.revisions import plain
from forum.core.text import Text
from forum.events.differences import Difference, differences
from forum.events.forms import TellForm
from forum.events.models import Event
from forum.events.rules import tells_guests
from forum.events.service import GATHERED, Telling, with_facts

ASKED, BACK, LOOK = "asked", "back", "look"
"""What the page that asks sends: that it has asked, and that nothing is to be saved yet."""

OWN = ("csrf_token", "once", "revision", ASKED, BACK, LOOK, "tell")
READERS: Mapping[str, Sentence] = {
    "event": sentence("What guests get"),
    "event_on_stage": sentence("What speakers get"),
}
"""Whom a change of an event reaches, by the thing that rooms count them under."""


@dataclass(frozen=True, slots=True)
class Concerned:
    """An event whose guests would want to hear of a change: what differs, and who they are.

    `told` are those of READERS of whom somebody is written to.
    """

    event: Event
    differences: Sequence[Difference]
    impacts: Sequence[Impact]
    told: Sequence[str]
    before: Mapping[str, Any]
    after: Mapping[str, Any]

    @property
    def mailed(self) -> int:
        """How many people a mail would reach."""
        return mailed(self.impacts)

    def letters(self, note: Text) -> list[tuple[Sentence, Foreseen]]:
        """Return the letters as they would go out with such words, each with who gets it.

        Four statements for each of them.
        """
        event = with_facts(self.event, self.after)
        change = Unsaved(event, self.before, self.after, plain(note))
        return [
            (READERS[thing], letter)
            for thing in self.told
            for letter in foreseen_of_change(thing, change)
        ]


@dataclass(slots=True)
class Question:
    """Whether and how to tell the guests of some events, from first being asked to the answer."""

    concerned: Sequence[Concerned]
    form: TellForm
    back: str

    @property
    def reached(self) -> int:
        """How many people all mails together would reach."""
        return sum(one.mailed for one in self.concerned)

    @property
    def is_open(self) -> bool:
        """Whether it has to be asked, or asked again: somebody is there to be told."""
        if not self.reached:
            return False
        return not (_was_asked() and self.form.validate()) or LOOK in request.form

    @property
    def answer(self) -> Telling | None:
        """What is to be told; None where nobody is there, or nobody is to be told."""
        if not self.reached or not self.form.tell.data:
            return None
        return Telling(text_of_field(self.form.note))

    def page(self, event: Event) -> tuple[str, int]:
        """Return the page that asks, with all that was typed before in it."""
        status = 422 if self.form.errors else 200
        note = Text() if self.form.errors else text_of_field(self.form.note)
        return (
            render_template(
                "events/tell.html",
                event=event,
                form=self.form,
                concerned=[(one, one.letters(note)) for one in self.concerned],
                reached=self.reached,
                minutes=int(GATHERED / timedelta(minutes=1)),
                typed=_typed(),
                back=self.back,
            ),
            status,
        )

    def done(self) -> str:
        """Say that it is saved, and who is told when."""
        if self.answer is None:
            return str(gettext("Saved."))
        minutes = int(GATHERED / timedelta(minutes=1))
        return str(
            ngettext(
                "Saved. One person is told by mail in %(minutes)s minutes, together with "
                "whatever else you change until then.",
                "Saved. %(num)s people are told by mail in %(minutes)s minutes, together with "
                "whatever else you change until then.",
                self.reached,
                minutes=minutes,
            )
        )


def question(
    changes: Sequence[tuple[Event, Mapping[str, Any], Mapping[str, Any]]],
    *,
    back: str,
    now: datetime,
) -> Question:
    """Return what is to be asked of changes: each an event with its facts before and after.

    Events that were never public, are off or over, concern nobody (3 statements for each other).
    """
    language = current_language()
    found = []
    for event, before, after in changes:
        until = max(event.ends_at, datetime.fromisoformat(after["ends_at"]))
        told = differences(before, after, language, event.languages)
        if told and tells_guests(event.state, event.published_at, until, now):
            reached = {thing: _mailed_of(thing, event) for thing in READERS}
            impacts = [one for impacts in reached.values() for one in impacts]
            readers = [thing for thing, impacts in reached.items() if impacts]
            found.append(Concerned(event, told, impacts, readers, before, after))
    return Question(found, TellForm() if _was_asked() else TellForm(formdata=None), back)


def told_of_event(event: Event) -> list[Impact]:
    """Return whom a change of an event reaches: its guests, then who is on stage (3 statements)."""
    return [one for thing in READERS for one in impact_of(db.session(), thing, event.id)]


def _mailed_of(thing: str, event: Event) -> list[Impact]:
    return [one for one in impact_of(db.session(), thing, event.id) if one.mailed]


def goes_back() -> bool:
    """Say whether the page that asks leads back to what was typed."""
    return BACK in request.form


def _was_asked() -> bool:
    return ASKED in request.form


def _typed() -> list[tuple[str, str]]:
    """Return what the form before held, to be sent again."""
    return [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name == "revision" or (name not in OWN and not name.startswith("note-"))
    ]
