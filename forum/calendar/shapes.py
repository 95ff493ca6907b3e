"""What a calendar says, before it is bytes: frozen values that the writer takes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from uuid import UUID

HOUR = timedelta(hours=1)


class EventStatus(StrEnum):
    """STATUS of a VEVENT (RFC 5545 §3.8.1.11)."""

    CONFIRMED = "CONFIRMED"
    TENTATIVE = "TENTATIVE"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A role mailbox, such as the organiser's; never a guest's address (CALENDAR.md E14, E20)."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Conference:
    """A link to join online that everybody may know (RFC 7986 §5.11)."""

    url: str
    label: str
    features: tuple[str, ...] = ("AUDIO", "VIDEO")


@dataclass(frozen=True, slots=True)
class Picture:
    """An image that stands for the event (RFC 7986 §5.10)."""

    url: str
    media_type: str


@dataclass(frozen=True, slots=True)
class FeedEvent:
    """One VEVENT: an event itself, or one of its sessions.

    A timed one has aware `start` and `end`, shown in the IANA `zone`; an all-day one has
    dates, the `end` exclusive. `language` is the BCP 47 tag of the title. `alarm` is how long
    before the start its reader is reminded, only where the reader chose that (CALENDAR.md E15).
    """

    uid: UUID
    sequence: int
    created: datetime
    last_modified: datetime
    start: datetime | date
    end: datetime | date
    zone: str
    title: str
    language: str = ""
    description: str = ""
    location: str = ""
    geo: tuple[float, float] | None = None
    url: str = ""
    categories: tuple[str, ...] = ()
    status: EventStatus = EventStatus.CONFIRMED
    transparent: bool = False
    organizer: Mailbox | None = None
    conference: Conference | None = None
    picture: Picture | None = None
    parent: UUID | None = None
    alarm: timedelta | None = None

    def __post_init__(self) -> None:
        """Refuse what no calendar can show: a naive time, an end that is not after the start."""
        for moment in (self.start, self.end):
            if isinstance(moment, datetime) and moment.tzinfo is None:
                message = f"a moment without a zone cannot be written: {moment!r}"
                raise ValueError(message)
        if isinstance(self.start, datetime) is not isinstance(self.end, datetime):
            message = "start and end are of one kind: both moments, or both dates"
            raise ValueError(message)
        if self.start >= self.end:
            message = f"the end must be after the start: {self.start!r} to {self.end!r}"
            raise ValueError(message)

    @property
    def all_day(self) -> bool:
        """Whether the event has dates and no times."""
        return not isinstance(self.start, datetime)

    @property
    def order(self) -> tuple[datetime, str]:
        """What events are sorted by: the start, then the UID (CALENDAR.md E22)."""
        start = self.start
        if not isinstance(start, datetime):
            start = datetime(start.year, start.month, start.day, tzinfo=ZoneInfo(self.zone))
        return start.astimezone(UTC), str(self.uid)


@dataclass(frozen=True, slots=True)
class FeedCalendar:
    """One VCALENDAR; `source` is the feed's own address, `page` the page it belongs to.

    `language` is a key of stored texts (en, zh-Hant, zh-Hans), `refresh` how soon clients
    should look again, `last_modified` None only where nothing was ever in the feed.
    """

    name: str
    zone: str
    language: str
    description: str = ""
    source: str = ""
    page: str = ""
    last_modified: datetime | None = None
    refresh: timedelta = HOUR
    events: tuple[FeedEvent, ...] = field(default=())
