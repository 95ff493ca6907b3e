"""An announcement to 10,000 guests: queued, sent by one worker, while guests look and register."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import sqlalchemy as sa

from benchmarks import ground, visits
from benchmarks.client import NewVisit, Outcome, run
from benchmarks.sink import CALL
from benchmarks.table import Gate
from forum.core import clock
from forum.core.actor import SYSTEM
from forum.core.db import db
from forum.core.text import Text
from forum.events.models import Event
from forum.messaging.models import Announcement, Message
from forum.messaging.rules.announcements import Timing
from forum.messaging.rules.segments import CONFIRMED
from forum.messaging.rules.timing import When
from forum.messaging.service import announcing
from forum.messaging.service.settings import OrganisationMailing, set_organisation_mail
from forum.registrations.models import Registration
from forum.registrations.rules import RegistrationState
from tests.registrations.many_guests import fill_with_guests
from tests.support.ground import free_port, running, wait_until
from tests.support.live import live_forum
from tests.support.postgres import postgres

if TYPE_CHECKING:
    from flask import Flask

    from tests.support.live import LiveForum

GUESTS = 10_000
MOST_QUEUEING = 5.0
MOST_SENDING = 300.0
MOST_SLOWER = 1.5
MOST_NUDGE = 2.0
CROWDS = (1, 8)
ROUNDS, SECONDS = 5, 2.0
NUDGES = 7
LONGEST = 1200.0
WORDS = Text(
    {
        "en": "Dear {name},\n\nCome to **Hall 3** on {date}.\n\nYour page: {link}",
        "zh-Hant": "{name}：\n\n{date}請到**三號禮堂**。\n\n你的頁面：{link}",
    }
)


@dataclass(frozen=True)
class Notes:
    """What the mail server noted."""

    file: Path

    def lines(self) -> list[tuple[float, str]]:
        """Return each moment and what came then."""
        pairs = (line.split(" ", 1) for line in self.file.read_text("ascii").splitlines())
        return [(float(at), what) for at, what in pairs]

    def mails(self) -> list[tuple[float, str]]:
        """Return the mails alone."""
        return [one for one in self.lines() if one[1] != CALL]

    def first_call_after(self, moment: float) -> float | None:
        """Return when the first byte of a mail came after a moment."""
        return next((at for at, what in self.lines() if what == CALL and at >= moment), None)


@dataclass(frozen=True)
class Sent:
    """What was found; seconds, and how many times longer pages took meanwhile by page and crowd."""

    guests: int
    queueing: float
    sending: float
    twice: int
    slower: dict[str, float]
    nudges: list[float]

    @property
    def row(self) -> str:
        """All of it in one line."""
        slower = ", ".join(f"{name} {found:.2f}" for name, found in self.slower.items())
        return (
            f"{self.guests:,} guests: queued in {self.queueing:.1f} s, sent in {self.sending:.0f} s"
            f" ({self.guests / self.sending:.0f} a second), twice {self.twice}; pages meanwhile"
            f" {slower} times as long; first byte after {median(self.nudges):.2f} s,"
            f" at most {max(self.nudges):.2f}"
        )

    @property
    def queueing_of_the_promise(self) -> float:
        """Seconds for as many guests as are promised: more came while pages were measured."""
        return self.queueing * GUESTS / self.guests

    def gates(self, name: str) -> list[Gate]:
        """Hold it against what is promised."""
        worst = max(self.slower.values())
        return [
            _gate(
                f"{name}: {GUESTS:,} queued in {self.queueing_of_the_promise:.1f} s",
                self.queueing_of_the_promise,
                MOST_QUEUEING,
            ),
            _gate(f"{name}: sent in {self.sending:.0f} s", self.sending, MOST_SENDING),
            _gate(f"{name}: pages {worst:.2f} times as long", worst, MOST_SLOWER),
            _gate(f"{name}: first byte {max(self.nudges):.2f} s", max(self.nudges), MOST_NUDGE),
            Gate(f"{name}: {self.twice} mails came twice, none may", held=not self.twice),
        ]


def _gate(says: str, found: float, most: float) -> Gate:
    return Gate(f"{says}, at most {most:g}", held=found <= most)


def measure_messages(on: ground.Ground, folder: Path, guests: int) -> Sent:
    """Serve a Forum with one jobs process, and let it send."""
    folder.mkdir(exist_ok=True)
    with _sink(folder) as (port, notes):
        settings = on.fresh_settings(
            base_url=f"http://127.0.0.1:{free_port()}", smtp_url=f"smtp://127.0.0.1:{port}"
        )
        with on.app(settings) as app:
            confirmed = _filled(app, on, guests)
            with live_forum(settings) as forum:
                nudges = [_nudge(forum, on, notes) for _ in range(NUDGES)]
                pages = _pages(forum, on)
                before = _asked(forum, pages)
                already = len(notes.mails())
                queued = _announced(app, on, confirmed)
                during = _asked(forum, pages)
                if _of_announcement(app, notes) >= queued.mails:
                    message = "all was sent before the pages were measured: measure with more"
                    raise RuntimeError(message)
                wait_until(
                    lambda: _of_announcement(app, notes) >= queued.mails,
                    seconds=LONGEST,
                    what="the last mail",
                )
            came = notes.mails()[already:]
    known = Counter(what for _, what in came)
    return Sent(
        queued.mails,
        queued.seconds,
        came[-1][0] - queued.began,
        sum(known.values()) - len(known),
        {name: median(during[name].took) / median(before[name].took) for name in before},
        nudges,
    )


@contextmanager
def _sink(folder: Path) -> Iterator[tuple[int, Notes]]:
    port, file = free_port(), folder / "notes.txt"
    file.touch()
    words = [sys.executable, "-m", "benchmarks.sink", str(port), str(file)]
    environment = {"PYTHONPATH": str(Path(__file__).parents[1]), "PATH": ""}
    with running(words, port=port, log=folder / "sink.log", environment=environment):
        yield port, Notes(file)


def _filled(app: Flask, on: ground.Ground, guests: int) -> int:
    """Fill the event; return how many are written to."""
    with app.app_context():
        event_id = on.sample.event_id
        fill_with_guests(event_id, guests)
        event = db.session.get_one(Event, event_id)
        set_organisation_mail(
            SYSTEM, event.organisation_id, OrganisationMailing(), revision=0, now=clock.now()
        )
        wanted = sa.select(sa.func.count()).where(
            Registration.event_id == event_id, Registration.state == RegistrationState.CONFIRMED
        )
        return int(db.session.scalar(wanted) or 0)


def _announced(app: Flask, on: ground.Ground, confirmed: int) -> _Run:
    """Send the announcement, and wait until all of it is queued."""
    with app.app_context():
        event_id = on.sample.event_id
        wording = announcing.Wording(
            name="Another hall",
            segment=CONFIRMED,
            subject=Text({"en": "The hall has changed", "zh-Hant": "場地已更改"}),
            words=WORDS,
            about_booking=True,
            when=When(Timing.NOW),
        )
        made = announcing.draft(SYSTEM, event_id, wording, now=clock.now())
        began = time.time()
        announcing.send(SYSTEM, event_id, made, named=10 * confirmed, now=clock.now())
        wanted = sa.select(Announcement.queued_at, Announcement.queued).where(
            Announcement.id == made
        )

        def _queued() -> int:
            db.session.rollback()
            row = db.session.execute(wanted).one()
            return int(row.queued) if row.queued_at else 0

        wait_until(lambda: _queued() > 0, seconds=LONGEST, what="the queue")
        return _Run(_queued(), began, time.time() - began)


@dataclass(frozen=True)
class _Run:
    """How many mails were queued, when that began, and how many seconds it took."""

    mails: int
    began: float
    seconds: float


def _of_announcement(app: Flask, notes: Notes) -> int:
    """Return how many of its mails have come, by what the mail server noted."""
    with app.app_context():
        ids = set(
            db.session.scalars(
                sa.select(Message.message_id).where(Message.announcement_id.is_not(None))
            )
        )
        db.session.rollback()
    return len({what for _, what in notes.mails()} & ids)


def _pages(forum: LiveForum, on: ground.Ground) -> dict[str, tuple[NewVisit, int]]:
    port = urlsplit(forum.url).port or 0
    found = {}
    for crowd in CROWDS:
        found[f"event page, {crowd}"] = (visits.look(port, on.sample.page), crowd)
        found[f"registration, {crowd}"] = (visits.register(port, on.sample.form), crowd)
    return found


def _asked(forum: LiveForum, pages: dict[str, tuple[NewVisit, int]]) -> dict[str, Outcome]:
    """Let guests come, page by page in turn."""
    port = urlsplit(forum.url).port or 0
    found = {name: Outcome() for name in pages}
    for _ in range(ROUNDS):
        for name, (visit, crowd) in pages.items():
            found[name].add(run(port, visit, clients=crowd, seconds=SECONDS))
    return found


def _nudge(forum: LiveForum, on: ground.Ground, notes: Notes) -> float:
    """Register once while nothing else happens; return the seconds until its mail began."""
    port = urlsplit(forum.url).port or 0
    time.sleep(1.0)
    began = time.time()
    run(port, visits.register(port, on.sample.form), clients=1, visits=1)
    wait_until(lambda: notes.first_call_after(began) is not None, seconds=30, what="a mail")
    return (notes.first_call_after(began) or began) - began


def main() -> int:
    """Measure on each database there is, and print what was found."""
    reader = argparse.ArgumentParser(prog="python -m benchmarks.messages")
    reader.add_argument("--only", choices=("sqlite", "postgresql"), help="one database alone")
    reader.add_argument("--guests", type=int, default=GUESTS, help="how many there are")
    chosen = reader.parse_args()
    gates: list[Gate] = []
    with tempfile.TemporaryDirectory(prefix="forum-bench-") as name:
        folder = Path(name)
        if chosen.only != "postgresql":
            gates += _measured(ground.on_sqlite(folder / "sqlite"), folder, chosen.guests)
        if chosen.only != "sqlite":
            with postgres(("max_connections=200",)) as server:
                if server is not None:
                    on = ground.on_postgres(folder / "postgresql", server)
                    gates += _measured(on, folder, chosen.guests)
    for gate in gates:
        if not gate.held:
            print(f"MISSED  {gate.says}")
    return 0 if all(gate.held for gate in gates) else 1


def _measured(on: ground.Ground, folder: Path, guests: int) -> list[Gate]:
    sent = measure_messages(on, folder / f"mail-{on.name}", guests)
    print(f"{on.name}: {sent.row}", flush=True)
    return sent.gates(on.name)


if __name__ == "__main__":
    sys.exit(main())
