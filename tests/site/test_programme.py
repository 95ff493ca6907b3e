"""The programme in public: its days, filters from the server, one session, one speaker."""

from __future__ import annotations

import gzip
import re
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask.testing import FlaskClient

from forum.core.actor import SYSTEM
from forum.core.db import db, writing
from forum.core.page_scopes import changed, event_scope
from forum.core.text import Text
from forum.events.models import Event, Room
from forum.programme.models import Appearance, Material, Session
from forum.programme.rules import AppearanceRole, SessionKind, SessionState
from forum.programme.service import set_places
from forum.seats.models import SeatPool
from forum.seats.rules import PoolAbout
from tests.factories import (
    NOW,
    STARTS,
    make_appearance,
    make_event,
    make_room,
    make_session,
    make_speaker,
    text,
)
from tests.site.stage import conference
from tests.site.test_event_page import plain

pytestmark = pytest.mark.usefixtures("in_app")


def shown(client: FlaskClient, event: Event, rest: str = "", lang: str = "en") -> str:
    answer = client.get(f"/{lang}/e/{event.slug}/programme{rest}")
    assert answer.status_code == 200, answer.headers.get("Location")
    return answer.text


def rows(html: str) -> list[str]:
    """Return the ids of the sessions that a page lists."""
    return re.findall(r'data-session="([^"]+)" data-starts', html)


def test_a_small_programme_stands_on_one_page_with_its_days_as_anchors(
    client: FlaskClient,
) -> None:
    event = conference(20, days=2, rooms=2)
    html = shown(client, event)
    assert len(rows(html)) == 20
    assert 'href="#d20261208"' in html
    assert 'id="d20261209"' in html


def test_a_large_programme_shows_a_day_a_page(client: FlaskClient) -> None:
    event = conference(80, days=2, rooms=4)
    first = shown(client, event)
    assert len(rows(first)) == 40
    assert f'href="/en/e/{event.slug}/programme/2026-12-09"' in first
    second = shown(client, event, "/2026-12-09")
    assert len(rows(second)) == 40
    assert not set(rows(first)) & set(rows(second))
    assert re.search(r'programme/2026-12-09" data-day aria-current="page"', second)


def test_on_the_day_itself_its_own_programme_is_shown_and_the_bytes_know_when_to_go(
    client: FlaskClient,
) -> None:
    event = conference(80, days=2, rooms=4)
    assert 'id="d20261208"' in shown(client, event)
    with time_machine.travel(STARTS + timedelta(days=1)):
        assert 'id="d20261209"' in shown(client, event)
    with time_machine.travel(STARTS + timedelta(days=5)):
        assert 'id="d20261208"' in shown(client, event)


@pytest.mark.parametrize("day", ["2026-12-10", "20261208", "2026-13-40", "today", "2026-12-08x"])
def test_a_day_without_sessions_is_a_calm_404(client: FlaskClient, day: str) -> None:
    event = conference(4, days=1, rooms=2)
    assert client.get(f"/en/e/{event.slug}/programme/{day}").status_code == 404


@pytest.mark.parametrize(
    "rest", ["programme/2026-12-08", "sessions/{session}", "speakers/{speaker}"]
)
def test_a_page_of_the_programme_runs_as_many_statements_for_one_session_as_for_300(
    client: FlaskClient, reads: Any, rest: str
) -> None:
    counts = []
    for size in (1, 300):
        event = conference(size, days=1, rooms=10)
        one = db.session.scalars(
            sa.select(Session.id).where(Session.event_id == event.id).limit(1)
        ).one()
        path = rest.format(session=one, speaker="sample-speaker-0")
        with reads() as seen:
            assert client.get(f"/en/e/{event.slug}/{path}").status_code == 200
        counts.append(len([one for one in seen if "page_bytes" not in one]))
    assert counts[0] == counts[1]
    assert counts[1] <= 11, counts


def test_a_day_of_a_thousand_sessions_fits_300_kb_and_holds_no_abstract(
    client: FlaskClient,
) -> None:
    event = conference(1000, days=1, rooms=20)
    html = shown(client, event, lang="zh-hant")
    assert len(rows(html)) == 1000
    assert "An abstract that no list shows" not in html
    assert len(gzip.compress(html.encode(), 6)) < 300_000


def test_the_second_reader_of_a_day_is_answered_from_bytes(client: FlaskClient, reads: Any) -> None:
    event = conference(80, days=2, rooms=4)
    before = client.get(f"/en/e/{event.slug}/programme/2026-12-09")
    with reads() as seen:
        after = client.get(f"/en/e/{event.slug}/programme/2026-12-09?utm_source=mail")
    assert after.data == before.data
    assert len(seen) <= 1


