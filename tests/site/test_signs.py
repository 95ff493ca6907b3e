"""The sign at a room's door, the countdown on its stage, and what keeps them true."""

from __future__ import annotations

import json
from datetime import timedelta
from types import SimpleNamespace

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from forum.core.actor import SYSTEM
from forum.core.db import counted_statements, db, writing
from forum.core.http import live
from forum.core.http.live import HEARTBEAT_SECONDS, MOST_STREAMS, streams_of
from forum.events.models import OldSlug
from forum.events.rules import EventState
from forum.programme import queries, service
from forum.programme.rules import Choice, SessionKind, SessionState, fingerprint_of, ripple
from forum.server import THREADS
from tests import factories
from tests.support.ground import wait_until

ON_THE_DAY = factories.STARTS + timedelta(minutes=50)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(ON_THE_DAY, tick=True) as travelling:
        yield travelling


@pytest.fixture
def day(app: Flask) -> SimpleNamespace:
    """Two talks with a break for all between them, and one talk in another room."""
    with app.app_context():
        event = factories.make_event(slug="sample-forum")
        hall = factories.make_room(event, slug="hall", name=factories.text("Hall"))
        studio = factories.make_room(event, slug="studio", name=factories.text("Studio"))
        made = [
            factories.make_session(
                event, after=after, minutes=30, kind=kind, room_id=room, title=factories.text(title)
            )
            for title, after, kind, room in (
                ("Opening", 30, SessionKind.KEYNOTE, hall.id),
                ("Coffee", 60, SessionKind.BREAK, None),
                ("Sensors", 90, SessionKind.TALK, hall.id),
                ("Elsewhere", 30, SessionKind.TALK, studio.id),
            )
        ]
        speaker = factories.make_speaker(event.organisation_id, name="Mei Sample")
        factories.make_appearance(made[0], speaker)
        return SimpleNamespace(
            event_id=event.id, event=event, ids=[one.id for one in made], hall=hall, studio=studio
        )


def run_late(app: Flask, day: SimpleNamespace, minutes: int) -> None:
    with app.app_context():
        choice = Choice(minutes, absorbing=frozenset({day.ids[1]}))
        sessions = queries.sessions_on(day.event_id, day.event.starts_at.date())
        seen = fingerprint_of(ripple(queries.turns_of(sessions), day.ids[0], choice))
        service.run_late(SYSTEM, day.event_id, day.ids[0], choice, seen, now=ON_THE_DAY)


def sign(client: FlaskClient, lang: str = "en", room: str = "hall", page: str = "sign") -> str:
    answer = client.get(f"/{lang}/e/sample-forum/rooms/{room}/{page}")
    assert answer.status_code == 200
    return answer.text


def test_the_sign_says_what_is_on_with_whom_and_what_comes_next(client, day):
    page = sign(client)
    assert '<h2 id="on">Opening</h2>' in page
    assert "Mei Sample" in page
    assert "9:30–10:00 am" in page
    assert page.index("Coffee") < page.index("Sensors")
    assert "Elsewhere" not in page


def test_eight_minutes_late_stand_on_the_sign_in_three_languages(app, client, day):
    assert "late" not in sign(client).replace("late</", "")
    run_late(app, day, 8)
    page = sign(client)
    assert "Runs 8 minutes late" in page
    assert "9:30–10:08 am" in page
    assert '<s><span class="sr">instead of </span>10:00 am</s>' in page
    for lang in ("zh-hant", "zh-hans"):
        assert "8" in sign(client, lang)


def test_the_sign_is_another_the_moment_a_session_ends(client, day, clock):
    sign(client)
    clock.move_to(factories.STARTS + timedelta(minutes=60, seconds=1))
    assert '<h2 id="on">Coffee</h2>' in sign(client)
    clock.move_to(factories.STARTS + timedelta(minutes=121))
    assert "Nothing more is planned in this room" in sign(client)


def test_a_delay_names_itself_among_the_versions_of_the_programme(app, client, day):
    run_late(app, day, 8)
    page = client.get("/en/e/sample-forum/programme/changes").text
    assert '<span class="tag look">Running late</span>' in page
    feed = client.get("/e/sample-forum/changes.atom?lang=en").text
    assert "· Running late" in feed


