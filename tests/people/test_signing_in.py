"""Signing in by a link in the mail: equal answers, one use, limits, and where it leads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from forum.core import outbox
from forum.core.db import counted_statements, db
from forum.core.links import Purpose, derive
from forum.people import service
from forum.people.models import SignInAttempt, SignInLink, User, UserSession
from forum.people.rules import FAILURES_OF_NETWORK, TRIES_OF_ADDRESS
from tests.factories import NOW
from tests.people.conftest import House
from tests.people.signing_in import csrf_of, sign_in_by_link

Told = list[dict[str, Any]]


@pytest.fixture(autouse=True)
def _at_noon(clock: time_machine.Traveller) -> None:
    """Every test here stands at one moment unless it moves the clock."""


@pytest.fixture
def requested() -> Iterator[Told]:
    """What the mail room is told."""
    told: Told = []

    def note(_session: object, payload: dict[str, Any], _now: object) -> None:
        told.append(payload)

    outbox.within("people.sign_in_requested")(note)
    yield told
    outbox._WITHIN["people.sign_in_requested"].remove(note)


def ask(client: FlaskClient, email: str, **more: str) -> TestResponse:
    """Ask for a link by the form."""
    page = client.get("/sign-in", query_string=more)
    return client.post("/sign-in", data={"csrf_token": csrf_of(page), "email": email, **more})


def work(app: Flask) -> None:
    """Let the worker do what is due."""
    with app.app_context():
        outbox.deliver_due(NOW)


def use(client: FlaskClient, token: str) -> TestResponse:
    """Open a link and press its button."""
    page = client.get(f"/sign-in/{token}")
    return client.post(f"/sign-in/{token}", data={"csrf_token": csrf_of(page)})


def post_without_looking(client: FlaskClient, token: str) -> TestResponse:
    """Press a link's button with a token from another page."""
    return client.post(f"/sign-in/{token}", data={"csrf_token": csrf_of(client.get("/sign-in"))})


def link_for(app: Flask, user: User) -> str:
    with app.app_context():
        return service.make_sign_in_link(user.email, now=NOW)


def mailed(app: Flask, requested: Told) -> str:
    """Return the token that the mail room would put in its mail."""
    with app.app_context():
        return derive(Purpose.SIGN_IN, UUID(requested[0]["link_id"]))


def sessions(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.count()).select_from(UserSession)) or 0


def test_the_whole_way_from_the_form_to_the_office(
    app: Flask, client: FlaskClient, house: House, requested: Told
) -> None:
    asked = ask(client, f" {house.owner.email.upper()} ")
    assert (asked.status_code, asked.location) == (303, "/sign-in/mail")
    assert "Look in your mail" in client.get(asked.location).text
    work(app)
    assert [told["user_id"] for told in requested] == [str(house.owner.id)]
    token = mailed(app, requested)
    shown = client.get(f"/sign-in/{token}")
    assert house.owner.email in shown.text
    assert shown.headers["Referrer-Policy"] == "no-referrer"
    done = use(client, token)
    assert done.status_code == 303
    assert client.get("/account").status_code == 200


@pytest.mark.both_databases
def test_known_and_unknown_addresses_get_the_same_answer_for_the_same_work(
    app: Flask, house: House
) -> None:
    seen = []
    for email in (house.owner.email, "nobody@example.com"):
        client = app.test_client()
        token = csrf_of(client.get("/sign-in"))
        with app.app_context(), counted_statements(db.engine) as statements:
            answer = client.post("/sign-in", data={"csrf_token": token, "email": email})
        headers = {k: v for k, v in answer.headers if k not in {"Date", "Set-Cookie"}}
        seen.append((answer.status_code, answer.text, headers, list(statements)))
        page = client.get(answer.location)
        seen[-1] += (page.text, page.status_code)
    assert seen[0] == seen[1]
    assert any("INSERT INTO sign_in_link" in statement for statement in seen[0][3])


def test_an_unknown_address_is_told_to_nobody_and_its_wish_forgotten(
    app: Flask, client: FlaskClient, requested: Told
) -> None:
    ask(client, "nobody@example.com")
    work(app)
    assert requested == []
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(SignInLink)) == 0
        assert db.session.scalar(sa.select(sa.func.count()).select_from(User)) == 0


def test_a_worker_that_is_asked_twice_asks_for_one_mail(
    app: Flask, client: FlaskClient, house: House, requested: Told
) -> None:
    ask(client, house.owner.email)
    with app.app_context():
        row = db.session.query(outbox.OutboxRow).filter_by(topic="people.sign_in_asked").one()
        payload = dict(row.payload)
    outbox.after("people.sign_in_requested")(_nothing)
    try:
        with app.app_context():
            service.answer_ask(payload, now=NOW)
            service.answer_ask(payload, now=NOW)
    finally:
        outbox._AFTER["people.sign_in_requested"].remove(_nothing)
    assert len(requested) == 1


def _nothing(_payload: dict[str, Any], _now: object) -> None:
    """A mail room that does nothing."""


