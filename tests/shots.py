"""Takes the README's pictures of the sample forum: `make shots` writes docs/pictures/*.png."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, ViewportSize

from tests.support.browser import DESK, PHONE, Camera, chromium
from tests.support.ground import answers, end, free_port, wait_until
from tests.support.live import command

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
LANGUAGE = "/en/"


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
            public = links["public_url"]
            take(browser, "event", public, DESK)
            take(browser, "event-phone-zh", public.replace(LANGUAGE, "/zh-hant/", 1), PHONE)
            take(browser, "manage", links["organiser_url"], DESK, press="form button[type=submit]")
        finally:
            end(demo)


def take(
    browser: Browser, name: str, url: str, size: ViewportSize, *, press: str | None = None
) -> None:
    """Save one page as it first shows, after pressing a button where one is named."""
    with browser.new_context(viewport=size, device_scale_factor=2) as context:
        page = context.new_page()
        page.goto(url)
        if press:
            page.click(press)
            page.wait_for_load_state()
        file = PICTURES / f"{name}.png"
        page.screenshot(path=file, animations="disabled")
        sys.stdout.write(f"{file.name}\n")


if __name__ == "__main__":
    sys.exit(main())
