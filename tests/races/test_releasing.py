"""Editors who save while others release: nothing is shown that nobody saw, and nothing is lost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from forum.core.actor import SYSTEM
from forum.core.db import db, writing
from forum.programme import queries, service
from forum.programme.models import Release, ReleaseChange, Session
from forum.programme.rules import ReleaseCause, ReleaseMode
from tests.factories import NOW, make_event, make_organisation, make_session
from tests.races.crowd import all_at_once

EDITORS = 12
pytestmark = pytest.mark.both_databases


@pytest.fixture
def ids(app: Flask) -> tuple[UUID, UUID]:
    with app.app_context():
        event = make_event(make_organisation())
        return event.id, make_session(event).id


def moved(event_id: UUID, session_id: UUID, revision: int, minutes: int) -> Session:
    known = queries.planned_session(event_id, session_id)
    by = timedelta(minutes=minutes)
    assert known.starts_at is not None
    assert known.ends_at is not None
    place = service.Place(known.starts_at + by, known.ends_at + by, known.room_id)
    return service.place_session(SYSTEM, event_id, session_id, revision, place, now=NOW)


def test_of_editors_who_move_one_session_from_one_revision_one_gets_through(
    app: Flask, ids: tuple[UUID, UUID]
) -> None:
    event_id, session_id = ids
    answers = all_at_once(app, EDITORS, lambda number: moved(event_id, session_id, 1, 5 + number))
    refused = [one for one in answers if isinstance(one, service.SessionChangedMeanwhile)]
    assert len(refused) == EDITORS - 1
    with app.app_context():
        assert [one.number for one in queries.releases_of(event_id)] == [1]


def test_the_control_that_compares_no_revision_lets_the_last_editor_win(
    app: Flask, ids: tuple[UUID, UUID]
) -> None:
    """Without the revision everybody's move is stored over the others': the race can be seen."""
    _, session_id = ids

    def _move(number: int) -> int:
        with writing() as transaction:
            return transaction.execute(
                sa.update(Session)
                .where(Session.id == session_id)
                .values(position=number, revision=Session.revision + 1)
                .execution_options(synchronize_session=False)
            ).rowcount

    answers = all_at_once(app, EDITORS, _move)
    assert answers == [1] * EDITORS


def test_versions_made_at_once_are_numbered_without_a_gap_and_chain(app: Flask) -> None:
    with app.app_context():
        event = make_event(make_organisation())
        event_id = event.id
        ids = [make_session(event, after=10 * place).id for place in range(EDITORS)]
    answers = all_at_once(app, EDITORS, lambda number: moved(event_id, ids[number], 1, 5))
    assert [one for one in answers if isinstance(one, Exception)] == []
    with app.app_context():
        numbers = sorted(one.number for one in queries.releases_of(event_id))
    assert numbers == list(range(1, EDITORS + 1))


def test_a_release_beside_saves_shows_what_its_page_showed_or_nothing(
    app: Flask, ids: tuple[UUID, UUID]
) -> None:
    event_id, session_id = ids
    with app.app_context():
        keeping = service.Keeping(ReleaseMode.HELD, (), 0, nod=True)
        service.keep_programme(SYSTEM, event_id, keeping, now=NOW)
        moved(event_id, session_id, 1, 5)
        planned = queries.planned_sessions(event_id)
        seen, shown = service.seen_of_planned(planned), planned[0].starts_at

    def _act(number: int) -> object:
        if number % 2:
            return moved(event_id, session_id, 2, 5)
        why = service.Why(ReleaseCause.RELEASED)
        return service.release_programme(SYSTEM, event_id, seen, why, now=NOW)

    answers = all_at_once(app, EDITORS, _act)
    released = [one for one in answers if isinstance(one, service.Released)]
    known = (
        service.SessionChangedMeanwhile,
        service.ProgrammeChangedMeanwhile,
        service.NothingToRelease,
    )
    assert [
        one for one in answers if isinstance(one, Exception) and not isinstance(one, known)
    ] == []
    assert len(released) <= 1
    with app.app_context():
        public = db.session.get_one(Session, session_id)
        assert (public.starts_at == shown) == bool(released)
        assert _versions(event_id) == len(released)


def test_going_back_beside_saves_replaces_no_save_that_its_page_did_not_show(
    app: Flask, ids: tuple[UUID, UUID]
) -> None:
    event_id, session_id = ids
    with app.app_context():
        moved(event_id, session_id, 1, 5)
        keeping = service.Keeping(ReleaseMode.HELD, (), 0, nod=True)
        service.keep_programme(SYSTEM, event_id, keeping, now=NOW)
        moved(event_id, session_id, 2, 5)
        seen = service.seen_of(queries.unreleased_of(event_id))
        _release(event_id, seen)
        nothing = service.seen_of([])

    def _act(number: int) -> object:
        if number % 2:
            return moved(event_id, session_id, 4, 60)
        return service.roll_back(SYSTEM, event_id, 1, nothing, now=NOW)

    answers = all_at_once(app, EDITORS, _act)
    known = (service.SessionChangedMeanwhile, service.ProgrammeChangedMeanwhile)
    through = [one for one in answers if not isinstance(one, known)]
    assert len(through) == 1
    with app.app_context():
        planned = queries.planned_session(event_id, session_id)
        assert planned.revision == 5
        assert planned.unreleased


def _release(event_id: UUID, seen: str) -> None:
    why = service.Why(ReleaseCause.RELEASED)
    service.release_programme(SYSTEM, event_id, seen, why, now=NOW)


def _versions(event_id: UUID) -> int:
    rows: Sequence[Release] = db.session.scalars(
        sa.select(Release).join(ReleaseChange).where(Release.event_id == event_id)
    ).all()
    return len(rows)
