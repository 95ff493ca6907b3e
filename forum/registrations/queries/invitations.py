"""Named reads of guest lists and invitations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from forum.core.audit import AuditEntry
from forum.core.db import db
from forum.core.errors import NotFound
from forum.core.links import Purpose, claim
from forum.core.text import plain_key
from forum.events.models import Event
from forum.registrations.models import (
    GuestList,
    Invitation,
    OptOut,
    Registration,
    TicketType,
)
from forum.registrations.rules import ACTIVE, ASKED, REMIND_AFTER, InvitationState
from forum.seats.models import SeatPool
from forum.seats.rules import PoolAbout

if TYPE_CHECKING:
    from collections.abc import Sequence

INVITATIONS_A_PAGE = 50
LONGEST_WORDS = 100
MOST_EARLIER = 100
LONGEST_STORY = 200


@dataclass(frozen=True, slots=True)
class ListRow:
    """A guest list with its ladder: how many stand in each state, and how many come with them.

    `kept` and `taken` are the seats set aside for it, and those of them that are taken; `coming`
    are people with a seat on the guests' bookings, `waiting` those without one.
    """

    guest_list: GuestList
    kept: int
    taken: int
    counts: dict[InvitationState, int]
    coming: int
    waiting: int

    @property
    def total(self) -> int:
        """How many invitations it has."""
        return sum(self.counts.values())

    @property
    def companions(self) -> int:
        """How many come along with those who accepted."""
        return max(0, self.coming + self.waiting - self.counts[InvitationState.ACCEPTED])


@dataclass(frozen=True, slots=True)
class InvitationPage:
    """One page of invitations; `total` counts all that fit the filter."""

    rows: Sequence[Invitation]
    total: int
    number: int
    counts: dict[InvitationState, int]

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // INVITATIONS_A_PAGE))


@dataclass(frozen=True, slots=True)
class EarlierEvent:
    """An event of the organisation whose guests may be invited again, and how many it had."""

    event: Event
    guests: int


def lists_of(event_id: UUID) -> list[ListRow]:
    """Return an event's guest lists with their figures; three statements."""
    rows = db.session.execute(
        sa.select(GuestList, SeatPool.capacity, SeatPool.taken)
        .join(TicketType, TicketType.id == GuestList.ticket_type_id)
        .outerjoin(SeatPool, SeatPool.id == GuestList.block_id)
        .where(GuestList.event_id == event_id)
        .order_by(GuestList.position, GuestList.id)
        .options(contains_eager(GuestList.ticket_type))
    ).all()
    counted = db.session.execute(
        sa.select(Invitation.list_id, Invitation.state, sa.func.count())
        .where(Invitation.event_id == event_id)
        .group_by(Invitation.list_id, Invitation.state)
    ).all()
    people = db.session.execute(
        sa.select(Invitation.list_id, Registration.in_home, sa.func.count())
        .join(Registration, Registration.booking_id == Invitation.booking_id)
        .where(
            Invitation.event_id == event_id,
            Invitation.state == InvitationState.ACCEPTED,
            Registration.state.in_(ACTIVE),
        )
        .group_by(Invitation.list_id, Registration.in_home)
    ).all()
    states = {(row[0], row[1]): row[2] for row in counted}
    seated = {(row[0], row[1]): row[2] for row in people}
    return [
        ListRow(
            one,
            kept or 0,
            taken or 0,
            {state: states.get((one.id, state), 0) for state in InvitationState},
            seated.get((one.id, True), 0),
            seated.get((one.id, False), 0),
        )
        for one, kept, taken in rows
    ]


def types_to_invite(event_id: UUID, also: UUID | None = None) -> Sequence[TicketType]:
    """Return the ticket types that invited guests can have, in order; one statement.

    `also` is one that a list has already. Those of speakers are given by the programme alone.
    """
    return db.session.scalars(
        sa.select(TicketType)
        .join(SeatPool, SeatPool.id == TicketType.pool_id)
        .where(
            TicketType.event_id == event_id,
            sa.or_(TicketType.closed_for_good_at.is_(None), TicketType.id == also),
            SeatPool.about.not_in([PoolAbout.SPEAKERS, PoolAbout.STAND_BY]),
        )
        .order_by(TicketType.position, TicketType.number)
    ).all()