def test_a_session_of_several_rooms_spans_those_beside_each_other(client: FlaskClient) -> None:
    event = conference(9, days=1, rooms=3)
    with writing() as session:
        rooms = session.scalars(sa.select(Room).where(Room.event_id == event.id)).all()
        first = session.scalars(
            sa.select(Session).where(Session.event_id == event.id).order_by(Session.starts_at)
        ).all()[:3]
        for gone in first[1:]:
            session.delete(gone)
        first[0].room_id = rooms[0].id
        first[0].also_in = [str(rooms[1].id), str(rooms[2].id)]
        changed(session, event_scope(event.id))
    html = shown(client, event)
    assert 'colspan="3"' in html
    assert "Hall 1, Hall 2, Hall 3" in plain(html)
    page = plain(client.get(f"/en/e/{event.slug}/sessions/{first[0].id}").text)
    assert "Hall 1, Hall 2, Hall 3" in page


def test_a_cell_of_the_grid_tells_track_language_and_sign_up(client: FlaskClient) -> None:
    event = conference(6, days=1, rooms=3)
    with writing() as session:
        talk = session.scalars(
            sa.select(Session).where(Session.event_id == event.id, Session.track_id.is_not(None))
        ).first()
        talk_id = talk.id
    set_places(SYSTEM, event.id, talk_id, 10, now=NOW)
    grid = shown(client, event).partition('<table class="rooms"')[2].partition("</table>")[0]
    cell = grid.partition(f'data-session="{talk_id}"')[2].partition("</td>")[0]
    assert "Robotics" in cell
    assert "Cantonese" in cell
    assert "Sign-up" in cell


@pytest.mark.parametrize(
    ("lang", "says"),
    [("en", "Times are in Hong Kong time."), ("zh-hant", "所有時間均為香港時間。")],
)
def test_times_are_said_to_be_those_of_a_place(client: FlaskClient, lang: str, says: str) -> None:
    assert says in shown(client, conference(6, days=1, rooms=3), lang=lang)


def test_many_rooms_scroll_in_a_box_that_the_keyboard_reaches(client: FlaskClient) -> None:
    assert 'class="rooms-box many" tabindex="0" role="region"' in shown(
        client, conference(40, days=1, rooms=20)
    )
    assert 'class="rooms-box"' in shown(client, conference(6, days=1, rooms=3))


def test_what_begins_after_midnight_stands_under_its_day_and_says_so(client: FlaskClient) -> None:
    event = make_event(ends_at=STARTS + timedelta(hours=18))
    hall = make_room(event)
    make_session(event, after=13 * 60, title=text("Gala"), kind=SessionKind.MEAL)
    late = STARTS + timedelta(hours=15, minutes=30)
    make_session(
        event,
        title=text("Night talk"),
        room_id=hall.id,
        starts_at=late,
        ends_at=late + timedelta(minutes=30),
        day=STARTS.date(),
    )
    assert re.search(r"12:30 am Night talk.*next day", plain(shown(client, event)))


def test_a_panel_has_its_moderator_apart_its_parts_and_roles_of_its_own(
    client: FlaskClient,
) -> None:
    event = make_event()
    hall = make_room(event)
    make_session(event, room_id=make_room(event).id)
    panel = make_session(
        event,
        kind=SessionKind.PANEL,
        room_id=hall.id,
        parts=[{"title": {"en": "Money"}, "minutes": 25}, {"title": {"en": "People"}}],
    )
    names = ("Ada Wong", "Ben Lee", "Cai Fong", "Dee Lam")
    people = [make_speaker(event.organisation_id, name=name) for name in names]
    make_appearance(panel, people[0], AppearanceRole.MODERATOR)
    with writing() as session:
        for place, (who, part) in enumerate(zip(people[1:3], (0, 1), strict=True), 1):
            session.add(
                Appearance(
                    session_id=panel.id,
                    speaker_id=who.id,
                    role=AppearanceRole.PANELLIST,
                    part=part,
                    position=place,
                )
            )
        session.add(
            Appearance(
                session_id=panel.id,
                speaker_id=people[3].id,
                role=AppearanceRole.OTHER,
                called=text("Timekeeper"),
                position=3,
            )
        )
    listed = plain(shown(client, event))
    assert "Ben Lee , Cai Fong , Dee Lam (Timekeeper)" in listed.replace(",", " ,").replace(
        "  ", " "
    )
    assert "Moderator: Ada Wong" in listed
    page = plain(client.get(f"/en/e/{event.slug}/sessions/{panel.id}").text)
    order = ("All through", "Ada Wong", "Timekeeper", "Dee Lam", "In parts", "Money",
             "25 minutes", "Ben Lee", "People", "Cai Fong")  # fmt: skip
    at = -1
    for words in order:
        assert page.find(words, at + 1) > at, words
        at = page.find(words, at + 1)


