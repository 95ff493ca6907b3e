"""Who gets the invitations or reminders that are about to go out: in which languages, how many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from forum.core.db import db
from forum.registrations.models import GuestList, Invitation
from forum.registrations.queries.invitations import ListRow, registered_already
from forum.registrations.queries.listing import types_of

MOST_NAMED = 20

Conditions = Sequence[sa.ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Part:
    """Those of one guest list: how many guests and companions, and the seats for them.

    `kept` are seats set aside for the list, `kept_left` those not taken yet; `others_left` are free
    for everybody of the list's ticket type, once the lists before have taken theirs.
    """

    guest_list: GuestList
    guests: int
    companions: int
    kept: int
    kept_left: int
    others_left: int

    @property
    def people(self) -> int:
        """How many come at most."""
        return self.guests + self.companions

    @property
    def from_others(self) -> int:
        """How many of the seats for everybody they would take."""
        return min(self.others_left, max(0, self.people - self.kept_left))

    @property
    def too_many(self) -> int:
        """How many would have to wait if everybody came."""
        return max(0, self.people - self.kept_left - self.others_left)


@dataclass(frozen=True, slots=True)
class Audience:
    """Everybody who is written to, by language and by guest list."""

    by_language: Mapping[str, int]
    parts: Sequence[Part]

    @property
    def number(self) -> int:
        """How many mails go out."""
        return sum(self.by_language.values())


@dataclass(frozen=True, slots=True)
class Registered:
    """Guests who are registered already: how many, and the first of them."""

    number: int
    first: Sequence[Invitation]


def audience_of(event_id: UUID, conditions: Conditions, rows: Sequence[ListRow]) -> Audience:
    """Return who is written to; `rows` are the event's lists. Two statements."""
    counted = db.session.execute(
        sa.select(
            Invitation.list_id,
            Invitation.lang,
            sa.func.count(),
            sa.func.sum(Invitation.companions),
        )
        .where(*conditions)
        .group_by(Invitation.list_id, Invitation.lang)
    ).all()
    by_language: dict[str, int] = {}
    by_list: dict[UUID, tuple[int, int]] = {}
    for list_id, lang, guests, companions in counted:
        by_language[lang] = by_language.get(lang, 0) + guests
        before = by_list.get(list_id, (0, 0))
        by_list[list_id] = before[0] + guests, before[1] + int(companions)
    types = {one.id: one for one in types_of(event_id)}
    parts = []
    left_in: dict[UUID, int] = {}
    for row in rows:
        if row.guest_list.id not in by_list:
            continue
        ticket_type = types[row.guest_list.ticket_type_id]
        pools = [ticket_type.pool, *([ticket_type.limit] if ticket_type.limit else [])]
        for one in pools:
            left_in.setdefault(one.id, 0 if one.waiting else one.left)
        left = min(left_in[one.id] for one in pools)
        guests, companions = by_list[row.guest_list.id]
        kept = row.guest_list.released_at is None
        kept_left = row.kept - row.taken if kept else 0
        part = Part(row.guest_list, guests, companions, row.kept if kept else 0, kept_left, left)
        parts.append(part)
        for one in pools:
            left_in[one.id] -= part.from_others
    return Audience(by_language, parts)


def registered_of(conditions: Conditions) -> Registered:
    """Return who of these is registered already; two statements."""
    fits = [*conditions, registered_already()]
    number = db.session.scalar(sa.select(sa.func.count(Invitation.id)).where(*fits)) or 0
    first = db.session.scalars(
        sa.select(Invitation)
        .where(*fits)
        .order_by(Invitation.name_key, Invitation.id)
        .limit(MOST_NAMED)
    ).all()
    return Registered(number, first)


def one_of(conditions: Conditions, lang: str, after: UUID | None) -> Invitation | None:
    """Return one who is written to in a language, behind another one; behind the last the first.

    One or two statements.
    """
    wanted = (
        sa.select(Invitation)
        .where(*conditions, Invitation.lang == lang)
        .order_by(Invitation.id)
        .limit(1)
    )
    found = None
    if after is not None:
        found = db.session.scalar(wanted.where(Invitation.id > after))
    return found or db.session.scalar(wanted)
