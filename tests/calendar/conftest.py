"""What the calendar's tests share: one ical.js and its like for them all."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.calendar.readers import Reader, ical_js, node_readers
from tests.support.front_end import FrontEnd


@pytest.fixture(scope="session")
def by_ical_js(node_front_end: FrontEnd) -> Iterator[Reader]:
    """Read with ical.js in one Node process."""
    with ical_js(node_front_end) as reader:
        yield reader


@pytest.fixture(scope="session")
def by_node(node_front_end: FrontEnd) -> Iterator[dict[str, Reader]]:
    """Read with further readers in one Node process, by their names."""
    with node_readers(node_front_end) as readers:
        yield readers
