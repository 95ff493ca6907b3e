"""Sentences for people, written where Flask is not, translated at the edge."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Sentence:
    """An English sentence with its values, for the translator at the edge."""

    text: str
    values: dict[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text % self.values if self.values else self.text


def sentence(text: str, **values: object) -> Sentence:
    """Mark a sentence for translation; values stand as %(name)s in it."""
    return Sentence(text, values)
