"""The sample forum shows each part of a programme, and its printed links open what they name."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from forum.core.db import db
from forum.demo.command import Addresses, prepare
from forum.demo.words import PARTNERS
from forum.events.models import Event
from forum.messaging.models import Message
from forum.programme.models import Session
from forum.programme.rules import SessionKind
from forum.seats.models import SeatPool


@pytest.fixture
def sample(app: Flask) -> Addresses:
    """What `forum demo` prints."""
    return prepare(app)


def text(client: FlaskClient, address: str) -> str:
    answer = client.get(urlsplit(address).path)
    assert answer.status_code == 200
    return answer.text


def session_page(app: Flask, client: FlaskClient, sample: Addresses, kind: SessionKind) -> str:
    with app.app_context():
        wanted = sa.select(Session.id).where(Session.kind == kind)
        session_id = db.session.scalars(wanted).one()
    return text(client, f"{sample.public_url}sessions/{session_id}")


def test_the_sample_shows_every_part_of_a_programme(
    app: Flask, client: FlaskClient, sample: Addresses
):
    event = text(client, sample.public_url)
    assert event.count('class="plate"') == sum(1 for *_, logo in PARTNERS if logo)
    assert "Sponsor · Gold" in event
    assert "Sponsors · Silver" in event
    assert "Media partner" in event
    changes = text(client, f"{sample.public_url}programme/changes")
    assert "Version 2" in changes
    assert "five minutes more" in changes
    panel = session_page(app, client, sample, SessionKind.PANEL)
    assert "Machines that see" in panel
    assert "English, interpreted into Cantonese and Putonghua" in panel
    workshop = session_page(app, client, sample, SessionKind.WORKSHOP)
    assert "Fewer than 5 places are left." in workshop


def test_the_printed_link_of_a_speaker_asks_whether_they_come(
    client: FlaskClient, sample: Addresses
):
    page = text(client, sample.speaker_url)
    assert "Are you coming?" in page
    assert "Sample workshop: teach a robot arm" in page


def test_the_second_version_told_nobody_by_mail(app: Flask, sample: Addresses):
    with app.app_context():
        event_id = db.session.scalars(sa.select(Event.id).where(Event.slug == sample.event)).one()
        pool = db.session.scalars(
            sa.select(SeatPool)
            .join(Session, Session.pool_id == SeatPool.id)
            .where(Session.event_id == event_id)
        ).one()
        assert 0 < pool.left < pool.capacity
        assert db.session.scalars(sa.select(Message.subject)).all() == []
