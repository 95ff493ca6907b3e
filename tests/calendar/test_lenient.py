"""Strangers' files, broken as a whole: each event that can be read is, at an even cost."""

from __future__ import annotations

import re
from collections.abc import Callable
from time import thread_time

import pytest

from forum.calendar.lenient import only_events, parts_of, text_of, words_of

BROKEN = "BEGIN:VCALENDAR\nEND:VCALENDAR\nEND:VCALENDAR\n"
FEW, TIMES = 1_000, 8
MOST_GROWTH = 3 * TIMES
"""Eight times as long a file takes eight times as long; where it took 64, it would show."""


def event(title: str) -> str:
    return f"BEGIN:VEVENT\nUID:{title}\nSUMMARY:{title}\nEND:VEVENT\n"


def titles(text: str) -> list[str]:
    return [words_of(one, "SUMMARY") for one in parts_of(text_of(text.encode()), "VEVENT")]


def least_work(act: Callable[[], object]) -> float:
    """Return how long this thread was at work, undisturbed at least once."""
    spent = []
    for _ in range(5):
        begun = thread_time()
        act()
        spent.append(thread_time() - begun)
    return min(spent)


@pytest.mark.parametrize("line", ["BEGIN:VEVENT\n", "END:VEVENT\n", "BEGIN:VEVEN\n"])
@pytest.mark.parametrize(
    "read",
    [
        lambda text: list(parts_of(text, "VEVENT")),
        lambda text: only_events(text, re.compile("^DTSTART")),
    ],
    ids=["parts_of", "only_events"],
)
def test_a_longer_file_takes_longer_by_as_much_and_no_more(
    read: Callable[[str], object], line: str
) -> None:
    short, long = (text_of((BROKEN + line * number).encode()) for number in (FEW, FEW * TIMES))
    assert least_work(lambda: read(long)) < MOST_GROWTH * least_work(lambda: read(short))


def test_an_event_without_an_end_takes_no_other_with_it() -> None:
    unended = "BEGIN:VEVENT\nUID:0\nSUMMARY:Cut off\n"
    text = BROKEN + event("First") + unended + event("Second") + "END:VEVENT\n" + event("Third")
    assert titles(text) == ["First", "Second", "Third"]


def test_events_that_are_not_wanted_are_taken_out_and_all_else_stays() -> None:
    text = text_of((BROKEN + event("1") + event("2") + "X-A:b\n" + event("3")).encode())
    kept = only_events(text, re.compile("(?m)^SUMMARY:[13]"))
    assert kept == text.replace(text_of(event("2").encode()), "")
    assert only_events(text, re.compile("nowhere")) == text_of((BROKEN + "X-A:b\n").encode())
