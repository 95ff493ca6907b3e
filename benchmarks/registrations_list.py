"""The organiser's list of 100,000 guests: searches in every order, turned pages, tabs' counts."""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from statistics import quantiles
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from uuid import UUID

import sqlalchemy as sa

from benchmarks import ground
from benchmarks.table import Gate
from forum.core.db import db
from forum.core.permissions import Role
from forum.registrations.models import Registration
from forum.registrations.rules import RegistrationState
from forum.registrations.rules.listing import Order
from tests.factories import make_event, make_member, make_organisation
from tests.people.signing_in import sign_in
from tests.registrations.many_guests import fill_with_guests
from tests.support.postgres import postgres

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

GUESTS = 100_000
ROUNDS = 5
MOST_SEARCH = 50.0
MOST_PAGE = 100.0
SLUG = "sample-many-guests"
SEARCHES = (
    "chan", "陳", "大文", "陳大文", "chan tai", "tai man chan", "sample", "sample robotics 17",
    "guest.77", "guest.7712@host12.example.com", "host7.example", "nobody at all", "chan wong",
    "jose wong robotics", "示例 陳", "au-yeung", "文", "tai man", "robotics precision", "news 12",
    "c", "u",
)  # fmt: skip
STATES = ("", RegistrationState.PENDING.value)
PAGES: tuple[dict[str, str], ...] = (
    {}, {"state": "confirmed"}, {"state": "pending"}, {"state": "cancelled"}, {"source": "form"},
    {"source": "hand"}, {"inside": "yes"}, {"inside": "no", "state": "waitlisted"}, {"tag": "VIP"},
)  # fmt: skip
_OLDER = re.compile(r"after=([0-9a-f-]{36})")


@dataclass(frozen=True)
class Listed:
    """What was found, in milliseconds a request: of searches, and of pages of everybody.

    `cpu` is what a search took of this process in the middle, and late; a database of its own is
    not in it. `worst` is the search that took longest in the middle of its rounds, and how long
    that was. `pages` are those of everybody, of tabs and of filters: the middle, and late.
    """

    p50: float
    p95: float
    cpu: tuple[float, float]
    by_order: tuple[tuple[str, float], ...]
    pages: tuple[float, float]
    worst: tuple[str, float]

    @property
    def row(self) -> str:
        """All of it in one line."""
        orders = ", ".join(f"{name} {found:.0f}" for name, found in self.by_order)
        return (
            f"search in {GUESTS:,}: p50 {self.p50:.0f} ms, p95 {self.p95:.0f} (by order: {orders};"
            f" worst {self.worst[1]:.0f} for {self.worst[0]}), of the processor"
            f" p50 {self.cpu[0]:.0f}, p95 {self.cpu[1]:.0f}; pages without a search"
            f" p50 {self.pages[0]:.0f}, p95 {self.pages[1]:.0f}"
        )

    def gates(self, name: str) -> list[Gate]:
        """Hold it against what is promised."""
        searched = f"{name}: {self.p95:.0f} ms for 95 of 100 searches, at most {MOST_SEARCH:.0f}"
        turned = f"{name}: {self.pages[1]:.0f} ms for 95 of 100 pages, at most {MOST_PAGE:.0f}"
        return [
            Gate(searched, held=self.p95 <= MOST_SEARCH),
            Gate(turned, held=self.pages[1] <= MOST_PAGE),
        ]


def measure_list(on: ground.Ground) -> Listed:
    """Fill a fresh copy with guests and ask for the page as an organiser's browser does."""
    with on.app() as app:
        return asked_of(*_office(app))


