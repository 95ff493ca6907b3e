"""Feeds of a part of the programme: one room, track, kind or speaker, and filters together."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from forum.core.actor import SYSTEM
from forum.core.db import counted_statements, db
from forum.core.page_scopes import PageBytes
from forum.core.text import Text
from forum.events.models import Event, Room
from forum.programme.models import Appearance, Session, Speaker, Track
from forum.programme.queries import unreleased_of
from forum.programme.rules import AppearanceRole, ReleaseCause, ReleaseMode, SessionKind
from forum.programme.service import (
    Keeping,
    Part,
    Why,
    cancel_session,
    keep_programme,
    release_programme,
    seen_of,
)
from tests.calendar.changes import LATER, edit
from tests.calendar.grammar import parse
from tests.calendar.stage import FEED, MADE, SLUG, START, Stage, a_session, lay, shown_change

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _later() -> Iterator[None]:
    with time_machine.travel(LATER, tick=False):
        yield


@pytest.fixture
def stage(in_app: Flask) -> Stage:
    """The sample event."""
    return lay()


def pieces(octets: bytes) -> dict[str, bytes]:
    """Return the octets of each event of a feed by its UID."""
    found = octets.removesuffix(b"END:VCALENDAR\r\n").split(b"BEGIN:VEVENT\r\n")[1:]
    return {one.split(b"\r\n", 1)[0].removeprefix(b"UID:").decode(): one for one in found}


def seen(client: FlaskClient, path: str) -> dict[str, bytes]:
    """Return what a feed of the sample event shows."""
    response = client.get(f"/e/{SLUG}/{path}")
    assert response.status_code == 200, path
    return pieces(response.data)


@pytest.mark.parametrize(
    ("path", "whose", "name"),
    [
        ("rooms/hall-1.ics", ["keynote"], "Hall 1"),
        ("rooms/hall-2.ics", ["panel"], "Hall 2"),
        ("tracks/robots.ics", ["panel"], "Robots\\, arms"),
        ("kinds/keynote.ics", ["keynote"], "Keynote"),
        ("kinds/meal.ics", ["lunch"], "Meal"),
        ("kinds/fireside.ics", [], "Fireside chat"),
        ("speakers/lee.ics", ["panel"], "Dr Lee Sample"),
        ("speakers/lee.ics?kind=panel", ["panel"], "Dr Lee Sample · Panel discussion"),
        ("speakers/lee.ics?kind=talk", [], "Dr Lee Sample · Talk"),
        (f"{SLUG}.ics?room=hall-1", ["keynote"], "Hall 1"),
        (f"{SLUG}.ics?track=robots&room=hall-2", ["panel"], "Hall 2 · Robots\\, arms"),
        (f"{SLUG}.ics?room=hall-1&speaker=lee", [], "Hall 1 · Dr Lee Sample"),
    ],
)
def test_each_shows_its_own_sessions_as_the_events_feed_does(
    stage: Stage, client: FlaskClient, path: str, whose: list[str], name: str
) -> None:
    whole, part = pieces(client.get(FEED).data), seen(client, path)
    assert part == {str(getattr(stage, one)): whole[str(getattr(stage, one))] for one in whose}
    calendar = parse(client.get(f"/e/{SLUG}/{path}").data)
    assert calendar.value("NAME") == f"Sample forum: factories · {name}"


def test_their_names_are_in_the_language_asked_for(stage: Stage, client: FlaskClient) -> None:
    names = {
        "rooms/hall-1": "一號廳",
        "tracks/robots": "機械臂",
        "speakers/lee": "李範例",
        "kinds/panel": "專題討論",
    }
    for path, name in names.items():
        octets = client.get(f"/e/{SLUG}/{path}.ics?lang=zh-Hant").data
        assert parse(octets).value("NAME") == f"範例論壇：工廠 · {name}"


@pytest.mark.both_databases
def test_what_is_shown_in_further_rooms_is_in_their_feeds_too(
    stage: Stage, client: FlaskClient
) -> None:
    with shown_change(stage) as rows:
        rows.get_one(Session, stage.keynote).also_in = [str(stage.rooms[1])]
    assert set(seen(client, "rooms/hall-2.ics")) == {str(stage.keynote), str(stage.panel)}


@pytest.mark.parametrize(
    "query",
    ["room=none-such", "track=hidden", "kind=gala", "speaker=nobody", "room=%00", "room=Hall%201",
     "speaker=" + "x" * 300, "room=hall-1&track=none-such", "kind=%E8%AC%9B", "room=hall-1%0D%0A"],
)  # fmt: skip
def test_a_filter_that_means_nothing_leaves_an_empty_calendar_that_is_kept_nowhere(
    stage: Stage, client: FlaskClient, query: str
) -> None:
    with counted_statements(db.engine) as statements:
        response = client.get(f"{FEED}?{query}")
    assert response.status_code == 200
    assert parse(response.data).inside("VEVENT") == []
    tag = response.headers["ETag"]
    again = client.get(f"{FEED}?{query}", headers={"If-None-Match": tag})
    assert again.status_code == 304
    assert not any(one.startswith("INSERT") for one in statements)
    assert client.get(FEED).data != response.data


@pytest.mark.both_databases
def test_filters_are_one_address_in_whatever_order_and_with_whatever_else(
    stage: Stage, client: FlaskClient
) -> None:
    first = client.get(f"{FEED}?room=hall-2&track=robots&lang=zh-Hant")
    for query in (
        "lang=zh-Hant&track=robots&room=hall-2",
        "track=robots&cache=7&room=hall-2&room=hall-1&lang=zh-Hant&kind=",
    ):
        with counted_statements(db.engine) as statements:
            assert client.get(f"{FEED}?{query}").data == first.data
        assert statements == []
    kept = db.session.scalars(sa.select(PageBytes.address)).all()
    assert [one[8:] for one in kept] == [f"{FEED}?room=hall-2&track=robots&lang=zh-Hant"]


def _preparing(stage: Stage) -> None:
    """Make a room, a track and a speaker that only a draft and nobody's session has."""
    with shown_change(stage) as rows:
        for number, slug in enumerate(("secret", "unused")):
            names = Text({"en": f"Hidden {slug}"})
            room = Room(event_id=stage.event, slug=slug, name=names, position=9 + number)
            track = Track(event_id=stage.event, slug=slug, name=names)
            person = Speaker(
                organisation_id=stage.organisation,
                slug=slug,
                name=f"Hidden {slug}",
                created_at=MADE,
                changed_at=MADE,
            )
            rows.add_all([room, track, person])
            rows.flush()
            if slug == "secret":
                draft = rows.get_one(Session, stage.draft)
                draft.room_id, draft.track_id = room.id, track.id
                rows.add(
                    Appearance(
                        session_id=draft.id, speaker_id=person.id, role=AppearanceRole.PRESENTER
                    )
                )