def test_looking_at_a_link_uses_nothing_up(app: Flask, client: FlaskClient, house: House) -> None:
    token = link_for(app, house.owner)
    for _ in range(3):
        assert client.get(f"/sign-in/{token}").status_code == 200
        assert client.head(f"/sign-in/{token}").status_code == 200
    assert sessions(app) == 0
    assert use(client, token).status_code == 303


def test_a_link_works_once(app: Flask, house: House) -> None:
    token = link_for(app, house.owner)
    assert use(app.test_client(), token).status_code == 303
    stranger = app.test_client()
    again = post_without_looking(stranger, token)
    assert again.status_code == 410
    assert "Send me a new link" in again.text
    assert stranger.get(f"/sign-in/{token}").status_code == 410
    assert sessions(app) == 1


def test_a_link_lapses_after_ten_minutes(
    app: Flask, client: FlaskClient, house: House, clock: time_machine.Traveller
) -> None:
    token = link_for(app, house.owner)
    clock.shift(timedelta(minutes=9, seconds=59))
    assert client.get(f"/sign-in/{token}").status_code == 200
    clock.shift(timedelta(seconds=1))
    assert client.get(f"/sign-in/{token}").status_code == 410
    assert post_without_looking(client, token).status_code == 410
    assert sessions(app) == 0


def test_using_a_link_kills_the_older_ones_of_that_user_alone(
    app: Flask, house: House, clock: time_machine.Traveller
) -> None:
    with app.app_context():
        other = service.make_sign_in_link("other@example.com", now=NOW)
        old = service.make_sign_in_link(house.owner.email, now=NOW)
        new = service.make_sign_in_link(house.owner.email, now=NOW + timedelta(seconds=1))
    clock.shift(timedelta(seconds=2))
    assert use(app.test_client(), new).status_code == 303
    assert post_without_looking(app.test_client(), old).status_code == 410
    assert use(app.test_client(), other).status_code == 303


@pytest.mark.parametrize(
    "made",
    [
        lambda link: derive(Purpose.MEMBER_INVITATION, link),
        lambda link: derive(Purpose.SIGN_IN, link, 1),
        lambda link: derive(Purpose.SIGN_IN, link)[:-2] + "AA",
        lambda link: derive(Purpose.SIGN_IN, link)[:-1],
        lambda _: "x" * 43,
        lambda _: "é" * 43,
        lambda _: "%00" * 43,
    ],
)
def test_foreign_and_forged_links_are_not_found(
    app: Flask, client: FlaskClient, house: House, made: Callable[[UUID], str]
) -> None:
    link_for(app, house.owner)
    with app.app_context():
        link_id = db.session.scalars(sa.select(SignInLink.id)).one()
        token = made(link_id)
    assert client.get(f"/sign-in/{token}").status_code == 404
    assert post_without_looking(client, token).status_code == 404
    assert sessions(app) == 0


def test_a_link_of_another_forum_is_not_found(client: FlaskClient, app: Flask) -> None:
    with app.app_context():
        token = derive(Purpose.SIGN_IN, UUID(int=7))
    assert client.get(f"/sign-in/{token}").status_code == 410
    assert post_without_looking(client, token).status_code == 410


@pytest.mark.both_databases
def test_ten_asks_an_address_in_fifteen_minutes_and_then_no_more(
    app: Flask, house: House, clock: time_machine.Traveller
) -> None:
    for email in (house.owner.email, "nobody@example.com"):
        client = app.test_client()
        token = csrf_of(client.get("/sign-in"))
        statuses = [
            client.post("/sign-in", data={"csrf_token": token, "email": email}).status_code
            for _ in range(TRIES_OF_ADDRESS + 2)
        ]
        assert statuses == [303] * TRIES_OF_ADDRESS + [429, 429]
    assert ask(app.test_client(), "third@example.com").status_code == 303
    clock.shift(timedelta(minutes=15))
    assert ask(app.test_client(), house.owner.email).status_code == 303


def test_spellings_of_one_address_count_together(app: Flask, client: FlaskClient) -> None:
    token = csrf_of(client.get("/sign-in"))
    spelled = ["ada@example.com", "ADA@example.com", "ａｄａ＠example.com", " ada@EXAMPLE.com "]
    statuses = [
        client.post("/sign-in", data={"csrf_token": token, "email": spelled[n % 4]}).status_code
        for n in range(TRIES_OF_ADDRESS + 1)
    ]
    assert statuses[-2:] == [303, 429]


def test_a_network_is_counted_for_failures_and_not_for_a_hotel_full_of_organisers(
    app: Flask, clock: time_machine.Traveller
) -> None:
    for number in range(FAILURES_OF_NETWORK * 2):
        assert ask(app.test_client(), f"staff.{number}@example.com").status_code == 303
    guesser = app.test_client()
    token = csrf_of(guesser.get("/sign-in"))

    def guess() -> int:
        wrong = f"/sign-in/{'A' * 43}"
        return guesser.post(wrong, data={"csrf_token": token}).status_code

    assert [guess() for _ in range(FAILURES_OF_NETWORK)] == [404] * FAILURES_OF_NETWORK
    assert guess() == 429
    assert ask(app.test_client(), "late@example.com").status_code == 429
    elsewhere = app.test_client()
    elsewhere.environ_base["REMOTE_ADDR"] = "127.0.0.9"
    assert ask(elsewhere, "late@example.com").status_code == 303
    clock.shift(timedelta(minutes=15))
    assert guess() == 404


