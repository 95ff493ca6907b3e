"""What web workers hold in memory, as Linux counts it."""

from __future__ import annotations

from pathlib import Path

from tests.support.live import processes_below

PROC = Path("/proc")
OURS, SPAWNED = "forum-web", b"spawn_main"
"""A worker that was forked from what was loaded once, and one of a server that loads for each."""


def of_web_workers(supervisor: int) -> list[float]:
    """Return the MB that each web worker of a server has to itself, shared pages by their share."""
    below = processes_below(supervisor).items()
    return [_megabytes(pid) for pid, name in below if name == OURS or SPAWNED in _words(pid)]


def _words(pid: int) -> bytes:
    return (PROC / str(pid) / "cmdline").read_bytes()


def _megabytes(pid: int) -> float:
    rollup = (PROC / str(pid) / "smaps_rollup").read_text("ascii")
    line = next(line for line in rollup.splitlines() if line.startswith("Pss:"))
    return int(line.split()[1]) / 1024
