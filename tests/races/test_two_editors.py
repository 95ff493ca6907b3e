"""Editors whose changes reach the same rows from different ends: nobody waits for ever."""

from __future__ import annotations

from dataclasses import fields
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import joinedload

from forum.core.actor import SYSTEM
from forum.core.db import db
from forum.core.errors import DomainError
from forum.core.revisions import ThingChangedMeanwhile, fingerprint
from forum.core.text import Text
from forum.events import service
from forum.events.models import Venue
from forum.events.service import VenueDetails, venue_values
from forum.people.models import Organisation
from forum.people.service import OrganisationDetails, update_organisation
from forum.programme.models import Appearance, Session, Speaker
from forum.programme.rules import AppearanceRole
from forum.programme.service import (
    NewSpeaker,
    Part,
    SessionDetails,
    SpeakerDetails,
    update_session,
    update_speaker,
)
from tests.factories import (
    NOW,
    make_appearance,
    make_event,
    make_organisation,
    make_session,
    make_speaker,
    make_venue,
    text,
)
from tests.races.crowd import all_at_once

EDITORS = 6
ROUNDS = 6
pytestmark = pytest.mark.both_databases


def broken(answers: list[object]) -> list[object]:
    """Return the exceptions that are no sentences for people."""
    return [
        one for one in answers if isinstance(one, Exception) and not isinstance(one, DomainError)
    ]


def test_editors_of_one_place_from_several_events_wait_for_each_other(app: Flask) -> None:
    with app.app_context():
        organisation = make_organisation()
        venue_id = make_venue(organisation).id
        events = [make_event(organisation, venue_id=venue_id).id for _ in range(EDITORS)]
    for turn in range(ROUNDS):
        with app.app_context():
            values = venue_values(db.session.get_one(Venue, venue_id))

        def _write(number: int, turn: int = turn, values: dict[str, object] = values) -> object:
            name = {"name": Text({"en": f"Hall {turn} of {number}"})}
            details = VenueDetails(**{**values, **name})
            return service.write_venue(
                SYSTEM, events[number], fingerprint(values), details, now=NOW
            )

        answers = all_at_once(app, EDITORS, _write)
        assert broken(answers) == []
        late = [one for one in answers if isinstance(one, ThingChangedMeanwhile)]
        assert len(late) == EDITORS - 1


def test_a_profile_and_the_sessions_with_it_are_edited_at_once(app: Flask) -> None:
    with app.app_context():
        organisation = make_organisation()
        organisation_id = organisation.id
        speaker_id = make_speaker(organisation_id).id
        sessions = []
        for _ in range(EDITORS - 1):
            event = make_event(organisation)
            made = make_session(event)
            make_appearance(made, db.session.get_one(Speaker, speaker_id))
            sessions.append((event.id, made.id))
    for turn in range(ROUNDS):

        def _edit(number: int, turn: int = turn) -> object:
            if number == 0:
                return _rename(organisation_id, speaker_id, f"Name {turn}")
            return _recast(*sessions[number - 1], speaker_id, f"Talk {turn}")

        assert [one for one in all_at_once(app, EDITORS, _edit) if isinstance(one, Exception)] == []


def test_an_organisation_and_what_is_its_own_are_edited_at_once(app: Flask) -> None:
    with app.app_context():
        organisation = make_organisation()
        organisation_id, venue_id = organisation.id, make_venue(organisation).id
        events = [make_event(organisation, venue_id=venue_id).id for _ in range(EDITORS - 2)]
        event = make_event(organisation)
        session_id = make_session(event).id

    def _edit(number: int) -> object:
        if number == 0:
            known = db.session.get_one(Organisation, organisation_id, populate_existing=True)
            values = {part.name: getattr(known, part.name) for part in fields(OrganisationDetails)}
            wanted = OrganisationDetails(**{**values, "name": text(f"Name {known.revision}")})
            return update_organisation(SYSTEM, organisation_id, known.revision, wanted, now=NOW)
        if number == 1:
            return _recast(event.id, session_id, None, "Another talk")
        values = venue_values(db.session.get_one(Venue, venue_id, populate_existing=True))
        details = VenueDetails(**{**values, "name": text(f"Hall {number}")})
        return service.write_venue(
            SYSTEM, events[number - 2], fingerprint(values), details, now=NOW
        )

    for _ in range(ROUNDS):
        assert broken(all_at_once(app, EDITORS, _edit)) == []


def _rename(organisation_id: UUID, speaker_id: UUID, name: str) -> object:
    known = db.session.get_one(Speaker, speaker_id, populate_existing=True)
    values = {part.name: getattr(known, part.name) for part in fields(SpeakerDetails)}
    details = SpeakerDetails(**{**values, "name": name})
    return update_speaker(
        SYSTEM, organisation_id, speaker_id, known.revision, details, now=NOW
    ).revision


def _recast(event_id: UUID, session_id: UUID, speaker_id: UUID | None, title: str) -> object:
    """Rename a session and put its speaker into the other role of two, or a new one on stage."""
    known = (
        db.session.scalars(
            sa.select(Session)
            .where(Session.id == session_id)
            .options(joinedload(Session.appearances))
            .execution_options(populate_existing=True)
        )
        .unique()
        .one()
    )
    roles = {one.role for one in known.appearances if isinstance(one, Appearance)}
    other = AppearanceRole.MC if AppearanceRole.MC not in roles else AppearanceRole.PRESENTER
    values = {
        part.name: getattr(known, part.name) for part in fields(SessionDetails)
        if part.name != "cast"
    }  # fmt: skip
    cast = [Part(speaker_id or NewSpeaker("Somebody New"), other)]
    details = SessionDetails(**{**values, "title": Text({"en": title})}, cast=cast)
    return update_session(SYSTEM, event_id, session_id, known.revision, details, now=NOW).revision
