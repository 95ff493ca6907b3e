"""The guard of the one house: whatever is written is seen, merely looking is not."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient

from forum.settings import Settings
from tests.factories import make_event
from tests.journeys.sample_house import House
from tests.journeys.standing_house import Standing
from tests.support.live import LiveForum

NO_ADDRESSES = House("", None, (), (), (), "", "", "")


def test_the_guard_sees_what_is_written_and_not_that_somebody_looked(
    app: Flask, client: FlaskClient, settings: Settings
):
    standing = Standing(NO_ADDRESSES, LiveForum(settings.base_url, settings, 0), app, {})
    with app.app_context():
        slug = make_event().slug
    before = standing.rows()
    assert client.get(f"/en/e/{slug}/").status_code == 200
    assert standing.rows() == before
    with app.app_context():
        make_event(slug="sample-second")
    assert standing.rows() != before
