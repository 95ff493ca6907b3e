"""A programme to arrange, two editors, and what a mouse does to it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Flask
from playwright.sync_api import Locator, Page

from forum.core import clock
from forum.core.permissions import Role
from forum.core.text import Text
from forum.people.service import make_sign_in_link
from forum.programme.rules import SessionKind
from tests import factories
from tests.journeys.schedule_stage import STARTS, Stage

BOARD = "/manage/sample-schedule/programme"
ROW = 30
"""Pixels of a row, which is a quarter of an hour unless the editor zooms."""


def arrange(app: Flask) -> Stage:
    """Store three sessions in three rooms, one of them without a time; two share a speaker."""
    with app.app_context():
        ours = factories.make_organisation(slug="sample-house")
        event = factories.make_event(
            ours, slug="sample-schedule", starts_at=STARTS, ends_at=STARTS + timedelta(hours=9)
        )
        rooms = [
            factories.make_room(event, name=Text({"en": name}), position=place, capacity=100)
            for place, name in enumerate(("Hall", "Lounge", "Studio"))
        ]
        speaker = factories.make_speaker(ours.id, name="Sample Speaker D")
        made = {
            "Opening": factories.make_session(
                event, after=0, minutes=30, room_id=rooms[0].id, title=_named("Opening")
            ),
            "Demo": factories.make_session(
                event, after=60, minutes=60, room_id=rooms[1].id, title=_named("Demo")
            ),
            "Waiting": factories.make_session(
                event,
                title=_named("Waiting"),
                kind=SessionKind.FIRESIDE,
                starts_at=None,
                ends_at=None,
                day=None,
            ),
        }
        factories.make_appearance(made["Opening"], speaker)
        factories.make_appearance(made["Demo"], speaker)
        links = {
            name: make_sign_in_link(
                f"{name.lower()}@example.com",
                now=clock.now(),
                organisation_id=ours.id,
                role=Role.PROGRAMME,
                name=f"{name} Sample",
            )
            for name in ("Ada", "Ben")
        }
        return Stage(
            app,
            {name: one.id for name, one in made.items()},
            [room.id for room in rooms],
            links,
        )


def _named(name: str) -> Text:
    return Text({"en": name, "zh-Hant": f"{name}（繁）", "zh-Hans": f"{name}（简）"})


def sign_in(page: Page, stage: Stage, name: str = "Ada") -> None:
    page.goto(f"/sign-in/{stage.links[name]}")
    page.locator("main form button").first.click()
    page.wait_for_url("**/manage/**")


def block(page: Page, stage: Stage, name: str) -> Locator:
    return page.locator(f'.blk[data-id="{stage.sessions[name]}"]')


def saved(page: Page) -> Any:
    """Wait, in a `with`, for the answer to a place that was sent."""
    return page.expect_response(lambda answer: answer.url.endswith("/place"))


def drag(page: Page, start: tuple[float, float], by: tuple[float, float]) -> None:
    x, y = start
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + by[0] / 2, y + by[1] / 2, steps=3)
    page.mouse.move(x + by[0], y + by[1], steps=3)


def grip(one: Locator) -> tuple[float, float]:
    box = one.bounding_box()
    assert box is not None
    return box["x"] + 20, box["y"] + 12
