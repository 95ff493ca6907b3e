"""Released versions: what waits, what guests see, going back, and what is told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from forum.core.actor import SYSTEM
from forum.core.db import counted_statements, db
from forum.core.outbox import OutboxRow, after
from forum.core.text import Text
from forum.programme import queries, service
from forum.programme.models import Release, SessionDraft
from forum.programme.rules import AppearanceRole, ReleaseCause, SessionState
from tests import factories
from tests.programme.releasing import LATER, go_back, hold, move, public, release


@pytest.fixture
def event(in_app: Flask) -> Any:
    return factories.make_event(factories.make_organisation())


@pytest.mark.both_databases
def test_what_is_held_back_is_seen_by_nobody_until_it_is_released(event):
    session = factories.make_session(event)
    before = session.starts_at
    hold(event)
    move(event, session, 10)
    assert public(session.id).starts_at == before
    assert public(session.id).calendar_sequence == 0
    planned = queries.planned_session(event.id, session.id)
    assert planned.unreleased
    assert planned.starts_at == before + timedelta(minutes=10)
    done = release(event, note=Text({"en": "Moved"}))
    assert (done.number, done.sessions) == (1, 1)
    assert public(session.id).starts_at == before + timedelta(minutes=10)
    assert public(session.id).calendar_sequence == 1
    assert db.session.scalar(sa.select(sa.func.count()).select_from(SessionDraft)) == 0
    (version,) = queries.releases_of(event.id)
    assert [change.kinds for change in version.changes] == [["time"]]


@pytest.mark.both_databases
def test_a_small_event_makes_a_version_with_each_save(event):
    session = factories.make_session(event)
    move(event, session, 10)
    move(event, session, 10)
    versions = queries.releases_of(event.id)
    assert [(one.number, one.cause) for one in versions] == [
        (2, ReleaseCause.SAVED),
        (1, ReleaseCause.SAVED),
    ]


def test_word_of_single_saves_waits_and_of_a_release_does_not(event):
    after("programme.released")(_hear)
    session = factories.make_session(event)
    move(event, session, 10)
    hold(event)
    move(event, session, 10)
    release(event)
    rows = db.session.scalars(
        sa.select(OutboxRow).where(OutboxRow.topic == "programme.released").order_by(OutboxRow.key)
    ).all()
    assert [row.due_at - LATER for row in rows] == [timedelta(minutes=10), timedelta(0)]


def _hear(*_: Any) -> None:
    """Take word of a release, so that there is a row."""


@pytest.mark.both_databases
def test_going_back_prepares_the_earlier_programme_and_cancels_what_is_newer(event):
    speaker = factories.make_speaker(event.organisation_id)
    session = factories.make_session(event)
    factories.make_appearance(session, speaker, AppearanceRole.PRESENTER)
    at = session.starts_at
    hold(event)
    move(event, session, 10)
    release(event)
    newer = factories.make_session(event, state=SessionState.DRAFT)
    service.update_session(
        SYSTEM,
        event.id,
        newer.id,
        newer.revision,
        _details(newer),
        confirm=True,
        now=LATER,
    )
    move(event, session, 10)
    release(event)
    assert go_back(event, 1) == 2
    assert public(session.id).starts_at == at + timedelta(minutes=20)
    release(event)
    assert public(session.id).starts_at == at + timedelta(minutes=10)
    assert public(newer.id).state is SessionState.CANCELLED
    kinds = {str(one.session_id): one.kinds for one in queries.release_of(event.id, 3).changes}
    assert kinds == {str(session.id): ["time"], str(newer.id): ["cancelled"]}


def _details(session: Any) -> service.SessionDetails:
    return service.SessionDetails(
        kind=session.kind,
        title=session.title,
        abstract=Text(),
        delivered_in=[],
        interpreted_into=[],
        room_id=None,
        also_in=[],
        track_id=None,
        parts=[],
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        day=None,
        stream_url="",
        cast=[],
    )


def test_a_release_of_what_was_changed_meanwhile_is_refused(event):
    session = factories.make_session(event)
    hold(event)
    move(event, session, 10)
    seen = service.seen_of_planned(queries.planned_sessions(event.id))
    move(event, session, 10)
    with pytest.raises(service.ProgrammeChangedMeanwhile):
        service.release_programme(
            SYSTEM, event.id, seen, service.Why(ReleaseCause.RELEASED), now=LATER
        )
    service.discard_changes(SYSTEM, event.id, now=LATER)
    with pytest.raises(service.NothingToRelease):
        release(event)


def test_moving_back_leaves_nothing_to_release(event):
    session = factories.make_session(event)
    hold(event)
    move(event, session, 10)
    move(event, session, -10)
    assert not queries.planned_session(event.id, session.id).unreleased


@pytest.mark.parametrize("number", [1, 30])
def test_the_planned_programme_takes_as_many_statements_with_one_session_as_with_thirty(
    event, number
):
    speaker = factories.make_speaker(event.organisation_id)
    for _ in range(number):
        factories.make_appearance(factories.make_session(event), speaker)
    hold(event)
    for one in queries.planned_sessions(event.id):
        move(event, one, 5)
    db.session.rollback()
    with counted_statements(db.engine) as seen:
        assert len(queries.planned_sessions(event.id)) == number
    assert len(seen) == 6
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Release)) == 0


@pytest.mark.parametrize("number", [2, 30])
def test_a_release_reads_as_often_for_two_sessions_as_for_thirty(event, number):
    speaker = factories.make_speaker(event.organisation_id)
    for _ in range(number):
        factories.make_appearance(factories.make_session(event), speaker)
    hold(event)
    for one in queries.planned_sessions(event.id):
        move(event, one, 5)
    seen = service.seen_of_planned(queries.planned_sessions(event.id))
    db.session.rollback()
    with counted_statements(db.engine) as statements:
        service.release_programme(
            SYSTEM, event.id, seen, service.Why(ReleaseCause.RELEASED), now=LATER
        )
    assert len([one for one in statements if one.startswith("SELECT")]) <= 8


def test_who_was_removed_since_a_change_was_saved_is_left_out_of_its_release(event, tmp_path):
    session = factories.make_session(event)
    gone = factories.make_speaker(event.organisation_id)
    factories.make_appearance(session, gone)
    hold(event)
    move(event, session, 5)
    service.remove_speaker(SYSTEM, event.organisation_id, gone.id, tmp_path, now=LATER)
    release(event)
    assert queries.session_of(event.id, session.id).appearances == []
