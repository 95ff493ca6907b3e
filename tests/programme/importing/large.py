"""A programme of a thousand sessions, and the command that imports it, watched from outside."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from forum.settings import Settings
from tests.programme.importing import files
from tests.support.live import command, environment_of

SESSIONS = 1000
A_DAY = 250
LONG = "A paragraph of plain words, as long as they are in real programmes. " * 40


def big_file() -> bytes:
    """Return a frab file: four days, 25 rooms, long texts, 900 speakers."""
    return files.frab_xml(
        *(
            files.frab_event(
                guid=f"g{number}",
                id=number,
                title=f"Sample session {number}",
                abstract=LONG,
                description=f"<p>{LONG}</p>",
                date=f"2026-12-{8 + number // A_DAY:02}T{9 + number % A_DAY // 25:02}:00:00+08:00",
                room=f"Room {number % 25}",
                track=f"Track {number % 12}",
                persons=[
                    {"id": one, "public_name": f"Sample Speaker {one}"}
                    for one in (number, number * 7 % 900)
                ],
            )
            for number in range(SESSIONS)
        )
    )


WATCHED = """
import json, os, sys
words = sys.argv[1:]
quiet = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
child = os.posix_spawn(words[0], words, os.environ, file_actions=quiet)
_, status, used = os.wait4(child, 0)
code = os.waitstatus_to_exitcode(status)
print(json.dumps([code, used.ru_utime + used.ru_stime, used.ru_maxrss]))
"""
"""Linux counts the memory of whoever starts a process as the process's own, so a small one does."""


@dataclass(frozen=True, order=True)
class Cost:
    """What a command took: seconds of CPU, seconds on the wall, megabytes at most."""

    cpu: float
    wall: float
    megabytes: float


def imported(file: Path, title: str, settings: Settings) -> Cost:
    """Import a file as a published event by `forum event import`."""
    words = command("event", "import", str(file), "--title", title, "--publish", "--json")
    began = time.perf_counter()
    said = subprocess.run(
        [sys.executable, "-I", "-c", WATCHED, *words],
        env=environment_of(settings),
        stdout=subprocess.PIPE,
        check=True,
    ).stdout
    wall = time.perf_counter() - began
    code, seconds, most = json.loads(said)
    if code:
        message = f"the import ended with {code}"
        raise RuntimeError(message)
    return Cost(seconds, wall, most / (1024 if sys.platform == "linux" else 1024 * 1024))
