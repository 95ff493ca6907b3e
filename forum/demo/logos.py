"""Logos of the sample partners, drawn here: a mark and a name, nobody's own."""

from __future__ import annotations

import io
from enum import Enum

from PIL import Image, ImageDraw, ImageFont

from forum.events.service.pictures import Encoded, encode_logo

HEIGHT = 160
MARGIN = 16
LETTERS = 64
PAPER = "#ffffff"


class Mark(Enum):
    """What stands before the name."""

    RINGS = "rings"
    STEPS = "steps"
    LATTICE = "lattice"
    WAVE = "wave"


def draw_logo(name: str, mark: Mark, colour: str) -> Encoded:
    """Return a logo of one colour, encoded as an upload is."""
    letters = ImageFont.load_default(LETTERS)
    side = HEIGHT - 2 * MARGIN
    width = 3 * MARGIN + side + round(letters.getlength(name)) + MARGIN
    picture = Image.new("RGB", (width, HEIGHT), PAPER)
    pen = ImageDraw.Draw(picture)
    _draw(pen, mark, side, colour)
    pen.text((2.5 * MARGIN + side, HEIGHT / 2), name, fill=colour, font=letters, anchor="lm")
    written = io.BytesIO()
    picture.save(written, "PNG")
    written.seek(0)
    return encode_logo(written)


def _draw(pen: ImageDraw.ImageDraw, mark: Mark, side: int, colour: str) -> None:
    """Draw a mark into the square at the left."""
    near, far, middle = MARGIN, MARGIN + side, MARGIN + side / 2
    if mark is Mark.RINGS:
        for radius in (side / 2, side / 3.2, side / 8):
            edge = (middle - radius, middle - radius, middle + radius, middle + radius)
            pen.ellipse(edge, outline=colour, width=10)
    elif mark is Mark.STEPS:
        step = side / 4
        for number in range(4):
            left = near + number * step
            pen.rectangle((left, far - (number + 1) * step, left + step - 6, far), fill=colour)
    elif mark is Mark.LATTICE:
        for across in range(3):
            for down in range(3):
                left, top = near + across * side / 3, near + down * side / 3
                pen.rectangle((left, top, left + side / 3 - 8, top + side / 3 - 8), fill=colour)
    else:
        for number in range(3):
            top = near + number * side / 3
            pen.arc((near, top, middle, top + side / 2), 180, 360, fill=colour, width=12)
            pen.arc((middle - 12, top, far, top + side / 2), 0, 180, fill=colour, width=12)
