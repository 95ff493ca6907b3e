"""A programme as a file told it, in our words, before anything is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from forum.core.errors import Invalid
from forum.core.text import Text
from forum.programme.rules import AppearanceRole, SessionKind


class UnreadableProgramme(Invalid):
    """The file is not a programme of this format; the sentence says what is wrong with it."""

    code = "unreadable_programme"


@dataclass(frozen=True, slots=True)
class ImportedRoom:
    """A room; `key` is its name in the file."""

    key: str
    name: Text


@dataclass(frozen=True, slots=True)
class ImportedSpeaker:
    """A person; one of the two names may be empty."""

    key: str
    name: str
    name_zh: str
    biography: Text


@dataclass(frozen=True, slots=True)
class ImportedSession:
    """A programme item; moments are aware, `day` is the day it is listed under."""

    key: str
    kind: SessionKind
    title: Text
    abstract: Text
    starts_at: datetime
    ends_at: datetime
    day: date
    room: str | None
    speakers: Sequence[str]
    role: AppearanceRole


@dataclass(frozen=True, slots=True)
class ImportedProgramme:
    """All of a file; `warnings` tell what was left out or mended, for a person."""

    rooms: Sequence[ImportedRoom]
    speakers: Sequence[ImportedSpeaker]
    sessions: Sequence[ImportedSession]
    warnings: Sequence[str] = field(default_factory=tuple)
