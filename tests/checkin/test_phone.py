"""The door on a phone, in a real browser: camera, hand scanner, search, undo, a lost network."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, Route, expect

from forum.app import create_app
from forum.checkin import service
from forum.core import clock, qr
from forum.core.actor import SYSTEM
from forum.core.ids import shown
from forum.events.models import Event
from forum.registrations import service as registrations
from tests.checkin.conftest import TicketHolder, register_guest
from tests.factories import make_event
from tests.support import databases
from tests.support.browser import Camera, quiet_page
from tests.support.front_end import FrontEnd
from tests.support.ground import free_port
from tests.support.live import LiveForum, live_forum

# Two cores may be busy with everything else.
expect.set_options(timeout=15_000)
ASKED = re.compile(r"/door/api/")


@dataclass
class Stage:
    """A live event: how to register a guest, and how to pair another phone."""

    app: Flask
    event: Event

    def guest(self, **given: str) -> TicketHolder:
        """Register a guest."""
        with self.app.app_context():
            return register_guest(self.event, **given)

    def cancel(self, guest: TicketHolder) -> None:
        """Cancel a guest's registration."""
        with self.app.app_context():
            registrations.cancel(SYSTEM, guest.registration_id, now=clock.now())

    def pairing(self) -> str:
        """Make a pairing link."""
        with self.app.app_context():
            now = clock.now()
            at = service.main_checkpoint(SYSTEM, self.event, now=now)
            return f"/door/pair/{service.make_pairing_link(SYSTEM, self.event, at, now=now).secret}"


@pytest.fixture(scope="module")
def forum_server(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveForum]:
    """One live Forum for these stories; each has an event of its own."""
    folder = tmp_path_factory.mktemp("door")
    address = databases.copy_of(sqlite_template, folder)
    given = {"base_url": f"http://127.0.0.1:{free_port()}"}
    with live_forum(databases.settings_for(folder, address, **given)) as server:
        yield server


@pytest.fixture(scope="module")
def app(forum_server: LiveForum) -> Iterator[Flask]:
    """The same Forum in this process."""
    made = create_app(forum_server.settings, checkpoints=False)
    yield made
    databases.close(made)


@pytest.fixture
def stage(app: Flask) -> Stage:
    now = clock.now()
    with app.app_context():
        event = make_event(starts_at=now + timedelta(hours=1), ends_at=now + timedelta(hours=5))
    return Stage(app, event)


@pytest.fixture
def door(page: Page, stage: Stage) -> Page:
    """The door's page on a paired phone."""
    page.goto(stage.pairing())
    page.get_by_label("Your name").fill("Mei")
    page.get_by_role("button", name="Pair this phone").click()
    expect(page.locator("#scan")).to_be_visible()
    return page


def _kind(page: Page, kind: str) -> None:
    expect(page.locator("#stage")).to_have_attribute("data-kind", kind)


def _type_like_a_scanner(page: Page, code: str) -> None:
    page.keyboard.type(code)
    page.keyboard.press("Enter")


def test_a_ticket_held_before_the_camera_is_admitted_and_then_already_in(
    door: Page, stage: Stage, camera: Camera
) -> None:
    ada = stage.guest(name="Chan Tai Man", name_zh="陳大文")
    door.get_by_role("button", name="Turn on the camera").click()
    expect(door.locator("#finder")).to_have_class(re.compile("filming"))
    camera.show(qr.png(ada.qr, 600))
    _kind(door, "admit")
    verdict = door.get_by_role("status").filter(has_text="Welcome")
    expect(verdict).to_contain_text("Chan Tai Man")
    expect(verdict.locator("[lang=zh-Hant-HK]")).to_have_text("陳大文")
    expect(door.locator("#count")).to_have_text("1 / 1")
    # The ticket stays before the camera: the same code is not sent again.
    _kind(door, "ready")
    expect(door.locator("#last")).to_contain_text("Chan Tai Man · Admitted")
    camera.show(None)
    door.get_by_role("button", name="Scan next").click()
    camera.show(qr.png(ada.qr, 600))
    _kind(door, "look")
    expect(door.locator("#verdict")).to_contain_text(re.compile(r"\d\d:\d\d, Main door, by Mei"))
    camera.show(None)
    other = stage.guest(name="Wong Siu Ming")
    camera.show(qr.png(other.qr, 600))
    _kind(door, "admit")
    expect(door.locator("#verdict")).to_contain_text("Wong Siu Ming")
    camera.show(None)


