"""A very long guest list: the good rows go in, the bad ones are named, memory stays bounded."""

from __future__ import annotations

from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from forum.core.actor import SYSTEM
from forum.core.db import db
from forum.registrations.models import Registration
from forum.registrations.recount import recount
from forum.registrations.rules import RegistrationState
from forum.registrations.service import guest_files
from forum.settings import Settings
from tests.factories import NOW, make_event
from tests.registrations.guest_lists import as_csv
from tests.registrations.watched_list import take_in

SEATS = 1000


@pytest.mark.soak
@pytest.mark.both_databases
def test_of_a_very_long_list_with_three_bad_rows_the_good_ones_go_in(
    in_app: Flask, settings: Settings, *, full_figures: bool
) -> None:
    assert in_app
    number = 50_000 if full_figures else 2_500
    event_id = make_event(capacity=SEATS).id
    file_id = _kept(event_id, number)
    db.session.remove()
    taken = take_in(settings, event_id, file_id)
    assert (taken.new, taken.refused) == (number - 3, 3)
    print(f"{number} rows: {taken}")  # noqa: T201 - figures are what a soak test is run for
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
    assert taken.megabytes < (200 if full_figures else 60)


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
