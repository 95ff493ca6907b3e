"""The calendar room's own tables."""

from forum.calendar.models.entries import GuestEntry
from forum.calendar.models.personal import PersonalFeed

__all__ = ["GuestEntry", "PersonalFeed"]
