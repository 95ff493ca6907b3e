"""What the tests of public pages share: the moment, and a counter of statements."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from forum.core.db import db
from tests.factories import NOW

Counting = Callable[[], "contextmanager[list[str]]"]


@pytest.fixture(autouse=True)
def _the_moment() -> Iterator[None]:
    """It is a Sunday afternoon, two weeks before the sample event."""
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def reads(in_app: Flask) -> Callable[[], object]:
    """Collect the SELECT statements of a block: `with reads() as seen: …`."""

    @contextmanager
    def collect() -> Iterator[list[str]]:
        seen: list[str] = []

        def note(_connection, _cursor, statement, *_more) -> None:
            if statement.startswith("SELECT"):
                seen.append(statement)

        sa.event.listen(db.engine, "before_cursor_execute", note)
        yield seen
        sa.event.remove(db.engine, "before_cursor_execute", note)

    return collect
