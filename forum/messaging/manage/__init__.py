"""The back office of messages: what was written to whom, what will be, and in which words."""

from __future__ import annotations

from forum.messaging.manage import (
    announcement_sending,
    announcements,
    exact,
    letters,
    lost,
    returned,
    settings,
    timeline,
    wording,
)
from forum.messaging.manage.frame import blueprint

__all__ = [
    "announcement_sending",
    "announcements",
    "blueprint",
    "exact",
    "letters",
    "lost",
    "returned",
    "settings",
    "timeline",
    "wording",
]
