"""One act on many guests: the question that names the number, the act, and its undoing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from forum.core.db import db
from forum.core.outbox import OutboxRow
from forum.registrations.models import Registration, RegistrationTag
from forum.registrations.rules import Ended, RegistrationState
from forum.registrations.service import at_once
from tests.factories import NOW
from tests.registrations.office import (
    Office,
    add_type,
    by_approval,
    come,
    counts_are_right,
    open_office,
    the,
)

STATES = RegistrationState


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def office(app: Flask, client: FlaskClient) -> Office:
    return open_office(app, client, capacity=3)


def test_requests_are_approved_together_while_seats_last_in_the_order_of_asking(
    app: Flask, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(at_once, "BATCH", 2)
    with app.app_context():
        media = by_approval(office.event_id)
        guests = come(office.event_id, *(f"Guest {one}" for one in range(5)), type_id=media)
    page = office.get("/act?do=approve&all=1&state=pending")
    assert "Approve 5 requests?" in page
    answer = office.press("/act?do=approve&all=1&state=pending", "/act")
    said = office.follow(answer)
    assert "3 guests are confirmed" in said
    assert "2 guests are approved and on the wait list" in said
    with app.app_context():
        states = [the(one).state for one in guests]
        assert states == [STATES.CONFIRMED] * 3 + [STATES.WAITLISTED] * 2
        assert counts_are_right(office.slug)


def test_declining_sends_each_guest_the_words_in_their_own_language_and_can_be_undone(
    app: Flask, office: Office
) -> None:
    with app.app_context():
        media = by_approval(office.event_id, holds_while_pending=True)
        english = come(office.event_id, "Ann Chan", type_id=media)[0]
        chinese = come(office.event_id, "Bob Wong", type_id=media, lang="zh-Hant")[0]
    address = f"/act?do=decline&id={english}&id={chinese}"
    begun = office.get(f"{address}&begin=full")
    assert "More people asked to come" in begun
    assert "申請出席的人數超出場地座位" in begun
    answer = office.press(
        address, "/act", **{"words-en": "Next year.", "words-zh_hant": "明年再見。"}
    )
    said = office.follow(answer)
    assert "2 requests are declined" in said
    with app.app_context():
        told = {
            one.payload["registration_id"]: one.payload["words"]
            for one in db.session.scalars(
                sa.select(OutboxRow).where(OutboxRow.topic == "registration.declined")
            )
        }
        assert told == {str(english): "Next year.", str(chinese): "明年再見。"}
        assert counts_are_right(office.slug)
    undo = re.search(r'action="([^"]*/undo[^"]*)"', said)
    assert undo is not None
    back = office.client.post(unescape(undo[1]), data={"csrf_token": _token(said)})
    assert "2 requests wait for a decision again" in office.follow(back)
    with app.app_context():
        assert {the(one).state for one in (english, chinese)} == {STATES.PENDING}


def test_who_was_decided_before_is_passed_over_and_named_as_a_number(
    app: Flask, office: Office
) -> None:
    with app.app_context():
        media = by_approval(office.event_id)
        asking = come(office.event_id, "Ann Chan", type_id=media)[0]
        seated = come(office.event_id, "Bob Wong")[0]
    page = office.get(f"/act?do=decline&id={asking}&id={seated}")
    assert "Decline 1 request?" in page
    assert "1 more was chosen and stays as it is." in page
    office.press(f"/act?do=decline&id={asking}&id={seated}", "/act")
    with app.app_context():
        assert the(seated).state is STATES.CONFIRMED


def test_more_guests_than_the_page_named_are_asked_for_again(app: Flask, office: Office) -> None:
    with app.app_context():
        come(office.event_id, "Ann Chan")
    address = "/act?do=cancel&all=1&state=confirmed"
    page = office.get(address)
    assert "Cancel 1 registration?" in page
    with app.app_context():
        later = come(office.event_id, "Bob Wong")[0]
    fields = {"csrf_token": _token(page), "named": "1"}
    answer = office.client.post(f"{office.base}{address}", data=fields)
    assert answer.status_code == 409
    assert "Cancel 2 registrations?" in answer.text
    assert "Meanwhile there are more of them" in answer.text
    with app.app_context():
        assert the(later).state is STATES.CONFIRMED


def test_cancelling_many_gives_their_seats_to_who_waits(app: Flask, office: Office) -> None:
    with app.app_context():
        seated = come(office.event_id, "Ann Chan", "Bob Wong", "Cy Lee")
        waiting = come(office.event_id, "Di Ho")[0]
    ids = "".join(f"&id={one}" for one in seated[:2])
    said = office.follow(office.press(f"/act?do=cancel{ids}", "/act"))
    assert "2 registrations are cancelled" in said
    assert "1 guest moved up from the wait list" in said
    with app.app_context():
        assert the(waiting).state is STATES.CONFIRMED
        assert the(seated[0]).ended is Ended.OFFICE
        assert counts_are_right(office.slug)


def test_tags_are_put_on_and_taken_off_and_both_undone(app: Flask, office: Office) -> None:
    with app.app_context():
        had, new = come(office.event_id, "Ann Chan", "Bob Wong")
    office.press(f"/{had}", "/tags", tag="#press")
    both = f"&id={had}&id={new}"
    said = office.follow(office.press(f"/act?do=tag{both}", "/act", tag="press"))
    assert "1 guest has the tag “press” now." in said
    assert office.names("?tag=press") == ["Bob Wong", "Ann Chan"]
    _press_undo(office, said)
    assert office.names("?tag=press") == ["Ann Chan"]
    said = office.follow(office.press(f"/act?do=untag{both}", "/act", tag="press"))
    assert "The tag “press” is taken off 1 guest." in said
    assert office.names("?tag=press") == []
    _press_undo(office, said)
    assert office.names("?tag=press") == ["Ann Chan"]
    empty = office.press(f"/act?do=tag{both}", "/act", tag=" ")
    assert empty.status_code == 422
    assert "Enter a tag" in empty.text


def test_a_type_is_changed_for_many_until_its_seats_give_out(
    app: Flask, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(at_once, "BATCH", 1)
    with app.app_context():
        vip = add_type(office.event_id, "VIP", seats_of_its_own=2)
        guests = come(office.event_id, "Ann Chan", "Bob Wong", "Cy Lee")
        waiting = come(office.event_id, "Di Ho")[0]
    ids = "".join(f"&id={one}" for one in guests)
    said = office.follow(office.press(f"/act?do=type{ids}", "/act", type_id=str(vip)))
    assert "2 guests have tickets of the type “VIP” now." in said
    assert "Its seats gave out" in said
    with app.app_context():
        assert [the(one).ticket_type_id == vip for one in guests] == [True, True, False]
        assert the(waiting).state is STATES.CONFIRMED
        assert counts_are_right(office.slug)


def test_guests_of_another_event_are_never_reached(app: Flask, office: Office) -> None:
    with app.app_context():
        mine = come(office.event_id, "Ann Chan")[0]
        other = open_office(app, app.test_client())
        stranger = come(other.event_id, "Bob Wong")[0]
    page = office.get(f"/act?do=cancel&id={mine}&id={stranger}")
    assert "Cancel 1 registration?" in page
    assert "Bob Wong" not in page
    office.press(f"/act?do=cancel&id={mine}&id={stranger}", "/act")
    tagged = office.press(f"/act?do=tag&id={mine}&id={stranger}", "/act", tag="x")
    assert tagged.status_code == 303
    with app.app_context():
        assert the(stranger).state is STATES.CONFIRMED
        assert db.session.scalars(sa.select(RegistrationTag.registration_id)).all() == [mine]


def test_nothing_ticked_and_nonsense_are_answered_in_words(app: Flask, office: Office) -> None:
    with app.app_context():
        come(office.event_id, "Ann Chan")
    answer = office.client.get(f"{office.base}/act?do=cancel&id=nonsense&q=ann")
    assert "Tick at least one guest first." in office.follow(answer)
    assert office.client.get(f"{office.base}/act?do=explode&all=1").status_code == 404
    assert "None of those chosen can take this step" in office.get("/act?do=approve&all=1")
    for query in (
        "",
        "undo=declined&at=yesterday",
        "undo=tagged&word=x",
        "undo=declined&at=2026-01-01",
    ):
        page = office.get()
        data = {"csrf_token": _token(page)}
        assert office.client.post(f"{office.base}/undo?{query}", data=data).status_code == 404


def test_an_act_reaches_five_thousand_at_most(
    app: Flask, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("forum.registrations.manage.acting.MOST_AT_ONCE", 2)
    with app.app_context():
        come(office.event_id, "Ann Chan", "Bob Wong", "Cy Lee")
        assert len(db.session.scalars(sa.select(Registration)).all()) == 3
    page = office.get("/act?do=cancel&all=1")
    assert "One act reaches at most 2." in page
    assert "Cancel 2 registrations?" in page


def _token(page: str) -> str:
    found = re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    return str(found[-1])


def _press_undo(office: Office, page: str) -> None:
    undo = re.search(r'action="([^"]*/undo[^"]*)"', page)
    assert undo is not None
    answer = office.client.post(unescape(undo[1]), data={"csrf_token": _token(page)})
    assert "Undone." in office.follow(answer)
