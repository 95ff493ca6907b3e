"""A guest list that is taken in while others act: never a ring, and no place is given twice."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any
from uuid import UUID

import psycopg
import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from forum.core.actor import ANONYMOUS, SYSTEM
from forum.core.db import db
from forum.events.models import Event
from forum.events.service import shared_event
from forum.registrations import service
from forum.registrations.models import ChoicePlace, GuestFile, Registration
from forum.registrations.queries.questions import AskedQuestion
from forum.registrations.recount import recount
from forum.registrations.rules import TypeHasPeople
from forum.registrations.service import Result, file_choices, file_guests, guest_files, taking_in
from forum.registrations.service.choosing import ChoiceFull
from forum.registrations.service.file_choices import LimitedOptions
from forum.registrations.service.parties import AnswerGiven
from forum.registrations.service.types import remove_type
from forum.seats import service as seats
from tests.factories import NOW, attendee, make_event
from tests.races.crowd import all_at_once
from tests.registrations.guest_lists import as_csv
from tests.registrations.office import add_type, come, the
from tests.registrations.questioning import answer, make_lunch, taken
from tests.support.ground import wait_until

WAITS = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")
SHARED = "same@example.com"
FILES, FORMS, PLACES = 4, 4, 3


def test_a_corrected_address_and_a_form_that_brings_it_are_no_deadlock(
    on_postgres: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The form has written the address and wants a seat; the file waits for it, holding none."""
    event_id, file_id, ada = _file_that_corrects(on_postgres)
    form, file = _form_first(on_postgres, event_id, file_id, monkeypatch)
    assert form.result().result is Result.NEW
    assert file.result() is False
    with on_postgres.app_context():
        kept = guest_files.kept_file(event_id, file_id)
        assert kept.counts == {"new": 1, "refused": 1}
        assert [(number, name) for number, name, *_ in kept.problems] == [(3, "Ada")]
        assert the(ada).email == "ada@example.com"
        assert all(one.agrees for one in recount())


