"""A speaker's own page behind the personal link, without any account."""

from __future__ import annotations

from forum.site.speaker_page import calendar, page, profile  # noqa: F401 - each hangs its views on the blueprint
from forum.site.speaker_page.frame import blueprint

__all__ = ["blueprint"]
