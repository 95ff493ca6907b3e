"""Seats of a guest list are released while its guests accept: neither waits for the other."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import psycopg
import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from forum.core.actor import SYSTEM
from forum.core.db import db
from forum.events.models import Event
from forum.registrations.models import GuestList
from forum.registrations.rules import InvitationState, RegistrationState
from forum.registrations.service import guest_lists, replying
from forum.registrations.service.replying import Accepted, Reply
from tests.factories import NOW, make_event
from tests.registrations.inviting import invitation, made_list, one_invited, seats_agree
from tests.support.ground import wait_until

WAITS = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")


def test_a_guest_accepts_while_the_list_is_held(
    on_postgres: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Writing an invitation asks the list only whether it is there (a foreign key)."""
    accepted, freed, who = _released_while_accepting(on_postgres, monkeypatch)
    assert accepted.state is RegistrationState.CONFIRMED
    assert freed == 3
    with on_postgres.app_context():
        assert invitation(who).state is InvitationState.ACCEPTED
        assert seats_agree()


def test_the_control_that_holds_the_list_for_update_is_a_deadlock(
    on_postgres: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guest has the pools and waits for the list, whose holder wants the pools next."""
    hold = guest_lists.held_list

    def _hold_for_update(session: Session, event: Event, list_id: UUID) -> GuestList:
        session.execute(sa.select(GuestList.id).where(GuestList.id == list_id).with_for_update())
        return hold(session, event, list_id)

    monkeypatch.setattr(guest_lists, "held_list", _hold_for_update)
    with pytest.raises(OperationalError) as failed:
        _released_while_accepting(on_postgres, monkeypatch)
    assert isinstance(failed.value.orig, psycopg.errors.DeadlockDetected)


def _released_while_accepting(
    on_postgres: Flask, monkeypatch: pytest.MonkeyPatch
) -> tuple[Accepted, int, UUID]:
    with on_postgres.app_context():
        event_id = make_event(capacity=20).id
        listed = made_list(event_id, kept=4)
        who = one_invited(event_id, listed)
    holds, may_release = threading.Event(), threading.Event()

    def _later(act: Callable[..., Any]) -> Callable[..., Any]:
        def _act(*given: Any) -> Any:
            holds.set()
            assert may_release.wait(20)
            return act(*given)

        return _act

    def _release() -> int:
        with on_postgres.app_context():
            return guest_lists.release(SYSTEM, event_id, listed, now=NOW)

    def _accept() -> Accepted:
        with on_postgres.app_context():
            return replying.accept(SYSTEM, who, Reply(), now=NOW)

    def _waits() -> bool:
        with on_postgres.app_context():
            return bool(db.session.scalar(WAITS))

    monkeypatch.setattr(guest_lists, "release_seats", _later(guest_lists.release_seats))
    with ThreadPoolExecutor(2) as pool:
        released = pool.submit(_release)
        assert holds.wait(20)
        accepted = pool.submit(_accept)
        wait_until(lambda: accepted.done() or _waits(), seconds=20, what="the guest")
        may_release.set()
        return accepted.result(20), released.result(20), who
