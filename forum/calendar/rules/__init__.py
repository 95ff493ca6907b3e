"""Pure decisions about calendars: addresses, marked titles, how soon to look again."""

from forum.calendar.rules.addresses import (
    ALL_EVENTS,
    event_path,
    feed_path,
    home_path,
    organisation_feed_path,
    own_feed_path,
    part_feed_path,
    series_feed_path,
    series_path,
    session_feed_path,
    session_path,
    share_path,
    site_feed_path,
)
from forum.calendar.rules.subscribing import SubscribeLinks, subscribe_links
from forum.calendar.rules.texts import CANCELLED_MARKS, marked_title, plain_text
from forum.calendar.rules.timing import (
    ABSENT_AFTER_THE_END,
    KEPT_AFTER_THE_END,
    NEAR_THE_EVENT,
    REFRESH_NEAR_THE_EVENT,
    USUAL_REFRESH,
    is_kept,
    refresh_interval,
    switch_moments,
)

__all__ = [
    "ABSENT_AFTER_THE_END",
    "ALL_EVENTS",
    "CANCELLED_MARKS",
    "KEPT_AFTER_THE_END",
    "NEAR_THE_EVENT",
    "REFRESH_NEAR_THE_EVENT",
    "USUAL_REFRESH",
    "SubscribeLinks",
    "event_path",
    "feed_path",
    "home_path",
    "is_kept",
    "marked_title",
    "organisation_feed_path",
    "own_feed_path",
    "part_feed_path",
    "plain_text",
    "refresh_interval",
    "series_feed_path",
    "series_path",
    "session_feed_path",
    "session_path",
    "share_path",
    "site_feed_path",
    "subscribe_links",
    "switch_moments",
]
