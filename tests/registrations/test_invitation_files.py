"""Invitations as a file and back: chosen columns, no formula, nothing changed on the way."""

from __future__ import annotations

import csv
import io
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook

from forum.core.audit import AuditEntry
from forum.core.db import counted_statements, db
from forum.core.permissions import Role
from forum.registrations.models import GuestFile, Invitation
from forum.registrations.queries import invitation_exports
from tests.registrations.guest_lists import as_csv
from tests.registrations.inviting import all_invitations, invite, invited, made_list
from tests.registrations.office import Office, open_office
from tests.registrations.sending_files import path_of, press_file, send_file

CHAIR = {
    "salutation": "The Hon.", "name": "=Chan Tai Man", "name_zh": "陳大文", "post_nominals": "GBM",
    "job_title": "Chairman", "organisation": "'Works'", "email": "chair@example.com",
    "phone": "+852 5174 2180", "lang": "zh-Hant", "companions": 2, "precedence": 1,
    "seating": "Row 1", "greet": True, "note": "Two lines:\nan aisle seat",
}  # fmt: skip


@pytest.fixture
def office(app: Flask, client: FlaskClient) -> Office:
    return open_office(app, client)


@pytest.fixture
def lists(office: Office) -> tuple[UUID, UUID]:
    """Two lists: a chair with everything that may be known, and somebody without an address."""
    with office.app.app_context():
        vip = made_list(office.event_id, "VIP", companions=1)
        media = made_list(office.event_id, "Media")
        invite(office.event_id, vip, invited("chair", **CHAIR))
        letter = invited("letter", email="", name="周日朗", name_zh="周日朗", lang="zh-Hans")
        invite(office.event_id, media, letter)
        return vip, media


@pytest.mark.both_databases
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("lang", ["en", "zh-Hant", "zh-Hans"])
def test_a_round_trip_changes_nothing(
    office: Office, lists: tuple[UUID, UUID], kind: str, lang: str
) -> None:
    with office.app.app_context():
        before = _everything(office.event_id)
    names = "&".join(f"column={name}" for name in _columns(office))
    answer = office.client.get(f"{office.base}/invitations.{kind}?{names}&lang={lang}")
    path = path_of(office, send_file(office, answer.data, target=str(lists[1])))
    assert "2 guests are known" in office.get(f"{path}?lang=en")
    press_file(office, path, "take")
    with office.app.app_context():
        assert db.session.scalars(sa.select(GuestFile.counts)).one() == {"same": 2}
        assert _everything(office.event_id) == before


def test_what_one_event_gave_makes_the_same_invitations_at_another(
    office: Office, lists: tuple[UUID, UUID], app: Flask
) -> None:
    assert lists
    other = open_office(app, app.test_client())
    with app.app_context():
        usual = made_list(other.event_id, "Everybody")
        vip = made_list(other.event_id, "vip")
    file = office.client.get(f"{office.base}/invitations.csv").data
    path = path_of(other, send_file(other, file, target=str(usual)))
    press_file(other, path, "take")
    with app.app_context():
        chair, letter = all_invitations(other.event_id)
        assert {name: getattr(chair, name) for name in CHAIR} == CHAIR | {
            "note": "Two lines: an aisle seat"
        }
        assert (chair.list_id, letter.list_id, letter.greet) == (vip, usual, False)


def test_a_file_holds_the_columns_and_the_guests_that_are_chosen(
    office: Office, lists: tuple[UUID, UUID]
) -> None:
    assert _rows(office, "?column=name&column=seating&column=state") == [
        ["Full name", "Row, table or seat", "Status"],
        ["'=Chan Tai Man", "Row 1", "Not sent yet"],
        ["周日朗", "", "Not sent yet"],
    ]
    assert len(_rows(office, f"?list={lists[0]}")) == 2
    assert len(_rows(office, "?q=周日")) == 2
    assert len(_rows(office, "?state=sent")) == 1
    page = office.get(f"/invitations/export?list={lists[0]}")
    assert "The one invitation of the view you came from." in page
    assert f'name="list" value="{lists[0]}"' in page


def test_no_cell_is_a_formula(office: Office, lists: tuple[UUID, UUID]) -> None:
    assert lists
    sheet = office.client.get(f"{office.base}/invitations.xlsx?column=name")
    book = CalamineWorkbook.from_filelike(io.BytesIO(sheet.data))
    assert book.get_sheet_by_index(0).to_python()[1] == ["=Chan Tai Man"], "a text cell is none"
    assert _rows(office, "?column=phone")[1] == ["'+852 5174 2180"]


