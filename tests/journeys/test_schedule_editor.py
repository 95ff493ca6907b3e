"""An editor arranges a programme: by mouse, by keys, with another editor at the same time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from forum.core import clock
from forum.core.actor import SYSTEM
from forum.core.db import db
from forum.events.models import Event
from forum.people.models import Organisation
from forum.programme import service
from forum.programme.models import Session
from forum.programme.rules import ReleaseMode
from tests import factories
from tests.conftest import NewContext
from tests.journeys.arranging import (
    BOARD,
    ROW,
    arrange,
    block,
    drag,
    grip,
    saved,
    sign_in,
)
from tests.journeys.schedule_stage import STARTS, Stage
from tests.support.browser import DESK, PHONE, quiet_page
from tests.support.front_end import FrontEnd
from tests.support.live import LiveForum


@pytest.fixture
def stage(app: Flask, forum_server: LiveForum) -> Stage:
    assert forum_server.url
    return arrange(app)


@pytest.fixture
def board(new_context: NewContext, stage: Stage) -> Iterator[Page]:
    with quiet_page(new_context(viewport=DESK)) as page:
        sign_in(page, stage)
        page.goto(BOARD)
        yield page


def test_a_session_is_moved_by_mouse_to_another_time_and_room(board: Page, stage: Stage):
    opening, demo = block(board, stage, "Opening"), block(board, stage, "Demo")
    apart = demo.bounding_box()["x"] - opening.bounding_box()["x"]
    drag(board, grip(opening), (apart * 2, 4 * ROW))
    lifted = board.locator("#sched-lifted")
    expect(lifted).to_have_text("Opening10:00–10:30 amClash · Studio")
    with saved(board) as answer:
        board.mouse.up()
    assert answer.value.status == 200
    assert stage.minutes("Opening") == (60, 30)
    assert stage.stored("Opening").room_id == stage.rooms[2]
    assert board.url.endswith("/programme"), "the drop is no click on the link"
    expect(opening).to_contain_text("in two sessions at once")
    expect(opening).to_have_class("blk clash")
    expect(demo).to_have_class("blk clash")
    expect(board.locator("#sched-found")).to_contain_text("A speaker in two places")
    board.locator("#sched-undo").click()
    expect(opening).to_have_class("blk")
    expect(board.locator("#sched-found")).to_have_text("")
    assert stage.minutes("Opening") == (0, 30)


def test_a_session_is_moved_by_keys_and_what_happened_is_said(board: Page, stage: Stage):
    opening = block(board, stage, "Opening").locator("a")
    opening.focus()
    with saved(board):
        for key in ("ArrowDown", "ArrowDown", "PageDown", "ArrowRight", "ArrowRight"):
            board.keyboard.press(key)
    live = board.locator("#sched-live")
    expect(live).to_have_text("Clashes: 1")
    assert stage.minutes("Opening") == (70, 30)
    assert stage.stored("Opening").room_id == stage.rooms[2]
    expect(opening).to_be_focused()
    with saved(board):
        board.keyboard.press("Shift+ArrowDown")
        expect(live).to_have_text("Opening: 10:10–10:45 am, Studio")
    assert stage.minutes("Opening") == (70, 35)
    with saved(board):
        board.keyboard.press("t")
    assert stage.stored("Opening").starts_at is None
    expect(board.locator("#sched-untimed")).to_contain_text("Opening")
    expect(opening).to_be_focused()
    for expected in ((70, 35), (70, 30), (0, 30)):
        with saved(board):
            board.keyboard.press("Control+z")
        assert stage.minutes("Opening") == expected
    with saved(board):
        board.keyboard.press("Control+y")
    assert stage.minutes("Opening") == (70, 30)
    board.keyboard.press("?")
    expect(board.get_by_role("dialog", name="Keys")).to_be_visible()
    board.keyboard.press("Escape")
    opening.press("Enter")
    board.wait_for_url(f"**/programme/{stage.sessions['Opening']}")


def test_the_lower_edge_makes_a_session_longer_in_steps_of_five_minutes(board: Page, stage: Stage):
    box = block(board, stage, "Demo").bounding_box()
    drag(board, (box["x"] + 40, box["y"] + box["height"] - 3), (0, ROW * 4 / 3 + 2))
    expect(board.locator("#sched-lifted")).to_contain_text("10:00–11:20 am80 min")
    with saved(board):
        board.mouse.up()
    assert stage.minutes("Demo") == (60, 80)


def test_sessions_go_into_the_tray_and_out_of_it(board: Page, stage: Stage):
    waiting, demo = block(board, stage, "Waiting"), block(board, stage, "Demo")
    x, y = grip(waiting)
    there = demo.bounding_box()
    drag(board, (x, y), (there["x"] + 30 - x, there["y"] + 5 * ROW - y))
    with saved(board):
        board.mouse.up()
    found = stage.stored("Waiting")
    assert found.starts_at is not None
    assert (found.room_id, found.starts_at.minute % 5) == (stage.rooms[1], 0)
    assert str(found.day) == "2026-12-08"
    expect(board.locator("#sched-untimed")).not_to_contain_text("Waiting")
    tray = board.locator("#sched-tray").bounding_box()
    x, y = grip(demo)
    drag(board, (x, y), (tray["x"] + 60 - x, tray["y"] + 60 - y))
    with saved(board):
        board.mouse.up()
    assert stage.stored("Demo").starts_at is None
    expect(board.locator("#sched-untimed")).to_contain_text("Demo")


def test_a_session_is_carried_to_another_day_over_its_tab_and_back_by_a_key(
    new_context: NewContext, stage: Stage
):
    with stage.app.app_context():
        event = factories.make_event(
            db.session.get_one(Organisation, _organisation(stage)),
            slug="two-days",
            starts_at=STARTS,
            ends_at=STARTS + timedelta(hours=33),
        )
        session = factories.make_session(event, after=60)
    with quiet_page(new_context(viewport=DESK)) as page:
        sign_in(page, stage)
        page.goto("/manage/two-days/programme")
        one = page.locator(f'.blk[data-id="{session.id}"]')
        start, tab = grip(one), page.get_by_role("link", name="Wed 9 December").bounding_box()
        there = (tab["x"] + 20, tab["y"] + 20)
        drag(page, start, (there[0] - start[0], there[1] - start[1]))
        expect(page.locator("#sched-days [aria-current]")).to_have_text("Wed 9 December")
        page.mouse.move(start[0], start[1] + 2 * ROW, steps=3)
        expect(page.locator("#sched-lifted")).to_contain_text("10:30–11:00 am")
        with saved(page):
            page.mouse.up()
        with stage.app.app_context():
            stored = db.session.get_one(Session, session.id)
            assert stored.starts_at == STARTS + timedelta(hours=25, minutes=30)
            assert stored.day == date(2026, 12, 9)
        one.locator("a").focus()
        with saved(page):
            page.keyboard.press("[")
        expect(page.locator("#sched-days [aria-current]")).to_have_text("Tue 8 December")
        expect(one.locator("a")).to_be_focused()
        page.reload()
        page.goto(f"/manage/two-days/programme#s-{session.id}")
        expect(one.locator("a")).to_be_focused()


def test_sessions_at_once_in_one_room_stand_beside_each_other_as_wide_as_any(
    board: Page, stage: Stage
):
    opening, demo = block(board, stage, "Opening"), block(board, stage, "Demo")
    alone = opening.bounding_box()["width"]
    demo.locator("a").focus()
    with saved(board):
        for key in ("ArrowLeft", "PageUp"):
            board.keyboard.press(key)
    first, second = opening.bounding_box(), demo.bounding_box()
    assert min(first["width"], second["width"]) >= min(alone, 150)
    left, right = sorted((first, second), key=lambda box: box["x"])
    assert left["x"] + left["width"] <= right["x"]
    head = board.locator(".heads p").first.bounding_box()
    assert right["x"] + right["width"] <= head["x"] + head["width"]
    board.keyboard.press("ArrowRight")
    board.keyboard.press("PageDown")
    expect(opening).to_have_css("width", f"{alone:g}px")


def test_escape_puts_back_what_is_in_the_air(board: Page, stage: Stage):
    drag(board, grip(block(board, stage, "Demo")), (0, 4 * ROW))
    board.keyboard.press("Escape")
    board.mouse.up()
    expect(board.locator("#sched-lifted")).to_be_hidden()
    expect(board.locator("#sched-undo")).to_be_disabled()
    assert stage.minutes("Demo") == (60, 60)


def test_two_editors_at_once_lose_nothing_and_hear_of_each_other(
    board: Page, stage: Stage, new_context: NewContext
):
    with quiet_page(new_context(viewport=DESK)) as other:
        sign_in(other, stage, "Ben")
        other.goto(BOARD)
        block(other, stage, "Demo").locator("a").focus()
        with saved(other):
            other.keyboard.press("ArrowRight")
        block(board, stage, "Demo").locator("a").focus()
        with saved(board) as answer:
            board.keyboard.press("ArrowDown")
        assert answer.value.status == 409
        expect(board.locator("#sched-says")).to_contain_text("Ben Sample changed it meanwhile")
        assert stage.stored("Demo").room_id == stage.rooms[2]
        with saved(board) as answer:
            board.keyboard.press("ArrowDown")
        assert answer.value.status == 200
        assert stage.minutes("Demo") == (65, 60)
        # The other editor's page asks every ten seconds.
        expect(other.locator("#sched-says")).to_contain_text("another editor", timeout=20_000)
        expect(block(other, stage, "Demo")).to_contain_text("10:05–11:05 am")


def test_what_is_strict_is_refused_with_a_sentence_and_stands_as_before(
    app: Flask, board: Page, stage: Stage
):
    from_board = block(board, stage, "Opening").locator("a")
    with app.app_context():
        event = stage.stored("Opening").event_id
        keep_strict(event)
    from_board.focus()
    with saved(board) as answer:
        board.keyboard.press("PageDown")
    assert answer.value.status == 422
    expect(board.locator("#sched-says")).to_contain_text("This kind of conflict is strict here")
    expect(block(board, stage, "Opening")).to_have_class("blk")
    assert stage.minutes("Opening") == (0, 30)


def keep_strict(event_id: UUID) -> None:
    keeping = service.Keeping(ReleaseMode.AT_ONCE, ("speaker_twice",), 0, nod=True)
    service.keep_programme(SYSTEM, event_id, keeping, now=clock.now())


def test_a_phone_has_the_list_and_each_session_its_form(
    new_context: NewContext, stage: Stage, node_front_end: FrontEnd
):
    context = new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, stage)
    page.goto(BOARD)
    expect(page.locator("#sched")).to_be_hidden()
    page.get_by_role("link", name="Move Demo").click()
    page.get_by_label("Starts at").fill("14:00")
    page.get_by_label("Minutes").fill("45")
    page.get_by_label("Room").select_option("Studio")
    page.get_by_role("button", name="Move").click()
    expect(page.locator(".note.go")).to_contain_text("Moved: Tuesday 8 December, 2:00 pm")
    assert stage.minutes("Demo") == (300, 45)
    assert stage.stored("Demo").room_id == stage.rooms[2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_a_grid_with_clashes(
    new_context: NewContext, stage: Stage, node_front_end: FrontEnd, scheme: str
):
    with stage.app.app_context():
        event = stage.stored("Demo").event_id
        for after in (60, 75, 500):
            factories.make_session(
                db.session.get_one(Event, event), after=after, room_id=stage.rooms[1]
            )
        place = service.Place(None, None, None)
        hold(event)
        service.place_session(SYSTEM, event, stage.sessions["Opening"], 1, place, now=clock.now())
    context = new_context(viewport=DESK, color_scheme=scheme, reduced_motion="reduce")
    with quiet_page(context) as page:
        sign_in(page, stage)
        page.goto(BOARD)
        expect(page.locator(".blk.clash").first).to_be_visible()
        expect(page.locator(".blk.held")).to_have_count(1)
        assert node_front_end.axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        page.locator("#sched-help").click()
        assert node_front_end.axe(page) == []


def hold(event_id: UUID) -> None:
    keeping = service.Keeping(ReleaseMode.HELD, (), 0, nod=True)
    service.keep_programme(SYSTEM, event_id, keeping, now=clock.now())


def test_an_hour_that_is_skipped_is_hatched_and_takes_no_drop(
    new_context: NewContext, stage: Stage
):
    night = date(2027, 3, 28)
    begins = datetime(2027, 3, 28, 0, 0, tzinfo=UTC)
    with stage.app.app_context():
        event = factories.make_event(
            db.session.get_one(Organisation, _organisation(stage)),
            slug="sample-night",
            time_zone="Europe/Berlin",
            starts_at=begins - timedelta(hours=1),
            ends_at=begins + timedelta(hours=6),
        )
        session = factories.make_session(
            event, starts_at=begins, ends_at=begins + timedelta(minutes=30), day=night
        )
    with quiet_page(new_context(viewport=DESK)) as page:
        sign_in(page, stage)
        page.goto("/manage/sample-night/programme")
        expect(page.locator("#sched-marks .gap")).to_contain_text("put forward")
        one = page.locator(f'.blk[data-id="{session.id}"]')
        expect(one).to_contain_text("1:00–1:30 am")
        drag(page, grip(one), (0, 6 * ROW))
        page.mouse.up()
        expect(page.locator("#sched-says")).to_contain_text("do not exist on this day")
        expect(one).to_contain_text("1:00–1:30 am")
        one.locator("a").focus()
        with saved(page):
            page.keyboard.press("PageDown")
            expect(one).to_contain_text("3:00–3:30 am")
    with stage.app.app_context():
        stored = db.session.get_one(Session, session.id)
        assert stored.starts_at == begins + timedelta(hours=1)


def _organisation(stage: Stage) -> UUID:
    event = db.session.get_one(Event, stage.stored("Demo").event_id)
    return event.organisation_id
