"""Height fields on a coarse grid, and the lines of equal height through them (marching squares)."""

import math
from collections.abc import Callable
from typing import TypeAlias

from forum.core.art.line import Line, Point

STEP = 12
LEFT, TOP = -30, -30
COLUMNS, ROWS = 126, 35

Field: TypeAlias = list[list[float]]


def sampled(height: Callable[[float, float], float]) -> Field:
    """Measure a function of pixel x and y at every grid point, a little beyond the picture."""
    across = [float(LEFT + STEP * column) for column in range(COLUMNS)]
    return [[height(x, float(TOP + STEP * row)) for x in across] for row in range(ROWS)]


def contours(field: Field, lowest: int, highest: int) -> dict[int, list[Line]]:
    """Trace the lines at each whole-number height from lowest to highest, in pixels."""
    steps: dict[int, dict[int, int]] = {level: {} for level in range(lowest, highest + 1)}
    ceiling = highest + 1
    passed = [[min(ceiling, max(lowest, math.ceil(height))) - 1 for height in row] for row in field]
    for row in range(ROWS - 1):
        above, below = passed[row], passed[row + 1]
        for column in range(COLUMNS - 1):
            north_west, north_east = above[column], above[column + 1]
            south_west, south_east = below[column], below[column + 1]
            if north_west == north_east == south_west == south_east:
                continue
            here = 2 * (row * COLUMNS + column)
            edges = (here, here + 3, here + 2 * COLUMNS, here + 1)
            low, *_, high = sorted((north_west, north_east, south_west, south_east))
            for level in range(low + 1, high + 1):
                case = (
                    (north_west >= level)
                    + 2 * (north_east >= level)
                    + 4 * (south_east >= level)
                    + 8 * (south_west >= level)
                )
                for begin, end in CASES[case]:
                    steps[level][edges[begin]] = edges[end]
    return {level: _chained(field, level, found) for level, found in steps.items()}


NORTH, EAST, SOUTH, WEST = range(4)
CASES: tuple[tuple[tuple[int, int], ...], ...] = (
    (),
    ((NORTH, WEST),),
    ((EAST, NORTH),),
    ((EAST, WEST),),
    ((SOUTH, EAST),),
    ((NORTH, WEST), (SOUTH, EAST)),
    ((SOUTH, NORTH),),
    ((SOUTH, WEST),),
    ((WEST, SOUTH),),
    ((NORTH, SOUTH),),
    ((EAST, NORTH), (WEST, SOUTH)),
    ((EAST, SOUTH),),
    ((WEST, EAST),),
    ((NORTH, EAST),),
    ((WEST, NORTH),),
    (),
)


def _chained(field: Field, level: int, steps: dict[int, int]) -> list[Line]:
    reached = set(steps.values())
    starts = [edge for edge in steps if edge not in reached]
    lines = [_followed(field, level, steps, start) for start in starts]
    while steps:
        lines.append(_followed(field, level, steps, next(iter(steps))))
    return lines


def _followed(field: Field, level: int, steps: dict[int, int], start: int) -> Line:
    points = [_crossing(field, level, start)]
    edge = steps.pop(start)
    while edge != start:
        points.append(_crossing(field, level, edge))
        if edge not in steps:
            return Line(points, closed=False)
        edge = steps.pop(edge)
    return Line(points, closed=True)


def _crossing(field: Field, level: int, edge: int) -> Point:
    place, upright = divmod(edge, 2)
    row, column = divmod(place, COLUMNS)
    here = field[row][column]
    there = field[row + 1][column] if upright else field[row][column + 1]
    share = STEP * (level - here) / (there - here)
    x, y = LEFT + STEP * column, TOP + STEP * row
    return (x, y + share) if upright else (x + share, y)
