"""Named reads of consents: wordings that forms show, what guests agreed to, who wants no mail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.core.db import db
from forum.core.text import Text
from forum.events.models import Partner
from forum.registrations.models import Consent, ConsentWording, OptOut
from forum.registrations.rules import ASKED_FOR, ConsentPurpose

if TYPE_CHECKING:
    from collections.abc import Iterable

PURPOSES = tuple(ConsentPurpose)
AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class WordingShown:
    """A statement, or the words beside a box; `recipient` names the partner it is about, if any."""

    id: UUID
    purpose: ConsentPurpose
    partner_id: UUID | None
    recipient: Text
    number: int
    words: Text
    made_at: datetime

    @property
    def is_asked_for(self) -> bool:
        """Whether it has a box of its own; else it is a statement that is only shown."""
        return self.purpose in ASKED_FOR


def wordings_for_form(event_id: UUID) -> list[WordingShown]:
    """Return the wordings that an event's forms show now, statements first; one statement.

    In the order of ConsentPurpose, partners as guests see them.
    """
    rows = db.session.execute(
        sa.select(
            ConsentWording.id,
            ConsentWording.purpose,
            ConsentWording.partner_id,
            Partner.name,
            ConsentWording.number,
            ConsentWording.words,
            ConsentWording.made_at,
        )
        .outerjoin(Partner, Partner.id == ConsentWording.partner_id)
        .where(ConsentWording.event_id == event_id, ConsentWording.withdrawn_at.is_(None))
        .order_by(Partner.position, Partner.id)
    )
    shown = [WordingShown(*row[:3], row[3] or Text(), *row[4:]) for row in rows]
    return sorted(shown, key=lambda one: PURPOSES.index(one.purpose))


def consents_of(registration_ids: Iterable[UUID]) -> dict[UUID, list[Consent]]:
    """Return what attendees have agreed to, withdrawn ones too, oldest first; one statement.

    Somebody who agreed to nothing has an empty list.
    """
    wanted = list(registration_ids)
    found: dict[UUID, list[Consent]] = {one: [] for one in wanted}
    rows = db.session.scalars(
        sa.select(Consent)
        .where(Consent.registration_id.in_(wanted))
        .order_by(Consent.given_at, Consent.id)
    )
    for consent in rows:
        found[consent.registration_id].append(consent)
    return found


def opted_out(organisation_id: UUID, email_keys: Iterable[str]) -> set[str]:
    """Return which addresses want no invitations and no marketing; a statement for each 5,000."""
    found: set[str] = set()
    wanted = sorted(set(email_keys) - {""})
    for start in range(0, len(wanted), AT_ONCE):
        some = wanted[start : start + AT_ONCE]
        found |= set(
            db.session.scalars(
                sa.select(OptOut.email_key).where(
                    OptOut.organisation_id == organisation_id, OptOut.email_key.in_(some)
                )
            )
        )
    return found
