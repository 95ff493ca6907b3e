"""Which ticket types enter at which checkpoints, for pages of lower rooms."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from forum.checkin.models import Checkpoint, CheckpointType
from forum.core.db import db
from forum.core.entrances import Entrance, finds_entrances


@finds_entrances
def checkpoint_entrances(event_id: UUID) -> list[Entrance]:
    """Return an event's checkpoints with the only ticket types they let in; one statement."""
    rows = db.session.execute(
        sa.select(Checkpoint.id, Checkpoint.name, CheckpointType.ticket_type_id)
        .outerjoin(CheckpointType, CheckpointType.checkpoint_id == Checkpoint.id)
        .where(Checkpoint.event_id == event_id)
        .order_by(Checkpoint.created_at, Checkpoint.id)
    ).all()
    only: dict[UUID, set[UUID]] = {}
    for checkpoint_id, _, type_id in rows:
        only.setdefault(checkpoint_id, set()).update({type_id} - {None})
    names = {row[0]: row[1] for row in rows}
    return [Entrance(names[one], frozenset(types)) for one, types in only.items()]
