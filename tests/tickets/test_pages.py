"""The page behind a QR code knows no person; the ticket behind the personal link can be scanned."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
import zxingcpp
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.datastructures import Headers

from forum.core.actor import SYSTEM
from forum.core.db import writing
from forum.core.ids import shown
from forum.core.links import Purpose, derive
from forum.events.rules import EventState
from forum.registrations import service as registrations
from forum.registrations.queries import registration_of
from forum.registrations.service import Registered
from forum.tickets import queries, rules, service
from forum.tickets.models import Ticket
from tests.factories import NOW, STARTS, make_event, make_organisation, make_venue
from tests.tickets.conftest import Register


def _link(guest: Registered) -> str:
    return f"/r/{derive(Purpose.BOOKING, guest.booking_id, guest.link_generation)}"


def _ticket(guest: Registered) -> Ticket:
    ticket = queries.ticket_of(guest.registration_id)
    assert ticket is not None
    return ticket


def _is_private(found: Headers) -> bool:
    return (
        found["Cache-Control"] == "no-store"
        and found["Referrer-Policy"] == "no-referrer"
        and "noindex" in found["X-Robots-Tag"]
    )


@pytest.mark.parametrize("letter", ["t", "T"])
def test_a_scanned_code_opens_a_page_without_a_name(
    client: FlaskClient, register: Register, letter: str
) -> None:
    organisation = make_organisation()
    event = make_event(organisation, venue_id=make_venue(organisation).id)
    guest = register(event, name="Ada Secret", organisation="Secret Works")
    answer = client.get(f"/{letter}/{_ticket(guest).code}")
    assert answer.status_code == 200
    assert "Sample Forum" in answer.text
    assert "Tuesday 8 December 2026" in answer.text
    assert "This is a ticket" in answer.text
    assert "Secret" not in answer.text
    assert "guest." not in answer.text
    assert _is_private(answer.headers)


def test_the_page_behind_a_cancelled_ticket_says_so(
    client: FlaskClient, register: Register
) -> None:
    guest = register(make_event())
    registrations.cancel(SYSTEM, guest.registration_id, now=NOW)
    answer = client.get(f"/t/{_ticket(guest).code}")
    assert answer.status_code == 200
    assert "This is a ticket" not in answer.text
    assert "lets nobody in" in answer.text


@pytest.mark.parametrize("code", ["A" * 128, "x", "T9M2-PR4K", "%F0%9F%8E%AB", "A" * 3000])
def test_made_up_codes_are_not_found(client: FlaskClient, register: Register, code: str) -> None:
    register(make_event())
    answer = client.get(f"/t/{code}")
    assert answer.status_code == 404
    assert "is not a ticket from here" in answer.text


def test_a_reference_alone_opens_no_page(client: FlaskClient, register: Register) -> None:
    event = make_event()
    guest = register(event)
    code = registration_of(event.id, guest.registration_id).code
    assert client.get(f"/t/{code}").status_code == 404


def test_the_holders_page_shows_the_code_and_the_reference(
    client: FlaskClient, register: Register
) -> None:
    event = make_event()
    guest = register(event, name="Ada Guest")
    answer = client.get(_link(guest) + "/ticket")
    code = registration_of(event.id, guest.registration_id).code
    assert answer.status_code == 200
    assert "Ada Guest" in answer.text
    assert shown(code) in answer.text
    assert '<svg class="qr"' in answer.text
    assert _is_private(answer.headers)


@pytest.mark.parametrize(
    ("lang", "html_lang", "words"),
    [
        ("en", "en", "Your ticket"),
        ("zh-Hant", "zh-Hant-HK", "入場券"),
        ("zh-Hans", "zh-Hans", "入场券"),
    ],
)
def test_the_holders_page_speaks_the_holders_language(
    client: FlaskClient, register: Register, lang: str, html_lang: str, words: str
) -> None:
    answer = client.get(_link(register(make_event(), lang=lang)) + "/ticket")
    assert f'<html lang="{html_lang}">' in answer.text
    assert words in answer.text


def test_the_picture_can_be_scanned_and_holds_the_ticket(
    client: FlaskClient, register: Register
) -> None:
    guest = register(make_event())
    answer = client.get(_link(guest) + "/ticket.png")
    assert answer.mimetype == "image/png"
    assert _is_private(answer.headers)
    picture = Image.open(io.BytesIO(answer.data))
    assert min(picture.size) >= 240
    read = zxingcpp.read_barcode(picture)
    assert read is not None
    assert read.text == service.qr_text(_ticket(guest))
    assert read.text == read.text.upper()
    parsed = rules.parse(read.text)
    assert isinstance(parsed, rules.ParsedTicket)
    assert service.verify(parsed).good


def test_the_picture_has_four_white_modules_round_the_code(
    client: FlaskClient, register: Register
) -> None:
    answer = client.get(_link(register(make_event())) + "/ticket.png")
    picture = Image.open(io.BytesIO(answer.data)).convert("L")
    code = zxingcpp.read_barcode(picture)
    assert code is not None
    module = picture.width // 53 if picture.width % 53 == 0 else picture.width // 49
    margin = 4 * module
    assert code.position.top_left.x >= margin - 1
    assert picture.crop((0, 0, picture.width, margin)).getextrema() == (255, 255)
    assert picture.crop((0, 0, margin, picture.height)).getextrema() == (255, 255)


def test_the_drawing_is_svg_behind_the_link_alone(client: FlaskClient, register: Register) -> None:
    guest = register(make_event())
    answer = client.get(_link(guest) + "/ticket.svg")
    assert answer.mimetype == "image/svg+xml"
    assert answer.text.startswith("<svg")
    for ending in ("", ".svg", ".png"):
        assert client.get(f"/r/{'A' * 43}/ticket{ending}").status_code == 404
        assert client.get(f"/r/x/ticket{ending}").status_code == 404


def test_who_waits_sees_no_code_and_no_picture(client: FlaskClient, register: Register) -> None:
    event = make_event(capacity=1)
    register(event)
    waiting = register(event)
    page = client.get(_link(waiting) + "/ticket")
    assert page.status_code == 200
    assert '<svg class="qr"' not in page.text
    picture = client.get(_link(waiting) + "/ticket.png")
    assert picture.status_code == 404
    assert "There is no ticket yet" in picture.text


def test_a_cancelled_registration_has_no_picture_any_more(
    client: FlaskClient, register: Register
) -> None:
    guest = register(make_event())
    registrations.cancel(SYSTEM, guest.registration_id, now=NOW)
    assert '<svg class="qr"' not in client.get(_link(guest) + "/ticket").text
    assert client.get(_link(guest) + "/ticket.png").status_code == 410


def test_a_renewed_link_closes_the_old_ticket_page(client: FlaskClient, register: Register) -> None:
    guest = register(make_event())
    old = _link(guest)
    registrations.renew_link(SYSTEM, guest.booking_id, now=NOW)
    assert client.get(old + "/ticket").status_code == 404


def test_a_hostile_name_is_only_text(client: FlaskClient, register: Register) -> None:
    name = "<script>alert(1)</script>{{7*191}}"
    page = client.get(_link(register(make_event(), name=name)) + "/ticket")
    assert "<script>alert" not in page.text
    assert "1337" not in page.text


def test_tickets_of_a_cancelled_event_say_so(client: FlaskClient, register: Register) -> None:
    event = make_event()
    guest = register(event)
    with writing() as session:
        session.merge(event).state = EventState.CANCELLED
    page = client.get(_link(guest) + "/ticket")
    assert "The event is cancelled" in page.text


def test_the_page_of_an_event_over_midnight_names_one_day(
    client: FlaskClient, register: Register
) -> None:
    event = make_event(starts_at=STARTS + timedelta(hours=11), ends_at=STARTS + timedelta(hours=16))
    page = client.get(_link(register(event)) + "/ticket")
    assert "Tuesday 8 December 2026" in page.text
    assert "Wednesday" not in page.text
