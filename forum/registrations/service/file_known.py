"""Whom the rows of a guest list mean: guests who are known by reference or address."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from forum.registrations.models import Registration, RegistrationPolicy, TicketType
from forum.registrations.rules import ACTIVE, header_key

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.registrations.service.reading_guests import GuestRow


@dataclass(frozen=True, slots=True)
class KnownGuests:
    """Guests by address while they stand, and by reference also when they no longer do.

    Of those with one address whoever holds it comes first. `several` may hold one at this event.
    """

    by_key: Mapping[str, list[Registration]]
    by_code: Mapping[str, Registration]
    several: bool = False

    def find(self, row: GuestRow) -> Registration | None:
        """Return whom a row means: by reference, else by address."""
        by_code = self.by_code.get(row.code) if row.code else None
        of_address = self.by_key.get(row.key) if row.key else None
        return by_code or (of_address[0] if of_address else None)

    def let_go(self, corrected: Container[UUID]) -> None:
        """Forget the addresses of guests whose address was corrected in what was read before."""
        for guests in self.by_key.values():
            guests[:] = [one for one in guests if one.id not in corrected]

    def takes_from_another(self, found: Registration, row: GuestRow) -> bool:
        """Say whether a row would give a guest an address that another guest holds."""
        if not corrects_address(found, row) or not self.will_hold(found):
            return False
        return any(one.holds_address and one is not found for one in self.by_key.get(row.key, ()))

    def will_hold(self, found: Registration) -> bool:
        """Say whether a guest is to be the only one with an address that is corrected or added."""
        return not self.several and (found.holds_address or not found.email_key)

    def correct(self, rows: Sequence[GuestRow]) -> Corrections:
        """Decide, one row after the other, whose addresses are corrected, and whose cannot be.

        The address that a guest had belongs to nobody then, for the rows that are looked at next.
        """
        done = Corrections()
        for row in rows:
            found = self.by_code.get(row.code) if row.code else None
            if found is None or found.state not in ACTIVE or not corrects_address(found, row):
                continue
            if self.takes_from_another(found, row):
                done.refused.add(row.number)
                continue
            done.of_row[row.number] = found
            if found in (before := self.by_key.get(found.email_key, [])):
                before.remove(found)
        return done


@dataclass(frozen=True, slots=True)
class Corrections:
    """Whose address which row corrects, by its number, and rows that name one of another guest."""

    of_row: dict[int, Registration] = field(default_factory=dict)
    refused: set[int] = field(default_factory=set)


def known_guests(
    session: Session, event_id: UUID, rows: Sequence[GuestRow], *, held: bool = False
) -> KnownGuests:
    """Return which guests of an event these rows may mean, with their types; two statements.

    With `held` their rows stay as they are until the commit.
    """
    keys = [one.key for one in rows if one.key]
    codes = [one.code for one in rows if one.code]
    wanted = (
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
    )
    if held:
        wanted = wanted.with_for_update(key_share=True, of=Registration)
    found = session.scalars(wanted).all()
    standing: dict[str, list[Registration]] = {}
    for one in sorted(found, key=lambda one: not one.holds_address):
        if one.email_key and one.state in ACTIVE:
            standing.setdefault(one.email_key, []).append(one)
    policy = session.get(RegistrationPolicy, event_id, populate_existing=True)
    several = policy is not None and policy.several_per_address
    return KnownGuests(standing, {one.code: one for one in found}, several)


def corrects_address(found: Registration, row: GuestRow) -> bool:
    """Say whether a row gives a guest another address than the one that is known."""
    return bool(row.email) and found.email_key != row.key


def names_type(row: GuestRow, ticket_type: TicketType) -> bool:
    """Say whether a row's type is this one, in any of its languages."""
    wanted = header_key(row.type_name)
    return any(header_key(name) == wanted for name in ticket_type.name.by_language.values())
