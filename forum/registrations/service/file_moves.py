"""Known guests whom a guest list puts into another ticket type: moved as the bulk act moves them.

Before the rows themselves are taken in, in transactions of its own: what is done again finds
everybody moved already.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from forum.core.actor import SYSTEM
from forum.core.db import db
from forum.core.errors import DomainError
from forum.core.i18n import Sentence, sentence
from forum.registrations.models import Registration, TicketType
from forum.registrations.rules import ACTIVE, NoSeatLeft, TypeKept, header_key
from forum.registrations.service.file_known import KnownGuests, known_guests, names_type
from forum.registrations.service.guest_files import types_by_name
from forum.registrations.service.moving import change_type

if TYPE_CHECKING:
    from forum.registrations.service.reading_guests import GuestRow


@dataclass(slots=True)
class Moved:
    """Numbers of the rows whose guests have another type now, and why others have not."""

    numbers: set[int] = field(default_factory=set)
    problems: list[tuple[GuestRow, Sentence]] = field(default_factory=list)


def wanted_type(
    known: KnownGuests, types: Mapping[str, TicketType], row: GuestRow
) -> tuple[Registration, TicketType] | None:
    """Return whom a row puts into which other type, if it does; raises TypeKept.

    `types` are those that files may give: whoever has another one, which Forum keeps, keeps it.
    """
    wanted = types.get(header_key(row.type_name)) if row.type_name else None
    found = known.find(row) if wanted is not None else None
    if wanted is None or found is None or found.state not in ACTIVE:
        return None
    if known.takes_from_another(found, row) or names_type(row, found.ticket_type):
        return None
    if found.ticket_type_id not in {one.id for one in types.values()}:
        raise TypeKept
    return found, wanted


def move_known(event_id: UUID, rows: Sequence[GuestRow], *, now: datetime) -> Moved:
    """Move known guests to the types that their rows name; who finds no seat there stays.

    Three statements where nobody moves; none where no row names a type.
    """
    moved = Moved()
    if not any(row.type_name for row in rows):
        return moved
    types = types_by_name(event_id)
    known = known_guests(db.session(), event_id, rows)
    by_type: dict[UUID, list[tuple[GuestRow, UUID]]] = {}
    names: dict[UUID, str] = {}
    for row in rows:
        try:
            found = wanted_type(known, types, row)
        except TypeKept as error:
            moved.problems.append((row, error.says))
            continue
        if found is None:
            continue
        guest, wanted = found
        by_type.setdefault(wanted.id, []).append((row, guest.id))
        names[wanted.id] = row.type_name
    db.session.rollback()
    for type_id, going in sorted(by_type.items()):
        _move(type_id, names[type_id], going, moved, now)
    return moved


def _move(
    type_id: UUID,
    name: str,
    going: Sequence[tuple[GuestRow, UUID]],
    moved: Moved,
    now: datetime,
) -> None:
    """Move some together, or where one of them cannot, each alone."""
    try:
        change_type(SYSTEM, [guest_id for _, guest_id in going], type_id, now=now)
    except DomainError as error:
        if len(going) > 1:
            for one in going:
                _move(type_id, name, [one], moved, now)
            return
        says = error.says
        if isinstance(error, NoSeatLeft):
            says = sentence("The ticket type stays: “%(type)s” has no seat left.", type=name[:80])
        moved.problems.append((going[0][0], says))
    else:
        moved.numbers |= {row.number for row, _ in going}
