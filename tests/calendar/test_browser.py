"""Thunderbird's reader, ical.js, in a browser: it fetches the live feed and reads it there."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Page

from forum.core.db import db
from forum.programme.models import Session
from tests.registrations.own_schedule import Stage, built
from tests.support.front_end import FrontEnd

READ = """async address => {
  const answer = await fetch(address);
  const calendar = new ICAL.Component(ICAL.parse(await answer.text()));
  for (const zone of calendar.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(zone);
  return calendar.getAllSubcomponents("vevent").map(part => new ICAL.Event(part)).map(event => (
    [event.uid, event.summary, event.startDate.toUnixTime(), event.endDate.toUnixTime()]
  ));
}"""


@pytest.fixture
def stage(app: Flask) -> Stage:
    """An event with workshops and a talk."""
    return built(app)


def test_thunderbirds_reader_in_a_browser_reads_the_live_feed(
    app: Flask, stage: Stage, page: Page, node_front_end: FrontEnd
) -> None:
    with app.app_context():
        sessions = db.session.scalars(sa.select(Session)).all()
    page.goto("/robots.txt")
    source = node_front_end.modules / "ical.js" / "dist" / "ical.es5.min.cjs"
    page.evaluate(f"() => {{ {source.read_text('utf-8')} }}")
    found = page.evaluate(READ, f"/e/{stage.slug}/{stage.slug}.ics")
    seen = {uid: (title, starts, ends) for uid, title, starts, ends in found}
    assert len(found) == len(seen) == len(sessions) + 1
    for one in sessions:
        assert seen[str(one.id)] == (
            one.title.get("en"),
            one.starts_at.timestamp(),
            one.ends_at.timestamp(),
        )
