"""Keys of public forms: random, with the moment at which the form was shown, and signed."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from enum import StrEnum

from flask import current_app

from forum.core.keys import instance_key

FORM_LASTS = timedelta(hours=24)
RANDOM_BYTES, MOMENT_BYTES, PROOF_BYTES = 12, 6, 12
KEY_LENGTH = 40


class Age(StrEnum):
    """How long a form has been open: too short for a person, as forms are, too long or unknown."""

    YOUNG = "young"
    RIPE = "ripe"
    OLD = "old"


def new_key(now: datetime) -> str:
    """Return the key of a form that is shown now; no other form has it."""
    said = secrets.token_bytes(RANDOM_BYTES) + _moment(now).to_bytes(MOMENT_BYTES)
    return base64.urlsafe_b64encode(said + _proof(said)).decode()


def age_of(key: str, now: datetime) -> Age:
    """Return how old the form with this key is; one that was never given out is OLD."""
    shown = _shown_at(key)
    if shown is None or not 0 <= _moment(now) - shown <= FORM_LASTS / timedelta(milliseconds=1):
        return Age.OLD
    least: float = current_app.config["FORUM_SETTINGS"].form_seconds
    return Age.YOUNG if _moment(now) - shown < least * 1000 else Age.RIPE


def _shown_at(key: str) -> int | None:
    if len(key) != KEY_LENGTH or not key.isascii():
        return None
    try:
        raw = base64.b64decode(key, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    said, proof = raw[:-PROOF_BYTES], raw[-PROOF_BYTES:]
    if not hmac.compare_digest(proof, _proof(said)):
        return None
    return int.from_bytes(said[RANDOM_BYTES:])


def _moment(now: datetime) -> int:
    return int(now.timestamp() * 1000)


def _proof(said: bytes) -> bytes:
    key = instance_key().derived("form keys")
    return hmac.digest(key, said, hashlib.sha256)[:PROOF_BYTES]
