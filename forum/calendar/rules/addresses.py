"""Where feeds and the pages they belong to are."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode
from uuid import UUID

ALL_EVENTS = "all-events"
"""The last segment of the site's own feed; clients name the calendar by it."""


def feed_path(slug: str) -> str:
    """Return the path of an event's feed; clients name the calendar by its last segment."""
    return f"/e/{slug}/{slug}.ics"


def session_feed_path(slug: str, session_id: UUID) -> str:
    """Return the path of one session's feed."""
    return f"/e/{slug}/sessions/{session_id}/{slug}.ics"


def part_feed_path(slug: str, by: str, part: str) -> str:
    """Return the path of the feed of one room, track, kind or speaker of an event."""
    return f"/e/{slug}/{by}s/{part}.ics"


def chosen_feed_path(slug: str, chosen: Mapping[str, str]) -> str:
    """Return the path of the feed of those sessions of an event that have all that is chosen.

    That of one room, track, kind or speaker alone has a telling last segment.
    """
    if len(chosen) == 1:
        ((by, part),) = chosen.items()
        return part_feed_path(slug, by, part)
    return f"{feed_path(slug)}?{urlencode(chosen)}" if chosen else feed_path(slug)


def organisation_feed_path(slug: str) -> str:
    """Return the path of the feed of an organisation's events."""
    return f"/calendar/{slug}.ics"


def site_feed_path() -> str:
    """Return the path of the feed of all public events of the site."""
    return organisation_feed_path(ALL_EVENTS)


def own_feed_path(token: str, slug: str) -> str:
    """Return the path of a feed of somebody's own sessions; the token is for that feed alone."""
    return f"/my/{token}/{slug}.ics"


def series_feed_path(slug: str) -> str:
    """Return the path of a series' feed."""
    return f"/series/{slug}.ics"


def share_path(slug: str) -> str:
    """Return the path of the picture that stands for an event."""
    return f"/e/{slug}/share.png"


def home_path(language_path: str) -> str:
    """Return the path of the list of events."""
    return f"/{language_path}/"


def event_path(language_path: str, slug: str) -> str:
    """Return the path of an event's page."""
    return f"/{language_path}/e/{slug}/"


def session_path(language_path: str, slug: str, session_id: UUID) -> str:
    """Return the path of a session's page."""
    return f"/{language_path}/e/{slug}/sessions/{session_id}"


def series_path(language_path: str, slug: str) -> str:
    """Return the path of a series' page."""
    return f"/{language_path}/series/{slug}/"
