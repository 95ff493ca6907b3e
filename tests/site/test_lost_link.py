"""Who has lost the mail gets the links again by mail; the page tells nobody who is registered."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from forum.core import outbox
from forum.core.db import db
from forum.core.outbox import OutboxRow, after
from tests.factories import NOW, attendee, make_event
from tests.registrations.desk import hidden_fields
from tests.registrations.signing_up import registered
from tests.site.parties import Booked, allow, book, contact
from tests.support.statements import selects

TOPIC = "booking.link_asked"


@pytest.fixture(autouse=True)
def _somebody_listens() -> Any:
    """Rows are kept where somebody reacts to them."""
    known = list(outbox._AFTER[TOPIC])
    if not known:
        after(TOPIC)(lambda _payload, _now: None)
    yield
    outbox._AFTER[TOPIC][:] = known


def _event(app: Flask) -> tuple[str, Booked]:
    with app.app_context():
        event = make_event()
        allow(event.id)
        registered(event.id, "alone")
        booked = book(event, attendee("ada"), attendee("ben"), by=contact())
        return event.slug, booked


def _asked(app: Flask) -> list[dict[str, Any]]:
    with app.app_context():
        rows = db.session.scalars(sa.select(OutboxRow).where(OutboxRow.topic == TOPIC)).all()
        return [row.payload for row in rows]


def _ask(client: FlaskClient, slug: str, email: str, lang: str = "en") -> Any:
    address = f"/{lang}/e/{slug}/my-booking"
    page = client.get(address)
    assert page.status_code == 200
    return client.post(address, data=hidden_fields(page.text) | {"email": email})


def test_the_event_and_the_mail_page_lead_there(app: Flask, client: FlaskClient) -> None:
    slug, _ = _event(app)
    for page in (f"/en/e/{slug}/", f"/en/e/{slug}/register/mail"):
        assert f"/en/e/{slug}/my-booking" in client.get(page).text
    assert "Lost your mail?" in client.get(f"/en/e/{slug}/my-booking").text


def test_known_and_unknown_addresses_are_answered_alike(app: Flask, client: FlaskClient) -> None:
    slug, _ = _event(app)
    answers = []
    for email in ("guest.alone@example.com", "contact@example.com", "nobody@example.com"):
        with selects(app) as seen:
            sent = _ask(client, slug, email)
        page = client.get(sent.headers["Location"])
        words = page.text.partition("<main")[2]
        answers.append((sent.status_code, sent.headers["Location"], words, len(seen)))
        assert page.headers["Cache-Control"] == "no-store"
    assert answers[0] == answers[1] == answers[2]
    assert len(_asked(app)) == 3


def test_the_row_leads_to_the_bookings_and_holds_no_address(
    app: Flask, client: FlaskClient
) -> None:
    slug, booked = _event(app)
    _ask(client, slug, " Contact@Example.com ")
    _ask(client, slug, "guest.ben@example.com")
    whole, own = _asked(app)
    assert whole["booking_ids"] == [str(booked.booking_id)]
    assert whole["registration_ids"] == []
    assert own["booking_ids"] == []
    assert own["registration_ids"] == [str(booked.people[1])]
    with app.app_context():
        rows = db.session.scalars(sa.select(OutboxRow).where(OutboxRow.topic == TOPIC)).all()
        assert not any("example.com" in f"{row.key}{row.payload}" for row in rows)


def test_another_event_is_not_looked_into(app: Flask, client: FlaskClient) -> None:
    _event(app)
    with app.app_context():
        other = make_event().slug
    _ask(client, other, "contact@example.com")
    (payload,) = _asked(app)
    assert payload["booking_ids"] == payload["registration_ids"] == []


def test_one_mail_in_ten_minutes_is_enough(app: Flask, client: FlaskClient) -> None:
    slug, _ = _event(app)
    with time_machine.travel(NOW, tick=False) as clock:
        for _time in range(3):
            assert _ask(client, slug, "contact@example.com").status_code == 303
        assert len(_asked(app)) == 1
        clock.move_to(NOW + timedelta(minutes=10))
        _ask(client, slug, "contact@example.com")
    assert len(_asked(app)) == 2


@pytest.mark.parametrize("typed", ["", "not an address", "a@b", "x" * 3000])
def test_what_is_no_address_is_said_in_words(app: Flask, client: FlaskClient, typed: str) -> None:
    slug, _ = _event(app)
    answer = _ask(client, slug, typed)
    assert answer.status_code == 422
    assert "Enter an email address in the correct format" in answer.text
    assert _asked(app) == []


def test_programs_that_fill_the_hidden_box_get_nothing(app: Flask, client: FlaskClient) -> None:
    slug, _ = _event(app)
    address = f"/en/e/{slug}/my-booking"
    sent = hidden_fields(client.get(address).text) | {"email": "contact@example.com"}
    filled = client.post(address, data=sent | {"website": "http://example.com"})
    assert filled.status_code == 422
    assert _asked(app) == []


def test_programs_that_send_at_once_or_make_up_the_form_get_nothing(
    app: Flask, client: FlaskClient
) -> None:
    app.config["FORUM_SETTINGS"] = replace(app.config["FORUM_SETTINGS"], form_seconds=1.5)
    slug, _ = _event(app)
    address = f"/en/e/{slug}/my-booking"
    with time_machine.travel(NOW, tick=False) as clock:
        page = client.get(address).text
        assert 'data-ripe="1.5"' in page
        sent = hidden_fields(page) | {"email": "contact@example.com"}
        quick = client.post(address, data=sent)
        assert quick.status_code == 422
        assert "Press the button once more." in quick.text
        assert "There is a problem" not in quick.text
        assert 'value="contact@example.com"' in quick.text
        clock.shift(2)
        for key in ("", "x", "A" * 40, "é" * 40):
            assert client.post(address, data=sent | {"key": key}).status_code == 422
        assert _asked(app) == []
        assert client.post(address, data=sent).status_code == 303
        assert len(_asked(app)) == 1


def test_a_form_that_stood_open_for_a_day_comes_back_with_the_address(
    app: Flask, client: FlaskClient
) -> None:
    slug, _ = _event(app)
    address = f"/en/e/{slug}/my-booking"
    with time_machine.travel(NOW, tick=False) as clock:
        sent = hidden_fields(client.get(address).text) | {"email": "contact@example.com"}
        clock.shift(timedelta(hours=24, seconds=1))
        old = client.post(address, data=sent)
        assert old.status_code == 422
        assert "This form is old: look it over and send it again." in old.text
        assert 'value="contact@example.com"' in old.text
        again = hidden_fields(old.text) | {"email": "contact@example.com"}
        assert client.post(address, data=again).status_code == 303


def test_drafts_and_strangers_are_not_found(app: Flask, client: FlaskClient) -> None:
    assert client.get("/en/e/none-such/my-booking").status_code == 404
    assert client.get("/en/e/none-such/my-booking/mail").status_code == 404
