"""Takes the README's pictures of the sample forum: `make shots` writes docs/images/*.png."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from urllib.parse import urljoin

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize

from tests.support.browser import DESK, PHONE, Camera, chromium
from tests.support.ground import answers, end, free_port, wait_until
from tests.support.live import command

PICTURES = Path(__file__).parents[1] / "docs" / "images"
LARGEST = 150_000
COLOURS = (256, 192, 128, 96, 64, 48)
ENGLISH, TRADITIONAL = "/en/", "/zh-hant/"


class TooLarge(Exception):
    """A picture does not get small enough for a page that people read on the road."""


def main() -> int:
    """Start the sample forum in a folder of its own, and photograph it."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="forum-shots-") as folder:
        camera = Camera(Path(folder) / "film.mjpeg")
        with chromium(camera) as browser:
            if browser is None:
                sys.stderr.write("There is no Chromium here to take pictures with.\n")
                return 1
            photograph(browser, Path(folder) / "instance")
    return 0


def photograph(browser: Browser, instance: Path) -> None:
    """Take a picture of each page that the README shows."""
    port = free_port()
    words = command("demo", "--json", "--port", str(port), "--instance", str(instance))
    with subprocess.Popen(words, stdout=subprocess.PIPE) as demo:
        try:
            assert demo.stdout is not None  # for mypy: a pipe was asked for
            links = json.loads(demo.stdout.readline())
            wait_until(lambda: answers(port), seconds=60, what="the sample forum")
            event = links["public_url"].replace(ENGLISH, TRADITIONAL, 1)
            with looking(browser, PHONE, "zh-HK", dots=2) as page:
                page.goto(event, wait_until="networkidle")
                save(page, "event-on-a-phone")
            with looking(browser, DESK, "en-GB") as page:
                page.goto(links["organiser_url"])
                with page.expect_navigation():
                    page.click("main form button[type=submit]")
                home = urljoin(event, f"/manage/{links['event']}/")
                page.goto(home, wait_until="networkidle")
                save(page, "organiser-home")
        finally:
            end(demo)


@contextmanager
def looking(browser: Browser, size: ViewportSize, locale: str, *, dots: int = 1) -> Iterator[Page]:
    """Give a page as somebody in Hong Kong sees it, with `dots` of the picture to its pixel."""
    zone = "Asia/Hong_Kong"
    with browser.new_context(
        viewport=size, device_scale_factor=dots, locale=locale, timezone_id=zone
    ) as context:
        yield context.new_page()


def save(page: Page, name: str) -> None:
    """Save what the window shows, and say how large the file is."""
    file = PICTURES / f"{name}.png"
    file.write_bytes(small(page.screenshot(animations="disabled")))
    sys.stdout.write(f"{file.name}: {file.stat().st_size / 1000:.0f} kB\n")


def small(taken: bytes) -> bytes:
    """Return a PNG of at most LARGEST bytes, with as many colours as that allows."""
    picture = Image.open(BytesIO(taken)).convert("RGB")
    for colours in COLOURS:
        drawn = BytesIO()
        reduced = picture.quantize(colours, method=Image.Quantize.MEDIANCUT)
        reduced.save(drawn, "PNG", optimize=True)
        if drawn.tell() <= LARGEST:
            return drawn.getvalue()
    message = f"a picture has more than {LARGEST} bytes even in {COLOURS[-1]} colours"
    raise TooLarge(message)


if __name__ == "__main__":
    sys.exit(main())
