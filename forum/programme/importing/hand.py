"""What every part of writing an import needs: where, who, when, and how it is recorded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from forum.core import audit
from forum.core.errors import Conflict
from forum.core.i18n import sentence
from forum.events.models import Event
from forum.events.rules import MOST_PARTS as MOST_ROOMS
from forum.programme.models import Programme
from forum.programme.rules import MOST_SESSIONS, MOST_TRACKS, ReleaseMode

if TYPE_CHECKING:
    from sqlalchemy.orm import Session as Database

    from forum.core.actor import Actor

AT_ONCE = 5000


class ProgrammeFull(Conflict):
    """With what the file holds there would be more than a programme can show."""

    code = "programme_full"
    status = 422
    says = sentence(
        "With this file there would be more than %(sessions)s sessions, %(rooms)s rooms or "
        "%(tracks)s tracks.",
        sessions=f"{MOST_SESSIONS:,}",
        rooms=MOST_ROOMS,
        tracks=MOST_TRACKS,
    )


@dataclass(frozen=True, slots=True)
class Hand:
    """The hand that writes one import into a locked event."""

    transaction: Database
    actor: Actor
    event: Event
    programme: Programme
    source: str
    now: datetime

    @property
    def holds_back(self) -> bool:
        """Whether changes wait for a release."""
        return self.programme.mode is ReleaseMode.HELD

    def record(self, action: str, thing: tuple[str, UUID], details: Mapping[str, Any]) -> None:
        """Write one entry into the audit trail."""
        audit.record(
            self.transaction,
            self.actor,
            action,
            thing,
            self.event.organisation_id,
            dict(details),
            self.now,
        )

    def loaded(self, model: type[Any], refs: Iterable[str]) -> list[Any]:
        """Return the rows of references in the order of their ids."""
        ids = sorted({UUID(one) for one in refs})
        found: list[Any] = []
        for first in range(0, len(ids), AT_ONCE):
            found += self.transaction.scalars(
                sa.select(model)
                .where(model.id.in_(ids[first : first + AT_ONCE]))
                .order_by(model.id)
            ).all()
        return found
