"""A text in several languages, and the cleaning that every typed text gets."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from forum.core.languages import KEYS

_UNSEEN = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]",
)
_BLANKS = re.compile(r"\s+")
_JOINERS = re.compile("[\u200c\u200d]")


def clean_line(typed: str | None) -> str:
    """Return one line in NFC: controls, zero-width and direction marks gone, blanks single."""
    if not typed:
        return ""
    return _BLANKS.sub(" ", _UNSEEN.sub("", unicodedata.normalize("NFC", _spaced(typed)))).strip()


def clean_paragraphs(typed: str | None) -> str:
    """Return several lines in NFC, line ends alike, at most one empty line together."""
    if not typed:
        return ""
    lines = unicodedata.normalize("NFC", typed.replace("\r\n", "\n").replace("\r", "\n"))
    kept = "\n".join(_UNSEEN.sub("", line).rstrip() for line in lines.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", kept).strip()


def whole_number(typed: object, *, most: int = 2**31 - 1) -> int | None:
    """Return a typed whole number of ASCII figures from 0 to `most`, or None for anything else."""
    figures = str(typed or "").strip()
    if len(figures) > len(str(most)) or not (figures.isascii() and figures.isdigit()):
        return None
    number = int(figures)
    return number if number <= most else None


def plain_key(typed: str) -> str:
    """Return a form for comparing: cleaned, joiners gone, case folded."""
    return _JOINERS.sub("", clean_line(typed)).casefold()


def _spaced(typed: str) -> str:
    return re.sub("[\t\n\u000b\u000c\r\u0085\u2028\u2029]", " ", typed)


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of text with the key of the language it really is in."""

    text: str
    lang: str

    def __str__(self) -> str:
        return self.text

    def __bool__(self) -> bool:
        return bool(self.text)


EMPTY = Fragment("", "en")


@dataclass(frozen=True, slots=True)
class Text:
    """The same text in some of the languages, by key: en, zh-Hant, zh-Hans."""

    by_language: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        kept = {key: self.by_language[key] for key in KEYS if self.by_language.get(key)}
        object.__setattr__(self, "by_language", kept)

    def __bool__(self) -> bool:
        return bool(self.by_language)

    def __hash__(self) -> int:
        return hash(tuple(self.by_language.items()))

    def get(self, key: str) -> str:
        """Return the text in exactly this language, or an empty string."""
        return self.by_language.get(key, "")

    def pick(self, key: str, order: Iterable[str] = KEYS) -> Fragment:
        """Return the text in this language, else in the first of the order that has one."""
        for candidate in (key, *order, *KEYS):
            if found := self.by_language.get(candidate):
                return Fragment(found, candidate)
        return EMPTY

    def missing(self, order: Iterable[str]) -> tuple[str, ...]:
        """Return the languages of the order that have no text; none when nothing is written."""
        return tuple(key for key in order if not self.get(key)) if self else ()


def text_of(value: Mapping[str, str] | str | None) -> Text:
    """Return a Text from stored JSON, a plain English string, or nothing."""
    if value is None:
        return Text()
    return Text({"en": value}) if isinstance(value, str) else Text(value)
