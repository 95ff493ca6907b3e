"""An organisation's settings: three languages, two editors, and input that cannot be."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from forum.core.actor import SYSTEM, Actor, ActorKind
from forum.core.db import db
from forum.core.errors import Forbidden
from forum.core.permissions import Role
from forum.core.text import Text
from forum.people import service
from forum.people.models import Organisation
from forum.people.rules import OrganisationSlugTaken
from forum.people.service import NewOrganisation
from tests.factories import NOW
from tests.people.conftest import House
from tests.people.signing_in import csrf_of

SignedIn = Callable[..., FlaskClient]
GOOD = {
    "name-en": "Harbour Forum", "name-zh_hant": "海港論壇", "name-zh_hans": "海港论坛",
    "contact_email": "desk@example.com", "time_zone": "asia/hong kong", "accent": "#7A1F3D",
    "privacy-en": "For the event.\r\n\r\n\r\nNothing else.", "privacy-zh_hant": "", "revision": "1",
}  # fmt: skip


def save(client: FlaskClient, house: House, **changes: str) -> TestResponse:
    """Send the settings form."""
    address = f"/manage/organisations/{house.slug}/settings"
    token = csrf_of(client.get(address))
    return client.post(address, data={**GOOD, **changes, "csrf_token": token})


def stored(app: Flask, house: House) -> Organisation:
    with app.app_context():
        return db.session.scalars(sa.select(Organisation).where(Organisation.id == house.id)).one()


def test_settings_are_saved_cleaned(app: Flask, signed_in: SignedIn, house: House) -> None:
    assert save(signed_in(house.owner), house).status_code == 303
    now = stored(app, house)
    assert now.name == Text({"en": "Harbour Forum", "zh-Hant": "海港論壇", "zh-Hans": "海港论坛"})
    assert now.privacy == Text({"en": "For the event.\n\nNothing else."})
    assert (now.time_zone, now.accent, now.contact_email) == (
        "Asia/Hong_Kong",
        "#7a1f3d",
        "desk@example.com",
    )
    assert now.revision == 2


def test_saving_what_is_there_changes_no_revision(
    app: Flask, signed_in: SignedIn, house: House
) -> None:
    client = signed_in(house.owner)
    save(client, house)
    assert save(client, house, revision="2").status_code == 303
    assert stored(app, house).revision == 2


def test_the_second_of_two_editors_sees_both_and_loses_nothing(
    app: Flask, signed_in: SignedIn, house: House
) -> None:
    first, second = signed_in(house.owner), signed_in(Role.OWNER)
    assert save(first, house).status_code == 303
    late = save(second, house, **{"name-en": "Pier Forum"})
    assert late.status_code == 409
    assert 'value="Pier Forum"' in late.text
    assert "Harbour Forum" in late.text
    assert 'name="revision" type="hidden" value="2"' in late.text
    assert stored(app, house).name.get("en") == "Harbour Forum"
    assert save(second, house, **{"name-en": "Pier Forum", "revision": "2"}).status_code == 303
    assert stored(app, house).name.get("en") == "Pier Forum"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"name-en": "", "name-zh_hant": " ", "name-zh_hans": "\u200b"},
         "Enter the organisation’s name in at least one language"),
        ({"name-en": "N" * 10_000}, "Shorten this to at most 200 characters; it has 10000"),
        ({"privacy-en": "P" * 10_000}, "Shorten this to at most 5000 characters; it has 10000"),
        ({"time_zone": "Mars/Olympus"}, "There is no time zone “Mars/Olympus”."),
        ({"time_zone": "../../etc/passwd"}, "There is no time zone"),
        ({"time_zone": ""}, "Enter a time zone, like Asia/Hong_Kong"),
        ({"accent": "red;}"}, "Enter a colour like #0b5563"),
        ({"accent": ""}, "Enter a colour like #0b5563"),
        ({"contact_email": "nobody"}, "Enter an email address in the correct format"),
    ],
)  # fmt: skip
def test_what_cannot_be_gets_a_sentence_and_nothing_is_stored(
    app: Flask, signed_in: SignedIn, house: House, given: dict[str, str], says: str
) -> None:
    answer = save(signed_in(house.owner), house, **given)
    assert answer.status_code == 422
    assert answer.text.count(says) == 2
    assert "<title>Error: " in answer.text
    assert stored(app, house).revision == 1


@pytest.mark.parametrize("nasty", ["🎪 Forum", "المنتدى", "<i>Forum</i>", "{{7*191}}", "%s %(x)s"])
def test_names_of_every_script_come_back_as_typed(
    app: Flask, signed_in: SignedIn, house: House, nasty: str
) -> None:
    client = signed_in(house.owner)
    assert save(client, house, **{"name-en": nasty}).status_code == 303
    assert stored(app, house).name.get("en") == nasty
    page = client.get(f"/manage/organisations/{house.slug}/settings")
    assert page.status_code == 200
    assert "<i>Forum" not in page.text
    assert "1337" not in page.text


def test_controls_and_direction_marks_are_taken_out(
    app: Flask, signed_in: SignedIn, house: House
) -> None:
    save(signed_in(house.owner), house, **{"name-en": "\u202eHar\x00bour\u200b \t Forum\u0085"})
    assert stored(app, house).name.get("en") == "Harbour Forum"


@pytest.mark.parametrize("revision", ["", "x", "-1", "9" * 400, "²"])
def test_a_form_of_a_made_up_revision_changes_nothing(
    app: Flask, signed_in: SignedIn, house: House, revision: str
) -> None:
    assert save(signed_in(house.owner), house, revision=revision).status_code == 409
    assert stored(app, house).revision == 1


def test_only_forum_itself_makes_organisations(app: Flask, house: House) -> None:
    new = NewOrganisation("second", Text({"en": "Second"}))
    owner = Actor(ActorKind.USER, house.owner.id, "Owner", {house.id: Role.OWNER})
    with app.app_context():
        with pytest.raises(Forbidden):
            service.create_organisation(owner, new, now=NOW)
        assert service.create_organisation(SYSTEM, new, now=NOW)
        with pytest.raises(OrganisationSlugTaken):
            service.create_organisation(SYSTEM, new, now=NOW)
