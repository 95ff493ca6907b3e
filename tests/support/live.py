"""A live Forum in processes of its own, served as an operator would."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from forum.settings import PREFIX, Settings
from tests.support.ground import running


@dataclass(frozen=True)
class LiveForum:
    """A running Forum: its address, and the settings it runs with."""

    url: str
    settings: Settings
    pid: int


def environment_of(settings: Settings) -> dict[str, str]:
    """Return the variables that give a new process these settings and no others."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    given = {
        "BASE_URL": settings.base_url,
        "DATABASE_URL": settings.database_url,
        "INSTANCE": str(settings.instance),
        "MAIL_FROM": settings.mail_from,
        "REDIS_URL": settings.redis_url,
        "SMTP_URL": settings.smtp_url,
    }
    return inherited | {PREFIX + name: value for name, value in given.items() if value}


def command(*words: str) -> list[str]:
    """Return the words that start the `forum` command with this Python."""
    return [sys.executable, "-m", "forum", *words]


@contextmanager
def live_forum(settings: Settings, *more: str) -> Iterator[LiveForum]:
    """Run `forum serve` on the port of the base address until the block ends."""
    port = urlsplit(settings.base_url).port or 80
    words = command("serve", "--port", str(port), *more)
    log = settings.instance / "served.log"
    environment = environment_of(settings)
    with running(words, port=port, log=log, environment=environment) as process:
        yield LiveForum(settings.base_url, settings, process.pid)
