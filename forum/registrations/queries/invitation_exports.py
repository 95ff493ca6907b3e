"""Invitations for a file: some at a time by precedence and name, however many they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from forum.core.db import db
from forum.registrations.models import Invitation
from forum.registrations.queries.invitations import matching
from forum.registrations.rules import LAST_PRECEDENCE, InvitationState

AT_ONCE = 1000


def invitations_in_turn(
    event_id: UUID, *, list_id: UUID | None, state: InvitationState | None, search: str
) -> Iterator[Sequence[Invitation]]:
    """Return all that fit with their lists, 1,000 at a time; one statement each.

    What was read is forgotten between two of them: memory stays the same for any number.
    """
    fits = [Invitation.event_id == event_id, *matching(search)]
    fits += [] if list_id is None else [Invitation.list_id == list_id]
    fits += [] if state is None else [Invitation.state == state]
    place = sa.func.coalesce(Invitation.precedence, LAST_PRECEDENCE + 1)
    key = sa.tuple_(place, Invitation.name_key, Invitation.id)
    after: sa.ColumnElement[bool] = sa.true()
    while True:
        rows = db.session.scalars(
            sa.select(Invitation)
            .where(*fits, after)
            .options(joinedload(Invitation.guest_list))
            .order_by(place, Invitation.name_key, Invitation.id)
            .limit(AT_ONCE)
        ).all()
        if rows:
            yield rows
        if len(rows) < AT_ONCE:
            return
        last = rows[-1]
        there = LAST_PRECEDENCE + 1 if last.precedence is None else last.precedence
        after = key > sa.tuple_(
            sa.literal(there, sa.Integer),
            sa.literal(last.name_key, Invitation.name_key.type),
            sa.literal(last.id, Invitation.id.type),
        )
        db.session.rollback()
        db.session.expunge_all()
