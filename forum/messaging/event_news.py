"""What guests read of changes of their event: worded once a language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask_babel import gettext

from forum.core.text import EMPTY, Fragment, Text
from forum.events.differences import Difference, differences
from forum.messaging.letters import speaking
from forum.programme.differences import Line, Told


@dataclass(slots=True)
class NewsOfEvent:
    """Facts of an event as they were and are, the organiser's words, and how they read."""

    event_id: UUID
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    notes: Sequence[Mapping[str, str]]
    order: Sequence[str]
    _told: dict[str, tuple[Told, ...]] = field(default_factory=dict)

    def told(self, lang: str) -> tuple[Told, ...]:
        """Return what has changed in a language; nothing where all is as it was."""
        if lang not in self._told:
            with speaking(lang) as language:
                lines = differences(self.before, self.after, language, self.order)
                title = Fragment(gettext("What has changed"), language.key)
                told = Told(self.event_id, title, "", EMPTY, (), [_line(one) for one in lines])
            self._told[lang] = (told,) if lines else ()
        return self._told[lang]

    def note(self, lang: str) -> Fragment:
        """Return what the organiser says of it, each thing once."""
        said = [Text(dict(one)).pick(lang, self.order) for one in self.notes]
        texts = dict.fromkeys(one.text for one in said if one)
        return Fragment("\n\n".join(texts), said[0].lang) if texts else EMPTY


def _line(one: Difference) -> Line:
    return Line(one.word, one.before, one.after)
