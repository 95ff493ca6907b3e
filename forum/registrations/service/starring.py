"""Stars: sessions that a guest means to see. They hold no place, and nobody else sees them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session as Transaction

from forum.core.db import append, writing
from forum.core.errors import NotFound
from forum.programme.models import Session
from forum.programme.rules import SessionState
from forum.registrations.models import Registration, Star
from forum.registrations.rules import ACTIVE, MOST_STARS, AlreadyCancelled


def append_stars(
    transaction: Transaction,
    event_id: UUID,
    registration_id: UUID,
    session_ids: Iterable[UUID],
    now: datetime,
) -> None:
    """Give a registration that is being made its stars; no statement where there are none."""
    wanted = list(session_ids)[:MOST_STARS]
    if wanted:
        for known in _known(transaction, event_id, wanted):
            append(
                transaction,
                Star,
                registration_id=registration_id,
                session_id=known,
                starred_at=now,
            )


def keep_stars(registration_id: UUID, session_ids: Iterable[UUID], *, now: datetime) -> int:
    """Star these sessions for a guest, those that were not yet; return how many are new.

    Sessions of other events and drafts are passed over. Raises NotFound, AlreadyCancelled.
    """
    wanted = list(session_ids)[:MOST_STARS]
    with writing() as transaction:
        event_id = _event_of(transaction, registration_id)
        known = _known(transaction, event_id, wanted)
        if not known:
            return 0
        of_dialect = transaction.get_bind().dialect.name
        insert = (sqlite if of_dialect == "sqlite" else postgresql).insert
        made = transaction.execute(
            insert(Star)
            .values(
                [
                    {"registration_id": registration_id, "session_id": one, "starred_at": now}
                    for one in sorted(known)
                ]
            )
            .on_conflict_do_nothing()
            .returning(Star.session_id)
        ).all()
        return len(made)


def take_star_off(registration_id: UUID, session_id: UUID) -> None:
    """Take a guest's star off a session, if there is one; raises NotFound, AlreadyCancelled."""
    with writing() as transaction:
        _event_of(transaction, registration_id)
        transaction.execute(
            sa.delete(Star)
            .where(Star.registration_id == registration_id, Star.session_id == session_id)
            .execution_options(synchronize_session=False)
        )


def _event_of(transaction: Transaction, registration_id: UUID) -> UUID:
    row = transaction.execute(
        sa.select(Registration.event_id, Registration.state).where(
            Registration.id == registration_id
        )
    ).first()
    if row is None:
        raise NotFound
    if row.state not in ACTIVE:
        raise AlreadyCancelled
    found: UUID = row.event_id
    return found


def _known(transaction: Transaction, event_id: UUID, wanted: list[UUID]) -> list[UUID]:
    return list(
        transaction.scalars(
            sa.select(Session.id).where(
                Session.id.in_(wanted),
                Session.event_id == event_id,
                Session.state != SessionState.DRAFT,
            )
        )
    )
