"""Pure decisions about calendars: marked titles, how soon to look again, where to subscribe."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import unescape
from urllib.parse import quote, urlsplit
from uuid import UUID

from forum.calendar.shapes import EventStatus

USUAL_REFRESH = timedelta(hours=1)
REFRESH_NEAR_THE_EVENT = timedelta(minutes=15)
NEAR_THE_EVENT = timedelta(days=1)
KEPT_AFTER_THE_END = timedelta(days=60)

CANCELLED_MARKS = {"en": "CANCELLED: ", "zh-Hant": "已取消：", "zh-Hans": "已取消："}

_ITEM = re.compile(r"<li\b[^<>]*>\s*", re.IGNORECASE)
_BREAK = re.compile(
    r"<(?:br|hr)\b[^<>]*>|</(?:p|div|li|ul|ol|tr|h[1-6]|blockquote)\s*>", re.IGNORECASE
)
_TAG = re.compile(
    r"</?(?:a|abbr|b|blockquote|br|cite|code|div|em|font|h[1-6]|hr|i|img|li|ol|p|pre|s|small|span"
    r"|strike|strong|sub|sup|table|tbody|td|th|thead|tr|u|ul)\b[^<>]*>",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class SubscribeLinks:
    """The addresses that a page offers for one feed (CALENDAR.md L01-L05)."""

    plain: str
    webcal: str
    google: str
    outlook_live: str
    outlook_office: str


def marked_title(title: str, status: EventStatus, language: str) -> str:
    """Return the title, marked in the feed's language when the event is cancelled.

    Google's app shows a cancelled event of a feed as confirmed, so the word must say it (E07).
    """
    if status is not EventStatus.CANCELLED:
        return title
    return CANCELLED_MARKS.get(language, CANCELLED_MARKS["en"]) + title


def refresh_interval(start: datetime, end: datetime, now: datetime) -> timedelta:
    """Return how soon to look again: every 15 minutes from the day before to the end."""
    near = start - NEAR_THE_EVENT <= now < end
    return REFRESH_NEAR_THE_EVENT if near else USUAL_REFRESH


def switch_moments(start: datetime, end: datetime) -> tuple[datetime, ...]:
    """Return the moments at which an event's feed changes without anybody changing the event."""
    return start - NEAR_THE_EVENT, end, end + KEPT_AFTER_THE_END


def is_kept(end: datetime, now: datetime) -> bool:
    """Say whether a past event still stands in feeds: for 60 days."""
    return now < end + KEPT_AFTER_THE_END


def subscribe_links(absolute_feed_url: str, name: str) -> SubscribeLinks:
    """Return the addresses by which calendars subscribe; the name is for those that take one.

    Google wants the webcal form in `cid` and refuses https; the new Outlook drops webcal and
    wants https.
    """
    parts = urlsplit(absolute_feed_url)
    webcal = parts._replace(scheme="webcal").geturl()
    outlook = f"url={quote(absolute_feed_url, safe='')}&name={quote(name, safe='')}"
    return SubscribeLinks(
        plain=absolute_feed_url,
        webcal=webcal,
        google=f"https://calendar.google.com/calendar/r?cid={quote(webcal, safe='')}",
        outlook_live=f"https://outlook.live.com/calendar/0/addfromweb?{outlook}",
        outlook_office=f"https://outlook.office.com/calendar/0/addfromweb?{outlook}",
    )


def feed_path(slug: str) -> str:
    """Return the path of an event's feed; clients name the calendar by its last segment."""
    return f"/e/{slug}/{slug}.ics"


def session_feed_path(slug: str, session_id: UUID) -> str:
    """Return the path of one session's feed."""
    return f"/e/{slug}/sessions/{session_id}/{slug}.ics"


def own_feed_path(token: str, slug: str) -> str:
    """Return the path of a feed of somebody's own sessions; the token is for that feed alone."""
    return f"/my/{token}/{slug}.ics"


def series_feed_path(slug: str) -> str:
    """Return the path of a series' feed."""
    return f"/series/{slug}.ics"


def event_path(language_path: str, slug: str) -> str:
    """Return the path of an event's page."""
    return f"/{language_path}/e/{slug}/"


def session_path(language_path: str, slug: str, session_id: UUID) -> str:
    """Return the path of a session's page."""
    return f"/{language_path}/e/{slug}/sessions/{session_id}"


def series_path(language_path: str, slug: str) -> str:
    """Return the path of a series' page."""
    return f"/{language_path}/series/{slug}/"


def plain_text(text: str) -> str:
    """Return a text without HTML, where it holds any: breaks and points of lists are kept."""
    if not _TAG.search(text):
        return text
    broken = _BREAK.sub("\n", _ITEM.sub("• ", text))
    return unescape(_TAG.sub("", broken)).strip()
