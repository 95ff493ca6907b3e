"""What an organisation says of itself is seen by guests at once, on pages kept as bytes too."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient

from tests.factories import make_event
from tests.people.conftest import House
from tests.people.signing_in import csrf_of

PRIVACY = "Kept by the sample organisation for thirty days."


def test_a_changed_privacy_text_reaches_the_kept_page(
    app: Flask, house: House, client: FlaskClient, signed_in: Callable[..., FlaskClient]
) -> None:
    with app.app_context():
        event = make_event(house)
    page = f"/en/e/{event.slug}/privacy"
    for _ in range(2):
        assert PRIVACY not in client.get(page).text
    owner = signed_in(house.owner)
    settings = f"/manage/organisations/{house.slug}/settings"
    form = {
        "csrf_token": csrf_of(owner.get(settings)),
        "revision": "1",
        "name-en": "Sample",
        "contact_email": "forum@example.com",
        "time_zone": "Asia/Hong_Kong",
        "accent": "#0b5563",
        "privacy-en": PRIVACY,
    }
    assert owner.post(settings, data=form).status_code == 303
    assert PRIVACY in client.get(page).text
