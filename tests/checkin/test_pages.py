"""Pairing by a link, the door's page without a script, and the organiser's side of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from forum.checkin import queries, service
from forum.checkin.models import Checkpoint, Device, PairingLink
from forum.checkin.rules import CheckpointKind
from forum.core.actor import SYSTEM
from forum.core.db import db, writing
from forum.core.ids import shown, uuid7
from forum.core.permissions import Role
from forum.core.text import Text
from forum.events.models import Event
from tests.checkin.conftest import NewGuest, NewPhone, record
from tests.factories import NOW, make_event
from tests.support.front_end import FrontEnd

SignIn = Callable[..., FlaskClient]


@pytest.fixture(autouse=True)
def _then() -> Iterator[None]:
    with time_machine.travel(NOW):
        yield


@pytest.fixture
def client(app: Flask, event: Event) -> FlaskClient:
    """A visitor whose requests stand apart from the test's own context."""
    return app.test_client()


@pytest.fixture
def link(event: Event) -> str:
    at = service.main_checkpoint(SYSTEM, event, now=NOW)
    return f"/door/pair/{service.make_pairing_link(SYSTEM, event, at, now=NOW).secret}"


def hidden_fields(page: str) -> dict[str, str]:
    """Return the hidden fields of a page's forms, the first of each name."""
    found: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]+type=\"hidden\"[^>]*>", page):
        parts = dict(re.findall(r'(name|value)="([^"]*)"', tag))
        found.setdefault(parts["name"], parts.get("value", ""))
    return found


def _send(
    client: FlaskClient, address: str, at: str | None = None, **typed: str
) -> tuple[int, str]:
    page = client.get(at or address).text
    answer = client.post(address, data=hidden_fields(page) | typed, follow_redirects=True)
    return answer.status_code, answer.text


def test_a_link_pairs_one_phone_and_seeing_it_uses_nothing_up(
    app: Flask, client: FlaskClient, link: str
) -> None:
    for _ in range(3):
        page = client.get(link)
        assert page.status_code == 200
        assert "Main door" in page.text
        assert "Tuesday 8 December 2026" in page.text
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert page.headers["Cache-Control"] == "no-store"
    status, text = _send(client, link, name="Mei")
    assert status == 200
    assert "by Mei" in text
    assert client.get("/door/").status_code == 200
    other = app.test_client()
    assert other.get(link).status_code == 410
    status, text = other.post(link, data={"name": "Eve"}), ""
    assert status.status_code in {400, 410}
    device = db.session.scalars(sa.select(Device)).one()
    assert (device.name, device.revoked_at) == ("Mei", None)


def test_only_hashes_of_secrets_are_stored(client: FlaskClient, link: str) -> None:
    _send(client, link, name="Mei")
    cookie = client.get_cookie("forum-door", path="/door")
    assert cookie is not None
    assert cookie.http_only
    stored = [
        db.session.scalars(sa.select(table.secret_hash)).one() for table in (PairingLink, Device)
    ]
    for secret in (link.rpartition("/")[2], cookie.value):
        assert len(secret) >= 32
        assert secret.encode() not in stored


def test_the_button_pressed_twice_leads_to_the_door(client: FlaskClient, link: str) -> None:
    fields = hidden_fields(client.get(link).text) | {"name": "Mei"}
    answers = [client.post(link, data=fields).headers.get("Location") for _ in range(2)]
    assert answers == ["/door/", "/door/"]


@pytest.mark.parametrize("name", ["", "   ", "\u200b"])
def test_pairing_asks_for_a_name(client: FlaskClient, link: str, name: str) -> None:
    status, text = _send(client, link, name=name)
    assert status == 422
    assert "<title>Error: " in text
    assert "Enter your name" in text


def test_a_link_older_than_a_day_and_one_that_never_was(client: FlaskClient, link: str) -> None:
    with time_machine.travel(NOW + timedelta(hours=24)):
        answer = client.get(link)
    assert answer.status_code == 410
    assert "older than a day" in answer.text
    assert client.get("/door/pair/nonsense").status_code == 404
    assert client.get("/door/pair/" + "x" * 5000).status_code == 404


def test_a_phone_that_is_not_paired_is_told_how(client: FlaskClient, in_app: Flask) -> None:
    page = client.get("/door/")
    assert page.status_code == 200
    assert "Pair a phone" in page.text
    assert "<form" not in page.text


def test_the_door_page_may_use_camera_and_wasm_and_nothing_inline(phone: NewPhone) -> None:
    page = phone().client.get("/door/")
    policy = page.headers["Content-Security-Policy"]
    assert "script-src 'self' 'wasm-unsafe-eval'" in policy
    assert "unsafe-inline" not in policy
    assert "camera=(self)" in page.headers["Permissions-Policy"]
    assert " style=" not in page.text
    assert not re.search(r" on\w+=", page.text)