def test_a_hand_scanner_needs_no_focus_and_presses_no_button(door: Page, stage: Stage) -> None:
    ada = stage.guest(name="Ada Sample")
    door.locator("#scan").focus()
    _type_like_a_scanner(door, ada.qr)
    _kind(door, "admit")
    stage.cancel(ada)
    _type_like_a_scanner(door, ada.qr)
    _kind(door, "stop")
    expect(door.locator("#verdict")).to_contain_text("Ticket cancelled")
    door.locator("#stage").click()
    _kind(door, "ready")
    _type_like_a_scanner(door, "https://example.com/menu")
    _kind(door, "neutral")


def test_a_guest_is_found_by_one_chinese_character_and_checked_in_by_a_tap(
    door: Page, stage: Stage
) -> None:
    stage.guest(name="Chan Tai Man", name_zh="陳大文")
    stage.guest(name="Wong Siu Ming", name_zh="黃小明")
    door.get_by_role("button", name="Search").click()
    box = door.get_by_label("Name, organisation or code")
    expect(box).to_be_focused()
    box.fill("陳")
    found = door.locator("#found button")
    expect(found).to_have_count(1)
    found.click()
    _kind(door, "admit")
    expect(door.locator("#count")).to_have_text("1 / 2")
    door.get_by_role("button", name="Search").click()
    box.fill("chan")
    expect(door.locator("#found .tag")).to_have_text(re.compile("In since"))
    box.fill("nobody here")
    expect(door.locator("#search-says")).to_contain_text("Nobody found")
    box.fill("a")
    expect(door.locator("#search-says")).to_contain_text(
        "Type one Chinese character or two letters"
    )


def test_a_typed_code_checks_in_by_enter(door: Page, stage: Stage) -> None:
    ada = stage.guest()
    door.get_by_role("button", name="Search").click()
    door.get_by_label("Name, organisation or code").fill(shown(ada.reference).lower())
    door.keyboard.press("Enter")
    _kind(door, "admit")


def test_undo_takes_the_last_admission_back(door: Page, stage: Stage) -> None:
    ada = stage.guest(name="Ada Sample")
    undo = door.locator("#undo")
    expect(undo).to_be_disabled()
    _type_like_a_scanner(door, ada.qr)
    _kind(door, "admit")
    undo.click()
    _kind(door, "neutral")
    expect(door.locator("#verdict")).to_contain_text("Undone")
    expect(door.locator("#count")).to_have_text("0 / 1")
    expect(undo).to_be_disabled()


def test_undo_asks_for_a_reason_once_the_moment_has_passed(door: Page, stage: Stage) -> None:
    ada = stage.guest(name="Ada Sample")
    door.clock.install()
    _type_like_a_scanner(door, ada.qr)
    _kind(door, "admit")
    door.clock.fast_forward(11_000)
    door.get_by_role("button", name="Last scans").click()
    door.get_by_role("button", name="Undo: Ada Sample").click()
    expect(door.get_by_role("heading", name="Why is this undone?")).to_be_visible()
    door.get_by_role("button", name="Wrong person").click()
    expect(door.locator("#count")).to_have_text("0 / 1")


def test_without_a_network_nobody_is_called_in_and_the_scan_is_sent_later(
    door: Page, stage: Stage
) -> None:
    ada = stage.guest(name="Ada Sample")
    door.route(ASKED, lambda route: route.abort())
    _type_like_a_scanner(door, ada.qr)
    _kind(door, "neutral")
    expect(door.locator("#verdict")).to_contain_text("Not checked yet")
    expect(door.locator("#bar")).to_contain_text("Scans not checked yet: 1")
    expect(door.locator("#count")).to_have_text("0 / 0")
    door.unroute(ASKED)
    door.evaluate("dispatchEvent(new Event('online'))")
    _kind(door, "admit")
    expect(door.locator("#bar")).to_be_hidden()
    expect(door.locator("#count")).to_have_text("1 / 1")


def test_an_answer_that_is_lost_does_not_count_twice(door: Page, stage: Stage) -> None:
    ada = stage.guest(name="Ada Sample")

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    door.route("**/door/api/scan*", lose)
    _type_like_a_scanner(door, ada.qr)
    expect(door.locator("#bar")).to_contain_text("Scans not checked yet: 1")
    door.unroute("**/door/api/scan*")
    door.evaluate("dispatchEvent(new Event('online'))")
    _kind(door, "admit")
    expect(door.locator("#count")).to_have_text("1 / 1")


def test_a_slow_answer_never_leaves_the_verdict_before_it_standing(
    door: Page, stage: Stage
) -> None:
    ada, bo = stage.guest(name="Ada Sample"), stage.guest(name="Bo Sample")
    _type_like_a_scanner(door, ada.qr)
    _kind(door, "admit")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    door.route("**/door/api/scan*", hold)
    _type_like_a_scanner(door, bo.qr)
    _kind(door, "neutral")
    expect(door.locator("#verdict")).to_contain_text("Checking")
    expect(door.locator("#verdict")).not_to_contain_text("Ada")
    held.pop().continue_()
    _kind(door, "admit")
    expect(door.locator("#verdict")).to_contain_text("Bo Sample")


