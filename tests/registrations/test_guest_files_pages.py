"""Guest lists through the back office: in with a preview, out with chosen columns, and round."""

from __future__ import annotations

import csv
import io
import re
import tracemalloc
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook

from forum.core.db import counted_statements, db
from forum.core.permissions import Role
from forum.registrations.models import GuestFile, GuestList, Invitation, Registration, TicketType
from tests.factories import NOW
from tests.registrations.desk import hidden_fields
from tests.registrations.guest_lists import HOUSE, LUMA, as_csv, as_workbook
from tests.registrations.many_guests import fill_with_guests
from tests.registrations.office import Office, open_office
from tests.registrations.questioning import make_question
from tests.registrations.sending_files import (
    chosen_in,
    path_of,
    press_file,
    send_file,
    take_file,
)

MEGABYTE = 1024 * 1024


@pytest.fixture
def office(app: Flask, client: FlaskClient) -> Office:
    """An event with two hundred seats and a registrar signed in."""
    return open_office(app, client)


def test_a_list_is_looked_at_before_anybody_is_registered(office: Office) -> None:
    shown = office.follow(send_file(office, as_csv(LUMA)))
    assert "2 guests are new" in shown
    assert "1 is left out: cancelled or declined there" in shown
    assert "No ticket type of this event is called Online" in shown
    with office.app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Registration)) == 0


def test_where_a_list_is_there_one_says_whether_guests_are_invited(office: Office) -> None:
    with office.app.app_context():
        made = _guest_list(office)
    page = office.get("/import")
    assert re.search(r'<select[^>]*name="target"', page)
    assert f'<option value="{made}">' in page
    assert f'<option selected value="{made}">' in office.get(f"/import?list={made}")


def test_the_preview_says_how_many_will_wait(app: Flask, client: FlaskClient) -> None:
    small = open_office(app, client, capacity=1)
    shown = small.follow(send_file(small, as_csv(LUMA)))
    assert "1 seat is left: the others of these guests wait." in shown


def test_headings_are_known_by_what_questions_ask(office: Office) -> None:
    with office.app.app_context():
        made = make_question(office.event_id, label="Position")
    rows = [("Name", "Email", "Job title 職銜"), ("Ada", "ada@example.com", "Engineer")]
    shown = office.follow(send_file(office, as_csv(rows)))
    assert f'<option value="{made.id}" selected' in shown


def test_what_the_preview_showed_is_taken_in(office: Office) -> None:
    path = path_of(office, send_file(office, as_csv(LUMA)))
    done = office.follow(press_file(office, path, "take"))
    assert "2 guests are new" in done
    assert office.names() == ["Chan Tai Man", "Ada Sample"]


def test_a_column_may_hold_something_else(office: Office) -> None:
    rows = [("Delegate", "Mail box", "Colour"), ("Ada Sample", "ada@example.com", "blue")]
    path = path_of(office, send_file(office, as_csv(rows)))
    assert "Choose which columns hold the names" in office.get(path)
    chosen = {"column-0": "name", "column-1": "email", "column-2": ""}
    shown = office.follow(press_file(office, path, "look", **chosen))
    assert "1 guest is new" in shown
    office.follow(press_file(office, path, "take", **chosen))
    assert office.names() == ["Ada Sample"]


def test_a_house_sheet_becomes_invitations(office: Office) -> None:
    with office.app.app_context():
        made = _guest_list(office)
    sent = send_file(office, as_workbook(HOUSE), target=str(made))
    path = path_of(office, sent)
    assert "1 row cannot be taken in" in office.get(path)
    office.follow(press_file(office, path, "take"))
    with office.app.app_context():
        found = db.session.scalars(sa.select(Invitation).order_by(Invitation.name)).all()
        assert [(one.name_zh, one.job_title, one.email) for one in found] == [
            ("周日朗", "Manager 經理", ""),
            ("陸煜堃", "Investment Associate 投資經理", "eason@example.com"),
        ]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "No row with headings was found"),
        (b"\xff\xfe\xff\xff\x00\xd8", "encoding cannot be told"),
        (b"PK\x03\x04broken", "The workbook is broken or locked"),
        (b"1,2\r\n3,4\r\n", "No row with headings was found"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(office: Office, content: bytes, says: str) -> None:
    answer = send_file(office, content)
    assert answer.status_code == 422
    assert says in answer.text


def test_a_missing_file_is_asked_for(office: Office) -> None:
    page = office.press("/import", "/import")
    assert page.status_code == 422
    assert "Choose a file" in page.text


def test_a_discarded_file_leaves_nothing(office: Office) -> None:
    path = path_of(office, send_file(office, as_csv(LUMA)))
    gone = office.client.post(
        f"{office.base}{path}/discard", data=hidden_fields(office.get(path)), follow_redirects=True
    )
    assert "Nothing was changed" in gone.text
    assert office.client.get(f"{office.base}{path}").status_code == 404
    with office.app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(GuestFile)) == 0


