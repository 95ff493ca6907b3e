"""Guest lists in files: all shapes are read, good rows go in, bad ones are named, never twice."""

from __future__ import annotations

import os
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from forum.core.actor import SYSTEM
from forum.core.db import counted_statements, db
from forum.core.outbox import OutboxRow
from forum.core.tables import UnreadableTable
from forum.events.models import Event
from forum.registrations import service
from forum.registrations.models import GuestFile, Registration
from forum.registrations.recount import recount
from forum.registrations.rules import ConsentSource, GuestFileState, NoGuestsFound
from forum.registrations.rules import RegistrationState as State
from forum.registrations.service import guest_files
from forum.registrations.service.consenting import opt_out
from forum.registrations.service.guest_files import begin, keep_file
from forum.registrations.service.guest_previews import preview
from forum.registrations.service.reading_guests import guests_in, read_table
from forum.registrations.service.taking_in import go_on, take_in_some
from tests.factories import NOW, attendee, make_event
from tests.registrations.guest_lists import HOUSE, LUMA, PRETIX, as_csv, as_workbook

MANY = 1203
FOLDER = Path(os.environ.get("FORUM_SHARED_DATA", "../shared/data")) / "guests"
REAL = (
    "eventbrite_new.csv",
    "hievents.csv",
    "house.csv",
    "house.xlsx",
    "luma_new.csv",
    "pretix.csv",
)


@pytest.fixture
def event_id(in_app: Flask) -> UUID:
    """An event with three seats."""
    assert in_app
    return make_event(capacity=3).id


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", ","),
        ("utf-8-sig", ";"),
        ("utf-16", "\t"),
        ("big5hkscs", ","),
        ("utf-8-sig", "\t"),
    ],
)
def test_a_list_is_read_in_every_encoding_and_with_every_separator(
    event_id: UUID, encoding: str, mark: str
) -> None:
    table = read_table(as_csv(LUMA, encoding, mark))
    rows = list(guests_in(table, guest_files.guessed(event_id, table)))
    assert [row.name for row in rows] == ["Ada Sample", "Ben Sample", "Chan Tai Man"]
    assert [row.name_zh for row in rows] == ["樣本雅達", "", "陳大文"]
    assert [row.email for row in rows] == ["ada@example.com", "BEN@example.com", "chan@example.com"]
    assert [row.leaves for row in rows] == [False, True, False]


def test_the_first_of_repeated_headings_is_the_attendees(event_id: UUID) -> None:
    table = read_table(as_csv(PRETIX))
    (row,) = guests_in(table, guest_files.guessed(event_id, table))
    assert (row.email, row.organisation) == ("ada@example.com", "Sample Works")


def test_a_house_sheet_has_titles_above_and_a_sum_below(event_id: UUID) -> None:
    table = read_table(as_workbook(HOUSE))
    rows = list(guests_in(table, guest_files.guessed(event_id, table)))
    assert [(row.number, row.name_zh) for row in rows] == [(4, "陸煜堃"), (5, "周日朗"), (6, "")]
    assert rows[0].organisation == "“Made Here” Collective 「本地製造」聯盟"
    assert [str(row.problem) for row in rows if row.problem] == [
        "“not an address” is no email address."
    ]


def test_what_names_no_columns_is_refused_in_words() -> None:
    with pytest.raises(NoGuestsFound):
        read_table(b"1,2,3\r\n4,5,6\r\n")
    with pytest.raises(UnreadableTable):
        read_table(b"\xff\xfe\xff\xff\x00\xd8")


@pytest.mark.both_databases
def test_good_rows_go_in_and_bad_ones_are_named(event_id: UUID) -> None:
    rows = [
        ("Name", "Email", "Company"),
        *((f"Guest {n}", f"guest{n}@example.com", "Sample Works") for n in range(5)),
        ("Broken", "no address", ""),
        ("Twice", "guest1@example.com", ""),
        ("", "nameless@example.com", ""),
    ]
    kept = _take_in(event_id, as_csv(rows))
    assert kept.counts == {"new": 5, "waiting": 2, "refused": 3}
    assert [problem[0] for problem in kept.problems] == [7, 8, 9]
    assert kept.content is None
    states = db.session.scalars(sa.select(Registration.state)).all()
    assert (states.count(State.CONFIRMED), states.count(State.WAITLISTED)) == (3, 2)
    assert all(one.agrees for one in recount())


@pytest.mark.both_databases
def test_the_same_file_again_changes_nothing_and_mails_nobody(event_id: UUID) -> None:
    content = as_csv(LUMA)
    assert _take_in(event_id, content).counts == {"new": 2, "left_out": 1}
    before = _outbox()
    assert _take_in(event_id, content).counts == {"same": 2, "left_out": 1}
    assert _outbox() == before + 1, "the file itself alone"


