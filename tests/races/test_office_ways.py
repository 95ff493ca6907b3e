"""What an office does while guests come: files, doubles, codes, the door; each with a control."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import psycopg
import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from forum.checkin.service import stand_by as letting_in
from forum.checkin.service.stand_by import admit_standing
from forum.core.actor import ANONYMOUS, SYSTEM
from forum.core.db import db, writing
from forum.core.errors import DomainError
from forum.events.models import Event
from forum.registrations import service
from forum.registrations.models import (
    AccessCode,
    GuestFile,
    Registration,
    RegistrationPolicy,
    StandBy,
)
from forum.registrations.recount import recount, recount_codes, recount_places
from forum.registrations.rules import Access, GuestFileState, RegistrationState
from forum.registrations.rules.listing import NotTheSame
from forum.registrations.service import making_codes, merging, taking_in
from forum.registrations.service.guest_files import begin, keep_file
from forum.registrations.service.making_codes import CodesWanted, make_codes, revoke_codes
from forum.registrations.service.merging import merge
from forum.registrations.service.replying import Reply, accept, decline
from forum.registrations.service.standing_by import stand_by
from forum.registrations.service.taking_in import take_in_some
from forum.seats import service as seats
from tests.factories import NOW, attendee, make_event, make_workshop
from tests.races.crowd import all_at_once
from tests.registrations.inviting import all_invitations, invite, invited, made_list
from tests.registrations.ticket_types import come, make_type

CROWD, ROWS, SEATS = 24, 20, 16
both_databases = pytest.mark.both_databases


@pytest.fixture
def event_id(app: Flask) -> UUID:
    """An event of 16 seats with a queue at the door."""
    with app.app_context():
        event = make_event(capacity=SEATS)
        with writing() as session:
            session.get_one(RegistrationPolicy, event.id).stand_by = True
        return event.id


def untrue() -> list[object]:
    """Return the counters that do not say what the rows say."""
    db.session.rollback()
    counted = [*recount(), *recount_codes(), *recount_places()]
    return [one for one in counted if not one.agrees]


def file_of(event_id: UUID, lines: Sequence[str]) -> UUID:
    """Send a file and choose that it goes in."""
    content = "\n".join(["Name,Email", *lines]).encode()
    file_id = keep_file(SYSTEM, event_id, "guests.csv", content, now=NOW)
    begin(SYSTEM, event_id, file_id, now=NOW)
    return file_id


def register(event_id: UUID, name: str) -> UUID:
    """Come by the public form."""
    done = service.register(ANONYMOUS, event_id, attendee(name), form_key=None, now=NOW)
    return done.registration_id


def states(event_id: UUID) -> Counter[RegistrationState]:
    """Return how many registrations are in each state."""
    db.session.rollback()
    wanted = sa.select(Registration.state).where(Registration.event_id == event_id)
    return Counter(db.session.scalars(wanted))


@both_databases
def test_a_file_taken_in_by_four_workers_while_a_crowd_registers_seats_each_row_once(
    app: Flask, event_id: UUID
) -> None:
    assert _rows_of_a_file(app, event_id) == ROWS
    with app.app_context():
        assert untrue() == []
        assert states(event_id) == {
            RegistrationState.CONFIRMED: SEATS,
            RegistrationState.WAITLISTED: CROWD - 4 + ROWS - SEATS,
        }


@both_databases
def test_the_control_that_begins_where_it_once_stood_takes_rows_in_again(
    app: Flask, event_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without what the file's row says under its lock, each worker takes all rows in."""

    def _as_read_before(session: Session, file_id: UUID) -> GuestFile:
        kept = session.get_one(GuestFile, file_id, with_for_update=True, populate_existing=True)
        kept.rows_done, kept.state, kept.done_at = 0, GuestFileState.RUNNING, None
        return kept

    monkeypatch.setattr(taking_in, "_held", _as_read_before)
    assert _rows_of_a_file(app, event_id) > ROWS