def test_the_sign_is_answered_from_bytes_until_something_changes(app, client, day):
    sign(client)
    with app.app_context(), counted_statements(db.engine) as seen:
        sign(client)
    assert seen == []
    run_late(app, day, 8)
    assert "Runs 8 minutes late" in sign(client)


def test_the_stage_counts_to_the_end_and_stays_while_somebody_talks_on(app, client, day, clock):
    with app.app_context():
        solo = factories.make_room(day.event, slug="solo")
        factories.make_session(day.event, after=30, minutes=30, room_id=solo.id)
        factories.make_session(day.event, after=100, minutes=30, room_id=solo.id)
    end = "2026-12-08T10:00:00+08:00"
    assert f'data-ends="{end}"' in sign(client, room="solo", page="stage")
    clock.move_to(factories.STARTS + timedelta(minutes=65))
    # The break is for all rooms: the stage counts to its end.
    assert "Coffee" in sign(client, room="solo", page="stage")


def test_a_talk_that_overruns_is_still_counted_where_nothing_else_begins(app, client, clock):
    with app.app_context():
        event = factories.make_event(slug="sample-forum")
        room = factories.make_room(event, slug="hall")
        factories.make_session(event, after=30, minutes=30, room_id=room.id)
    clock.move_to(factories.STARTS + timedelta(minutes=65))
    assert 'data-ends="2026-12-08T10:00:00+08:00"' in sign(client, page="stage")
    clock.move_to(factories.STARTS + timedelta(minutes=95))
    assert "Nothing more is planned" in sign(client, page="stage")


def test_a_cancelled_session_is_marked_and_never_on(app, client, day):
    with app.app_context():
        factories.make_session(
            day.event, after=35, minutes=20, room_id=day.hall.id, state=SessionState.CANCELLED,
            title=factories.text("Gone"),
        )  # fmt: skip
        factories.make_session(
            day.event, after=130, minutes=20, room_id=day.hall.id, state=SessionState.CANCELLED,
            title=factories.text("Gone too"),
        )  # fmt: skip
    page = sign(client)
    assert '<h2 id="on">Opening</h2>' in page
    assert "Cancelled" in page


@pytest.mark.parametrize("page", ["sign", "stage"])
def test_no_draft_and_no_other_room_and_no_unknown_event_is_shown(app, client, day, page):
    with app.app_context():
        factories.make_session(
            day.event, after=35, room_id=day.hall.id, state=SessionState.DRAFT,
            title=factories.text("Secret"),
        )  # fmt: skip
        factories.make_event(slug="secret", state=EventState.DRAFT, published_at=None)
    assert "Secret" not in sign(client, page=page)
    assert client.get(f"/en/e/sample-forum/rooms/none/{page}").status_code == 404
    assert client.get(f"/en/e/secret/rooms/hall/{page}").status_code == 404
    assert client.get(f"/en/e/nothing/rooms/hall/{page}").status_code == 404


def test_a_session_in_two_rooms_stands_on_both_signs(app, client, day):
    with app.app_context():
        factories.make_session(
            day.event, after=45, minutes=10, room_id=day.hall.id, also_in=[str(day.studio.id)],
            title=factories.text("Both"),
        )  # fmt: skip
    assert "Both" in sign(client)
    assert "Both" in sign(client, room="studio")


def events(answer) -> list[dict]:
    """Return what a stream has said so far: its next event."""
    found = []
    for part in answer.response:
        said = dict(line.split(": ", 1) for line in part.decode().strip().split("\n"))
        if "data" in said:
            found.append(said | {"data": json.loads(said["data"])})
            break
    return found


def test_polling_tells_the_revision_and_the_time(app, client, day):
    said = client.get("/e/sample-forum/live.json").json
    assert abs(said["now"] - ON_THE_DAY.timestamp() * 1000) < 60_000
    run_late(app, day, 8)
    again = client.get("/e/sample-forum/live.json")
    assert again.json["revision"] == said["revision"] + 1
    assert again.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["live", "live.json"])
