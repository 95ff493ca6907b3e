"""Before invitations go out: the letter, to how many in which languages, the seats, who is here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from forum.core.actor import SYSTEM
from forum.core.db import counted_statements, db
from forum.core.outbox import OutboxRow
from forum.core.permissions import Role
from forum.registrations.rules import InvitationState
from forum.registrations.service import sending
from tests.factories import NOW
from tests.registrations.inviting import all_invitations, invite, invited, made_list
from tests.registrations.office import Office, come, open_office, sign_in_as

SEND = "/invitations/send"


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def office(app: Flask, client: FlaskClient) -> Office:
    return open_office(app, client, capacity=10)


@pytest.fixture
def vip(office: Office) -> UUID:
    """A list with four seats, of which two Chinese and one English guest are."""
    with office.app.app_context():
        listed = made_list(office.event_id, kept=4, companions=2)
        invite(
            office.event_id,
            listed,
            invited(1, lang="zh-Hant", name_zh="陳大文", salutation="博士"),
            invited(2, lang="zh-Hant", name_zh="李小明", companions=0),
            invited(3, name="Ada", email="ada@example.com"),
        )
        return listed


def test_the_letter_stands_there_in_the_guests_language_and_in_the_others(
    office: Office, vip: UUID
) -> None:
    page = office.get(f"{SEND}?list={vip}")
    assert "Dear Ada," in page
    assert "ada@example.com" in page
    assert re.search(r"lang=zh-Hant[^>]*>[^<]* 2</a>", page)
    chinese = office.get(f"{SEND}?list={vip}&lang=zh-Hant")
    assert "陳大文博士" in chinese
    assert 'lang="zh-Hant-HK"' in chinese
    after = re.search(r"after=([0-9a-f-]+)", chinese)
    assert after is not None
    second = office.get(f"{SEND}?list={vip}&lang=zh-Hant&after={after[1]}")
    assert "李小明" in second
    again = re.search(r"after=([0-9a-f-]+)", second)
    assert again is not None
    assert "陳大文博士" in office.get(f"{SEND}?list={vip}&lang=zh-Hant&after={again[1]}")


def test_the_guests_own_link_is_hidden_in_both_forms_of_the_letter(
    office: Office, vip: UUID
) -> None:
    page = office.get(f"{SEND}?list={vip}")
    found = re.search(r'href="([^"]+/letter)"', page)
    assert found is not None
    letter = office.client.get(found[1])
    assert letter.status_code == 200
    assert "sandbox" in letter.headers["Content-Security-Policy"]
    for body in (page, letter.text):
        assert "/i/" not in body.replace("/static/i/", "")
        assert "{{" not in body
        assert "••••" in body


def test_the_seats_kept_and_what_is_left_are_told(office: Office, vip: UUID) -> None:
    page = office.get(f"{SEND}?list={vip}")
    part = page.partition("<h3>VIP</h3>")[2].partition("</dl>")[0]
    assert re.findall(r"<dt>([^<]*)</dt><dd>([^<]*)</dd>", part) == [
        ("Guests", "3"),
        ("Companions at most", "4"),
        ("Kept seats left", "4 of 4"),
        ("Other seats left", "6"),
    ]
    assert "wait for a seat" not in page
    with office.app.app_context():
        come(office.event_id, *(f"Guest {number}" for number in range(5)))
    crowded = office.get(f"{SEND}?list={vip}")
    assert "If everybody on “VIP” comes, 2 of them wait for a seat." in crowded


@pytest.mark.both_databases
def test_who_is_registered_already_is_marked_and_gets_none(office: Office, vip: UUID) -> None:
    with office.app.app_context():
        come(office.event_id, "Ada")
    assert "Registered already" in office.get(f"/invitations?list={vip}")
    page = office.get(f"{SEND}?list={vip}")
    assert "Send 2 invitations?" in page
    assert "One guest is registered already, and gets none." in page
    done = office.press(f"{SEND}?list={vip}", "/send")
    assert "2 mails are on their way." in office.follow(done)
    with office.app.app_context():
        states = {one.name: one.state for one in all_invitations(office.event_id)}
        assert states["Ada"] is InvitationState.DRAFT
        assert _topics() == ["invitation.sent"] * 2


def test_seats_of_a_type_are_told_once_for_all_of_its_lists(office: Office, vip: UUID) -> None:
    """Seven come with “VIP”, four on kept seats; of the six others three are left for the rest."""
    assert vip
    with office.app.app_context():
        media = made_list(office.event_id, "Media")
        invite(office.event_id, media, *(invited(f"media {number}") for number in range(5)))
    page = office.get(SEND)
    left = re.findall(r"<dt>Other seats left</dt><dd>(\d+)</dd>", page)
    assert left == ["6", "3"]
    assert "If everybody on “Media” comes, 2 of them wait for a seat." in page
    assert "If everybody on “VIP” comes" not in page
    assert "wait for a seat" not in office.get(f"{SEND}?list={media}")


def test_who_is_registered_already_gets_one_where_that_is_chosen(office: Office, vip: UUID) -> None:
    with office.app.app_context():
        come(office.event_id, "Ada")
    page = f"{SEND}?registered=yes&list={vip}"
    assert "gets one too" in office.get(page)
    assert "3 mails are on their way." in office.follow(office.press(page, "/send"))


def test_reminders_are_shown_and_leave_out_who_is_registered_meanwhile(
    office: Office, vip: UUID
) -> None:
    with office.app.app_context():
        for one in all_invitations(office.event_id):
            sending.send(SYSTEM, office.event_id, one.id, now=NOW)
    with time_machine.travel(NOW + timedelta(days=2), tick=False):
        with office.app.app_context():
            come(office.event_id, "Ada")
        other = sign_in_as(office, Role.REGISTRAR)
        page = other.get(f"{office.base}/invitations/remind?list={vip}").text
        assert "Remind 2 guests?" in page
        named = page.partition("Who is registered already")[2].partition("</details>")[0]
        assert ">Ada</a>" in named
        assert "早前向你發出邀請，尚未收到你的回覆。" in page


def test_a_letter_of_another_event_and_for_a_viewer_is_not_shown(
    office: Office, vip: UUID, app: Flask
) -> None:
    assert vip
    with app.app_context():
        one = all_invitations(office.event_id)[0].id
    other = open_office(app, app.test_client())
    path = f"/invitations/send/{one}/letter"
    assert other.client.get(f"{other.base}{path}").status_code == 404
    assert sign_in_as(office, Role.VIEWER).get(f"{office.base}{path}").status_code == 403


def test_the_page_costs_the_same_for_one_guest_and_for_thirty(office: Office) -> None:
    with office.app.app_context():
        listed = made_list(office.event_id)
        invite(office.event_id, listed, invited("first"))
        engine = db.engine
    with counted_statements(engine) as one:
        office.get(SEND)
    with office.app.app_context():
        invite(office.event_id, listed, *(invited(number) for number in range(30)))
        come(office.event_id, *(f"Invited.{number}" for number in range(2)))
    with counted_statements(engine) as many:
        office.get(SEND)
    assert len(many) == len(one)


def _topics() -> list[str]:
    rows = db.session.scalars(
        sa.select(OutboxRow.topic).where(OutboxRow.topic.startswith("invitation."))
    )
    return sorted(rows)
