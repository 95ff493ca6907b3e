"""What one can do with announcements: write, try, schedule, nod at, send, stop, go on with them."""

from collections.abc import Callable

from forum.messaging.service.announcing.drafting import Wording, change, draft, remove
from forum.messaging.service.announcing.holding import stop, stop_run
from forum.messaging.service.announcing.people import Counted, count, recipients
from forum.messaging.service.announcing.queueing import queue_all, settle
from forum.messaging.service.announcing.sending import (
    back_to_draft,
    go_on,
    nod,
    send,
    send_due,
    start,
)

Step = Callable[..., object]
"""An act on one announcement, by who acts, the event, the announcement, and `now`."""

__all__ = [
    "Counted",
    "Step",
    "Wording",
    "back_to_draft",
    "change",
    "count",
    "draft",
    "go_on",
    "nod",
    "queue_all",
    "recipients",
    "remove",
    "send",
    "send_due",
    "settle",
    "start",
    "stop",
    "stop_run",
]
