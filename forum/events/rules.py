"""Pure decisions about events: legal moves, slugs, what is open, what calendars must learn of."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Protocol, TypeVar

from forum.core.errors import Conflict, Invalid
from forum.core.i18n import sentence

LONGEST_SLUG = 80
LONGEST_MADE_SLUG = 60
LONGEST_TITLE = 200
LONGEST_SUMMARY = 3000
LONGEST_NOTE = 1000
LONGEST_EVENT = timedelta(days=366)
EARLIEST_YEAR, LATEST_YEAR = 1970, 2200
LARGEST_CAPACITY = 100_000
MOST_PARTS = 200
"""Rooms or partners of one event."""

RESERVED_SLUGS = frozenset(
    {
        "new", "events", "series", "venues", "members", "organisation", "organisations",
        "settings", "account", "sign-in", "sign-out", "users", "devices", "reports", "search",
        "api", "audit", "messages", "calendar", "uploads",
    },
)  # fmt: skip
"""Addresses below /manage/ and /e/ that no event may take."""

Thing = TypeVar("Thing")
_NOT_IN_SLUG = re.compile(r"[^a-z0-9]+")


class EventState(StrEnum):
    """Where an event stands; "ended" is derived from the clock."""

    DRAFT = "draft"
    PUBLISHED = "published"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"


class Subject(StrEnum):
    """The family of drawings of an event's cover."""

    TOOLPATH = "toolpath"
    RINGS = "rings"
    STREETS = "streets"
    COASTLINE = "coastline"


class PartnerRole(StrEnum):
    """What an organisation is to an event."""

    ORGANISER = "organiser"
    CO_HOST = "co_host"
    CO_ORGANISER = "co_organiser"
    SPONSOR = "sponsor"
    SUPPORTING = "supporting"
    MEDIA = "media"


class Opening(StrEnum):
    """Whether and why registration is open, as one word for pages."""

    OPEN = "open"
    NOT_YET = "not_yet"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    POSTPONED = "postponed"
    PAST = "past"
    DRAFT = "draft"


MOVES: dict[EventState, frozenset[EventState]] = {
    EventState.DRAFT: frozenset({EventState.PUBLISHED}),
    EventState.PUBLISHED: frozenset({EventState.POSTPONED, EventState.CANCELLED}),
    EventState.POSTPONED: frozenset({EventState.PUBLISHED, EventState.CANCELLED}),
    EventState.CANCELLED: frozenset(),
}

CALENDAR_FIELDS = frozenset({"title", "starts_at", "ends_at", "state", "venue_id", "time_zone"})
"""A change of these raises the calendar sequence (CALENDAR.md E05)."""

TOLD_FIELDS = frozenset({"title", "starts_at", "ends_at", "time_zone", "venue_id"})
"""Before a change of these is saved, its maker is asked whether guests are told."""


class IllegalMove(Conflict):
    """The event's state does not allow this."""

    code = "illegal_move"


class NoSuchMoment(Invalid):
    """The clock is put forward over this moment: it never happens."""

    code = "no_such_moment"


class EndsBeforeStart(Invalid):
    """The end is not after the start."""

    code = "ends_before_start"
    says = sentence("Enter an end that is after the start")


class TooLong(Invalid):
    """The end lies more than a year after the start."""

    code = "too_long"
    says = sentence("Enter an end within a year of the start")


class FarYear(Invalid):
    """The year is a slip of the finger."""

    code = "far_year"
    says = sentence("Enter a year from 1970 to 2200")


class BadSlug(Invalid):
    """The address cannot be used."""

    code = "bad_slug"
    says = sentence(
        "Use small letters a to z, figures and dashes for the address, like crafting-tomorrow",
    )


def check_move(state: EventState, wanted: EventState) -> None:
    """Raise IllegalMove unless the table allows the step."""
    if wanted not in MOVES[state]:
        raise IllegalMove(
            sentence(
                "An event that is %(state)s cannot become %(wanted)s.",
                state=STATE_WORDS[state],
                wanted=STATE_WORDS[wanted],
            ),
        )


STATE_WORDS = {
    EventState.DRAFT: sentence("a draft"),
    EventState.PUBLISHED: sentence("published"),
    EventState.POSTPONED: sentence("postponed"),
    EventState.CANCELLED: sentence("cancelled"),
}