def test_without_a_script_a_typed_code_checks_in_once(guest: NewGuest, phone: NewPhone) -> None:
    ada, mei = guest(name="Ada Sample"), phone("Mei")
    page = mei.client.get("/door/").text
    sent = hidden_fields(page) | {"code": shown(ada.reference)}
    for _ in range(2):
        answer = mei.client.post("/door/scan", data=sent)
        assert answer.status_code == 200
        assert 'data-kind="admit"' in answer.text
        assert "Ada Sample" in answer.text
        assert "1 / 1" in answer.text
    status, text = _send(mei.client, "/door/scan", "/door/", code=ada.qr)
    assert status == 200
    assert 'data-kind="look"' in text
    undo = hidden_fields(answer.text) | {"scan_id": sent["scan_id"]}
    text = mei.client.post("/door/undo", data=undo).text
    assert 'data-kind="neutral"' in text
    assert "0 / 1" in text


def test_without_a_script_an_empty_code_is_asked_for(phone: NewPhone) -> None:
    status, text = _send(phone().client, "/door/scan", "/door/", code="  ")
    assert status == 422
    assert "Enter the code on the ticket" in text


def test_a_name_that_looks_like_markup_is_only_text(guest: NewGuest, phone: NewPhone) -> None:
    ada, mei = guest(name="<script>alert(1)</script>", name_zh=""), phone("<b>Mei</b>")
    _, text = _send(mei.client, "/door/scan", "/door/", code=ada.reference)
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text
    assert "<b>Mei" not in text


def test_an_organiser_pairs_a_phone_from_an_empty_page(
    app: Flask, organiser: SignIn, event: Event
) -> None:
    mine = organiser()
    base = f"/manage/{event.slug}/door"
    assert "No phone is paired yet" in mine.get(base).text
    status, text = _send(mine, f"{base}/pair", checkpoint="", may_search="y")
    assert status == 200
    assert 'class="qr"' in text
    found = re.search(r'value="http://localhost(/door/pair/[\w-]+)"', text)
    assert found is not None
    assert "by Mei" in _send(app.test_client(), found[1], name="Mei")[1]
    text = mine.get(base).text
    assert "Main door" in text
    assert "Mei" in text
    assert found[1] not in text


def test_an_organiser_sees_scans_undoes_one_and_locks_the_phone(
    organiser: SignIn, event: Event, guest: NewGuest, phone: NewPhone
) -> None:
    mei, base, mine = phone("Mei"), f"/manage/{event.slug}/door", organiser()
    verdict = record(mei, guest(name="Ada Sample").qr)
    page = mine.get(base).text
    assert "Ada Sample" in page
    assert "1 of 1 guests are in" in page
    status, text = _send(mine, f"{base}/scans/{verdict.id}/undo", reason="")
    assert status == 422
    assert "Say why this is undone" in text
    status, text = _send(mine, f"{base}/scans/{verdict.id}/undo", reason="Wrong person")
    assert status == 200
    assert "Ada Sample is not checked in any more." in text
    assert "0 of 1 guests are in" in text
    status, text = _send(mine, f"{base}/devices/{mei.actor.id}/lock", base)
    assert "The phone of Mei is locked." in text
    assert mei.client.get("/door/").status_code == 403


def test_an_organiser_adds_and_changes_a_checkpoint(organiser: SignIn, event: Event) -> None:
    mine, base = organiser(), f"/manage/{event.slug}/door/checkpoints"
    typed = {
        "name-en": "VIP room",
        "name-zh_hant": "貴賓室",
        "kind": "room",
        "opens_at": "2026-12-08T08:30",
        "closes_at": "2026-12-08T13:00",
    }
    assert _send(mine, f"{base}/new", **typed)[0] == 200
    row = db.session.scalars(sa.select(Checkpoint)).one()
    assert (row.kind, row.name.get("zh-Hant")) == (CheckpointKind.ROOM, "貴賓室")
    assert row.opens_at is not None
    assert row.opens_at.isoformat() == "2026-12-08T00:30:00+00:00"
    status, text = _send(mine, f"{base}/{row.id}", **typed | {"closes_at": "2026-12-08T08:00"})
    assert status == 422
    assert "The door must close after it opens" in text
    status, text = _send(mine, f"{base}/{row.id}", **typed | {"name-en": "", "name-zh_hant": ""})
    assert status == 422
    assert "Enter a name that helpers will know" in text
    assert _send(mine, f"{base}/{row.id}", **typed | {"closes_at": ""})[0] == 200
    db.session.expire_all()
    assert row.closes_at is None


@pytest.mark.both_databases
@pytest.mark.parametrize("box", ["opens_at", "closes_at"])
@pytest.mark.parametrize("typed", ["0001-01-01T00:00", "0999-01-01T00:00", "9999-12-31T23:59"])
def test_hours_in_an_impossible_year_are_refused_at_their_box(
    organiser: SignIn, event: Event, box: str, typed: str
) -> None:
    mine, door = organiser(), f"/manage/{event.slug}/door"
    sent = {"name-en": "VIP room", "kind": "room", box: typed}
    status, text = _send(mine, f"{door}/checkpoints/new", **sent)
    assert status == 422
    assert "Enter a year from 1970 to 2200" in text
    assert db.session.scalars(sa.select(Checkpoint)).all() == []
    assert (
        _send(mine, f"{door}/checkpoints/new", **{"name-en": "VIP room", "kind": "room"})[0] == 200
    )
    row = db.session.scalars(sa.select(Checkpoint)).one()
    assert _send(mine, f"{door}/checkpoints/{row.id}", **sent)[0] == 422
    assert mine.get(door).status_code == 200


