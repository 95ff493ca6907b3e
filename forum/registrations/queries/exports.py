"""Guests for an export: some at a time in the order they came, however many they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from forum.core.db import db
from forum.registrations.models import Registration
from forum.registrations.queries.listing import narrowed_to
from forum.registrations.rules.listing import Wanted

AT_ONCE = 1000


def guests_in_turn(event_id: UUID, wanted: Wanted) -> Iterator[Sequence[Registration]]:
    """Return all that fit, who came first comes first, 1,000 at a time; one statement each.

    What was read is forgotten between two of them: memory stays the same for any number.
    """
    conditions = narrowed_to(event_id, wanted)
    key = sa.tuple_(Registration.created_at, Registration.id)
    after: sa.ColumnElement[bool] = sa.true()
    while True:
        rows = db.session.scalars(
            sa.select(Registration)
            .where(*conditions, after)
            .options(joinedload(Registration.ticket_type), joinedload(Registration.booking))
            .order_by(Registration.created_at, Registration.id)
            .limit(AT_ONCE)
        ).all()
        if rows:
            yield rows
        if len(rows) < AT_ONCE:
            return
        last = rows[-1]
        after = key > sa.tuple_(
            sa.literal(last.created_at, Registration.created_at.type),
            sa.literal(last.id, Registration.id.type),
        )
        db.session.rollback()
        db.session.expunge_all()
