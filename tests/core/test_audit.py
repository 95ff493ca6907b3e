"""The audit trail: what was sealed cannot be changed, dropped or moved unseen; erasure can."""

from __future__ import annotations

from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from forum.core import audit
from forum.core.actor import SYSTEM
from forum.core.audit import AuditEntry
from forum.core.db import db, writing
from tests.factories import NOW

THING = UUID(int=7)


@pytest.fixture
def sealed(in_app: Flask) -> list[UUID]:
    """Five sealed entries, by their number."""
    for number in range(5):
        write(number)
    assert audit.seal() == 5
    return list(db.session.scalars(sa.select(AuditEntry.id).order_by(AuditEntry.seal_number)))


def write(number: int) -> None:
    with writing() as session:
        audit.record(session, SYSTEM, "sample.done", ("sample", THING), None, {"n": number}, NOW)


def forge(entry: UUID, **values: object) -> None:
    with writing() as session:
        session.execute(sa.update(AuditEntry).where(AuditEntry.id == entry).values(**values))


def broken_at() -> str:
    db.session.remove()
    with pytest.raises(ValueError, match="broken at entry") as broken:
        audit.verify(db.session())
    return str(broken.value).rpartition(" ")[2]


def verified() -> tuple[int, int]:
    db.session.remove()
    return audit.verify(db.session())


@pytest.mark.both_databases
def test_a_whole_trail_is_whole_and_what_is_new_waits_to_be_sealed(sealed: list[UUID]) -> None:
    write(5)
    assert verified() == (5, 1)
    assert audit.seal() == 1
    assert verified() == (6, 0)


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "values",
    [
        {"details": {"n": 99}},
        {"action": "sample.undone"},
        {"actor_id": UUID(int=1)},
        {"thing_id": UUID(int=8)},
        {"at": NOW.replace(year=2025)},
        {"digest": bytes(32)},
        {"seal": bytes(32)},
    ],
    ids=lambda values: next(iter(values)),
)
def test_an_entry_that_was_changed_breaks_the_chain_there(
    sealed: list[UUID], values: dict[str, object]
) -> None:
    forge(sealed[2], **values)
    assert broken_at() == "3"


def test_an_entry_that_was_taken_out_breaks_the_chain_there(sealed: list[UUID]) -> None:
    with writing() as session:
        session.execute(sa.delete(AuditEntry).where(AuditEntry.id == sealed[2]))
    assert broken_at() == "3"


def test_two_entries_that_changed_places_break_the_chain(sealed: list[UUID]) -> None:
    forge(sealed[1], seal_number=100)
    forge(sealed[3], seal_number=2)
    forge(sealed[1], seal_number=4)
    assert broken_at() == "2"


def test_a_forged_seal_of_one_entry_shows_at_the_next(sealed: list[UUID]) -> None:
    """Whoever reseals one entry would have to reseal all that follow."""
    db.session.remove()
    before, entry = (db.session.get_one(AuditEntry, sealed[number]) for number in (0, 1))
    entry.details = {"n": 99}
    digest = audit._digest(entry.salt or b"", {"n": 99})
    entry.digest = digest
    seal = audit._link(before.seal or b"", entry)
    db.session.rollback()
    forge(sealed[1], details={"n": 99}, digest=digest, seal=seal)
    assert broken_at() == "3"


@pytest.mark.both_databases
def test_personal_details_can_be_erased_and_the_chain_stays_whole(sealed: list[UUID]) -> None:
    forge(sealed[2], details=sa.null(), salt=None)
    assert verified() == (5, 0)


def test_sealing_goes_on_where_it_stopped_in_batches(in_app: Flask) -> None:
    for number in range(5):
        write(number)
    assert [audit.seal(2) for _ in range(4)] == [2, 2, 1, 0]
    assert verified() == (5, 0)
