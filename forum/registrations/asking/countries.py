"""Countries and regions by their ISO 3166-1 codes, named and sorted as the reader knows them."""

from __future__ import annotations

import unicodedata
from functools import cache

from babel import Locale
from flask_babel import lazy_gettext

from forum.core.http.i18n import current_language

FIRST = {
    "HK": lazy_gettext("Hong Kong"),
    "CN": lazy_gettext("Mainland China"),
    "MO": lazy_gettext("Macao"),
}
NO_TERRITORIES = frozenset(
    {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"}
)
"""Codes of two letters that name a union, a part, or nothing (ISO 3166-1 reserves some)."""

CHARSETS = {"zh_Hant_HK": "big5hkscs", "zh_Hans": "gb2312"}
"""Character sets whose common part stands in the order readers look up: by strokes, by sound."""


def countries() -> list[tuple[str, str]]:
    """Return codes and names in the language of the answer; those of most guests come first."""
    rest = _named(current_language().babel)
    return [*((code, str(name)) for code, name in FIRST.items()), *rest]


def country_name(code: str) -> str:
    """Return a territory's name in the language of the answer, or the code itself."""
    return next((name for known, name in countries() if known == code), code)


@cache
def _named(locale: str) -> tuple[tuple[str, str], ...]:
    names = Locale.parse(locale).territories
    found = (
        (code, str(name))
        for code, name in names.items()
        if len(code) == len("HK")
        and code.isalpha()
        and code not in NO_TERRITORIES
        and code not in FIRST
    )
    return tuple(sorted(found, key=lambda one: _place(one[1], CHARSETS.get(locale, ""))))


def _place(name: str, charset: str) -> tuple[bytes, str]:
    """Return by what a name is sorted: Latin letters without their marks (Åland, Côte d'Ivoire)."""
    if charset:
        return name.encode(charset, "replace"), name
    return unicodedata.normalize("NFD", name).encode("ascii", "ignore").lower(), name