def test_tries_are_kept_without_the_address(app: Flask, client: FlaskClient) -> None:
    ask(client, "ada@example.com")
    with app.app_context():
        kept = db.session.scalars(sa.select(SignInAttempt.key)).all()
    assert len(kept) == 1
    assert b"ada" not in kept[0]


@pytest.mark.parametrize(
    "typed",
    ["", "   ", "ada", "ada@", "@example.com", "a b@c@example.com", "x" * 10_000,
     "a\x00da@", "🎪", "名@", "<script>@x", "ada@example.com\r\nBcc: eve@example.com,"],
)  # fmt: skip
def test_what_is_no_address_gets_a_sentence_and_keeps_what_was_typed(
    app: Flask, client: FlaskClient, typed: str
) -> None:
    answer = ask(client, typed)
    assert answer.status_code == 422
    assert "<title>Error: " in answer.text
    assert answer.text.count("Enter an email address in the correct format") == 2
    assert "<script>@" not in answer.text
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(SignInLink)) == 0


def test_a_form_without_its_token_is_refused(app: Flask, client: FlaskClient, house: House) -> None:
    token = link_for(app, house.owner)
    assert client.post("/sign-in", data={"email": house.owner.email}).status_code == 400
    assert client.post(f"/sign-in/{token}").status_code == 400
    assert client.post("/sign-out").status_code == 400
    assert sessions(app) == 0


def test_a_form_sent_from_another_site_is_refused(client: FlaskClient) -> None:
    token = csrf_of(client.get("/sign-in"))
    answer = client.post(
        "/sign-in",
        data={"csrf_token": token, "email": "ada@example.com"},
        headers={"Origin": "https://evil.example"},
    )
    assert answer.status_code == 403


def test_a_foreign_host_is_refused(client: FlaskClient) -> None:
    assert client.get("/sign-in", headers={"Host": "evil.example"}).status_code == 400


@pytest.mark.parametrize(
    ("onward", "leads"),
    [
        ("/account", "/account"),
        ("/account?x=1", "/account?x=1"),
        ("//evil.example/", None),
        ("/%2Fevil.example/", None),
        ("/%5Cevil.example/", None),
        ("/\\evil.example", None),
        ("\\\\evil.example", None),
        ("https://evil.example/account", None),
        ("https:evil.example", None),
        ("javascript:alert(1)", None),
        ("/account\r\nSet-Cookie: a=b", None),
        ("/account%0d%0aX: y", None),
        ("\t//evil.example", None),
        ("/no/such/page/of/ours", None),
        ("/sign-out", None),
        ("/sign-in", None),
        ("account", None),
        ("/" + "a" * 10_000, None),
        ("/account\x00", None),
    ],
)
def test_one_is_sent_on_only_to_a_page_of_ours(
    app: Flask, client: FlaskClient, house: House, requested: Told, onward: str, leads: str | None
) -> None:
    assert ask(client, house.owner.email, next=onward).status_code == 303
    work(app)
    done = use(client, mailed(app, requested))
    assert done.location == (leads or "/manage/")
    already = client.get("/sign-in", query_string={"next": onward})
    assert already.status_code == 303
    assert already.location == (leads or "/manage/")


def test_a_page_behind_the_door_leads_back_to_itself(client: FlaskClient, house: House) -> None:
    answer = client.get(f"/manage/organisations/{house.slug}/members")
    assert answer.status_code == 303
    assert answer.location == f"/sign-in?next=/manage/organisations/{house.slug}/members"


def test_signing_in_leaves_the_forms_of_before_behind(
    app: Flask, client: FlaskClient, house: House
) -> None:
    before = csrf_of(client.get("/sign-in"))
    sign_in_by_link(client, house.owner)
    assert client.post("/sign-out", data={"csrf_token": before}).status_code == 400


def test_sweeping_deletes_what_lapsed_and_leaves_the_rest(app: Flask, house: House) -> None:
    with app.app_context():
        service.make_sign_in_link(house.owner.email, now=NOW - timedelta(days=2))
        fresh = service.make_sign_in_link(house.owner.email, now=NOW)
        service.sweep(NOW)
        assert db.session.scalar(sa.select(sa.func.count()).select_from(SignInLink)) == 1
    assert use(app.test_client(), fresh).status_code == 303


@pytest.mark.parametrize(("language", "says"), [("zh-Hant-HK", "登入"), ("zh-CN", "登录")])
def test_the_form_speaks_chinese(client: FlaskClient, language: str, says: str) -> None:
    page = client.get("/sign-in", headers={"Accept-Language": language})
    assert f"<h1>{says}</h1>" in page.text