def slug_of(latin: str) -> str:
    """Return a slug from Latin letters: at most 60 characters, whole words where that can be.

    Empty where nothing is left.
    """
    slug = _NOT_IN_SLUG.sub("-", latin.lower().replace("'", "").replace("’", "")).strip("-")
    if len(slug) <= LONGEST_MADE_SLUG:
        return slug
    cut = slug[: LONGEST_MADE_SLUG + 1].rpartition("-")[0] or slug[:LONGEST_MADE_SLUG]
    return cut.strip("-")


def free_slug(wanted: str, taken: Callable[[str], bool], *, otherwise: str) -> str:
    """Return the wanted slug, or the first of wanted-2, wanted-3 … that is free."""
    base = wanted or otherwise
    if base not in RESERVED_SLUGS and not taken(base):
        return base
    number = 2
    while taken(f"{base}-{number}"):
        number += 1
    return f"{base}-{number}"


def moment_of(wall: datetime, zone: tzinfo, *, field: str | None = None) -> datetime:
    """Return the UTC moment of a naive wall time; raises NoSuchMoment in a gap of summer time.

    A wall time that happens twice is taken as the first of the two. Raises FarYear outside
    1970 to 2200.
    """
    if not EARLIEST_YEAR <= wall.year <= LATEST_YEAR:
        raise FarYear(field=field)
    aware = wall.replace(tzinfo=zone, fold=0)
    moment = aware.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) != wall:
        raise NoSuchMoment(
            sentence(
                "%(time)s on that day does not exist in %(zone)s: the clock is put forward. "
                "Choose a time an hour later.",
                time=wall.strftime("%H:%M"),
                zone=str(zone),
            ),
            field=field,
        )
    return moment


def check_span(starts_at: datetime, ends_at: datetime, *, field: str = "ends_at") -> None:
    """Raise EndsBeforeStart or TooLong unless the end lies after the start, within a year."""
    if ends_at <= starts_at:
        raise EndsBeforeStart(field=field)
    if ends_at - starts_at > LONGEST_EVENT:
        raise TooLong(field=field)


def opening(
    state: EventState,
    *,
    opens_at: datetime | None,
    closes_at: datetime | None,
    ends_at: datetime,
    now: datetime,
) -> Opening:
    """Return whether registration is open; it closes with the end at the latest."""
    by_state = {
        EventState.DRAFT: Opening.DRAFT,
        EventState.CANCELLED: Opening.CANCELLED,
        EventState.POSTPONED: Opening.POSTPONED,
    }
    if state in by_state:
        return by_state[state]
    if now >= ends_at:
        return Opening.PAST
    if opens_at is not None and now < opens_at:
        return Opening.NOT_YET
    if closes_at is not None and now >= closes_at:
        return Opening.CLOSED
    return Opening.OPEN


class Dated(Protocol):
    """What decides whether an event takes registrations."""

    state: EventState
    opens_at: datetime | None
    closes_at: datetime | None
    ends_at: datetime


def opening_of(event: Dated, now: datetime) -> Opening:
    """Return whether an event takes registrations now."""
    return opening(
        event.state,
        opens_at=event.opens_at,
        closes_at=event.closes_at,
        ends_at=event.ends_at,
        now=now,
    )


def passes_seats_on(event: Dated, now: datetime) -> bool:
    """Say whether a freed seat goes to the next who waits: not once it is cancelled or over."""
    return event.state is not EventState.CANCELLED and now < event.ends_at


def tells_guests(
    state: EventState, published_at: datetime | None, until: datetime, now: datetime
) -> bool:
    """Say whether guests hear of a change: of an event that is or was public, not off nor over."""
    on = state in {EventState.PUBLISHED, EventState.POSTPONED}
    return on and published_at is not None and until > now


def calendar_must_know(changed_fields: set[str]) -> bool:
    """Say whether a change of these fields raises the calendar sequence."""
    return bool(changed_fields & CALENDAR_FIELDS)


def check_slug(slug: str, *, field: str = "slug") -> None:
    """Raise BadSlug unless this can stand in an address of its own."""
    if slug != _NOT_IN_SLUG.sub("-", slug).strip("-") or not slug:
        raise BadSlug(field=field)
    if len(slug) > LONGEST_SLUG:
        raise BadSlug(sentence("Shorten the address to at most 80 characters"), field=field)
    if slug in RESERVED_SLUGS:
        raise BadSlug(
            sentence("“%(slug)s” is an address of Forum’s own. Choose another.", slug=slug),
            field=field,
        )


def reordered(things: Sequence[Thing], here: int, step: int) -> list[Thing]:
    """Return the things with one of them moved by a step, as far as the ends allow."""
    order = list(things)
    order.insert(min(max(here + step, 0), len(order) - 1), order.pop(here))
    return order
