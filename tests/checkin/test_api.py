"""The door's API over HTTP: only a paired phone, only our own page, never a 500."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from forum.checkin import service
from forum.core import clock
from forum.core.actor import SYSTEM
from forum.core.ids import shown, uuid7
from forum.events.models import Event
from forum.registrations import service as registrations
from tests.checkin.conftest import NewGuest, NewPhone, Phone
from tests.factories import NOW

SCAN_ID = "01a20000-0000-7000-8000-000000000000"

ACTS = ("hello", "scan", "undo", "search", "sign-off")


@pytest.fixture(autouse=True)
def _then() -> Iterator[None]:
    with time_machine.travel(NOW):
        yield


@pytest.fixture
def mei(phone: NewPhone) -> Phone:
    return phone("Mei")


def _texts(pieces: list[dict[str, Any]]) -> list[str]:
    return [piece["text"] for piece in pieces]


def _lines(verdict: dict[str, Any]) -> list[str]:
    return [" ".join(_texts(line)) for line in verdict["lines"]]


def test_a_good_ticket_welcomes_by_name_in_both_scripts(guest: NewGuest, mei: Phone) -> None:
    ada = guest(name="Chan Tai Man", name_zh="陳大文", organisation="Sample Robotics")
    verdict = mei.scan(ada.qr)
    assert (verdict["kind"], verdict["title"]) == ("admit", "Welcome")
    assert verdict["big"] == [
        {"text": "Chan Tai Man", "lang": "", "strong": False},
        {"text": "陳大文", "lang": "zh-Hant-HK", "strong": False},
    ]
    assert _lines(verdict) == ["Sample Robotics"]
    assert verdict["chip"]["text"] == "General"
    assert verdict["past"]["word"] == "Admitted"
    assert verdict["past"]["undoable"]


def test_already_in_says_when_where_and_by_whom(guest: NewGuest, phone: NewPhone) -> None:
    ada = guest()
    at = phone("Mei").scan(ada.qr)["past"]["at"]
    verdict = phone("Bo").scan(ada.qr)
    assert (verdict["kind"], verdict["title"]) == ("look", "Already in")
    assert _lines(verdict) == [f"{at}, Main door, by Mei"]
    assert verdict["lines"][0][0]["strong"]
    assert verdict["next"] == ["Same person coming back? Let in.", "Someone else? Desk."]


def test_a_cancelled_ticket_stops_and_says_what_to_do(guest: NewGuest, mei: Phone) -> None:
    ada = guest(name="Ada Sample", name_zh="")
    registrations.cancel(SYSTEM, ada.registration_id, now=clock.now())
    verdict = mei.scan(ada.qr)
    assert (verdict["kind"], verdict["title"]) == ("stop", "Stop")
    assert _texts(verdict["big"]) == ["Ticket cancelled"]
    assert _lines(verdict)[0] == "Ada Sample"
    assert _lines(verdict)[1].startswith("cancelled on ")
    assert verdict["next"] == ["Send to the registration desk.", "200 seats are free."]


def test_the_count_goes_up_and_down_again(guest: NewGuest, mei: Phone) -> None:
    ada = guest()
    guest()
    assert mei.call("state").get_json()["count"] == {"admitted": 0, "expected": 2}
    verdict = mei.scan(ada.qr)
    state = mei.call("state").get_json()
    assert state["count"] == {"admitted": 1, "expected": 2}
    assert [one["word"] for one in state["past"]] == ["Admitted"]
    answer = mei.call("undo", {"scan_id": verdict["scan_id"], "reason": ""}).get_json()
    assert answer["count"] == {"admitted": 0, "expected": 2}
    assert answer["verdict"]["title"] == "Undone"
    assert mei.call("hello", {}).get_json()["past"][0]["word"] == "Not checked in any more"


def test_the_same_scan_id_again_is_answered_as_before(guest: NewGuest, mei: Phone) -> None:
    ada, scan_id = guest(), str(uuid7())
    first = mei.scan(ada.qr, scan_id=scan_id)
    again = mei.scan(ada.qr, scan_id=scan_id)
    for one in (first, again):
        del one["past"]["free_for"]
    assert first == again


def test_search_gives_name_organisation_and_reference_and_no_address(
    guest: NewGuest, mei: Phone
) -> None:
    ada = guest(name="Ada Sample", name_zh="", organisation="Sample Robotics")
    answer = mei.call("search", {"text": "ada"})
    assert answer.get_json() == {
        "found": [
            {
                "registration": str(ada.registration_id),
                "who": [{"text": "Ada Sample", "lang": "", "strong": False}],
                "organisation": "Sample Robotics",
                "code": shown(ada.reference),
                "state": "",
                "mood": "",
            },
        ],
        "more": False,
    }
    verdict = mei.scan("", registration=str(ada.registration_id))
    assert verdict["title"] == "Welcome"
    assert (
        mei.call("search", {"text": "ada"}).get_json()["found"][0]["state"].startswith("In since ")
    )


@pytest.mark.parametrize("lang", ["en", "zh-Hant", "zh-Hans"])
def test_every_answer_comes_in_the_language_asked_for(
    guest: NewGuest, mei: Phone, lang: str
) -> None:
    body = {"scan_id": str(uuid7()), "code": guest().qr, "way": "camera"}
    answer = mei.call(f"scan?lang={lang}", body)
    title = answer.get_json()["verdict"]["title"]
    assert (title == "Welcome") == (lang == "en")


@pytest.mark.parametrize("act", ["state", *ACTS])
def test_without_pairing_nothing_is_answered(client: FlaskClient, in_app: Flask, act: str) -> None:
    stranger = Phone(client, SYSTEM)
    answer = stranger.call(act, None if act == "state" else {})
    assert answer.status_code == 401
    assert answer.get_json()["error"] == "not_paired"


@pytest.mark.parametrize("act", ["state", *ACTS])
def test_a_locked_phone_hears_of_it_at_its_next_request(mei: Phone, event: Event, act: str) -> None:
    assert mei.actor.id is not None
    service.lock_device(SYSTEM, event, mei.actor.id, now=clock.now())
    answer = mei.call(act, None if act == "state" else {})
    assert (answer.status_code, answer.get_json()["error"]) == (401, "locked")
    assert "forum-door=;" in answer.headers["Set-Cookie"]


def test_signing_off_locks_the_phone(mei: Phone) -> None:
    assert mei.call("sign-off", {}).status_code == 200
    assert mei.call("state").status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forum-Door": ""},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://evil.example.com"},
    ],
)
def test_a_request_from_elsewhere_is_refused(mei: Phone, headers: dict[str, str]) -> None:
    assert mei.call("hello", {}, **headers).status_code == 403


def test_a_form_of_another_site_cannot_pose_as_json(mei: Phone) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        answer = mei.client.post(
            "/door/api/scan", data="{}", content_type=kind, headers={"X-Forum-Door": "1"}
        )
        assert answer.status_code == 403


WRONG: list[Any] = [
    None,
    [],
    0,
    "",
    {"scan_id": 1},
    {"scan_id": "no"},
    {"scan_id": SCAN_ID, "way": "guess"},
    {"scan_id": SCAN_ID, "way": "camera", "code": 7},
    {"scan_id": SCAN_ID, "way": "camera", "code": "x", "scanned_at": "yesterday"},
    {"scan_id": SCAN_ID, "way": "camera", "code": "x", "sent_at": "2026-12-08T09:00:00"},
    {"scan_id": SCAN_ID, "registration": "x' OR 1=1"},
    {"scan_id": SCAN_ID, "registration": None},
]


@pytest.mark.parametrize("body", WRONG, ids=[json.dumps(one)[:40] for one in WRONG])
def test_a_body_the_page_never_sends_is_a_sentence_not_a_crash(mei: Phone, body: Any) -> None:
    headers = {"X-Forum-Door": "1", "Content-Type": "application/json"}
    answer = mei.client.post("/door/api/scan", data=json.dumps(body), headers=headers)
    assert answer.status_code == 400
    assert answer.get_json()["message"]


NASTY = (
    "\x00",
    "\ud800",
    "\u202eabc",
    "\u200b",
    "😀" * 200,
    "x" * 900_000,
    "%",
    "\\",
    "'; DROP TABLE scan;--",
    "{{7*191}}",
    "<script>",
    "陳" * 300,
    "１２３４-ＡＢＣＤ",
)


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
def test_no_text_breaks_scanning_undoing_or_searching(mei: Phone, text: str) -> None:
    assert mei.scan(text)["kind"] == "neutral"
    assert mei.call("search", {"text": text}).status_code == 200
    assert mei.call("undo", {"scan_id": str(uuid7()), "reason": text}).status_code == 404


def test_times_at_the_ends_of_the_calendar_are_taken(guest: NewGuest, mei: Phone) -> None:
    verdict = mei.scan(
        guest().qr, scanned_at="0001-01-01T00:00:00+14:00", sent_at="9999-12-31T23:59:59-12:00"
    )
    assert verdict["title"] == "Welcome"


def test_answers_are_not_kept_by_any_cache(mei: Phone) -> None:
    assert mei.call("state").headers["Cache-Control"] == "no-store"
