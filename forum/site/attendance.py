"""How the number of confirmed guests grew: day by day, as figures and as a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

DAYS = 14
ONE_DAY = timedelta(days=1)
WIDTH = 1000
HEIGHT = 200
TOP = 14


@dataclass(frozen=True, slots=True)
class Day:
    """One day: how many were confirmed at its end, and how many more than the day before."""

    day: date
    confirmed: int
    change: int


@dataclass(frozen=True, slots=True)
class Chart:
    """A line for an SVG of 1000 × 200 units, and the days behind it."""

    days: Sequence[Day]
    line: str
    area: str
    half: int

    @property
    def first(self) -> Day:
        """The first day shown."""
        return self.days[0]

    @property
    def last(self) -> Day:
        """Today."""
        return self.days[-1]

    @property
    def middle(self) -> Day:
        """The day in the middle of the axis."""
        return self.days[len(self.days) // 2]


def days_shown(zone: tzinfo, now: datetime) -> list[date]:
    """Return the last fourteen days in the event's zone, today the last."""
    today = now.astimezone(zone).date()
    return [today - ONE_DAY * away for away in range(DAYS - 1, -1, -1)]


def midnight(day: date, zone: tzinfo) -> datetime:
    """Return the moment at which a day begins in a zone."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def chart(days: Sequence[date], standing: Sequence[int], capacity: int) -> Chart:
    """Draw how many were confirmed: `standing` begins with the midnight before the first day."""
    shown = [
        Day(day, number, number - before)
        for day, before, number in zip(days, standing, standing[1:], strict=False)
    ]
    most = max([capacity, *standing[1:], 1])
    points = [
        (round(WIDTH * number / (DAYS - 1)), round(HEIGHT - (HEIGHT - TOP) * day.confirmed / most))
        for number, day in enumerate(shown)
    ]
    line = "M" + "L".join(f"{x} {y}" for x, y in points)
    return Chart(shown, line, f"{line}L{WIDTH} {HEIGHT}L0 {HEIGHT}Z", most // 2)
