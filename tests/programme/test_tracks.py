"""An editor keeps the tracks of a programme."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
from flask import Flask

from forum.core.actor import SYSTEM
from forum.core.db import counted_statements, db
from forum.programme import queries, service
from forum.programme.models import Session, Track
from forum.programme.rules import MOST_TRACKS, ReleaseMode
from tests import factories
from tests.events.browsing import Member

TRACKS = "/manage/sample-forum/programme/tracks"


def tracks(app: Flask, house: SimpleNamespace) -> list[Track]:
    with app.app_context():
        return list(queries.tracks_of(house.event_id))


def add(owner: Member, name: str, **typed: str) -> None:
    answer = owner.fill(TRACKS, having="colour", **{"name-en": name}, **typed)
    assert answer.status_code == 303, answer.text


@pytest.mark.both_databases
def test_tracks_are_added_changed_put_in_order_and_removed(
    app: Flask, owner: Member, house: SimpleNamespace
):
    add(owner, "Robotics", colour="#A3175F")
    add(owner, "Materials", plain="y")
    first, second = tracks(app, house)
    assert (first.slug, first.colour, second.colour) == ("robotics", "#a3175f", "")
    owner.press(TRACKS, f"{TRACKS}/{second.id}/move", step="up")
    assert [one.slug for one in tracks(app, house)] == ["materials", "robotics"]
    owner.fill(f"{TRACKS}/{first.id}", **{"name-en": "Robots"})
    assert [one.name.get("en") for one in tracks(app, house)] == ["Materials", "Robots"]
    with app.app_context():
        session = factories.make_session(house.event, track_id=first.id)
    asked = owner.get(f"{TRACKS}/{first.id}/remove").text
    assert "One session stays in the programme, without a track." in asked
    assert owner.fill(f"{TRACKS}/{first.id}/remove").status_code == 303
    with app.app_context():
        left = db.session.get_one(Session, session.id)
        assert (left.track_id, left.revision) == (None, session.revision + 1)
        assert left.calendar_sequence == session.calendar_sequence


def test_a_track_leaves_the_unreleased_changes_too(
    app: Flask, owner: Member, house: SimpleNamespace
):
    add(owner, "Robotics")
    (track,) = tracks(app, house)
    with app.app_context():
        session = factories.make_session(house.event)
        keeping = service.Keeping(ReleaseMode.HELD, (), 0, nod=True)
        service.keep_programme(SYSTEM, house.event_id, keeping, now=factories.NOW)
    place = f"/manage/sample-forum/programme/{session.id}"
    assert owner.fill(place, track=str(track.id)).status_code == 303
    with app.app_context():
        assert queries.planned_session(house.event_id, session.id).track_id == track.id
    owner.fill(f"{TRACKS}/{track.id}/remove")
    with app.app_context():
        assert queries.planned_session(house.event_id, session.id).track_id is None


def test_two_editors_of_a_track_meet_and_lose_nothing(
    app: Flask, owner: Member, second: Member, house: SimpleNamespace
):
    add(owner, "Robotics")
    (track,) = tracks(app, house)
    place = f"{TRACKS}/{track.id}"
    theirs = second.form(place)
    owner.fill(place, **{"name-en": "Robots"})
    met = second.send(place, theirs, **{"name-en": "Machines"})
    assert met.status_code == 409
    assert 'value="Machines"' in met.text
    assert tracks(app, house)[0].name.get("en") == "Robots"
    assert second.send(place, second.form_in(met)).status_code == 303
    assert tracks(app, house)[0].name.get("en") == "Machines"


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"name-en": ""}, "Enter the name of the track in one language at least"),
        ({"name-en": "x" * 201}, "Shorten this to at most 200 characters"),
        ({"colour": "red"}, "Enter a colour as #"),
        ({"colour": "#12345678901"}, "Enter a colour as #"),
    ],
)
def test_what_cannot_be_is_said_at_its_box(owner: Member, typed: dict[str, str], says: str):
    answer = owner.fill(TRACKS, having="colour", **({"name-en": "Robotics"} | typed))
    assert answer.status_code == 422
    assert says in answer.text


def test_there_is_an_end_to_tracks(app: Flask, owner: Member, house: SimpleNamespace):
    with app.app_context():
        for number in range(MOST_TRACKS):
            name = factories.text(f"Track {number}")
            service.add_track(SYSTEM, house.event_id, service.TrackDetails(name), now=factories.NOW)
    answer = owner.fill(TRACKS, having="colour", **{"name-en": "One more"})
    assert answer.status_code == 422
    assert "There are 60 tracks already." in answer.text


def test_a_track_of_another_event_is_not_found(app: Flask, owner: Member, house: SimpleNamespace):
    with app.app_context():
        name = factories.text("Theirs")
        track = service.add_track(
            SYSTEM, house.other_id, service.TrackDetails(name), now=factories.NOW
        )
    for tail in ("", "/remove"):
        assert owner.get(f"{TRACKS}/{track.id}{tail}").status_code == 404


def test_thirty_tracks_cost_as_many_statements_as_one(
    app: Flask, owner: Member, house: SimpleNamespace
):
    counts = []
    for number in (1, 29):
        with app.app_context():
            for at in range(number):
                details = service.TrackDetails(factories.text(f"Track {number} {at}"), "#123456")
                track = service.add_track(SYSTEM, house.event_id, details, now=factories.NOW)
                factories.make_session(house.event, track_id=track.id)
        owner.get(TRACKS)
        with app.app_context(), counted_statements(db.engine) as seen:
            page = owner.get(TRACKS).text
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 7, counts
    assert len(re.findall(r"<circle[^>]+#123456", page)) == 30
