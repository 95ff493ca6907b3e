"""Access codes: made at random, used up by one guarded statement, given back by who cancels."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.core.ids import READABLE
from forum.registrations.models import AccessCode, Registration
from forum.registrations.rules import CODE_LETTERS, WrongCode, typed_code

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class ClaimedCode:
    """A code that was used just now, and the block it opens, if any."""

    id: UUID
    block_id: UUID | None


def new_code() -> str:
    """Return a code that nobody guesses."""
    return "".join(secrets.choice(READABLE) for _ in range(CODE_LETTERS))


def claim_code(
    session: Session, event_id: UUID, type_id: UUID, typed: str, people: int, now: datetime
) -> ClaimedCode:
    """Use a code up for so many people; exact under a stampede, one statement; raises WrongCode."""
    row = session.execute(
        sa.update(AccessCode)
        .where(
            AccessCode.event_id == event_id,
            AccessCode.ticket_type_id == type_id,
            AccessCode.code == typed_code(typed),
            AccessCode.revoked_at.is_(None),
            sa.or_(AccessCode.expires_at.is_(None), AccessCode.expires_at > now),
            AccessCode.used + people <= AccessCode.uses,
        )
        .values(used=AccessCode.used + people)
        .returning(AccessCode.id, AccessCode.block_id)
        .execution_options(synchronize_session=False)
    ).first()
    if row is None:
        raise WrongCode(field="code")
    return ClaimedCode(row[0], row[1])


def lock_codes_of(session: Session, registration_ids: Sequence[UUID]) -> None:
    """Hold the codes that these registrations used until the commit; one statement.

    Always before their pools: whoever registers with a code uses it up before taking seats.
    """
    used = sa.select(Registration.access_code_id).where(Registration.id.in_(registration_ids))
    session.execute(
        sa.select(AccessCode.id)
        .where(AccessCode.id.in_(used))
        .order_by(AccessCode.id)
        .with_for_update(key_share=True)
    )
