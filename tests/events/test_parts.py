"""Places, rooms and partners of an event."""

from __future__ import annotations

from types import SimpleNamespace

import sqlalchemy as sa
from flask import Flask

from forum.core.db import db
from forum.events.models import Event, Partner, Room, Venue
from forum.programme.models import Session
from tests import factories
from tests.events.browsing import Member

BASE = "/manage/sample-forum"
VENUE, ROOMS, PARTNERS = f"{BASE}/venue", f"{BASE}/rooms", f"{BASE}/partners"


def names(app: Flask, table: type[Room | Partner], house: SimpleNamespace) -> list[str]:
    with app.app_context():
        found = db.session.scalars(
            sa.select(table).where(table.event_id == house.event_id).order_by(table.position),
        )
        return [one.name.get("en") for one in found]


def event_of(app: Flask, house: SimpleNamespace) -> Event:
    with app.app_context():
        found = db.session.get(Event, house.event_id)
        assert found is not None
        return found


def test_a_place_is_described_once_and_used_again(
    app: Flask, owner: Member, house: SimpleNamespace
):
    owner.fill(
        VENUE,
        having="name-en",
        **{
            "name-en": "Sample Hall",
            "address-en": "1 Sample Road\r\nCentral",
            "directions-zh_hant": "港鐵中環站",
            "access-en": "Step-free.",
        },
    )
    event = event_of(app, house)
    assert event.venue_id is not None
    assert event.calendar_sequence == 1
    with app.app_context():
        venue = db.session.get(Venue, event.venue_id)
        assert venue.address.get("en") == "1 Sample Road\nCentral"
        another = factories.make_event(house.ours, slug="another-forum")
        another_id = another.id
    owner.fill("/manage/another-forum/venue", having="venue", venue=str(event.venue_id))
    with app.app_context():
        assert db.session.get(Event, another_id).venue_id == event.venue_id
    page = owner.get(VENUE)
    assert "One other event is held here. It changes too." in page.text
    owner.fill(VENUE, having="name-en", **{"name-en": "Sample Hall, renamed"})
    assert event_of(app, house).calendar_sequence == 2
    with app.app_context():
        assert db.session.get(Event, another_id).calendar_sequence == 2


def test_directions_alone_tell_no_calendar(app: Flask, owner: Member, house: SimpleNamespace):
    owner.fill(VENUE, having="name-en", **{"name-en": "Sample Hall"})
    owner.fill(VENUE, having="name-en", **{"directions-en": "Exit A"})
    event = event_of(app, house)
    assert (event.calendar_sequence, event.revision) == (1, 3)


def test_a_place_of_another_organisation_cannot_be_chosen(
    app: Flask, owner: Member, house: SimpleNamespace
):
    with app.app_context():
        theirs = factories.make_venue(house.theirs)
        factories.make_venue(house.ours)
        theirs_id = theirs.id
    owner.fill(VENUE, having="venue", venue=str(theirs_id))
    assert event_of(app, house).venue_id is None


def test_two_editors_of_a_place_lose_nothing(
    app: Flask, owner: Member, second: Member, house: SimpleNamespace
):
    owner.fill(VENUE, having="name-en", **{"name-en": "Sample Hall"})
    seen = second.form(VENUE, having="name-en")
    owner.fill(VENUE, having="name-en", **{"name-en": "Ada’s hall"})
    answer = second.send(VENUE, seen, **{"name-en": "Ben’s hall"})
    assert answer.status_code == 409
    assert "Ben’s hall" in answer.text
    again = second.form_in(answer, having="name-en")
    assert second.send(VENUE, again).status_code == 303
    with app.app_context():
        assert db.session.scalars(sa.select(Venue)).one().name.get("en") == "Ben’s hall"


def test_rooms_are_added_changed_put_in_order_and_removed(
    app: Flask, owner: Member, house: SimpleNamespace
):
    for name in ("Hall", "Gallery", "Lounge"):
        assert owner.fill(ROOMS, **{"name-en": name, "capacity": "60"}).status_code == 303
    assert names(app, Room, house) == ["Hall", "Gallery", "Lounge"]
    with app.app_context():
        rooms = db.session.scalars(sa.select(Room).order_by(Room.position)).all()
        lounge, hall = rooms[2].id, rooms[0].id
        assert [room.slug for room in rooms] == ["hall", "gallery", "lounge"]
    owner.press(ROOMS, f"{ROOMS}/{lounge}/move", step="up")
    assert names(app, Room, house) == ["Hall", "Lounge", "Gallery"]
    owner.fill(f"{ROOMS}/{hall}", **{"name-en": "Great hall", "capacity": ""})
    owner.fill(f"{ROOMS}/{lounge}/remove")
    assert names(app, Room, house) == ["Great hall", "Gallery"]


def test_a_renamed_or_removed_room_is_told_to_the_calendars_of_its_sessions(
    app: Flask, owner: Member, house: SimpleNamespace
):
    with app.app_context():
        room = factories.make_room(house.event)
        talk = factories.make_session(house.event, room_id=room.id)
        elsewhere = factories.make_session(house.event)
        room_id, talk_id, elsewhere_id = room.id, talk.id, elsewhere.id
    owner.fill(f"{ROOMS}/{room_id}", capacity="80")
    with app.app_context():
        assert db.session.get(Session, talk_id).calendar_sequence == 0
    owner.fill(f"{ROOMS}/{room_id}", **{"name-en": "Renamed"})
    with app.app_context():
        assert db.session.get(Session, talk_id).calendar_sequence == 1
    owner.fill(f"{ROOMS}/{room_id}/remove")
    with app.app_context():
        found = db.session.get(Session, talk_id)
        assert (found.calendar_sequence, found.room_id) == (2, None)
        assert db.session.get(Session, elsewhere_id).calendar_sequence == 0


def test_bad_rooms_get_a_sentence(app: Flask, owner: Member, house: SimpleNamespace):
    for typed, says in (
        ({"name-en": ""}, "Enter the name of the room in one language at least"),
        ({"name-en": "Hall", "capacity": "0"}, "Enter a whole number from 1 to 100000"),
        ({"name-zh_hans": "厅" * 201}, "at most 200 characters; it has 201"),
    ):
        answer = owner.fill(ROOMS, **typed)
        assert answer.status_code == 422, typed
        assert says in answer.text, typed
    assert names(app, Room, house) == []


def test_two_editors_of_a_room_lose_nothing(
    app: Flask, owner: Member, second: Member, house: SimpleNamespace
):
    with app.app_context():
        room_id = factories.make_room(house.event).id
    seen = second.form(f"{ROOMS}/{room_id}")
    owner.fill(f"{ROOMS}/{room_id}", **{"name-en": "Ada’s room"})
    answer = second.send(f"{ROOMS}/{room_id}", seen, **{"name-en": "Ben’s room"})
    assert answer.status_code == 409
    assert "Ben’s room" in answer.text
    assert names(app, Room, house) == ["Ada’s room"]


def test_a_website_that_runs_code_is_refused(app: Flask, owner: Member, house: SimpleNamespace):
    for address in (
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://example.com",
        "https://",
        "https://user:pass@example.com",
        "//example.com/a b",
        "http://[",
        "x" * 600,
    ):
        answer = owner.fill(PARTNERS, **{"name-en": "Sample", "role": "media", "website": address})
        assert answer.status_code == 422, address
        assert "Enter a web address in the correct format" in answer.text, address
    assert names(app, Partner, house) == []
