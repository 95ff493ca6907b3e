"""A very long guest list: the good rows go in, the bad ones are named, memory stays bounded."""

from __future__ import annotations

import resource
import tracemalloc
from time import monotonic
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from forum.core.actor import SYSTEM
from forum.core.db import db
from forum.registrations.models import Registration
from forum.registrations.recount import recount
from forum.registrations.rules import RegistrationState
from forum.registrations.service import guest_files, taking_in
from forum.registrations.service.guest_previews import preview
from tests.factories import NOW, make_event
from tests.registrations.guest_lists import as_csv

MEGABYTE = 1024 * 1024
SEATS = 1000


@pytest.mark.soak
@pytest.mark.both_databases
def test_of_a_very_long_list_with_three_bad_rows_the_good_ones_go_in(
    in_app: Flask, *, full_figures: bool
) -> None:
    assert in_app
    number = 50_000 if full_figures else 2_500
    event_id = make_event(capacity=SEATS).id
    file_id = _kept(event_id, number)
    tracemalloc.start()
    began = monotonic()
    shown = preview(guest_files.kept_file(event_id, file_id))
    assert (shown.new, shown.refused) == (number - 3, 3)
    guest_files.begin(SYSTEM, event_id, file_id, now=NOW)
    calls = 1
    while taking_in.take_in_some(file_id, now=NOW, seconds=20):
        db.session.remove()
        calls += 1
    took = monotonic() - began
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    _tell(number, calls, took, peak)
    kept = guest_files.kept_file(event_id, file_id)
    assert kept.counts == {"new": number - 3, "waiting": number - 3 - SEATS, "refused": 3}
    assert [(row, name, says) for row, name, says, _ in kept.problems] == [
        (12, "Guest 10", "“%(typed)s” is no email address."),
        (102, "", "It has no name."),
        (number + 1, f"Guest {number - 1}", "Its address stands in row %(row)s already."),
    ]
    assert kept.problems[2][3] == {"row": 3}
    assert kept.content is None
    assert _numbers(event_id) == {
        RegistrationState.CONFIRMED: SEATS,
        RegistrationState.WAITLISTED: number - 3 - SEATS,
    }
    assert all(one.agrees for one in recount())
    assert peak < (200 if full_figures else 60) * MEGABYTE


def _kept(event_id: UUID, number: int) -> UUID:
    rows = [
        (f"Guest {place}", f"guest.{place}@example.com", f"Sample Works {place % 97}")
        for place in range(number)
    ]
    rows[10] = ("Guest 10", "no address", "Sample Works")
    rows[100] = ("", "nameless@example.com", "Sample Works")
    rows[-1] = (rows[-1][0], "Guest.1@example.com", "Sample Works")
    content = as_csv([("Name", "Email", "Company"), *rows])
    return guest_files.keep_file(SYSTEM, event_id, "guests.csv", content, now=NOW)


def _numbers(event_id: UUID) -> dict[RegistrationState, int]:
    rows = db.session.execute(
        sa.select(Registration.state, sa.func.count())
        .where(Registration.event_id == event_id)
        .group_by(Registration.state)
    )
    return {row[0]: row[1] for row in rows}


def _tell(number: int, calls: int, took: float, peak: int) -> None:
    """Say what it took, for who runs it with -s."""
    whole = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(  # noqa: T201 - figures are what a soak test is run for
        f"{number} rows in {calls} calls, {took:.0f} s, {peak / MEGABYTE:.0f} MB traced,"
        f" {whole} MB of the process"
    )
