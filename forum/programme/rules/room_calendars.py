"""Calendars of rooms that others book too."""

from __future__ import annotations

from enum import StrEnum


class WhyUnread(StrEnum):
    """Why nothing is known from a room's calendar."""

    NO_EVENT = "no_event"
    TOO_LARGE = "too_large"
    TOO_LONG = "too_long"
    TOO_MANY = "too_many"
