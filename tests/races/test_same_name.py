"""Two who want one name at the same instant: each gets a name or a sentence, nobody an error."""

from __future__ import annotations

from dataclasses import fields, replace
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask import Flask

from forum.core.actor import SYSTEM
from forum.core.db import db, writing
from forum.core.page_scopes import PageScope, changed
from forum.core.text import Text
from forum.events import service
from forum.events.models import OldSlug
from forum.events.service import EventDetails, NewEvent, SlugTaken
from forum.programme.models import Session, Speaker
from forum.programme.rules import AppearanceRole, SessionKind
from forum.programme.service import (
    NewSpeaker,
    Part,
    SessionDetails,
    SpeakerDetails,
    create_session,
    create_speaker,
)
from tests.factories import ENDS, NOW, STARTS, make_event, make_organisation
from tests.races.crowd import all_at_once

CLIENTS = 12
pytestmark = pytest.mark.both_databases


def problems(answers: list[object]) -> list[object]:
    """Return the exceptions among the answers."""
    return [answer for answer in answers if isinstance(answer, Exception)]


def test_events_of_one_title_get_an_address_each(app: Flask) -> None:
    with app.app_context():
        organisation_id = make_organisation().id
    new = NewEvent(Text({"en": "The same"}), STARTS, ENDS, "Asia/Hong_Kong", 10, Text())
    answers = all_at_once(
        app, CLIENTS, lambda _: service.create_event(SYSTEM, organisation_id, new, now=NOW).slug
    )
    assert problems(answers) == []
    assert len(set(answers)) == CLIENTS


def test_one_address_wanted_by_many_events_goes_to_one(app: Flask) -> None:
    with app.app_context():
        parts = fields(EventDetails)
        forms = [
            (one.id, one.revision, {part.name: getattr(one, part.name) for part in parts})
            for one in (make_event() for _ in range(CLIENTS))
        ]

    def _rename(number: int) -> str:
        event_id, revision, known = forms[number]
        details = replace(EventDetails(**known), slug="wanted-by-all")
        return service.update_event(SYSTEM, event_id, revision, details, now=NOW).slug

    answers = all_at_once(app, CLIENTS, _rename)
    assert answers.count("wanted-by-all") == 1
    assert all(isinstance(one, SlugTaken) for one in problems(answers))
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(OldSlug)) == 1


def test_speakers_of_one_name_get_an_address_each(app: Flask) -> None:
    with app.app_context():
        organisation = make_organisation()
        organisation_id = organisation.id
        events = [make_event(organisation).id for _ in range(CLIENTS // 2)]
    profile = SpeakerDetails("Mei Sample", "", "", "", 1000, Text(), Text(), Text(), "")

    def _add(number: int) -> UUID:
        if number % 2:
            return create_speaker(SYSTEM, organisation_id, profile, now=NOW).id
        cast = [Part(NewSpeaker("Mei Sample"), AppearanceRole.PRESENTER)]
        details = SessionDetails(
            SessionKind.TALK, Text({"en": "A talk"}), Text(), None, None, None, None, None, "",
            cast,
        )  # fmt: skip
        return create_session(SYSTEM, events[number // 2], details, confirmed=True, now=NOW).id

    answers = all_at_once(app, CLIENTS, _add)
    assert problems(answers) == []
    with app.app_context():
        slugs = db.session.scalars(sa.select(Speaker.slug)).all()
        assert len(slugs) == len(set(slugs)) == CLIENTS
        assert len(db.session.scalars(sa.select(Session.id)).all()) == CLIENTS // 2


def test_what_changes_first_at_one_instant_makes_one_scope(app: Flask) -> None:
    for _ in range(4):
        scope = f"event:{uuid4()}"

        def _change(_number: int, scope: str = scope) -> None:
            with writing() as session:
                changed(session, scope)

        assert problems(all_at_once(app, CLIENTS, _change)) == []
        with app.app_context():
            found = sa.select(PageScope.revision).where(PageScope.scope == scope)
            assert db.session.scalars(found).all() == [CLIENTS]
