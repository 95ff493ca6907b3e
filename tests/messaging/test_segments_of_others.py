"""What a browser says of recipients names nothing of another event: no list, session or guest."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from forum.core.db import db, writing
from forum.events.models import Event
from forum.messaging.models import Announcement
from forum.messaging.queries.timeline import numbers_of
from forum.messaging.rules.segments import Segment, SegmentOf
from forum.registrations.models import GuestList, TicketType
from tests.events.browsing import Member
from tests.factories import NOW, _stored, make_event, make_organisation, make_session, text
from tests.messaging.conftest import Register
from tests.messaging.test_announcement_pages import PATH, colleague, the_one, write

SECRET = "Secret cabinet"


@pytest.fixture
def event(app: Flask) -> Event:
    with app.app_context():
        return make_event(make_organisation(), slug="sample-event")


@pytest.fixture
def member(app: Flask, event: Event) -> Member:
    return colleague(app, event)


@pytest.fixture
def foreign(app: Flask) -> list[Segment]:
    """A guest list and a session of another organisation, as recipients."""
    with app.app_context():
        other = make_event(make_organisation(slug="elsewhere"), slug="other-event")
        talk = make_session(other, title=text(SECRET))
        kind = db.session.scalars(
            sa.select(TicketType.id).where(TicketType.event_id == other.id)
        ).one()
        theirs = GuestList(event_id=other.id, ticket_type_id=kind, name=SECRET, created_at=NOW)
        list_id: UUID = _stored(theirs).id
        return [
            Segment(SegmentOf.INVITATIONS, list_id=list_id),
            Segment(SegmentOf.SPEAKERS, session_id=talk.id),
            Segment(list_id=list_id, session_id=talk.id),
        ]


@pytest.mark.parametrize("number", [0, 1])
def test_recipients_of_another_event_are_refused(
    member: Member, foreign: list[Segment], number: int
) -> None:
    kept = json.dumps(foreign[number].as_json())
    said: dict[str, Any] = {"subject-en": "A", "words-en": "B", "timing": "now"}
    answer = member.fill(f"{PATH}/new", **said, segment="kept", kept=kept)
    assert answer.status_code == 422
    assert SECRET not in answer.text


@pytest.mark.parametrize("number", [0, 1, 2])
def test_the_name_of_a_foreign_list_or_session_is_shown_nowhere(
    app: Flask, member: Member, foreign: list[Segment], number: int
) -> None:
    path = write(member)
    with app.app_context(), writing() as session:
        row = session.get_one(Announcement, the_one(app).id)
        row.segment = foreign[number].as_json()
    for page in (path, PATH, f"{path}/edit", f"{path}/send"):
        shown = member.get(page)
        assert shown.status_code == 200
        assert SECRET not in shown.text


def test_guests_of_another_event_are_not_counted(
    in_app: Flask, event: Event, register: Register
) -> None:
    theirs = register(make_event(make_organisation(slug="elsewhere"), slug="other-event"))
    segment = Segment(ids=(theirs.registration_id,))
    assert numbers_of(event.id, [segment]) == {segment: 0}
