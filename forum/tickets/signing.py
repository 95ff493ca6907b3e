"""Signatures by ECDSA on P-256 with SHA-256, in the raw forms that WebCrypto reads too."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

HALF = 32
_CURVE = ec.SECP256R1()
_ALGORITHM = ec.ECDSA(hashes.SHA256())


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """The half of a key pair that signs."""

    key: ec.EllipticCurvePrivateKey

    @classmethod
    def new(cls) -> PrivateKey:
        """Make a key pair."""
        return cls(ec.generate_private_key(_CURVE))

    @classmethod
    def from_bytes(cls, secret: bytes) -> PrivateKey:
        """Read the 32 bytes that `to_bytes` gave."""
        return cls(ec.derive_private_key(int.from_bytes(secret), _CURVE))

    def to_bytes(self) -> bytes:
        """Return the 32 secret bytes."""
        return self.key.private_numbers().private_value.to_bytes(HALF)

    def public_bytes(self) -> bytes:
        """Return the public half as an uncompressed point of 65 bytes (SEC 1 §2.3.3)."""
        return self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def sign(self, payload: bytes) -> bytes:
        """Return r and s of 32 bytes each."""
        r, s = utils.decode_dss_signature(self.key.sign(payload, _ALGORITHM))
        return r.to_bytes(HALF) + s.to_bytes(HALF)


def verifies(public_key: ec.EllipticCurvePublicKey, payload: bytes, signature: bytes) -> bool:
    """Say whether the 64 bytes are the key's signature of the payload."""
    r, s = int.from_bytes(signature[:HALF]), int.from_bytes(signature[HALF:])
    try:
        public_key.verify(utils.encode_dss_signature(r, s), payload, _ALGORITHM)
    except InvalidSignature:
        return False
    return True


def public_key_of(point: bytes) -> ec.EllipticCurvePublicKey:
    """Read an uncompressed point of 65 bytes."""
    return ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, point)
