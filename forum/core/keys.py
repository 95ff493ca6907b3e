"""The instance key and what is derived from it, one secret a purpose."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from functools import lru_cache

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import current_app

NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class InstanceKey:
    """The instance's 32 secret bytes; never used bare, always for a named purpose."""

    secret: bytes

    def derived(self, purpose: str) -> bytes:
        """Return 32 bytes for one purpose (HMAC-SHA-256 of its name)."""
        return _derived(self.secret, purpose)

    def encrypt(self, purpose: str, plain: bytes, nonce: bytes) -> bytes:
        """Return nonce and AES-GCM ciphertext of a secret that must be kept."""
        return nonce + AESGCM(self.derived(purpose)).encrypt(nonce, plain, purpose.encode())

    def decrypt(self, purpose: str, sealed: bytes) -> bytes:
        """Return what `encrypt` was given; raises InvalidTag for foreign bytes."""
        nonce, body = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        return AESGCM(self.derived(purpose)).decrypt(nonce, body, purpose.encode())


@lru_cache(maxsize=64)
def _derived(secret: bytes, purpose: str) -> bytes:
    return hmac.digest(secret, purpose.encode(), hashlib.sha256)


def instance_key() -> InstanceKey:
    """Return the running application's key."""
    key: InstanceKey = current_app.extensions["forum_key"]
    return key
