"""Registering as guests do it: three boxes, exact answers, every state with a page of its own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from forum.core.db import db, writing
from forum.events.models import Event, OldSlug
from forum.events.rules import EventState
from forum.registrations.models import Booking, Consent, Registration
from forum.registrations.recount import recount
from forum.registrations.rules import RegistrationState
from forum.seats import service as seats
from tests.factories import ENDS, NOW, STARTS, make_event, make_organisation
from tests.registrations.desk import form_of, guest, hidden_fields, register

ABSURD = {
    "nul": "Sample\x00 Guest",
    "control": "Sample\x1b\x07 Guest",
    "zero width": "Sa\u200bmple Gu\ufeffest",
    "right to left": "\u202eSample Guest",
    "emoji": "Sample 👩‍🔬 Guest",
    "chinese": "示例嘉賓陳大文",
    "arabic": "ضيف عينة",
    "template": "{{7*191}} {0.__class__}",
    "html": "<script>alert(1)</script>",
    "formula": "=HYPERLINK(1)",
}


@pytest.fixture(autouse=True)
def _frozen() -> Any:
    with time_machine.travel(NOW, tick=True):
        yield


def slug_of(app: Flask, **given: Any) -> str:
    with app.app_context():
        return make_event(**given).slug


def only_registration(app: Flask) -> Registration:
    with app.app_context():
        return db.session.scalars(sa.select(Registration)).one()


def test_three_boxes_lead_to_a_booking_page_with_the_code(app: Flask, client: FlaskClient) -> None:
    answer = register(client, slug_of(app), guest())
    assert answer.status_code == 303
    page = client.get(answer.headers["Location"])
    assert page.status_code == 200
    assert "You’re registered" in page.text
    assert 'class="qr"' in page.text
    code = only_registration(app).code
    assert f"{code[:4]}-{code[4:]}" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.both_databases
def test_seats_that_looked_free_and_were_gone_lead_to_one_booking(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    slug = slug_of(app, capacity=1)
    answers = iter([None])

    def _gone_at_first(*given: Any) -> Any:
        return next(answers, "asked") and take(*given)

    take = seats.take
    monkeypatch.setattr(seats, "take", _gone_at_first)
    assert register(client, slug, guest()).status_code == 303
    with app.app_context():
        assert only_registration(app).state is RegistrationState.CONFIRMED
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Booking)) == 1
        assert [count.agrees for count in recount()] == [True]


def test_the_form_says_all_that_is_wrong_at_once_and_keeps_what_was_typed(
    app: Flask, client: FlaskClient
) -> None:
    answer = register(
        client, slug_of(app), guest(name="", organisation="Sample Robotics", email="nobody")
    )
    assert answer.status_code == 422
    assert "<title>Error:" in answer.text
    assert "There is a problem" in answer.text
    assert "Enter your full name" in answer.text
    assert "Enter an email address in the correct format, like name@example.com" in answer.text
    assert 'value="Sample Robotics"' in answer.text
    assert 'value="nobody"' in answer.text
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Booking)) == 0


def test_a_form_filled_in_under_an_old_address_is_not_lost(app: Flask, client: FlaskClient) -> None:
    slug = slug_of(app)
    filled_in = form_of(client, f"/en/e/{slug}/register") | guest()
    with app.app_context(), writing() as session:
        renamed = session.scalars(sa.select(Event)).one()
        renamed.slug = "renamed"
        session.add(OldSlug(slug=slug, event_id=renamed.id))
    answer = client.post(f"/en/e/{slug}/register", data=filled_in)
    # At 308 a browser sends the same form once more.
    assert (answer.status_code, answer.headers["Location"]) == (308, "/en/e/renamed/register")
    assert client.post("/en/e/renamed/register", data=filled_in).status_code == 303


@pytest.mark.parametrize("lang", ["zh-hant", "zh-hans"])
def test_the_form_speaks_chinese(app: Flask, client: FlaskClient, lang: str) -> None:
    answer = register(client, slug_of(app), guest(name=""), lang=lang)
    assert answer.status_code == 422
    assert "Enter your full name" not in answer.text
    assert "全名" in answer.text or "姓名" in answer.text


@pytest.mark.parametrize("typed", ABSURD.values(), ids=ABSURD.keys())
def test_no_name_is_too_strange(app: Flask, client: FlaskClient, typed: str) -> None:
    answer = register(client, slug_of(app), guest(name=typed, organisation=typed, name_zh=typed))
    assert answer.status_code == 303
    page = client.get(answer.headers["Location"])
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    kept = only_registration(app).name
    assert kept
    assert not any(sign in kept for sign in "\x00\x1b\x07\u200b\ufeff\u202e")


def test_a_name_of_ten_thousand_letters_is_refused_in_words(
    app: Flask, client: FlaskClient
) -> None:
    answer = register(client, slug_of(app), guest(name="A" * 10_000))
    assert answer.status_code == 422
    assert "Enter a name of at most 200 letters" in answer.text


def test_a_body_of_a_megabyte_is_refused_with_413(app: Flask, client: FlaskClient) -> None:
    answer = register(client, slug_of(app), guest(name="A" * 1_100_000))
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "typed",
    [" GUEST.1@Example.COM ", "guest.1＠example.com", "guest.1@exam\u200bple.com"],
    ids=["blanks and capitals", "full width", "zero width"],
)
def test_an_address_is_read_forgivingly(app: Flask, client: FlaskClient, typed: str) -> None:
    assert register(client, slug_of(app), guest(email=typed)).status_code == 303
    assert only_registration(app).email_key == "guest.1@example.com"


def test_the_same_form_sent_twice_gives_the_same_booking(app: Flask, client: FlaskClient) -> None:
    slug = slug_of(app)
    address = f"/en/e/{slug}/register"
    typed = form_of(client, address) | guest()
    first, second = client.post(address, data=typed), client.post(address, data=typed)
    assert first.headers["Location"] == second.headers["Location"]
    only_registration(app)


def test_changed_content_under_the_same_key_is_a_new_submission(
    app: Flask, client: FlaskClient
) -> None:
    address = f"/en/e/{slug_of(app)}/register"
    typed = form_of(client, address)
    first = client.post(address, data=typed | guest(1))
    second = client.post(address, data=typed | guest(2))
    assert first.headers["Location"] != second.headers["Location"]


def test_a_known_address_is_told_to_look_in_its_mail_and_nothing_is_changed(
    app: Flask, client: FlaskClient
) -> None:
    slug = slug_of(app)
    register(client, slug, guest())
    stranger = app.test_client()
    answer = register(stranger, slug, guest(name="Somebody Else", email="GUEST.1@example.com"))
    assert answer.status_code == 303
    page = stranger.get(answer.headers["Location"])
    assert "Look in your mail" in page.text
    assert "Sample Guest" not in page.text
    assert only_registration(app).name == "Sample Guest 1"


def test_in_discreet_mode_a_new_address_sees_only_the_same_page(
    app: Flask, client: FlaskClient
) -> None:
    slug = slug_of(app, discreet=True)
    new = register(client, slug, guest())
    known = register(app.test_client(), slug, guest())
    assert new.status_code == known.status_code == 303
    assert new.headers["Location"] == known.headers["Location"]


def test_who_comes_to_a_full_event_waits_with_a_number(app: Flask, client: FlaskClient) -> None:
    slug = slug_of(app, capacity=1)
    register(client, slug, guest(1))
    form = client.get(f"/en/e/{slug}/register")
    assert "Join the wait list" in form.text
    for number in (2, 3):
        answer = register(app.test_client(), slug, guest(number))
    page = client.get(answer.headers["Location"])
    assert "You’re on the wait list" in page.text
    assert "You are number 2" in page.text
    assert 'class="qr"' not in page.text


def test_who_loses_the_last_seat_while_typing_comes_to_the_wait_list(
    app: Flask, client: FlaskClient
) -> None:
    slug = slug_of(app, capacity=1)
    address = f"/en/e/{slug}/register"
    typed = form_of(client, address) | guest("slow", name_zh="陳示例")
    register(app.test_client(), slug, guest("quick"))
    page = client.get(client.post(address, data=typed).headers["Location"])
    assert "You’re on the wait list" in page.text
    with app.app_context():
        waits = db.session.scalars(
            sa.select(Registration).where(Registration.state == RegistrationState.WAITLISTED)
        ).one()
        assert waits.name_zh == "陳示例"


def test_cancelling_gives_the_seat_to_the_first_who_waits(app: Flask, client: FlaskClient) -> None:
    slug = slug_of(app, capacity=1)
    mine = register(client, slug, guest(1)).headers["Location"]
    second = app.test_client()
    theirs = register(second, slug, guest(2)).headers["Location"]
    asked = client.get(f"{mine}/cancel")
    assert "Cancel your registration?" in asked.text
    assert "You’re registered" in client.get(mine).text
    answer = client.post(f"{mine}/cancel", data=hidden_fields(asked.text))
    assert answer.status_code == 303
    assert "Your registration is cancelled" in client.get(mine).text
    assert "You’re registered" in second.get(theirs).text
    with app.app_context():
        assert recount(slug)[0].agrees


def test_a_cancelled_guest_may_register_again(app: Flask, client: FlaskClient) -> None:
    slug = slug_of(app)
    mine = register(client, slug, guest()).headers["Location"]
    client.post(f"{mine}/cancel", data=form_of(client, f"{mine}/cancel"))
    again = register(client, slug, guest())
    assert "You’re registered" in client.get(again.headers["Location"]).text


def test_the_name_on_the_ticket_can_be_changed_by_its_link(app: Flask, client: FlaskClient) -> None:
    mine = register(client, slug_of(app), guest()).headers["Location"]
    typed = form_of(client, mine) | {"name": "Sample Guest Renamed", "organisation": "Sample News"}
    assert client.post(mine, data=typed).status_code == 303
    assert "Sample Guest Renamed" in client.get(mine).text


def test_two_who_change_the_same_name_lose_nothing(app: Flask, client: FlaskClient) -> None:
    mine = register(client, slug_of(app), guest()).headers["Location"]
    seen = form_of(client, mine)
    client.post(mine, data=seen | {"name": "First", "organisation": "One"})
    late = client.post(mine, data=seen | {"name": "Second", "organisation": "Two"})
    assert late.status_code == 409
    assert 'value="Second"' in late.text
    assert only_registration(app).name == "First"


@pytest.mark.parametrize("ending", ["A", "", "AAAA", "é"])
def test_a_changed_personal_link_leads_nowhere(
    app: Flask, client: FlaskClient, ending: str
) -> None:
    mine = register(client, slug_of(app), guest()).headers["Location"]
    wrong = mine[:-1] + ("B" if mine[-1] == ending else ending)
    for address in (wrong, f"{wrong}/cancel", f"{wrong}/ticket", f"{wrong}/ticket.png"):
        assert client.get(address).status_code == 404


STATES = {
    "not open yet": ({"opens_at": NOW + timedelta(days=1)}, 200, 409, "not open yet"),
    "closed": ({"closes_at": NOW - timedelta(days=1)}, 410, 410, "has closed"),
    "cancelled": ({"state": EventState.CANCELLED}, 410, 410, "is cancelled"),
    "postponed": ({"state": EventState.POSTPONED}, 200, 409, "is postponed"),
    "past": (
        {"starts_at": STARTS - timedelta(days=60), "ends_at": ENDS - timedelta(days=60)},
        410,
        410,
        "is over",
    ),
}


@pytest.mark.parametrize(("given", "seen", "sent", "says"), STATES.values(), ids=STATES.keys())
def test_each_state_has_a_page_of_its_own(
    app: Flask, client: FlaskClient, given: dict[str, Any], seen: int, sent: int, says: str
) -> None:
    slug = slug_of(app, **given)
    page = client.get(f"/en/e/{slug}/register")
    assert page.status_code == seen
    assert says in page.text
    open_slug = slug_of(app)
    typed = form_of(client, f"/en/e/{open_slug}/register") | guest()
    answer = client.post(f"/en/e/{slug}/register", data=typed)
    assert answer.status_code == sent
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Booking)) == 0


def test_a_draft_is_not_there(app: Flask, client: FlaskClient) -> None:
    slug = slug_of(app, state=EventState.DRAFT, published_at=None)
    assert client.get(f"/en/e/{slug}/register").status_code == 404
    assert client.get("/en/e/never-was/register").status_code == 404


def test_a_form_without_its_token_is_refused(app: Flask, client: FlaskClient) -> None:
    slug = slug_of(app)
    assert client.post(f"/en/e/{slug}/register", data=guest()).status_code == 400


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}]
)
def test_a_form_from_another_site_is_refused(
    app: Flask, client: FlaskClient, headers: dict[str, str]
) -> None:
    address = f"/en/e/{slug_of(app)}/register"
    typed = form_of(client, address) | guest()
    assert client.post(address, data=typed, headers=headers).status_code == 403


def test_a_box_that_nobody_sees_catches_programs(app: Flask, client: FlaskClient) -> None:
    answer = register(client, slug_of(app), guest(website="https://spam.example"))
    assert answer.status_code == 422


def test_a_consent_is_kept_with_its_wording_and_language(app: Flask, client: FlaskClient) -> None:
    register(client, slug_of(app), guest(marketing="y"), lang="en")
    with app.app_context():
        kept = db.session.scalars(sa.select(Consent)).one()
        assert (kept.purpose, kept.lang) == ("marketing", "en")
        assert kept.wording == "Tell me by email about later events of the organiser"


def test_no_consent_is_kept_where_none_was_given(app: Flask, client: FlaskClient) -> None:
    register(client, slug_of(app), guest())
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Consent)) == 0


def test_a_foreign_host_is_refused(client: FlaskClient) -> None:
    assert client.get("/en/", headers={"Host": "evil.example"}).status_code == 400


@pytest.mark.both_databases
def test_the_whole_line_runs_on_both_databases(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        slug = make_event(make_organisation(), capacity=2).slug
    places = [register(app.test_client(), slug, guest(n)).headers["Location"] for n in range(4)]
    client.post(f"{places[0]}/cancel", data=form_of(client, f"{places[0]}/cancel"))
    assert "You’re registered" in client.get(places[2]).text
    assert "You are number 1" in client.get(places[3]).text
    with app.app_context():
        counted = recount(slug)[0]
        assert counted.agrees
        assert (counted.taken, counted.waiting, counted.cancelled) == (2, 1, 1)
