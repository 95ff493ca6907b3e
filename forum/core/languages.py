"""The three languages by one table, and which of them a reader asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Language:
    """One language: its key in stored texts, its names elsewhere, and how it is shown."""

    key: str
    tag: str
    path: str
    babel: str
    label: str
    name: str


ENGLISH = Language("en", "en", "en", "en", "EN", "English")
TRADITIONAL = Language("zh-Hant", "zh-Hant-HK", "zh-hant", "zh_Hant_HK", "繁", "繁體中文")
SIMPLIFIED = Language("zh-Hans", "zh-Hans", "zh-hans", "zh_Hans", "简", "简体中文")

LANGUAGES = (ENGLISH, TRADITIONAL, SIMPLIFIED)
KEYS = tuple(language.key for language in LANGUAGES)

_BY_KEY = {language.key: language for language in LANGUAGES}
_BY_PATH = {language.path: language for language in LANGUAGES}
_TRADITIONAL_PLACES = {"hant", "hk", "tw", "mo"}


def by_key(key: str) -> Language | None:
    """Return the language stored under this key, or None."""
    return _BY_KEY.get(key)


def by_path(path: str) -> Language | None:
    """Return the language of this first segment of an address, or None."""
    return _BY_PATH.get(path)


def of_tag(tag: str) -> Language | None:
    """Return ours for a BCP 47 tag by its likely script: zh-HK and yue are Hant, zh-CN is Hans."""
    parts = tag.strip().lower().replace("_", "-").split("-")
    if parts[0] == "en":
        return ENGLISH
    if parts[0] == "yue":
        return SIMPLIFIED if {"hans", "cn"} & set(parts[1:]) else TRADITIONAL
    if parts[0] not in {"zh", "cmn"}:
        return None
    if "hans" in parts:
        return SIMPLIFIED
    return TRADITIONAL if _TRADITIONAL_PLACES & set(parts[1:]) else SIMPLIFIED


def language_of_feed(asked: str | None, languages: Sequence[str]) -> Language:
    """Return the language asked for by its key, else the event's first one.

    Never the browser's: feeds lie in shared caches.
    """
    for key in (asked or "", *languages):
        if known := by_key(key):
            return known
    return ENGLISH


def negotiate(accept_language: str | None, default: Language = ENGLISH) -> Language:
    """Return the reader's best language from an Accept-Language header (RFC 9110 §12.5.4)."""
    wishes: list[tuple[float, int, Language]] = []
    for position, part in enumerate((accept_language or "")[:1000].split(",")):
        tag, _, weight = part.partition(";")
        language = of_tag(tag)
        if language is None:
            continue
        quality = _quality(weight)
        if quality > 0:
            wishes.append((-quality, position, language))
    return min(wishes, key=lambda wish: wish[:2])[2] if wishes else default


def _quality(weight: str) -> float:
    name, _, value = weight.strip().partition("=")
    if name != "q":
        return 1.0
    try:
        return min(max(float(value), 0.0), 1.0)
    except ValueError:
        return 0.0
