"""Two editors of one thing: who saves second is told what the first one changed."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from forum.core import audit
from forum.core.actor import Actor, ActorKind
from forum.core.db import counted_statements, db, writing
from forum.core.errors import Conflict
from forum.core.revisions import (
    LONGEST_MEMORY,
    Change,
    ThingChangedMeanwhile,
    changes_since,
    check_unchanged,
    difference,
    fingerprint,
)
from forum.core.text import Text
from tests.factories import NOW

THING, OTHER = UUID(int=7), UUID(int=8)
MEI = Actor(ActorKind.USER, UUID(int=1), "Mei")
VALUES = st.dictionaries(
    st.text(max_size=8),
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.dates() | st.uuids(),
    max_size=6,
)


class Colour(StrEnum):
    RED = "red"


def save(revision: int, changes: dict[str, list[object]], thing: UUID = THING) -> None:
    now = NOW + timedelta(minutes=revision)
    details = {"revision": revision, "changes": changes}
    with writing() as session:
        audit.record(session, MEI, "room.changed", ("room", thing), None, details, now)


def test_a_difference_names_only_what_changed_as_json() -> None:
    before = {"name": Text({"en": "Hall"}), "day": date(2026, 12, 8), "kind": None, "same": 1}
    after = {"name": Text({"en": "Room"}), "day": date(2026, 12, 9), "kind": Colour.RED, "same": 1}
    assert difference(before, after) == {
        "name": [{"en": "Hall"}, {"en": "Room"}],
        "day": ["2026-12-08", "2026-12-09"],
        "kind": [None, "red"],
    }


@given(VALUES)
def test_a_form_made_from_what_still_stands_is_taken(values: dict[str, object]) -> None:
    check_unchanged(fingerprint(values), dict(reversed(values.items())))
    assert difference(values, values) == {}


@given(VALUES, st.text(max_size=8), st.integers())
def test_a_form_made_from_what_no_longer_stands_is_refused(
    values: dict[str, object], field: str, value: int
) -> None:
    changed = {**values, field: f"changed {value} {values.get(field)}"}
    with pytest.raises(ThingChangedMeanwhile) as refused:
        check_unchanged(fingerprint(values), changed)
    assert isinstance(refused.value, Conflict)
    assert refused.value.status == 409


def test_a_form_without_a_fingerprint_is_refused() -> None:
    with pytest.raises(ThingChangedMeanwhile):
        check_unchanged("", {})


@pytest.mark.both_databases
def test_what_changed_after_a_revision_is_told_oldest_first_in_one_statement(
    in_app: Flask,
) -> None:
    save(2, {"name": ["a", "b"]})
    save(3, {"name": ["b", "c"], "floor": [None, "3"]})
    save(4, {"floor": ["3", "4"]})
    save(9, {"name": ["x", "y"]}, thing=OTHER)
    with counted_statements(db.engine) as statements:
        told = changes_since(db.session(), "room", THING, 2)
    assert len(statements) == 1
    third, fourth = NOW + timedelta(minutes=3), NOW + timedelta(minutes=4)
    assert set(told) == {
        Change("name", "b", "c", "Mei", third),
        Change("floor", None, "3", "Mei", third),
        Change("floor", "3", "4", "Mei", fourth),
    }
    assert [change.at for change in told] == [third, third, fourth]
    assert changes_since(db.session(), "room", THING, 4) == ()
    assert changes_since(db.session(), "venue", THING, 0) == ()


def test_what_was_erased_or_counts_no_revision_is_passed_over(in_app: Flask) -> None:
    with writing() as session:
        audit.record(session, MEI, "room.looked_at", ("room", THING), None, {}, NOW)
    save(2, {"name": ["a", "b"]})
    assert [change.field for change in changes_since(db.session(), "room", THING, 0)] == ["name"]


def test_a_very_old_form_is_told_the_latest_changes_only(in_app: Flask) -> None:
    for revision in range(1, LONGEST_MEMORY + 6):
        save(revision, {"n": [revision - 1, revision]})
    told = changes_since(db.session(), "room", THING, 0)
    assert [change.after for change in told] == list(range(6, LONGEST_MEMORY + 6))
