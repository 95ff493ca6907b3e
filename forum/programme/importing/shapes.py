"""A programme as a file told it, in our words, before anything is stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from forum.core.errors import Invalid
from forum.core.i18n import Sentence, sentence
from forum.core.text import Text
from forum.programme.rules import AppearanceRole, SessionKind, SessionState


class UnreadableProgramme(Invalid):
    """The file is not a programme of this format; the sentence says what is wrong with it."""

    code = "unreadable_programme"


SESSION_FIELDS = frozenset(
    {
        "kind", "state", "title", "abstract", "delivered_in", "interpreted_into", "room_id",
        "also_in", "track_id", "parts", "starts_at", "ends_at", "day", "stream_url",
        "cast", "materials",
    }
)  # fmt: skip
"""What a file can say of a session; a format names those it has a place for."""

SPEAKER_FIELDS = frozenset(
    {
        "name", "name_zh", "surname", "salutation", "post_nominals", "precedence", "title",
        "affiliation", "biography", "website", "links",
    }
)  # fmt: skip

TIMES = frozenset({"starts_at", "ends_at", "day"})


@dataclass(frozen=True, slots=True)
class ImportedRoom:
    """A room; `key` tells it apart in its file."""

    key: str
    name: Text
    capacity: int | None = None


@dataclass(frozen=True, slots=True)
class ImportedTrack:
    """A track; `colour` is #rrggbb or empty."""

    key: str
    name: Text
    colour: str = ""


@dataclass(frozen=True, slots=True)
class ImportedLink:
    """A link of a session or person; `kind` is one of a Material's."""

    title: str
    url: str
    kind: str = "link"


@dataclass(frozen=True, slots=True)
class ImportedSpeaker:
    """A person; one of the two names may be empty. `revision` is of our own sheet alone."""

    key: str
    name: str
    name_zh: str = ""
    surname: str = ""
    salutation: str = ""
    post_nominals: str = ""
    precedence: int = 1000
    title: Text = field(default_factory=Text)
    affiliation: Text = field(default_factory=Text)
    biography: Text = field(default_factory=Text)
    website: str = ""
    links: Sequence[ImportedLink] = ()
    revision: int | None = None

    @property
    def shown_name(self) -> str:
        """What the person is called in notes."""
        return self.name or self.name_zh


@dataclass(frozen=True, slots=True)
class ImportedPart:
    """Somebody in a session: the key of a speaker of the file, the role, its own words."""

    who: str
    role: AppearanceRole
    called: Text = field(default_factory=Text)
    part: int | None = None


@dataclass(frozen=True, slots=True)
class ImportedSession:
    """A programme item; moments are aware, both None for one without a time.

    `listed` is the day the file lists it under. `room`, `also_in` and `track` are keys of the file.
    `state` is None where the file says nothing of it. `revision` is of our own sheet alone.
    """

    key: str
    kind: SessionKind
    title: Text
    abstract: Text = field(default_factory=Text)
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    listed: date | None = None
    room: str | None = None
    also_in: Sequence[str] = ()
    track: str | None = None
    delivered_in: Sequence[str] = ()
    interpreted_into: Sequence[str] = ()
    parts: Sequence[Mapping[str, Any]] = ()
    stream_url: str = ""
    state: SessionState | None = None
    cast: Sequence[ImportedPart] = ()
    links: Sequence[ImportedLink] = ()
    revision: int | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Where a programme comes from: `name` tells sources apart, `zone_name` is what it names.

    The fields are those the format has a place for: of others it says nothing.
    """

    name: str
    session_fields: frozenset[str]
    speaker_fields: frozenset[str]
    zone_name: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class ImportedProgramme:
    """All of a file; `warnings` tell what was left out or mended, for a person."""

    source: Source
    rooms: Sequence[ImportedRoom]
    tracks: Sequence[ImportedTrack]
    speakers: Sequence[ImportedSpeaker]
    sessions: Sequence[ImportedSession]
    warnings: Sequence[Sentence] = ()


class Notes:
    """What a reader had to leave out or mend, in the order in which it came upon it."""

    MOST = 500

    def __init__(self) -> None:
        """Begin with nothing to say."""
        self._said: list[Sentence] = []
        self._more = 0

    def add(self, said: Sentence) -> None:
        """Keep a sentence; far too many are counted instead."""
        if len(self._said) < self.MOST:
            self._said.append(said)
        else:
            self._more += 1

    def session(self, key: str, what: Sentence) -> None:
        """Say something of a session of the file."""
        self.add(sentence("session %(key)s: %(what)s", key=key, what=what))

    def speaker(self, key: str, what: Sentence) -> None:
        """Say something of a speaker of the file."""
        self.add(sentence("speaker %(key)s: %(what)s", key=key, what=what))

    def room(self, key: str, what: Sentence) -> None:
        """Say something of a room of the file."""
        self.add(sentence("room %(key)s: %(what)s", key=key, what=what))

    def all(self) -> tuple[Sentence, ...]:
        """Return everything that was said."""
        if not self._more:
            return tuple(self._said)
        return (*self._said, sentence("And %(number)s more notes.", number=self._more))
