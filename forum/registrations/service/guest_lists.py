"""Guest lists: made, changed, removed; the seats kept for them, and their release."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import set_committed_value

from forum.core import audit
from forum.core.actor import SYSTEM
from forum.core.constraints import told_as
from forum.core.db import db, writing
from forum.core.errors import Conflict, NotFound
from forum.core.i18n import sentence
from forum.core.page_scopes import changed, event_scope
from forum.core.periodic import every
from forum.core.revisions import ChangedMeanwhile, difference
from forum.registrations.models import GuestList, Invitation, TicketType
from forum.registrations.rules import InvitationState
from forum.registrations.service.holding import held_event
from forum.registrations.service.settling import keep_seats, release_seats
from forum.seats.models import SeatPool

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.core.actor import Actor
    from forum.events.models import Event

AT_ONCE = 50
NAMED_ONCE = "uq_guest_list_event_id_name"


class ListNameTaken(Conflict):
    """Another guest list of the event has this name."""

    code = "list_name_taken"
    says = sentence("Another guest list has this name. Enter a different one.")


class SeatsStillKept(Conflict):
    """The list's ticket type cannot change while its seats are kept out of the other's pool."""

    code = "seats_still_kept"
    says = sentence("Release the seats that are kept for this list first, then change its type.")


class ListHasGuests(Conflict):
    """Guests of the list were invited: it stays."""

    code = "list_has_guests"
    says = sentence("Guests of this list were invited. Move them to another list first.")


@dataclass(frozen=True, slots=True)
class ListWanted:
    """What a guest list is to be; `kept` seats are set aside for it until `kept_until`."""

    name: str
    type_id: UUID
    companions: int = 0
    greet: bool = False
    kept: int = 0
    kept_until: datetime | None = None
    reply_until: datetime | None = None

    def values(self) -> dict[str, object]:
        """Return the list's own columns."""
        return {
            "name": self.name,
            "ticket_type_id": self.type_id,
            "companions": self.companions,
            "greet": self.greet,
            "kept_until": self.kept_until,
            "reply_until": self.reply_until,
        }


def create_list(actor: Actor, event_id: UUID, wanted: ListWanted, *, now: datetime) -> UUID:
    """Make a guest list and keep its seats; return its id.

    Raises ListNameTaken, NoRoomForBlock, NotFound, Forbidden.
    """
    with told_as(ListNameTaken(field="name"), NAMED_ONCE), writing() as session:
        event = held_event(session, actor, event_id)
        ticket_type = _type_of(session, event, wanted.type_id)
        last = sa.select(sa.func.coalesce(sa.func.max(GuestList.position), 0) + 1).where(
            GuestList.event_id == event.id
        )
        made = GuestList(
            event_id=event.id,
            position=session.scalar(last),
            created_at=now,
            **wanted.values(),
        )
        made.ticket_type = ticket_type
        session.add(made)
        session.flush()
        if wanted.kept:
            keep_seats(session, event, made, wanted.kept, now)
            changed(session, event_scope(event.id))
        _record(session, actor, event, made, "guest_list.created", {"seats": wanted.kept}, now)
        return made.id


def change_list(
    actor: Actor,
    event_id: UUID,
    list_id: UUID,
    wanted: ListWanted,
    *,
    revision: int,
    now: datetime,
) -> None:
    """Change a guest list, and how many seats are kept for it.

    Invitations that are there keep what they have. Raises ChangedMeanwhile, ListNameTaken,
    SeatsStillKept, NoRoomForBlock, CapacityBelowTaken, NotFound, Forbidden.
    """
    with told_as(ListNameTaken(field="name"), NAMED_ONCE), writing() as session:
        event = held_event(session, actor, event_id)
        found = held_list(session, event, list_id)
        if found.revision != revision:
            raise ChangedMeanwhile
        ticket_type = _type_of(session, event, wanted.type_id)
        kept = found.block.capacity if found.block else 0
        if kept and ticket_type.pool_id != found.ticket_type.pool_id:
            raise SeatsStillKept(field="type_id")
        after = wanted.values()
        before = {name: getattr(found, name) for name in after}
        changes = difference(
            before | {"seats": kept, "ticket_type_id": str(found.ticket_type_id)},
            after | {"seats": wanted.kept, "ticket_type_id": str(wanted.type_id)},
        )
        for name, value in after.items():
            setattr(found, name, value)
        found.ticket_type = ticket_type
        found.revision += 1
        if wanted.kept != kept:
            found.released_at = None if wanted.kept else found.released_at
            keep_seats(session, event, found, wanted.kept, now)
            changed(session, event_scope(event.id))
        session.flush()
        more = {"revision": found.revision, "changes": changes}
        _record(session, actor, event, found, "guest_list.changed", more, now)


