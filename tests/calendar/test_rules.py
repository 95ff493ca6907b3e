"""Small decisions: how soon to look again, how long the past is kept, where one subscribes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from forum.calendar.rules import is_kept, refresh_interval, subscribe_links, switch_moments

START = datetime(2026, 12, 8, 1, tzinfo=UTC)
END = START + timedelta(hours=4)


@pytest.mark.parametrize(
    ("now", "minutes"),
    [
        (START - timedelta(days=1, seconds=1), 60),
        (START - timedelta(days=1), 15),
        (END - timedelta(seconds=1), 15),
        (END, 60),
    ],
)
def test_clients_look_four_times_an_hour_from_the_day_before_to_the_end(
    now: datetime, minutes: int
) -> None:
    assert refresh_interval(START, END, now) == timedelta(minutes=minutes)


def test_a_past_event_is_kept_for_sixty_days() -> None:
    assert is_kept(END, END + timedelta(days=60) - timedelta(seconds=1))
    assert not is_kept(END, END + timedelta(days=60))


def test_every_moment_at_which_the_clock_alone_changes_a_feed_is_known() -> None:
    step = timedelta(minutes=7)
    for moment in switch_moments(START, END):
        before, after = moment - step, moment + step
        assert (refresh_interval(START, END, before), is_kept(END, before)) != (
            refresh_interval(START, END, after),
            is_kept(END, after),
        )


def test_each_calendar_gets_the_address_it_understands() -> None:
    feed = "https://forum.example.com/e/crafting/crafting.ics?lang=zh-Hant"
    links = subscribe_links(feed, "智造, tomorrow & after")
    assert links.plain == feed
    assert links.webcal == "webcal://forum.example.com/e/crafting/crafting.ics?lang=zh-Hant"
    google = urlsplit(links.google)
    assert (google.netloc, google.path) == ("calendar.google.com", "/calendar/r")
    assert parse_qs(google.query) == {"cid": [links.webcal]}
    for link, host in (
        (links.outlook_live, "outlook.live.com"),
        (links.outlook_office, "outlook.office.com"),
    ):
        parts = urlsplit(link)
        assert (parts.netloc, parts.path) == (host, "/calendar/0/addfromweb")
        assert parse_qs(parts.query) == {"url": [feed], "name": ["智造, tomorrow & after"]}