@pytest.mark.parametrize("slug", ["secret", "unused", "never-was"])
@pytest.mark.parametrize("parts", ["rooms", "tracks", "speakers", "kinds"])
def test_what_guests_have_not_seen_has_no_feed_as_if_it_never_was(
    stage: Stage, client: FlaskClient, parts: str, slug: str
) -> None:
    _preparing(stage)
    response = client.get(f"/e/{SLUG}/{parts}/{slug}.ics")
    assert response.status_code == 404
    assert response.data == client.get("/e/never-was/never-was.ics").data
    filtered = client.get(f"{FEED}?{parts.removesuffix('s')}={slug}").data
    assert b"Hidden" not in filtered
    assert parse(filtered).value("NAME") == "Sample forum: factories"


@pytest.mark.both_databases
def test_a_room_that_lost_its_last_session_keeps_an_empty_feed(
    stage: Stage, client: FlaskClient
) -> None:
    before = client.get(f"/e/{SLUG}/rooms/hall-2.ics")
    edit(stage, stage.panel, room_id=stage.rooms[0])
    after = client.get(f"/e/{SLUG}/rooms/hall-2.ics")
    assert after.status_code == 200
    assert parse(after.data).inside("VEVENT") == []
    assert str(stage.panel) in seen(client, "rooms/hall-1.ics")
    same = {"If-Modified-Since": before.headers["Last-Modified"]}
    assert client.get(f"/e/{SLUG}/rooms/hall-2.ics", headers=same).status_code == 200


