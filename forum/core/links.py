"""Personal links that can be shown again: derived from the instance key, nothing secret stored."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from forum.core.errors import NotFound
from forum.core.keys import instance_key

ID_BYTES = 16
PROOF_BYTES = 16
TOKEN_LENGTH = 43


class Purpose(StrEnum):
    """What a derived link is for; a token of one purpose is worthless for another."""

    BOOKING = "booking"
    REGISTRATION = "registration"
    CONTACT = "contact"
    SIGN_IN = "sign_in"
    MEMBER_INVITATION = "member_invitation"
    PREVIEW = "preview"
    SPEAKER = "speaker"
    AGENDA_FEED = "agenda_feed"
    SPEAKER_FEED = "speaker_feed"
    STAFF_FEED = "staff_feed"
    GUEST_INVITATION = "guest_invitation"
    OPT_OUT = "opt_out"
    TYPE = "ticket_type"
    ANSWER_FILE = "answer_file"


@dataclass(frozen=True, slots=True)
class Claim:
    """What a token says before the row it names has been looked up."""

    purpose: Purpose
    id: UUID
    proof: bytes

    def holds(self, generation: int) -> bool:
        """Say in constant time whether the proof fits the row's generation."""
        return hmac.compare_digest(self.proof, _proof(self.purpose, self.id, generation))


def derive(purpose: Purpose, thing_id: UUID, generation: int = 0) -> str:
    """Return the token: base64url of the id and 128 bits of HMAC(key, purpose, id, generation)."""
    raw = thing_id.bytes + _proof(purpose, thing_id, generation)
    return _written(raw)


def claim(purpose: Purpose, token: str) -> Claim:
    """Read a token; raises NotFound for anything that has not its form.

    Its last letter holds two bits that no byte needs: only the form that `derive` writes is read,
    so that one link has one address.
    """
    if len(token) != TOKEN_LENGTH or not token.isascii():
        raise NotFound
    try:
        raw = base64.urlsafe_b64decode(token + "=")
    except (binascii.Error, ValueError):
        raise NotFound from None
    if _written(raw) != token:
        raise NotFound
    return Claim(purpose, UUID(bytes=raw[:ID_BYTES]), raw[ID_BYTES:])


def _written(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _proof(purpose: Purpose, thing_id: UUID, generation: int) -> bytes:
    message = purpose.encode() + b"\0" + thing_id.bytes + generation.to_bytes(4, "big")
    key = instance_key().derived("links")
    return hmac.digest(key, message, hashlib.sha256)[:PROOF_BYTES]


def new_secret() -> str:
    """Return 192 random bits as text, for a secret shown once and stored only as a hash."""
    return secrets.token_urlsafe(24)


def hashed(secret: str) -> bytes:
    """Return what is stored of a random secret: its SHA-256 (it is too long to be guessed)."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
