"""What is to be told of released changes: merged session by session, worded once a language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from uuid import UUID

from forum.core.text import EMPTY, Fragment, Text
from forum.events.models import Event
from forum.messaging.letters import speaking
from forum.programme.differences import Reader, Told
from forum.programme.models import Release
from forum.programme.queries import Names, names_in
from forum.programme.rules import ChangeKind, Content, change_kinds, merged


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one session over several versions; `before` is None for a new one."""

    session_id: UUID
    kinds: Sequence[ChangeKind]
    before: Content | None
    after: Content


@dataclass(frozen=True, slots=True)
class Version:
    """What is kept of a version while letters are written."""

    id: UUID
    number: int
    note: Text
    tell_all: bool
    changes: Sequence[tuple[UUID, Content | None, Content]]


@dataclass(slots=True)
class News:
    """Everything that is to be told, by the last version that somebody has heard of already.

    A worker that died half-way has told some people of some versions: they hear of the later ones.
    """

    event_id: UUID
    versions: Sequence[Version]
    names: Names
    order: Sequence[str]
    zone: tzinfo
    _changes: dict[int, list[Change]] = field(default_factory=dict)
    _told: dict[tuple[int, str], dict[UUID, Told]] = field(default_factory=dict)

    @property
    def newest(self) -> int:
        """The number of the last version."""
        return self.versions[-1].number

    def changes(self, since: int = 0) -> list[Change]:
        """Return what changed after a version, session by session; what came back is left out."""
        if since not in self._changes:
            steps: dict[UUID, list[tuple[Content | None, Content]]] = {}
            for version in self.versions:
                if version.number > since:
                    for session_id, before, after in version.changes:
                        steps.setdefault(session_id, []).append((before, after))
            found = []
            for session_id, several in steps.items():
                before, after = merged(several)
                if kinds := change_kinds(before, after):
                    found.append(Change(session_id, kinds, before, after))
            found.sort(key=lambda one: (one.after["starts_at"] or "~", str(one.session_id)))
            self._changes[since] = found
        return self._changes[since]

    def told(self, since: int, lang: str, sessions: Iterable[UUID]) -> tuple[Told, ...]:
        """Return what became of some sessions in a language, in the order of the programme."""
        if (since, lang) not in self._told:
            with speaking(lang) as language:
                reader = Reader(language.key, self.order, self.zone, self.names)
                self._told[since, lang] = {
                    one.session_id: reader.told(one.session_id, one.kinds, one.before, one.after)
                    for one in self.changes(since)
                }
        wanted = set(sessions)
        return tuple(
            one for session_id, one in self._told[since, lang].items() if session_id in wanted
        )

    def tells_all(self, since: int) -> bool:
        """Say whether every guest is told of what came after a version."""
        return any(one.tell_all for one in self.versions if one.number > since)

    def note(self, since: int, lang: str) -> Fragment:
        """Return what the organiser says of it, the newest first."""
        said = [
            one.note.pick(lang, self.order)
            for one in reversed(self.versions)
            if one.number > since and one.note
        ]
        return Fragment("\n\n".join(one.text for one in said), said[0].lang) if said else EMPTY


def news_of(event: Event, releases: Sequence[Release]) -> News:
    """Return what versions of an event's programme, oldest first, have to tell (3 statements)."""
    versions = [
        Version(
            one.id,
            one.number,
            one.note,
            one.tell_all,
            [(change.session_id, change.before or None, change.after) for change in one.changes],
        )
        for one in releases
    ]
    contents = [
        side
        for version in versions
        for _, before, after in version.changes
        for side in (before, after)
        if side
    ]
    names = names_in(event.id, contents)
    return News(event.id, versions, names, list(event.languages), event.zone)
