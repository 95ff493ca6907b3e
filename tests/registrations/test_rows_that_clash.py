"""Rows of a guest list that clash with guests or each other: refused, named, never in the way."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError

from forum.core.actor import SYSTEM
from forum.core.db import writing
from forum.registrations.models import GuestFile, RegistrationPolicy
from forum.registrations.recount import recount
from forum.registrations.service import guest_files, guest_previews, taking_in
from forum.registrations.service.guest_previews import Preview, preview
from tests.factories import NOW, attendee, make_event
from tests.registrations.guest_lists import as_csv
from tests.registrations.inviting import all_invitations, invite, invited, made_list
from tests.registrations.office import come, the
from tests.site.parties import allow, book

HEADER = ("Reference", "Name", "Email")
KEYED = ("Invitation key", "Name", "Email")


@pytest.fixture
def event_id(in_app: Flask) -> UUID:
    """An event with many seats."""
    assert in_app
    return make_event(capacity=50).id


@pytest.mark.both_databases
def test_who_has_no_address_is_not_given_the_one_of_another(event_id: UUID) -> None:
    """The companion's reference beside the contact's address is refused; the rows behind go in."""
    come(event_id, "Ada")
    other = come(event_id, "Companion", email="", email_key="")[0]
    rows = [
        HEADER,
        (the(other).code, "Companion", "ada@example.com"),
        ("", "New", "new@example.com"),
    ]
    shown = _preview(event_id, rows)
    assert (shown.refused, shown.corrected, shown.new) == (1, 0, 1)
    kept = _take_in(event_id, rows)
    assert kept.counts == {"refused": 1, "new": 1}
    assert [(number, name) for number, name, *_ in kept.problems] == [(2, "Companion")]
    assert the(other).email == ""


@pytest.mark.both_databases
def test_an_address_that_stands_twice_belongs_to_who_holds_it(in_app: Flask) -> None:
    """In a discreet event somebody else may have named Ada: her own registration is hers."""
    assert in_app
    event = make_event(discreet=True)
    event_id = event.id
    allow(event_id)
    ada, ben = come(event_id, "Ada", "Ben")
    double = attendee("x", email="ada@example.com", email_key="ada@example.com")
    booked = book(event, attendee("booker"), double)
    kept = _take_in(event_id, [HEADER, (the(ben).code, "Ben", "ada@example.com")])
    assert kept.counts == {"refused": 1}
    assert the(ben).email == "ben@example.com"
    kept = _take_in(event_id, [HEADER, ("", "Ada Lovelace", "ada@example.com")])
    assert kept.counts == {"changed": 1}
    assert (the(ada).name, the(booked.people[1]).name) == ("Ada Lovelace", double.name)


@pytest.mark.both_databases
def test_several_may_share_an_address_where_the_event_allows_it(event_id: UUID) -> None:
    come(event_id, "Ada")
    other = come(event_id, "Companion", email="", email_key="")[0]
    with writing() as session:
        session.get_one(RegistrationPolicy, event_id).several_per_address = True
    kept = _take_in(event_id, [HEADER, (the(other).code, "Companion", "ada@example.com")])
    assert kept.counts == {"changed": 1, "corrected": 1}
    assert (the(other).email, the(other).holds_address) == ("ada@example.com", False)


@pytest.mark.both_databases
def test_a_reference_that_stands_twice_is_refused_the_second_time(event_id: UUID) -> None:
    ada = come(event_id, "Ada")[0]
    code = the(ada).code
    rows = [HEADER, (code, "Ada", "ada@example.com"), (code, "Ben", "ben@example.com")]
    shown = _preview(event_id, rows)
    assert (shown.known, shown.refused) == (1, 1)
    assert str(shown.problems[0][1]) == "Its reference stands in row 2 already."
    kept = _take_in(event_id, rows)
    assert kept.counts == {"refused": 1, "same": 1}
    assert [(number, name) for number, name, *_ in kept.problems] == [(3, "Ben")]
    assert (the(ada).name, the(ada).email) == ("Ada", "ada@example.com")


def test_a_reference_counts_as_standing_there_though_its_row_is_refused(event_id: UUID) -> None:
    ada = come(event_id, "Ada")[0]
    code = the(ada).code
    kept = _take_in(event_id, [HEADER, (code, "Ada", "ada at work"), (code, "Ben", "b@x.hk")])
    assert kept.counts == {"refused": 2}
    assert the(ada).name == "Ada"


@pytest.mark.both_databases
def test_an_invitation_key_that_stands_twice_is_refused_the_second_time(event_id: UUID) -> None:
    listed = made_list(event_id)
    invite(event_id, listed, invited(1, email="ada@example.com", name="Ada"))
    key = str(all_invitations(event_id)[0].id)
    rows = [KEYED, (key, "Ada", "ada@example.com"), (key, "Ben", "ben@example.com")]
    shown = _preview(event_id, rows, list_id=listed)
    assert str(shown.problems[0][1]) == "Its invitation key stands in row 2 already."
    kept = _take_in(event_id, rows, list_id=listed)
    assert kept.counts == {"refused": 1, "same": 1}
    assert [one.name for one in all_invitations(event_id)] == ["Ada"]


def test_another_houses_references_say_nothing_of_invited_guests(event_id: UUID) -> None:
    listed = made_list(event_id)
    rows = [HEADER, ("ABCD2345", "Ada", "ada@example.com"), ("ABCD2345", "Ben", "b@x.hk")]
    assert _take_in(event_id, rows, list_id=listed).counts == {"new": 2}


@pytest.fixture(params=[1, 500])
def at_once(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take so many rows in, and look so many up, at once."""
    monkeypatch.setattr(taking_in, "ROWS_AT_ONCE", request.param)
    monkeypatch.setattr(guest_previews, "LOOKED_UP_AT_ONCE", request.param)