def _rows_of_a_file(app: Flask, event_id: UUID) -> int:
    """Let four workers take one file in beside a crowd; return how many rows it says it took."""
    with app.app_context():
        lines = [f"Sample Row {number},row{number}@example.com" for number in range(ROWS)]
        file_id = file_of(event_id, lines)
    begun = threading.Barrier(4)
    table_of = taking_in.table_of

    def _all_have_read(kept: GuestFile) -> Any:
        found = table_of(kept)
        begun.wait(30)
        return found

    def _act(number: int) -> object:
        if number >= 4:
            return register(event_id, str(number))
        return take_in_some(file_id, now=NOW)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(taking_in, "table_of", _all_have_read)
        answers = all_at_once(app, CROWD, _act)
    assert [one for one in answers if isinstance(one, Exception)] == []
    with app.app_context():
        counts = db.session.get_one(GuestFile, file_id).counts
        return sum(int(counts.get(what, 0)) for what in ("new", "changed", "same"))


@both_databases
def test_doubles_merged_from_both_sides_at_once_leave_one_of_them(
    app: Flask, event_id: UUID
) -> None:
    answers = _merged_from_both_sides(app, event_id)
    assert sum(isinstance(one, NotTheSame) for one in answers) == len(answers) - 1
    with app.app_context():
        assert states(event_id)[RegistrationState.CONFIRMED] == 1
        assert untrue() == []


