"""What to look at in a programme on one page: by kind, each with the next step that mends it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import render_template, request
from flask_babel import gettext

from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.http.i18n import translated
from forum.core.i18n import Sentence, sentence
from forum.core.permissions import Action
from forum.events.queries import managed_event
from forum.programme import queries
from forum.programme.conflict_words import CONFLICTS
from forum.programme.manage.frame import blueprint
from forum.programme.manage.notes import Note, notes_of
from forum.programme.rules import ConflictKind

MOST_OPEN = 12
"""A kind with more notes than this is folded."""

_MOVE = (sentence("Move"), "/move")
_PEOPLE = (sentence("Change who is on stage"), "#people")

STEPS: Mapping[ConflictKind, tuple[Sentence, str]] = {
    ConflictKind.SPEAKER_TWICE: _MOVE,
    ConflictKind.ROOM_TWICE: _MOVE,
    ConflictKind.ROOM_BUSY: _MOVE,
    ConflictKind.UNAVAILABLE: _MOVE,
    ConflictKind.DECLINED: _PEOPLE,
    ConflictKind.ROOM_TOO_SMALL: (sentence("Give it a larger room"), "/move"),
    ConflictKind.OUTSIDE: _MOVE,
    ConflictKind.CLOCKS_CHANGE: _MOVE,
    ConflictKind.TURNAROUND: _MOVE,
    ConflictKind.TOO_MANY_PLACES: (sentence("Change the places"), "/places"),
    ConflictKind.NO_MODERATOR: (sentence("Name a moderator"), "#people"),
    ConflictKind.SIGN_UPS: _MOVE,
    ConflictKind.TRANSLATION: (sentence("Add the translation"), "#title-en"),
}
"""What mends a kind, and where it is done below a session's address."""


@dataclass(frozen=True, slots=True)
class Group:
    """All notes of one kind; `step` and `at` are the way to mend one of them."""

    kind: ConflictKind
    word: str
    step: str
    at: str
    strict: bool
    notes: Sequence[Note]

    @property
    def is_clash(self) -> bool:
        """Whether none of them can stand on the day."""
        return self.notes[0].is_clash

    @property
    def is_folded(self) -> bool:
        """Whether they are too many to be read at once."""
        return len(self.notes) > MOST_OPEN

    @property
    def by_sheet(self) -> bool:
        """Whether a sheet mends many of them faster than the forms do."""
        return self.kind is ConflictKind.TRANSLATION


@blueprint.get("/<slug>/programme/conflicts")
@permits(Action.EDIT_PROGRAMME)
def conflicts(slug: str) -> str:
    """List what to look at, of all kinds or one, each with the way to mend it."""
    event = managed_event(current_actor(), slug, Action.EDIT_PROGRAMME)
    settings = queries.settings_of(event.id)
    notes = notes_of(event, queries.planned_sessions(event.id), settings=settings)
    groups = [
        Group(
            kind,
            translated(CONFLICTS[kind]),
            translated(STEPS[kind][0]),
            STEPS[kind][1],
            kind.value in settings.strict,
            found,
        )
        for kind in ConflictKind
        if (found := [note for note in notes if note.kind is kind])
    ]
    asked = request.args.get("kind", "")
    here = request.path
    return render_template(
        "programme/conflicts.html",
        event=event,
        groups=[one for one in groups if asked in {"", one.kind.value}],
        number=len(notes),
        kinds=[
            (gettext("All"), here, not asked, len(notes)),
            *(
                (one.word, f"{here}?kind={one.kind}", asked == one.kind.value, len(one.notes))
                for one in groups
            ),
        ],
    )
