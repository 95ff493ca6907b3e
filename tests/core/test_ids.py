"""Identities: in the order they were made within a process, and never the same in two."""

from __future__ import annotations

import os
import threading
import time
from itertools import pairwise
from uuid import UUID

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from forum.core import ids
from forum.core.ids import uuid7

MANY = 20_000
BYTES = 16
forks = pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")


@pytest.fixture(autouse=True)
def own_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave no time that ran ahead to the tests that follow."""
    monkeypatch.setattr(ids, "_slices", ids._Slices())


def milliseconds(one: UUID) -> int:
    return one.int >> 80


def test_an_identity_says_version_seven_and_the_time_it_was_made():
    before = time.time_ns() // 1_000_000
    made = uuid7()
    assert before <= milliseconds(made) <= time.time_ns() // 1_000_000
    assert (made.version, made.variant) == (7, "specified in RFC 4122")


def test_identities_made_one_after_the_other_stand_in_that_order():
    made = [uuid7() for _ in range(MANY)]
    assert all(one < two for one, two in pairwise(made))


def test_they_do_so_while_the_clock_stands_still():
    with time_machine.travel(1_800_000_000, tick=False):
        made = [uuid7() for _ in range(MANY)]
    assert all(one < two for one, two in pairwise(made))
    assert milliseconds(made[-1]) - milliseconds(made[0]) <= MANY // 4096 + 1


@settings(deadline=None, max_examples=60)
@given(moments=st.lists(st.integers(0, 10**12), min_size=2, max_size=40))
def test_they_do_so_wherever_the_clock_jumps(moments: list[int]):
    slices = ids._Slices()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ids, "_slices", slices)
        made = []
        for moment in moments:
            patch.setattr(time, "time_ns", lambda moment=moment: moment * 10**6)
            made.append(uuid7())
    assert all(one < two for one, two in pairwise(made))
    assert all(one.version == 7 for one in made)


def test_threads_side_by_side_each_get_theirs_in_order_and_none_twice():
    made: list[list[UUID]] = [[] for _ in range(8)]
    begin = threading.Barrier(len(made))

    def _make(mine: list[UUID]) -> None:
        begin.wait()
        mine.extend(uuid7() for _ in range(MANY // 8))

    crowd = [threading.Thread(target=_make, args=(mine,)) for mine in made]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    assert all(one < two for mine in made for one, two in pairwise(mine))
    slices = {one.int >> 64 for mine in made for one in mine}
    assert len(slices) == MANY


@forks
def test_two_processes_forked_at_one_instant_make_none_that_is_the_same():
    with time_machine.travel(1_800_000_000, tick=False):
        uuid7()
        first, second = forked(), forked()
        own = [uuid7() for _ in range(2_000)]
    together = {*read(*first), *read(*second), *own}
    assert len(together) == 6_000


@forks
def test_a_child_forked_while_another_thread_makes_one_is_not_held_up():
    with ids._slices._lock:
        child = forked(1)
    (made,) = read(*child)
    assert made.version == 7


def forked(number: int = 2_000) -> tuple[int, int]:
    """Fork a child that makes so many; return its id and where it writes them."""
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        return child, reading
    try:
        os.write(writing, b"".join(uuid7().bytes for _ in range(number)))
    finally:
        os._exit(0)


def read(child: int, reading: int) -> list[UUID]:
    with os.fdopen(reading, "rb") as stream:
        raw = stream.read()
    os.waitpid(child, 0)
    return [UUID(bytes=raw[at : at + BYTES]) for at in range(0, len(raw), BYTES)]
