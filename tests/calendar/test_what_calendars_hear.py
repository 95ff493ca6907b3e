"""For each visible thing: what of the feed changes, and whether SEQUENCE rises (E04, E05)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from forum.core.actor import SYSTEM
from forum.core.db import db
from forum.core.revisions import fingerprint
from forum.core.text import Text
from forum.events.models import Room, Venue
from forum.events.service import (
    NewDates,
    RoomDetails,
    VenueDetails,
    add_room,
    cancel,
    change_room,
    postpone,
    remove_room,
    use_venue,
    write_venue,
)
from forum.people.models import Organisation
from forum.people.service import OrganisationDetails, update_organisation
from forum.programme.models import Speaker, Track
from forum.programme.rules import AppearanceRole, SessionKind
from forum.programme.service import (
    Part,
    SpeakerDetails,
    TrackDetails,
    cancel_session,
    change_track,
    remove_speaker,
    remove_track,
    update_speaker,
)
from tests.calendar.changes import LATER, edit, edit_event, raised, seen_at, utc
from tests.calendar.stage import FEED, START, Stage, lay

HOUR = timedelta(hours=1)
NEW = Text({"en": "Something new", "zh-Hant": "新的東西"})
PANEL, EVENT, ALL = {"panel"}, {"event"}, {"event", "keynote", "panel", "lunch"}
CHINESE = f"{FEED}?lang=zh-Hant"


def panel(**changes: Any) -> Callable[[Stage], None]:
    """Change the panel."""
    return lambda stage: edit(stage, stage.panel, **changes)


def cast(*parts: tuple[str, AppearanceRole, str]) -> Callable[[Stage], None]:
    """Put other people on the panel's stage."""
    return lambda stage: edit(
        stage,
        stage.panel,
        cast=[Part(getattr(stage, who), role, Text({"en": said})) for who, role, said in parts],
    )


def event(**changes: Any) -> Callable[[Stage], None]:
    """Change what the event says of itself."""
    return lambda stage: edit_event(stage.event, **changes)


def speaker(**changes: Any) -> Callable[[Stage], None]:
    """Change the panellist's profile."""

    def _change(stage: Stage) -> None:
        one = db.session.get_one(Speaker, stage.panellist)
        known = {field.name: getattr(one, field.name) for field in fields(SpeakerDetails)}
        details = SpeakerDetails(**{**known, **changes})
        update_speaker(SYSTEM, stage.organisation, one.id, one.revision, details, now=LATER)

    return _change


def house(**changes: Any) -> Callable[[Stage], None]:
    """Change the organisation."""

    def _change(stage: Stage) -> None:
        one = db.session.get_one(Organisation, stage.organisation)
        known = {field.name: getattr(one, field.name) for field in fields(OrganisationDetails)}
        details = OrganisationDetails(**{**known, **changes})
        update_organisation(SYSTEM, one.id, one.revision, details, now=LATER)

    return _change


def venue(**changes: Any) -> Callable[[Stage], None]:
    """Describe the venue in other words."""

    def _change(stage: Stage) -> None:
        one = db.session.get_one(Venue, stage.venue)
        known = {name: getattr(one, name) for name in ("name", "address", "directions", "access")}
        details = VenueDetails(**{**known, **changes})
        write_venue(SYSTEM, stage.event, fingerprint(known), details, now=LATER)

    return _change


def room(**changes: Any) -> Callable[[Stage], None]:
    """Change the panel's room."""

    def _change(stage: Stage) -> None:
        one = db.session.get_one(Room, stage.rooms[1])
        known = {"name": one.name, "capacity": one.capacity}
        details = RoomDetails(**{**known, **changes})
        change_room(SYSTEM, stage.event, one.id, fingerprint(known), details, now=LATER)

    return _change


def track(**changes: Any) -> Callable[[Stage], None]:
    """Change the panel's track."""

    def _change(stage: Stage) -> None:
        one = db.session.get_one(Track, stage.track)
        known = {"name": one.name, "colour": one.colour}
        details = TrackDetails(**{**known, **changes})
        change_track(SYSTEM, stage.event, one.id, fingerprint(known), details, now=LATER)

    return _change