def list_of(event_id: UUID, list_id: UUID) -> GuestList:
    """Return one guest list with its type and block; NotFound for foreign ones; one statement."""
    found = db.session.scalar(
        sa.select(GuestList)
        .where(GuestList.event_id == event_id, GuestList.id == list_id)
        .options(joinedload(GuestList.ticket_type), joinedload(GuestList.block))
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found


def invitation_page(
    event_id: UUID,
    *,
    list_id: UUID | None = None,
    state: InvitationState | None = None,
    search: str = "",
    number: int = 1,
) -> InvitationPage:
    """Return a page of invitations by precedence and name, counted by state; two statements."""
    fits = [Invitation.event_id == event_id, *matching(search)]
    if list_id is not None:
        fits.append(Invitation.list_id == list_id)
    counted = db.session.execute(
        sa.select(Invitation.state, sa.func.count()).where(*fits).group_by(Invitation.state)
    ).all()
    found = {row[0]: int(row[1]) for row in counted}
    counts = {one: found.get(one, 0) for one in InvitationState}
    total = sum(counts.values()) if state is None else counts[state]
    if state is not None:
        fits.append(Invitation.state == state)
    number = min(max(1, number), max(1, -(-total // INVITATIONS_A_PAGE)))
    rows = db.session.scalars(
        sa.select(Invitation)
        .where(*fits)
        .options(joinedload(Invitation.guest_list))
        .order_by(
            Invitation.precedence.is_(None),
            Invitation.precedence,
            Invitation.name_key,
            Invitation.id,
        )
        .limit(INVITATIONS_A_PAGE)
        .offset((number - 1) * INVITATIONS_A_PAGE)
    ).all()
    return InvitationPage(rows, total, number, counts)


def invitation_of(event_id: UUID, invitation_id: UUID) -> Invitation:
    """Return one invitation with list and booking; NotFound for foreign ones; one statement."""
    found = db.session.scalar(
        sa.select(Invitation)
        .where(Invitation.event_id == event_id, Invitation.id == invitation_id)
        .options(joinedload(Invitation.guest_list), joinedload(Invitation.booking))
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found


def invitation_by_token(token: str) -> Invitation:
    """Return the invitation of a personal link with list, event and booking; one statement.

    Raises NotFound for a foreign, changed or outdated token.
    """
    said = claim(Purpose.GUEST_INVITATION, token)
    found = db.session.scalar(
        sa.select(Invitation)
        .where(Invitation.id == said.id)
        .options(
            joinedload(Invitation.guest_list).joinedload(GuestList.ticket_type),
            joinedload(Invitation.booking),
            joinedload(Invitation.event).joinedload(Event.venue),
            joinedload(Invitation.event).joinedload(Event.organisation),
        )
        .execution_options(populate_existing=True)
    )
    if found is None or not said.holds(found.link_generation):
        raise NotFound
    return found


def looks_full(guest_list: GuestList) -> bool:
    """Say whether a guest of the list who accepts now would have to wait; one statement.

    Its type must be loaded.
    """
    ticket_type = guest_list.ticket_type
    kept = guest_list.block_id if guest_list.released_at is None else None
    ids = [one for one in (ticket_type.pool_id, ticket_type.limit_id, kept) if one]
    found = db.session.scalars(sa.select(SeatPool).where(SeatPool.id.in_(ids)))
    free = {one.id: one.left > 0 and one.waiting == 0 for one in found}
    if ticket_type.limit_id is not None and not free.get(ticket_type.limit_id):
        return True
    return not (free.get(ticket_type.pool_id) or (kept is not None and free.get(kept)))


def people_of(booking_id: UUID | None) -> Sequence[Registration]:
    """Return who stands on a booking and has not left it, in order; one statement."""
    if booking_id is None:
        return []
    return db.session.scalars(
        sa.select(Registration)
        .where(Registration.booking_id == booking_id, Registration.state.in_(ACTIVE))
        .order_by(Registration.position, Registration.id)
        .execution_options(populate_existing=True)
    ).all()


def story_of(invitation_id: UUID, booking_id: UUID | None) -> Sequence[AuditEntry]:
    """Return what happened to an invitation and on its booking, newest first; one statement."""
    things = [sa.and_(AuditEntry.thing_kind == "invitation", AuditEntry.thing_id == invitation_id)]
    if booking_id is not None:
        people = sa.select(Registration.id).where(Registration.booking_id == booking_id)
        things += [
            sa.and_(AuditEntry.thing_kind == "registration", AuditEntry.thing_id.in_(people)),
            sa.and_(AuditEntry.thing_kind == "booking", AuditEntry.thing_id == booking_id),
        ]
    return db.session.scalars(
        sa.select(AuditEntry)
        .where(sa.or_(*things))
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
        .limit(LONGEST_STORY)
    ).all()


def earlier_events(event: Event) -> list[EarlierEvent]:
    """Return other events of the organisation with guests, newest first; one statement."""
    guests = (
        sa.select(sa.func.count())
        .select_from(Registration)
        .where(Registration.event_id == Event.id, Registration.name != "")
        .correlate(Event)
        .scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(Event, guests)
        .where(Event.organisation_id == event.organisation_id, Event.id != event.id, guests > 0)
        .order_by(Event.starts_at.desc(), Event.id)
        .limit(MOST_EARLIER)
    ).all()
    return [EarlierEvent(row[0], row[1]) for row in rows]


def drafts_to_send(
    event: Event, list_id: UUID | None, *, registered: bool = False
) -> list[sa.ColumnElement[bool]]:
    """Return what makes an invitation one of those that a press on "send" mails.

    With `registered` also those whose guests are registered already.
    """
    drafts = [*_of_list(event, list_id), Invitation.state == InvitationState.DRAFT]
    return [*drafts, *_mailable(event), *([] if registered else [~registered_already()])]


def to_remind(
    event: Event, list_id: UUID | None, now: datetime, *, registered: bool = False
) -> list[sa.ColumnElement[bool]]:
    """Return what makes an invitation one of those that a press on "remind" mails.

    With `registered` also those whose guests are registered already.
    """
    before = now - REMIND_AFTER
    return [
        *_of_list(event, list_id),
        Invitation.state.in_(ASKED),
        sa.or_(Invitation.sent_at.is_(None), Invitation.sent_at <= before),
        sa.or_(Invitation.reminded_at.is_(None), Invitation.reminded_at <= before),
        *_mailable(event),
        *([] if registered else [~registered_already()]),
    ]


def registered_already() -> sa.ColumnElement[bool]:
    """Return what makes an invitation one whose guest stands on the event's list by address."""
    return (
        sa.exists()
        .where(
            Registration.event_id == Invitation.event_id,
            Registration.email_key == Invitation.email_key,
            Registration.email_key != "",
            Registration.state.in_(ACTIVE),
        )
        .correlate(Invitation)
    )


def registered_among(rows: Sequence[Invitation]) -> set[UUID]:
    """Return which of these stand on the event's list and have not replied; one statement."""
    open_ones = [one.id for one in rows if one.email_key and one.replied_at is None]
    return set(
        db.session.scalars(
            sa.select(Invitation.id).where(Invitation.id.in_(open_ones), registered_already())
        )
    )


def number_of(conditions: Sequence[sa.ColumnElement[bool]]) -> int:
    """Count invitations; one statement."""
    return db.session.scalar(sa.select(sa.func.count(Invitation.id)).where(*conditions)) or 0


@dataclass(frozen=True, slots=True)
class NotMailed:
    """Drafts that no mail goes to: without an address, or opted out."""

    without_address: int
    opted_out: int


def drafts_not_mailed(event: Event, list_id: UUID | None) -> NotMailed:
    """Count drafts that no mail goes to, by why; one statement."""
    row = db.session.execute(
        sa.select(
            sa.func.count().filter(Invitation.email_key == ""),
            sa.func.count().filter(Invitation.email_key.in_(_refusing(event))),
        ).where(*_of_list(event, list_id), Invitation.state == InvitationState.DRAFT)
    ).one()
    return NotMailed(row[0], row[1])


def wants_no_mail(event: Event, email_key: str) -> bool:
    """Say whether an address opted out of the organisation's invitations; one statement."""
    known = _refusing(event).where(OptOut.email_key == email_key)
    return db.session.scalar(sa.select(known.exists())) or False


def _of_list(event: Event, list_id: UUID | None) -> list[sa.ColumnElement[bool]]:
    ours = [Invitation.event_id == event.id]
    return ours if list_id is None else [*ours, Invitation.list_id == list_id]


def _mailable(event: Event) -> list[sa.ColumnElement[bool]]:
    return [Invitation.email_key != "", Invitation.email_key.not_in(_refusing(event))]


def _refusing(event: Event) -> sa.Select[str]:
    return sa.select(OptOut.email_key).where(OptOut.organisation_id == event.organisation_id)


def matching(search: str) -> list[sa.ColumnElement[bool]]:
    """Return what makes an invitation one that a search finds."""
    words = plain_key(search[:LONGEST_WORDS]).split()
    return [Invitation.search_text.contains(word, autoescape=True) for word in words]
