"""The sample forum's registrations: every kind of guest, and a public form that stays plain."""

from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from forum.core.db import db
from forum.demo.command import Addresses, prepare
from forum.events.models import Event
from forum.registrations.models import (
    Invitation,
    Registration,
    RegistrationNote,
    RegistrationTag,
    SavedView,
    TicketType,
)
from forum.registrations.recount import recount, recount_codes, recount_places
from forum.registrations.recount_choices import recount_choices
from forum.registrations.rules import InvitationState, RegistrationState
from forum.seats.models import SeatPool
from forum.seats.rules import PoolAbout, WaitOrder


@pytest.fixture
def sample(app: Flask) -> Addresses:
    """What `forum demo` prints."""
    return prepare(app)


class Boxes(HTMLParser):
    """The boxes of a page that people see, by name and kind."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, str]] = []
        self.hidden: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag not in {"input", "select", "textarea"}:
            return
        if given.get("type") == "hidden":
            self.hidden[given["name"]] = given.get("value", "")
        elif given["name"] not in {"website", "code"}:
            self.seen.append((given["name"], given.get("type", "text")))


def states(event_slug: str, type_name: str) -> Counter[RegistrationState]:
    rows = db.session.execute(
        sa.select(TicketType.name, Registration.state)
        .join(Registration, Registration.ticket_type_id == TicketType.id)
        .join(Event, Event.id == Registration.event_id)
        .where(Event.slug == event_slug)
    )
    return Counter(state for name, state in rows if name.by_language["en"] == type_name)


def test_the_public_type_asks_no_more_than_the_three_boxes(
    client: FlaskClient, sample: Addresses
) -> None:
    path = f"{urlsplit(sample.public_url).path}register"
    page = client.get(path).text
    boxes = Boxes(page)
    asked = {name for name, kind in boxes.seen if kind not in {"radio", "checkbox"}}
    assert asked == {"name", "organisation", "email", "name_zh"}
    assert "radio" not in {kind for _, kind in boxes.seen}
    assert "Media" not in page
    assert "lunch" not in page


def test_the_office_finds_media_to_decide_on_students_in_line_and_an_offer(
    app: Flask, sample: Addresses
) -> None:
    with app.app_context():
        media = states(sample.event, "Media")
        students = states(sample.event, "Students")
        views = db.session.scalars(sa.select(SavedView.name).order_by(SavedView.position)).all()
        tags = set(db.session.scalars(sa.select(RegistrationTag.tag)))
        notes = db.session.scalars(sa.select(RegistrationNote.words)).all()
    assert media == {
        RegistrationState.CONFIRMED: 3,
        RegistrationState.DECLINED: 1,
        RegistrationState.PENDING: 2,
    }
    assert students == {
        RegistrationState.CONFIRMED: 11,
        RegistrationState.OFFERED: 1,
        RegistrationState.WAITLISTED: 2,
        RegistrationState.CANCELLED: 1,
    }
    assert views == ["Media to decide on", "Wants an interview"]
    assert tags == {"interview"}
    assert len(notes) == 1


def test_guests_of_honour_have_accepted_declined_opened_or_not_replied(
    app: Flask, sample: Addresses
) -> None:
    with app.app_context():
        invited = Counter(db.session.scalars(sa.select(Invitation.state)))
        honoured = states(sample.event, "Guests of honour")
    assert invited == {
        InvitationState.ACCEPTED: 4,
        InvitationState.DECLINED: 1,
        InvitationState.OPENED: 1,
        InvitationState.SENT: 2,
        InvitationState.DRAFT: 1,
    }
    assert honoured == {RegistrationState.CONFIRMED: 6}


def test_the_full_event_draws_lots_and_every_counter_is_true(app: Flask, sample: Addresses) -> None:
    assert sample
    with app.app_context():
        drawn = db.session.scalars(
            sa.select(SeatPool.waiting).where(
                SeatPool.about == PoolAbout.EVENT, SeatPool.order == WaitOrder.DRAW
            )
        ).all()
        counted = [*recount(), *recount_codes(), *recount_choices(), *recount_places()]
    assert drawn == [7]
    assert [one for one in counted if not one.agrees] == []


def test_every_sample_guest_is_at_example_com(app: Flask, sample: Addresses) -> None:
    assert sample
    with app.app_context():
        addresses = [
            *db.session.scalars(sa.select(Registration.email)),
            *db.session.scalars(sa.select(Invitation.email)),
        ]
    hosts = {one.rpartition("@")[2] for one in addresses if one}
    assert hosts == {"example.com", "news.example.com"}
