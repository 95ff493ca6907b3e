"""A guest list that puts known guests into other types, and names choices with limited places."""

from __future__ import annotations

from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from forum.core.actor import SYSTEM
from forum.core.db import db
from forum.core.outbox import OutboxRow
from forum.registrations import service
from forum.registrations.models import Answer, GuestFile, Registration, TicketType
from forum.registrations.recount import recount
from forum.registrations.rules import QuestionKind
from forum.registrations.service import guest_files, taking_in, types
from forum.registrations.service.guest_previews import preview
from forum.seats import service as seats
from forum.seats.rules import PoolAbout
from tests.factories import NOW, make_event, text
from tests.registrations.guest_lists import as_csv
from tests.registrations.inviting import seats_agree
from tests.registrations.office import add_type, come, the
from tests.registrations.questioning import make_lunch, make_question, taken

TYPED = ("Name", "Email", "Ticket type")
LUNCH = ("Name", "Email", "Lunch")


@pytest.fixture
def event_id(in_app: Flask) -> UUID:
    """An event with many seats."""
    assert in_app
    return make_event(capacity=50).id


@pytest.mark.both_databases
def test_known_guests_get_the_type_that_their_row_names(event_id: UUID) -> None:
    media = add_type(event_id, "Media", seats_of_its_own=5)
    ada, ben = come(event_id, "Ada", "Ben")
    before = _told()
    rows = [TYPED, ("Ada", "ada@example.com", "MEDIA "), ("Ben", "ben@example.com", "Nothing")]
    shown = preview(_kept(event_id, rows))
    assert (shown.known, shown.moved) == (2, 1)
    assert len(shown.changes) == 1
    assert "becomes “Media”" in str(shown.changes[0][2])
    assert _take_in(event_id, rows).counts == {"changed": 1, "same": 1}
    assert (the(ada).ticket_type_id, the(ben).ticket_type_id == media) == (media, False)
    assert _told() - before == {"registration.type_changed", "guests.file_chosen"}
    assert _take_in(event_id, rows).counts == {"same": 2}
    assert all(one.agrees for one in recount())


@pytest.mark.both_databases
def test_who_finds_no_seat_in_the_type_stays_and_is_named(event_id: UUID) -> None:
    media = add_type(event_id, "Media", seats_of_its_own=1)
    ada, ben = come(event_id, "Ada", "Ben")
    rows = [TYPED, ("Ada", "ada@example.com", "Media"), ("Ben", "ben@example.com", "Media")]
    kept = _take_in(event_id, rows)
    assert kept.counts == {"changed": 1, "same": 1}
    assert [(number, name) for number, name, *_ in kept.problems] == [(3, "Ben")]
    assert "has no seat left" in kept.problems[0][2]
    assert (the(ada).ticket_type_id, the(ben).ticket_type_id == media) == (media, False)
    assert seats_agree()


def test_a_type_that_forum_keeps_itself_stays_and_is_named(event_id: UUID) -> None:
    add_type(event_id, "Media")
    ada = come(event_id, "Ada")[0]
    pool = seats.open_pool(db.session(), event_id, 1, PoolAbout.SPEAKERS)
    speaker = TicketType(event_id=event_id, pool_id=pool.id, number=9, name=text("Speaker"))
    db.session.add(speaker)
    db.session.flush()
    db.session.get_one(Registration, ada).ticket_type_id = speaker.id
    db.session.commit()
    rows = [TYPED, ("Ada", "ada@example.com", "Media")]
    shown = preview(_kept(event_id, rows))
    assert (shown.known, shown.moved, shown.changes) == (1, 0, [])
    assert [(number, name) for number, name, _ in shown.stays] == [(2, "Ada")]
    assert "Forum itself keeps" in str(shown.stays[0][2])
    kept = _take_in(event_id, rows)
    assert kept.counts == {"same": 1}
    assert "Forum itself keeps the ticket type" in kept.problems[0][2]
    assert the(ada).ticket_type_id == speaker.id


