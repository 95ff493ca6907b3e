"""Smooth lines with few bytes: uniform quadratic B-splines, written as SVG path text.

A spline through the midpoints of its control points needs only those midpoints: after one `q`, the
`t` command mirrors each control point into the next (SVG 2 §9.3.7). Rounding is carried along, so a
control point is never off by more than one unit of the half-pixel grid that paths are drawn on.
"""

import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

Point = tuple[float, float]
UNITS = 2
"""Path units in one pixel; paths stand in a group scaled by its inverse."""


class Line(NamedTuple):
    """A polyline whose points steer a spline."""

    points: list[Point]
    closed: bool


def calm(line: Line, times: int = 1) -> Line:
    """Take the jitter out of a line, ends kept."""
    points = line.points
    if len(points) < 4:
        return line
    for _ in range(times):
        before = points[-1:] + points[:-1]
        after = points[1:] + points[:1]
        smooth = [
            ((a[0] + 2 * b[0] + c[0]) / 4, (a[1] + 2 * b[1] + c[1]) / 4)
            for a, b, c in zip(before, points, after, strict=True)
        ]
        if not line.closed:
            smooth[0], smooth[-1] = points[0], points[-1]
        points = smooth
    return Line(points, line.closed)


def thin(line: Line, turn: float = 0.34, reach: float = 64.0) -> Line:
    """Keep only the points a spline needs: one for each `turn` radians or `reach` pixels."""
    points = line.points
    kept = [points[0]]
    heading = 0.0
    turned = gone = 0.0
    for index in range(1, len(points)):
        here, last = points[index], points[index - 1]
        aside, down = here[0] - last[0], here[1] - last[1]
        length = math.hypot(aside, down)
        if length < 0.01:
            continue
        facing = math.atan2(down, aside)
        if index > 1:
            turned += abs((facing - heading + math.pi) % (2 * math.pi) - math.pi)
        if turned > turn or gone > reach:
            kept.append(last)
            turned = gone = 0.0
        heading = facing
        gone += length
    if not line.closed and kept[-1] != points[-1]:
        kept.append(points[-1])
    return Line(kept, line.closed)


def path(line: Line) -> str:
    """Write one line as path text."""
    return "".join(text for _, text in _pieces(line, lambda _: 1))


def fading(lines: Iterable[Line], strength: Callable[[Point], int]) -> dict[int, str]:
    """Write lines as path text, sorted into one path for each strength; 0 is left out."""
    found: dict[int, list[str]] = {}
    for line in lines:
        for level, text in _pieces(line, strength):
            if level > 0:
                found.setdefault(level, []).append(text)
    return {level: "".join(texts) for level, texts in sorted(found.items())}


def _pieces(line: Line, strength: Callable[[Point], int]) -> list[tuple[int, str]]:
    points = line.points
    if len(points) < 3:
        return []
    if line.closed:
        levels = [strength(point) for point in points]
        start = next((at for at in range(len(points)) if levels[at] != levels[at - 1]), 0)
        points = points[start:] + points[:start]
        steer, levels = points, levels[start:] + levels[:start]
        joints = [_between(points[at - 1], points[at]) for at in range(len(points))]
        joints.append(joints[0])
    else:
        steer = points[1:-1]
        levels = [strength(point) for point in steer]
        joints = [
            points[0],
            *(_between(a, b) for a, b in itertools.pairwise(steer)),
            points[-1],
        ]
    pieces = []
    first = 0
    for at in range(1, len(steer) + 1):
        if at == len(steer) or levels[at] != levels[first]:
            whole = line.closed and first == 0 and at == len(steer)
            pieces.append(
                (levels[first], _spline(steer[first:at], joints[first : at + 1], closed=whole))
            )
            first = at
    return pieces


def _between(one: Point, other: Point) -> Point:
    return ((one[0] + other[0]) / 2, (one[1] + other[1]) / 2)


def _spline(steer: Sequence[Point], joints: Sequence[Point], *, closed: bool) -> str:
    x, y = round(joints[0][0] * UNITS), round(joints[0][1] * UNITS)
    control_x, control_y = round(steer[0][0] * UNITS), round(steer[0][1] * UNITS)
    text = [f"M{x} {y}q{_pair(control_x - x, control_y - y)}"]
    start = (x, y)
    for index in range(1, len(joints)):
        if index == len(joints) - 1:
            to_x, to_y = (
                start if closed else (round(joints[-1][0] * UNITS), round(joints[-1][1] * UNITS))
            )
        else:
            to_x = round((control_x + steer[index][0] * UNITS) / 2)
            to_y = round((control_y + steer[index][1] * UNITS) / 2)
        moved = _pair(to_x - x, to_y - y)
        if index == 1:
            text.append(moved if moved.startswith("-") else " " + moved)
        else:
            text.append(("t" if index == 2 else "" if moved.startswith("-") else " ") + moved)
        control_x, control_y = 2 * to_x - control_x, 2 * to_y - control_y
        x, y = to_x, to_y
    if closed:
        text.append("z")
    return "".join(text)


def _pair(aside: int, down: int) -> str:
    return f"{aside}{down}" if down < 0 else f"{aside} {down}"
