"""The plan of an import: what stands here, what a file would do to it, what is decided."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from enum import StrEnum

from forum.core.i18n import Sentence
from forum.core.text import Text
from forum.programme.importing.merging import FieldChange, Flat, Verdict

NEW_MARK = "+"
"""A reference to something that the import will make is this and its key in the file."""

NOBODY_KNOWN = "new"


class Standing(StrEnum):
    """How a thing of the file stands to what is here."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    REMOVED_HERE = "removed_here"


@dataclass(frozen=True, slots=True)
class Here:
    """A session or speaker that is here: values by path; `base` as last known to its source."""

    id: str
    revision: int
    values: Flat
    base: Flat | None = None
    imported: bool = False


@dataclass(frozen=True, slots=True)
class Remembered:
    """What an earlier import of this source remembers of a thing."""

    thing_id: str
    values: Flat


@dataclass(frozen=True, slots=True)
class Known:
    """A profile of the organisation, by its names alone."""

    id: str
    name: str
    name_zh: str


@dataclass(frozen=True, slots=True)
class Present:
    """Everything that stands here, as plain values; times are listed in the event's `zone`.

    `remembered` is by (thing, key); `elsewhere` by a speaker's key, of other events.
    """

    zone: tzinfo
    rooms: Mapping[str, Text] = field(default_factory=dict)
    tracks: Mapping[str, Text] = field(default_factory=dict)
    sessions: Mapping[str, Here] = field(default_factory=dict)
    speakers: Mapping[str, Here] = field(default_factory=dict)
    profiles: Sequence[Known] = ()
    remembered: Mapping[tuple[str, str], Remembered] = field(default_factory=dict)
    elsewhere: Mapping[str, Sequence[Remembered]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlannedPlace:
    """A room or track of the file: what it is here, or that it will be made; None: removed here."""

    key: str
    ref: str | None
    name: Text
    capacity: int | None = None
    colour: str = ""

    @property
    def is_new(self) -> bool:
        """Whether the import makes it."""
        return self.ref is not None and self.ref.startswith(NEW_MARK)


@dataclass(frozen=True, slots=True)
class PlannedThing:
    """A session or speaker of the file; `theirs` is all that the file says of it, by path.

    `candidates` are profiles with the same name, where the file's person is not known yet.
    """

    key: str
    ref: str
    standing: Standing
    theirs: Flat
    here: Here | None = None
    changes: tuple[FieldChange, ...] = ()
    candidates: tuple[str, ...] = ()
    by_likeness: bool = False

    @property
    def conflicts(self) -> tuple[FieldChange, ...]:
        """What both sides changed."""
        return tuple(one for one in self.changes if one.verdict is Verdict.CONFLICT)


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """All that an import would do; `gone` are sessions here that the file has no more.

    `notes` are what looks odd beside what is here.
    """

    rooms: Sequence[PlannedPlace]
    tracks: Sequence[PlannedPlace]
    speakers: Sequence[PlannedThing]
    sessions: Sequence[PlannedThing]
    gone: Sequence[Here]
    notes: Sequence[Sentence] = ()

    @property
    def seen(self) -> str:
        """A fingerprint of the whole plan, for the form that carries it out."""
        body = json.dumps(
            [
                [[one.key, one.ref] for one in (*self.rooms, *self.tracks)],
                [
                    [
                        one.key,
                        one.ref,
                        one.standing.value,
                        one.here.revision if one.here else 0,
                        [[change.path, change.theirs] for change in one.changes],
                        list(one.candidates),
                    ]
                    for one in (*self.speakers, *self.sessions)
                ],
                [[one.id, one.revision] for one in self.gone],
            ],
            sort_keys=True,
            default=str,
        )
        return hashlib.sha256(body.encode()).hexdigest()[:24]

    def standing(self, things: Iterable[PlannedThing], wanted: Standing) -> list[PlannedThing]:
        """Return the things of one standing."""
        return [one for one in things if one.standing is wanted]


@dataclass(frozen=True, slots=True)
class Choices:
    """What an editor decided in the preview; without any, nothing here is overwritten or removed.

    `people` are profiles' ids (or `new`) by speakers' keys; `take` are conflicts, as
    thing/key/path, where the file's value is taken; `drop` and `again` are ids of sessions gone
    from the file, to be cancelled, and keys of sessions removed here, to be added again.
    `languages`, where there are any, become those of the event's pages.
    """

    confirmed: bool = True
    people: Mapping[str, str] = field(default_factory=dict)
    take_all: bool = False
    take: frozenset[str] = frozenset()
    drop: frozenset[str] = frozenset()
    again: frozenset[str] = frozenset()
    languages: Sequence[str] = ()

    def takes(self, thing: str, key: str, path: str) -> bool:
        """Say whether the file's value of a conflict is taken."""
        return self.take_all or f"{thing}/{key}/{path}" in self.take


def is_new(ref: str) -> bool:
    """Say whether a reference names something that the import will make."""
    return ref.startswith(NEW_MARK)
