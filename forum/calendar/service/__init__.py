"""What the calendar does: it writes feeds of what other rooms say."""

from forum.calendar.service.feeds import (
    Feed,
    session_entries,
    write_event_feed,
    write_own_feed,
    write_part_feed,
    write_session_feed,
)
from forum.calendar.service.listings import (
    write_organisation_feed,
    write_series_feed,
    write_site_feed,
)

__all__ = [
    "Feed",
    "session_entries",
    "write_event_feed",
    "write_organisation_feed",
    "write_own_feed",
    "write_part_feed",
    "write_series_feed",
    "write_session_feed",
    "write_site_feed",
]
