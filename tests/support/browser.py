"""One Chromium for each worker of the run, and a camera that shows what a test holds before it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    ViewportSize,
    sync_playwright,
)

NAMES = (
    # Without the windows around the pages: a page costs half, a new context a third.
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
)
FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--no-sandbox",
    # Nothing but this machine: a page that asks elsewhere must be seen to fail.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)
SHORT_LIVED = ("--js-flags=--no-opt --no-maglev --always-sparkplug",)
"""A page is open for a second: to optimise its scripts takes longer than they run."""

PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1440, "height": 900}
FRAME = (640, 480)
FRAMES = 5
FRAME_BYTES = 160_000
LONGEST_COMMENT = 65_000


@dataclass(frozen=True)
class Camera:
    """The file that Chromium takes for a camera's picture; it may change while it films."""

    file: Path

    def show(self, picture: bytes | None, *, width: int = 300) -> None:
        """Hold a picture (PNG) in the middle of the frame, `width` pixels wide; None: nothing."""
        frame = Image.new("RGB", FRAME, "#c8c8c8")
        if picture:
            held = Image.open(BytesIO(picture)).convert("RGB")
            held = held.resize((width, round(width * held.height / held.width)))
            frame.paste(held, ((FRAME[0] - held.width) // 2, (FRAME[1] - held.height) // 2))
        jpeg = BytesIO()
        frame.save(jpeg, "JPEG", quality=90)
        # Chromium keeps the file mapped and reads on where the last frame ended: only when every
        # frame has one size can the film change under it.
        film = _padded(jpeg.getvalue()) * FRAMES
        with self.file.open("r+b" if self.file.exists() else "wb") as stream:
            stream.write(film)


def _padded(jpeg: bytes) -> bytes:
    """Fill a JPEG up to FRAME_BYTES with comment segments (ITU T.81, B.2.4.5)."""
    start, rest, room = jpeg[:2], jpeg[2:], FRAME_BYTES - len(jpeg)
    comments = b""
    while room:
        size = room if room <= LONGEST_COMMENT else min(LONGEST_COMMENT, room - 4)
        comments += b"\xff\xfe" + (size - 2).to_bytes(2, "big") + bytes(size - 4)
        room -= size
    return start + comments + rest


def chromium_program() -> str | None:
    """Return the Chromium of this machine: FORUM_TEST_CHROMIUM, else the one on the path."""
    given = os.environ.get("FORUM_TEST_CHROMIUM")
    return given or next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def chromium(camera: Camera, more: Sequence[str] = ()) -> Iterator[Browser | None]:
    """Run Chromium, with `more` flags, until the block ends; None where this machine has none."""
    program = chromium_program()
    if program is None:
        yield None
        return
    camera.show(None)
    flags = [*FLAGS, *more, f"--use-file-for-fake-video-capture={camera.file}"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=flags)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def quiet_page(context: BrowserContext) -> Iterator[Page]:
    """Give a page, and fail at the end if it threw, was refused by the CSP, or logged an error.

    An answer of 4xx is no fault of the page: tests ask for those on purpose.
    """
    faults: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            faults.append(message.text)

    page = context.new_page()
    page.on("console", hear)
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield page
    assert faults == [], "the page complained"
