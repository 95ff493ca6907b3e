"""A client subscribes to a live Forum: after each sync there is one entry, with the right text."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask import Flask

from forum.calendar.models import PersonalFeed
from forum.calendar.rules.personal import FeedKind
from forum.calendar.service.personal import Whose, make_feed
from forum.core.actor import SYSTEM
from forum.core.db import db, writing
from forum.core.links import Purpose, derive
from forum.core.page_scopes import changed, event_scope
from forum.core.text import Text
from forum.events.models import Event
from forum.programme.models import Session
from forum.programme.service import cancel_session
from forum.registrations.service.starring import keep_stars
from tests.calendar.changes import edit
from tests.calendar.subscriber import subscribed
from tests.factories import NOW
from tests.registrations.own_schedule import Stage, built
from tests.registrations.signing_up import sign_up
from tests.support.live import LiveForum

ZONE = ZoneInfo("Asia/Hong_Kong")


@pytest.fixture
def stage(app: Flask) -> Stage:
    """An event of the week after next, whatever day the tests run on."""
    laid = built(app)
    with app.app_context(), writing() as rows:
        event = rows.get_one(Event, laid.event_id)
        by = timedelta(days=(datetime.now(UTC) - event.starts_at).days + 10)
        event.starts_at, event.ends_at = event.starts_at + by, event.ends_at + by
        for one in rows.scalars(sa.select(Session).where(Session.event_id == event.id)):
            one.starts_at, one.ends_at, one.day = one.starts_at + by, one.ends_at + by, one.day + by
        changed(rows, event_scope(event.id))
    return laid


def test_two_moves_a_cancellation_and_another_title_reach_the_same_entries(
    forum_server: LiveForum, app: Flask, stage: Stage, tmp_path: Path
) -> None:
    place = SimpleNamespace(event=stage.event_id)
    with app.app_context():
        make_feed(SYSTEM, Whose(FeedKind.AGENDA, stage.guest_id), "en", now=NOW)
        feed = db.session.scalars(sa.select(PersonalFeed)).one()
        own = f"/my/{derive(Purpose.AGENDA_FEED, feed.id, feed.generation)}/{stage.slug}.ics"
        sign_up(stage.guest_id, stage.welding)
        keep_stars(stage.guest_id, [stage.talk, stage.later], now=NOW)
        title = db.session.get_one(Event, stage.event_id).title.get("en")
        first = db.session.get_one(Event, stage.event_id).starts_at.astimezone(ZONE).date()
        times = {
            one.id: (one.starts_at, one.ends_at) for one in db.session.scalars(sa.select(Session))
        }
    laptop = subscribed(
        tmp_path,
        {
            "everybody": f"{forum_server.url}/e/{stage.slug}/{stage.slug}.ics",
            "agenda": f"{forum_server.url}{own}",
        },
        "Asia/Hong_Kong",
    )

    def synced() -> dict[str, dict[str, dict[str, str]]]:
        """Return the entries of both calendars by what they are of; each must be there once."""
        laptop.sync()
        found = {}
        for name in laptop.names:
            shown = laptop.shown(name, first, 3)
            assert set(Counter(one["url"] for one in shown).values()) == {1}, shown
            assert len(laptop.files(name)) == len(shown)
            found[name] = {one["url"].rstrip("/").rpartition("/")[2]: one for one in shown}
        return found

    def clock(session: object, by: int = 0) -> str:
        return f"{times[session][0].astimezone(ZONE) + timedelta(minutes=by):%H:%M}"

    def move(session: object, by: int) -> None:
        starts, ends = (one + timedelta(minutes=by) for one in times[session])
        edit(place, session, starts_at=starts, ends_at=ends, now=datetime.now(UTC))

    talk, later, welding = (str(one) for one in (stage.talk, stage.later, stage.welding))
    seen = synced()
    assert set(seen["everybody"]) == {stage.slug, str(stage.sensors), talk, later, welding}
    assert set(seen["agenda"]) == {stage.slug, talk, later, welding}
    assert seen["agenda"][stage.slug]["title"] == title
    assert seen["agenda"][talk]["start-time"] == clock(stage.talk)

    for by in (15, 25):
        with app.app_context():
            move(stage.talk, by)
        seen = synced()
        for name in laptop.names:
            assert seen[name][talk]["start-time"] == clock(stage.talk, by)
            assert seen[name][talk]["title"] == "Talk"

    with app.app_context():
        cancel_session(SYSTEM, stage.event_id, stage.later, now=datetime.now(UTC))
        edit(place, stage.welding, title=Text({"en": "Welding, by robots; \\new"}),
             now=datetime.now(UTC))  # fmt: skip
    seen = synced()
    for name in laptop.names:
        assert seen[name][later]["title"] == "CANCELLED: Later"
        assert seen[name][later]["status"] == "CANCELLED"
        assert seen[name][later]["start-time"] == clock(stage.later)
        assert seen[name][welding]["title"] == "Welding, by robots; ＼new"
        assert seen[name][talk]["start-time"] == clock(stage.talk, 25)
    before = {name: laptop.files(name) for name in laptop.names}
    laptop.sync()
    assert {name: laptop.files(name) for name in laptop.names} == before, "nothing changed"
