"""Whoever waits to write gets a turn: threads, processes, and those behind a process that died."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from itertools import pairwise
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from forum.core.turns import Turns

PATIENCE = 20
WRITES = 60
THREADS = 4
SPAWN = multiprocessing.get_context("spawn")


def write_often(file: str, name: str, begin: Any) -> None:
    """Write one letter a turn, as a busy process with several threads does."""
    turns, left = Turns(file), list(range(WRITES))

    def _write() -> None:
        while left:
            with turns.turn(PATIENCE):
                if left:
                    left.pop()
                    with Path(file).open("a", encoding="ascii") as stream:
                        stream.write(name)
                    sum(range(30_000))

    begin.wait(PATIENCE)
    crowd = [threading.Thread(target=_write) for _ in range(THREADS)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()


def hold(file: str, held: Any) -> None:
    with Turns(file).turn(PATIENCE):
        held.set()
        threading.Event().wait()


@pytest.fixture
def file(tmp_path: Path) -> str:
    return str(tmp_path / "sample.sqlite3")


@pytest.mark.alone
def test_two_busy_processes_write_in_turn_and_never_together(file: str):
    begin = SPAWN.Barrier(2)
    both = [SPAWN.Process(target=write_often, args=(file, name, begin)) for name in "ab"]
    for one in both:
        one.start()
    for one in both:
        one.join(60)
    order = Path(file).read_text("ascii")
    assert sorted(order) == sorted("a" * WRITES + "b" * WRITES)
    together = order[: min(order.rindex("a"), order.rindex("b"))]
    changes = sum(before != after for before, after in pairwise(together))
    assert changes > len(together) / 4


def test_a_process_that_is_killed_in_its_turn_holds_up_nobody(file: str):
    held = SPAWN.Event()
    holder = SPAWN.Process(target=hold, args=(file, held))
    holder.start()
    assert held.wait(PATIENCE)
    assert holder.pid
    os.kill(holder.pid, signal.SIGKILL)
    holder.join(PATIENCE)
    began = monotonic()
    with Turns(file).turn(PATIENCE):
        assert monotonic() - began < PATIENCE / 2


def test_whoever_has_waited_long_enough_goes_on_all_the_same(file: str):
    held = SPAWN.Event()
    holder = SPAWN.Process(target=hold, args=(file, held))
    holder.start()
    try:
        assert held.wait(PATIENCE)
        began = monotonic()
        with Turns(file).turn(0.2):
            assert monotonic() - began >= 0.2
    finally:
        holder.kill()
        holder.join()


def test_a_folder_that_takes_no_file_stops_nobody(tmp_path: Path):
    with Turns(str(tmp_path / "missing" / "sample.sqlite3")).turn(PATIENCE):
        assert not (tmp_path / "missing").exists()
