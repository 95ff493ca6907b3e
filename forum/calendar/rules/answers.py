"""Pure decisions about entries in guests' own calendars: methods, answers, what says what."""

from __future__ import annotations

from enum import StrEnum


class Method(StrEnum):
    """What a mail's calendar part asks of the guest's calendar (RFC 5546 §3.2)."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


class Answer(StrEnum):
    """What a guest's calendar says the guest does: PARTSTAT (RFC 5545 §3.2.12)."""

    NEEDS_ACTION = "NEEDS-ACTION"
    ACCEPTED = "ACCEPTED"
    TENTATIVE = "TENTATIVE"
    DECLINED = "DECLINED"
