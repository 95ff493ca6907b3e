"""What an organiser reads of the calendar part of a mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from forum.calendar.rules.answers import Method
from forum.core.i18n import sentence
from forum.messaging.rules.calendars import ASKS, METHODS

if TYPE_CHECKING:
    from forum.core.i18n import Sentence
    from forum.messaging.rules import Kind

_ASKS = sentence("asks in the guest’s own calendar whether they come")
_PUTS = sentence("puts it into the guest’s own calendar, or keeps it right there")
_TAKES = sentence("takes it out of the guest’s own calendar")


def part_in_words(kind: Kind, method: Method | None) -> Sentence | None:
    """Say what the calendar part of a mail does, None where it has none."""
    if method is None:
        return None
    if method is Method.CANCEL:
        return _TAKES
    return _ASKS if kind in ASKS else _PUTS


def kind_in_words(kind: Kind) -> Sentence | None:
    """Say what the calendar parts of mails of a kind do, where the guest has what they tell of."""
    return part_in_words(kind, METHODS.get(kind))
