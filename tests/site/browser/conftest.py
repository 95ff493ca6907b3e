"""A browser before the public pages, in this process and its time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from forum.settings import Settings
from tests.support.browser import PHONE, quiet_page
from tests.support.databases import settings_for
from tests.support.ground import free_port

Opener = Callable[..., "contextmanager[Page]"]


@pytest.fixture
def settings(instance: Path, database_url: str) -> Settings:
    """Settings with a port of their own, for a server in this process and its time."""
    return settings_for(instance, database_url, base_url=f"http://127.0.0.1:{free_port()}")


@pytest.fixture
def opened(app: Flask, settings: Settings, browser: Browser) -> Iterator[Opener]:
    """Open a page the size of a phone that must not complain: `with opened() as page: …`."""
    port = urlsplit(settings.base_url).port or 0
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()

    @contextmanager
    def open_page(**choices: Any) -> Iterator[Page]:
        given = {"viewport": PHONE, "timezone_id": "Asia/Hong_Kong", "locale": "en-GB", **choices}
        context = browser.new_context(base_url=settings.base_url, **given)
        with quiet_page(context) as page:
            yield page
        context.close()

    yield open_page
    server.shutdown()
    thread.join()
    server.server_close()
