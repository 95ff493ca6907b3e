"""How typed words are taken apart, the same for what is stored and for what is looked for."""

from __future__ import annotations

import re
import unicodedata

from forum.core.text import plain_key

LONGEST_SEARCH = 100
LONGEST_WORD = 40
MOST_WORDS_LOOKED_FOR = 6
PARTS = re.compile(r"[^\s|,;/()（）·・<>\"“”、，；]+")
LAST = "\U0010ffff"


def looked_for(typed: str) -> tuple[frozenset[str], ...]:
    """Return for each word of a search the beginnings of which one must fit.

    A reference is found with its dash and without, full-width letters as plain ones.
    """
    words: list[frozenset[str]] = []
    for part in PARTS.findall(plain_key(typed[:LONGEST_SEARCH])):
        plain = plain_key(unicodedata.normalize("NFKC", part))
        forms = {part, plain, plain.replace("-", "")}
        forms = {one[:LONGEST_WORD] for one in forms if one.strip("-")}
        if forms and forms not in words:
            words.append(frozenset(forms))
    return tuple(words[:MOST_WORDS_LOOKED_FOR])


def past_beginning(beginning: str) -> str:
    """Return a word behind all that begin like this one, where words are sorted by letters."""
    return beginning + LAST
