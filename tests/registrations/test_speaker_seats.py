"""A speaker's registration and ticket by one click: once, mailed, and never a guest's seat."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from forum.core import outbox
from forum.core.actor import ANONYMOUS, SYSTEM, Actor, ActorKind
from forum.core.db import db, writing
from forum.core.errors import NotFound
from forum.core.permissions import Role
from forum.events.models import Event
from forum.messaging.models import Message
from forum.programme import service as programme
from forum.programme.models import SpeakerContact
from forum.programme.service import NoAddress
from forum.registrations import service
from forum.registrations.models import Registration, SpeakerSeat, TicketType
from forum.registrations.queries import speaker_seats
from forum.registrations.recount import recount
from forum.registrations.rules import RegistrationState
from forum.registrations.service import AddressOfAnother, Came
from forum.registrations.service.speaker_seats import NoMoreSeats
from forum.seats.queries import seats_of
from forum.tickets.models import Ticket
from tests import factories
from tests.events.browsing import Member
from tests.factories import NOW, attendee
from tests.site.speaking import Holder, Speaking, speaking


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def stage(app: Flask) -> Speaking:
    with app.app_context():
        return speaking(event=factories.make_event(capacity=1), lang="zh-Hant")


def give(stage: Speaking) -> service.SeatGiven:
    return service.give_speaker_seat(SYSTEM, stage.engagement_id, now=NOW)


def agree(event_id) -> None:
    assert all(row.agrees for row in recount())
    assert event_id


@pytest.mark.both_databases
def test_a_click_gives_a_ticket_of_type_speaker_and_takes_no_guests_seat(
    app: Flask, stage: Speaking
):
    with app.app_context():
        before = seats_of(stage.event_id)
        given = give(stage)
        assert given.came is Came.NEW
        made = db.session.get(Registration, given.registration_id)
        kind = db.session.get(TicketType, made.ticket_type_id)
        assert kind.name.get("zh-Hant") == "講者"
        assert (made.name, made.name_zh, made.email) == ("Ada Wong", "黃雅達", "ada@example.com")
        assert made.state is RegistrationState.CONFIRMED
        ticket = db.session.scalar(sa.select(Ticket))
        assert (ticket.registration_id, ticket.type_number) == (made.id, kind.number)
        assert kind.number == 2
        # The speaker stands beside the guests' seats.
        assert seats_of(stage.event_id) == replace(before, beside=before.beside + 1)
        agree(stage.event_id)
        while outbox.deliver_due(NOW):
            pass
        mail = db.session.scalar(sa.select(Message))
        assert (mail.to_email, mail.lang, mail.with_ticket) == ("ada@example.com", "zh-Hant", True)
        assert speaker_seats(stage.event_id)[stage.speaker_id].registration_id == made.id


@pytest.mark.both_databases
def test_pressing_it_again_and_at_once_is_the_same_seat(app: Flask, stage: Speaking):
    def press(_: int) -> service.SeatGiven:
        with app.app_context():
            return give(stage)

    with ThreadPoolExecutor(6) as crowd:
        given = list(crowd.map(press, range(12)))
    assert len({one.registration_id for one in given}) == 1
    assert [one.came for one in given].count(Came.NEW) == 1
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Registration)) == 1
        assert db.session.scalar(sa.select(sa.func.count()).select_from(TicketType)) == 2
        agree(stage.event_id)


def test_guests_still_find_the_seat_that_is_theirs(app: Flask, stage: Speaking):
    with app.app_context():
        give(stage)
        done = service.register(ANONYMOUS, stage.event_id, attendee(), form_key=None, now=NOW)
        assert done.state is RegistrationState.CONFIRMED
        more = service.register(ANONYMOUS, stage.event_id, attendee(), form_key=None, now=NOW)
        assert more.state is RegistrationState.WAITLISTED
        service.set_capacity(SYSTEM, stage.event_id, 2, now=NOW)
        assert (
            db.session.get(Registration, more.registration_id, populate_existing=True).state
            is RegistrationState.CONFIRMED
        )
        assert seats_of(stage.event_id).capacity == 2
        agree(stage.event_id)


def test_a_cancelled_ticket_can_be_given_anew(app: Flask, stage: Speaking):
    with app.app_context():
        first = give(stage)
        service.cancel_speaker_seat(SYSTEM, stage.engagement_id, now=NOW)
        assert db.session.scalar(sa.select(Ticket.revoked_at)) is not None
        agree(stage.event_id)
        again = give(stage)
        assert again.registration_id != first.registration_id
        assert db.session.scalar(sa.select(sa.func.count()).select_from(SpeakerSeat)) == 1
        agree(stage.event_id)
        pool = next(row for row in recount() if row.about == "speakers")
        assert (pool.capacity, pool.taken) == (1, 1)


@pytest.mark.both_databases
def test_one_who_is_a_guest_keeps_that_ticket_and_one_who_waits_gets_the_speakers(
    app: Flask, stage: Speaking
):
    with app.app_context():
        known = attendee(email="Ada@example.com", email_key="ada@example.com")
        guest = service.register(ANONYMOUS, stage.event_id, known, form_key=None, now=NOW)
        given = give(stage)
        assert (given.registration_id, given.came) == (guest.registration_id, Came.GUEST)
        other = speaking(event=db.session.get(Event, stage.event_id))
        with writing() as transaction:
            contact = transaction.get(SpeakerContact, other.speaker_id)
            contact.email = "ben@example.com"
        waits = attendee(email="ben@example.com", email_key="ben@example.com")
        line = service.register(ANONYMOUS, stage.event_id, waits, form_key=None, now=NOW)
        assert line.state is RegistrationState.WAITLISTED
        moved = give(other)
        assert (moved.registration_id, moved.came) == (line.registration_id, Came.NEW)
        ben = db.session.get(Registration, line.registration_id, populate_existing=True)
        assert ben.state is RegistrationState.CONFIRMED
        assert seats_of(stage.event_id).waiting == 0
        agree(stage.event_id)


def test_what_cannot_be_given_says_why(app: Flask, stage: Speaking):
    with app.app_context():
        event = db.session.get(Event, stage.event_id)
        nameless = factories.make_speaker(stage.organisation)
        stands = programme.engage(SYSTEM, event.id, nameless.id, now=NOW)
        with pytest.raises(NoAddress):
            service.give_speaker_seat(SYSTEM, stands.id, now=NOW)
        give(stage)
        with writing() as transaction:
            transaction.add(SpeakerContact(speaker_id=nameless.id, email="ADA@example.com"))
        with pytest.raises(AddressOfAnother):
            service.give_speaker_seat(SYSTEM, stands.id, now=NOW)
        late = NOW + timedelta(days=60)
        with pytest.raises(NoMoreSeats):
            service.give_speaker_seat(SYSTEM, stands.id, now=late)
        holder = Actor(ActorKind.LINK, id=stage.engagement_id, event_id=stage.event_id)
        with pytest.raises(NotFound):
            service.give_speaker_seat(holder, stage.engagement_id, now=NOW)
        with pytest.raises(NotFound):
            service.cancel_speaker_seat(holder, stage.engagement_id, now=NOW)


def test_the_organisers_home_counts_guests_against_seats_and_names_what_waits(app: Flask):
    with app.app_context():
        organisation = factories.make_organisation()
        stage = speaking(event=factories.make_event(organisation, capacity=5))
        give(stage)
        service.register(ANONYMOUS, stage.event_id, attendee(), form_key=None, now=NOW)
        db.session.refresh(organisation)
    ada = Holder(app)
    ada.fill(f"{stage.href}/profile", salutation="Dr")
    member = Member(app, organisation)
    page = member.get(f"/manage/{stage.slug}/").text
    table = page[page.index("<tbody>") : page.index("</tbody>")]
    assert set(re.findall(r'<td class="n">([^<]*)</td>', table)) == {"0", "1", "+1"}
    assert "Changes from speakers: 1" in page


def test_the_page_gives_it_shows_it_and_offers_to_cancel_it(app: Flask):
    with app.app_context():
        organisation = factories.make_organisation()
        stage = speaking(event=factories.make_event(organisation))
        db.session.refresh(organisation)
    editor = Member(app, organisation, role=Role.PROGRAMME)
    page = f"/manage/{stage.slug}/speakers/{stage.speaker_slug}/event"
    assert editor.press(page, f"{page}/ticket").status_code == 303
    shown = editor.get(page).text
    assert "the ticket is on its way by mail" in shown
    assert "Speaker</dd>" in shown
    assert f"/manage/{stage.slug}/registrations/" not in shown
    assert "Ticket</span>" in editor.get(f"/manage/{stage.slug}/speakers").text
    seen = editor.form(page, -1, having="answer")
    assert editor.send(page, seen, answer="decline").status_code == 303
    assert "Not coming, but still holds a ticket" in editor.get(page).text
    assert editor.press(page, f"{page}/ticket/cancel").status_code == 303
    shown = editor.get(page).text
    assert "Declined, but still holds" not in shown
    assert "Give a ticket" in shown
    assert "Ticket cancelled" in editor.get(f"/manage/{stage.slug}/speakers").text


def test_a_programme_editor_cannot_cancel_a_guest_by_typing_their_address(app: Flask):
    with app.app_context():
        organisation = factories.make_organisation()
        stage = speaking(event=factories.make_event(organisation))
        known = attendee(email="ada@example.com", email_key="ada@example.com")
        guest = service.register(ANONYMOUS, stage.event_id, known, form_key=None, now=NOW)
        code = db.session.get_one(Registration, guest.registration_id).code
        db.session.refresh(organisation)
    editor = Member(app, organisation, role=Role.PROGRAMME)
    page = f"/manage/{stage.slug}/speakers/{stage.speaker_slug}/event"
    assert editor.press(page, f"{page}/ticket").status_code == 303
    assert f"{code[:4]}-{code[4:]}" not in editor.get(page).text
    assert editor.press(page, f"{page}/ticket/cancel").status_code == 303
    with app.app_context():
        kept = db.session.get_one(Registration, guest.registration_id)
        assert kept.state is RegistrationState.CONFIRMED
        assert db.session.scalar(sa.select(sa.func.count()).select_from(SpeakerSeat)) == 0


@pytest.mark.both_databases
def test_who_waited_as_a_guest_is_cancelled_by_who_looks_after_registrations_alone(app: Flask):
    with app.app_context():
        organisation = factories.make_organisation()
        stage = speaking(event=factories.make_event(organisation, capacity=1))
        service.register(ANONYMOUS, stage.event_id, attendee(), form_key=None, now=NOW)
        known = attendee(email="ada@example.com", email_key="ada@example.com")
        waits = service.register(ANONYMOUS, stage.event_id, known, form_key=None, now=NOW)
        assert waits.state is RegistrationState.WAITLISTED
        db.session.refresh(organisation)
    editor = Member(app, organisation, role=Role.PROGRAMME)
    page = f"/manage/{stage.slug}/speakers/{stage.speaker_slug}/event"
    assert editor.press(page, f"{page}/ticket").status_code == 303
    shown = editor.get(page).text
    assert "Cancel the ticket" not in shown
    assert "They registered as a guest themselves" in shown
    token = dict(editor.form(page, having="answer").values)["csrf_token"]
    editor.client.post(f"{page}/ticket/cancel", data={"csrf_token": token})
    assert "Your role does not include this" in editor.get(page).text

    def state() -> RegistrationState:
        with app.app_context():
            return db.session.get_one(Registration, waits.registration_id).state

    assert state() is RegistrationState.CONFIRMED
    owner = Member(app, organisation)
    assert owner.press(page, f"{page}/ticket/cancel").status_code == 303
    assert state() is RegistrationState.CANCELLED
