"""In which languages a programme is written, for the event that is to show it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from forum.core.languages import KEYS
from forum.programme.importing.shapes import ImportedProgramme


def languages_in(file: ImportedProgramme) -> list[str]:
    """Return the languages that at least half of the titles have, the most frequent first.

    A single title in another language makes no language of the pages: all else would lack it.
    """
    counted = Counter(key for item in file.sessions for key in item.title.by_language)
    known = sorted((key for key in KEYS if counted[key]), key=lambda key: -counted[key])
    return [key for key in known if counted[key] * 2 >= len(file.sessions)] or known[:1]


def languages_for(shown: Sequence[str], file: ImportedProgramme) -> list[str]:
    """Return the languages of a file, those that an event's pages have already in their order."""
    found = languages_in(file)
    return [key for key in shown if key in found] + [key for key in found if key not in shown]
