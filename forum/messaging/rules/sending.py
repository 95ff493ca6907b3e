"""How a mail is tried: how long it is a worker's, when it is tried again, when it is given up."""

from __future__ import annotations

from datetime import timedelta

LEASE = timedelta(seconds=60)
"""So long claimed mails are a worker's; one that lives on says so before each mail."""

RENEWED_AFTER = timedelta(seconds=15)
HANDING_SECONDS = 40.0
"""So long a mail server may take for one mail: less than what is left of the lease at its start."""

OPENING_SECONDS = 20.0
"""So long a line may take from the first look at the name until it is signed in."""

CLOSING_SECONDS = 5.0
RECORDING = timedelta(minutes=10)
"""So long a worker tries to note what became of a mail while the database is away."""

RECORDED_AGAIN_SECONDS = 0.5
TAKEN_OVER_SECONDS = 1.0
"""So long a worker waits with what another had claimed before it looks: longer than until that one
notes what it has handed over, once the database is back for both."""

LINE_DOWN_WAIT = timedelta(seconds=5)
MOST_LINES = 3
"""So often a line is opened for one batch; a server that drops so many gets a rest."""

BACK_OFF = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 240, 720, 1440))
MOST_TRIES = 11
"""Some five days (RFC 5321 §4.5.4.1)."""

FIRST_PERMANENT = 500
CLOSING = 421
TOO_LARGE = 552


def is_permanent(code: int) -> bool:
    """Say whether a mail server's answer is final (RFC 5321 §4.2.1)."""
    return code >= FIRST_PERMANENT


def wait_after(tries: int) -> timedelta | None:
    """Return how long to wait after this many refused tries; None when it is enough."""
    return None if tries >= MOST_TRIES else BACK_OFF[min(tries, len(BACK_OFF)) - 1]


def wait_after_drop(tries: int) -> timedelta | None:
    """Return how long a mail waits during which the server hung up: first it may be chance."""
    return LINE_DOWN_WAIT if tries <= 1 else wait_after(tries)
