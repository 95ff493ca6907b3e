"""What a reading came to, as the service hands it to pages and programs: small frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from forum.checkin.rules import Reason, Way
from forum.core.text import Text

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class NewScan:
    """A reading as the device reports it: a code, or a registration chosen from a search."""

    scan_id: UUID
    way: Way
    code: str = ""
    registration_id: UUID | None = None
    scanned_at: datetime | None = None
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Guest:
    """As much of a guest as the door needs.

    `seating` is the row or table of an invitation; `greeted` guests are told to the greeter, by
    `salutation` where it is theirs and not that of somebody in whose place they come.
    """

    registration_id: UUID
    name: str
    name_zh: str
    organisation: str
    code: str
    ticket_type: Text
    salutation: str = ""
    seating: str = ""
    greeted: bool = False


@dataclass(frozen=True, slots=True)
class Earlier:
    """The admission that stands: when, where, and by whom."""

    at: datetime
    checkpoint: Text
    by: str


@dataclass(frozen=True, slots=True)
class OtherEvent:
    """The event a ticket really is for; no title where another organisation runs it."""

    title: Text
    starts_at: datetime
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to one reading; moments are in UTC, `zone` is the event's.

    `id` is the scan's own, `scan_id` the one that the device gave it.
    """

    id: UUID
    scan_id: UUID
    reason: Reason
    scanned_at: datetime
    received_at: datetime
    zone: ZoneInfo
    checkpoint: Text
    languages: tuple[str, ...]
    guest: Guest | None = None
    earlier: Earlier | None = None
    cancelled_at: datetime | None = None
    other_event: OtherEvent | None = None
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    seats_free: int | None = None
    undone_at: datetime | None = None
    device_name: str = ""
    code_shown: str = ""

    @property
    def undoable(self) -> bool:
        """Whether this reading let somebody in who still is."""
        return self.reason is Reason.ADMITTED and self.undone_at is None


@dataclass(frozen=True, slots=True)
class Count:
    """How many are in this place, of how many confirmed guests."""

    admitted: int
    expected: int


@dataclass(frozen=True, slots=True)
class Found:
    """One guest of a search, and since when in, if so."""

    guest: Guest
    state: str
    in_since: datetime | None


@dataclass(frozen=True, slots=True)
class Finding:
    """The guests a search found, at most a screenful; `more` when there are others."""

    found: tuple[Found, ...]
    more: bool
