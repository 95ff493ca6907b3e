"""Every kind of public feed there is, over the sample event: all answer HTTP in the same way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from forum.core.db import writing
from forum.core.page_scopes import SITE, changed
from forum.core.text import Text
from forum.events.models import Event, Series
from forum.events.rules import EventState
from tests.calendar.stage import FEED, MADE, SLUG, START, Stage, shown_change

EVERY_FEED: dict[str, Callable[[Stage], str]] = {
    "event": lambda _: FEED,
    "event in Chinese": lambda _: f"{FEED}?lang=zh-Hant",
    "event by room and track": lambda _: f"{FEED}?room=hall-2&track=robots",
    "event by kind in Chinese": lambda _: f"{FEED}?kind=panel&lang=zh-Hant",
    "room": lambda _: f"/e/{SLUG}/rooms/hall-2.ics",
    "track": lambda _: f"/e/{SLUG}/tracks/robots.ics",
    "kind": lambda _: f"/e/{SLUG}/kinds/panel.ics",
    "kind without a session": lambda _: f"/e/{SLUG}/kinds/workshop.ics",
    "speaker": lambda _: f"/e/{SLUG}/speakers/lee.ics",
    "speaker by room": lambda _: f"/e/{SLUG}/speakers/lee.ics?room=hall-2",
    "session": lambda stage: f"/e/{SLUG}/sessions/{stage.panel}/{SLUG}.ics",
    "series": lambda _: "/series/sample-rounds.ics",
    "organisation": lambda _: "/calendar/sample-house.ics",
    "whole site": lambda _: "/calendar/all-events.ics",
}


def lay_series(stage: Stage) -> None:
    """Make the sample event one of a series."""
    with shown_change(stage) as rows:
        series = Series(
            organisation_id=stage.organisation,
            slug="sample-rounds",
            title=Text({"en": "Sample rounds", "zh-Hant": "範例系列"}),
            created_at=MADE,
        )
        rows.add(series)
        rows.flush()
        rows.get_one(Event, stage.event).series_id = series.id
        changed(rows, SITE)


def lay_another(stage: Stage, number: int, **changes: Any) -> Event:
    """Lay one more event of the sample house, in the same series and place."""
    with writing() as rows:
        known = rows.get_one(Event, stage.event)
        event = Event(
            organisation_id=stage.organisation,
            series_id=known.series_id,
            venue_id=known.venue_id,
            slug=f"another-{number}",
            title=Text({"en": f"Another event {number}"}),
            state=EventState.PUBLISHED,
            languages=["en"],
            time_zone="Asia/Hong_Kong",
            starts_at=START + timedelta(days=number),
            ends_at=START + timedelta(days=number, hours=4),
            created_at=MADE,
            changed_at=MADE,
            published_at=MADE,
        )
        for name, value in changes.items():
            setattr(event, name, value)
        rows.add(event)
        changed(rows, SITE)
    return event
