"""The texts of a feed: marked titles, and words without HTML."""

from __future__ import annotations

import re
from html import unescape

from forum.calendar.shapes import EventStatus

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


def marked_title(title: str, status: EventStatus, language: str) -> str:
    """Return the title, marked in the feed's language when the event is cancelled.

    Google's app shows a cancelled event of a feed as confirmed, so the word must say it (E07).
    """
    if status is not EventStatus.CANCELLED:
        return title
    return CANCELLED_MARKS.get(language, CANCELLED_MARKS["en"]) + title


def plain_text(text: str) -> str:
    """Return a text without HTML, where it holds any: breaks and points of lists are kept."""
    if not _TAG.search(text):
        return text
    broken = _BREAK.sub("\n", _ITEM.sub("• ", text))
    return unescape(_TAG.sub("", broken)).strip()
