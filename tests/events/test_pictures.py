"""Pictures that are sent: made anew, or refused with a sentence; never trusted."""

from __future__ import annotations

import errno
import gc
import io
import struct
import tracemalloc
import zlib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from PIL import Image, PngImagePlugin

from forum.core.db import db
from forum.core.engine import WRITE
from forum.events.models import Picture
from forum.events.service import NotAPicture, PictureTooLarge, encode
from tests import factories
from tests.events.browsing import Member

SPEAKERS = "/manage/sample-forum/speakers"


def picture(
    kind: str = "PNG", size: tuple[int, int] = (1600, 2000), mode: str = "RGB", **more: Any
) -> bytes:
    stream = io.BytesIO()
    Image.new(mode, size, 80 if mode in {"L", "P"} else None).save(stream, kind, **more)
    return stream.getvalue()


def bomb(width: int = 50_000, height: int = 50_000) -> bytes:
    """A small PNG that says it has 2.5 thousand million pixels, with honest checksums."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(1_000_000)))
        + chunk(b"IEND", b"")
    )


def webp_bomb() -> bytes:
    body = b"VP8X" + struct.pack("<I", 10) + b"\0\0\0\0" + b"\xff\x3f\x00" * 2
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        ("PNG", "RGB"),
        ("PNG", "RGBA"),
        ("PNG", "P"),
        ("PNG", "LA"),
        ("PNG", "1"),
        ("PNG", "I;16"),
        ("JPEG", "RGB"),
        ("JPEG", "L"),
        ("JPEG", "CMYK"),
        ("WEBP", "RGB"),
        ("WEBP", "RGBA"),
    ],
)
def test_a_picture_is_made_anew_and_small(kind: str, mode: str):
    made = encode(io.BytesIO(picture(kind, mode=mode)))
    with Image.open(io.BytesIO(made.body)) as seen:
        assert seen.format == "WEBP"
        assert seen.size == (made.width, made.height) == (960, 1200)


def test_what_else_is_in_the_file_is_thrown_away():
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (22.0, 16.0, 0.0)}
    exif[0x010E] = "a secret description"
    jpeg = picture("JPEG", exif=exif.tobytes(), comment=b"a secret comment")
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", "a secret note")
    for sent in (jpeg, picture("PNG", pnginfo=notes)):
        assert b"secret" in sent
        made = encode(io.BytesIO(sent + b"<script>a secret tail</script>"))
        assert b"secret" not in made.body
        with Image.open(io.BytesIO(made.body)) as seen:
            assert not seen.getexif()
            assert "exif" not in seen.info


def test_a_phone_held_upright_gives_an_upright_picture():
    exif = Image.Exif()
    exif[0x0112] = 6
    made = encode(io.BytesIO(picture("JPEG", size=(800, 600), exif=exif.tobytes())))
    assert (made.width, made.height) == (600, 800)


REFUSED = {
    "nothing": b"",
    "text": b"hello",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "html": b"<!doctype html><script>alert(1)</script>",
    "gif": b"GIF89a" + bytes(40),
    "a sign and no more": b"\x89PNG\r\n\x1a\n",
    "half a jpeg": picture("JPEG")[:400],
    "half a png": picture("PNG")[:60],
    "half a webp": picture("WEBP")[:40],
    "a webp without a body": webp_bomb()[:16],
    "no pixels": bomb(0, 10),
    "bmp": b"BM" + bytes(60),
    "pdf": b"%PDF-1.7",
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_picture_is_refused(name: str):
    with pytest.raises(NotAPicture):
        encode(io.BytesIO(REFUSED[name]))


@pytest.mark.parametrize(
    "sent", [bomb(), bomb(6000, 4001), webp_bomb(), b"\xff\xd8\xff" + bytes(10_000_001)]
)
def test_a_bomb_is_refused_before_it_is_decoded(sent: bytes):
    tracemalloc.start()
    with pytest.raises(PictureTooLarge):
        encode(io.BytesIO(sent))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 30_000_000


def upload(member: Member, body: bytes, name: str = "me.png", **typed: Any) -> Any:
    seen = member.form(f"{SPEAKERS}/new")
    return member.send(
        f"{SPEAKERS}/new", seen, **({"name": "Pia Picture"} | typed), photo=(io.BytesIO(body), name)
    )


def rows(app: Flask) -> list[Picture]:
    with app.app_context():
        return list(db.session.scalars(sa.select(Picture)))


def files(app: Flask) -> set[str]:
    folder = app.config["FORUM_INSTANCE"] / "uploads"
    return {file.name for file in folder.iterdir()} if folder.exists() else set()


@pytest.mark.both_databases
def test_a_photo_is_kept_served_moved_and_removed(
    app: Flask, owner: Member, house: SimpleNamespace
):
    answer = upload(owner, picture(), "../../../etc/passwd.html")
    assert answer.status_code == 303, answer.text
    kept = rows(app)[0]
    assert files(app) == {kept.file_name, kept.face_name}
    visitor = app.test_client()
    for address in (kept.address, kept.face_address):
        served = visitor.get(address)
        assert served.status_code == 200
        assert served.content_type == "image/webp"
        assert served.headers["X-Content-Type-Options"] == "nosniff"
        assert "immutable" in served.headers["Cache-Control"]
        assert "sandbox" in served.headers["Content-Security-Policy"]
        assert "Set-Cookie" not in served.headers
        assert served.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        again = visitor.get(address, headers={"If-None-Match": served.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
    with Image.open(io.BytesIO(visitor.get(kept.face_address).data)) as tile:
        assert tile.size == (480, 600)
    path = f"{SPEAKERS}/pia-picture"
    old = kept.face_address
    assert owner.fill(path, focus_x="10", focus_y="90").status_code == 303
    kept = rows(app)[0]
    assert kept.face_name.endswith("-10-90.webp")
    assert visitor.get(kept.face_address).status_code == 200
    assert visitor.get(old).status_code == 404
    assert owner.fill(path, remove_photo="y").status_code == 303
    assert rows(app) == []
    assert files(app) == set()


def test_a_new_photo_takes_the_place_of_the_old_one(
    app: Flask, owner: Member, house: SimpleNamespace
):
    upload(owner, picture())
    first = rows(app)[0].file_name
    path = f"{SPEAKERS}/pia-picture"
    owner.send(path, owner.form(path), photo=(io.BytesIO(picture("JPEG")), "b.jpg"))
    (kept,) = rows(app)
    assert kept.file_name != first
    assert files(app) == {kept.file_name, kept.face_name}


def test_a_bad_photo_gets_a_sentence_and_nothing_typed_is_lost(
    app: Flask, owner: Member, house: SimpleNamespace
):
    for body, says in (
        (REFUSED["svg"], "Choose a picture as PNG, JPEG or WebP"),
        (bomb(), "at most 10 MB and 24 million pixels"),
    ):
        answer = upload(owner, body, "me.png", **{"biography-en": "Typed and kept"})
        assert answer.status_code == 422
        assert says in answer.text
        assert "Typed and kept" in answer.text
    assert rows(app) == []
    assert files(app) == set()


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_file_beyond_the_limit_is_refused_with_a_sentence(
    app: Flask, owner: Member, house: SimpleNamespace
):
    answer = upload(owner, bytes(11_000_000))
    assert answer.status_code == 413
    assert "too large" in answer.text
    # The test client leaves what it sent to the collector; let it be found here, not in others.
    answer.request.input_stream.close()
    del answer
    gc.collect()


def test_a_photo_that_cannot_be_stored_leaves_no_file(
    app: Flask, owner: Member, second: Member, house: SimpleNamespace
):
    with app.app_context():
        slug = factories.make_speaker(house.ours.id).slug
    path = f"{SPEAKERS}/{slug}"
    seen = second.form(path)
    owner.fill(path, **{"title-en": "Changed first"})
    answer = second.send(path, seen, photo=(io.BytesIO(picture()), "a.png"))
    assert answer.status_code == 409
    assert files(app) == set()


@pytest.mark.parametrize("full", ["at once", "at the tile"])
def test_a_full_disk_is_told_and_leaves_nothing_behind(
    app: Flask, owner: Member, house: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, full: str
):
    write, written = Path.write_bytes, []

    def refuse(path: Path, body: bytes) -> int:
        written.append(path)
        write(path, body[:100])
        if full == "at once" or len(written) > 1:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(path, body)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_bytes", refuse)
        answer = upload(owner, picture(), **{"biography-en": "Typed and kept"})
    assert answer.status_code == 503
    assert "The photo cannot be stored" in answer.text
    assert "Typed and kept" in answer.text
    assert written
    assert files(app) == set()
    assert rows(app) == []
    assert upload(owner, picture()).status_code == 303


def test_pictures_are_written_while_nobody_waits_for_the_database(
    app: Flask, owner: Member, house: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
):
    write, inside = Path.write_bytes, []

    def note(path: Path, body: bytes) -> int:
        inside.append(bool(db.session().info.get(WRITE)))
        return write(path, body)

    monkeypatch.setattr(Path, "write_bytes", note)
    assert upload(owner, picture()).status_code == 303
    path = f"{SPEAKERS}/pia-picture"
    assert owner.fill(path, focus_x="10", focus_y="90").status_code == 303
    assert len(inside) == 3
    assert not any(inside)


def test_a_refused_focus_leaves_the_tile_that_is_shown(
    app: Flask, owner: Member, second: Member, house: SimpleNamespace
):
    upload(owner, picture())
    path = f"{SPEAKERS}/pia-picture"
    seen = second.form(path)
    assert owner.fill(path, focus_x="10", focus_y="90").status_code == 303
    assert second.send(path, seen, focus_x="10", focus_y="90").status_code == 409
    (kept,) = rows(app)
    assert app.test_client().get(kept.face_address).status_code == 200
    assert owner.fill(path, remove_photo="y").status_code == 303
    assert files(app) == set()


def test_only_our_own_file_names_are_served(app: Flask, owner: Member, house: SimpleNamespace):
    upload(owner, picture())
    (app.config["FORUM_INSTANCE"] / "uploads" / "notes.html").write_text("secret")
    for name in (
        "notes.html",
        "../forum.sqlite3",
        "%2e%2e/forum.sqlite3",
        "x.webp",
        "a" * 32 + ".svg",
        "a" * 32 + ".webp",
        "a%00b",
    ):
        assert app.test_client().get(f"/uploads/{name}").status_code == 404, name
