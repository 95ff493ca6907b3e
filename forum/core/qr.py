"""Drawing QR codes: the matrix by qrcode, the picture by us (small SVG, crisp PNG)."""

from __future__ import annotations

import io
from functools import lru_cache

import qrcode
from markupsafe import Markup, escape
from PIL import Image
from qrcode.constants import ERROR_CORRECT_M

MARGIN = 4
"""Modules of white round the code (ISO/IEC 18004 §9.1)."""

Matrix = tuple[tuple[bool, ...], ...]


@lru_cache(maxsize=512)
def matrix(text: str) -> Matrix:
    """Return the modules of a QR code of level M, without margin; True is dark."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(text)
    code.make(fit=True)
    return tuple(tuple(bool(cell) for cell in row) for row in code.get_matrix())


@lru_cache(maxsize=512)
def svg(text: str, label: str = "") -> Markup:
    """Return an SVG of the code with its margin, dark on white, sized by its class `qr`."""
    modules = matrix(text)
    side = len(modules) + 2 * MARGIN
    runs = "".join(_runs(row, line + MARGIN) for line, row in enumerate(modules))
    name = f' role="img" aria-label="{escape(label)}"' if label else ' aria-hidden="true"'
    drawing = (
        f'<svg class="qr" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}"'
        f' width="{side * 6}" height="{side * 6}" shape-rendering="crispEdges"{name}>'
        f'<rect width="{side}" height="{side}" fill="#fff"/>'
        f'<path d="{runs}" fill="#000"/></svg>'
    )
    return Markup(drawing)  # noqa: S704 - our own numbers # nosec B704 # an escaped label


def png(text: str, pixels: int = 480) -> bytes:
    """Return a PNG of the code with its margin, at least this many pixels wide."""
    modules = matrix(text)
    side = len(modules) + 2 * MARGIN
    image = Image.new("1", (side, side), 1)
    for line, row in enumerate(modules):
        for column, dark in enumerate(row):
            if dark:
                image.putpixel((column + MARGIN, line + MARGIN), 0)
    scale = -(-pixels // side)
    file = io.BytesIO()
    image.resize((side * scale, side * scale), Image.Resampling.NEAREST).save(file, "PNG")
    return file.getvalue()


def _runs(row: tuple[bool, ...], line: int) -> str:
    parts: list[str] = []
    start: int | None = None
    for column, dark in enumerate((*row, False)):
        if dark and start is None:
            start = column
        elif not dark and start is not None:
            width = column - start
            parts.append(f"M{start + MARGIN} {line}h{width}v1h-{width}z")
            start = None
    return "".join(parts)
