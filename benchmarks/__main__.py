"""Measures Forum beside a bare page and the database itself, prints one table, judges the gates."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

from benchmarks import ground, memory, visits
from benchmarks.client import NewVisit, Outcome, run
from benchmarks.ground import Bare, Ground
from benchmarks.personal_feeds import measure_feeds
from benchmarks.programme import measure_programme
from benchmarks.registrations_list import measure_list
from benchmarks.replay import catch, replay
from benchmarks.sample import ticket_codes
from benchmarks.table import BARE, Gate, Sheet, printed
from tests.support.live import LiveForum
from tests.support.postgres import postgres

CROWDS = (1, 8, 32)
JUDGED_AT = 32
WRITERS = 8
LEAST_OF_BARE = {"SQLite": 0.6, "PostgreSQL": 0.4}
MOST_STATEMENTS = 12
LEAST_REGISTRATIONS = 100.0
# A server of one's own, with what it does for safety left on.
DURABLE = ("max_connections=200",)


@dataclass(frozen=True)
class Effort:
    """How long to measure: rounds of each pair, seconds of each turn, visits that write.

    `lists_guests` says that the list of 100,000 guests is filled and asked too.
    """

    rounds: int
    seconds: float
    writes: int
    lists_guests: bool


FULL = Effort(rounds=7, seconds=2.0, writes=300, lists_guests=True)
QUICK = Effort(rounds=3, seconds=0.5, writes=100, lists_guests=False)


def main() -> int:
    """Measure on each database there is; return 1 when a gate is missed."""
    reader = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    reader.add_argument("--quick", action="store_true", help="a short run, for a first impression")
    reader.add_argument("--only", choices=("sqlite", "postgresql"), help="one database alone")
    chosen = reader.parse_args()
    effort = QUICK if chosen.quick else FULL
    with tempfile.TemporaryDirectory(prefix="forum-bench-") as name:
        folder = Path(name)
        sheets = [measure(one, folder, effort) for one in grounds(folder, chosen.only)]
    print(printed(sheets, CROWDS))
    missed = [gate for sheet in sheets for gate in sheet.gates if not gate.held]
    for gate in missed:
        print(f"MISSED  {gate.says}")
    return 1 if missed or not sheets else 0


def grounds(folder: Path, only: str | None) -> Iterator[Ground]:
    """Give each database that this machine has, filled."""
    if only != "postgresql":
        yield ground.on_sqlite(folder / "sqlite")
    if only == "sqlite":
        return
    with postgres(DURABLE) as server:
        if server is None:
            print("There is no PostgreSQL here: it is left out.", file=sys.stderr)
        else:
            yield ground.on_postgres(folder / "postgresql", server)


def measure(on: Ground, folder: Path, effort: Effort) -> Sheet:
    """Measure everything on one database."""
    sheet = Sheet(on.name)
    with both(on, folder) as (bare, forum):
        port = urlsplit(forum.url).port or 0
        read(sheet, bare, port, on, effort)
        write(sheet, port, on, forum, effort)
        sheet.memory = memory.of_web_workers(forum.pid)
        sheet.bare_memory = memory.of_web_workers(bare.pid)
    judge(sheet)
    say(f"{sheet.name}: a programme of a thousand sessions")
    programme = measure_programme(on, folder)
    sheet.programme = programme.row
    sheet.gates += programme.gates(sheet.name)
    say(f"{sheet.name}: a thousand guests' own calendars")
    polled = measure_feeds(on)
    sheet.calendars = polled.row
    sheet.gates += polled.gates(sheet.name)
    if effort.lists_guests:
        say(f"{sheet.name}: a list of a hundred thousand guests")
        listed = measure_list(on)
        sheet.guests = listed.row
        sheet.gates += listed.gates(sheet.name)
    return sheet


@contextmanager
def both(on: Ground, folder: Path) -> Iterator[tuple[Bare, LiveForum]]:
    """Run the bare page and Forum side by side."""
    with ExitStack() as stack:
        yield stack.enter_context(ground.bare(folder)), stack.enter_context(on.forum())


def read(sheet: Sheet, bare: Bare, port: int, on: Ground, effort: Effort) -> None:
    """Measure what is only read: each round asks every one in turn, the bare page first."""
    page, feed = on.sample.page, on.sample.feed
    turns: dict[str, tuple[int, NewVisit]] = {
        BARE: (bare.port, visits.look(bare.port, "/")),
        "event page": (port, visits.look(port, page)),
        "event page, 304": (port, visits.look_again(port, page)),
        "feed": (port, visits.look(port, feed)),
        "feed, 304": (port, visits.look_again(port, feed)),
    }
    lines = {name: sheet.line(name) for name in turns}
    for where, visit in turns.values():
        run(where, visit, clients=max(CROWDS), seconds=effort.seconds / 4)
    for crowd in CROWDS:
        rounds = effort.rounds if crowd == JUDGED_AT else max(2, effort.rounds // 2)
        for number in range(rounds):
            say(f"{sheet.name}: pages, {crowd} clients, round {number + 1} of {rounds}")
            rates: dict[str, float] = {}
            for name, (where, visit) in turns.items():
                outcome = run(where, visit, clients=crowd, seconds=effort.seconds)
                lines[name].at.setdefault(crowd, Outcome()).add(outcome)
                rates[name] = outcome.rate
            if crowd == JUDGED_AT:
                for name, rate in rates.items():
                    lines[name].ratios.append(rate / rates[BARE])


def write(sheet: Sheet, port: int, on: Ground, forum: LiveForum, effort: Effort) -> None:
    """Measure what is written, beside the same statements sent by hand."""
    with on.app() as app:
        caught = catch(app, on.sample, effort.writes)
    sheet.statements = caught.statements_of_a_registration
    sheet.scan_statements = caught.statements_of_a_scan
    registration, scan = sheet.line("registration"), sheet.line("scan")
    crowds = [1, 32, *([WRITERS] * max(2, effort.rounds // 2))]
    own = [replay(on.fresh_url(), caught) for _ in crowds]
    register = visits.register(port, on.sample.form)
    run(port, register, clients=WRITERS, visits=2 * WRITERS)
    for crowd, (rate, _) in zip(crowds, own, strict=True):
        say(f"{sheet.name}: registrations, {crowd} clients")
        outcome = run(port, register, clients=crowd, visits=effort.writes)
        registration.take(crowd, outcome, own=rate, judged=crowd == WRITERS)
    with on.app(forum.settings) as app, app.app_context():
        codes = iter(ticket_codes())
    for crowd, (_, rate) in zip(crowds, own, strict=True):
        say(f"{sheet.name}: scans, {crowd} clients")
        some = [next(codes) for _ in range(effort.writes)]
        scanning = visits.scan(port, on.sample.phones, some)
        outcome = run(port, scanning, clients=crowd, visits=effort.writes)
        scan.take(crowd, outcome, own=rate, judged=crowd == WRITERS)


def judge(sheet: Sheet) -> None:
    """Hold what was measured against what is promised."""
    least = LEAST_OF_BARE[sheet.name]
    for line in sheet.lines:
        if line.name not in {BARE, "registration", "scan"}:
            ratio = median(line.ratios)
            says = f"{sheet.name}: {line.name} at {ratio:.2f} of the bare page, at least {least}"
            sheet.gates.append(Gate(says, held=ratio >= least))
    rate = sheet.line("registration").at[WRITERS].rate
    says = f"{sheet.name}: {rate:.0f} registrations a second, at least {LEAST_REGISTRATIONS:.0f}"
    sheet.gates.append(Gate(says, held=rate >= LEAST_REGISTRATIONS))
    says = f"{sheet.name}: {sheet.statements} statements a registration, at most {MOST_STATEMENTS}"
    sheet.gates.append(Gate(says, held=sheet.statements <= MOST_STATEMENTS))


def say(sentence: str) -> None:
    """Tell how far it is, where somebody watches."""
    if sys.stderr.isatty():
        print(f"\r\033[K{sentence}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