def asked_of(client: FlaskClient, code: str) -> Listed:
    """Ask for the page by everything that is searched for, and turn pages."""
    ways = list(product((*SEARCHES, code, code[4:]), STATES, (one.value for one in Order)))
    for search, state, order in ways[:: len(ways) // 8]:
        _milliseconds(client, q=search, state=state, order=order)
    took: dict[tuple[str, str, str], list[float]] = {way: [] for way in ways}
    cpu: list[float] = []
    for _ in range(ROUNDS):
        for search, state, order in ways:
            before = time.process_time()
            one = _milliseconds(client, q=search, state=state, order=order)
            cpu.append((time.process_time() - before) * 1000)
            took[search, state, order].append(one)
    turns = list(product(PAGES, Order))
    pages = [one for asked, order in turns for one in _turned(client, order, asked)]
    every = sorted(one for some in took.values() for one in some)
    by_order = {
        order.value: [one for way, some in took.items() if way[2] == order for one in some]
        for order in Order
    }
    worst = max(took, key=lambda way: _middle(took[way]))
    return Listed(
        _middle(every),
        _late(every),
        (_middle(cpu), _late(cpu)),
        tuple((name, _late(some)) for name, some in by_order.items()),
        (_middle(pages), _late(pages)),
        (" ".join(part for part in worst if part), _middle(took[worst])),
    )


def _office(app: Flask) -> tuple[FlaskClient, str]:
    """Fill an event, and sign a registrar in; return the browser and somebody's reference."""
    client = app.test_client()
    with app.app_context():
        organisation = make_organisation()
        event_id: UUID = make_event(organisation, slug=SLUG).id
        fill_with_guests(event_id, GUESTS)
        _learn_what_is_there()
        code = db.session.scalar(
            sa.select(Registration.code).where(Registration.event_id == event_id).limit(1)
        )
        sign_in(client, make_member(organisation, Role.REGISTRAR))
    return client, str(code)


def _turned(client: FlaskClient, order: Order, asked: dict[str, str]) -> Iterator[float]:
    """Turn some pages of everybody, or of those in a tab or a filter."""
    after = ""
    for _ in range(ROUNDS):
        way = {**asked, "order": order.value, "after": after}
        yield _milliseconds(client, **way)
        found = _OLDER.search(client.get(_address(**way)).text)
        after = found[1] if found else ""


def _milliseconds(client: FlaskClient, **asked: str) -> float:
    address = _address(**asked)
    began = time.perf_counter()
    answer = client.get(address)
    took = (time.perf_counter() - began) * 1000
    if answer.status_code != 200:  # noqa: PLR2004 - the page must be there
        message = f"{address} answered {answer.status_code}"
        raise RuntimeError(message)
    return took


def _address(**asked: str) -> str:
    said = urlencode({name: value for name, value in asked.items() if value})
    return f"/manage/{SLUG}/registrations?{said}"


def _middle(some: list[float]) -> float:
    return quantiles(some, n=2)[0]


def _late(some: list[float]) -> float:
    return quantiles(some, n=100)[94]


def _learn_what_is_there() -> None:
    """Let the database count what is in its tables, as it does by itself within a minute."""
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if db.engine.dialect.name == "postgresql":
            connection.execute(sa.text("VACUUM ANALYZE"))


def main() -> int:
    """Measure on each database there is, and print what was found."""
    reader = argparse.ArgumentParser(prog="python -m benchmarks.registrations_list")
    reader.add_argument("--only", choices=("sqlite", "postgresql"), help="one database alone")
    only = reader.parse_args().only
    gates: list[Gate] = []
    with tempfile.TemporaryDirectory(prefix="forum-bench-") as name:
        folder = Path(name)
        if only != "postgresql":
            gates += _measured(ground.on_sqlite(folder / "sqlite"))
        if only != "sqlite":
            with postgres(("max_connections=200",)) as server:
                if server is not None:
                    gates += _measured(ground.on_postgres(folder / "postgresql", server))
    return 0 if all(gate.held for gate in gates) else 1


def _measured(on: ground.Ground) -> list[Gate]:
    listed = measure_list(on)
    print(f"{on.name}: {listed.row}", flush=True)
    return listed.gates(on.name)


if __name__ == "__main__":
    sys.exit(main())
