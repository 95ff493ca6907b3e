"""Figures that a page of a lower room shows and a higher room knows, such as past no-shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Share:
    """How many of how many, over how many events."""

    part: int
    whole: int
    events: int

    @property
    def percent(self) -> int:
        """The part in whole per cent, rounded; 0 of nothing."""
        return round(100 * self.part / self.whole) if self.whole else 0


Figure = Callable[[UUID, datetime], Share]

_FIGURES: dict[str, Figure] = {}


def knows(name: str) -> Callable[[Figure], Figure]:
    """Register who knows a figure of an organisation ("no_shows") at a moment, in one read."""

    def _keep(figure: Figure) -> Figure:
        _FIGURES[name] = figure
        return figure

    return _keep


def figure_of(name: str, organisation_id: UUID, now: datetime) -> Share:
    """Return a figure; of nothing where no room knows it."""
    known = _FIGURES.get(name)
    return known(organisation_id, now) if known else Share(0, 0, 0)
