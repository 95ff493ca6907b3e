"""What web workers hold in memory, as Linux counts it."""

from __future__ import annotations

from pathlib import Path

PROC = Path("/proc")
WEB_WORKER = b"spawn_main"


def of_web_workers(supervisor: int) -> list[float]:
    """Return the MB that each web worker of a server has to itself, shared pages by their share."""
    return [_megabytes(pid) for pid in _children(supervisor) if WEB_WORKER in _words(pid)]


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for task in (PROC / str(pid) / "task").iterdir():
        found += map(int, (task / "children").read_text("ascii").split())
    return found


def _words(pid: int) -> bytes:
    return (PROC / str(pid) / "cmdline").read_bytes()


def _megabytes(pid: int) -> float:
    rollup = (PROC / str(pid) / "smaps_rollup").read_text("ascii")
    line = next(line for line in rollup.splitlines() if line.startswith("Pss:"))
    return int(line.split()[1]) / 1024
