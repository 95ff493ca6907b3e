"""Slides and hand-outs: what kinds there are, when guests may have them, what a PDF looks like."""

from __future__ import annotations

from enum import StrEnum

LARGEST_PDF = 20_000_000
MOST_MATERIALS = 40
MOST_SENT = 8
"""What one speaker may send for one session."""
MOST_SENT_BYTES = 200_000_000
"""What the files may come to that one speaker has sent for one event."""

HEAD = b"%PDF-"
TAIL = b"%%EOF"
TAIL_BYTES = 2048
"""Writers may put blanks and comments after the last mark, and all readers look this far back."""


class MaterialKind(StrEnum):
    """What a material is."""

    SLIDES = "slides"
    HANDOUT = "handout"
    RECORDING = "recording"
    LINK = "link"


class Publishing(StrEnum):
    """When guests may have it."""

    NOT_YET = "not_yet"
    NOW = "now"
    AFTER = "after"
    AT = "at"


def looks_like_pdf(head: bytes, tail: bytes) -> bool:
    """Say whether a file begins and ends as PDF does (ISO 32000-1 §7.5.2 and §7.5.5)."""
    return head.startswith(HEAD) and b"startxref" in tail and TAIL in tail
