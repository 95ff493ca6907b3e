"""A guest list that corrects addresses: the same guest and seat, other links, no second mail."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from forum.core.actor import SYSTEM
from forum.core.audit import AuditEntry
from forum.core.db import db
from forum.core.outbox import OutboxRow
from forum.registrations.models import Booking, GuestFile, Registration
from forum.registrations.service import sending
from forum.tickets.models import Ticket
from tests.factories import NOW
from tests.registrations.guest_lists import as_csv
from tests.registrations.inviting import all_invitations, invite, invited, made_list
from tests.registrations.office import Office, come, open_office, the
from tests.registrations.sending_files import path_of, press_file, send_file

HEADER = ("Reference", "Name", "Email")
INVITED = ("Invitation key", "Name", "Email")


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def office(app: Flask, client: FlaskClient) -> Office:
    return open_office(app, client)


@pytest.mark.both_databases
def test_a_known_reference_with_another_address_corrects_it(office: Office) -> None:
    with office.app.app_context():
        ada = come(office.event_id, "Ada")[0]
        code, ticket, mails = the(ada).code, _ticket(ada), _topics()
    path = _sent(office, [HEADER, (code, "Ada", "right@example.com")])
    page = office.get(path)
    assert "1 address is corrected" in page
    assert "Address corrected: ada@example.com becomes right@example.com." in page
    assert "1 address was corrected" in office.follow(press_file(office, path, "take"))
    with office.app.app_context():
        found = the(ada)
        booking = db.session.get_one(Booking, found.booking_id)
        assert (found.email, found.email_key) == ("right@example.com",) * 2
        assert (found.holds_address, found.link_generation) == (True, 1)
        assert (booking.contact_email, booking.link_generation) == ("right@example.com", 1)
        assert _ticket(ada) == ticket, "the same guest with the same ticket"
        assert _topics() - mails == {"guests.file_chosen"}, "nothing goes out twice"
        entry = db.session.scalars(
            sa.select(AuditEntry).where(AuditEntry.action == "registration.imported_again")
        ).one()
        assert entry.details["before"] == {"email": "ada@example.com"}
    assert office.names("?q=right@") == ["Ada"]
    assert office.names("?q=ada@example") == []
    assert _counts(office, _sent(office, [HEADER, (code, "Ada", "right@example.com")])) == {
        "same": 1
    }


@pytest.mark.both_databases
def test_an_address_of_somebody_else_is_refused_and_named(office: Office) -> None:
    with office.app.app_context():
        ada, ben = come(office.event_id, "Ada", "Ben")
        code = the(ada).code
    path = _sent(office, [HEADER, (code, "Ada L", "ben@example.com")])
    assert "belongs to another guest of this event" in office.get(path)
    assert _counts(office, path) == {"refused": 1}
    with office.app.app_context():
        assert [(the(one).name, the(one).email) for one in (ada, ben)] == [
            ("Ada", "ada@example.com"),
            ("Ben", "ben@example.com"),
        ]


def test_a_guest_without_an_address_is_given_one_by_reference(office: Office) -> None:
    with office.app.app_context():
        ada = come(office.event_id, "Ada", email="", email_key="")[0]
        code = the(ada).code
    path = _sent(office, [HEADER, (code, "Ada", "new@example.com")])
    assert "Address added: new@example.com." in office.get(path)
    assert _counts(office, path) == {"changed": 1, "corrected": 1}
    with office.app.app_context():
        assert (the(ada).email, the(ada).link_generation) == ("new@example.com", 0)


@pytest.mark.both_databases
def test_an_exports_key_corrects_an_invited_guests_address(office: Office) -> None:
    with office.app.app_context():
        listed = made_list(office.event_id)
        invite(office.event_id, listed, invited(1), invited(2))
        first, second = (one.id for one in all_invitations(office.event_id))
        sending.send(SYSTEM, office.event_id, first, now=NOW)
        sent = _topics()
    rows = [
        INVITED,
        (str(first), "Sample Invited One", "right@example.com"),
        (str(second), "Sample Invited 2", "draft@example.com"),
    ]
    path = _sent(office, rows, target=str(listed))
    assert "2 addresses are corrected" in office.get(path)
    assert _counts(office, path) == {"changed": 2, "corrected": 2}
    with office.app.app_context():
        found = {one.id: one for one in all_invitations(office.event_id)}
        assert (found[first].email, found[first].link_generation) == ("right@example.com", 1)
        assert found[first].name == "Sample Invited One"
        assert (found[second].email, found[second].link_generation) == ("draft@example.com", 0)
        assert _topics() - sent == {"guests.file_chosen"}


def test_an_invited_address_of_somebody_else_is_refused_and_named(office: Office) -> None:
    with office.app.app_context():
        listed = made_list(office.event_id)
        invite(office.event_id, listed, invited(1), invited(2))
        first = all_invitations(office.event_id)[0]
    rows = [INVITED, (str(first.id), "Another Name", "invited.2@example.com")]
    path = _sent(office, rows, target=str(listed))
    assert "1 row cannot be taken in" in office.get(path)
    assert _counts(office, path) == {"refused": 1}
    with office.app.app_context():
        assert all_invitations(office.event_id)[0].name == "Sample Invited 1"


def test_a_key_of_another_event_is_none(office: Office, app: Flask) -> None:
    other = open_office(app, app.test_client())
    with app.app_context():
        theirs = made_list(other.event_id)
        invite(other.event_id, theirs, invited(1))
        foreign = all_invitations(other.event_id)[0].id
        listed = made_list(office.event_id)
    rows = [INVITED, (str(foreign), "New Guest", "new@example.com"), ("nonsense", "B", "b@x.hk")]
    assert _counts(office, _sent(office, rows, target=str(listed))) == {"new": 2}
    with app.app_context():
        assert all_invitations(other.event_id)[0].email == "invited.1@example.com"


def _sent(office: Office, rows: list[tuple[str, ...]], **typed: str) -> str:
    return path_of(office, send_file(office, as_csv(rows), **typed))


def _counts(office: Office, path: str) -> dict[str, int]:
    press_file(office, path, "take")
    with office.app.app_context():
        newest = sa.select(GuestFile).order_by(GuestFile.id.desc()).limit(1)
        return dict(db.session.scalars(newest).one().counts)


def _ticket(registration_id: UUID) -> list[tuple[UUID, object]]:
    rows = db.session.execute(
        sa.select(Ticket.id, Ticket.revoked_at)
        .join(Registration, Registration.id == Ticket.registration_id)
        .where(Registration.id == registration_id)
    )
    return [(row[0], row[1]) for row in rows]


def _topics() -> set[str]:
    return set(db.session.scalars(sa.select(OutboxRow.topic)))
