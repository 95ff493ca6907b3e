"""A thousand guests' own calendars, asked for by their clients: what that costs of a core."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import sqlalchemy as sa

from benchmarks import ground
from benchmarks.client import NewVisit, Outcome, Visit, expect, header, request, run
from benchmarks.table import Gate
from forum.calendar.models import PersonalFeed
from forum.calendar.queries.personal import token_of
from forum.calendar.rules import own_feed_path
from forum.calendar.rules.personal import FeedKind
from forum.core import clock
from forum.core.db import db, writing
from forum.core.ids import uuid7
from forum.programme.models import Session
from forum.registrations.models import Registration, Star
from forum.registrations.rules import RegistrationState
from tests.registrations.many_guests import fill_with_guests
from tests.support.live import processes_below
from tests.support.postgres import postgres

FEEDS = 1_000
STARS = 6
CLIENTS = 8
SECONDS = 5.0
AN_HOUR = 200_000
"""So many calendars, each looking once an hour."""

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Cost:
    """What questions of one kind came to: how many a second, and seconds of CPU for each."""

    name: str
    rate: float
    cpu: float

    @property
    def of_a_core(self) -> float:
        """The share of one core that all calendars of an hour take."""
        return self.cpu * AN_HOUR / 3600

    @property
    def row(self) -> str:
        """All of it in one phrase."""
        return (
            f"{self.name} {self.rate:,.0f} a second, {self.cpu * 1000:.1f} ms of CPU,"
            f" {self.of_a_core:.2f} of a core"
        )


@dataclass(frozen=True)
class Polled:
    """What was found: a first reading, one that finds nothing new, one that asks for all anew."""

    costs: tuple[Cost, ...]

    @property
    def row(self) -> str:
        """All of it in one line."""
        return f"{AN_HOUR:,} an hour: " + "; ".join(cost.row for cost in self.costs)

    def gates(self, name: str) -> list[Gate]:
        """Hold it against what is promised: below one core, whatever they ask."""
        return [
            Gate(
                f"{name}: {AN_HOUR:,} own calendars an hour, {cost.name}:"
                f" {cost.of_a_core:.2f} of a core, less than 1",
                held=cost.of_a_core < 1,
            )
            for cost in self.costs
        ]


def measure_feeds(on: ground.Ground) -> Polled:
    """Give guests their calendars, and ask a Forum started by `forum serve` for them."""
    with on.forum() as server:
        port = urlsplit(server.url).port or 0
        with on.app(server.settings) as app, app.app_context():
            paths = _feeds(on.sample.event_id)
        tags: dict[str, bytes] = {}
        first = _measured("first", server.pid, port, _reads(port, paths, tags), visits=len(paths))
        again = _measured("304", server.pid, port, _knows(port, tags))
        anew = _measured("200", server.pid, port, _reads(port, paths, {}))
        return Polled((first, again, anew))


def _measured(name: str, supervisor: int, port: int, visit: NewVisit, visits: int = 0) -> Cost:
    before = _cpu(supervisor)
    outcome: Outcome = run(
        port, visit, clients=CLIENTS, seconds=0 if visits else SECONDS, visits=visits
    )
    return Cost(name, outcome.rate, (_cpu(supervisor) - before) / len(outcome.took))


def _cpu(supervisor: int) -> float:
    """Return the seconds of CPU that a server and all its processes have used."""
    return sum(_cpu_of(pid) for pid in (supervisor, *processes_below(supervisor)))


def _cpu_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _reads(port: int, paths: list[str], tags: dict[str, bytes]) -> NewVisit:
    turns = cycle(paths)

    def _visit() -> Visit:
        path = next(turns)
        answer = yield request("GET", path, port, "User-Agent: Google-Calendar-Importer")
        expect(answer, 200)
        tags[path] = header(answer, b"etag")

    return _visit


def _knows(port: int, tags: dict[str, bytes]) -> NewVisit:
    turns = cycle(tags.items())

    def _visit() -> Visit:
        path, tag = next(turns)
        agent = "User-Agent: Google-Calendar-Importer"
        answer = yield request("GET", path, port, agent, f"If-None-Match: {tag.decode()}")
        expect(answer, 304)

    return _visit


def _feeds(event_id: UUID) -> list[str]:
    """Give guests of an event stars and a calendar each; return the addresses."""
    fill_with_guests(event_id, FEEDS + FEEDS // 4)
    now = clock.now()
    with writing() as session:
        guests = session.scalars(
            sa.select(Registration.id)
            .where(
                Registration.event_id == event_id,
                Registration.state == RegistrationState.CONFIRMED,
            )
            .limit(FEEDS)
        ).all()
        sessions = session.scalars(
            sa.select(Session.id).where(Session.event_id == event_id).limit(STARS)
        ).all()
        session.execute(
            sa.insert(Star),
            [
                {"registration_id": guest, "session_id": one, "starred_at": now}
                for guest in guests
                for one in sessions
            ],
        )
        session.execute(
            sa.insert(PersonalFeed),
            [
                {
                    "id": uuid7(),
                    "kind": FeedKind.AGENDA,
                    "holder_id": guest,
                    "lang": "en",
                    "created_at": now,
                }
                for guest in guests
            ],
        )
    feeds = db.session.scalars(sa.select(PersonalFeed).order_by(PersonalFeed.id))
    return [own_feed_path(token_of(feed), "sample") for feed in feeds]


def main() -> int:
    """Measure on each database there is; return 1 when a gate is missed."""
    reader = argparse.ArgumentParser(prog="python -m benchmarks.personal_feeds")
    reader.add_argument("--only", choices=("sqlite", "postgresql"), help="one database alone")
    chosen = reader.parse_args()
    gates: list[Gate] = []
    with tempfile.TemporaryDirectory(prefix="forum-bench-") as name:
        for on in _grounds(Path(name), chosen.only):
            found = measure_feeds(on)
            print(f"{on.name}  {found.row}")
            gates += found.gates(on.name)
    missed = [gate for gate in gates if not gate.held]
    for gate in missed:
        print(f"MISSED  {gate.says}")
    print(f"{len(gates) - len(missed)} of {len(gates)} gates held.")
    return 1 if missed or not gates else 0


def _grounds(folder: Path, only: str | None) -> Iterator[ground.Ground]:
    if only != "postgresql":
        yield ground.on_sqlite(folder / "sqlite")
    if only == "sqlite":
        return
    with postgres(("max_connections=200",)) as server:
        if server is None:
            print("There is no PostgreSQL here: it is left out.", file=sys.stderr)
        else:
            yield ground.on_postgres(folder / "postgresql", server)


if __name__ == "__main__":
    sys.exit(main())
