"""Identities: UUIDv7 for rows (RFC 9562 §5.7), short codes that people can read aloud, lists."""

from __future__ import annotations

import secrets
import time
from contextlib import suppress
from uuid import UUID

READABLE = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Digits and letters without 0 O, 1 I L: what is printed is what is typed."""

CODE_LENGTH = 8
LENGTH_OF_UUID = 36
MOST_IDS = 200


def uuid7() -> UUID:
    """Return a new UUIDv7: 48 bits of milliseconds, then 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds << 80) | secrets.randbits(80)
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return UUID(int=value)


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