def test_a_session_s_page_tells_languages_room_neighbours_and_a_safe_abstract(
    client: FlaskClient,
) -> None:
    event = make_event()
    hall = make_room(event, name=text("Grand Hall"))
    before = make_session(event, after=0, room_id=hall.id, title=text("The one before"))
    talk = make_session(
        event,
        after=30,
        room_id=hall.id,
        delivered_in=["yue"],
        interpreted_into=["en"],
        stream_url="https://stream.example.com/1",
        abstract=Text({"en": "A *lively* one.\n\n- first\n\n<script>alert(1)</script>"
                             " [x](javascript:alert(2))"}),
    )  # fmt: skip
    after = make_session(event, after=60, room_id=hall.id, title=text("The one after"))
    html = client.get(f"/en/e/{event.slug}/sessions/{talk.id}").text
    assert "Cantonese, interpreted into English" in html
    assert "<em>lively</em>" in html
    assert "<li>first</li>" in html
    assert "<script>alert" not in html
    assert 'href="javascript' not in html
    assert 'href="https://stream.example.com/1"' in html
    assert re.search(rf'rel="prev" href="[^"]*{before.id}"', html)
    assert re.search(rf'rel="next" href="[^"]*{after.id}"', html)
    assert f"/e/{event.slug}/sessions/{talk.id}/{event.slug}.ics" in html


def test_materials_appear_by_themselves_at_their_time_and_only_when_accepted(
    client: FlaskClient,
) -> None:
    event = make_event()
    talk = make_session(event)
    soon = NOW + timedelta(hours=1)
    with writing() as session:
        for place, (title, at, accepted) in enumerate(
            (("Early", NOW, True), ("Later", soon, True), ("Not nodded", NOW, False),
             ("Never", None, True))
        ):  # fmt: skip
            session.add(
                Material(
                    session_id=talk.id,
                    kind="slides",
                    title=text(title),
                    url=f"https://example.com/{place}",
                    published_at=at,
                    accepted=accepted,
                    created_at=NOW,
                )
            )
    path = f"/en/e/{event.slug}/sessions/{talk.id}"
    now = plain(client.get(path).text)
    assert "Early Slides" in now
    assert "Later" not in now
    assert "Not nodded" not in now
    assert "Never" not in now
    with time_machine.travel(soon + timedelta(seconds=1)):
        assert "Later" in plain(client.get(path).text)


def test_a_session_with_places_says_so_and_leads_to_where_one_signs_up(client: FlaskClient) -> None:
    event = make_event()
    with writing() as session:
        pool = SeatPool(event_id=event.id, about=PoolAbout.SESSION, capacity=10, taken=10)
        session.add(pool)
    talk = make_session(event, pool_id=pool.id)
    make_session(event, after=90)
    html = client.get(f"/en/e/{event.slug}/sessions/{talk.id}").text
    assert "All places are taken" in html
    assert f'href="/en/e/{event.slug}/sessions/{talk.id}/sign-up"' in html
    assert "Sign-up" in plain(shown(client, event))


def test_a_speaker_s_page_has_the_own_sessions_of_this_event_alone(client: FlaskClient) -> None:
    event = make_event()
    who = make_speaker(
        event.organisation_id,
        slug="ada",
        name="Ada Wong",
        biography=text("Writes **programmes**."),
        website="https://ada.example.com",
        links=[{"title": "Papers", "url": "https://papers.example.com"}],
    )
    mine = make_session(event, title=text("My talk"))
    make_appearance(mine, who)
    make_appearance(make_session(event, title=text("Somebody else's")), make_speaker(
        event.organisation_id
    ))  # fmt: skip
    hidden = make_session(event, title=text("Not yet"), state=SessionState.DRAFT)
    make_appearance(hidden, who)
    html = client.get(f"/en/e/{event.slug}/speakers/ada").text
    assert "<strong>programmes</strong>" in html
    assert 'href="https://papers.example.com"' in html
    assert rows(html) == [str(mine.id)]
    unseen = make_speaker(event.organisation_id, slug="unseen")
    make_appearance(hidden, unseen)
    assert client.get(f"/en/e/{event.slug}/speakers/unseen").status_code == 404
    assert client.get(f"/en/e/{event.slug}/speakers/nobody").status_code == 404
