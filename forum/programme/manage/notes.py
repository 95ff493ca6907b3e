"""What to look at in a programme, in words, with the sessions it is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from forum.core.http.i18n import current_language, translated
from forum.core.text import Fragment
from forum.events.models import Event, Room
from forum.events.queries import rooms_of
from forum.programme import queries
from forum.programme.conflict_words import Named, say_conflict
from forum.programme.queries import Planned, ProgrammeSettings
from forum.programme.rules import REMINDERS, ConflictKind


@dataclass(frozen=True, slots=True)
class Note:
    """A conflict in words, with the sessions it names; a clash cannot stand on the day."""

    kind: ConflictKind
    says: str
    sessions: Sequence[tuple[UUID, Fragment]]
    is_clash: bool

    @property
    def is_marked(self) -> bool:
        """Whether it is marked at its sessions, and not only counted with its like."""
        return self.kind not in REMINDERS


def notes_of(
    event: Event,
    sessions: Sequence[Planned],
    only: UUID | None = None,
    *,
    settings: ProgrammeSettings | None = None,
    rooms: Sequence[Room] | None = None,
) -> list[Note]:
    """Return what to look at in the whole programme, or in one session of it; clashes first.

    At most 4 statements and the sign-ups'; 2 fewer where settings and rooms are at hand.
    """
    settings = queries.settings_of(event.id) if settings is None else settings
    rooms = rooms_of(event.id) if rooms is None else rooms
    found = queries.planned_conflicts(event, settings, sessions, rooms)
    key = current_language().key
    named = Named(
        {
            one.speaker_id: one.speaker.shown_name
            for session in sessions
            for one in session.appearances
        },
        {room.id: room.name.pick(key, event.languages).text for room in rooms},
        {room.id: room.capacity for room in rooms},
    )
    by_id = {session.id: session for session in sessions}
    return [
        Note(
            warned.kind,
            translated(say_conflict(warned, named, event, key)),
            [(one, by_id[one].title.pick(key, event.languages)) for one in warned.sessions],
            warned.is_clash,
        )
        for warned in found
        if only is None or only in warned.sessions
    ]
