"""Drawings as PNG: by resvg, with the fonts there are, in as few colours as do them justice."""

import io
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageFont
from resvg_py import svg_to_bytes

COLOURS = 96
MORE_COLOURS = 256


def png_of(svg: str, fonts: tuple[Path, ...], *, photo: bool = False) -> bytes:
    """Return an SVG as PNG in its own size; text is left out where there is no font at all.

    In 96 colours, with a photo in 256: a third of the bytes.
    """
    files = [str(one) for one in fonts]
    drawn = svg_to_bytes(svg_string=svg, skip_system_fonts=True, font_files=files or None)
    with Image.open(io.BytesIO(bytes(drawn))) as image:
        reduced = image.convert("RGB").quantize(
            MORE_COLOURS if photo else COLOURS,
            method=Image.Quantize.FASTOCTREE,
            dither=Image.Dither.NONE,
        )
    file = io.BytesIO()
    reduced.save(file, "PNG", optimize=True)
    return file.getvalue()


@lru_cache(maxsize=8)
def families_of(fonts: tuple[Path, ...]) -> tuple[str, ...]:
    """Return what the families of these files are called."""
    names = (ImageFont.truetype(str(one)).getname()[0] for one in fonts)
    return tuple(dict.fromkeys(name for name in names if name))