def test_that_somebody_took_the_file_is_noted_without_personal_data(
    office: Office, lists: tuple[UUID, UUID]
) -> None:
    assert lists
    _rows(office, "?column=name")
    with office.app.app_context():
        entry = db.session.scalars(
            sa.select(AuditEntry).where(AuditEntry.action == "invitations.exported")
        ).one()
        assert entry.details == {"columns": ["name"], "view": {}}


@pytest.mark.both_databases
def test_all_come_once_in_their_order_however_many_at_a_time(
    office: Office, lists: tuple[UUID, UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invitation_exports, "AT_ONCE", 3)
    with office.app.app_context():
        more = [invited(number, precedence=number % 4 or None) for number in range(10)]
        invite(office.event_id, lists[0], *more)
    rows = _rows(office, "?column=precedence&column=name")[1:]
    assert len(rows) == len({tuple(row) for row in rows}) == 12
    places = [int(row[0]) if row[0] else 99 for row in rows]
    assert places == sorted(places)


def test_a_file_takes_as_many_statements_for_one_guest_as_for_thirty(office: Office) -> None:
    with office.app.app_context():
        listed = made_list(office.event_id)
        engine = db.engine
    counts = []
    for number in (1, 29):
        with office.app.app_context():
            invite(office.event_id, listed, *(invited(f"{number}-{one}") for one in range(number)))
        with counted_statements(engine) as seen:
            assert len(_rows(office, "?column=name")) in {2, 31}
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_who_may_see_no_registrations_gets_no_file(app: Flask, client: FlaskClient) -> None:
    office = open_office(app, client, role=Role.VIEWER)
    for path in ("/invitations.csv", "/invitations.xlsx", "/invitations/export"):
        assert client.get(f"{office.base}{path}").status_code == 403
    stranger = open_office(app, app.test_client())
    assert stranger.client.get(f"{office.base}/invitations.csv").status_code == 404


@pytest.mark.both_databases
def test_who_stays_on_another_list_is_named_before_and_after(
    office: Office, lists: tuple[UUID, UUID]
) -> None:
    """Moving guests in a sheet moves nobody here: the file says so, with each row."""
    with office.app.app_context():
        keys = [str(one.id) for one in all_invitations(office.event_id)]
    rows = [
        ("Invitation key", "Guest list", "Name"),
        (keys[0], "media", "=Chan Tai Man"),
        (keys[1], "Media", "周日朗"),
        ("", "VIPs", "Somebody New"),
    ]
    path = path_of(office, send_file(office, as_csv(rows), target=str(lists[0])))
    page = office.get(path)
    says = "The guest stays on the list “VIP”, and is changed there."
    assert page.count(says) == 1
    assert "What stays as it is" in page
    assert "No guest list of this event is called VIPs" in page
    done = office.follow(press_file(office, path, "take"))
    assert "Rows to look at" in done
    assert done.count(says) == 1
    with office.app.app_context():
        kept = db.session.scalars(sa.select(GuestFile)).one()
        assert kept.counts == {"new": 1, "same": 2}
        assert [(number, name) for number, name, *_ in kept.problems] == [(2, "=Chan Tai Man")]
        assert {one.name: one.list_id for one in all_invitations(office.event_id)} == {
            "=Chan Tai Man": lists[0],
            "周日朗": lists[1],
            "Somebody New": lists[0],
        }


def test_yes_and_no_are_read_in_three_languages(office: Office, lists: tuple[UUID, UUID]) -> None:
    rows = [
        ("Name", "Email", "Tell the greeter"),
        *((f"Guest {place}", f"g{place}@example.com", said) for place, said in enumerate("是否")),
        ("Guest 2", "g2@example.com", "Yes"),
        ("Guest 3", "g3@example.com", "perhaps"),
    ]
    path = path_of(office, send_file(office, as_csv(rows), target=str(lists[0])))
    press_file(office, path, "take")
    with office.app.app_context():
        found = [one.greet for one in all_invitations(office.event_id) if "Guest" in one.name]
        assert found == [True, False, True, False]


def _columns(office: Office) -> list[str]:
    page = office.get("/invitations/export")
    return [part.split('"')[0] for part in page.split('name="column" value="')[1:]]


def _everything(event_id: UUID) -> list[dict[str, Any]]:
    return [
        {column.key: getattr(one, column.key) for column in sa.inspect(Invitation).columns}
        for one in all_invitations(event_id)
    ]


def _rows(office: Office, query: str = "") -> list[list[str]]:
    answer = office.client.get(f"{office.base}/invitations.csv{query}")
    assert answer.status_code == 200
    assert answer.data.startswith("\ufeff".encode())
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
