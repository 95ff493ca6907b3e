"""The addresses by which calendars subscribe to a feed (CALENDAR.md L01-L05)."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlsplit


@dataclass(frozen=True, slots=True)
class SubscribeLinks:
    """The addresses that a page offers for one feed (CALENDAR.md L01-L05)."""

    plain: str
    webcal: str
    google: str
    outlook_live: str
    outlook_office: str


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
