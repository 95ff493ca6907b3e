"""A guest's own schedule behind the personal link, over HTTP."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from forum.core.actor import SYSTEM
from forum.core.db import counted_statements, db
from forum.events.models import Event
from forum.programme import service as programme
from forum.programme.models import Session
from forum.programme.service import Place
from forum.registrations import service
from forum.registrations.models import Star
from tests.factories import (
    NOW,
    make_event,
    make_workshop,
)
from tests.people.signing_in import csrf_of
from tests.registrations.desk import guest, register
from tests.registrations.own_schedule import Stage, built, link_of, press
from tests.registrations.signing_up import registered, sign_up, standing

MOST_STATEMENTS = 5
MOST_OF_BOOKING = 7


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def stage(app: Flask) -> Stage:
    return built(app)


def test_the_booking_page_tells_of_sessions_with_limited_places(
    client: FlaskClient, stage: Stage
) -> None:
    page = client.get(stage.link).text
    assert "3 sessions have limited places" in page
    assert f'href="{stage.link}/schedule"' in page


def test_a_guest_signs_up_and_sees_the_place_on_both_pages(
    app: Flask, client: FlaskClient, stage: Stage
) -> None:
    done = press(client, stage, "places", session=stage.welding)
    assert (done.status_code, done.location) == (303, f"{stage.link}/schedule#s-{stage.welding}")
    page = client.get(f"{stage.link}/schedule").text
    assert "You have a place." in page
    assert page.index("Welding") < page.index("Sessions with limited places")
    assert "You have a place" in client.get(stage.link).text
    with app.app_context():
        assert standing(stage.welding) == {"guest": True}


def test_who_comes_late_waits_and_reads_the_number(
    app: Flask, client: FlaskClient, stage: Stage
) -> None:
    with app.app_context():
        for name in ("first", "second"):
            sign_up(registered(stage.event_id, name), stage.welding)
    assert "Full" in client.get(f"{stage.link}/schedule").text
    press(client, stage, "places", session=stage.welding)
    page = client.get(f"{stage.link}/schedule").text
    assert "You are on the wait list." in page
    assert "Number 2 on the wait list" in page


def test_two_at_the_same_time_are_asked_about_and_swapped(
    app: Flask, client: FlaskClient, stage: Stage
) -> None:
    press(client, stage, "places", session=stage.welding)
    asked = press(client, stage, "places", session=stage.sensors)
    assert asked.status_code == 409
    assert "You cannot be in both" in asked.text
    assert f'name="instead_of" value="{stage.welding}"' in asked.text
    swapped = press(client, stage, "places", session=stage.sensors, instead_of=stage.welding)
    assert swapped.status_code == 303
    with app.app_context():
        assert (standing(stage.welding), standing(stage.sensors)) == ({}, {"guest": True})


def test_a_full_session_offers_no_swap_for_a_place(
    app: Flask, client: FlaskClient, stage: Stage
) -> None:
    with app.app_context():
        sign_up(registered(stage.event_id), stage.sensors)
    press(client, stage, "places", session=stage.welding)
    asked = press(client, stage, "places", session=stage.sensors)
    assert "No place is left in the one you would like" in asked.text
    assert "instead_of" not in asked.text
    forced = press(client, stage, "places", session=stage.sensors, instead_of=stage.welding)
    assert forced.status_code == 409
    assert "nothing was changed" in forced.text
    with app.app_context():
        assert standing(stage.welding) == {"guest": True}


def test_leaving_asks_first_and_gives_the_place_to_the_next(
    app: Flask, client: FlaskClient, stage: Stage
) -> None:
    press(client, stage, "places", session=stage.welding)
    with app.app_context():
        sign_up(registered(stage.event_id, "next"), stage.welding)
    asked = client.get(f"{stage.link}/schedule/leave/{stage.welding}")
    assert "Give up your place?" in asked.text
    with app.app_context():
        assert standing(stage.welding)["guest"]
    for _ in range(2):
        assert press(client, stage, f"leave/{stage.welding}").status_code == 303
    with app.app_context():
        assert standing(stage.welding) == {"next": True}


def test_stars_are_set_taken_off_and_carried_over_from_the_device(
    app: Flask, client: FlaskClient, stage: Stage
) -> None:
    press(client, stage, "stars", star=stage.talk)
    assert "Starred" in client.get(f"{stage.link}/schedule").text
    press(client, stage, "stars", unstar=stage.talk)
    kept = press(client, stage, "stars", stars=f"{stage.talk},{stage.later},nonsense,{UUID(int=5)}")
    assert kept.status_code == 303
    assert "2 sessions more are kept." in client.get(f"{stage.link}/schedule").text
    with app.app_context():
        assert set(db.session.scalars(sa.select(Star.session_id))) == {stage.talk, stage.later}


def test_stars_of_the_device_come_along_with_the_registration(
    app: Flask, client: FlaskClient, stage: Stage
) -> None:
    page = client.get(f"/en/e/{stage.slug}/register").text
    assert f'data-stars="{stage.event_id}"' in page
    stars = ",".join([str(stage.talk), str(stage.talk), "<script>", "x" * 36, *["7" * 36] * 900])
    done = register(client, stage.slug, guest("starry", stars=stars))
    assert done.status_code == 303
    with app.app_context():
        assert db.session.scalars(sa.select(Star.session_id)).all() == [stage.talk]
    assert "Talk" in client.get(done.location).text


def test_a_guest_on_the_wait_list_stars_but_does_not_sign_up(
    app: Flask, client: FlaskClient
) -> None:
    with app.app_context():
        event = make_event(capacity=1)
        workshop = make_workshop(event).id
        registered(event.id)
        link = link_of(registered(event.id, "waits"))
    page = client.get(f"{link}/schedule")
    assert "as soon as your registration is confirmed" in page.text
    assert 'name="session"' not in page.text
    token = {"csrf_token": csrf_of(page)}
    refused = client.post(f"{link}/schedule/places", data={**token, "session": workshop})
    assert refused.status_code == 409
    assert "for confirmed guests" in refused.text
    starred = client.post(f"{link}/schedule/stars", data={**token, "star": workshop})
    assert starred.status_code == 303


def test_a_cancelled_guest_sees_no_buttons_and_can_do_nothing(
    app: Flask, client: FlaskClient, stage: Stage
) -> None:
    token = csrf_of(client.get(f"{stage.link}/schedule"))
    with app.app_context():
        sign_up(stage.guest_id, stage.later)
        service.cancel(SYSTEM, stage.guest_id, now=NOW)
    page = client.get(f"{stage.link}/schedule")
    assert page.status_code == 200
    assert "<form" not in page.text
    for act, field in (("places", "session"), ("stars", "star")):
        typed = {"csrf_token": token, field: str(stage.later)}
        answer = client.post(f"{stage.link}/schedule/{act}", data=typed)
        assert answer.status_code in {409, 410}
    with app.app_context():
        assert standing(stage.later) == {}


def test_forged_and_foreign_ids_find_nothing(app: Flask, client: FlaskClient, stage: Stage) -> None:
    with app.app_context():
        elsewhere = make_workshop(make_event()).id
        stranger = registered(stage.event_id, "stranger")
    for wrong in (
        "",
        "none",
        "x" * 36,
        str(UUID(int=3)),
        str(elsewhere),
        f"{stage.later} {stage.talk}",
    ):
        assert press(client, stage, "places", session=wrong).status_code == 404, wrong
    others = press(client, stage, "places", session=stage.later, guest=stranger)
    assert others.status_code == 404
    assert client.get(f"{stage.link}/schedule?guest={stranger}").status_code == 404
    assert client.get(f"{stage.link}/schedule?guest=none").status_code == 404
    assert client.get(f"{stage.link[:-2]}xx/schedule").status_code == 404
    assert press(client, stage, "stars", star=elsewhere).status_code == 303
    assert press(client, stage, "stars", unstar="nonsense").status_code == 404
    with app.app_context():
        assert db.session.scalars(sa.select(Star)).all() == []
        assert standing(stage.later) == {}


def test_the_schedule_is_private_and_its_forms_need_their_token(
    client: FlaskClient, stage: Stage
) -> None:
    page = client.get(f"{stage.link}/schedule")
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    client.delete_cookie("forum-form")
    answer = client.post(f"{stage.link}/schedule/places", data={"session": str(stage.later)})
    assert answer.status_code == 400


def test_a_moved_session_is_shown_as_a_clash(app: Flask, client: FlaskClient, stage: Stage) -> None:
    with app.app_context():
        sign_up(stage.guest_id, stage.welding)
        sign_up(stage.guest_id, stage.later)
        welding, later = (db.session.get_one(Session, one) for one in (stage.welding, stage.later))
        place = Place(welding.starts_at, welding.ends_at, None)
        programme.place_session(SYSTEM, stage.event_id, stage.later, later.revision, place, now=NOW)
    page = client.get(f"{stage.link}/schedule").text
    assert "are at the same time now" in page
    assert page.count("At the same time:") >= 2


def test_now_and_next_are_marked_and_what_is_past_fades(
    app: Flask, client: FlaskClient, stage: Stage
) -> None:
    with app.app_context():
        for session in (stage.welding, stage.later):
            sign_up(stage.guest_id, session)
        service.keep_stars(stage.guest_id, [stage.talk], now=NOW)
        starts = db.session.get_one(Session, stage.later).starts_at
        assert starts is not None
    with time_machine.travel(starts + timedelta(minutes=1)):
        page = client.get(f"{stage.link}/schedule").text
    marks = re.findall(r'id="s-([0-9a-f-]+)"( class="past")?|>(Now|Up next)<', page)
    assert [(one, bool(past), mark) for one, past, mark in marks] == [
        (str(stage.welding), True, ""),
        (str(stage.later), False, ""),
        ("", False, "Now"),
        (str(stage.talk), False, ""),
        ("", False, "Up next"),
    ]


def test_the_whole_programme_can_be_starred_on_one_page(client: FlaskClient, stage: Stage) -> None:
    page = client.get(f"{stage.link}/schedule?show=all").text
    assert f'name="star" value="{stage.talk}"' in page
    back = press(client, stage, "stars", star=stage.talk, show="all")
    assert back.location == f"{stage.link}/schedule?show=all#s-{stage.talk}"


def test_the_schedule_takes_as_many_statements_for_thirty_sessions_as_for_one(
    app: Flask, client: FlaskClient, stage: Stage
) -> None:
    with app.app_context():
        event = db.session.get_one(Event, stage.event_id)
        sign_up(stage.guest_id, stage.later)
        engine = db.engine
    for address, most in (
        (f"{stage.link}/schedule", MOST_STATEMENTS),
        (f"{stage.link}/schedule?show=all", MOST_STATEMENTS),
        (stage.link, MOST_OF_BOOKING),
    ):
        client.get(address)
        with counted_statements(engine) as one:
            assert client.get(address).status_code == 200
        with app.app_context():
            made = [make_workshop(event, minutes=5, after=5 * n).id for n in range(10)]
            for session in made:
                service.keep_stars(stage.guest_id, [session], now=NOW)
        with counted_statements(engine) as many:
            assert client.get(address).status_code == 200
        assert len(many) == len(one) <= most, "\n".join(many)


def test_the_public_session_leads_to_a_page_that_knows_nobody(
    client: FlaskClient, stage: Stage
) -> None:
    address = f"/en/e/{stage.slug}/sessions/{stage.welding}/sign-up"
    assert f'href="{address}"' in client.get(address.removesuffix("/sign-up")).text
    page = client.get(address)
    assert page.status_code == 200
    assert "Open the personal link in the mail" in page.text
    assert f'href="/en/e/{stage.slug}/register"' in page.text
    assert "no-store" not in page.headers["Cache-Control"]
    talk = client.get(f"/en/e/{stage.slug}/sessions/{stage.talk}/sign-up")
    assert "You need not sign up" in talk.text
    assert client.get(f"/en/e/{stage.slug}/sessions/{UUID(int=4)}/sign-up").status_code == 404
    assert 'lang="zh-Hant-HK"' in client.get(address.replace("/en/", "/zh-hant/")).text


def test_the_public_page_changes_only_with_the_band(
    app: Flask, client: FlaskClient, stage: Stage
) -> None:
    address = f"/en/e/{stage.slug}/sessions/{stage.later}/sign-up"

    def _renders() -> bool:
        with app.app_context():
            engine = db.engine
        with counted_statements(engine) as seen:
            client.get(address)
        return len(seen) > 1

    assert _renders()
    assert not _renders()
    with app.app_context():
        sign_up(stage.guest_id, stage.later)
    assert not _renders()
    with app.app_context():
        programme.set_places(SYSTEM, stage.event_id, stage.later, 2, now=NOW)
        client.get(address)
        sign_up(registered(stage.event_id), stage.later)
    assert _renders()
    assert "All places are taken" in client.get(address).text
