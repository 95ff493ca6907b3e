"""Uploaded pictures: refused, or decoded and written anew without what else was in the file.

SECURITY.md M41: PNG, JPEG and WebP alone; the size is read from the header before anything is
decoded; what is kept is our own WebP, under a random name.
"""

from __future__ import annotations

import io
import secrets
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from PIL import Image, ImageOps, JpegImagePlugin, PngImagePlugin, WebPImagePlugin
from sqlalchemy.orm import Session

from forum.core.errors import Invalid
from forum.core.i18n import sentence
from forum.events.models import Picture

LARGEST_FILE = 10_000_000
MOST_PIXELS = 24_000_000
LONGEST_SIDE = 1200
FACE = (480, 600)
QUALITY = 82
WHITE = (255, 255, 255)

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_BROKEN = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    struct.error,
    IndexError,
    KeyError,
    TypeError,
    OverflowError,
    MemoryError,
)


class NotAPicture(Invalid):
    """The file is no PNG, JPEG or WebP, or a broken one."""

    code = "not_a_picture"
    says = sentence("Choose a picture as PNG, JPEG or WebP; this file is none of them, or broken")


class PictureTooLarge(Invalid):
    """The file or the picture in it is too large to be taken."""

    code = "picture_too_large"
    says = sentence("Choose a picture of at most 10 MB and 24 million pixels, such as 6000 by 4000")


@dataclass(frozen=True, slots=True)
class Encoded:
    """A picture made anew: its bytes as WebP and its size in pixels."""

    body: bytes
    width: int
    height: int


def encode(stream: BinaryIO) -> Encoded:
    """Decode an upload and write it anew, at most 1200 pixels a side, without metadata.

    Raises NotAPicture or PictureTooLarge; nothing is decoded before the header was read.
    """
    body = stream.read(LARGEST_FILE + 1)
    if len(body) > LARGEST_FILE:
        raise PictureTooLarge(field="photo")
    try:
        opened = _opened(body)
        if opened.width * opened.height > MOST_PIXELS:
            raise PictureTooLarge(field="photo")
        return _written(_small(opened))
    except _BROKEN:
        raise NotAPicture(field="photo") from None


def store_picture(
    session: Session,
    organisation_id: UUID,
    picture: Encoded,
    folder: Path,
    *,
    focus: tuple[int, int] = (50, 40),
    now: datetime,
) -> Picture:
    """Write an encoded picture and its tile to the folder and add its row to the session."""
    folder.mkdir(parents=True, exist_ok=True)
    row = Picture(
        organisation_id=organisation_id,
        kind="photo",
        file_name=f"{secrets.token_hex(16)}.webp",
        width=picture.width,
        height=picture.height,
        focus_x=focus[0],
        focus_y=focus[1],
        created_at=now,
    )
    (folder / row.file_name).write_bytes(picture.body)
    (folder / row.face_name).write_bytes(_face(picture.body, focus))
    session.add(row)
    return row


def set_focus(picture: Picture, focus: tuple[int, int], folder: Path) -> list[str]:
    """Cut the tile round another point; return the names of files no longer shown."""
    if (picture.focus_x, picture.focus_y) == focus:
        return []
    old = picture.face_name
    picture.focus_x, picture.focus_y = focus
    (folder / picture.face_name).write_bytes(
        _face((folder / picture.file_name).read_bytes(), focus)
    )
    return [old]


def remove_picture(session: Session, picture: Picture) -> list[str]:
    """Delete a picture's row; return the names of its files, for after the commit."""
    session.delete(picture)
    return [picture.file_name, picture.face_name]


def delete_files(folder: Path, names: Iterable[str]) -> None:
    """Delete files that nothing shows any more; one that is gone is fine."""
    for name in names:
        (folder / name).unlink(missing_ok=True)


def _opened(body: bytes) -> Image.Image:
    """Open by the bytes' own sign; by the class itself, so that ours is the only limit."""
    if body.startswith(_PNG):
        _check_pixels(*struct.unpack(">II", body[16:24]))
        return PngImagePlugin.PngImageFile(io.BytesIO(body))
    if body.startswith(_JPEG):
        return JpegImagePlugin.JpegImageFile(io.BytesIO(body))
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        _check_pixels(*_webp_size(body))
        return WebPImagePlugin.WebPImageFile(io.BytesIO(body))
    raise NotAPicture(field="photo")


def _check_pixels(width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        raise PictureTooLarge(field="photo")
    if not width or not height:
        raise NotAPicture(field="photo")


def _webp_size(body: bytes) -> tuple[int, int]:
    """Read a WebP's canvas (RFC 9649 §2.5-2.7)."""
    form = body[12:16]
    if form == b"VP8X":
        return 1 + int.from_bytes(body[24:27], "little"), 1 + int.from_bytes(body[27:30], "little")
    if form == b"VP8L":
        bits = int.from_bytes(body[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if form == b"VP8 ":
        width, height = struct.unpack("<HH", body[26:30])
        return width & 0x3FFF, height & 0x3FFF
    raise NotAPicture(field="photo")


def _small(picture: Image.Image) -> Image.Image:
    picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    if picture.mode not in {"RGB", "RGBA", "L"}:
        clear = "transparency" in picture.info or "A" in picture.mode
        picture = picture.convert("RGBA" if clear else "RGB")
    picture = ImageOps.exif_transpose(picture)
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    if picture.mode == "RGBA":
        ground = Image.new("RGB", picture.size, WHITE)
        ground.paste(picture, mask=picture.getchannel("A"))
        return ground
    return picture.convert("RGB")


def _written(picture: Image.Image) -> Encoded:
    return Encoded(_webp(picture), picture.width, picture.height)


def _webp(picture: Image.Image) -> bytes:
    written = io.BytesIO()
    bare = Image.new("RGB", picture.size)
    bare.paste(picture)
    bare.save(written, "WEBP", quality=QUALITY, method=4)
    return written.getvalue()


def _face(body: bytes, focus: tuple[int, int]) -> bytes:
    with Image.open(io.BytesIO(body), formats=["WEBP"]) as whole:
        tile = ImageOps.fit(
            whole,
            FACE,
            Image.Resampling.LANCZOS,
            centering=(focus[0] / 100, focus[1] / 100),
        )
        return _webp(tile)