def test_a_scan_that_waited_survives_a_reload(door: Page, stage: Stage) -> None:
    ada = stage.guest(name="Ada Sample")
    door.route(ASKED, lambda route: route.abort())
    _type_like_a_scanner(door, ada.qr)
    expect(door.locator("#bar")).to_contain_text("Scans not checked yet: 1")
    door.unroute(ASKED)
    door.reload()
    expect(door.locator("#count")).to_have_text("1 / 1")
    expect(door.locator("#last")).to_contain_text("Ada Sample · Admitted")


def test_a_sign_in_page_of_a_hotel_is_no_answer(door: Page, stage: Stage) -> None:
    ada = stage.guest()
    door.route(
        ASKED,
        lambda route: route.fulfill(body="<html>Welcome to our Wi-Fi", content_type="text/html"),
    )
    _type_like_a_scanner(door, ada.qr)
    _kind(door, "neutral")
    expect(door.locator("#bar")).to_be_visible()


def test_a_locked_phone_says_so_and_takes_nothing_more(door: Page, stage: Stage) -> None:
    ada = stage.guest()
    with stage.app.app_context():
        device = door.locator("body").get_attribute("data-device")
        assert device is not None
        service.lock_device(SYSTEM, stage.event, UUID(device), now=clock.now())
    _type_like_a_scanner(door, ada.qr)
    _kind(door, "stop")
    expect(door.locator("#verdict")).to_contain_text("Locked")
    expect(door.locator("#scan")).to_be_disabled()


def test_a_refused_camera_says_what_to_do(
    new_context: Callable[..., BrowserContext], stage: Stage
) -> None:
    with quiet_page(new_context(permissions=[])) as page:
        page.add_init_script(
            "navigator.mediaDevices.getUserMedia = () =>"
            " Promise.reject(new DOMException('no', 'NotAllowedError'))",
        )
        page.goto(stage.pairing())
        page.get_by_label("Your name").fill("Mei")
        page.get_by_role("button", name="Pair this phone").click()
        page.get_by_role("button", name="Turn on the camera").click()
        expect(page.locator("#hint")).to_contain_text("Allow it in the settings")
        expect(page.get_by_role("button", name="Turn on the camera")).to_be_enabled()


def test_without_a_script_the_whole_door_works_by_typing(
    new_context: Callable[..., BrowserContext], stage: Stage
) -> None:
    ada = stage.guest(name="Ada Sample")
    with quiet_page(new_context(java_script_enabled=False)) as page:
        page.goto(stage.pairing())
        page.get_by_label("Your name").fill("Mei")
        page.get_by_role("button", name="Pair this phone").click()
        page.get_by_label("Code on the ticket").first.fill(ada.reference)
        page.get_by_role("button", name="Check in").click()
        expect(page.get_by_role("heading", name="Welcome")).to_be_visible()
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_role("heading", name="Undone")).to_be_visible()
        page.get_by_role("link", name="Scan next").click()
        expect(page.get_by_label("Code on the ticket").first).to_be_visible()


def test_bright_and_language_are_remembered(door: Page) -> None:
    door.get_by_role("button", name="Bright").click()
    expect(door.locator("body")).to_have_class(re.compile("bright"))
    door.get_by_role("link", name="繁").click()
    expect(door.locator("html")).to_have_attribute("lang", "zh-Hant-HK")
    expect(door.locator("body")).to_have_class(re.compile("bright"))
    door.goto("/door/")
    expect(door.locator("html")).to_have_attribute("lang", "zh-Hant-HK")


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
        _type_like_a_scanner(door, code)
        _kind(door, kind)
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


@pytest.mark.parametrize("width", [320, 360, 390, 820, 1440])
def test_the_controls_stay_in_view_and_are_large_enough(
    door: Page, stage: Stage, width: int
) -> None:
    height = 640 if width < 400 else 900
    door.set_viewport_size({"width": width, "height": height})
    gone = stage.guest(name="Christabel Alexandra Fotheringham-Ponsonby", name_zh="示例嘉賓甲乙丙")
    stage.cancel(gone)
    _type_like_a_scanner(door, gone.qr)
    _kind(door, "stop")
    assert _sideways(door) == 0
    for name in ("scan", "seek", "undo"):
        box = door.locator(f"#{name}").bounding_box()
        assert box is not None
        assert box["height"] >= 56
        assert box["y"] + box["height"] <= height
        assert box["y"] >= height * 0.6


def _sideways(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))
