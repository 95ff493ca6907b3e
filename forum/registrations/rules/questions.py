"""Kinds of questions, what their answers are about, which are asked, what answers look like."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Protocol
from uuid import UUID


class QuestionKind(StrEnum):
    """What is answered."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    ONE = "one"
    SEVERAL = "several"
    YES_NO = "yes_no"
    NUMBER = "number"
    DATE = "date"
    COUNTRY = "country"
    PHONE = "phone"
    FILE = "file"
    CONSENT = "consent"


WITH_OPTIONS = frozenset({QuestionKind.ONE, QuestionKind.SEVERAL})

OPENS_OTHERS = WITH_OPTIONS | {QuestionKind.YES_NO, QuestionKind.CONSENT}
"""Kinds whose answers may decide whether another question is shown."""

YES, NO = "yes", "no"

LONGEST_LABEL = 200
LONGEST_HINT = 300
LONGEST_OPTION = 120
LONGEST_TEXT = 200
LONGEST_LONG_TEXT = 2000
MOST_QUESTIONS = 60
MOST_OPTIONS = 40
MOST_PLACES = 100_000
LARGEST_NUMBER = 1_000_000_000
FEWEST_PHONE_FIGURES, MOST_PHONE_FIGURES = 7, 15
"""ITU-T E.164 §6.2 bounds a number at 15 figures; no network has shorter ones than 7 of its own."""

LARGEST_ANSWER_FILE = 5_000_000
LONGEST_FILE_NAME = 120
LEAST_KEEP_DAYS, MOST_KEEP_DAYS = 1, 3660


class AskedPer(StrEnum):
    """Whether each attendee answers, or the booking once."""

    ATTENDEE = "attendee"
    BOOKING = "booking"


class DataClass(StrEnum):
    """How personal an answer is: ordinary, a way to reach somebody, or of health and the like."""

    ORDINARY = "ordinary"
    CONTACT = "contact"
    SENSITIVE = "sensitive"


class FileKind(StrEnum):
    """What a file that answers a question may be, by its content."""

    PDF = "pdf"
    PNG = "png"
    JPEG = "jpeg"
    DOCX = "docx"


class Conditional(Protocol):
    """A question as far as it depends on another."""

    @property
    def id(self) -> UUID:
        """Its own id."""

    @property
    def needs_id(self) -> UUID | None:
        """The question on whose answer it depends."""

    @property
    def needs_values(self) -> Collection[str]:
        """The answers with which it is shown; none means any."""


def shown_ids(
    questions: Iterable[Conditional], given: Mapping[UUID, Collection[str]]
) -> frozenset[UUID]:
    """Return the questions that are asked where this was answered.

    `given` holds option ids, or "yes" and "no", by question. What depends on a question that is not
    asked is not asked either, nor what depends on itself in a ring.
    """
    by_id = {one.id: one for one in questions}
    found: dict[UUID, bool] = {}

    def _is_shown(one: Conditional) -> bool:
        if one.id not in found:
            found[one.id] = False
            found[one.id] = one.needs_id is None or _opened(one, by_id.get(one.needs_id))
        return found[one.id]

    def _opened(one: Conditional, needed: Conditional | None) -> bool:
        if needed is None or not _is_shown(needed):
            return False
        answered = set(given.get(needed.id, ()))
        return bool(answered & set(one.needs_values) if one.needs_values else answered)

    return frozenset(one.id for one in by_id.values() if _is_shown(one))


def depends_on_itself(question_id: UUID, needs: Mapping[UUID, UUID | None]) -> bool:
    """Say whether a question is shown only after an answer to itself, by way of others."""
    seen: set[UUID] = set()
    at = needs.get(question_id)
    while at is not None and at not in seen:
        if at == question_id:
            return True
        seen.add(at)
        at = needs.get(at)
    return False


def clean_phone(typed: str) -> str | None:
    """Return a phone number as its figures with a leading +, or None for what is none.

    Full-width figures, blanks, dashes, dots and brackets are taken; 00 at the beginning is a +.
    """
    plain = unicodedata.normalize("NFKC", typed)
    kept = "".join(one for one in plain if one not in " -.()/·\u2010\u2011\u2012\u2013\u2014\u2212")
    plus = kept.startswith(("+", "00"))
    figures = kept.removeprefix("+") if kept.startswith("+") else kept.removeprefix("00")
    good = figures.isascii() and figures.isdigit()
    if not good or not FEWEST_PHONE_FIGURES <= len(figures) <= MOST_PHONE_FIGURES:
        return None
    return f"+{figures}" if plus else figures


def file_kind_of(head: bytes, tail: bytes, names: Sequence[str] = ()) -> FileKind | None:
    """Return what a file is by how it begins and ends, or None where it is none of ours.

    `names` are those in the archive, where it is one: a DOCX is a ZIP that holds its document
    (ISO/IEC 29500-2). ISO 32000-1 §7.5, PNG §5.2, ITU-T T.81 §B.1.1.
    """
    if head.startswith(b"%PDF-") and b"startxref" in tail and b"%%EOF" in tail:
        return FileKind.PDF
    if head.startswith(b"\x89PNG\r\n\x1a\n") and b"IEND" in tail:
        return FileKind.PNG
    if head.startswith(b"\xff\xd8\xff") and b"\xff\xd9" in tail:
        return FileKind.JPEG
    if head.startswith(b"PK\x03\x04") and "word/document.xml" in names:
        return FileKind.DOCX
    return None
