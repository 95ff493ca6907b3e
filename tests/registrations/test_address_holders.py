"""One registration holds an address; when it goes, another of that address does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from forum.core.actor import ANONYMOUS, SYSTEM
from forum.core.db import db, writing
from forum.events.models import Event
from forum.registrations import service
from forum.registrations.models import Registration, RegistrationPolicy
from forum.registrations.rules import ACTIVE, AddressTaken
from forum.registrations.service import NameForms, Result, guest_files
from forum.registrations.service.correcting import correct_address
from forum.registrations.service.merging import merge
from forum.registrations.service.taking_in import take_in_some
from tests.factories import NOW, attendee, make_event
from tests.registrations.guest_lists import as_csv
from tests.registrations.office import by_approval, come, open_office, the
from tests.site.parties import allow, book

pytestmark = pytest.mark.both_databases
ADA = "ada@example.com"


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def test_an_organiser_saves_a_double_whose_address_stays(app: Flask, client: FlaskClient) -> None:
    office = open_office(app, client)
    with app.app_context():
        turn(office.event_id, discreet=True)
        _, one = doubled(office.event_id)
    for name in ("Adah", "Ada Sample"):
        saved = office.press(f"/{one}", f"/{one}", name=name, email=ADA)
        assert saved.status_code == 303, saved.text
    with app.app_context():
        assert (the(one).name, the(one).holds_address) == ("Ada Sample", False)


@pytest.mark.usefixtures("in_app")
def test_who_shared_an_address_is_saved_after_that_was_switched_off() -> None:
    event_id = make_event().id
    turn(event_id, several=True)
    first, second = come(event_id, "Ada", "Ada")
    turn(event_id, several=False)
    for one in (first, second):
        service.put_in_place(SYSTEM, one, NameForms("A", "", ""), ADA, revision=1, now=NOW)
    assert holding(event_id) == []


@pytest.mark.usefixtures("in_app")
def test_an_address_that_somebody_holds_is_still_refused() -> None:
    event_id = make_event(discreet=True).id
    come(event_id, "Ada")
    (ben,) = come(event_id, "Ben")
    with pytest.raises(AddressTaken):
        service.put_in_place(SYSTEM, ben, NameForms("Ben", "", ""), ADA, revision=1, now=NOW)


def cancel(holder: UUID, _double: UUID) -> None:
    service.cancel(SYSTEM, holder, now=NOW)


def merge_into_the_double(holder: UUID, double: UUID) -> None:
    merge(SYSTEM, double, holder, now=NOW)


def give_to_another(holder: UUID, _double: UUID) -> None:
    names = NameForms("Ben", "", "")
    service.put_in_place(SYSTEM, holder, names, "ben@example.com", revision=1, now=NOW)


def correct(holder: UUID, _double: UUID) -> None:
    event_id = the(holder).event_id
    correct_address(SYSTEM, event_id, holder, ADA, "ada.right@example.com", now=NOW)


def correct_by_a_file(holder: UUID, _double: UUID) -> None:
    row = (the(holder).code, "Ada", "ada.right@example.com")
    file_id = guest_files.keep_file(
        SYSTEM,
        the(holder).event_id,
        "g.csv",
        as_csv([("Reference", "Name", "Email"), row]),
        now=NOW,
    )
    guest_files.begin(SYSTEM, the(holder).event_id, file_id, now=NOW)
    take_in_some(file_id, now=NOW)


GOES = [cancel, merge_into_the_double, give_to_another, correct, correct_by_a_file]


@pytest.mark.usefixtures("in_app")
@pytest.mark.parametrize("leave", GOES)
def test_the_double_holds_the_address_when_the_holder_goes(
    leave: Callable[[UUID, UUID], None],
) -> None:
    event_id = make_event(discreet=True).id
    ada, double = doubled(event_id)
    assert holding(event_id) == [ada]
    leave(ada, double)
    assert holding(event_id) == [double]
    who = attendee(name="Ada", email=ADA, email_key=ADA)
    again = service.register(ANONYMOUS, event_id, who, form_key=None, now=NOW)
    assert again.result is Result.KNOWN


@pytest.mark.usefixtures("in_app")
def test_the_holder_stays_when_the_double_goes() -> None:
    event_id = make_event(discreet=True).id
    ada, double = doubled(event_id)
    merge(SYSTEM, ada, double, now=NOW)
    assert holding(event_id) == [ada]
    service.cancel(SYSTEM, ada, now=NOW)
    assert holding(event_id) == []


@pytest.mark.usefixtures("in_app")
def test_of_two_that_are_left_the_first_holds_the_address() -> None:
    event_id = make_event(discreet=True).id
    ada, first = doubled(event_id)
    second = named_by(event_id, "another")
    service.cancel(SYSTEM, ada, now=NOW)
    assert holding(event_id) == [first]
    service.cancel(SYSTEM, first, now=NOW)
    assert holding(event_id) == [second]


@pytest.mark.usefixtures("in_app")
def test_a_holder_whose_declining_is_taken_back_comes_beside_the_double() -> None:
    event_id = make_event(discreet=True).id
    allow(event_id)
    (ada,) = come(event_id, "Ada", type_id=by_approval(event_id))
    double = named_by(event_id, "booker")
    service.decline(SYSTEM, [ada], now=NOW)
    assert holding(event_id) == [double]
    back = service.take_declining_back(SYSTEM, [ada], now=NOW)
    assert (back.number, back.address_held) == (1, 0)
    assert holding(event_id) == [double]


@pytest.mark.usefixtures("in_app")
def test_who_comes_back_holds_the_address_once_the_double_has_gone() -> None:
    event_id = make_event(discreet=True).id
    allow(event_id)
    (ada,) = come(event_id, "Ada", type_id=by_approval(event_id))
    double = named_by(event_id, "booker")
    service.decline(SYSTEM, [ada], now=NOW)
    service.cancel(SYSTEM, double, now=NOW)
    service.take_declining_back(SYSTEM, [ada], now=NOW)
    assert holding(event_id) == [ada]


@pytest.mark.usefixtures("in_app")
def test_where_several_may_share_an_address_nobody_comes_to_hold_it() -> None:
    event_id = make_event(discreet=True).id
    ada, _ = doubled(event_id)
    turn(event_id, several=True)
    service.cancel(SYSTEM, ada, now=NOW)
    assert holding(event_id) == []


def doubled(event_id: UUID) -> tuple[UUID, UUID]:
    """Register Ada, whom somebody else then names too; return both registrations."""
    allow(event_id)
    (ada,) = come(event_id, "Ada")
    return ada, named_by(event_id, "booker")


def named_by(event_id: UUID, booker: str) -> UUID:
    """Let somebody book for Ada as well, and return what they booked for her."""
    event = db.session.get_one(Event, event_id)
    who = attendee(name="Ada", email=ADA, email_key=ADA)
    return book(event, attendee(booker), who).people[1]


def holding(event_id: UUID) -> list[UUID]:
    """Return which registrations hold Ada's address and stand."""
    db.session.rollback()
    wanted = sa.select(Registration.id).where(
        Registration.event_id == event_id,
        Registration.email_key == ADA,
        Registration.holds_address,
        Registration.state.in_(ACTIVE),
    )
    return list(db.session.scalars(wanted))


def turn(event_id: UUID, *, discreet: bool | None = None, several: bool | None = None) -> None:
    """Make an event discreet, or let several share an address, or not."""
    with writing() as session:
        if discreet is not None:
            session.get_one(Event, event_id).discreet = discreet
        if several is not None:
            session.get_one(RegistrationPolicy, event_id).several_per_address = several
