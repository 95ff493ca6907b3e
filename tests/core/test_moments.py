"""Moments in the database: what goes in comes out, in any year."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import StatementError

from forum.core.db import UtcDateTime, db

HONG_KONG = timezone(timedelta(hours=8))


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "moment",
    [
        datetime(999, 1, 1, 5, tzinfo=HONG_KONG),
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(2026, 12, 8, 9, 0, 0, 7, tzinfo=HONG_KONG),
        datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    ],
)
def test_a_moment_of_any_year_comes_back_as_it_was(in_app: Flask, moment: datetime) -> None:
    kept = db.session.scalar(sa.select(sa.literal(moment, UtcDateTime())))
    assert kept == moment
    assert kept.utcoffset() == timedelta()


@pytest.mark.both_databases
def test_early_years_come_before_late_ones(in_app: Flask) -> None:
    early, late = (datetime(year, 1, 1, tzinfo=UTC) for year in (999, 2026))
    first = sa.literal(early, UtcDateTime()) < sa.literal(late, UtcDateTime())
    assert db.session.scalar(sa.select(first))


def test_a_moment_without_a_zone_is_refused(in_app: Flask) -> None:
    naive = datetime(2026, 12, 8, tzinfo=UTC).replace(tzinfo=None)
    with pytest.raises(StatementError, match="without a zone"):
        db.session.scalar(sa.select(sa.literal(naive, UtcDateTime())))
