"""Subject "streets": a city in plan, blocks round courtyards, a harbour, one way through."""

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from forum.core.art.drawing import HEIGHT, WIDTH, Drawing, hush, strength_of
from forum.core.art.line import UNITS, Line, Point, fading

Node = tuple[int, int]
Block = tuple[int, int, int, int]
HALF_STREET = 6.5
HALF_AVENUE = 11.0
MIDDLE = (720.0, 170.0)


@dataclass(frozen=True, slots=True)
class City:
    """Street lines along both ways of the city, and where they fall in the picture."""

    across: list[float]
    down: list[float]
    lean: float
    tilt: float
    sway: float

    def place(self, u: float, v: float) -> Point:
        """Where a spot of the city stands in the picture, in pixels."""
        v += self.sway * math.sin(u / 260)
        x = u * math.cos(self.lean) - v * math.sin(self.lean)
        y = u * math.sin(self.lean) + v * math.cos(self.lean)
        nearness = 1.0 / (1.0 - self.tilt * y)
        return MIDDLE[0] + x * nearness, MIDDLE[1] + y * nearness

    def node(self, spot: Node) -> Point:
        """Where two streets cross, in pixels."""
        return self.place(self.across[spot[0]], self.down[spot[1]])


class Sheet:
    """Collects hairlines by strength."""

    def __init__(self) -> None:
        """Start with nothing drawn."""
        self.texts: dict[int, list[str]] = {}

    def add(self, text: str, at: Point, own: float) -> None:
        """Draw a path as loud as its place allows."""
        if strength := strength_of(own * hush(at)):
            self.texts.setdefault(strength, []).append(text)

    def paths(self) -> dict[int, str]:
        """Give one path text for each strength."""
        return {strength: "".join(texts) for strength, texts in sorted(self.texts.items())}


def draw(chance: Random) -> Drawing:
    """Lay out streets, build on the blocks, lay a harbour to the east, walk to the quay."""
    city = _city(chance)
    walk = _walk(city, chance)
    sheet = Sheet()
    cores: list[str] = []
    for block in _blocks(city, walk, chance):
        _build(city, block, chance, sheet, cores)
    _harbour(city, chance, sheet)
    spots = [city.node(spot) for spot in walk]
    return Drawing(
        cores=("".join(cores),), hairlines=sheet.paths(), run=_rounded(spots, 24.0), tip=spots[-1]
    )


def _city(chance: Random) -> City:
    lean = math.radians(chance.uniform(9, 19)) * chance.choice((-1, 1))
    quay = chance.uniform(215, 275)
    across = [quay]
    while across[-1] > -980:
        across.append(across[-1] - chance.uniform(66, 128))
    down = [-470.0]
    while down[-1] < 430:
        down.append(down[-1] + chance.uniform(50, 84))
    return City(across[::-1], down, lean, chance.uniform(0.0006, 0.0011), chance.uniform(-16, 16))


def _nearest(city: City, wanted: Point, across: int) -> Node:
    return min(
        ((across, j) for j in range(len(city.down))),
        key=lambda spot: (
            math.dist(city.node(spot), wanted)
            if spot[0] == len(city.across) - 1
            else abs(city.node(spot)[1] - wanted[1])
        ),
    )


def _walk(city: City, chance: Random) -> list[Node]:
    """Choose the best of many walks from the west to the quay, told by their crossings."""
    return max((_stroll(city, chance) for _ in range(36)), key=lambda walk: _worth(city, walk))


def _stroll(city: City, chance: Random) -> list[Node]:
    last = len(city.across) - 1
    goal = _nearest(city, (930, chance.uniform(80, 170)), last)
    west = chance.randint(last - 7, last - 4)
    here = _nearest(city, (400, chance.uniform(110, 285)), west)
    walk = [here]
    eastward = chance.random() < 0.5
    while here != goal:
        east, south = goal[0] - here[0], goal[1] - here[1]
        far, rest = (east, south) if eastward else (south, east)
        if far:
            moved = chance.randint(1, min(abs(far), 3 if eastward else 2)) if rest else abs(far)
            moved = int(math.copysign(moved, far))
            here = (here[0] + moved, here[1]) if eastward else (here[0], here[1] + moved)
            walk.append(here)
        eastward = not eastward
    return walk


def _worth(city: City, walk: list[Node]) -> float:
    spots = [city.node(spot) for spot in walk]
    hidden = sum(max(0.0, 44 - y, y - 290) for _, y in spots)
    length = sum(math.dist(one, other) for one, other in itertools.pairwise(spots))
    return (
        min(len(walk), 8)
        - hidden / 12
        - abs(length - 720) / 160
        - 4.0 * (not 280 < spots[0][0] < 520)
    )


def _walked(walk: list[Node]) -> set[tuple[Node, Node]]:
    steps = set()
    for (i, j), (k, m) in itertools.pairwise(walk):
        for at in range(min(i, k), max(i, k)):
            steps.add(((at, j), (at + 1, j)))
        for at in range(min(j, m), max(j, m)):
            steps.add(((i, at), (i, at + 1)))
    return steps