def test_a_file_is_taken_in_once(office: Office) -> None:
    path = path_of(office, send_file(office, as_csv(LUMA)))
    page = office.get(path)
    first = {**hidden_fields(page), **chosen_in(page), "act": "take"}
    second = first | {"once": "another form"}
    office.client.post(f"{office.base}{path}", data=first)
    again = office.client.post(f"{office.base}{path}", data=second)
    assert again.status_code == 409
    assert "being taken in already" in again.text


def test_a_file_of_another_event_is_not_found(office: Office, app: Flask) -> None:
    path = path_of(office, send_file(office, as_csv(LUMA)))
    other = open_office(app, app.test_client())
    assert other.client.get(f"{other.base}{path}").status_code == 404


def test_who_may_not_edit_registrations_sees_no_files(app: Flask, client: FlaskClient) -> None:
    office = open_office(app, client, role=Role.VIEWER)
    assert client.get(f"{office.base}/import").status_code == 403
    assert client.get(f"{office.base}.csv").status_code == 403


def test_an_export_holds_the_columns_that_are_chosen(office: Office) -> None:
    take_file(office, as_csv(LUMA))
    rows = _rows(office, "?column=name&column=organisation&column=tags")
    assert rows == [
        ["Full name", "Organisation", "Tags"],
        ["Ada Sample", "Sample Works", ""],
        ["Chan Tai Man", "北部都會區物流", ""],
    ]


def test_an_export_holds_the_guests_of_the_view(office: Office) -> None:
    take_file(office, as_csv(LUMA))
    assert [row[0] for row in _rows(office, "?q=chan&column=name")] == ["Full name", "Chan Tai Man"]


def test_no_cell_of_an_export_is_a_formula(office: Office) -> None:
    rows = [("Name", "Email", "Company"), ("=1+1", "ada@example.com", "＝cmd()")]
    take_file(office, as_csv(rows))
    exported = _rows(office, "?column=name&column=organisation")
    assert exported[1] == ["'=1+1", "'＝cmd()"]
    sheet = _sheet(office, "?column=name&column=organisation")
    assert sheet[1] == ["=1+1", "＝cmd()"], "a text cell is no formula"


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("lang", ["en", "zh-Hant", "zh-Hans"])
def test_a_round_trip_changes_nothing(office: Office, kind: str, lang: str) -> None:
    rows = [
        ("Name", "中文姓名", "Email", "Company"),
        ("=Ada", "雅達", "ada@example.com", "'Works'"),
    ]
    take_file(office, as_csv(rows))
    file = office.client.get(f"{office.base}.{kind}?lang={lang}").data
    path = path_of(office, send_file(office, file))
    press_file(office, path, "take")
    with office.app.app_context():
        counts = db.session.scalars(sa.select(GuestFile.counts).order_by(GuestFile.id)).all()
        assert counts[-1] == {"same": 1}


def test_an_export_takes_as_many_statements_for_one_guest_as_for_thirty(office: Office) -> None:
    counts = []
    for number in (1, 29):
        guests = [(f"Guest {n}", f"x{number}.{n}@example.com") for n in range(number)]
        take_file(office, as_csv([("Name", "Email"), *guests]))
        with office.app.app_context():
            engine = db.engine
        with counted_statements(engine) as seen:
            assert len(_rows(office, "?column=name")) in {2, 31}
        counts.append(len(seen))
    assert counts[0] == counts[1]


@pytest.mark.soak
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_export_needs_the_same_memory_for_any_number(
    office: Office, kind: str, *, full_figures: bool
) -> None:
    with office.app.app_context():
        fill_with_guests(office.event_id, 100_000 if full_figures else 4_000)
    tracemalloc.start()
    size = 0
    answer = office.client.get(f"{office.base}.{kind}", buffered=False)
    for piece in answer.response:
        size += len(piece)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    answer.close()
    assert size > 40_000
    assert peak < 24 * MEGABYTE


def _guest_list(office: Office) -> Any:
    made = GuestList(
        event_id=office.event_id,
        ticket_type_id=db.session.scalars(sa.select(TicketType.id)).one(),
        name="VIP",
        created_at=NOW,
    )
    db.session.add(made)
    db.session.commit()
    return made.id


def _rows(office: Office, query: str = "") -> list[list[str]]:
    answer = office.client.get(f"{office.base}.csv{query}")
    assert answer.status_code == 200
    assert answer.data.startswith("\ufeff".encode())
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


def _sheet(office: Office, query: str = "") -> list[list[Any]]:
    answer = office.client.get(f"{office.base}.xlsx{query}")
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
    return book.get_sheet_by_index(0).to_python()
