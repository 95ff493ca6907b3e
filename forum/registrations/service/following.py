"""Letting invitations follow many registrations at once: most belong to none."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from forum.core.db import db
from forum.registrations.models import Invitation, Registration
from forum.registrations.service.replying import follow_booking

_SAME_EVENT = Invitation.event_id == Registration.event_id
# Built once; each half by its own index, whose words the second has to repeat.
_INVITED = (
    sa.select(Registration.id)
    .where(
        Registration.id.in_(sa.bindparam("ids", expanding=True)),
        sa.or_(
            sa.exists().where(_SAME_EVENT, Invitation.booking_id == Registration.booking_id),
            sa.exists().where(
                _SAME_EVENT,
                Invitation.email_key == Registration.email_key,
                Invitation.email_key != sa.literal_column("''"),
            ),
        ),
    )
    .order_by(Registration.id)
)


def follow_bookings(registration_ids: Collection[UUID], *, now: datetime) -> None:
    """Let invitations follow what became of registrations; see `follow_booking`.

    One statement, and more for each registration that an invitation belongs to.
    """
    invited = db.session.connection().execute(_INVITED, {"ids": list(registration_ids)})
    for registration_id in invited.scalars().all():
        follow_booking(registration_id, now=now)
