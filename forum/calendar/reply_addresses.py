"""Where a guest's calendar sends its answer: an organiser's address of its own, signed.

replies@example.org becomes replies+token@example.org. Nobody else can make the token: a forged
answer is nobody's.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from typing import TYPE_CHECKING
from uuid import UUID

from flask import current_app

from forum.core.keys import instance_key

if TYPE_CHECKING:
    from forum.settings import Settings

ID_BYTES = 16
PROOF_BYTES = 10
TOKEN_LENGTH = 42
LONGEST_LOCAL_PART = 64
"""RFC 5321 §4.5.3.1.1."""


def replies() -> str:
    """Return the address that calendars' answers come to, "" where none is set."""
    settings: Settings = current_app.config["FORUM_SETTINGS"]
    return settings.mail_replies


def reply_address(entry_id: UUID) -> str:
    """Return the organiser's address of one guest's entry, "" where no answers are taken.

    Small letters and digits only, since mail servers may change the case.
    """
    local, _, domain = replies().rpartition("@")
    with_token = f"{local}+{_written(entry_id)}"
    if not local or len(with_token) > LONGEST_LOCAL_PART:
        return ""
    return f"{with_token}@{domain}"


def claimed_entry(address: str) -> UUID | None:
    """Return which guest's entry an address of ours names; None for any other address."""
    _, _, token = address.strip().strip("<>").rpartition("@")[0].rpartition("+")
    if len(token) != TOKEN_LENGTH or not token.isascii():
        return None
    try:
        raw = base64.b32decode(f"{token.upper()}======")
    except binascii.Error:
        return None
    entry_id = UUID(bytes=raw[:ID_BYTES])
    return entry_id if hmac.compare_digest(_written(entry_id), token.lower()) else None


def _written(entry_id: UUID) -> str:
    proof = hmac.digest(instance_key().derived("calendar replies"), entry_id.bytes, hashlib.sha256)[
        :PROOF_BYTES
    ]
    return base64.b32encode(entry_id.bytes + proof).rstrip(b"=").decode().lower()
