"""Letters as they will go out: the room that writes them shows them to rooms below it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
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


@dataclass(frozen=True, slots=True)
class Unsaved:
    """A change that its maker has not saved: the event as it would stand, and what is told of it.

    `before` and `after` are the facts that people are told of, `note` the maker's own words.
    """

    event: Any
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    note: Mapping[str, str]


ChangeWriter = Callable[[Unsaved], list[Foreseen]]

_CHANGE_WRITERS: dict[str, ChangeWriter] = {}


def foresees_change(thing: str) -> Callable[[ChangeWriter], ChangeWriter]:
    """Register who shows the letters on a change to those counted under a thing of core.impact."""

    def _keep(writer: ChangeWriter) -> ChangeWriter:
        _CHANGE_WRITERS[thing] = writer
        return writer

    return _keep


def foreseen_of_change(thing: str, change: Unsaved) -> list[Foreseen]:
    """Return the letters that a change would bring, one a language; none in a house without."""
    writer = _CHANGE_WRITERS.get(thing)
    return writer(change) if writer else []


def foreseen(topic: str, about: UUID) -> Foreseen | None:
    """Return the letter that a topic would bring; None in a house that writes none."""
    writer = _WRITERS.get(topic)
    return writer(about) if writer else None
