"""Subject "coastline": islands, waterlines round them as on old charts, and one passage."""

import math
from collections.abc import Callable
from random import Random
from typing import NamedTuple

from forum.core.art.drawing import Drawing, hush, strength_of
from forum.core.art.field import COLUMNS, LEFT, ROWS, STEP, TOP, Field, contours
from forum.core.art.line import Line, Point, calm, fading, path, thin

FAR = 1e9
FINE = 0.32
WATERLINES = 9
CHANNEL, DEPTH = 44.0, 10.0
HEIGHTS = 5


class Passage(NamedTuple):
    """A ship's way from west to east, in pixels: a wave that crests at `crest`, and drifts."""

    west: float
    east: float
    middle: float
    swing: float
    length: float
    crest: float
    drift: float

    def at(self, x: float) -> float:
        """How far down the ship is at x."""
        wave = (x - self.crest) / self.length
        return (
            self.middle
            + self.swing * math.cos(math.tau * wave)
            + self.drift * math.sin(2.9 * wave + 0.4)
        )

    def slope(self, x: float) -> float:
        """How steeply it goes down at x."""
        return (self.at(x + 1) - self.at(x - 1)) / 2

    def line(self) -> Line:
        """Give the way as a line, ship last."""
        legs = 26
        along = [self.west + (self.east - self.west) * leg / legs for leg in range(legs + 1)]
        return Line([(x, self.at(x)) for x in along], closed=False)


def draw(chance: Random) -> Drawing:
    """Plot a ship's passage, and raise islands in its bends."""
    passage = _passage(chance)
    land = _land(chance, passage)
    gap = chance.uniform(11.0, 13.0)
    away = _from_shore(land)
    sea = [[_widening(distance / gap) for distance in row] for row in _blurred(away)]
    hairlines: dict[int, str] = {}

    def add(lines: list[Line], own: float) -> None:
        thinned = [thin(calm(line), FINE) for line in lines if len(line.points) > 7]
        for strength, text in fading(thinned, _loudness(own)).items():
            hairlines[strength] = hairlines.get(strength, "") + text

    for level, lines in contours(sea, 1, WATERLINES).items():
        add(lines, max(0.28, 0.86 - 0.055 * level))
    heights = contours(land, 0, HEIGHTS)
    for level, lines in heights.items():
        add(lines, 1.0 if level == 0 else 0.62)
    return Drawing(
        cores=(
            "".join(path(thin(calm(line), FINE)) for line in heights[0] if len(line.points) > 7),
        ),
        hairlines=dict(sorted(hairlines.items())),
        run=path(passage.line()),
        tip=passage.line().points[-1],
    )


def _loudness(own: float) -> Callable[[Point], int]:
    return lambda point: strength_of(own * hush(point))


def _passage(chance: Random) -> Passage:
    length = chance.uniform(600, 780)
    crest = chance.uniform(500, 600)
    return Passage(
        west=chance.uniform(170, 260),
        east=min(1040.0, crest + length * chance.uniform(0.5, 0.62)),
        middle=chance.uniform(158, 182),
        swing=chance.uniform(46, 70) * chance.choice((-1, 1)),
        length=length,
        crest=crest,
        drift=-chance.uniform(18, 44),
    )


def _land(chance: Random, passage: Passage) -> Field:
    rows = _swell(chance)
    for x, y, wide, deep, high in _islands(chance, passage):
        across = [
            math.exp(-(((LEFT + STEP * column - x) / wide) ** 2)) for column in range(COLUMNS)
        ]
        for row in range(ROWS):
            lift = high * math.exp(-(((TOP + STEP * row - y) / deep) ** 2))
            if lift > 0.01:
                rows[row] = [
                    height + lift * share for height, share in zip(rows[row], across, strict=True)
                ]
    _dredge(rows, passage)
    for row in (0, ROWS - 1):
        rows[row] = [min(height, -0.5) for height in rows[row]]
    for heights in rows:
        heights[0], heights[-1] = min(heights[0], -0.5), min(heights[-1], -0.5)
    return rows


