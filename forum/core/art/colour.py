"""One accent in, a whole palette out: light and dark, with contrast proved for any colour.

The maths is OKLCH (Björn Ottosson, "A perceptual color space for image processing", 2020) and the
contrast of WCAG 2.2 §1.4.3.
"""

import math
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

ACCENT_SENTENCE = "Enter a colour as # and six figures or letters from A to F, like #0b5563"
DEFAULT_ACCENT = "#0b5563"

PAPER = "#ffffff"
WASH = "#f4f6f7"
NIGHT = "#101418"
NIGHT_WASH = "#171d23"
NIGHT_RAISED = "#192027"
TEXT = "#1b1f24"
NIGHT_TEXT = "#e6edf3"
MUTED = "#57606a"
NIGHT_MUTED = "#a9b4c0"

READABLE = 4.5
COMFORTABLE = 5.2
GREY = 0.025
SLATE_HUE = 235.0
NEAR = 42.0
EMBERS = ("#f08a4b", "#f2bf57", "#5cc6d2")


class Oklch(NamedTuple):
    """A colour as people see it: lightness 0-1, chroma 0-0.4, hue in degrees."""

    lightness: float
    chroma: float
    hue: float


class Pair(NamedTuple):
    """One colour by day and by night, both as #rrggbb."""

    light: str
    dark: str


@dataclass(frozen=True, slots=True)
class Palette:
    """All colours of one event."""

    hue_of: str
    accent: Pair
    on_accent: Pair
    soft: Pair
    cover: Pair
    on_cover: Pair
    ember: Pair
    on_ember: Pair


def parse_accent(text: str) -> str:
    """Read a colour as a person types it and give it as #rrggbb.

    Outer spaces, full-width signs, capitals, three figures and a forgotten # are taken.
    Raises ValueError with a sentence for people.
    """
    plain = unicodedata.normalize("NFKC", text).strip().lower().removeprefix("#")
    if not re.fullmatch(r"[0-9a-f]{3}|[0-9a-f]{6}", plain):
        raise ValueError(ACCENT_SENTENCE)
    return "#" + (plain if len(plain) == 6 else "".join(sign * 2 for sign in plain))


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb, 0-1 (WCAG 2.2)."""
    red, green, blue = _linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast of two colours, 1-21 (WCAG 2.2)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def oklch(colour: str) -> Oklch:
    """Give #rrggbb in OKLCH."""
    red, green, blue = _linear(colour)
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    middle = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    lightness = 0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short
    return Oklch(lightness, math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360)


def colour_of(wanted: Oklch) -> str:
    """Give the nearest #rrggbb: same lightness and hue, less chroma if need be."""
    lightness = min(1.0, max(0.0, wanted.lightness))
    low, high = 0.0, wanted.chroma
    if _inside(_srgb(lightness, high, wanted.hue)):
        low = high
    while high - low > 0.0005:
        middle = (low + high) / 2
        low, high = (
            (middle, high) if _inside(_srgb(lightness, middle, wanted.hue)) else (low, middle)
        )
    return "#" + "".join(
        f"{round(min(1.0, max(0.0, part)) * 255):02x}" for part in _srgb(lightness, low, wanted.hue)
    )


def palette(accent: str = DEFAULT_ACCENT) -> Palette:
    """Work out every colour of an event from one accent (#rrggbb, any).

    Accent as text keeps 4.5:1 on paper, wash and soft; text on accent, on cover and on ember too.
    """
    own = oklch(accent)
    grey = own.chroma < GREY
    hue = SLATE_HUE if grey else own.hue
    strength = 0.018 if grey else own.chroma
    soft = Pair(
        colour_of(Oklch(0.957, min(0.016, strength * 0.2 + 0.003), hue)),
        colour_of(Oklch(0.255, min(0.032, strength * 0.4 + 0.004), hue)),
    )
    day, night = (PAPER, WASH, soft.light), (NIGHT, NIGHT_WASH, NIGHT_RAISED, soft.dark)
    light = accent
    if own.lightness < 0.24 or not _reads(accent, day, READABLE):
        fuller = max(strength, 0.09) if own.lightness > 0.62 and not grey else strength
        start = Oklch(max(0.24, min(own.lightness, 0.62)), fuller, hue)
        light = _until(start, -0.004, lambda colour: _reads(colour, day, COMFORTABLE))
    dark = _until(
        Oklch(0.79, min(0.115, strength * 1.15 + 0.01), hue),
        0.004,
        lambda colour: _reads(colour, night, 6.0),
    )
    deep = min(0.066, strength)
    cover = Pair(colour_of(Oklch(0.335, deep, hue)), colour_of(Oklch(0.3, deep * 0.9, hue)))
    ember = _ember(own, cover)
    return Palette(
        hue_of=colour_of(Oklch(0.45, 0.02, hue)) if grey else accent,
        accent=Pair(light, dark),
        on_accent=Pair(PAPER, colour_of(Oklch(0.235, min(0.045, strength), hue))),
        soft=soft,
        cover=cover,
        on_cover=Pair(*(colour_of(Oklch(0.89, min(0.045, strength * 0.7), hue)),) * 2),
        ember=Pair(ember, ember),
        on_ember=Pair(*(colour_of(Oklch(0.215, 0.05, oklch(ember).hue)),) * 2),
    )


def stylesheet(colours: Palette, selector: str = ":root") -> str:
    """Write the palette as CSS custom properties with the names of the design tokens."""
    parts = [f"--hue-of:{colours.hue_of}"]
    for name in ("accent", "on_accent", "soft", "cover", "on_cover", "ember", "on_ember"):
        light, dark = getattr(colours, name)
        value = light if light == dark else f"light-dark({light},{dark})"
        parts.append(f"--{name.replace('_', '-')}:{value}")
    return f"{selector}{{{';'.join(parts)}}}\n"


def _ember(own: Oklch, cover: Pair) -> str:
    fitting = [
        colour
        for colour in EMBERS
        if own.chroma < GREY or _apart(oklch(colour).hue, own.hue) >= NEAR
    ]
    return next(colour for colour in fitting if _reads(colour, cover, READABLE))


def _apart(one: float, other: float) -> float:
    return abs((one - other + 180) % 360 - 180)


def _reads(colour: str, grounds: tuple[str, ...], least: float) -> bool:
    return all(contrast(colour, ground) >= least for ground in grounds)


def _until(start: Oklch, step: float, good: Callable[[str], bool]) -> str:
    lightness = start.lightness
    while not good(found := colour_of(start._replace(lightness=lightness))):
        lightness += step
    return found


def _linear(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return _unfold(red), _unfold(green), _unfold(blue)


def _unfold(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def _fold(part: float) -> float:
    return part * 12.92 if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055


def _srgb(lightness: float, chroma: float, hue: float) -> tuple[float, float, float]:
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        _fold(4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short),
        _fold(-1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short),
        _fold(-0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short),
    )


def _inside(parts: tuple[float, float, float]) -> bool:
    return all(-0.0005 <= part <= 1.0005 for part in parts)