@dataclass(frozen=True)
class Thing:
    """Something to change: which entries then differ, and by how much their SEQUENCE rises."""

    act: Callable[[Stage], object]
    who: set[str]
    raises: int
    feed: str = FEED


MODERATOR, PANELLIST = AppearanceRole.MODERATOR, AppearanceRole.PANELLIST
MONTH_LATER = NewDates(START + timedelta(days=30), START + timedelta(days=30, hours=4))

THINGS = {
    "a session's title": Thing(panel(title=NEW), PANEL, 1),
    "its title in Chinese alone": Thing(
        panel(title=Text({"en": "A panel; on robots", "zh-Hant": "討論"})), PANEL, 1, CHINESE
    ),
    "its start": Thing(panel(starts_at=START + 1.5 * HOUR), PANEL, 1),
    "its end": Thing(panel(ends_at=START + 3 * HOUR), PANEL, 1),
    "its room": Thing(lambda stage: edit(stage, stage.panel, room_id=stage.rooms[0]), PANEL, 1),
    "no room any more": Thing(panel(room_id=None), PANEL, 1),
    "its further rooms": Thing(
        lambda stage: edit(stage, stage.panel, also_in=[stage.rooms[0]]), PANEL, 1
    ),
    "its link to join": Thing(panel(stream_url="https://stream.example.com/x"), PANEL, 1),
    "no link to join": Thing(panel(stream_url=""), PANEL, 1),
    "cancelled": Thing(lambda s: cancel_session(SYSTEM, s.event, s.panel, now=LATER), PANEL, 1),
    "no time any more": Thing(panel(starts_at=None, ends_at=None), PANEL, 1),
    "its abstract": Thing(panel(abstract=NEW), PANEL, 0),
    "its kind": Thing(panel(kind=SessionKind.WORKSHOP), PANEL, 0),
    "no track any more": Thing(panel(track_id=None), PANEL, 0),
    "its language": Thing(panel(delivered_in=["yue"]), PANEL, 0),
    "its interpretation": Thing(panel(interpreted_into=[]), PANEL, 0),
    "the order on its stage": Thing(
        cast(("panellist", PANELLIST, ""), ("moderator", MODERATOR, "")), PANEL, 0
    ),
    "a role on its stage": Thing(
        cast(("moderator", MODERATOR, ""), ("panellist", AppearanceRole.CHAIR, "")), PANEL, 0
    ),
    "a role in own words": Thing(
        cast(("moderator", MODERATOR, ""), ("panellist", AppearanceRole.OTHER, "Juror")), PANEL, 0
    ),
    "somebody left its stage": Thing(cast(("moderator", MODERATOR, "")), PANEL, 0),
    "a speaker's name": Thing(speaker(name="Wong Renamed"), PANEL, 0),
    "a speaker's Chinese name": Thing(speaker(name_zh="黃範例"), PANEL, 0, CHINESE),
    "a speaker's salutation": Thing(speaker(salutation="Prof"), PANEL, 0),
    "a speaker's letters": Thing(speaker(post_nominals="JP"), PANEL, 0),
    "a speaker's title": Thing(speaker(title=NEW), PANEL, 0),
    "a speaker's affiliation": Thing(speaker(affiliation=NEW), PANEL, 0),
    "a room's name": Thing(room(name=NEW), PANEL, 1),
    "a room removed": Thing(
        lambda stage: remove_room(SYSTEM, stage.event, stage.rooms[1], now=LATER), PANEL, 1
    ),
    "a track's name": Thing(track(name=NEW), PANEL, 0),
    "a track removed": Thing(
        lambda stage: remove_track(SYSTEM, stage.event, stage.track, now=LATER), PANEL, 0
    ),
    "the event's title": Thing(event(title=NEW), EVENT, 1),
    "the event's summary": Thing(event(summary=NEW), EVENT, 0),
    "the event's start": Thing(event(starts_at=START - HOUR), EVENT, 1),
    "the event's end": Thing(event(ends_at=START + 6 * HOUR), EVENT, 1),
    "the event's zone": Thing(event(time_zone="Asia/Tokyo"), ALL, 1),
    "the event's address": Thing(event(slug="new-address"), ALL, 0),
    "the event's mailbox": Thing(event(contact_email="desk@example.com"), ALL, 0),
    "the event's languages": Thing(event(languages=["zh-Hant", "en"]), ALL, 0),
    "no venue any more": Thing(lambda s: use_venue(SYSTEM, s.event, None, now=LATER), ALL, 1),
    "the venue's name": Thing(venue(name=NEW), ALL, 1),
    "the venue's address": Thing(venue(address=NEW), ALL, 1),
    "the organiser's name": Thing(house(name=NEW), ALL, 0),
    "the event cancelled": Thing(lambda s: cancel(SYSTEM, s.event, NEW, now=LATER), ALL, 1),
    "the event postponed": Thing(lambda s: postpone(SYSTEM, s.event, NEW, now=LATER), ALL, 1),
    "the event postponed to new dates": Thing(
        lambda s: postpone(SYSTEM, s.event, NEW, MONTH_LATER, now=LATER), ALL, 1
    ),
}


