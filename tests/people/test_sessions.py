"""Sessions: rows that can be listed and ended, with limits; cookies that scripts cannot read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from forum.app import create_app
from forum.core.db import counted_statements, db
from forum.core.links import hashed
from forum.core.permissions import Role
from forum.people import service
from forum.people.models import UserSession
from tests.factories import NOW, make_member, make_organisation
from tests.people.conftest import House
from tests.people.signing_in import csrf_of, sign_in_by_link
from tests.support.databases import close, settings_for

SignedIn = Callable[..., FlaskClient]
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0"


@pytest.fixture(autouse=True)
def _at_noon(clock: time_machine.Traveller) -> None:
    """Every test here stands at one moment unless it moves the clock."""


def is_in(client: FlaskClient) -> bool:
    """Say whether a client is signed in."""
    return client.get("/account").status_code == 200


def press(client: FlaskClient, address: str, page: str = "/account") -> int:
    """Press a button that posts."""
    token = csrf_of(client.get(page))
    return client.post(address, data={"csrf_token": token}).status_code


def test_the_cookie_is_out_of_reach_and_only_its_hash_is_kept(
    app: Flask, client: FlaskClient, house: House
) -> None:
    answer = sign_in_by_link(client, house.owner)
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if c.startswith("forum-session="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie
    secret = cookie.partition("=")[2].partition(";")[0]
    assert len(secret) >= 32
    with app.app_context():
        kept = db.session.scalars(sa.select(UserSession)).one()
    assert kept.secret_hash == hashed(secret)


def test_on_https_the_cookie_keeps_to_this_host(instance: Path, database_url: str) -> None:
    app = create_app(settings_for(instance, database_url, base_url="https://forum.example.com"))
    with app.app_context():
        user = make_member(make_organisation())
        token = service.make_sign_in_link(user.email, now=NOW)
    client = app.test_client()
    base = "https://forum.example.com"
    page = client.get(f"/sign-in/{token}", base_url=base)
    answer = client.post(
        f"/sign-in/{token}",
        base_url=base,
        data={"csrf_token": csrf_of(page)},
        headers={"Origin": base},
    )
    cookies = [c for c in answer.headers.getlist("Set-Cookie") if "forum-session" in c]
    assert len(cookies) == 1
    assert cookies[0].startswith("__Host-forum-session=")
    assert "; Secure" in cookies[0]
    assert client.get("/account", base_url=base).status_code == 200
    close(app)


def test_each_sign_in_has_a_session_of_its_own(house: House, client: FlaskClient) -> None:
    sign_in_by_link(client, house.owner)
    first = client.get_cookie("forum-session")
    sign_in_by_link(client, house.owner)
    second = client.get_cookie("forum-session")
    assert first
    assert second
    assert first.value != second.value


def test_signing_out_kills_the_session_wherever_its_cookie_went(
    app: Flask, signed_in: SignedIn, house: House
) -> None:
    client = signed_in(house.owner)
    cookie = client.get_cookie("forum-session")
    assert cookie
    thief = app.test_client()
    thief.set_cookie("forum-session", cookie.value)
    assert is_in(thief)
    assert press(client, "/sign-out") == 303
    assert client.get_cookie("forum-session") is None
    assert not is_in(client)
    assert not is_in(thief)
    assert "You are signed out." in client.get("/sign-in").text


def test_signing_out_by_a_link_is_not_possible(signed_in: SignedIn) -> None:
    client = signed_in()
    assert client.get("/sign-out").status_code == 405
    assert is_in(client)


@pytest.mark.parametrize("made_up", ["", "x", "x" * 32, "x" * 3_000, "é", "a.b", "'; --"])
def test_made_up_cookies_are_nobody(client: FlaskClient, made_up: str) -> None:
    client.set_cookie("forum-session", made_up)
    assert client.get("/account").status_code == 303


def test_a_session_idles_for_at_most_twelve_hours(
    signed_in: SignedIn, clock: time_machine.Traveller
) -> None:
    client = signed_in()
    clock.shift(timedelta(hours=11, minutes=59))
    assert is_in(client)
    clock.shift(timedelta(hours=11, minutes=59))
    assert is_in(client)
    clock.shift(timedelta(hours=12))
    assert not is_in(client)


def test_a_session_ends_after_thirty_days_however_much_it_is_used(
    signed_in: SignedIn, clock: time_machine.Traveller
) -> None:
    client = signed_in()
    for _ in range(60):
        clock.shift(timedelta(hours=11, minutes=59))
        assert is_in(client)
    clock.shift(timedelta(hours=1))
    assert not is_in(client)


def test_its_use_is_written_at_most_once_in_ten_minutes(
    app: Flask, signed_in: SignedIn, clock: time_machine.Traveller
) -> None:
    client = signed_in()

    def writes() -> int:
        with app.app_context(), counted_statements(db.engine) as statements:
            assert client.get("/account").status_code == 200
        return sum(not statement.startswith("SELECT") for statement in statements)

    assert writes() == 0
    clock.shift(timedelta(minutes=10))
    assert writes() == 1
    assert writes() == 0


def test_who_acts_is_read_in_one_statement_however_many_organisations(
    app: Flask, house: House, client: FlaskClient
) -> None:
    sign_in_by_link(client, house.owner)

    def reads() -> int:
        with app.app_context(), counted_statements(db.engine) as statements:
            assert client.get("/sign-in").status_code == 303
        return len(statements)

    assert reads() == 1
    with app.app_context():
        for _ in range(30):
            service.make_sign_in_link(
                house.owner.email, now=NOW, organisation_id=make_organisation().id, role=Role.DOOR
            )
    assert reads() == 1


def test_one_sees_ones_sessions_and_ends_another(
    app: Flask, signed_in: SignedIn, house: House
) -> None:
    phone, desk = app.test_client(), app.test_client()
    desk.environ_base["HTTP_USER_AGENT"] = FIREFOX
    sign_in_by_link(phone, house.owner)
    sign_in_by_link(desk, house.owner)
    page = desk.get("/account").text
    assert "Firefox, Windows" in page
    assert page.count("This one") == 1
    with app.app_context():
        other = db.session.scalars(sa.select(UserSession.id).where(UserSession.device == "")).one()
    assert press(desk, f"/account/sessions/{other}/end") == 303
    assert is_in(desk)
    assert not is_in(phone)
    assert press(desk, f"/account/sessions/{other}/end") == 404


def test_ending_the_present_session_signs_out(app: Flask, signed_in: SignedIn) -> None:
    client = signed_in()
    with app.app_context():
        own = db.session.scalars(sa.select(UserSession.id)).one()
    assert press(client, f"/account/sessions/{own}/end") == 303
    assert not is_in(client)


def test_all_other_sessions_end_at_once(app: Flask, signed_in: SignedIn, house: House) -> None:
    here, there, elsewhere = (signed_in(house.owner) for _ in range(3))
    stranger = signed_in(Role.DOOR)
    assert press(here, "/account/sessions/end-others") == 303
    assert [is_in(c) for c in (here, there, elsewhere, stranger)] == [True, False, False, True]


def test_nobody_ends_the_session_of_another(app: Flask, signed_in: SignedIn, house: House) -> None:
    victim = signed_in(house.owner)
    with app.app_context():
        theirs = db.session.scalars(sa.select(UserSession.id)).one()
    stranger = signed_in(Role.MANAGER)
    assert press(stranger, f"/account/sessions/{theirs}/end") == 404
    assert is_in(victim)


def test_the_account_keeps_a_name_and_a_language(signed_in: SignedIn) -> None:
    client = signed_in()
    token = csrf_of(client.get("/account"))
    answer = client.post(
        "/account", data={"csrf_token": token, "name": "  陳  大文 🎪\u202e", "lang": "zh-Hant"}
    )
    assert answer.status_code == 303
    page = client.get("/account")
    assert 'value="陳 大文 🎪"' in page.text
    assert 'lang="zh-Hant-HK"' in page.text


def test_who_chose_no_language_reads_the_browsers(signed_in: SignedIn) -> None:
    client = signed_in()
    for header, tag in (("zh-HK", "zh-Hant-HK"), ("zh-CN", "zh-Hans"), ("en", "en")):
        page = client.get("/account", headers={"Accept-Language": header})
        assert f'<html lang="{tag}">' in page.text


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("", "Enter your full name"),
        (" \u200b\x00 ", "Enter your full name"),
        ("N" * 10_000, "Shorten this to at most 200 characters; it has 10000"),
    ],
)
def test_a_name_that_cannot_be_gets_a_sentence(signed_in: SignedIn, name: str, says: str) -> None:
    client = signed_in()
    token = csrf_of(client.get("/account"))
    answer = client.post("/account", data={"csrf_token": token, "name": name, "lang": "en"})
    assert answer.status_code == 422
    assert answer.text.count(says) == 2


def test_a_language_that_is_none_gets_a_sentence(signed_in: SignedIn) -> None:
    client = signed_in()
    token = csrf_of(client.get("/account"))
    answer = client.post("/account", data={"csrf_token": token, "name": "Ada", "lang": "xx"})
    assert answer.status_code == 422
    assert "Choose one from the list" in answer.text


def test_private_pages_are_stored_nowhere(signed_in: SignedIn, house: House) -> None:
    client = signed_in()
    for address in ("/account", f"/manage/organisations/{house.slug}/members"):
        assert client.get(address).headers["Cache-Control"] == "no-store"
