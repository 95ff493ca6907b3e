"""What changed in a programme from version to version, as guests read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from forum.core import dates
from forum.core.text import Fragment
from forum.events.facts import Addresses
from forum.events.models import Event
from forum.programme.differences import Reader, Told
from forum.programme.queries import (
    changes_in,
    latest_release,
    names_in,
    releases_of,
    shown_sessions,
)
from forum.programme.rules import ChangeKind, ReleaseCause

MOST_VERSIONS = 50


@dataclass(frozen=True, slots=True)
class Version:
    """A version on the page and in the feed; `identity` is as the feed names it.

    Of each session there is what became of it, and its page where it has one; `more` are only
    counted. `late` says that a delay on the day made it.
    """

    number: int
    identity: str
    released_at: datetime
    released: str
    note: Fragment
    late: bool
    sessions: Sequence[tuple[Told, str]]
    more: int

    @property
    def number_of_sessions(self) -> int:
        """How many sessions it changed."""
        return len(self.sessions) + self.more


@dataclass(frozen=True, slots=True)
class VersionLine:
    """The version that guests see, for a line below the programme."""

    number: int
    date: str
    href: str


def versions_of(event: Event, to: Addresses) -> list[Version]:
    """Return an event's versions as guests read them, the newest first (7 statements)."""
    releases = releases_of(event.id, MOST_VERSIONS)
    contents = [
        side for one in releases for change in one.changes for side in (change.before, change.after)
    ]
    key = to.language.key
    reader = Reader(key, event.languages, event.zone, names_in(event.id, contents))
    pages = shown_sessions(event.id)
    number = changes_in(releases)
    found = []
    for one in releases:
        told = [
            reader.told(
                change.session_id,
                [ChangeKind(kind) for kind in change.kinds],
                change.before,
                change.after,
            )
            for change in one.changes
        ]
        found.append(
            Version(
                one.number,
                identity(one.id, key),
                one.released_at,
                dates.moment(one.released_at, event.zone, key, year=True),
                one.note.pick(key, event.languages),
                one.cause is ReleaseCause.LATE,
                [
                    (each, to.below("sessions", each.session_id))
                    if each.session_id in pages
                    else (each, "")
                    for each in told
                ],
                number.get(one.id, 0) - len(told),
            )
        )
    return found


def version_line(event: Event, to: Addresses) -> VersionLine | None:
    """Return the version that guests see, from the second on (1 statement)."""
    newest = latest_release(event.id)
    if newest is None or newest.number < 2:  # noqa: PLR2004 - nothing has changed before
        return None
    key = to.language.key
    on = dates.local_day(newest.released_at, event.zone)
    return VersionLine(newest.number, dates.brief_day(on, key), to.below("programme", "changes"))


def identity(thing_id: UUID, key: str) -> str:
    """Return the address-free name of a feed or an entry in a language (RFC 4287 §4.2.6)."""
    return uuid5(thing_id, f"changes.{key}").urn