@pytest.fixture(autouse=True)
def _later() -> Iterator[None]:
    with time_machine.travel(LATER, tick=False):
        yield


@pytest.fixture
def stage(in_app: Flask) -> Stage:
    """The sample event."""
    return lay()


def uids(stage: Stage, who: set[str]) -> set[str]:
    """Return the UIDs of entries by their names."""
    return {str(getattr(stage, one)) for one in who}


@pytest.mark.parametrize("name", THINGS)
def test_calendars_hear_of(name: str, stage: Stage, client: FlaskClient) -> None:
    thing = THINGS[name]
    before = seen_at(client, thing.feed)
    thing.act(stage)
    after = seen_at(client, thing.feed)
    assert set(after.events) == set(before.events)
    changed, told = after.changed(before), uids(stage, thing.who)
    assert changed == told
    for uid in told:
        part, was = after.part(uid), before.part(uid)
        assert part.value("LAST-MODIFIED") == part.value("DTSTAMP") == utc(LATER)
        assert part.value("CREATED") == was.value("CREATED")
        assert raised(after, before, uid) == thing.raises


@pytest.mark.parametrize(
    "act",
    [
        event(privacy=NEW), event(accent="#123456"), room(capacity=40), track(colour="#123456"),
        venue(directions=NEW), house(privacy=NEW), speaker(biography=NEW),
        lambda s: add_room(SYSTEM, s.event, RoomDetails(NEW, None), now=LATER),
        panel(parts=[{"title": {"en": "One"}, "minutes": 5}]),
    ],
    ids=["privacy", "accent", "room size", "track colour", "directions", "house privacy",
         "biography", "a room more", "parts of a panel"],
)  # fmt: skip
def test_what_no_calendar_shows_raises_no_sequence(
    act: Callable[[Stage], object], stage: Stage, client: FlaskClient
) -> None:
    before = seen_at(client)
    act(stage)
    after = seen_at(client)
    assert after.changed(before) <= uids(stage, EVENT | PANEL)
    assert all(raised(after, before, uid) == 0 for uid in after.events)


def test_a_removed_speaker_makes_their_sessions_newer(
    stage: Stage, client: FlaskClient, tmp_path: Any
) -> None:
    before = seen_at(client)
    remove_speaker(SYSTEM, stage.organisation, stage.panellist, tmp_path, now=LATER)
    after = seen_at(client)
    assert after.changed(before) == uids(stage, PANEL)
    assert after.part(stage.panel).value("LAST-MODIFIED") == utc(LATER)
    assert "Wong" not in after.octets.decode()
