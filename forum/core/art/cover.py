"""Cover art for an event without a picture: one family of drawings a subject, made from a seed."""

from enum import StrEnum
from random import Random

from forum.core.art import coastline, rings, streets, toolpath
from forum.core.art.colour import Palette
from forum.core.art.drawing import HEIGHT, STRENGTHS, WIDTH, Drawing
from forum.core.art.line import UNITS

VIEW = f'viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="xMidYMid slice"'


class Subject(StrEnum):
    """What an event is about, as far as its cover can say."""

    TOOLPATH = "toolpath"
    RINGS = "rings"
    STREETS = "streets"
    COASTLINE = "coastline"


FAMILIES = {
    Subject.TOOLPATH: toolpath.draw,
    Subject.RINGS: rings.draw,
    Subject.STREETS: streets.draw,
    Subject.COASTLINE: coastline.draw,
}


def cover_svg(
    seed: str | int, subject: Subject, palette: Palette, *, standalone: bool = False
) -> str:
    """Draw an event's cover as SVG, the same for the same seed; at most 8 kB compressed.

    Inline, its colours come from the page by class (cover-art, core, paths, run, tip); standalone,
    it is a document of its own with the palette's light colours and its ground.
    """
    if standalone:
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" {VIEW}>'
            f"{coloured_art(seed, subject, palette)}</svg>"
        )
    body = _body(
        _drawing(seed, subject),
        core='class="core"',
        paths='class="paths"',
        run='class="run"',
        tip='class="tip"',
    )
    return (
        f'<svg class="cover-art" {VIEW}'
        f' fill="none" aria-hidden="true" focusable="false">{body}</svg>'
    )


def coloured_art(seed: str | int, subject: Subject, palette: Palette) -> str:
    """Draw ground and cover in the palette's light colours, to stand inside an svg with VIEW."""
    line, ember, ground = palette.on_cover.light, palette.ember.light, palette.cover.light
    body = _body(
        _drawing(seed, subject),
        core=f'fill="{line}" fill-opacity=".1"',
        paths=f'fill="none" stroke="{line}" stroke-width="{UNITS}"',
        run=f'fill="none" stroke="{ember}" stroke-width="{UNITS * 2.5:g}" stroke-linecap="round"',
        tip=f'fill="{ember}" stroke="{ground}" stroke-width="4"',
    )
    return f'<path fill="{ground}" d="M0 0H{WIDTH}V{HEIGHT}H0z"/>{body}'


def _drawing(seed: str | int, subject: Subject) -> Drawing:
    # A picture needs a repeatable choice, not a secret one.
    return FAMILIES[subject](Random(f"{subject}:{seed}"))  # noqa: S311 - a drawing is no secret


def _body(drawing: Drawing, *, core: str, paths: str, run: str, tip: str) -> str:
    scaled = f'transform="scale({1 / UNITS:g})"'
    cores = "".join(f'<path {core} d="{text}"/>' for text in drawing.cores)
    hairlines = "".join(
        f'<path opacity="{_opacity(strength)}" d="{text}"/>'
        for strength, text in drawing.hairlines.items()
    )
    x, y = drawing.tip
    return (
        f'<g {scaled}>{cores}<g {paths}>{hairlines}</g><path {run} d="{drawing.run}"/></g>'
        f'<circle {tip} cx="{x:.1f}" cy="{y:.1f}" r="7"/>'
    )


def _opacity(strength: int) -> str:
    return f"{0.72 * strength / STRENGTHS:.2f}".removeprefix("0")
