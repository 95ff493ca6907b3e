"""Which of several registrations of one address holds it, when the one that held it goes."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from forum.registrations.models import Registration, RegistrationPolicy
from forum.registrations.rules import ACTIVE

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

_HOLDER = aliased(Registration)


def hand_on_addresses(
    session: Session, event_id: UUID, email_keys: Collection[str]
) -> Collection[str]:
    """Let addresses that nobody holds any more be held by the first registration that has them.

    Else somebody who is registered still could register once more. Return the addresses that found
    a new holder; one statement, two where there is any. Nothing where several may share an address.
    """
    keys = {one for one in email_keys if one}
    if not keys:
        return set()
    held = sa.select(_HOLDER.id).where(
        _HOLDER.event_id == Registration.event_id,
        _HOLDER.email_key == Registration.email_key,
        _HOLDER.holds_address,
        _HOLDER.state.in_(ACTIVE),
    )
    shared = sa.select(RegistrationPolicy.event_id).where(
        RegistrationPolicy.event_id == event_id, RegistrationPolicy.several_per_address
    )
    rows = session.execute(
        sa.select(Registration.email_key, Registration.id)
        .where(
            Registration.event_id == event_id,
            Registration.email_key.in_(keys),
            Registration.state.in_(ACTIVE),
            ~held.exists(),
            ~shared.exists(),
        )
        .order_by(Registration.created_at, Registration.position, Registration.id)
    ).all()
    first: dict[str, UUID] = {}
    for email_key, registration_id in rows:
        first.setdefault(email_key, registration_id)
    if first:
        session.execute(
            sa.update(Registration)
            .where(Registration.id.in_(first.values()))
            .values(holds_address=True)
        )
    return first.keys()
