"""The one line in ember: a stretch of a contour that bends both ways and ends in plain sight."""

import itertools
import math
from bisect import bisect_left
from collections.abc import Iterable
from itertools import accumulate, pairwise
from typing import NamedTuple

from forum.core.art.line import Line, Point

LENGTHS = (560.0, 680.0, 800.0, 920.0)
CARD = (890.0, 205.0)
"""Right of and below this the page lays its card over the cover."""


class Run(NamedTuple):
    """A stretch of line, and the point its maker has come to."""

    points: list[Point]
    tip: Point


def best_run(lines: Iterable[Line]) -> Run:
    """Choose the stretch that makes the best picture; the longest line where all are short.

    Raises ValueError when there is no line at all.
    """
    known = list(lines)
    found = [stretch for line in known for stretch in _stretches(line)]
    plain = [stretch for stretch in found if _shown(stretch.tip) and _free(stretch.start)]
    if found:
        points = max((stretch.points() for stretch in plain or found), key=_mark)
    else:
        points = max((line.points for line in known), key=len)
    return Run(points, points[-1])


class _Stretch(NamedTuple):
    around: list[Point]
    begin: int
    end: int

    @property
    def start(self) -> Point:
        return self.around[self.begin]

    @property
    def tip(self) -> Point:
        return self.around[self.end]

    def points(self) -> list[Point]:
        return self.around[self.begin : self.end + 1]


def _stretches(line: Line) -> Iterable[_Stretch]:
    for points in (line.points, line.points[::-1]):
        many = len(points)
        around = points + points if line.closed else points
        lengths = [0.0, *accumulate(math.dist(*pair) for pair in pairwise(around))]
        for begin in range(0, many, 5):
            for wanted in LENGTHS:
                end = bisect_left(lengths, lengths[begin] + wanted)
                if end < len(around) and end - begin < 0.8 * many:
                    yield _Stretch(around, begin, end)


def _shown(tip: Point) -> bool:
    return 720 < tip[0] < 1010 and 44 < tip[1] < 215 and not _under_card(tip)


def _free(point: Point) -> bool:
    return 150 < point[0] < 900 and not _under_card(point)


def _under_card(point: Point) -> bool:
    return point[0] > CARD[0] and point[1] > CARD[1]


def _mark(stretch: list[Point]) -> float:
    few = stretch[::3]
    left = right = sharp = outside = 0.0
    heading: float | None = None
    for one, other in itertools.pairwise(few):
        facing = math.atan2(other[1] - one[1], other[0] - one[0])
        if heading is not None:
            turn = (facing - heading + math.pi) % (2 * math.pi) - math.pi
            left += max(0.0, -turn)
            right += max(0.0, turn)
            sharp += max(0.0, abs(turn) - 0.4)
        heading = facing
        outside += not 40 < one[1] < 296 or not 330 < one[0] < 1040 or _under_card(one)
    tip, start = stretch[-1], stretch[0]
    return (
        3.4 * min(left, right, 1.5)
        + min(left + right, 5.0) * 0.35
        - max(0.0, left + right - 5.5) * 1.2
        - 2.8 * sharp
        - 14.0 * outside / len(few)
        + (tip[0] - start[0]) / 260
        - abs(tip[1] - 120) / 160
        + 0.5 * (not 0 < start[1] < 340)
    )
