"""A live Forum in processes of its own, served by the command that operators use."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from forum.server import FORKS
from forum.settings import PREFIX, Settings
from tests.support import forked
from tests.support.ground import await_answer, end, running

PROC = Path("/proc")


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
        "FORM_SECONDS": f"{settings.form_seconds:g}",
        "INSTANCE": str(settings.instance),
        "MAIL_AUTHSERV": settings.mail_authserv,
        "MAIL_BOUNCES": settings.mail_bounces,
        "MAIL_DKIM": settings.mail_dkim,
        "MAIL_DOMAINS": ",".join(settings.mail_domains),
        "MAIL_FROM": settings.mail_from,
        "MAIL_REPLIES": settings.mail_replies,
        "REDIS_URL": settings.redis_url,
        "SMTP_URL": settings.smtp_url,
    }
    return inherited | {PREFIX + name: value for name, value in given.items() if value}


def command(*words: str) -> list[str]:
    """Return the words that start the `forum` command with this Python."""
    return [sys.executable, "-m", "forum", *words]


def processes_below(pid: int) -> dict[int, str]:
    """Return the processes that one has started, and those that these have, with their names."""
    try:
        tasks = list((PROC / f"{pid}/task").iterdir())
        words = " ".join((task / "children").read_text("ascii") for task in tasks).split()
    except (FileNotFoundError, ProcessLookupError):
        return {}
    found = {child: name for child in map(int, words) if (name := name_of(child))}
    for child in list(found):
        found |= processes_below(child)
    return found


def name_of(pid: int) -> str:
    """Return a process's name (`ps -e`); an empty one when it has ended."""
    try:
        state = (PROC / f"{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0]
        return "" if state in "XZ" else (PROC / f"{pid}/comm").read_text("ascii").strip()
    except (FileNotFoundError, ProcessLookupError):
        return ""


@contextmanager
def live_forum(settings: Settings, *more: str) -> Iterator[LiveForum]:
    """Run `forum serve` on the port of the base address until the block ends."""
    port = urlsplit(settings.base_url).port or 80
    words = ("serve", "--port", str(port), *more)
    log = settings.instance / "served.log"
    environment = environment_of(settings)
    if not FORKS:
        with running(command(*words), port=port, log=log, environment=environment) as process:
            yield LiveForum(settings.base_url, settings, process.pid)
        return
    started = forked.start(words, environment=environment, log=log)
    try:
        await_answer(started, "forum serve", port=port, log=log)
        yield LiveForum(settings.base_url, settings, started.pid)
    finally:
        end(started)
