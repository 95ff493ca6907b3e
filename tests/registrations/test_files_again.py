"""A guest list that comes again: answers, addresses, who has gone, and types that change."""

from __future__ import annotations

import threading
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from forum.core.actor import SYSTEM
from forum.core.db import db
from forum.registrations import service
from forum.registrations.models import Answer, GuestFile, Registration, TicketType
from forum.registrations.recount import recount
from forum.registrations.rules import AskedPer, Ended, QuestionKind
from forum.registrations.rules import RegistrationState as State
from forum.registrations.service import guest_files, seating, taking_in
from forum.seats import service as seats
from forum.seats.rules import PoolAbout
from tests.factories import NOW, make_event, text
from tests.registrations.guest_lists import as_csv
from tests.registrations.office import come
from tests.registrations.questioning import make_question

HEADER = ("Reference", "Name", "Email", "Job title", "Shoe size")


@pytest.fixture
def event_id(app: Flask) -> UUID:
    """An event that asks for a job title and a number."""
    with app.app_context():
        made = make_event(capacity=50).id
        make_question(made, label="Job title")
        make_question(made, QuestionKind.NUMBER, "Shoe size")
        return made


def test_answers_are_taken_as_the_form_takes_them(app: Flask, event_id: UUID) -> None:
    rows = [HEADER, ("", "Ada", "ada@example.com", "Engineer", "many")]
    with app.app_context():
        kept = take_in(event_id, rows)
        assert kept.counts == {"new": 1}
        assert [one[2] for one in kept.problems] == [
            "The guest is taken in, but “%(cell)s” is no answer."
        ]
        assert db.session.scalars(sa.select(Answer.value)).all() == [["Engineer"]]


def test_a_later_file_changes_answers_and_says_so(app: Flask, event_id: UUID) -> None:
    with app.app_context():
        take_in(event_id, [HEADER, ("", "Ada", "ada@example.com", "Engineer", "39")])
        again = [HEADER, ("", "Ada", "ada@example.com", "Director", "39")]
        assert take_in(event_id, again).counts == {"changed": 1}
        assert take_in(event_id, again).counts == {"same": 1}
        values = db.session.scalars(sa.select(Answer.value)).all()
        assert sorted(str(one[0]) for one in values) == ["39", "Director"]


def test_what_is_asked_of_a_whole_booking_is_no_guests_answer(app: Flask) -> None:
    with app.app_context():
        made = make_event().id
        make_question(made, label="Job title", per=AskedPer.BOOKING)
        take_in(made, [HEADER, ("", "Ada", "ada@example.com", "Engineer", "")])
        assert db.session.scalars(sa.select(Answer)).all() == []


def test_who_has_cancelled_here_is_not_registered_anew_by_reference(
    app: Flask, event_id: UUID
) -> None:
    with app.app_context():
        ada = come(event_id, "Ada")[0]
        service.cancel(SYSTEM, ada, now=NOW, ended=Ended.GUEST)
        kept = take_in(event_id, [HEADER, (code_of(ada), "Ada", "ada@example.com", "", "")])
        assert kept.counts == {"left_out": 1}
        assert db.session.scalars(sa.select(Registration.state)).all() == [State.CANCELLED]


def test_types_that_grow_are_not_for_files(app: Flask, event_id: UUID) -> None:
    with app.app_context():
        pool = seats.open_pool(db.session(), event_id, 0, PoolAbout.SPEAKERS)
        speaker = TicketType(
            event_id=event_id, pool_id=pool.id, number=9, name=text("Speaker"), position=90
        )
        db.session.add(speaker)
        db.session.commit()
        rows = [("Name", "Email", "Ticket type"), ("Ada", "ada@example.com", "Speaker")]
        assert take_in(event_id, rows).counts == {"new": 1}
        one = db.session.scalars(sa.select(Registration)).one()
        assert (one.state, one.ticket_type_id != speaker.id) == (State.CONFIRMED, True)


@pytest.mark.both_databases
def test_a_file_and_a_guest_who_cancels_do_not_wait_for_each_other(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file knows the guest and brings a new one; both want the pool and the guest's row."""
    with app.app_context():
        event_id = make_event(capacity=50).id
        known = come(event_id, "Ada")[0]
        rows = [("Name", "Email"), ("Ada Lovelace", "ada@example.com"), ("New", "n@example.com")]
        file_id = begun(event_id, rows)
    meet = threading.Barrier(2)
    first: set[str] = set()
    lock = seating.lock_pools

    def _meet_before_or_after(session: object, pool_ids: object) -> None:
        who = threading.current_thread().name
        comes_first = who not in first
        first.add(who)
        if who == "file" and comes_first:
            wait_for(meet)
        lock(session, pool_ids)  # type: ignore[arg-type]  # the real one's own arguments
        if who == "cancel" and comes_first:
            wait_for(meet)

    monkeypatch.setattr(seating, "lock_pools", _meet_before_or_after)
    failed: list[Exception] = []

    def _run(act: str) -> None:
        with app.app_context():
            try:
                if act == "file":
                    taking_in.take_in_some(file_id, now=NOW)
                else:
                    service.cancel(SYSTEM, known, now=NOW + timedelta(minutes=1))
            except Exception as problem:  # noqa: BLE001 - the test looks at it
                failed.append(problem)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=_run, args=(one,), name=one) for one in ("file", "cancel")]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert failed == []
    with app.app_context():
        assert all(one.agrees for one in recount())


def wait_for(meet: threading.Barrier) -> None:
    """Meet the other, or go on alone where it cannot come here (one writer at a time)."""
    try:
        meet.wait(3)
    except threading.BrokenBarrierError:
        return


def code_of(registration_id: UUID) -> str:
    """Return a guest's reference."""
    return db.session.get_one(Registration, registration_id).code


def begun(event_id: UUID, rows: list[tuple[str, ...]]) -> UUID:
    """Send a file and begin to take it in."""
    file_id = guest_files.keep_file(SYSTEM, event_id, "guests.csv", as_csv(rows), now=NOW)
    guest_files.begin(SYSTEM, event_id, file_id, now=NOW)
    return file_id


def take_in(event_id: UUID, rows: list[tuple[str, ...]]) -> GuestFile:
    """Send a file, take it in, and return what became of it."""
    file_id = begun(event_id, rows)
    assert not taking_in.take_in_some(file_id, now=NOW)
    return guest_files.kept_file(event_id, file_id)
