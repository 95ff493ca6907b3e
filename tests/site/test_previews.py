"""What a request alone decides: a preview link, the language of a picture.

Each request here has an application context of its own, as in a server.
"""

from __future__ import annotations

import io
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image, ImageChops

from forum.core.actor import SYSTEM
from forum.events.previews import preview_token, programme_preview_token
from forum.programme import service
from forum.programme.queries import planned_session
from forum.programme.rules import ReleaseMode
from tests.factories import NOW, STARTS, make_event, make_session, text
from tests.site.stage import half_day
from tests.site.test_event_page import plain


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A reader."""
    return app.test_client()


def held_back(event_id: UUID, session_id: UUID) -> None:
    """Move a session to noon in a programme that is shown only when it is released."""
    service.keep_programme(
        SYSTEM, event_id, service.Keeping(ReleaseMode.HELD, (), 0, nod=True), now=NOW
    )
    noon = service.Place(STARTS + timedelta(hours=3), STARTS + timedelta(hours=4), None)
    made_from = planned_session(event_id, session_id).revision
    service.place_session(SYSTEM, event_id, session_id, made_from, noon, now=NOW)


def test_a_preview_link_shows_the_programme_as_it_is_planned_and_is_kept_nowhere(
    app: Flask, client: FlaskClient
) -> None:
    with app.app_context():
        event = make_event()
        talk = make_session(event, title=text("A talk"))
        held_back(event.id, talk.id)
        other = make_event()
        slug, session_id = event.slug, talk.id
        token = programme_preview_token(event.id, 0)
        worthless = (programme_preview_token(other.id, 0), preview_token(event.id), "x")
    programme = f"/en/e/{slug}/programme"

    def said(query: str = "") -> str:
        return plain(client.get(programme + query).text)

    assert "9:30 am A talk" in said()
    for path in ("programme", f"sessions/{session_id}", ""):
        seen = client.get(f"/en/e/{slug}/{path}?preview={token}")
        assert seen.headers["Cache-Control"] == "no-store", path
        assert "12:00" in plain(seen.text), path
    assert "9:30 am A talk" in said()
    for one in worthless:
        assert "9:30 am A talk" in said(f"?preview={one}")
    with app.app_context():
        service.withdraw_preview(SYSTEM, event.id, now=NOW)
    assert "9:30 am A talk" in said(f"?preview={token}")


def test_a_picture_speaks_the_language_of_its_page(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        address = f"/e/{half_day().event.slug}/speakers/sun-dong/share.png"
    english, chinese = (
        Image.open(io.BytesIO(client.get(f"{address}?lang={key}").data)).convert("RGB")
        for key in ("en", "zh-Hant")
    )
    assert ImageChops.difference(english, chinese).getbbox() is not None


def test_a_picture_that_is_kept_for_all_is_not_in_the_first_readers_language(
    app: Flask, client: FlaskClient
) -> None:
    with app.app_context():
        address = f"/e/{half_day().event.slug}/speakers/sun-dong/share.png"
    english = client.get(f"{address}?lang=en").data
    first = client.get(address, headers={"Accept-Language": "zh-HK"})
    assert first.data == english
    assert client.get(address).data == english
