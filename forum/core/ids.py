"""Identities: UUIDv7 for rows (RFC 9562 §5.7), short codes that people can read aloud, lists."""

from __future__ import annotations

import os
import secrets
import threading
import time
from contextlib import suppress
from uuid import UUID

READABLE = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Digits and letters without 0 O, 1 I L: what is printed is what is typed."""

CODE_LENGTH = 8
LENGTH_OF_UUID = 36
MOST_IDS = 200
RANDOM_BITS = 62
SLICES = 12
"""Bits of rand_a: a millisecond is cut into 4,096 slices (RFC 9562 §6.2, method 3)."""
NANOSECONDS = 1_000_000
"""In a millisecond."""


class _Slices:
    """Slices of time that only rise: none is given twice by one process.

    Where the clock stands still or goes back, the slice after the last one is given instead.
    """

    def __init__(self) -> None:
        self.last = 0
        self.start_alone()

    def start_alone(self) -> None:
        """Take a new lock: in a forked child nobody is left to give back the old one."""
        self._lock = threading.Lock()

    def next(self) -> int:
        """Return 48 bits of milliseconds and 12 of the slice."""
        milliseconds, rest = divmod(time.time_ns(), NANOSECONDS)
        slice_now = milliseconds << SLICES | (rest << SLICES) // NANOSECONDS
        with self._lock:
            self.last = max(slice_now, self.last + 1)
            return self.last


_slices = _Slices()


def _start_alone() -> None:
    _slices.start_alone()


os.register_at_fork(after_in_child=_start_alone)


def uuid7() -> UUID:
    """Return a new UUIDv7, above all that this process made before: 60 bits of time, 62 random.

    Two processes, forked or not, differ by the random bits.
    """
    milliseconds, rest = divmod(_slices.next(), 1 << SLICES)
    head = (milliseconds << 16 | 0x7 << SLICES | rest) << 64
    return UUID(int=head | 0x2 << RANDOM_BITS | secrets.randbits(RANDOM_BITS))


def short_code() -> str:
    """Return eight readable characters, about 39 bits, without the dash they are shown with."""
    return "".join(secrets.choice(READABLE) for _ in range(CODE_LENGTH))


def shown(code: str) -> str:
    """Return a short code as people see it: XXXX-XXXX."""
    return f"{code[:4]}-{code[4:]}"


def id_in(written: object) -> UUID | None:
    """Return the id that stands in a text of others, None where there is none."""
    try:
        return UUID(str(written))
    except ValueError:
        return None


def ids_in(typed: str, most: int = MOST_IDS) -> list[UUID]:
    """Return the different ids in a text, parted by blanks or commas; what is none is passed over.

    For lists that a browser keeps: a broken entry must not lose the others.
    """
    found: dict[UUID, None] = {}
    for part in typed[: most * 40].replace(",", " ").split():
        if len(part) == LENGTH_OF_UUID:
            with suppress(ValueError):
                found[UUID(part)] = None
    return list(found)[:most]
