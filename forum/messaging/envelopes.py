"""Where reports of one mail come back to: an envelope sender of its own, signed (VERP).

bounces@example.org becomes bounces+token@example.org. Nobody else can make the token: a forged
report marks no address.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from uuid import UUID

from forum.core.keys import instance_key

ID_BYTES = 16
COPY_BYTES = 2
PROOF_BYTES = 10
TOKEN_LENGTH = 45
LONGEST_LOCAL_PART = 64
"""RFC 5321 §4.5.3.1.1."""
MOST_COPIES = 65_535


@dataclass(frozen=True, slots=True)
class Claimed:
    """Which mail a report is about: a message, and which copy of it."""

    message_id: UUID
    copy: int


def bounce_address(message_id: UUID, bounces: str, copy: int = 0) -> str:
    """Return the envelope sender of a copy of a message; "" where no `bounces` address is set.

    Small letters and digits only, since mail servers may change the case. An address too long to
    carry the token is returned as it is: its reports are known by the Message-ID alone.
    """
    local, _, domain = bounces.rpartition("@")
    with_token = f"{local}+{_written(Claimed(message_id, min(copy, MOST_COPIES)))}"
    if not local or len(with_token) > LONGEST_LOCAL_PART:
        return bounces
    return f"{with_token}@{domain}"


def claimed(address: str) -> Claimed | None:
    """Return which mail an envelope sender of ours names; None for any other address."""
    _, _, token = address.strip().strip("<>").rpartition("@")[0].rpartition("+")
    if len(token) != TOKEN_LENGTH or not token.isascii():
        return None
    try:
        raw = base64.b32decode(f"{token.upper()}===")
    except binascii.Error:
        return None
    copy = int.from_bytes(raw[ID_BYTES : ID_BYTES + COPY_BYTES], "big")
    one = Claimed(UUID(bytes=raw[:ID_BYTES]), copy)
    return one if hmac.compare_digest(_written(one), token.lower()) else None


def _written(one: Claimed) -> str:
    raw = one.message_id.bytes + one.copy.to_bytes(COPY_BYTES, "big")
    proof = hmac.digest(instance_key().derived("bounces"), raw, hashlib.sha256)[:PROOF_BYTES]
    return base64.b32encode(raw + proof).rstrip(b"=").decode().lower()
