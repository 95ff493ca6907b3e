"""The picture that goes with a link: cover above, title and facts below, 1200 by 630."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from forum.core.art.colour import MUTED, PAPER, TEXT, Palette
from forum.core.art.cover import VIEW, Subject, coloured_art

WIDTH, HEIGHT, COVER, MARGIN = 1200, 630, 300, 64
SIZES = (64, 54, 46)
LINES = 3
PORTRAIT = (240, 300)
FONTS = (
    "Noto Sans", "Noto Sans CJK HK", "Noto Sans HK", "PingFang HK", "Microsoft JhengHei UI",
)  # fmt: skip
SIMPLIFIED_FONTS = (
    "Noto Sans", "Noto Sans CJK SC", "Noto Sans SC", "PingFang SC", "Microsoft YaHei UI",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
    """What stands on a picture; `above` is one line over the title, `lang` an HTML tag."""

    title: str
    facts: str
    lang: str
    above: str = ""


@dataclass(frozen=True, slots=True)
class Portrait:
    """Who is on a picture: a photo as a data address, else letters on a tile."""

    letters: str
    photo: str = ""


def share_svg(
    seed: str | int,
    subject: Subject,
    palette: Palette,
    said: Said,
    portrait: Portrait | None = None,
    families: Sequence[str] = (),
) -> str:
    """Draw a share image as SVG with live text; `families` are fonts to use where ours are missing.

    A long title shrinks, then is cut to its lines: three, two under a line above; facts stay on
    one.
    """
    room = WIDTH - 2 * MARGIN - (PORTRAIT[0] + MARGIN if portrait else 0)
    most = 2 if said.above else LINES
    size = next((size for size in SIZES if len(_wrapped(said.title, room / size)) <= 2), SIZES[-1])
    size = min(size, SIZES[1]) if said.above else size
    lines = _wrapped(said.title, room / size)
    if len(lines) > most:
        lines = [*lines[: most - 1], _cut(" ".join(lines[most - 1 : most + 1]), room / size)]
    first = COVER + 44 + size * 0.85 + (44 if said.above else 0)
    above = (
        f'<text x="{MARGIN}" y="{COVER + 62}" font-size="28" font-weight="700"'
        f' fill="{palette.accent.light}">{escape(_cut(said.above, room / 28))}</text>'
        if said.above
        else ""
    )
    text = "".join(
        f'<text x="{MARGIN}" y="{first + size * 1.2 * at:.0f}" font-size="{size}" font-weight="700"'
        f' fill="{TEXT}">{escape(line)}</text>'
        for at, line in enumerate(lines)
    )
    own = SIMPLIFIED_FONTS if said.lang == "zh-Hans" else FONTS
    fonts = ", ".join(dict.fromkeys((*own, *families, "sans-serif")))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
        f' width="{WIDTH}" height="{HEIGHT}" xml:lang="{escape(said.lang)}"'
        f' font-family="{escape(fonts)}">'
        f'<path fill="{PAPER}" d="M0 0H{WIDTH}V{HEIGHT}H0z"/>'
        f'<svg width="{WIDTH}" height="{COVER}" {VIEW}>{coloured_art(seed, subject, palette)}</svg>'
        f"{_tile(portrait, palette) if portrait else ''}{above}{text}"
        f'<path fill="{palette.accent.light}" d="M{MARGIN} {HEIGHT - 100}h72v6h-72z"/>'
        f'<text x="{MARGIN}" y="{HEIGHT - 46}" font-size="30" fill="{MUTED}">'
        f"{escape(_cut(said.facts, room / 30))}</text></svg>"
    )


def _tile(portrait: Portrait, palette: Palette) -> str:
    """Draw somebody's tile over the cover's lower edge, at the right."""
    width, height = PORTRAIT
    left, top = WIDTH - MARGIN - width, COVER - 120
    box = f'x="{left}" y="{top}" width="{width}" height="{height}"'
    frame = (
        f'<rect x="{left - 8}" y="{top - 8}" width="{width + 16}" height="{height + 16}"'
        f' rx="18" fill="{PAPER}"/>'
    )
    if portrait.photo:
        return (
            f'{frame}<clipPath id="tile"><rect {box} rx="12"/></clipPath>'
            f'<image {box} href="{escape(portrait.photo)}" clip-path="url(#tile)"'
            ' preserveAspectRatio="xMidYMid slice"/>'
        )
    return (
        f'{frame}<rect {box} rx="12" fill="{palette.soft.light}"/>'
        f'<text x="{left + 22}" y="{top + height - 30}" font-size="104" font-weight="700"'
        f' fill="{palette.accent.light}">{escape(portrait.letters)}</text>'
    )


def _wrapped(text: str, room: float) -> list[str]:
    """Lines of at most `room` em, broken between Latin words and between Chinese characters."""
    lines, line = [], ""
    for piece in _pieces(text):
        if line and _width(line + piece.rstrip()) > room:
            lines.append(line.rstrip())
            line = ""
        line += piece
    return [*lines, line.rstrip()]


def _pieces(text: str) -> list[str]:
    pieces: list[str] = []
    for sign in " ".join(
        "".join(mark for mark in text if mark.isprintable() or mark.isspace()).split()
    ):
        wide = _is_wide(sign)
        closing = unicodedata.category(sign) in {"Po", "Pe", "Pf"}
        opened = bool(pieces) and unicodedata.category(pieces[-1][-1]) in {"Ps", "Pi"}
        fresh = not opened and (
            not pieces
            or pieces[-1].endswith(" ")
            or (not closing and (wide or _is_wide(pieces[-1][-1])))
        )
        if fresh:
            pieces.append(sign)
        else:
            pieces[-1] += sign
    return pieces


def _cut(text: str, room: float) -> str:
    kept = "".join(_pieces(text))
    if _width(kept) <= room:
        return kept
    while _width(kept + "…") > room:
        kept = kept[:-1]
    return kept.rstrip(" ·") + "…"


def _width(text: str) -> float:
    return sum(1.0 if _is_wide(sign) else 0.58 for sign in text)


def _is_wide(sign: str) -> bool:
    return unicodedata.east_asian_width(sign) in {"W", "F"}
