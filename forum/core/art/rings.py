"""Subject "rings": sound going out from its sources, and the one wave that carries a voice."""

import math
from collections.abc import Callable
from random import Random
from typing import NamedTuple

from forum.core.art.drawing import HEIGHT, WIDTH, Drawing, hush, strength_of
from forum.core.art.line import Line, Point, fading, path

BEYOND = 40.0


class Source(NamedTuple):
    """Where sound starts: centre, own radius, gap between waves, their number, loudness."""

    x: float
    y: float
    radius: float
    gap: float
    waves: int
    loud: float


class Voice(NamedTuple):
    """Ripples, strongest on one wave of one source; angles in radians, height in pixels."""

    source: Source
    wave: int
    facing: float
    width: float
    ripples: float
    height: float

    def at(self, wave: int, angle: float) -> float:
        """How far the voice lifts a wave here, in pixels."""
        aside = angle - self.facing
        later = wave - self.wave
        kept = math.exp(-((later / (8.0 if later > 0 else 2.4)) ** 2) - (aside / self.width) ** 2)
        return self.height * kept * math.cos(self.ripples * aside)


def draw(chance: Random) -> Drawing:
    """Strike one source, let others answer from the edges, and lay a voice on one of the waves."""
    gap = chance.uniform(17.0, 19.5)
    main = Source(
        chance.uniform(470, 640), chance.uniform(160, 180), chance.uniform(40, 54), gap, 46, 1.0
    )
    voice = Voice(
        source=main,
        wave=round((chance.uniform(128, 146) - main.radius) / gap),
        facing=chance.uniform(-0.22, 0.16),
        width=chance.uniform(0.4, 0.56),
        ripples=chance.uniform(12, 19),
        height=gap * chance.uniform(0.95, 1.35),
    )
    answers = [
        Source(
            chance.uniform(1180, 1300),
            chance.uniform(-30, 50),
            chance.uniform(22, 32),
            gap * 1.3,
            9,
            0.62,
        ),
        Source(
            chance.uniform(70, 180),
            chance.uniform(300, 360),
            chance.uniform(22, 34),
            gap * 1.3,
            8,
            0.58,
        ),
    ]
    hairlines: dict[int, str] = {}
    for source in (main, *answers):
        for wave in range(1 - int(source.radius / gap), source.waves):
            lines = _seen(_ring(source, wave, voice, 0.0, math.tau))
            for strength, text in fading(lines, _loudness(source, wave)).items():
                hairlines[strength] = hairlines.get(strength, "") + text
    carrier = _ring(main, voice.wave, voice, chance.uniform(-1.1, -0.92), chance.uniform(2.3, 2.9))
    return Drawing(
        cores=tuple(
            path(Line(_ring(source, 0, voice, 0.0, math.tau), closed=True))
            for source in (main, *answers)
        ),
        hairlines=dict(sorted(hairlines.items())),
        run=path(Line(carrier[::-1], closed=False)),
        tip=carrier[0],
    )


def _ring(source: Source, wave: int, voice: Voice, begin: float, end: float) -> list[Point]:
    radius = source.radius + wave * source.gap * (1 + 0.006 * wave)
    spoken = source is voice.source and wave > voice.wave - 5
    points = []
    angle = begin
    while angle < end:
        aside = (angle - voice.facing + math.pi) % math.tau - math.pi
        lifted = radius + (voice.at(wave, voice.facing + aside) if spoken else 0.0)
        points.append((source.x + lifted * math.cos(angle), source.y + lifted * math.sin(angle)))
        near = spoken and abs(aside) < 2.5 * voice.width
        angle += 0.62 / voice.ripples if near else min(0.22, 60 / radius)
    return points


def _seen(ring: list[Point]) -> list[Line]:
    inside = [-BEYOND < x < WIDTH + BEYOND and -BEYOND < y < HEIGHT + BEYOND for x, y in ring]
    if all(inside):
        return [Line(ring, closed=True)]
    lines: list[Line] = []
    start = inside.index(False)
    points: list[Point] = []
    for at in range(start, start + len(ring) + 1):
        if inside[at % len(ring)]:
            points.append(ring[at % len(ring)])
        elif points:
            lines.append(Line([*points, ring[at % len(ring)]], closed=False))
            points = []
    return lines


def _loudness(source: Source, wave: int) -> Callable[[Point], int]:
    own = source.loud * (0.8 if wave < 0 else max(0.3, 1.0 - wave * 0.75 / source.waves))
    return lambda point: strength_of(own * hush(point))