def test_a_changed_row_changes_its_guest_alone(event_id: UUID) -> None:
    _take_in(event_id, as_csv(LUMA))
    again = [LUMA[0], tuple(cell.replace("Sample Works", "Other Works") for cell in LUMA[1])]
    assert _take_in(event_id, as_csv(again)).counts == {"changed": 1}
    found = db.session.scalars(sa.select(Registration).order_by(Registration.name)).all()
    assert [one.organisation for one in found] == ["Other Works", "北部都會區物流"]


def test_tickets_are_mailed_only_where_that_was_chosen(event_id: UUID) -> None:
    _take_in(event_id, as_csv(LUMA[:2]))
    quiet = db.session.scalars(_confirmed()).all()
    assert [one.payload["quiet"] for one in quiet] == [True]
    _take_in(event_id, as_csv([LUMA[0], LUMA[3]]), send_mails=True)
    assert sorted(one.payload["quiet"] for one in db.session.scalars(_confirmed())) == [False, True]


def test_who_opted_out_beats_the_file(event_id: UUID) -> None:
    organisation_id = organisation_of(event_id)
    opt_out(organisation_id, "ada@example.com", ConsentSource.MAIL, NOW)
    kept = _take_in(event_id, as_csv(LUMA))
    assert kept.counts == {"new": 1, "left_out": 1, "refused": 1}
    assert "opted out" in kept.problems[0][2]


def test_a_guest_who_registered_alone_is_known_in_the_file(event_id: UUID) -> None:
    ada = attendee("ada", email="ada@example.com", email_key="ada@example.com")
    service.register(SYSTEM, event_id, ada, form_key=None, now=NOW)
    shown = preview(_kept(event_id, as_csv(LUMA)))
    assert (shown.new, shown.known, shown.left_out) == (1, 1, 1)
    assert list(shown.unknown_types) == ["Online"]


def test_a_large_file_is_taken_in_some_at_a_time_and_goes_on_where_it_stood(
    event_id: UUID,
) -> None:
    rows = [("Name", "Email"), *((f"Guest {n}", f"g{n}@example.com") for n in range(MANY))]
    kept = _kept(event_id, as_csv(rows))
    begin(SYSTEM, event_id, kept.id, now=NOW)
    calls = 0
    while take_in_some(kept.id, now=NOW, seconds=0):
        go_on(kept.id, now=NOW)
        calls += 1
    done = guest_files.kept_file(event_id, kept.id)
    assert calls > 1
    assert done.counts == {"new": MANY, "waiting": MANY - 3}
    assert done.state is GuestFileState.DONE
    assert all(one.agrees for one in recount())


def test_known_guests_are_looked_up_together(event_id: UUID) -> None:
    counts = []
    for number in (1, 30):
        rows = [
            ("Name", "Email"),
            *((f"G{n}", f"x{number}-{n}@example.com") for n in range(number)),
        ]
        kept = _kept(event_id, as_csv(rows))
        with counted_statements(db.engine) as seen:
            preview(kept)
        counts.append(len(seen))
    assert counts[0] == counts[1]


@pytest.mark.skipif(not FOLDER.exists(), reason="the folder is not part of a release")
@pytest.mark.parametrize("name", REAL)
def test_real_exports_are_read(event_id: UUID, name: str) -> None:
    table = read_table((FOLDER / name).read_bytes())
    rows = list(guests_in(table, guest_files.guessed(event_id, table)))
    assert len(rows) == 60
    assert [str(row.problem) for row in rows if row.problem] == []
    assert all(row.name for row in rows)


def organisation_of(event_id: UUID) -> UUID:
    """Return whose event it is."""
    return db.session.get_one(Event, event_id).organisation_id


def _kept(event_id: UUID, content: bytes) -> GuestFile:
    file_id = keep_file(SYSTEM, event_id, "guests.csv", content, now=NOW)
    return guest_files.kept_file(event_id, file_id)


def _take_in(event_id: UUID, content: bytes, *, send_mails: bool = False) -> GuestFile:
    kept = _kept(event_id, content)
    columns = guest_files.columns_of(kept)
    guest_files.choose(
        SYSTEM,
        event_id,
        kept.id,
        columns,
        type_id=None,
        leave_out=True,
        send_mails=send_mails,
    )
    begin(SYSTEM, event_id, kept.id, now=NOW)
    assert not take_in_some(kept.id, now=NOW)
    return guest_files.kept_file(event_id, kept.id)


def _outbox() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(OutboxRow)) or 0


def _confirmed() -> sa.Select[OutboxRow]:
    return sa.select(OutboxRow).where(OutboxRow.topic == "registration.confirmed")
