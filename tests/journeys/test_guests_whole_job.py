"""The guests' whole job: a sheet of 60 invited, replies, the public form, lunch, a file for one."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from forum.core import clock
from forum.core.actor import SYSTEM
from forum.core.db import db
from forum.core.links import Purpose, derive
from forum.core.permissions import Role
from forum.events.models import Event
from forum.registrations.models import Answer, Invitation, Registration
from forum.registrations.recount import recount, recount_codes
from forum.registrations.rules import ConsentPurpose, InvitationState, QuestionKind, ReplyBy
from forum.registrations.rules import RegistrationState as State
from forum.registrations.service.wordings import set_wording
from tests.factories import NOW, make_partner, text
from tests.registrations.desk import form_of, guest, hidden_fields
from tests.registrations.guest_lists import HOUSE, as_workbook
from tests.registrations.inviting import made_list
from tests.registrations.office import Office, open_office
from tests.registrations.questioning import make_lunch, make_question
from tests.registrations.sending_files import take_file

SHEET = Path(os.environ.get("FORUM_SHARED_DATA", "../shared/data")) / "guests" / "house.xlsx"
SEATS, KEPT, LUNCHES, INVITED, BY_FORM = 60, 20, 40, 60, 70
pytestmark = pytest.mark.both_databases


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def office(app: Flask, client: FlaskClient) -> Office:
    """An event of 60 seats with a manager signed in."""
    return open_office(app, client, capacity=SEATS, role=Role.MANAGER)


def house_sheet() -> bytes:
    """Return the real bilingual sheet of 60 where it is at hand, else one of the same shape."""
    if SHEET.exists():
        return SHEET.read_bytes()
    rows = [
        (str(n), f"Sample Guest {n}", "示例", "Sample Works 示例公司", "Manager 經理",
         f"house.{n}@example.com", "", "Yes 出席")
        for n in range(1, INVITED + 1)
    ]  # fmt: skip
    return as_workbook([*HOUSE[:3], *rows, HOUSE[-1]])


@dataclass(frozen=True)
class Asked:
    """What the form asks: a lunch with its two choices, a need, and what it is; and for whom."""

    lunch: str
    vegetarian: str
    none: str
    needs: str
    which: str
    partner_id: UUID
    list_id: UUID


def test_from_the_sheet_to_the_file_for_a_co_host(
    app: Flask, office: Office, client: FlaskClient
) -> None:
    asked = _set_up(app, office)
    done = take_file(office, house_sheet(), target=str(asked.list_id))
    assert re.search(r"\d+ guests are new", done)
    sent = f"/invitations/send?list={asked.list_id}"
    assert office.press(sent, "/send").status_code == 303
    _two_reply(app, office)
    _others_fill_in_the_form(app, office, asked)
    _need_is_asked_for_only_then(app, office, asked)
    with app.app_context():
        states = list(db.session.scalars(sa.select(Registration.state)))
        # Twenty seats are kept for the list: three are taken, the rest wait for their guests.
        assert states.count(State.CONFIRMED) == SEATS - KEPT + 3
        assert states.count(State.WAITLISTED) == BY_FORM - (SEATS - KEPT)
        lunches = sa.select(Answer.value).where(Answer.question_id == UUID(asked.lunch))
        assert [one[0] for one in db.session.scalars(lunches)].count(asked.vegetarian) == LUNCHES
    _one_cancels_and_the_next_moves_up(app)
    file = client.get(f"{office.base}/consents/partner/{asked.partner_id}/guests.csv")
    rows = list(csv.reader(io.StringIO(file.data.decode("utf-8-sig"))))[1:]
    with app.app_context():
        assert [one for one in (*recount(), *recount_codes()) if not one.agrees] == []
        agreed = {
            one.email
            for number, one in enumerate(_all_by_form())
            if number % 2 and one.state is State.CONFIRMED
        }
    assert agreed
    assert {cell for row in rows for cell in row if "@" in cell} == agreed


def _set_up(app: Flask, office: Office) -> Asked:
    with app.app_context():
        lunch = make_lunch(office.event_id, places=LUNCHES)
        needs = make_question(office.event_id, QuestionKind.YES_NO, "Do you have access needs?")
        which = make_question(
            office.event_id,
            label="What do you need?",
            needs_id=needs.id,
            needs_values=("yes",),
            required=True,
        )
        partner = make_partner(db.session.get_one(Event, office.event_id))
        words = text("Pass my name and address to the co-host")
        purpose = ConsentPurpose.PARTNER
        set_wording(SYSTEM, office.event_id, purpose, partner.id, words, NOW)
        return Asked(
            str(lunch.id),
            next(str(one.id) for one in lunch.options if one.capacity == LUNCHES),
            next(str(one.id) for one in lunch.options if one.capacity is None),
            str(needs.id),
            str(which.id),
            partner.id,
            made_list(office.event_id, kept=KEPT, companions=1),
        )


def _two_reply(app: Flask, office: Office) -> None:
    """One by a letter that staff enter, one by the link with a companion."""
    with app.app_context():
        invited = db.session.scalars(
            sa.select(Invitation).where(Invitation.email != "").order_by(Invitation.id)
        ).all()
        assert len(invited) > INVITED // 2
        assert {one.state for one in invited} == {InvitationState.SENT}
        by_letter, by_link = invited[0].id, invited[1]
        link = f"/i/{derive(Purpose.GUEST_INVITATION, by_link.id, by_link.link_generation)}"
    typed = {"answer": "accept", "by": "letter", "note": "letter of 1 May"}
    reply = f"/invitations/{by_letter}/reply"
    assert office.press(reply, "/reply", **typed).status_code == 303
    phone = app.test_client()
    yes = hidden_fields(phone.get(link).text) | {"companions": "1"}
    accepted = phone.post(f"{link}/accept", data=yes)
    assert accepted.location.startswith("/r/")
    booking = phone.get(accepted.location).text
    assert "You’re all registered" in booking
    assert "To be named" in booking
    with app.app_context():
        assert db.session.get_one(Invitation, by_letter).reply_by is ReplyBy.LETTER


def _others_fill_in_the_form(app: Flask, office: Office, asked: Asked) -> None:
    """Everybody wants the lunch; every second agrees that the co-host has their data."""
    form = f"/en/e/{office.slug}/register"
    refused = 0
    for number in range(BY_FORM):
        visitor = app.test_client()
        page = visitor.get(form).text
        typed = guest(number) | {f"q-{asked.lunch}": asked.vegetarian, f"q-{asked.needs}": "no"}
        typed |= _boxes(page) if number % 2 else {}
        answer = visitor.post(form, data=hidden_fields(page) | typed)
        if answer.status_code in {409, 422}:
            refused += 1
            again = hidden_fields(answer.text) | typed | {f"q-{asked.lunch}": asked.none}
            answer = visitor.post(form, data=again)
        assert answer.status_code == 303, answer.text[:3000]
    assert refused == BY_FORM - LUNCHES


def _need_is_asked_for_only_then(app: Flask, office: Office, asked: Asked) -> None:
    form = f"/en/e/{office.slug}/register"
    visitor = app.test_client()
    typed = guest("needs") | {f"q-{asked.lunch}": asked.none, f"q-{asked.needs}": "yes"}
    told = visitor.post(form, data=form_of(visitor, form) | typed)
    assert told.status_code == 422
    assert f'href="#q-{asked.which}' in told.text


def _one_cancels_and_the_next_moves_up(app: Flask) -> None:
    with app.app_context():
        first = _by_form(State.CONFIRMED)[0]
        next_in_line = _by_form(State.WAITLISTED)[0].id
        own = f"/r/{derive(Purpose.BOOKING, first.booking_id)}/cancel"
    phone = app.test_client()
    page = phone.get(own)
    pressed_at = clock.now()
    assert phone.post(own, data=hidden_fields(page.text)).status_code == 303
    with app.app_context():
        moved = db.session.get_one(Registration, next_in_line)
        assert moved.state is State.CONFIRMED
        assert moved.confirmed_at is not None
        assert moved.confirmed_at - pressed_at < timedelta(seconds=5)


def _boxes(page: str) -> dict[str, str]:
    """Return every consent's box of the form, ticked."""
    found = {}
    for box in re.findall(r'<input[^>]*type="checkbox"[^>]*>', page):
        said = dict(re.findall(r'(name|value)="([^"]*)"', box))
        if "consent" in said.get("name", ""):
            found[said["name"]] = said.get("value", "y")
    return found


def _by_form(state: State) -> list[Registration]:
    return [one for one in _all_by_form() if one.state is state]


def _all_by_form() -> list[Registration]:
    found = db.session.scalars(
        sa.select(Registration)
        .where(Registration.email.like("guest.%@example.com"))
        .order_by(Registration.created_at, Registration.id)
        .execution_options(populate_existing=True)
    )
    return list(found)