def test_nothing_is_told_of_events_that_guests_may_not_see(app, client, day, path):
    with app.app_context():
        factories.make_event(slug="secret", state=EventState.DRAFT, published_at=None)
    assert client.get(f"/e/secret/{path}").status_code == 404
    assert client.get(f"/e/nothing/{path}").status_code == 404


def test_a_stream_tells_at_once_where_it_stands_and_then_each_change(app, client, day):
    with client.get("/e/sample-forum/live") as answer:
        assert answer.mimetype == "text/event-stream"
        assert "no-store" in answer.headers["Cache-Control"]
        assert answer.headers["X-Accel-Buffering"] == "no"
        (first,) = events(answer)
        run_late(app, day, 8)
        (second,) = events(answer)
        assert second["data"]["revision"] == first["data"]["revision"] + 1
        assert second["id"] == str(second["data"]["revision"])
    assert streams_of(app).number == 0


def test_what_was_missed_is_told_when_a_stream_begins_again(app, client, day):
    with client.get("/e/sample-forum/live") as answer:
        (first,) = events(answer)
    run_late(app, day, 8)
    with client.get("/e/sample-forum/live", headers={"Last-Event-ID": first["id"]}) as answer:
        (second,) = events(answer)
    assert second["data"]["revision"] == first["data"]["revision"] + 1


def test_what_one_stream_learns_as_it_begins_is_told_to_all(app, client, day, monkeypatch):
    monkeypatch.setattr(live, "LOOK_SECONDS", 3600.0)
    with client.get("/e/sample-forum/live") as early:
        (first,) = events(early)
        run_late(app, day, 8)
        with client.get("/e/sample-forum/live") as late:
            (second,) = events(early)
            assert events(late)[0]["data"]["revision"] == second["data"]["revision"]
    assert second["data"]["revision"] == first["data"]["revision"] + 1


def test_streams_take_half_of_the_threads_and_the_next_is_told_to_ask(app, client, day):
    assert MOST_STREAMS * 2 <= THREADS
    opened = [client.get("/e/sample-forum/live", buffered=False) for _ in range(MOST_STREAMS)]
    for one in opened:
        events(one)
    refused = client.get("/e/sample-forum/live")
    assert refused.status_code == 503
    assert refused.headers["Retry-After"] == "10"
    assert client.get("/e/sample-forum/live.json").status_code == 200
    opened.pop().close()
    with client.get("/e/sample-forum/live") as answer:
        assert answer.status_code == 200
    for one in opened:
        one.close()


def test_a_stream_is_alive_at_least_every_fifteen_seconds(app, client, day):
    assert HEARTBEAT_SECONDS <= 15
    with client.get("/e/sample-forum/live") as answer:
        (first,) = events(answer)
        streams_of(app)._open[0].due = 0.0
        (second,) = events(answer)
    assert first["data"]["revision"] == second["data"]["revision"]


def test_all_streams_end_when_the_process_stops_and_none_begins(app, client, day):
    with client.get("/e/sample-forum/live") as answer:
        events(answer)
        streams_of(app).close()
        assert events(answer) == []
    assert client.get("/e/sample-forum/live").status_code == 503


def test_a_scope_that_nothing_was_ever_shown_of_has_a_stream_too(app):
    stream = streams_of(app).open("event:never-shown", 0)
    lines = [next(stream), next(stream)]
    assert b"id: 0\n" in lines[1]
    stream.due = 0.0
    assert b'"revision": 0' in next(stream)
    stream.close()


def test_nobody_looks_for_changes_once_the_last_has_gone(app, client, day):
    with client.get("/e/sample-forum/live") as answer:
        events(answer)
        assert streams_of(app)._looking
    wait_until(lambda: not streams_of(app)._looking, seconds=5, what="the end of looking")


def test_asking_for_the_head_takes_no_stream(app, client, day):
    assert client.head("/e/sample-forum/live").status_code == 200
    assert streams_of(app).number == 0


def test_a_former_address_leads_on(app, client, day):
    with app.app_context(), writing() as transaction:
        transaction.add(OldSlug(event_id=day.event_id, slug="former"))
    assert client.get("/e/former/live.json").status_code == 301
    assert client.get("/en/e/former/rooms/hall/sign").status_code == 301