def remove_list(actor: Actor, event_id: UUID, list_id: UUID, *, now: datetime) -> int:
    """Remove a guest list with its drafts and give its seats back; return how many drafts went.

    Raises ListHasGuests where somebody of it was invited, NotFound, Forbidden.
    """
    with writing() as session:
        event = held_event(session, actor, event_id)
        found = held_list(session, event, list_id)
        states = session.scalars(
            sa.select(Invitation.state).where(Invitation.list_id == found.id)
        ).all()
        if any(state is not InvitationState.DRAFT for state in states):
            raise ListHasGuests
        if found.block is not None and found.block.capacity:
            release_seats(session, event, found, now)
            changed(session, event_scope(event.id))
        more = {"name": found.name, "drafts": len(states)}
        _record(session, actor, event, found, "guest_list.removed", more, now)
        session.execute(sa.delete(Invitation).where(Invitation.list_id == found.id))
        session.delete(found)
        return len(states)


def release(actor: Actor, event_id: UUID, list_id: UUID, *, now: datetime) -> int:
    """Give back what is left of the seats kept for a list; return how many became free.

    Raises NotFound, Forbidden.
    """
    with writing() as session:
        event = held_event(session, actor, event_id)
        found = held_list(session, event, list_id)
        freed = release_seats(session, event, found, now)
        found.revision += 1
        changed(session, event_scope(event.id))
        _record(session, actor, event, found, "guest_list.released_by_hand", {"freed": freed}, now)
        return freed


@every(timedelta(minutes=1), "release seats kept for guest lists")
def release_due(now: datetime) -> int:
    """Give back seats whose time is over; return how many lists were released."""
    due = db.session.execute(
        sa.select(GuestList.event_id, GuestList.id)
        .where(GuestList.kept_until <= now, GuestList.released_at.is_(None))
        .order_by(GuestList.kept_until, GuestList.id)
        .limit(AT_ONCE)
    ).all()
    released = 0
    for event_id, list_id in due:
        with writing() as session:
            event = held_event(session, SYSTEM, event_id)
            found = held_list(session, event, list_id)
            over = found.kept_until is not None and found.kept_until <= now
            if over and found.released_at is None:
                release_seats(session, event, found, now)
                found.revision += 1
                changed(session, event_scope(event.id))
                released += 1
    return released


def held_list(session: Session, event: Event, list_id: UUID) -> GuestList:
    """Return a guest list of an event, held, with its type and block; raises NotFound."""
    found = session.scalar(
        sa.select(GuestList)
        .where(GuestList.event_id == event.id, GuestList.id == list_id)
        .options(joinedload(GuestList.ticket_type))
        .with_for_update(key_share=True, of=GuestList)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    block = (
        session.get_one(SeatPool, found.block_id, populate_existing=True)
        if found.block_id
        else None
    )
    set_committed_value(found, "block", block)
    return found


def _type_of(session: Session, event: Event, type_id: UUID) -> TicketType:
    found = session.get(TicketType, type_id, populate_existing=True)
    if found is None or found.event_id != event.id:
        raise NotFound
    return found


def _record(
    session: Session,
    actor: Actor,
    event: Event,
    one: GuestList,
    what: str,
    details: dict[str, object],
    now: datetime,
) -> None:
    audit.record(session, actor, what, ("guest_list", one.id), event.organisation_id, details, now)