def test_the_control_that_corrects_while_it_holds_the_seats_is_a_deadlock(
    on_postgres: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file holds the pool that the form wants next, and waits for the form's address."""
    event_id, file_id, ada = _file_that_corrects(on_postgres)
    change = file_guests._change_some

    def _corrects_too(session: Session, *given: Any) -> Any:
        session.execute(
            sa.update(Registration)
            .where(Registration.id == ada)
            .values(email=SHARED, email_key=SHARED)
        )
        return change(session, *given)

    monkeypatch.setattr(taking_in, "correct_addresses", lambda *_, **__: (set(), set()))
    monkeypatch.setattr(file_guests, "_change_some", _corrects_too)
    assert _deadlocked(*_form_first(on_postgres, event_id, file_id, monkeypatch))


def test_a_file_and_its_type_that_is_removed_are_no_deadlock(
    on_postgres: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both want the event first: whoever removes the type waits until the rows are in."""
    file, removal = _removed_meanwhile(on_postgres, monkeypatch)
    assert file.result() is False
    assert isinstance(removal.exception(), TypeHasPeople)


def test_the_control_that_holds_the_file_before_the_event_is_a_deadlock(
    on_postgres: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold = taking_in._held

    def _not_yet(session: Session, which: sa.ColumnElement[bool]) -> Event:
        return session.scalars(sa.select(Event).where(which)).one()

    def _file_then_event(session: Session, file_id: UUID) -> GuestFile | None:
        kept = hold(session, file_id)
        if kept is not None:
            paused[0]()
            shared_event(session, Event.id == kept.event_id)
        return kept

    paused: list[Callable[[], None]] = [lambda: None]
    monkeypatch.setattr(taking_in, "shared_event", _not_yet)
    monkeypatch.setattr(taking_in, "_held", _file_then_event)
    assert _deadlocked(*_removed_meanwhile(on_postgres, monkeypatch, paused))


@pytest.mark.both_databases
def test_the_last_lunches_go_once_to_files_and_forms_that_come_together(app: Flask) -> None:
    with app.app_context():
        event_id = make_event(capacity=50).id
    assert _race_for_lunch(app, event_id) == (PLACES, PLACES, PLACES)
    with app.app_context():
        assert all(one.agrees for one in recount())


@pytest.mark.both_databases
def test_the_control_without_the_counter_gives_more_lunches_than_there_are(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that writes its rows, and counts nothing."""

    def _uncounted(
        self: LimitedOptions, session: Session, registration_id: UUID, given: AnswerGiven
    ) -> bool:
        session.add_all(
            ChoicePlace(registration_id=registration_id, option_id=one.option_id)
            for one in given.choices
        )
        return bool(self.pools)

    monkeypatch.setattr(file_choices.LimitedOptions, "move", _uncounted)
    with app.app_context():
        event_id = make_event(capacity=50).id
    counted, rows, won = _race_for_lunch(app, event_id)
    assert rows > counted
    assert won > PLACES


def _file_that_corrects(app: Flask) -> tuple[UUID, UUID, UUID]:
    """Begin a file with somebody new, and with another address for Ada."""
    with app.app_context():
        event_id = make_event().id
        ada = come(event_id, "Ada")[0]
        rows = [
            ("Reference", "Name", "Email"),
            ("", "New", "new@example.com"),
            (the(ada).code, "Ada", SHARED),
        ]
        return event_id, _begun(event_id, rows), ada


def _form_first(
    app: Flask, event_id: UUID, file_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> tuple[Future[Any], Future[Any]]:
    """Send the form until it wants its seat, then the file until it waits; let both go on."""
    wants_seat, may_take = threading.Event(), threading.Event()
    take = seats.take

    def _held(*given: Any, **named: Any) -> Any:
        if not wants_seat.is_set():
            wants_seat.set()
            assert may_take.wait(20)
        return take(*given, **named)

    who = attendee("same", email=SHARED, email_key=SHARED)
    monkeypatch.setattr(seats, "take", _held)
    with ThreadPoolExecutor(2) as pool:
        form = pool.submit(
            _in(app, lambda: service.register(ANONYMOUS, event_id, who, form_key=None, now=NOW))
        )
        assert wants_seat.wait(20)
        file = pool.submit(_in(app, lambda: taking_in.take_in_some(file_id, now=NOW)))
        wait_until(lambda: file.done() or _waits(app), seconds=20, what="the file")
        may_take.set()
    return form, file


def _removed_meanwhile(
    app: Flask,
    monkeypatch: pytest.MonkeyPatch,
    paused: list[Callable[[], None]] | None = None,
) -> tuple[Future[Any], Future[Any]]:
    """Take a file in until it holds its first lock, and remove the type that it gives."""
    with app.app_context():
        event_id = make_event().id
        media = add_type(event_id, "Media", seats_of_its_own=5)
        rows = [("Name", "Email"), ("New", "new@example.com")]
        file_id = _begun(event_id, rows, type_id=media)
    holds, may_go = threading.Event(), threading.Event()

    def _pause() -> None:
        if not holds.is_set():
            holds.set()
            assert may_go.wait(20)

    if paused is None:
        hold = taking_in._held

        def _then_the_file(session: Session, one: UUID) -> GuestFile | None:
            _pause()
            return hold(session, one)

        monkeypatch.setattr(taking_in, "_held", _then_the_file)
    else:
        paused[0] = _pause
    with ThreadPoolExecutor(2) as pool:
        file = pool.submit(_in(app, lambda: taking_in.take_in_some(file_id, now=NOW)))
        assert holds.wait(20)
        removal = pool.submit(_in(app, lambda: remove_type(SYSTEM, event_id, media, now=NOW)))
        wait_until(lambda: removal.done() or _waits(app), seconds=20, what="the removal")
        may_go.set()
    return file, removal


def _race_for_lunch(app: Flask, event_id: UUID) -> tuple[int, int, int]:
    """Let files and forms ask for the last lunches; return pool, rows, and who was told yes."""
    with app.app_context():
        lunch = make_lunch(event_id, places=PLACES)
        header = ("Name", "Email", "Lunch")
        files = []
        for number in range(FILES):
            come(event_id, f"Known{number}", answers=(answer(lunch, 1),))
            names = (f"Known{number}", f"New{number}", f"More{number}")
            rows = [(name, f"{name.lower()}@example.com", "Vegetarian") for name in names]
            files.append(_begun(event_id, [header, *rows]))

    def _act(number: int) -> object:
        if number < FILES:
            return taking_in.take_in_some(files[number], now=NOW)
        return _by_form(event_id, lunch, f"form{number}")

    outcomes = all_at_once(app, FILES + FORMS, _act)
    failed = [one for one in outcomes if isinstance(one, Exception)]
    assert [one for one in failed if not isinstance(one, ChoiceFull)] == []
    with app.app_context():
        kept = [guest_files.kept_file(event_id, one) for one in files]
        by_file = 3 * FILES - sum(len(one.problems) for one in kept)
        counted, rows_there = taken(lunch)
        return counted, rows_there, by_file + FORMS - len(failed)


def _by_form(event_id: UUID, lunch: AskedQuestion, name: str) -> UUID:
    who = attendee(name, answers=(answer(lunch, 0),))
    return service.register(ANONYMOUS, event_id, who, form_key=None, now=NOW).registration_id


def _begun(event_id: UUID, rows: Sequence[tuple[str, ...]], type_id: UUID | None = None) -> UUID:
    file_id = guest_files.keep_file(
        SYSTEM, event_id, "guests.csv", as_csv(rows), type_id=type_id, now=NOW
    )
    guest_files.begin(SYSTEM, event_id, file_id, now=NOW)
    return file_id


def _in(app: Flask, act: Callable[[], object]) -> Callable[[], object]:
    def _act() -> object:
        with app.app_context():
            return act()

    return _act


def _waits(app: Flask) -> bool:
    with app.app_context():
        return bool(db.session.scalar(WAITS))


def _deadlocked(*answers: Future[Any]) -> bool:
    """Say whether one of these was ended because two waited for each other."""
    failed = [one.exception() for one in answers]
    return any(
        isinstance(one, OperationalError) and isinstance(one.orig, psycopg.errors.DeadlockDetected)
        for one in failed
    )