@both_databases
def test_the_control_that_does_not_look_who_stands_loses_both(
    app: Flask, event_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the look under the lock each takes the other away."""
    monkeypatch.setattr(merging, "_check", lambda *_: None)
    _merged_from_both_sides(app, event_id)
    with app.app_context():
        assert states(event_id)[RegistrationState.CONFIRMED] == 0


def _merged_from_both_sides(app: Flask, event_id: UUID) -> list[object]:
    with app.app_context():
        one, other = register(event_id, "a"), register(event_id, "b")
    pairs = [(one, other), (other, one)]
    return list(all_at_once(app, 8, lambda number: merge(SYSTEM, *pairs[number % 2], now=NOW)))


@both_databases
def test_who_stood_by_and_is_let_in_by_twelve_at_once_comes_once(
    app: Flask, event_id: UUID
) -> None:
    with app.app_context():
        stand_by(SYSTEM, event_id, "Sample Walk-in", "", now=NOW)
    answers = _let_in(app, event_id)
    assert sum(not one.again for one in answers) == 1
    with app.app_context():
        assert states(event_id) == {RegistrationState.CONFIRMED: 1}
        assert untrue() == []


@both_databases
def test_twelve_who_stood_by_are_let_in_at_once_and_all_are_counted(
    app: Flask, event_id: UUID
) -> None:
    with app.app_context():
        for number in range(12):
            stand_by(SYSTEM, event_id, f"Sample Walk-in {number}", "", now=NOW)
    _let_in(app, event_id)
    with app.app_context():
        assert states(event_id) == {RegistrationState.CONFIRMED: 12}
        assert untrue() == []


@both_databases
def test_the_control_that_does_not_look_who_is_in_lets_one_person_in_often(
    app: Flask, event_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without what the held row says, each who presses the button makes a registration."""
    with app.app_context():
        stand_by(SYSTEM, event_id, "Sample Walk-in", "", now=NOW)
    held = letting_in.held_stand_by

    def _as_read_before(*which: Any) -> StandBy:
        one = held(*which)
        one.admitted_at = None
        return one

    monkeypatch.setattr(letting_in, "held_stand_by", _as_read_before)
    _let_in(app, event_id)
    with app.app_context():
        assert states(event_id)[RegistrationState.CONFIRMED] > 1


def _let_in(app: Flask, event_id: UUID) -> list[Any]:
    with app.app_context():
        queue = sa.select(StandBy.id).where(StandBy.event_id == event_id)
        ids = db.session.scalars(queue.order_by(StandBy.number)).all()
    return all_at_once(
        app, 12, lambda number: admit_standing(SYSTEM, event_id, ids[number % len(ids)], now=NOW)
    )


@both_databases
def test_codes_of_one_block_revoked_one_by_one_at_once_while_guests_use_them_keep_seats_true(
    app: Flask, event_id: UUID
) -> None:
    kind, ids, codes = _codes(app, event_id)

    def _act(number: int) -> object:
        if number % 3 == 0:
            return revoke_codes(SYSTEM, event_id, [ids[number // 3]], now=NOW)
        return come(event_id, kind, str(number), code=codes[number // 3])

    answers = all_at_once(app, CROWD, _act)
    wrong = [one for one in answers if isinstance(one, Exception)]
    assert [one for one in wrong if not isinstance(one, DomainError)] == []
    with app.app_context():
        assert untrue() == []
        assert [one.about for one in recount()] == ["event"], "no code is left to keep seats for"


def test_the_control_that_holds_its_own_code_before_the_others_is_a_deadlock(
    on_postgres: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each who revokes holds the code that the other wants next."""
    with on_postgres.app_context():
        event_id = make_event(capacity=SEATS).id
    _, ids, _ = _codes(on_postgres, event_id)
    both_have_one, mine = threading.Barrier(2, timeout=20), threading.local()
    held_codes = making_codes._held_codes

    def _own_first(session: Session, which: sa.ColumnElement[bool]) -> Any:
        held_codes(session, AccessCode.id == mine.code)
        both_have_one.wait()
        return held_codes(session, which)

    def _revoke(number: int) -> object:
        mine.code = ids[number]
        return revoke_codes(SYSTEM, event_id, [ids[number]], now=NOW)

    monkeypatch.setattr(making_codes, "_held_codes", _own_first)
    answers = all_at_once(on_postgres, 2, _revoke)
    (failed,) = [one for one in answers if isinstance(one, OperationalError)]
    assert isinstance(failed.orig, psycopg.errors.DeadlockDetected)


def _codes(app: Flask, event_id: UUID) -> tuple[UUID, list[UUID], list[str]]:
    with app.app_context():
        kind = make_type(event_id, "By code", access=Access.CODE)
        make_codes(SYSTEM, event_id, CodesWanted(kind, 8, uses=2, kept=12), now=NOW)
        rows = db.session.execute(
            sa.select(AccessCode.id, AccessCode.code).order_by(AccessCode.id)
        ).all()
        return kind, [row.id for row in rows], [row.code for row in rows]


@both_databases
def test_an_office_at_work_while_guests_come_and_go_leaves_no_counter_untrue(
    app: Flask, event_id: UUID
) -> None:
    answers = _office_and_guests(app, event_id)
    wrong = [one for one in answers if isinstance(one, Exception)]
    assert [one for one in wrong if not isinstance(one, DomainError)] == []
    with app.app_context():
        assert untrue() == []


@both_databases
def test_the_control_that_forgets_a_seat_is_seen(
    app: Flask, event_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where who leaves keeps a counter raised, the recount after the crowd says so."""
    free = seats.leave

    def _forget(session: Session, pool_id: UUID, holder: UUID, number: int, **how: Any) -> Any:
        return free(session, pool_id, holder, number - 1, **how)

    monkeypatch.setattr(seats, "leave", _forget)
    _office_and_guests(app, event_id)
    with app.app_context():
        assert untrue()


def _office_and_guests(app: Flask, event_id: UUID) -> list[object]:
    with app.app_context():
        workshop = make_workshop(db.session.get_one(Event, event_id), places=3).id
        ids = [register(event_id, f"before{number}") for number in range(12)]
        list_id = made_list(event_id, kept=3)
        invite(event_id, list_id, *(invited(number, companions=1) for number in range(8)))
        invitations = [one.id for one in all_invitations(event_id)]
        stand_by(SYSTEM, event_id, "Sample Walk-in", "", now=NOW)
        queue = db.session.scalars(sa.select(StandBy.id)).all()
        lines = [f"Sample Row {number},row{number}@example.com" for number in range(6)]
        files = [file_of(event_id, lines) for _ in range(2)]

    def _act(number: int) -> object:
        chance = random.Random(number)
        one, other = chance.sample(ids, 2)
        asked = invitations[number % len(invitations)]
        acts: Sequence[Callable[[], object]] = (
            lambda: register(event_id, f"crowd{number}"),
            lambda: service.cancel(SYSTEM, one, now=NOW),
            lambda: merge(SYSTEM, one, other, now=NOW),
            lambda: accept(SYSTEM, asked, Reply(), now=NOW),
            lambda: service.take_place(SYSTEM, one, workshop, now=NOW),
            lambda: decline(SYSTEM, asked, now=NOW),
            lambda: take_in_some(files[number % 2], now=NOW),
            lambda: admit_standing(SYSTEM, event_id, queue[0], now=NOW),
        )
        return acts[number % len(acts)]()

    return list(all_at_once(app, 2 * CROWD, _act))
