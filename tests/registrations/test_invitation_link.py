"""An invited guest behind the personal link, through the front door."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from forum.core.actor import ANONYMOUS, SYSTEM
from forum.core.audit import AuditEntry
from forum.core.db import db
from forum.core.links import Purpose, derive
from forum.events.models import Event
from forum.events.rules import EventState
from forum.registrations import service
from forum.registrations.rules import InvitationState
from forum.registrations.service import changing_invitations, sending
from tests.factories import ENDS, NOW, attendee, make_event
from tests.registrations.desk import hidden_fields
from tests.registrations.inviting import (
    coming,
    invitation,
    made_list,
    one_invited,
    seats_agree,
)


@dataclass(frozen=True)
class Guest:
    """An invited guest: the event, the invitation, the link."""

    event_id: UUID
    id: UUID
    link: str


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def asked(app: Flask, *, capacity: int = 5, lang: str = "en", **listed: Any) -> Guest:
    """Make an event, a list and an invitation that was sent."""
    with app.app_context():
        event_id = make_event(capacity=capacity).id
        usual = {"companions": 2}
        who = one_invited(
            event_id, made_list(event_id, **(usual | listed)), salutation="Dr", lang=lang
        )
        sending.send(SYSTEM, event_id, who, now=NOW)
        return Guest(event_id, who, f"/i/{derive(Purpose.GUEST_INVITATION, who)}")


def answer(client: FlaskClient, guest: Guest, act: str, **typed: Any) -> TestResponse:
    """Open the link and press a button."""
    page = client.get(guest.link)
    return client.post(f"{guest.link}/{act}", data=hidden_fields(page.text) | typed)


def test_a_guest_accepts_by_one_button_and_lands_on_the_booking(
    app: Flask, client: FlaskClient
) -> None:
    guest = asked(app, kept=3)
    page = client.get(guest.link)
    assert page.status_code == 200
    for words in (
        "Dr Sample Invited solo",
        "You are invited",
        "Accept the invitation",
        "I can’t come",
    ):
        assert words in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"
    done = answer(client, guest, "accept", companions="1")
    assert done.status_code == 303
    assert done.location.startswith("/r/")
    assert client.get(done.location).status_code == 200
    after = client.get(guest.link).text
    assert "You have accepted" in after
    assert "2 seats are yours" in after
    assert done.location in after
    assert "Companion, not named yet" in after
    with app.app_context():
        assert coming(guest.event_id) == [("Sample Invited solo", "confirmed"), ("", "confirmed")]
        assert seats_agree()


def test_looking_changes_nothing_whoever_looks(app: Flask, client: FlaskClient) -> None:
    guest = asked(app)

    def _everything() -> list[Any]:
        with app.app_context():
            one = invitation(guest.id)
            count = db.session.scalar(sa.select(sa.func.count()).select_from(AuditEntry))
            return [one.state, one.opened_at, one.revision, count, coming(guest.event_id)]

    before = _everything()
    for path in ("", "/accept", "/decline", "/opened"):
        for method in ("GET", "HEAD", "OPTIONS"):
            client.open(f"{guest.link}{path}", method=method)
    assert _everything() == before


def test_a_person_at_the_page_marks_it_opened_once(app: Flask, client: FlaskClient) -> None:
    guest = asked(app)
    page = client.get(guest.link)
    assert f'data-opened="{guest.link}/opened"' in page.text
    for _ in range(2):
        told = client.post(f"{guest.link}/opened", data=hidden_fields(page.text))
        assert (told.status_code, told.text) == (204, "")
    with app.app_context():
        assert invitation(guest.id).state is InvitationState.OPENED
    assert "data-opened" not in client.get(guest.link).text
    assert client.post(f"{guest.link}/opened").status_code == 400


def test_a_guest_declines_and_changes_their_mind_twice(app: Flask, client: FlaskClient) -> None:
    guest = asked(app, kept=2)
    assert answer(client, guest, "decline").location == guest.link
    page = client.get(guest.link).text
    assert "You have declined" in page
    assert "Accept" in page
    answer(client, guest, "accept")
    answer(client, guest, "decline")
    with app.app_context():
        assert coming(guest.event_id) == [("Sample Invited solo", "cancelled")]
        assert seats_agree()
    assert answer(client, guest, "accept").status_code == 303
    with app.app_context():
        assert invitation(guest.id).state is InvitationState.ACCEPTED
        assert seats_agree()


def test_companions_are_named_at_once_or_later_and_never_more_than_allowed(
    app: Flask, client: FlaskClient
) -> None:
    guest = asked(app)
    refused = answer(client, guest, "accept", **{"companions": "3", "names-0": "Sample Spouse"})
    assert refused.status_code == 422
    assert "Choose at most 2 companions." in refused.text
    assert 'value="Sample Spouse"' in refused.text
    assert "<title>Error:" in refused.text
    for odd in ("-1", "many", "99999999999999999999"):
        assert answer(client, guest, "accept", companions=odd).status_code == 422
    done = answer(client, guest, "accept", **{"companions": "2", "names-1": " Sample Spouse "})
    assert done.status_code == 303
    with app.app_context():
        assert [name for name, _ in coming(guest.event_id)] == [
            "Sample Invited solo",
            "Sample Spouse",
            "",
        ]


def test_somebody_else_comes_in_the_guests_place(app: Flask, client: FlaskClient) -> None:
    guest = asked(app)
    missing = answer(client, guest, "accept", delegate_organisation="Sample Bureau")
    assert missing.status_code == 422
    assert "Enter the name of who comes in your place" in missing.text
    assert "Enter an email address in the correct format" in missing.text
    typed = {"delegate_name": "Sample Delegate", "delegate_email": "delegate＠example.com"}
    assert answer(client, guest, "accept", **typed).location.startswith("/r/")
    with app.app_context():
        assert coming(guest.event_id) == [("Sample Delegate", "confirmed")]
        assert invitation(guest.id).delegate


def test_a_delegate_who_is_registered_already_is_named_as_the_reason(
    app: Flask, client: FlaskClient
) -> None:
    guest = asked(app)
    with app.app_context():
        service.register(ANONYMOUS, guest.event_id, attendee(1), form_key=None, now=NOW)
    typed = {"delegate_name": "Sample Delegate", "delegate_email": "guest.1@example.com"}
    refused = answer(client, guest, "accept", **typed)
    assert refused.status_code == 409
    assert "Somebody is registered with this email address already." in refused.text
    with app.app_context():
        assert invitation(guest.id).state is InvitationState.SENT
        assert len(coming(guest.event_id)) == 1


def test_where_no_seat_is_left_the_button_names_the_wait_list(
    app: Flask, client: FlaskClient
) -> None:
    guest = asked(app, capacity=1)
    with app.app_context():
        service.register(ANONYMOUS, guest.event_id, attendee(1), form_key=None, now=NOW)
    page = client.get(guest.link).text
    assert "Join the wait list" in page
    assert "All seats are taken at the moment" in page
    answer(client, guest, "accept")
    assert "You’re on the wait list" in client.get(guest.link).text
    with app.app_context():
        assert seats_agree()


def test_after_the_last_day_to_reply_the_page_says_whom_to_write_to(
    app: Flask, client: FlaskClient
) -> None:
    guest = asked(app, reply_until=NOW + timedelta(hours=1))
    page = client.get(guest.link)
    fields = hidden_fields(page.text)
    assert "Kindly reply by" in page.text
    with time_machine.travel(NOW + timedelta(hours=2), tick=False):
        late = client.get(guest.link)
        assert late.status_code == 410
        assert "The time to reply has passed" in late.text
        assert "mailto:forum@example.com" in late.text
        assert client.post(f"{guest.link}/accept", data=fields).status_code == 410
    with app.app_context():
        assert coming(guest.event_id) == []


@pytest.mark.parametrize(
    ("state", "at", "says"),
    [
        (EventState.CANCELLED, NOW, "The event is cancelled"),
        (EventState.PUBLISHED, ENDS, "The event is over"),
    ],
)
def test_an_event_that_is_cancelled_or_over_takes_no_reply(
    app: Flask, client: FlaskClient, state: EventState, at: datetime, says: str
) -> None:
    guest = asked(app)
    fields = hidden_fields(client.get(guest.link).text)
    with app.app_context():
        db.session.execute(sa.update(Event).values(state=state))
        db.session.commit()
    with time_machine.travel(at, tick=False):
        page = client.get(guest.link)
        assert page.status_code == 410
        assert says in page.text
        for act in ("accept", "decline"):
            assert client.post(f"{guest.link}/{act}", data=fields).status_code == 410
    with app.app_context():
        assert coming(guest.event_id) == []


def test_a_renewed_changed_or_foreign_link_leads_nowhere(app: Flask, client: FlaskClient) -> None:
    guest = asked(app)
    fields = hidden_fields(client.get(guest.link).text)
    with app.app_context():
        changing_invitations.renew_invitation_link(SYSTEM, guest.event_id, guest.id, now=NOW)
        other = derive(Purpose.BOOKING, guest.id, 1)
    for link in (guest.link, f"/i/{other}", "/i/nonsense", f"/i/{'A' * 43}"):
        assert client.get(link).status_code == 404
        for act in ("accept", "decline", "opened"):
            assert client.post(f"{link}/{act}", data=fields).status_code == 404
    with app.app_context():
        assert coming(guest.event_id) == []


def test_the_page_speaks_the_guests_language(app: Flask, client: FlaskClient) -> None:
    guest = asked(app, lang="zh-Hant")
    page = client.get(guest.link)
    assert '<html lang="zh-Hant-HK"' in page.text
    assert '<html lang="en"' in client.get(f"{guest.link}?lang=en").text
