"""Letters as they will go out: the room that writes them shows them to rooms below it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A letter that is not written yet, its personal links hidden: in which language, and how."""

    lang: str
    to: str
    subject: str
    text: str
    html: str


Writer = Callable[[UUID], Foreseen | None]

_WRITERS: dict[str, Writer] = {}


def foresees(topic: str) -> Callable[[Writer], Writer]:
    """Register who shows the letter that a topic brings, by the id of what it is about."""

    def _keep(writer: Writer) -> Writer:
        _WRITERS[topic] = writer
        return writer

    return _keep


def foreseen(topic: str, about: UUID) -> Foreseen | None:
    """Return the letter that a topic would bring; None in a house that writes none."""
    writer = _WRITERS.get(topic)
    return writer(about) if writer else None
