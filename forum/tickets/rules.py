"""What a ticket's code says: 16 bytes of payload, 64 of signature, written for QR codes, read back.

The payload, big-endian: version (4 bits) and algorithm (4 bits) 1 byte, key number 2, ticket
number 6, ticket type 1, validity 6: the hours since 2020-01-01T00:00Z from which and until which
the ticket counts, 3 bytes each.
"""

from __future__ import annotations

import base64
import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from forum.core.ids import CODE_LENGTH, READABLE

VERSION = 1
ECDSA_P256 = 1
"""ECDSA on P-256 with SHA-256, the signature as r and s of 32 bytes each (FIPS 186-5 §6)."""

EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
KEPT_AFTER_THE_END = timedelta(days=400)

PAYLOAD_BYTES = 16
SIGNATURE_BYTES = 64
CODE_CHARACTERS = 128
LARGEST_KEY_NUMBER = 2**16 - 1
LARGEST_TICKET_NUMBER = 2**48 - 1
LARGEST_TYPE_NUMBER = 2**8 - 1
LARGEST_HOUR = 2**24 - 1
LONGEST_READING = 500
PATH = "/T/"

_BLANKS = re.compile(r"\s+")
_DASHES = re.compile("[-\u2010-\u2015\u2212]")
_SIGNED = re.compile(f"[A-Z2-7]{{{CODE_CHARACTERS}}}")
_SHORT = re.compile(f"[{READABLE}]{{{CODE_LENGTH}}}")


@dataclass(frozen=True, slots=True)
class Payload:
    """What the organiser signs; `valid_from` and `valid_until` are whole hours in UTC."""

    key_number: int
    ticket_number: int
    type_number: int
    valid_from: datetime
    valid_until: datetime
    version: int = VERSION
    algorithm: int = ECDSA_P256

    def to_bytes(self) -> bytes:
        """Return the 16 bytes; raises OverflowError for a number that has no room."""
        return b"".join(
            (
                (self.version << 4 | self.algorithm).to_bytes(1),
                self.key_number.to_bytes(2),
                self.ticket_number.to_bytes(6),
                self.type_number.to_bytes(1),
                hours_since_epoch(self.valid_from).to_bytes(3),
                hours_since_epoch(self.valid_until).to_bytes(3),
            ),
        )

    @classmethod
    def from_bytes(cls, raw: bytes) -> Payload:
        """Read 16 bytes; every 16 bytes say something, the signature says whether it holds."""
        return cls(
            key_number=int.from_bytes(raw[1:3]),
            ticket_number=int.from_bytes(raw[3:9]),
            type_number=raw[9],
            valid_from=EPOCH + int.from_bytes(raw[10:13]) * HOUR,
            valid_until=EPOCH + int.from_bytes(raw[13:16]) * HOUR,
            version=raw[0] >> 4,
            algorithm=raw[0] & 0xF,
        )


@dataclass(frozen=True, slots=True)
class ParsedTicket:
    """A code that has a ticket's form; whether it is one the signature decides."""

    payload: Payload
    signed: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class ShortCode:
    """The eight characters of a reference such as T9M2-PR4K, without the dash."""

    code: str


@dataclass(frozen=True, slots=True)
class NotATicket:
    """Some other code, or a damaged one."""


def hours_since_epoch(moment: datetime) -> int:
    """Return whole hours since 2020-01-01T00:00Z, held within what three bytes take."""
    return min(max((moment - EPOCH) // HOUR, 0), LARGEST_HOUR)


def validity(issued_at: datetime, event_ends_at: datetime) -> tuple[datetime, datetime]:
    """Return from when until when a ticket counts: its issue to 400 days after the event's end.

    Wide on purpose: a signature cannot be changed when an event is put off. Which days and hours
    let in is the checkpoint's rule, which can.
    """
    until = max(event_ends_at, issued_at) + KEPT_AFTER_THE_END
    return _whole_hour(issued_at), _whole_hour(until + HOUR)


def encoded(payload: bytes, signature: bytes) -> str:
    """Return the 128 characters (base32, upper case, no padding) of a signed payload."""
    return base64.b32encode(payload + signature).decode()


def address(base_url: str, code: str) -> str:
    """Return what the QR code holds: all in upper case, so that QR's alphanumeric mode takes it."""
    return f"{base_url}{PATH}".upper() + code


def parse(reading: str) -> ParsedTicket | ShortCode | NotATicket:
    """Return what was scanned or typed: a signed code, a reference, or neither.

    Takes any host, either case, blanks anywhere, full-width letters and any kind of dash.
    """
    if len(reading) > LONGEST_READING:
        return NotATicket()
    text = _BLANKS.sub("", unicodedata.normalize("NFKC", reading)).upper()
    before, found, after = text.rpartition(PATH)
    bare = re.split("[/?#]", after)[0] if found else before + after
    if _SIGNED.fullmatch(bare):
        raw = base64.b32decode(bare)
        signed, signature = raw[:PAYLOAD_BYTES], raw[PAYLOAD_BYTES:]
        return ParsedTicket(Payload.from_bytes(signed), signed, signature)
    short = _DASHES.sub("", bare)
    return ShortCode(short) if _SHORT.fullmatch(short) else NotATicket()


def _whole_hour(moment: datetime) -> datetime:
    return EPOCH + hours_since_epoch(moment) * HOUR
