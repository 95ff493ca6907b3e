"""Subject "toolpath": what a milling cutter leaves round a few shapes, all lines one cut apart."""

import math
from collections.abc import Callable
from random import Random

from forum.core.art.drawing import Drawing, hush, strength_of
from forum.core.art.field import Field, contours, sampled
from forum.core.art.line import Line, Point, calm, fading, path, thin
from forum.core.art.run import best_run

Shape = Callable[[float, float], float]
FILLET = 100.0
FINE = 0.25
DEEPEST, WIDEST = -4, 15


def draw(chance: Random) -> Drawing:
    """Mill a few shapes, two of them large, and leave the cutter between those."""
    cut = chance.uniform(16.5, 19.5)
    shapes = [*_heroes(chance), *_company(chance)]
    field = _distances(shapes, cut)
    levels = {
        level: [calm(line) for line in lines if len(line.points) > 9]
        for level, lines in contours(field, DEEPEST, WIDEST).items()
    }
    run = best_run(line for level in (2, 3, 4, 5) for line in levels[level])
    hairlines: dict[int, str] = {}
    for level, lines in levels.items():
        for strength, text in fading(
            (thin(line, FINE) for line in lines), _loudness(level)
        ).items():
            hairlines[strength] = hairlines.get(strength, "") + text
    return Drawing(
        cores=("".join(path(thin(line, FINE)) for line in levels[0]),),
        hairlines=dict(sorted(hairlines.items())),
        run=path(thin(calm(Line(run.points, closed=False), 2), FINE)),
        tip=run.tip,
    )


def _loudness(level: int) -> Callable[[Point], int]:
    own = 0.72 if level < 0 else max(0.4, 1.0 - level * 0.045)
    return lambda point: strength_of(own * hush(point))


def _heroes(chance: Random) -> list[Shape]:
    lean = math.radians(chance.uniform(12, 26)) * chance.choice((-1, 1))
    x, y = chance.uniform(500, 590), chance.uniform(158, 184)
    far = chance.uniform(296, 330)
    rise = -chance.uniform(10, 36)
    one = chance.choice((_slot, _plate, _slot, _nut))(chance, x, y, lean, 1.0)
    two = chance.choice((_disc, _nut, _disc))(chance, x + far, y + rise, lean / 2, 1.0)
    return [one, two]


def _company(chance: Random) -> list[Shape]:
    return [
        _disc(chance, chance.uniform(150, 230), chance.uniform(-10, 40), 0, 0.62),
        _disc(chance, chance.uniform(70, 170), chance.uniform(330, 370), 0, 0.55),
        _slot(
            chance,
            chance.uniform(1190, 1270),
            chance.uniform(225, 270),
            math.radians(chance.uniform(18, 32)),
            0.72,
        ),
        _disc(chance, chance.uniform(1330, 1420), chance.uniform(-20, 30), 0, 0.5),
    ]


def _disc(chance: Random, x: float, y: float, _lean: float, size: float) -> Shape:
    radius = chance.uniform(58, 76) * size
    return lambda px, py: math.hypot(px - x, py - y) - radius


def _slot(chance: Random, x: float, y: float, lean: float, size: float) -> Shape:
    half, radius = chance.uniform(100, 134) * size, chance.uniform(36, 46) * size
    along, up = math.cos(lean), math.sin(lean)

    def height(px: float, py: float) -> float:
        aside, down = px - x, py - y
        reach = min(half, max(-half, aside * along + down * up))
        return math.hypot(aside - reach * along, down - reach * up) - radius

    return height


def _plate(chance: Random, x: float, y: float, lean: float, size: float) -> Shape:
    wide, high = chance.uniform(104, 140) * size, chance.uniform(36, 50) * size
    corner = 18 * size
    along, up = math.cos(lean), math.sin(lean)

    def height(px: float, py: float) -> float:
        aside, down = px - x, py - y
        u = abs(aside * along + down * up) - wide + corner
        v = abs(down * along - aside * up) - high + corner
        return math.hypot(max(u, 0.0), max(v, 0.0)) + min(max(u, v), 0.0) - corner

    return height


def _nut(chance: Random, x: float, y: float, lean: float, size: float) -> Shape:
    radius = chance.uniform(56, 70) * size
    corner = 12 * size
    flat = radius - corner
    across, up = math.cos(lean), math.sin(lean)

    def height(px: float, py: float) -> float:
        u = abs((px - x) * across + (py - y) * up)
        v = abs((py - y) * across - (px - x) * up)
        fold = 2 * min(0.0, -0.8660254 * u + 0.5 * v)
        u, v = u + 0.8660254 * fold, v - 0.5 * fold
        side = flat * 0.57735027
        return math.copysign(math.hypot(u - min(side, max(-side, u)), v - flat), v - flat) - corner

    return height


def _distances(shapes: list[Shape], cut: float) -> Field:
    def height(x: float, y: float) -> float:
        near = shapes[0](x, y)
        for shape in shapes[1:]:
            other = shape(x, y)
            gap = abs(near - other)
            near = min(near, other)
            if gap < FILLET:
                near -= (FILLET - gap) ** 2 / (4 * FILLET)
        return near / cut

    return sampled(height)
