"""The picture that goes with an event's link: cover above, title and facts below, 1200 by 630."""

import unicodedata
from html import escape

from forum.core.art.colour import MUTED, PAPER, TEXT, Palette
from forum.core.art.cover import VIEW, Subject, coloured_art

WIDTH, HEIGHT, COVER, MARGIN = 1200, 630, 300, 64
SIZES = (64, 54, 46)
LINES = 3
FONTS = (
    "system-ui, Noto Sans, Noto Sans CJK HK, Noto Sans HK, PingFang HK, Microsoft JhengHei UI, "
    "sans-serif"
)


def share_svg(
    seed: str | int, subject: Subject, palette: Palette, *, title: str, facts: str, lang: str
) -> str:
    """Draw an event's share image as SVG with live text.

    A long title shrinks, then is cut to three lines; facts stay on one. `lang` is an HTML tag.
    """
    room = WIDTH - 2 * MARGIN
    size = next((size for size in SIZES if len(_wrapped(title, room / size)) <= 2), SIZES[-1])
    lines = _wrapped(title, room / size)
    if len(lines) > LINES:
        lines = [*lines[: LINES - 1], _cut(lines[LINES - 1] + lines[LINES], room / size)]
    first = COVER + 44 + size * 0.85
    text = "".join(
        f'<text x="{MARGIN}" y="{first + size * 1.2 * at:.0f}" font-size="{size}" font-weight="700"'
        f' fill="{TEXT}">{escape(line)}</text>'
        for at, line in enumerate(lines)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
        f' width="{WIDTH}" height="{HEIGHT}" xml:lang="{escape(lang)}" font-family="{FONTS}">'
        f'<path fill="{PAPER}" d="M0 0H{WIDTH}V{HEIGHT}H0z"/>'
        f'<svg width="{WIDTH}" height="{COVER}" {VIEW}>{coloured_art(seed, subject, palette)}</svg>'
        f'{text}<path fill="{palette.accent.light}" d="M{MARGIN} {HEIGHT - 100}h72v6h-72z"/>'
        f'<text x="{MARGIN}" y="{HEIGHT - 46}" font-size="30" fill="{MUTED}">'
        f"{escape(_cut(facts, room / 30))}</text></svg>"
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
        fresh = (
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
    return kept.rstrip() + "…"


def _width(text: str) -> float:
    return sum(1.0 if _is_wide(sign) else 0.58 for sign in text)


def _is_wide(sign: str) -> bool:
    return unicodedata.east_asian_width(sign) in {"W", "F"}
