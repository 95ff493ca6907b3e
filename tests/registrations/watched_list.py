"""Takes a long guest list in, in a process of its own, and says what memory that took.

`python -m tests.registrations.watched_list EVENT FILE`: as nothing else ever ran in the process, no
room that something else had left behind hides what the list needs.
"""

from __future__ import annotations

import gc
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from uuid import UUID

from forum.app import create_app
from forum.core.actor import SYSTEM
from forum.core.db import db
from forum.registrations.service import guest_files, taking_in
from forum.registrations.service.guest_previews import preview
from forum.settings import Settings, load
from tests.factories import NOW
from tests.support import databases
from tests.support.live import environment_of

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Taken:
    """What the preview counted, in how many calls the rows went in, and what it took."""

    new: int
    refused: int
    calls: int
    seconds: float
    megabytes: float


def take_in(settings: Settings, event_id: UUID, file_id: UUID) -> Taken:
    """Show and take in a file that was kept, in a new process."""
    done = subprocess.run(
        [sys.executable, "-m", __name__, str(event_id), str(file_id)],
        env=environment_of(settings),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
    )
    return Taken(**json.loads(done.stdout))


def _taken(event_id: UUID, file_id: UUID) -> Taken:
    before, began, calls = _memory("VmRSS"), monotonic(), 1
    shown = preview(guest_files.kept_file(event_id, file_id))
    guest_files.begin(SYSTEM, event_id, file_id, now=NOW)
    while taking_in.take_in_some(file_id, now=NOW, seconds=20):
        db.session.remove()
        calls += 1
    took = monotonic() - began
    return Taken(shown.new, shown.refused, calls, took, _memory("VmHWM") - before)


def _memory(line: str) -> float:
    """Return a figure of this process in megabytes: what it has now, or the most it ever had."""
    said = Path("/proc/self/status").read_text("ascii")
    return int(said.split(f"{line}:")[1].split()[0]) / 1024


def _run(event_id: UUID, file_id: UUID) -> None:
    app = create_app(load())
    gc.collect()
    with app.app_context():
        taken = _taken(event_id, file_id)
    databases.close(app)
    sys.stdout.write(json.dumps(vars(taken)))


if __name__ == "__main__":
    _run(*map(UUID, sys.argv[1:]))