@pytest.mark.both_databases
@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("first", [1, 2])
def test_an_address_that_comes_free_is_the_new_guests(event_id: UUID, first: int) -> None:
    """Ada has another address; who comes by her old one is somebody else, wherever the row is."""
    ada = come(event_id, "Ada")[0]
    two = [(the(ada).code, "Ada", "right@example.com"), ("", "Adam", "ada@example.com")]
    rows = [HEADER, *(two if first == 1 else reversed(two))]
    shown = _preview(event_id, rows)
    assert (shown.known, shown.new, shown.corrected) == (1, 1, 1)
    assert _take_in(event_id, rows).counts == {"changed": 1, "corrected": 1, "new": 1}
    assert (the(ada).name, the(ada).email) == ("Ada", "right@example.com")
    assert all(one.agrees for one in recount())


@pytest.mark.both_databases
@pytest.mark.usefixtures("at_once")
def test_a_freed_address_may_be_another_known_guests(event_id: UUID) -> None:
    ben, ada = come(event_id, "Ben", "Ada")
    rows = [
        HEADER,
        (the(ada).code, "Ada", "right@example.com"),
        (the(ben).code, "Ben", "ada@example.com"),
    ]
    assert _preview(event_id, rows).corrected == 2
    assert _take_in(event_id, rows).counts == {"changed": 2, "corrected": 2}
    assert [the(one).email for one in (ada, ben)] == ["right@example.com", "ada@example.com"]


def test_two_who_swap_addresses_are_refused_and_named(event_id: UUID) -> None:
    ada, ben = come(event_id, "Ada", "Ben")
    rows = [
        HEADER,
        (the(ada).code, "Ada", "ben@example.com"),
        (the(ben).code, "Ben", "ada@example.com"),
    ]
    assert _preview(event_id, rows).refused == 2
    assert _take_in(event_id, rows).counts == {"refused": 2}
    assert [the(one).email for one in (ada, ben)] == ["ada@example.com", "ben@example.com"]


@pytest.mark.both_databases
@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("first", [1, 2])
def test_a_freed_invitations_address_is_the_new_guests(event_id: UUID, first: int) -> None:
    listed = made_list(event_id)
    invite(event_id, listed, invited(1, email="ada@example.com", name="Ada"))
    key = str(all_invitations(event_id)[0].id)
    two = [(key, "Ada", "right@example.com"), ("", "Ben", "ada@example.com")]
    rows = [KEYED, *(two if first == 1 else reversed(two))]
    shown = _preview(event_id, rows, list_id=listed)
    assert (shown.known, shown.new, shown.corrected) == (1, 1, 1)
    kept = _take_in(event_id, rows, list_id=listed)
    assert kept.counts == {"changed": 1, "corrected": 1, "new": 1}
    assert [(one.name, one.email) for one in all_invitations(event_id)] == [
        ("Ada", "right@example.com"),
        ("Ben", "ada@example.com"),
    ]


@pytest.mark.parametrize("listed", [False, True])
def test_a_row_that_cannot_be_written_is_named_and_the_others_go_in(
    event_id: UUID, monkeypatch: pytest.MonkeyPatch, *, listed: bool
) -> None:
    """Whatever clashes in one row, the list does not stop there."""
    name = "add_invitations" if listed else "register_some"
    real = getattr(taking_in, name)

    def _clashes(*given: object, **named: object) -> object:
        rows = given[3 if listed else 2]
        assert isinstance(rows, list)
        if any(one.name == "Bad" for one in rows):
            raise IntegrityError(None, None, ValueError())
        return real(*given, **named)

    monkeypatch.setattr(taking_in, name, _clashes)
    rows = [HEADER[1:], *((one, f"{one}@example.com") for one in ("Ada", "Bad", "Cleo"))]
    kept = _take_in(event_id, rows, list_id=made_list(event_id) if listed else None)
    assert kept.counts == {"new": 2, "refused": 1}
    assert [(number, who) for number, who, *_ in kept.problems] == [(3, "Bad")]
    assert (kept.state.value, kept.rows_done) == ("done", 3)


def _preview(
    event_id: UUID, rows: Sequence[tuple[str, ...]], list_id: UUID | None = None
) -> Preview:
    file_id = guest_files.keep_file(
        SYSTEM, event_id, "guests.csv", as_csv(rows), list_id=list_id, now=NOW
    )
    return preview(guest_files.kept_file(event_id, file_id))


def _take_in(
    event_id: UUID, rows: Sequence[tuple[str, ...]], list_id: UUID | None = None
) -> GuestFile:
    file_id = guest_files.keep_file(
        SYSTEM, event_id, "guests.csv", as_csv(rows), list_id=list_id, now=NOW
    )
    guest_files.begin(SYSTEM, event_id, file_id, now=NOW)
    assert not taking_in.take_in_some(file_id, now=NOW)
    return guest_files.kept_file(event_id, file_id)
