"""A guest with a calendar of their own, for tests: its page, its address, what stands in it."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from forum.calendar.queries.personal import feed_of, token_of
from forum.calendar.rules import own_feed_path
from forum.calendar.rules.personal import FeedKind
from forum.calendar.service.personal import Whose, make_feed
from forum.core.actor import SYSTEM
from tests.factories import NOW
from tests.people.signing_in import csrf_of

ADDRESS = re.compile(r'id="feed-address" readonly value="http://localhost([^"]+)"')


@dataclass(frozen=True)
class OwnPage:
    """The page of a personal calendar, pressed as a browser would."""

    client: FlaskClient
    href: str

    def press(self, act: str, **fields: Any) -> TestResponse:
        """Press one of its buttons."""
        shown = self.client.get(self.href)
        values = {"csrf_token": csrf_of(shown), "act": act, **fields}
        return self.client.post(self.href, data=values)

    def address(self) -> str:
        """Return the path of the calendar; it must have been made."""
        found = ADDRESS.search(self.client.get(self.href).text)
        assert found is not None
        return html.unescape(found[1])

    def made(self) -> str:
        """Make the calendar, and return its path."""
        assert self.press("make").status_code == 303
        return self.address()


def made_calendar(kind: FeedKind, holder_id: UUID, slug: str) -> str:
    """Make somebody's calendar, and return its path."""
    make_feed(SYSTEM, Whose(kind, holder_id), "en", now=NOW)
    feed = feed_of(kind, holder_id)
    assert feed is not None
    return own_feed_path(token_of(feed), slug)


def titles(feed: TestResponse) -> list[str]:
    """Return what stands in a calendar, in its order."""
    assert feed.status_code == 200, feed.text
    unfolded = feed.text.replace("\r\n ", "")
    return re.findall(r"^SUMMARY[^:]*:(.*?)\r?$", unfolded, re.MULTILINE)
