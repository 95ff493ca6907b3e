"""A programme of a thousand sessions: imported by the command, drawn for guests and editors."""

from __future__ import annotations

import gzip
import re
import time
from dataclasses import dataclass
from datetime import timedelta
from http.cookiejar import CookieJar
from pathlib import Path
from statistics import median
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener

import sqlalchemy as sa

from benchmarks.ground import Ground
from benchmarks.table import Gate
from forum.core import clock
from forum.core.db import db
from forum.core.permissions import Role
from forum.events.models import Event
from forum.people.models import Organisation
from forum.people.service import make_sign_in_link
from forum.programme.models import Session
from forum.programme.rules import SessionKind, SessionState
from tests.factories import make_event, make_room, make_session, text
from tests.programme.importing.large import Cost, big_file, imported

LANGUAGES = ("en", "zh-hant", "zh-hans")
BOARD_SESSIONS, BOARD_ROOMS = 300, 20
MOST_SECONDS, MOST_MEGABYTES = 10.0, 300.0
MOST_FIRST, MOST_BOARD = 300.0, 1000.0
MOST_KILOBYTES = 300.0
GZIPPED = b"\x1f\x8b"
TOKEN = re.compile(rb'name="csrf_token"[^>]*value="([^"]*)"')


@dataclass(frozen=True)
class Programme:
    """What was found; milliseconds, kilobytes gzipped."""

    cost: Cost
    first: float
    again: float
    kilobytes: float
    board: float

    @property
    def row(self) -> str:
        """All of it in one line."""
        return (
            f"import {self.cost.wall:.1f} s ({self.cost.cpu:.1f} of CPU),"
            f" {self.cost.megabytes:.0f} MB; day page {self.first:.0f} ms, then {self.again:.1f},"
            f" {self.kilobytes:.0f} kB; editor of {BOARD_SESSIONS} {self.board:.0f} ms"
        )

    def gates(self, name: str) -> list[Gate]:
        """Hold it against what is promised."""
        promises = (
            ("s to import 1,000 sessions", self.cost.wall, MOST_SECONDS),
            ("MB to import them", self.cost.megabytes, MOST_MEGABYTES),
            ("ms for a day page's first drawing", self.first, MOST_FIRST),
            ("kB of a day page", self.kilobytes, MOST_KILOBYTES),
            (f"ms for the editor of {BOARD_SESSIONS}", self.board, MOST_BOARD),
        )
        return [
            Gate(f"{name}: {found:.0f} {what}, at most {most:.0f}", held=found <= most)
            for what, found, most in promises
        ]


def measure_programme(on: Ground, folder: Path) -> Programme:
    """Import the file, then ask a Forum started by `forum serve` for its pages."""
    file = folder / f"{on.name.lower()}.xml"
    file.write_bytes(big_file())
    with on.forum() as server:
        cost = imported(file, "Sample Thousand", server.settings)
        with on.app(server.settings) as app, app.app_context():
            days = _days_of("Sample Thousand")
            link = _board()
        browser = build_opener(HTTPCookieProcessor(CookieJar()))
        pages = [f"{server.url}/{lang}{day}" for lang in LANGUAGES for day in days]
        first = [_milliseconds(browser, page) for page in pages]
        again = [_milliseconds(browser, page) for page in pages]
        heaviest = max(len(_get(browser, page)) for page in pages) / 1000
        _sign_in(browser, f"{server.url}/sign-in/{link}")
        board = f"{server.url}/manage/sample-board/programme"
        if _plain(_get(browser, board)).count(b"Sample talk ") < BOARD_SESSIONS:
            message = "the editor does not show its sessions"
            raise RuntimeError(message)
        opened = [_milliseconds(browser, board) for _ in range(5)]
        return Programme(cost, median(first), median(again), heaviest, median(opened))


def _days_of(title: str) -> list[str]:
    events = db.session.execute(sa.select(Event.id, Event.slug, Event.title)).all()
    event_id, slug = next((one, slug) for one, slug, said in events if said.get("en") == title)
    days = db.session.scalars(sa.select(Session.day).where(Session.event_id == event_id))
    return [f"/e/{slug}/programme/{day}" for day in sorted({day for day in days if day})]


def _board() -> str:
    """Make an event of many sessions; return the token that signs its editor in."""
    ours = db.session.scalars(sa.select(Organisation)).first()
    now = clock.now()
    starts = (now + timedelta(days=40)).replace(hour=1, minute=0, second=0, microsecond=0)
    event = make_event(
        ours, slug="sample-board", starts_at=starts, ends_at=starts + timedelta(hours=9)
    )
    rooms = [make_room(event).id for _ in range(BOARD_ROOMS)]
    kinds = list(SessionKind)
    for number in range(BOARD_SESSIONS):
        begins = starts + timedelta(minutes=30 * (number // BOARD_ROOMS))
        make_session(
            event,
            kind=kinds[number % len(kinds)],
            state=SessionState.CONFIRMED,
            title=text(f"Sample talk {number} with a title of usual length"),
            starts_at=begins,
            ends_at=begins + timedelta(minutes=30),
            room_id=rooms[number % BOARD_ROOMS],
        )
    assert ours is not None
    return make_sign_in_link(
        "editor@example.com",
        now=now,
        organisation_id=ours.id,
        role=Role.PROGRAMME,
        name="Sample Editor",
    )


def _sign_in(browser: OpenerDirector, address: str) -> None:
    token = TOKEN.findall(_plain(_get(browser, address)))[-1].decode()
    with browser.open(address, urlencode({"csrf_token": token}).encode()) as answer:
        answer.read()


def _get(browser: OpenerDirector, address: str) -> bytes:
    with browser.open(Request(address, headers={"Accept-Encoding": "gzip"})) as answer:
        return bytes(answer.read())


def _plain(page: bytes) -> bytes:
    return gzip.decompress(page) if page.startswith(GZIPPED) else page


def _milliseconds(browser: OpenerDirector, address: str) -> float:
    began = time.perf_counter()
    _get(browser, address)
    return (time.perf_counter() - began) * 1000