def test_types_of_one_name_do_not_take_guests_from_each_other(event_id: UUID) -> None:
    add_type(event_id, "Media", number=2)
    second = add_type(event_id, "Media", number=3)
    ada = come(event_id, "Ada", type_id=second)[0]
    assert _take_in(event_id, [TYPED, ("Ada", "ada@example.com", "Media")]).counts == {"same": 1}
    assert the(ada).ticket_type_id == second


@pytest.mark.both_databases
def test_a_file_takes_limited_choices_while_places_are_left(event_id: UUID) -> None:
    lunch = make_lunch(event_id, places=2)
    come(event_id, "Ada")
    rows = [
        LUNCH,
        ("New", "new@example.com", "Vegetarian"),
        ("Ada", "ada@example.com", "Vegetarian"),
        ("Late", "late@example.com", "vegetarian"),
    ]
    assert [one.get("en") for one in preview(_kept(event_id, rows)).limited] == ["Lunch"]
    kept = _take_in(event_id, rows)
    assert kept.counts == {"new": 2, "same": 1}, "who is new comes first"
    assert len(kept.problems) == 1
    assert "“%(cell)s” has no place left" in kept.problems[0][2]
    assert taken(lunch) == (2, 2)
    assert _take_in(event_id, rows[:2]).counts == {"same": 1}
    assert taken(lunch) == (2, 2)
    assert all(one.agrees for one in recount())


@pytest.mark.both_databases
def test_another_choice_by_file_frees_the_place_of_the_one_before(event_id: UUID) -> None:
    lunch = make_lunch(event_id, places=1)
    _take_in(event_id, [LUNCH, ("Ada", "ada@example.com", "Vegetarian")])
    assert taken(lunch) == (1, 1)
    kept = _take_in(event_id, [LUNCH, ("Ada", "ada@example.com", "No lunch")])
    assert (kept.counts, taken(lunch)) == ({"changed": 1}, (0, 0))
    _take_in(event_id, [LUNCH, ("Ben", "ben@example.com", "Vegetarian")])
    kept = _take_in(event_id, [LUNCH, ("Ada", "ada@example.com", "Vegetarian")])
    assert kept.counts == {"same": 1}
    assert "has no place left" in kept.problems[0][2]
    values = {tuple(one) for one in db.session.scalars(sa.select(Answer.value))}
    assert (str(lunch.options[1].id),) in values, "what was chosen before stays"
    assert all(one.agrees for one in recount())


@pytest.mark.both_databases
def test_several_choices_are_taken_together_or_not_at_all(event_id: UUID) -> None:
    tours = make_question(
        event_id, QuestionKind.SEVERAL, "Tours", options={"Port": 1, "Lab": 5, "Walk": None}
    )
    header = ("Name", "Email", "Tours")
    _take_in(event_id, [header, ("Ada", "ada@example.com", "Port; Walk")])
    kept = _take_in(event_id, [header, ("Ben", "ben@example.com", "Lab; Port")])
    assert kept.counts == {"new": 1}
    assert len(kept.problems) == 1
    assert (taken(tours, 0), taken(tours, 1)) == ((1, 1), (0, 0))
    assert all(one.agrees for one in recount())


def test_a_cancelled_guests_row_moves_nobody(event_id: UUID) -> None:
    add_type(event_id, "Media")
    ada = come(event_id, "Ada")[0]
    code = the(ada).code
    service.cancel(SYSTEM, ada, now=NOW)
    header = ("Reference", *TYPED)
    kept = _take_in(event_id, [header, (code, "Ada", "ada@example.com", "Media")])
    assert (kept.counts, kept.problems) == ({"left_out": 1}, [])


