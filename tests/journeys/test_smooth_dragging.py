"""Dragging stays smooth on a slow computer with 300 sessions in 20 rooms."""

from __future__ import annotations

import json
from bisect import bisect_left
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from forum.core import clock
from forum.core.db import writing
from forum.core.ids import uuid7
from forum.core.permissions import Role
from forum.people.service import make_sign_in_link
from forum.programme.models import Appearance, Session
from forum.programme.rules import AppearanceRole, SessionKind, SessionState
from tests import factories
from tests.conftest import NewContext
from tests.support.browser import DESK, quiet_page
from tests.support.live import LiveForum

STARTS = datetime(2026, 12, 8, 1, 0, tzinfo=UTC)
SESSIONS, ROOMS = 300, 20
SLOWER = 4
LONGEST_FRAME = 50
TRIES = 6
MOVES = 60

CATEGORIES = ["disabled-by-default-devtools.timeline", "cc"]


@pytest.fixture
def link(app: Flask, forum_server: LiveForum) -> str:
    assert forum_server.url
    with app.app_context():
        ours = factories.make_organisation()
        event = factories.make_event(
            ours, slug="sample-schedule", starts_at=STARTS, ends_at=STARTS + timedelta(hours=9)
        )
        rooms = [factories.make_room(event).id for _ in range(ROOMS)]
        speakers = [factories.make_speaker(ours.id).id for _ in range(60)]
        with writing() as transaction:
            for number in range(SESSIONS):
                starts = STARTS + timedelta(minutes=30 * (number // ROOMS))
                one = Session(
                    id=uuid7(),
                    event_id=event.id,
                    kind=list(SessionKind)[number % 11],
                    state=SessionState.CONFIRMED,
                    title=factories.text(f"Sample talk {number} with a title of usual length"),
                    starts_at=starts,
                    ends_at=starts + timedelta(minutes=30),
                    day=starts.astimezone(event.zone).date(),
                    room_id=rooms[number % ROOMS],
                    created_at=factories.NOW,
                    changed_at=factories.NOW,
                )
                transaction.add(one)
                transaction.flush()
                for place in range(2):
                    transaction.add(
                        Appearance(
                            id=uuid4(),
                            session_id=one.id,
                            speaker_id=speakers[(number + place * 7) % 60],
                            role=AppearanceRole.PRESENTER,
                            position=place,
                        )
                    )
        return make_sign_in_link(
            "ada@example.com",
            now=clock.now(),
            organisation_id=ours.id,
            role=Role.PROGRAMME,
            name="Ada Sample",
        )


@pytest.mark.alone
@pytest.mark.timeout(300)
def test_no_frame_is_longer_than_fifty_milliseconds_while_dragging(
    new_context: NewContext, browser: Browser, link: str, tmp_path: Path, record_property
):
    with quiet_page(new_context(viewport=DESK)) as page:
        page.goto(f"/sign-in/{link}")
        page.locator("main form button").first.click()
        page.wait_for_url("**/manage/**")
        page.goto("/manage/sample-schedule/programme")
        expect(page.locator("#sched-blocks .blk")).to_have_count(SESSIONS)
        protocol = page.context.new_cdp_session(page)
        protocol.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        measured = []
        for attempt in range(TRIES):
            lift(page, attempt)
            trace = tmp_path / f"trace-{attempt}.json"
            browser.start_tracing(page=page, path=trace, categories=CATEGORIES)
            carry(page)
            browser.stop_tracing()
            page.keyboard.press("Escape")
            page.mouse.up()
            measured.append(costs(trace))
            if max(measured[-1]) <= LONGEST_FRAME:
                break
        worst = [round(max(one), 1) for one in measured]
        record_property("worst frames", worst)
        # The page's own work, as others may be at work on this machine too.
        assert min(worst) <= LONGEST_FRAME, worst


def lift(page: Page, attempt: int) -> None:
    box = page.locator("#sched-blocks .blk").nth(3 + attempt).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + 30, box["y"] + 20)
    expect(page.locator("#sched-lifted")).to_be_visible()


def carry(page: Page) -> None:
    box = page.locator("#sched-lifted").bounding_box()
    assert box is not None
    for step in range(MOVES):
        page.mouse.move(box["x"] + 20 + 6 * (step % 40), box["y"] + 10 + 5 * step)


def costs(trace: Path) -> list[float]:
    """Return what each frame took of the page's thread, in milliseconds of its own time."""
    events = json.loads(trace.read_bytes())["traceEvents"]
    mains = {
        (one["pid"], one["tid"])
        for one in events
        if one["name"] == "thread_name" and one["args"]["name"] == "CrRendererMain"
    }
    mine = [one for one in events if (one["pid"], one["tid"]) in mains and one["ph"] == "X"]
    drawn = sorted(one["ts"] for one in mine if one["name"] == "ProxyMain::BeginMainFrame")
    frames, since = [], 0.0
    for task in sorted((one for one in mine if one["name"] == "RunTask"), key=itemgetter("ts")):
        since += task["tdur"] / 1000
        at = bisect_left(drawn, task["ts"])
        if at < len(drawn) and drawn[at] < task["ts"] + task["dur"]:
            frames.append(since)
            since = 0.0
    assert len(frames) > MOVES / 4, "nothing was drawn"
    return frames
