"""What the preview of an import warns of, with sentences of one kind put together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from forum.core.http.i18n import translated
from forum.core.i18n import Sentence
from forum.core.text import Text
from forum.events.models import Event
from forum.programme import queries
from forum.programme.conflict_words import CONFLICTS, Named, say_conflict
from forum.programme.differences import Reader
from forum.programme.importing.clashes import by_stand_in, clashes_of, slot_of
from forum.programme.importing.merging import SESSION_TEXTS, whole
from forum.programme.importing.plans import ImportPlan, Present, Standing


@dataclass(frozen=True, slots=True)
class Alike:
    """Sentences of one kind: what they have in common, and each of them."""

    word: str
    says: Sequence[str]


def notes_alike(notes: Iterable[Sentence]) -> list[Alike]:
    """Return what a file made us note; what is said of several things stands together."""
    return _together((_what(one), translated(one)) for one in notes)


def clashes_alike(event: Event, present: Present, plan: ImportPlan, reader: Reader) -> list[Alike]:
    """Return what the import would set against each other (2 statements, and the sign-ups')."""
    settings = queries.settings_of(event.id)
    held = queries.circumstances_of(event, settings.turnaround, {})
    rooms: Mapping[str, Text] = reader.names.rooms
    named = Named(
        by_stand_in("speaker", {ref: reader.person(ref) for ref in reader.names.people},
                    reader.names.people),
        by_stand_in("room", {ref: reader.room(ref).text for ref in rooms}, rooms),
        {},
    )  # fmt: skip
    titles = {
        slot_of(ref, values).id: reader.text(whole(values, SESSION_TEXTS).get("title") or {}).text
        for ref, values in (
            *((one.id, one.values) for one in present.sessions.values()),
            *((one.ref, one.theirs) for one in plan.sessions if one.standing is Standing.NEW),
        )
    }
    return _together(
        (
            translated(CONFLICTS[warned.kind]),
            " ".join(
                (
                    translated(say_conflict(warned, named, event, reader.key)),
                    " · ".join(titles.get(one, "") for one in warned.sessions),
                )
            ),
        )
        for warned in clashes_of(plan, present, held)
    )


def _what(note: Sentence) -> str:
    """Return what is said of a thing, without the thing."""
    what = note.values.get("what")
    return translated(what if isinstance(what, Sentence) else note)


def _together(said: Iterable[tuple[str, str]]) -> list[Alike]:
    found: dict[str, list[str]] = {}
    for word, says in said:
        found.setdefault(word, []).append(says)
    return [Alike(word, says) for word, says in found.items()]
