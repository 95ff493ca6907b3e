"""Sentences for people, written where Flask is not, translated at the edge."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Sentence:
    """An English sentence with its values, for the translator at the edge.

    Where it counts something, `text` is said of one of them, `many` of any other `number`.
    """

    text: str
    values: dict[str, object] = field(default_factory=dict)
    many: str = ""
    number: int = 1

    def __str__(self) -> str:
        said = self.many if self.many and self.number != 1 else self.text
        return said % self.values if self.values else said


def sentence(text: str, **values: object) -> Sentence:
    """Mark a sentence for translation; values stand as %(name)s in it."""
    return Sentence(text, values)


def sentences(one: str, many: str, number: int, **values: object) -> Sentence:
    """Mark the two forms of a sentence on a number of things for translation."""
    return Sentence(one, values, many, number)