def test_hours_that_the_clock_skips_are_refused_in_a_sentence(organiser: SignIn) -> None:
    mine = organiser()
    with writing() as session:
        session.execute(sa.update(Event).values(time_zone="Europe/London"))
    base = f"/manage/{db.session.scalars(sa.select(Event.slug)).one()}/door/checkpoints/new"
    typed = {"name-en": "VIP room", "kind": "room", "opens_at": "2027-03-28T01:30"}
    status, text = _send(mine, base, **typed)
    assert status == 422
    assert "01:30 on that day does not exist in Europe/London" in text
    assert _send(mine, base, **typed | {"opens_at": "2027-03-28T02:30"})[0] == 200
    row = db.session.scalars(sa.select(Checkpoint)).one()
    assert row.opens_at is not None
    assert row.opens_at.isoformat() == "2027-03-28T01:30:00+00:00"


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "before",
    [
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "0001-01-01T00:00:00+00:00",
        "0999-01-01T00:00:00+00:00",
        "2026-12-08",
        "²",
        "9" * 5000,
    ],
)
def test_a_nonsensical_moment_in_the_address_does_no_harm(
    organiser: SignIn, event: Event, before: str
) -> None:
    page = organiser().get(f"/manage/{event.slug}/door", query_string={"before": before})
    assert page.status_code == 200


def test_roles_and_foreign_events(
    organiser: SignIn, event: Event, guest: NewGuest, phone: NewPhone
) -> None:
    base = f"/manage/{event.slug}/door"
    scan = record(phone(), guest().qr)
    helper = organiser(Role.DOOR)
    assert helper.get(base).status_code == 200
    assert helper.get(f"{base}/pair").status_code == 403
    assert organiser(Role.VIEWER).get(base).status_code == 403
    other = make_event()
    mine = organiser()
    assert mine.get(f"/manage/{other.slug}/door").status_code == 404
    for path in (f"scans/{uuid7()}/undo", f"checkpoints/{uuid7()}"):
        assert mine.get(f"{base}/{path}").status_code == 404
    assert mine.get(f"/manage/{other.slug}/door/scans/{scan.id}/undo").status_code == 404


def test_a_scan_is_undone_only_through_its_own_event(
    organiser: SignIn, event: Event, guest: NewGuest, phone: NewPhone
) -> None:
    scan = record(phone(), guest().qr)
    sister = make_event(slug="sister-forum")
    sister_id, scan_id = sister.id, scan.id
    assert queries.verdict_of_event(sister_id, scan_id) is None
    assert queries.checkpoint_of(db.session(), sister_id, uuid7()) is None


def test_a_phone_paired_for_a_named_checkpoint_says_its_name_in_the_readers_language(
    phone: NewPhone, event: Event
) -> None:
    room = service.add_checkpoint(
        SYSTEM, event, Text({"zh-Hant": "貴賓室"}), CheckpointKind.ROOM, now=NOW
    )
    page = phone(checkpoint_id=room).client.get("/door/?lang=en")
    assert '<span lang="zh-Hant-HK">貴賓室</span>' in page.text
    assert "forum-language=en" in page.headers["Set-Cookie"]


def test_the_pages_are_valid_html(
    organiser: SignIn,
    event: Event,
    guest: NewGuest,
    phone: NewPhone,
    link: str,
    node_front_end: FrontEnd,
    tmp_path: Path,
) -> None:
    mei, mine, base = phone("Mei"), organiser(), f"/manage/{event.slug}/door"
    ada = guest(name="Ada Sample")
    pages = {"unpaired": mine.get("/door/").text, "pair": mine.get(link).text}
    pages["ready"] = mei.client.get("/door/").text
    pages["verdict"] = _send(mei.client, "/door/scan", "/door/", code=ada.qr)[1]
    scan = queries.last_of_event(event.id, 1)[0]
    for path in ("", "/pair", "/checkpoints/new", f"/scans/{scan.id}/undo"):
        pages[f"manage{path}"] = mine.get(base + path).text
    pages["code"] = _send(mine, f"{base}/pair", checkpoint=_first_choice(pages["manage/pair"]))[1]
    pages["errors"] = _send(mine, f"{base}/checkpoints/new", **{"name-en": ""})[1]
    assert node_front_end.html_faults(pages, tmp_path) == []


def _first_choice(page: str) -> str:
    found = re.search(r'<option[^>]*value="([^"]+)"', page)
    assert found is not None
    return found[1]


def test_over_https_the_secret_travels_by_https_alone(
    app: Flask, client: FlaskClient, link: str
) -> None:
    app.config["SESSION_COOKIE_SECURE"] = True
    fields = hidden_fields(client.get(link, base_url="https://localhost").text)
    answer = client.post(link, data=fields | {"name": "Mei"}, base_url="https://localhost")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Secure-forum-door=")
    for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/door"):
        assert part in cookie
