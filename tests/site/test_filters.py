"""Filters of the programme: each answered by the server, in the address, and never from bytes."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from forum.core.db import writing
from forum.core.page_scopes import changed, event_scope
from forum.events.models import Event
from forum.programme.models import Session, Track
from forum.programme.rules import SessionKind
from tests.factories import make_appearance, make_event, make_room, make_session, make_speaker, text
from tests.site.stage import conference, half_day
from tests.site.test_event_page import plain
from tests.site.test_programme import rows, shown

pytestmark = pytest.mark.usefixtures("in_app")


def filled() -> tuple[Event, dict[str, str]]:
    """Store a programme in which each filter finds one session, with nine others."""
    event = make_event()
    hall, annex = (
        make_room(event, slug=slug, name=text(slug.title())) for slug in ("hall-1", "annex")
    )
    with writing() as session:
        track = Track(event_id=event.id, slug="security", name=text("Security"))
        session.add(track)
    special = {
        "track=security": make_session(event, after=0, track_id=track.id, room_id=hall.id),
        "kind=panel": make_session(event, after=30, kind=SessionKind.PANEL, room_id=hall.id),
        "spoken=yue": make_session(event, after=60, interpreted_into=["yue"], room_id=hall.id),
        "room=annex": make_session(event, after=90, room_id=hall.id, also_in=[str(annex.id)]),
    }
    wanted = make_session(event, after=120, delivered_in=["en"], room_id=hall.id)
    make_appearance(wanted, make_speaker(event.organisation_id, slug="ada", name="Ada Wong"))
    special["speaker=ada"] = wanted
    for place in range(9):
        other = make_session(event, after=5 * place, delivered_in=["en"], room_id=hall.id)
        make_appearance(other, make_speaker(event.organisation_id))
    return event, {query: str(one.id) for query, one in special.items()}


def test_each_filter_is_answered_by_the_server_and_never_by_the_unfiltered_bytes(
    client: FlaskClient,
) -> None:
    event, wanted = filled()
    whole = shown(client, event)
    assert len(rows(whole)) == 14
    for query, session_id in wanted.items():
        html = shown(client, event, f"?{query}")
        assert rows(html) == [session_id], query
        assert "1 of 14 sessions" in html
        assert '<table class="rooms"' not in html
    assert shown(client, event) == whole


def test_filters_work_together_and_an_empty_answer_names_them_and_offers_to_clear(
    client: FlaskClient,
) -> None:
    event, _ = filled()
    html = shown(client, event, "?room=annex&kind=panel")
    assert rows(html) == []
    said = plain(html)
    assert "No session answers to this" in said
    assert "Room: Annex · Kind: Panel discussion" in said
    assert re.search(rf'href="/en/e/{event.slug}/programme" data-clear', html)


def test_an_empty_answer_on_one_day_names_the_days_that_have_some(client: FlaskClient) -> None:
    event = conference(80, days=2, rooms=4)
    with writing() as session:
        last = session.scalars(
            sa.select(Session)
            .where(Session.event_id == event.id)
            .order_by(Session.starts_at.desc())
        ).first()
        assert last is not None
        last.kind = SessionKind.KEYNOTE
        changed(session, event_scope(event.id))
    html = shown(client, event, "/2026-12-08?kind=keynote")
    assert "On other days:" in html
    assert re.search(r'programme/2026-12-09\?kind=keynote">Wed 9 December</a> \(1\)', html)
    assert rows(shown(client, event, "/2026-12-09?kind=keynote")) == [str(last.id)]


def test_a_form_sent_with_empty_boxes_leads_to_the_tidy_address(client: FlaskClient) -> None:
    event, _ = filled()
    answer = client.get(f"/en/e/{event.slug}/programme?room=&track=security&kind=&spoken=&speaker=")
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/en/e/{event.slug}/programme?track=security"
    cleared = client.get(f"/en/e/{event.slug}/programme?room=")
    assert cleared.headers["Location"] == f"/en/e/{event.slug}/programme"


@pytest.mark.parametrize(
    "asked", ["nowhere", "None", "%00", "x" * 5000, "<script>alert(1)</script>"]
)
def test_a_filter_that_nobody_offered_finds_nothing_and_breaks_nothing(
    client: FlaskClient, asked: str
) -> None:
    event, _ = filled()
    for name in ("room", "track", "kind", "spoken", "speaker"):
        answer = client.get(f"/en/e/{event.slug}/programme", query_string={name: asked})
        assert answer.status_code == 200
        assert rows(answer.text) == []
        assert "<script>alert" not in answer.text


def test_a_short_programme_of_one_room_offers_no_filter(client: FlaskClient) -> None:
    assert "<select" not in shown(client, half_day().event)
