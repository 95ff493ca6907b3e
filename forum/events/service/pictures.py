"""Uploaded pictures: refused, or decoded and written anew without what else was in the file.

SECURITY.md M41: PNG, JPEG and WebP alone; the size is read from the header before anything is
decoded; what is kept is our own WebP, under a random name.
"""

from __future__ import annotations

import io
import secrets
import struct
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from PIL import Image, ImageOps, JpegImagePlugin, PngImagePlugin, WebPImagePlugin
from sqlalchemy.orm import Session

from forum.core.errors import Invalid, Unavailable
from forum.core.i18n import sentence
from forum.core.uploads import delete_files
from forum.events.models import Picture, face_name

LARGEST_FILE = 10_000_000
MOST_PIXELS = 24_000_000
LONGEST_SIDE = 1200
FACE = (480, 600)
QUALITY = 82
LONGEST_LOGO = 800
LOGO_QUALITY = 92
MIDDLE = (50, 50)
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


class PictureNotKept(Unavailable):
    """The disk does not take the files of a picture."""

    code = "picture_not_kept"
    says = sentence(
        "The photo cannot be stored, perhaps because the disk is full. Nothing was saved: "
        "try again without a photo, and tell whoever runs this Forum."
    )


@dataclass(frozen=True, slots=True)
class Kept:
    """The files of a picture in their folder, before any row names them."""

    file_name: str
    width: int
    height: int
    focus: tuple[int, int] | None

    @property
    def names(self) -> list[str]:
        """The names of its files: the whole one and, of a photo, the tile."""
        tile = [face_name(self.file_name, self.focus)] if self.focus else []
        return [self.file_name, *tile]


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
    return _written(_decoded(_read(stream), LONGEST_SIDE))


def encode_logo(stream: BinaryIO) -> Encoded:
    """Decode a logo and write it anew on white: without loss where that is no larger.

    Raises NotAPicture or PictureTooLarge, as `encode` does.
    """
    try:
        body = _read(stream)
        small = _decoded(body, LONGEST_LOGO)
    except (NotAPicture, PictureTooLarge) as error:
        raise type(error)(field="logo") from None
    ways = (_webp(small, quality=LOGO_QUALITY), _webp(small, lossless=True))
    return Encoded(min(ways, key=len), small.width, small.height)


def keep_files(picture: Encoded, folder: Path, focus: tuple[int, int] | None) -> Kept:
    """Write an encoded picture to the folder, and with a focus its tile, outside any transaction.

    Raises PictureNotKept, and then leaves nothing behind.
    """
    kept = Kept(f"{secrets.token_hex(16)}.webp", picture.width, picture.height, focus)
    bodies = [picture.body, *([_face(picture.body, focus)] if focus else [])]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, body in zip(kept.names, bodies, strict=True):
            (folder / name).write_bytes(body)
    except OSError:
        delete_files(folder, kept.names)
        raise PictureNotKept(field="photo") from None
    return kept


def keep_face(folder: Path, file_name: str, focus: tuple[int, int]) -> None:
    """Cut the tile of a kept picture round another point, outside any transaction.

    Raises PictureNotKept.
    """
    target = folder / face_name(file_name, focus)
    if target.exists():
        return
    try:
        body = _face((folder / file_name).read_bytes(), focus)
        target.write_bytes(body)
    except OSError:
        delete_files(folder, [target.name])
        raise PictureNotKept(field="photo") from None


def add_picture(session: Session, organisation_id: UUID, kept: Kept, *, now: datetime) -> Picture:
    """Add the row of a picture whose files are there; what has a focus is a photo, else a logo."""
    focus = kept.focus or MIDDLE
    row = Picture(
        organisation_id=organisation_id,
        kind="photo" if kept.focus else "logo",
        file_name=kept.file_name,
        width=kept.width,
        height=kept.height,
        focus_x=focus[0],
        focus_y=focus[1],
        created_at=now,
    )
    session.add(row)
    return row


def files_of(folder: Path, picture: Picture) -> list[str]:
    """Return the names of all files of a picture: the whole one and every tile ever cut."""
    stem = picture.file_name.rpartition(".")[0]
    return [picture.file_name, *(tile.name for tile in folder.glob(f"{stem}-*.webp"))]


def _read(stream: BinaryIO) -> bytes:
    body = stream.read(LARGEST_FILE + 1)
    if len(body) > LARGEST_FILE:
        raise PictureTooLarge(field="photo")
    return body


def _decoded(body: bytes, longest: int) -> Image.Image:
    try:
        opened = _opened(body)
        if opened.width * opened.height > MOST_PIXELS:
            raise PictureTooLarge(field="photo")
        return _small(opened, longest)
    except _BROKEN:
        raise NotAPicture(field="photo") from None


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


def _small(picture: Image.Image, longest: int) -> Image.Image:
    picture.draft("RGB", (longest, longest))
    if picture.mode not in {"RGB", "RGBA", "L"}:
        clear = "transparency" in picture.info or "A" in picture.mode
        picture = picture.convert("RGBA" if clear else "RGB")
    picture = ImageOps.exif_transpose(picture)
    picture.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    if picture.mode == "RGBA":
        ground = Image.new("RGB", picture.size, WHITE)
        ground.paste(picture, mask=picture.getchannel("A"))
        return ground
    return picture.convert("RGB")


def _written(picture: Image.Image) -> Encoded:
    return Encoded(_webp(picture), picture.width, picture.height)


def _webp(picture: Image.Image, *, quality: int = QUALITY, lossless: bool = False) -> bytes:
    written = io.BytesIO()
    bare = Image.new("RGB", picture.size)
    bare.paste(picture)
    bare.save(written, "WEBP", quality=quality, lossless=lossless, method=4)
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
