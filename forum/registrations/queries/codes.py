"""Named reads of access codes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.core.db import db
from forum.core.i18n import Sentence, sentence
from forum.registrations.models import AccessCode, TicketType
from forum.seats.models import SeatPool

if TYPE_CHECKING:
    from forum.core.text import Text

CODES_A_PAGE = 100
_HALF = 5
_ALL: sa.Select[AccessCode, Text, int | None, int | None] = (
    sa.select(AccessCode, TicketType.name, SeatPool.capacity, SeatPool.taken)
    .join(TicketType, TicketType.id == AccessCode.ticket_type_id)
    .outerjoin(SeatPool, SeatPool.id == AccessCode.block_id)
    .order_by(AccessCode.created_at.desc(), AccessCode.id)
)


@dataclass(frozen=True, slots=True)
class CodeRow:
    """An access code with its type's name, and the seats kept for it and its like."""

    code: AccessCode
    type_name: Text
    kept: int | None
    kept_taken: int | None

    @property
    def shown(self) -> str:
        """The code as people read it: two halves."""
        return f"{self.code.code[:_HALF]}-{self.code.code[_HALF:]}"

    def standing(self, now: datetime) -> tuple[str, Sentence]:
        """Return a status word: its colour's class, its words."""
        if self.code.revoked_at is not None:
            return "stop", sentence("Revoked")
        if self.code.expires_at is not None and self.code.expires_at <= now:
            return "", sentence("Time is over")
        if self.code.used >= self.code.uses:
            return "info", sentence("Used up")
        return "go", sentence("Can be used")


@dataclass(frozen=True, slots=True)
class CodePage:
    """One page of an event's codes; `total` counts all of them."""

    rows: Sequence[CodeRow]
    total: int
    number: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // CODES_A_PAGE))


def codes_page(event_id: UUID, *, type_id: UUID | None, number: int) -> CodePage:
    """Return a page of an event's codes, of one type or of all, newest first; two statements."""
    here = [AccessCode.event_id == event_id]
    if type_id is not None:
        here.append(AccessCode.ticket_type_id == type_id)
    total = db.session.scalar(sa.select(sa.func.count()).select_from(AccessCode).where(*here)) or 0
    number = min(max(number, 1), max(1, -(-total // CODES_A_PAGE)))
    rows = db.session.execute(
        _ALL.where(*here).limit(CODES_A_PAGE).offset((number - 1) * CODES_A_PAGE)
    )
    return CodePage([CodeRow(*row) for row in rows], total, number)


@dataclass(frozen=True, slots=True)
class CodesMade:
    """How many codes a type has, and how many of them somebody has registered with."""

    number: int
    used: int


def codes_made(type_id: UUID) -> CodesMade:
    """Return how many codes a type has; one statement."""
    row = db.session.execute(
        sa.select(sa.func.count(), sa.func.count().filter(AccessCode.used > 0)).where(
            AccessCode.ticket_type_id == type_id
        )
    ).one()
    return CodesMade(row[0], row[1])


def all_codes(event_id: UUID) -> list[CodeRow]:
    """Return all codes of an event, newest first; one statement."""
    return [
        CodeRow(*row) for row in db.session.execute(_ALL.where(AccessCode.event_id == event_id))
    ]