def _dredge(rows: Field, passage: Passage) -> None:
    for column in range(COLUMNS):
        x = LEFT + STEP * column
        if not passage.west - 60 < x < passage.east + 60:
            continue
        y, slope = passage.at(x), passage.slope(x)
        breadth = CHANNEL * math.sqrt(1 + slope * slope)
        for row in range(ROWS):
            off = (TOP + STEP * row - y) / breadth
            if abs(off) < 2.2:
                rows[row][column] -= DEPTH * math.exp(-(off**4))


def _swell(chance: Random) -> Field:
    rows = [[-3.6] * COLUMNS for _ in range(ROWS)]
    for _ in range(11):
        length = 84 * 2 ** chance.uniform(0, 1.7)
        facing = chance.uniform(0, math.pi)
        size = 0.62 * length / 170
        across, down = math.cos(facing) * math.tau / length, math.sin(facing) * math.tau / length
        phase = chance.uniform(0, math.tau)
        level = [math.sin(across * STEP * column + phase) for column in range(COLUMNS)]
        upright = [math.cos(across * STEP * column + phase) for column in range(COLUMNS)]
        for row in range(ROWS):
            here, there = size * math.cos(down * STEP * row), size * math.sin(down * STEP * row)
            rows[row] = [
                height + one * here + other * there
                for height, one, other in zip(rows[row], level, upright, strict=True)
            ]
    return rows


def _islands(chance: Random, passage: Passage) -> list[tuple[float, float, float, float, float]]:
    """Place land (x, y, width, depth, height): an island in each bend, more at the rims."""
    spread = chance.uniform
    bends = []
    for turn, wide in ((0.0, spread(110, 150)), (0.5, spread(84, 112)), (-0.5, spread(100, 130))):
        x = passage.crest + turn * passage.length
        inward = math.copysign(spread(98, 116), passage.at(x) - passage.middle)
        bends.append((x, passage.at(x) - inward, wide, spread(58, 76), spread(7.5, 9.5)))
    return [
        *bends,
        (spread(60, 200), spread(-30, 20), spread(150, 220), spread(80, 110), spread(7, 8.5)),
        (spread(930, 1040), spread(-20, 20), spread(80, 120), spread(50, 70), spread(6, 7.5)),
        (spread(1290, 1420), spread(160, 300), spread(110, 160), spread(100, 140), spread(6.5, 8)),
    ]


def _from_shore(land: Field) -> Field:
    """Distance of the sea from the shore in pixels, by four sweeps of the eikonal equation."""
    away = [[FAR] * COLUMNS for _ in range(ROWS)]
    for row in range(ROWS):
        for column in range(COLUMNS):
            height = land[row][column]
            if height >= 0:
                away[row][column] = 0.0
                continue
            for there, aside in (
                (row, column + 1),
                (row, column - 1),
                (row + 1, column),
                (row - 1, column),
            ):
                if 0 <= there < ROWS and 0 <= aside < COLUMNS and land[there][aside] >= 0:
                    share = height / (height - land[there][aside])
                    away[row][column] = min(away[row][column], share * STEP)
    for rows in (range(ROWS), range(ROWS - 1, -1, -1)):
        for columns in (range(COLUMNS), range(COLUMNS - 1, -1, -1)):
            _sweep(away, rows, columns)
    return away


def _sweep(away: Field, rows: range, columns: range) -> None:
    for row in rows:
        own = away[row]
        above = away[row - 1] if row else own
        below = away[row + 1] if row < ROWS - 1 else own
        before = FAR
        for column in columns:
            if own[column] == 0.0:
                before = 0.0
                continue
            up = min(below[column], above[column])
            gap = up - before
            if gap >= STEP:
                best = before + STEP
            elif gap <= -STEP:
                best = up + STEP
            else:
                best = (up + before + math.sqrt(2 * STEP * STEP - gap * gap)) / 2
            own[column] = min(own[column], best)
            before = own[column]


def _blurred(field: Field) -> Field:
    across = [
        [
            (row[max(at - 1, 0)] + 2 * row[at] + row[min(at + 1, COLUMNS - 1)]) / 4
            for at in range(COLUMNS)
        ]
        for row in field
    ]
    return [
        [
            (one + 2 * two + three) / 4
            for one, two, three in zip(
                across[max(at - 1, 0)], across[at], across[min(at + 1, ROWS - 1)], strict=True
            )
        ]
        for at in range(ROWS)
    ]


def _widening(steps: float) -> float:
    return (math.sqrt(1 + 0.16 * steps) - 1) / 0.08
