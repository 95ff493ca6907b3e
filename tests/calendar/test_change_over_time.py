"""What subscribers see when an organiser changes things (CALENDAR.md, S01-S12)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from forum.core.actor import SYSTEM
from forum.core.db import db
from forum.core.revisions import fingerprint
from forum.core.text import Text
from forum.events.models import Event, Room, Venue
from forum.events.service import (
    EventDetails,
    RoomDetails,
    VenueDetails,
    change_room,
    move_room,
    update_event,
    write_venue,
)
from forum.people.models import Organisation
from forum.people.service import OrganisationDetails, update_organisation
from forum.programme.models import Session, Speaker
from forum.programme.service import (
    SessionDetails,
    SpeakerDetails,
    cancel_session,
    create_session,
    delete_draft,
    reinstate_session,
    update_speaker,
)
from tests.calendar.changes import LATER, Look, edit, raised, seen_at, utc
from tests.calendar.grammar import parse
from tests.calendar.stage import FEED, MADE, START, Stage, lay


@pytest.fixture(autouse=True)
def _later() -> Iterator[None]:
    with time_machine.travel(LATER, tick=False):
        yield


@pytest.fixture
def stage(in_app: Flask) -> Stage:
    """The sample event."""
    return lay()


@pytest.fixture
def look(client: FlaskClient) -> Look:
    """Fetch the feed as a client does."""
    return lambda: seen_at(client)


def test_a_cancelled_session_stays_with_the_same_uid_and_all_others_stay_as_they_were(
    stage: Stage, look: Look
) -> None:
    before = look()
    cancel_session(SYSTEM, stage.event, stage.panel, now=LATER)
    after = look()
    panel = after.part(stage.panel)
    assert after.changed(before) == {str(stage.panel)}
    assert raised(after, before, stage.panel) == 1
    assert panel.value("STATUS") == "CANCELLED"
    assert panel.value("SUMMARY") == "CANCELLED: A panel\\; on robots"
    assert panel.value("DTSTART") == before.part(stage.panel).value("DTSTART")
    assert panel.value("LAST-MODIFIED") == panel.value("DTSTAMP") == utc(LATER)
    assert panel.value("CREATED") == MADE.strftime("%Y%m%dT%H%M%SZ")
    assert after.tag != before.tag
    assert look() == after


def test_a_session_that_takes_place_after_all_is_confirmed_with_a_higher_sequence(
    stage: Stage, look: Look
) -> None:
    before = look()
    cancel_session(SYSTEM, stage.event, stage.panel, now=LATER)
    reinstate_session(SYSTEM, stage.event, stage.panel, now=LATER + timedelta(hours=1))
    after = look()
    assert after.part(stage.panel).value("STATUS") == "CONFIRMED"
    assert raised(after, before, stage.panel) == 2


def test_a_moved_session_keeps_its_uid_and_raises_its_sequence(stage: Stage, look: Look) -> None:
    before = look()
    edit(
        stage,
        stage.lunch,
        starts_at=START + timedelta(hours=2),
        ends_at=START + timedelta(hours=3),
        room_id=stage.rooms[0],
    )
    after = look()
    lunch = after.part(stage.lunch)
    assert after.changed(before) == {str(stage.lunch)}
    assert raised(after, before, stage.lunch) == 1
    assert lunch.value("DTSTART") == "20261208T110000"
    assert lunch.value("LOCATION").startswith("Hall 1\\, ")


@pytest.mark.parametrize(
    ("changes", "sequence"),
    [
        ({"title": Text({"en": "Renamed"})}, 1),
        ({"abstract": Text({"en": "Other words."})}, 0),
        ({"delivered_in": ["yue"]}, 0),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_an_edited_session_is_newer_and_only_a_new_title_raises_the_sequence(
    stage: Stage, look: Look, changes: dict[str, Text], sequence: int
) -> None:
    before = look()
    edit(stage, stage.panel, **changes)
    after = look()
    assert after.changed(before) == {str(stage.panel)}
    assert raised(after, before, stage.panel) == sequence
    assert after.part(stage.panel).value("LAST-MODIFIED") == utc(LATER)


def test_a_renamed_room_reaches_its_sessions_and_no_others(stage: Stage, look: Look) -> None:
    before = look()
    room = db.session.get_one(Room, stage.rooms[1])
    seen = fingerprint({"name": room.name, "capacity": room.capacity})
    change_room(
        SYSTEM, stage.event, room.id, seen, RoomDetails(Text({"en": "Grand Hall"}), None), now=LATER
    )
    after = look()
    assert after.changed(before) - {str(stage.event)} == {str(stage.panel)}
    assert after.part(stage.panel).value("LOCATION").startswith("Grand Hall\\, ")
    assert raised(after, before, stage.panel) == 1
    assert after.part(stage.panel).value("LAST-MODIFIED") > before.part(stage.panel).value(
        "LAST-MODIFIED"
    )


def test_another_order_of_rooms_changes_no_session(stage: Stage, look: Look) -> None:
    before = look()
    move_room(SYSTEM, stage.event, stage.rooms[1], -1, now=LATER)
    assert look().changed(before) <= {str(stage.event)}


def test_another_venue_reaches_everything(stage: Stage, look: Look) -> None:
    before = look()
    venue = db.session.get_one(Venue, stage.venue)
    parts = ("name", "address", "directions", "access")
    known = {part: getattr(venue, part) for part in parts}
    wanted = VenueDetails(**{**known, "name": Text({"en": "Other Centre"})})
    write_venue(SYSTEM, stage.event, fingerprint(known), wanted, now=LATER)
    after = look()
    assert after.changed(before) == set(before.events)
    for uid in after.events:
        assert "Other Centre" in after.part(uid).value("LOCATION")
        assert raised(after, before, uid) == 1


def test_a_renamed_speaker_makes_their_sessions_newer(stage: Stage, look: Look) -> None:
    before = look()
    person = db.session.get_one(Speaker, stage.panellist)
    known = {field.name: getattr(person, field.name) for field in fields(SpeakerDetails)}
    details = SpeakerDetails(**{**known, "name": "Wong Renamed"})
    update_speaker(SYSTEM, stage.organisation, person.id, person.revision, details, now=LATER)
    after = look()
    assert after.changed(before) == {str(stage.panel)}
    assert "Wong Renamed" in after.part(stage.panel).value("DESCRIPTION")
    assert raised(after, before, stage.panel) == 0
    assert after.part(stage.panel).value("LAST-MODIFIED") > before.part(stage.panel).value(
        "LAST-MODIFIED"
    )


def test_a_renamed_event_keeps_its_sessions_as_they_were(stage: Stage, look: Look) -> None:
    before = look()
    event = db.session.get_one(Event, stage.event)
    known = {field.name: getattr(event, field.name) for field in fields(EventDetails)}
    details = EventDetails(**{**known, "title": Text({"en": "Another title"})})
    update_event(SYSTEM, event.id, event.revision, details, now=LATER)
    after = look()
    assert after.changed(before) == {str(stage.event)}
    assert raised(after, before, stage.event) == 1
    assert parse(after.octets).value("NAME") == "Another title"


def test_a_new_address_changes_addresses_and_no_uid(
    stage: Stage, look: Look, client: FlaskClient
) -> None:
    before = look()
    event = db.session.get_one(Event, stage.event)
    known = {field.name: getattr(event, field.name) for field in fields(EventDetails)}
    details = EventDetails(**{**known, "slug": "new-address"})
    update_event(SYSTEM, event.id, event.revision, details, now=LATER)
    new, old = client.get("/e/new-address/new-address.ics"), client.get(FEED)
    assert old.status_code == new.status_code == 200
    assert old.data == new.data
    assert {part.value("UID") for part in parse(new.data).inside("VEVENT")} == set(before.events)


@pytest.mark.parametrize(
    "changes",
    [{"name": Text({"en": "Renamed House"})}, {"contact_email": "desk@example.com"}],
    ids=["name", "contact"],
)
def test_another_organiser_makes_everything_newer(
    stage: Stage, look: Look, changes: dict[str, object]
) -> None:
    before = look()
    house = db.session.get_one(Organisation, stage.organisation)
    known = {field.name: getattr(house, field.name) for field in fields(OrganisationDetails)}
    details = OrganisationDetails(**{**known, **changes})
    update_organisation(SYSTEM, house.id, house.revision, details, now=LATER)
    after = look()
    assert after.changed(before) == set(before.events)
    for uid in after.events:
        assert after.part(uid).value("LAST-MODIFIED") == utc(LATER)
        assert raised(after, before, uid) == 0


def test_another_privacy_text_changes_no_feed(stage: Stage, look: Look) -> None:
    before = look()
    house = db.session.get_one(Organisation, stage.organisation)
    known = {field.name: getattr(house, field.name) for field in fields(OrganisationDetails)}
    details = OrganisationDetails(**{**known, "privacy": Text({"en": "Kept a month."})})
    update_organisation(SYSTEM, house.id, house.revision, details, now=LATER)
    assert look().octets == before.octets


@pytest.mark.parametrize(
    "changes",
    [
        {"slug": "new-address"},
        {"contact_email": "desk@example.com"},
        {"languages": ["zh-Hant", "en"]},
    ],
    ids=lambda value: next(iter(value)),
)
def test_what_of_an_event_its_sessions_show_makes_them_newer(
    stage: Stage, look: Look, changes: dict[str, object]
) -> None:
    before = look()
    event = db.session.get_one(Event, stage.event)
    known = {field.name: getattr(event, field.name) for field in fields(EventDetails)}
    update_event(SYSTEM, event.id, event.revision, EventDetails(**{**known, **changes}), now=LATER)
    after = look()
    assert after.changed(before) == set(before.events)
    for uid in after.events:
        assert after.part(uid).value("LAST-MODIFIED") == utc(LATER)
        assert raised(after, before, uid) == 0


def test_a_draft_comes_in_when_confirmed_and_a_deleted_one_was_never_there(
    stage: Stage, look: Look
) -> None:
    before = look()
    details = SessionDetails(
        **{field.name: None for field in fields(SessionDetails)}
        | {
            "kind": db.session.get_one(Session, stage.draft).kind,
            "title": Text({"en": "To be deleted"}),
            "abstract": Text(),
            "delivered_in": [],
            "interpreted_into": [],
            "also_in": [],
            "parts": [],
            "starts_at": START,
            "ends_at": START + timedelta(hours=1),
            "stream_url": "",
            "cast": (),
        },
    )
    doomed = create_session(SYSTEM, stage.event, details, confirmed=False, now=LATER)
    assert look() == before
    delete_draft(SYSTEM, stage.event, doomed.id, now=LATER)
    assert look() == before
    edit(stage, stage.draft, confirm=True)
    after = look()
    assert after.changed(before) == {str(stage.draft)}


def test_the_tag_changes_exactly_with_the_bytes(stage: Stage, look: Look) -> None:
    seen = [look(), look()]
    acts = [
        lambda now: cancel_session(SYSTEM, stage.event, stage.lunch, now=now),
        lambda now: reinstate_session(SYSTEM, stage.event, stage.lunch, now=now),
        lambda now: cancel_session(SYSTEM, stage.event, stage.keynote, now=now),
    ]
    for hours, act in enumerate(acts):
        act(LATER + timedelta(hours=hours))
        seen += [look(), look()]
    assert len({one.tag for one in seen}) == len({one.octets for one in seen}) == 4
    for first, second in pairwise(seen):
        assert (first.tag == second.tag) is (first.octets == second.octets)


def test_the_stamps_are_never_the_clocks(stage: Stage, look: Look, client: FlaskClient) -> None:
    before = look()
    with time_machine.travel(datetime(2026, 11, 20, tzinfo=UTC), tick=False):
        assert look() == before
        assert client.get(FEED, query_string={"cache": "1"}).data == before.octets
