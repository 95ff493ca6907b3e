"""Pure decisions about personal feeds: whose they are, when they are the same, how often asked."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from forum.core.errors import Invalid, TooMany
from forum.core.i18n import sentence

SHORTEST_ALARM = 5
LONGEST_ALARM = 10_080
"""Minutes before the start: a week."""

NOTED_EVERY = timedelta(hours=1)
ASKED_AT_ONCE = 60
ASKED_AGAIN = timedelta(seconds=30)
"""One address may be asked for so often at once, then once in so long, by each web worker."""


class FeedKind(StrEnum):
    """Whose calendar a personal feed is."""

    AGENDA = "agenda"
    SPEAKER = "speaker"
    STAFF = "staff"


class TooOften(TooMany):
    """A calendar asks for one address so often that it is told to wait."""

    says = sentence("This calendar is asked for too often. Ask again in a minute.")


class NoSuchAlarm(Invalid):
    """A reminder that is too near to the start, or too far from it."""

    code = "no_such_alarm"
    says = sentence("Choose a reminder from the list.")


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many more times an address may be asked for, as of a moment."""

    left: float
    at: datetime


def asked_once(before: Allowance | None, now: datetime) -> Allowance:
    """Return what is left after one more question; raises TooOften where nothing is."""
    left = float(ASKED_AT_ONCE)
    if before is not None:
        regained = max(now - before.at, timedelta()) / ASKED_AGAIN
        left = min(left, before.left + regained)
    if left < 1:
        raise TooOften
    return Allowance(left - 1, now)


def is_noted(fetched_at: datetime | None, known_as: str, client: str, now: datetime) -> bool:
    """Say whether it is noted already that this client looks: the same within an hour."""
    return fetched_at is not None and known_as == client and now - fetched_at < NOTED_EVERY


def fingerprint(parts: Iterable[object]) -> str:
    """Return 128 bits, as hexadecimal figures, of everything that a feed is made from."""
    said = "\0".join(str(part) for part in parts)
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def checked_alarm(minutes: int | None) -> int | None:
    """Return a reminder's minutes before the start, or None for none; raises NoSuchAlarm."""
    if minutes is not None and not SHORTEST_ALARM <= minutes <= LONGEST_ALARM:
        raise NoSuchAlarm
    return minutes
