"""How the number of confirmed guests grew: day by day, as figures and as a line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

DAYS = 14
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


def chart(
    confirmed: Iterable[datetime],
    gone: Iterable[datetime],
    capacity: int,
    zone: tzinfo,
    now: datetime,
) -> Chart:
    """Draw the last fourteen days in the event's zone from the moments of coming and going."""
    steps: Counter[date] = Counter()
    for moment in confirmed:
        steps[moment.astimezone(zone).date()] += 1
    for moment in gone:
        steps[moment.astimezone(zone).date()] -= 1
    today = now.astimezone(zone).date()
    begins = today - timedelta(days=DAYS - 1)
    standing = sum(step for day, step in steps.items() if day < begins)
    days: list[Day] = []
    for offset in range(DAYS):
        day = begins + timedelta(days=offset)
        standing += steps[day]
        days.append(Day(day, standing, steps[day]))
    most = max([capacity, *(day.confirmed for day in days), 1])
    points = [
        (round(WIDTH * number / (DAYS - 1)), round(HEIGHT - (HEIGHT - TOP) * day.confirmed / most))
        for number, day in enumerate(days)
    ]
    line = "M" + "L".join(f"{x} {y}" for x, y in points)
    return Chart(days, line, f"{line}L{WIDTH} {HEIGHT}L0 {HEIGHT}Z", most // 2)