def test_a_type_removed_between_two_batches_is_no_longer_given(
    event_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows that follow get the type that is chosen, and nobody stands on one that is gone."""
    monkeypatch.setattr(taking_in, "ROWS_AT_ONCE", 2)
    media = add_type(event_id, "Media", seats_of_its_own=5)
    rows = [TYPED, *((f"Guest {n}", f"g{n}@example.com", "Media") for n in range(4))]
    file_id = _begun(event_id, rows)
    assert taking_in.take_in_some(file_id, now=NOW, seconds=0)
    _move_all_away(event_id, media)
    types.remove_type(SYSTEM, event_id, media, now=NOW)
    assert not taking_in.take_in_some(file_id, now=NOW)
    kept = guest_files.kept_file(event_id, file_id)
    assert kept.counts == {"new": 4}
    kinds = set(db.session.scalars(sa.select(Registration.ticket_type_id)))
    assert kinds == {_first_type(event_id)}
    assert all(one.agrees for one in recount())


def test_a_file_goes_on_though_the_type_chosen_for_it_is_removed(
    event_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking_in, "ROWS_AT_ONCE", 2)
    media = add_type(event_id, "Media", seats_of_its_own=5)
    rows = [TYPED[:2], *((f"Guest {n}", f"g{n}@example.com") for n in range(4))]
    file_id = guest_files.keep_file(
        SYSTEM, event_id, "guests.csv", as_csv(rows), type_id=media, now=NOW
    )
    guest_files.begin(SYSTEM, event_id, file_id, now=NOW)
    assert taking_in.take_in_some(file_id, now=NOW, seconds=0)
    _move_all_away(event_id, media)
    types.remove_type(SYSTEM, event_id, media, now=NOW)
    assert not taking_in.take_in_some(file_id, now=NOW)
    assert guest_files.kept_file(event_id, file_id).counts == {"new": 4}


def test_a_type_that_counts_elsewhere_between_two_batches_is_counted_there(
    event_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the batches the type got seats of its own; the rows that follow take those."""
    monkeypatch.setattr(taking_in, "ROWS_AT_ONCE", 2)
    media = add_type(event_id, "Media")
    rows = [TYPED, *((f"Guest {n}", f"g{n}@example.com", "Media") for n in range(4))]
    file_id = _begun(event_id, rows)
    assert taking_in.take_in_some(file_id, now=NOW, seconds=0)
    _move_all_away(event_id, media)
    pool = seats.open_pool(db.session(), event_id, 1, PoolAbout.TYPE)
    db.session.get_one(TicketType, media).pool_id = pool.id
    db.session.commit()
    assert not taking_in.take_in_some(file_id, now=NOW)
    kept = guest_files.kept_file(event_id, file_id)
    assert kept.counts == {"new": 4, "waiting": 1}
    assert all(one.agrees for one in recount())


def _move_all_away(event_id: UUID, type_id: UUID) -> None:
    ids = db.session.scalars(
        sa.select(Registration.id).where(Registration.ticket_type_id == type_id)
    ).all()
    db.session.rollback()
    service.change_type(SYSTEM, list(ids), _first_type(event_id), now=NOW)


def _first_type(event_id: UUID) -> UUID:
    found = db.session.scalars(
        sa.select(TicketType.id).where(TicketType.event_id == event_id).order_by(TicketType.number)
    ).first()
    db.session.rollback()
    assert found is not None
    return found


def _begun(event_id: UUID, rows: list[tuple[str, ...]]) -> UUID:
    file_id = guest_files.keep_file(SYSTEM, event_id, "guests.csv", as_csv(rows), now=NOW)
    guest_files.begin(SYSTEM, event_id, file_id, now=NOW)
    return file_id


def _kept(event_id: UUID, rows: list[tuple[str, ...]]) -> GuestFile:
    file_id = guest_files.keep_file(SYSTEM, event_id, "guests.csv", as_csv(rows), now=NOW)
    return guest_files.kept_file(event_id, file_id)


def _take_in(event_id: UUID, rows: list[tuple[str, ...]]) -> GuestFile:
    file_id = _begun(event_id, rows)
    assert not taking_in.take_in_some(file_id, now=NOW)
    return guest_files.kept_file(event_id, file_id)


def _told() -> set[str]:
    found = set(db.session.scalars(sa.select(OutboxRow.topic)))
    db.session.rollback()
    return found
