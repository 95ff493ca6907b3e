"""The door on a phone, in a real browser: camera, hand scanner, search, undo, a lost network."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID

from playwright.sync_api import BrowserContext, Page, Route, expect

from forum.checkin import service
from forum.core import clock, qr
from forum.core.actor import SYSTEM
from forum.core.ids import shown
from tests.checkin.phone.conftest import Stage, expect_kind, pair, type_like_a_scanner
from tests.factories import make_session, text
from tests.support.browser import Camera, quiet_page

ASKED = re.compile(r"/door/api/")
STATE = re.compile(r"/door/api/state")


def test_a_ticket_held_before_the_camera_is_admitted_and_then_already_in(
    door: Page, stage: Stage, camera: Camera
) -> None:
    ada = stage.guest(name="Chan Tai Man", name_zh="陳大文")
    door.get_by_role("button", name="Turn on the camera").click()
    expect(door.locator("#finder")).to_have_class(re.compile("filming"))
    camera.show(qr.png(ada.qr, 600))
    expect_kind(door, "admit")
    verdict = door.get_by_role("status").filter(has_text="Welcome")
    expect(verdict).to_contain_text("Chan Tai Man")
    expect(verdict.locator("[lang=zh-Hant-HK]")).to_have_text("陳大文")
    expect(door.locator("#count")).to_have_text("1 / 1")
    # The ticket stays before the camera: the same code is not sent again.
    expect_kind(door, "ready")
    expect(door.locator("#last")).to_contain_text("Chan Tai Man · Admitted")
    camera.show(None)
    door.get_by_role("button", name="Scan next").click()
    camera.show(qr.png(ada.qr, 600))
    expect_kind(door, "look")
    expect(door.locator("#verdict")).to_contain_text(re.compile(r"\d\d:\d\d, Main door, by Mei"))
    camera.show(None)
    other = stage.guest(name="Wong Siu Ming")
    camera.show(qr.png(other.qr, 600))
    expect_kind(door, "admit")
    expect(door.locator("#verdict")).to_contain_text("Wong Siu Ming")
    camera.show(None)


def test_a_hand_scanner_needs_no_focus_and_presses_no_button(door: Page, stage: Stage) -> None:
    ada = stage.guest(name="Ada Sample")
    door.locator("#scan").focus()
    type_like_a_scanner(door, ada.qr)
    expect_kind(door, "admit")
    stage.cancel(ada)
    type_like_a_scanner(door, ada.qr)
    expect_kind(door, "stop")
    expect(door.locator("#verdict")).to_contain_text("Ticket cancelled")
    door.locator("#stage").click()
    expect_kind(door, "ready")
    type_like_a_scanner(door, "https://example.com/menu")
    expect_kind(door, "neutral")


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
    expect_kind(door, "admit")
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
    expect_kind(door, "admit")


def test_undo_takes_the_last_admission_back(door: Page, stage: Stage) -> None:
    ada = stage.guest(name="Ada Sample")
    undo = door.locator("#undo")
    expect(undo).to_be_disabled()
    type_like_a_scanner(door, ada.qr)
    expect_kind(door, "admit")
    undo.click()
    expect_kind(door, "neutral")
    expect(door.locator("#verdict")).to_contain_text("Undone")
    expect(door.locator("#count")).to_have_text("0 / 1")
    expect(undo).to_be_disabled()


def test_undo_asks_for_a_reason_once_the_moment_has_passed(door: Page, stage: Stage) -> None:
    ada = stage.guest(name="Ada Sample")
    door.clock.install()
    type_like_a_scanner(door, ada.qr)
    expect_kind(door, "admit")
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
    type_like_a_scanner(door, ada.qr)
    expect_kind(door, "neutral")
    expect(door.locator("#verdict")).to_contain_text("Not checked yet")
    expect(door.locator("#bar")).to_contain_text("Scans not checked yet: 1")
    expect(door.locator("#count")).to_have_text(re.compile("^0 / "))
    door.unroute(ASKED)
    door.evaluate("dispatchEvent(new Event('online'))")
    expect_kind(door, "admit")
    expect(door.locator("#bar")).to_be_hidden()
    expect(door.locator("#count")).to_have_text("1 / 1")


def test_a_count_that_was_asked_for_before_a_scan_is_not_shown_after_it(
    door: Page, stage: Stage
) -> None:
    ada = stage.guest(name="Ada Sample")
    held: list[Route] = []
    door.route(STATE, lambda route: held.append(route))  # noqa: PLW0108 - Playwright marks the function
    with door.expect_request(STATE, timeout=20_000):
        pass
    while not held:
        door.wait_for_timeout(20)
    before = held[0].fetch()
    type_like_a_scanner(door, ada.qr)
    expect_kind(door, "admit")
    expect(door.locator("#count")).to_have_text("1 / 1")
    with door.expect_response(STATE):
        held[0].fulfill(response=before)
    expect_kind(door, "ready")
    expect(door.locator("#count")).to_have_text("1 / 1")
    expect(door.locator("#last")).to_contain_text("Ada Sample")


def test_a_delay_is_on_the_phone_at_its_next_poll_and_stays_there_without_a_network(
    door: Page, stage: Stage
) -> None:
    with stage.app.app_context():
        talk = make_session(stage.event, after=-70, minutes=60, title=text("Opening address"))
        make_session(stage.event, after=0, title=text("Panel"))
    line = door.locator("#programme")
    with door.expect_response(STATE):
        pass
    expect(line).to_contain_text("Opening address")
    expect(line).not_to_contain_text("late")
    stage.run_late(talk.id, 8)
    with door.expect_response(STATE):
        pass
    expect(line.locator("p:visible")).to_contain_text(
        [re.compile(r"^Now · .*8 min late · Opening address"), "Up next"]
    )
    door.route(ASKED, lambda route: route.abort())
    expect(door.locator("#bar")).to_be_visible()
    expect(line).to_contain_text(re.compile(r"^As of \d\d:\d\d"))
    expect(line).to_contain_text("8 min late · Opening address")
    door.unroute(ASKED)
    expect(door.locator("#bar")).to_be_hidden()
    expect(line).not_to_contain_text("As of", use_inner_text=True)


def test_an_answer_that_is_lost_does_not_count_twice(door: Page, stage: Stage) -> None:
    ada = stage.guest(name="Ada Sample")

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    door.route("**/door/api/scan*", lose)
    type_like_a_scanner(door, ada.qr)
    expect(door.locator("#bar")).to_contain_text("Scans not checked yet: 1")
    door.unroute("**/door/api/scan*")
    door.evaluate("dispatchEvent(new Event('online'))")
    expect_kind(door, "admit")
    expect(door.locator("#count")).to_have_text("1 / 1")


def test_a_slow_answer_never_leaves_the_verdict_before_it_standing(
    door: Page, stage: Stage
) -> None:
    ada, bo = stage.guest(name="Ada Sample"), stage.guest(name="Bo Sample")
    type_like_a_scanner(door, ada.qr)
    expect_kind(door, "admit")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    door.route("**/door/api/scan*", hold)
    type_like_a_scanner(door, bo.qr)
    expect_kind(door, "neutral")
    expect(door.locator("#verdict")).to_contain_text("Checking")
    expect(door.locator("#verdict")).not_to_contain_text("Ada")
    held.pop().continue_()
    expect_kind(door, "admit")
    expect(door.locator("#verdict")).to_contain_text("Bo Sample")


def test_a_scan_that_waited_survives_a_reload(door: Page, stage: Stage) -> None:
    ada = stage.guest(name="Ada Sample")
    door.route(ASKED, lambda route: route.abort())
    type_like_a_scanner(door, ada.qr)
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
    type_like_a_scanner(door, ada.qr)
    expect_kind(door, "neutral")
    expect(door.locator("#bar")).to_be_visible()


def test_a_locked_phone_says_so_and_takes_nothing_more(door: Page, stage: Stage) -> None:
    ada = stage.guest()
    with stage.app.app_context():
        device = door.locator("body").get_attribute("data-device")
        assert device is not None
        service.lock_device(SYSTEM, stage.event, UUID(device), now=clock.now())
    type_like_a_scanner(door, ada.qr)
    expect_kind(door, "stop")
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
        pair(page, stage)
        page.get_by_role("button", name="Turn on the camera").click()
        expect(page.locator("#hint")).to_contain_text("Allow it in the settings")
        expect(page.get_by_role("button", name="Turn on the camera")).to_be_enabled()


def test_a_reader_that_cannot_be_loaded_says_so(
    new_context: Callable[..., BrowserContext], stage: Stage
) -> None:
    page = new_context().new_page()
    pair(page, stage)
    page.route("**/static/zxing*", lambda route: route.abort())
    page.get_by_role("button", name="Turn on the camera").click()
    expect(page.locator("#hint")).to_contain_text("The code reader could not be loaded")
    page.unroute("**/static/zxing*")
    page.get_by_role("button", name="Turn on the camera").click()
    expect(page.locator("#video")).to_have_attribute("data-reader", re.compile("zxing|browser"))


def test_without_a_script_the_whole_door_works_by_typing(
    new_context: Callable[..., BrowserContext], stage: Stage
) -> None:
    ada = stage.guest(name="Ada Sample")
    with quiet_page(new_context(java_script_enabled=False)) as page:
        pair(page, stage)
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
