"""Forum's own words of each kind as an organiser would write them, to start from and go back to."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from flask_babel import gettext

from forum.core.http.i18n import translated
from forum.core.i18n import Sentence
from forum.messaging.letters import speaking
from forum.messaging.words import WORDS
from forum.messaging.words.shapes import OwnWords

if TYPE_CHECKING:
    from forum.messaging.rules import Kind

_SEVERAL = 2
_NAMED = {
    "event": "{event}",
    "organisation": "{organisation}",
    "type": "{type}",
    "until": "{until}",
    "reply_until": "{until}",
    "companions": "{companions}",
    "session": "{session}",
    "session_when": "{session_when}",
}


@lru_cache(maxsize=256)
def original(kind: Kind, lang: str) -> OwnWords:
    """Return Forum's words of a kind as Markdown with placeholders in place of values."""
    words = WORDS[kind]
    with speaking(lang) as language:
        named = _NAMED | {"date": "{date}, {time}" if language.key == "en" else "{date}{time}"}

        def say(one: Sentence) -> str:
            if "%(" not in one.text + one.many:
                return translated(one)
            return translated(replace(one, values={**named, **one.values}, number=_SEVERAL))

        greeting = gettext("Dear %(name)s,", name="{name}")
        before = [greeting, *map(say, words.before)]
        parts = [*before, "{facts}", *map(say, words.after)]
        return OwnWords(say(words.subject), say(words.headline), "\n\n".join(parts))
