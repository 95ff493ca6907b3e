"""Whom the rows of a guest list mean: guests who are known by reference or address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from forum.registrations.models import Registration, TicketType
from forum.registrations.rules import ACTIVE, header_key

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.registrations.service.reading_guests import GuestRow


@dataclass(frozen=True, slots=True)
class KnownGuests:
    """Guests by address while they stand, and by reference also when they no longer do."""

    by_key: Mapping[str, Registration]
    by_code: Mapping[str, Registration]

    def find(self, row: GuestRow) -> Registration | None:
        """Return whom a row means: by reference, else by address."""
        by_code = self.by_code.get(row.code) if row.code else None
        return by_code or (self.by_key.get(row.key) if row.key else None)

    def takes_from_another(self, found: Registration, row: GuestRow) -> bool:
        """Say whether a row would give a guest an address that another guest holds."""
        holder = self.by_key.get(row.key) if row.key else None
        others = holder is not None and holder.id != found.id
        return others and holder is not None and holder.holds_address and found.holds_address


def known_guests(session: Session, event_id: UUID, rows: Sequence[GuestRow]) -> KnownGuests:
    """Return which guests of an event these rows may mean, with their types; one statement."""
    keys = [one.key for one in rows if one.key]
    codes = [one.code for one in rows if one.code]
    found = session.scalars(
        sa.select(Registration)
        .where(
            Registration.event_id == event_id,
            sa.or_(
                sa.and_(Registration.email_key.in_(keys), Registration.state.in_(ACTIVE)),
                Registration.code.in_(codes),
            ),
        )
        .order_by(Registration.id)
        .options(joinedload(Registration.ticket_type))
        .execution_options(populate_existing=True)
    ).all()
    standing = {one.email_key: one for one in found if one.email_key and one.state in ACTIVE}
    return KnownGuests(standing, {one.code: one for one in found})


def corrects_address(found: Registration, row: GuestRow) -> bool:
    """Say whether a row gives a guest another address than the one that is known."""
    return bool(row.email) and found.email_key != row.key


def names_type(row: GuestRow, ticket_type: TicketType) -> bool:
    """Say whether a row's type is this one, in any of its languages."""
    wanted = header_key(row.type_name)
    return any(header_key(name) == wanted for name in ticket_type.name.by_language.values())
