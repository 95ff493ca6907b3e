"""What a family of drawings hands to the cover: cores, hairlines by strength, one run, its tip."""

import math
from dataclasses import dataclass

from forum.core.art.line import Point

WIDTH, HEIGHT = 1440, 340
STRENGTHS = 10
"""Hairlines come in strengths 1-10; 10 is the strongest."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """Path texts on the half-pixel grid; the tip in pixels."""

    cores: tuple[str, ...]
    hairlines: dict[int, str]
    run: str
    tip: Point


def hush(point: Point) -> float:
    """How loud a hairline may be here, 0-1: quiet outwards and under the card."""
    away = math.hypot((point[0] - 640) / 860, (point[1] - 165) / 420)
    side = min(1.0, max(0.0, (point[0] - 1000) / 330))
    return max(0.36, 1.0 - 0.5 * away * away) * (1.0 - 0.3 * side)


def strength_of(loudness: float) -> int:
    """Sort a loudness of 0-1 into one of the strengths; 0 means not drawn."""
    return max(0, min(STRENGTHS, round(loudness * STRENGTHS)))