def _blocks(city: City, walk: list[Node], chance: Random) -> list[Block]:
    """Cells between streets; some take in the next one where the walk does not pass between."""
    walked = _walked(walk)
    taken: set[Node] = set()
    blocks = []
    for i in range(len(city.across) - 1):
        for j in range(len(city.down) - 1):
            if (i, j) in taken:
                continue
            right, low = i + 1, j + 1
            lot = chance.random()
            if (
                lot < 0.20
                and right < len(city.across) - 1
                and ((right, j), (right, low)) not in walked
            ):
                right += 1 if (right, j) not in taken else 0
            elif lot < 0.36 and low < len(city.down) - 1 and ((i, low), (right, low)) not in walked:
                low += 1 if (i, low) not in taken else 0
            taken.update((k, m) for k in range(i, right) for m in range(j, low))
            blocks.append((i, j, right, low))
    return blocks


def _corners(city: City, block: Block, inset: float) -> list[Point]:
    left, top, right, low = block
    west, east = city.across[left] + _half(left) + inset, city.across[right] - _half(right) - inset
    north, south = city.down[top] + _half(top + 2) + inset, city.down[low] - _half(low + 2) - inset
    if east - west < 8 or south - north < 8:
        return []
    return [
        city.place(*spot) for spot in ((west, north), (east, north), (east, south), (west, south))
    ]


def _half(line: int) -> float:
    return HALF_AVENUE if line % 4 == 0 else HALF_STREET


def _build(city: City, block: Block, chance: Random, sheet: Sheet, cores: list[str]) -> None:
    outline = _corners(city, block, 0)
    kind = chance.random()
    if not outline or not any(-20 < x < WIDTH + 20 and -20 < y < HEIGHT + 20 for x, y in outline):
        return
    middle = (sum(x for x, _ in outline) / 4, sum(y for _, y in outline) / 4)
    text = _rounded(outline, 9.0, closed=True)
    sheet.add(text, middle, 0.95)
    if kind < 0.17:
        cores.append(text)
    insets: tuple[float, ...] = ()
    if kind < 0.17:
        insets = (8.0, 16.0, 24.0)
    elif kind < 0.62:
        insets = (chance.choice((11.0, 13.0, 15.0)),)
    for inset in insets:
        if inner := _corners(city, block, inset):
            sheet.add(_rounded(inner, 5.0, closed=True), middle, 0.62)
    if kind > 0.74:
        sheet.add(_parting(outline, chance.uniform(0.3, 0.7), lengthwise=kind < 0.87), middle, 0.6)


def _parting(outline: list[Point], share: float, *, lengthwise: bool) -> str:
    a, b, c, d = outline if lengthwise else (*outline[1:], outline[0])
    one = _along(a, b, share)
    other = _along(d, c, share)
    return _rounded([one, other], 0.0)


def _harbour(city: City, chance: Random, sheet: Sheet) -> None:
    """Still water: long lines along the quay, wider apart and fainter as the land falls back."""
    quay = city.across[-1]
    out, gap = 18.0, 13.0
    while out < 620:
        swing, phase = min(7.0, out / 40), chance.uniform(0, math.tau)
        points = [
            city.place(quay + out + swing * math.sin(v / 70 + phase), v)
            for v in range(-420, 421, 42)
        ]
        seen = [point for point in points if -70 < point[1] < HEIGHT + 70]
        own = max(0.3, 0.9 - out / 700)
        for strength, text in fading([Line(seen, closed=False)], _quietly(own)).items():
            sheet.texts.setdefault(strength, []).append(text)
        out += gap
        gap *= 1.13


def _quietly(own: float) -> Callable[[Point], int]:
    return lambda point: strength_of(own * hush(point))


def _rounded(corners: list[Point], radius: float, *, closed: bool = False) -> str:
    """Straight lines with rounded corners, as path text."""
    many = len(corners)
    spots = [] if closed else [corners[0]]
    for at in range(many) if closed else range(1, many - 1):
        before, corner, after = corners[at - 1], corners[at], corners[(at + 1) % many]
        spots += [_towards(corner, before, radius), corner, _towards(corner, after, radius)]
    if closed:
        spots.insert(0, spots[0])
    else:
        spots.append(corners[-1])
    units = [(round(x * UNITS), round(y * UNITS)) for x, y in spots]
    (x, y), text = units[0], [f"M{_pair(*units[0])}"]
    for at in range(1, len(units) - 2, 3):
        (enter_x, enter_y), (turn_x, turn_y), (leave_x, leave_y) = units[at : at + 3]
        if (enter_x, enter_y) != (x, y):
            text.append(f"l{_pair(enter_x - x, enter_y - y)}")
        bend, leave = (
            _pair(turn_x - enter_x, turn_y - enter_y),
            _pair(leave_x - enter_x, leave_y - enter_y),
        )
        text.append(f"q{bend}{'' if leave.startswith('-') else ' '}{leave}")
        x, y = leave_x, leave_y
    if closed:
        return "".join(text) + "z"
    return "".join(text) + f"l{_pair(units[-1][0] - x, units[-1][1] - y)}"


def _towards(start: Point, goal: Point, length: float) -> Point:
    return _along(start, goal, min(0.5, length / max(1.0, math.dist(start, goal))))


def _along(start: Point, goal: Point, share: float) -> Point:
    return start[0] + (goal[0] - start[0]) * share, start[1] + (goal[1] - start[1]) * share


def _pair(aside: int, down: int) -> str:
    return f"{aside}{down}" if down < 0 else f"{aside} {down}"