def test_what_waits_for_release_is_in_no_feed_until_it_is_released(
    stage: Stage, client: FlaskClient
) -> None:
    paths = (f"{SLUG}.ics", "rooms/hall-1.ics", "rooms/hall-2.ics", "speakers/wong.ics")
    before = [client.get(f"/e/{SLUG}/{path}").data for path in paths]
    keep_programme(SYSTEM, stage.event, Keeping(ReleaseMode.HELD, (), 0, nod=True), now=LATER)
    edit(
        stage, stage.panel, room_id=stage.rooms[0], cast=[], title=Text({"en": "New"}),
        stream_url="https://stream.example.com/unreleased",
    )  # fmt: skip
    assert [client.get(f"/e/{SLUG}/{path}").data for path in paths] == before


def test_somebody_who_is_to_join_after_the_release_has_no_feed_before(
    stage: Stage, client: FlaskClient
) -> None:
    _preparing(stage)
    keep_programme(SYSTEM, stage.event, Keeping(ReleaseMode.HELD, (), 0, nod=True), now=LATER)
    unused = db.session.scalars(sa.select(Speaker).where(Speaker.slug == "unused")).one()
    edit(stage, stage.panel, cast=[Part(unused.id, AppearanceRole.PRESENTER)])
    assert client.get(f"/e/{SLUG}/speakers/unused.ics").status_code == 404
    waits = seen_of(unreleased_of(stage.event))
    release_programme(SYSTEM, stage.event, waits, Why(ReleaseCause.RELEASED), now=LATER)
    assert set(seen(client, "speakers/unused.ics")) == {str(stage.panel)}
    assert seen(client, "speakers/lee.ics") == {}


@pytest.mark.parametrize("path", ["rooms/hall-2.ics", "kinds/panel.ics?lang=zh-Hant"])
def test_an_old_address_of_the_event_leads_to_its_parts_too(
    stage: Stage, client: FlaskClient, path: str
) -> None:
    old = client.get(f"/e/older-forum/{path}")
    assert (old.status_code, old.data) == (200, client.get(f"/e/{SLUG}/{path}").data)


def test_a_cancelled_session_stays_in_every_feed_of_its_own(
    stage: Stage, client: FlaskClient
) -> None:
    cancel_session(SYSTEM, stage.event, stage.panel, now=LATER)
    for path in ("rooms/hall-2", "tracks/robots", "kinds/panel", "speakers/lee"):
        (one,) = seen(client, f"{path}.ics").values()
        assert b"STATUS:CANCELLED\r\n" in one


@pytest.mark.parametrize("sessions", [1, 30])
@pytest.mark.parametrize(
    ("path", "reads"),
    [("rooms/hall-1.ics", 7), ("tracks/robots.ics", 7), ("speakers/lee.ics", 7),
     ("kinds/talk.ics", 5), (f"{SLUG}.ics?room=hall-1&speaker=lee&kind=talk", 9)],
)  # fmt: skip
def test_it_takes_as_many_statements_for_one_session_as_for_thirty(
    stage: Stage, client: FlaskClient, path: str, reads: int, sessions: int
) -> None:
    with shown_change(stage) as rows:
        event = rows.get_one(Event, stage.event)
        room = rows.get_one(Room, stage.rooms[0])
        for number in range(sessions):
            one = a_session(event, SessionKind.TALK, f"Talk {number}", START, HOUR, room=room)
            one.track_id = stage.track
            rows.add(one)
            rows.flush()
            rows.add(
                Appearance(
                    session_id=one.id, speaker_id=stage.moderator, role=AppearanceRole.PRESENTER
                )
            )
    with counted_statements(db.engine) as statements:
        assert len(seen(client, path)) >= sessions
    selects = [one for one in statements if one.startswith("SELECT")]
    assert len([one for one in selects if "page_" not in one]) == reads
