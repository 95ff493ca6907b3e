"""The door's page is readable and in reach: axe in every state, sizes on every screen."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.checkin.phone.conftest import Stage, expect_kind, type_like_a_scanner
from tests.factories import make_room, make_session, text
from tests.support.front_end import FrontEnd


@pytest.mark.parametrize("lang", ["en", "zh-Hant"])
@pytest.mark.parametrize("bright", [False, True], ids=["dark", "bright"])
def test_every_state_of_the_page_is_readable_and_reachable_for_all(
    door: Page, stage: Stage, node_front_end: FrontEnd, lang: str, *, bright: bool
) -> None:
    ada = stage.guest(name="Chan Tai Man", name_zh="陳大文", organisation="Sample Robotics")
    gone = stage.guest()
    stage.cancel(gone)
    door.emulate_media(reduced_motion="reduce")
    door.goto(f"/door/?lang={lang}")
    if bright:
        door.locator("#bright").click()
    faults = [f"ready: {one}" for one in node_front_end.axe(door)]
    codes = {"admit": ada.qr, "look": ada.qr, "stop": gone.qr, "neutral": "https://example.com/"}
    for kind, code in codes.items():
        type_like_a_scanner(door, code)
        expect_kind(door, kind)
        faults += [f"{kind}: {one}" for one in node_front_end.axe(door)]
        assert _sideways(door) == 0
    door.locator("#seek").click()
    door.locator("#search-text").fill("陳")
    expect(door.locator("#found button")).to_have_count(1)
    faults += [f"search: {one}" for one in node_front_end.axe(door)]
    door.keyboard.press("Escape")
    door.locator("#recent").click()
    faults += [f"recent: {one}" for one in node_front_end.axe(door)]
    assert faults == []


@pytest.mark.parametrize("lang", ["en", "zh-Hant"])
@pytest.mark.parametrize("bright", [False, True], ids=["dark", "bright"])
def test_what_is_on_is_readable_on_a_small_phone(
    door: Page, stage: Stage, node_front_end: FrontEnd, lang: str, *, bright: bool
) -> None:
    with stage.app.app_context():
        room = make_room(stage.event, name=text("Grand Sample Hall on the third floor"))
        title = text("A long title on autonomous robots in the warehouses of the harbour")
        talk = make_session(stage.event, after=-70, minutes=60, title=title, room_id=room.id)
        make_session(stage.event, after=0, title=title, room_id=room.id)
    stage.run_late(talk.id, 8)
    door.set_viewport_size({"width": 360, "height": 640})
    door.goto(f"/door/?lang={lang}")
    if bright:
        door.locator("#bright").click()
    lines = door.locator("#programme > p:visible")
    expect(lines).to_have_count(2)
    said = door.locator("#programme").bounding_box()
    scan = door.locator("#scan").bounding_box()
    assert said is not None
    assert scan is not None
    assert said["y"] + said["height"] <= scan["y"]
    assert scan["y"] >= 640 * 0.6
    assert _sideways(door) == 0
    assert _overflow(door) == 0
    assert node_front_end.axe(door) == []
    door.evaluate("document.getElementById('finder').classList.add('filming')")
    assert _overflow(door) == 0


@pytest.mark.parametrize("width", [320, 360, 390, 820, 1440])
def test_the_controls_stay_in_view_and_are_large_enough(
    door: Page, stage: Stage, width: int
) -> None:
    height = 640 if width < 400 else 900
    door.set_viewport_size({"width": width, "height": height})
    gone = stage.guest(name="Christabel Alexandra Fotheringham-Ponsonby", name_zh="示例嘉賓甲乙丙")
    stage.cancel(gone)
    type_like_a_scanner(door, gone.qr)
    expect_kind(door, "stop")
    assert _sideways(door) == 0
    for name in ("scan", "seek", "undo"):
        box = door.locator(f"#{name}").bounding_box()
        assert box is not None
        assert box["height"] >= 56
        assert box["y"] + box["height"] <= height
        assert box["y"] >= height * 0.6


def _overflow(page: Page) -> int:
    stage = "document.getElementById('stage')"
    return int(page.evaluate(f"{stage}.scrollHeight - {stage}.clientHeight"))


def _sideways(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))
