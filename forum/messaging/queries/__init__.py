"""Named reads of messages: what a letter needs of its guest, what stands behind its links."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased, defer, joinedload

from forum.calendar.models import GuestEntry
from forum.calendar.rules.answers import Method
from forum.core.addresses import address_key
from forum.core.db import db
from forum.core.links import Purpose
from forum.events.models import Event
from forum.messaging.marks import purposes_of
from forum.messaging.models import Message
from forum.messaging.rules import ASKED_BY_ANYBODY, OPTIONAL, MessageState
from forum.messaging.rules.recipients import TEST_KEY
from forum.people.models import MemberInvitation, Organisation, SignInLink, User
from forum.programme.models import Engagement, Session, Speaker, SpeakerContact
from forum.programme.rules import SessionState
from forum.registrations.models import (
    Booking,
    Invitation,
    OptOut,
    Registration,
    SessionPlace,
)
from forum.registrations.rules import ACTIVE, RegistrationState
from forum.tickets.models import Ticket

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

TOLD = tuple(sorted(ACTIVE))
"""Whom a change of the event concerns."""

RENEWED: dict[Purpose, type[Booking | Registration | Invitation | Engagement]] = {
    Purpose.BOOKING: Booking,
    Purpose.CONTACT: Booking,
    Purpose.REGISTRATION: Registration,
    Purpose.GUEST_INVITATION: Invitation,
    Purpose.SPEAKER: Engagement,
}
"""Purposes whose links can be renewed: a mail that still waits takes the new one along."""

DAY = timedelta(days=1)

# Built once: they are asked for each mail.
_GUESTS = (
    sa.select(Registration)
    .where(Registration.id.in_(sa.bindparam("ids", expanding=True)))
    .options(
        joinedload(Registration.booking),
        joinedload(Registration.ticket_type),
        joinedload(Registration.event).joinedload(Event.venue),
        joinedload(Registration.event).joinedload(Event.organisation),
    )
)

_ASKED_TODAY = (
    sa.select(Message.organisation_id, Message.to_email, sa.func.count())
    .group_by(Message.organisation_id, Message.to_email)
    .where(
        Message.to_email.in_(sa.bindparam("addresses", expanding=True)),
        Message.created_at > sa.bindparam("since"),
        Message.kind.in_(sorted(ASKED_BY_ANYBODY)),
        Message.state != MessageState.FAILED,
        sa.not_(Message.key.startswith(TEST_KEY)),
    )
)


@dataclass(frozen=True, slots=True)
class Addressee:
    """A speaker at an event, and how to write to them."""

    engagement: Engagement
    speaker: Speaker
    contact: SpeakerContact


@dataclass(frozen=True, slots=True)
class GoodTicket:
    """A ticket that stands, with the reference of its holder."""

    ticket: Ticket
    code: str


def optional_message(message_id: UUID) -> tuple[Message, Organisation] | None:
    """Return a message that nobody asked for, and who sent it; one statement."""
    row = db.session.execute(
        sa.select(Message, Organisation)
        .join(Organisation, Organisation.id == Message.organisation_id)
        .where(Message.id == message_id, Message.kind.in_(sorted(OPTIONAL)))
        .options(defer(Message.text, raiseload=True), defer(Message.html, raiseload=True))
    ).first()
    return (row[0], row[1]) if row else None


def guest(registration_id: UUID) -> Registration | None:
    """Return an attendee with booking and whole event, or None once erased; one statement."""
    return guests([registration_id]).get(registration_id)


def guests(registration_ids: Iterable[UUID]) -> dict[UUID, Registration]:
    """Return attendees by id, with booking and whole event, but for those erased; one statement."""
    found = db.session.scalars(_GUESTS, {"ids": list(registration_ids)})
    return {one.id: one for one in found}


def guests_of(event_id: UUID, after: UUID | None, limit: int) -> Sequence[Registration]:
    """Return the next attendees whom a change of the event concerns, by id; one statement."""
    wanted = sa.select(Registration).where(
        Registration.event_id == event_id, Registration.state.in_(TOLD)
    )
    if after is not None:
        wanted = wanted.where(Registration.id > after)
    with_booking = wanted.options(joinedload(Registration.booking))
    return db.session.scalars(with_booking.order_by(Registration.id).limit(limit)).all()


def session_of_place(place_id: UUID) -> Session | None:
    """Return the session of a place, unless it was given up or cancelled; one statement."""
    return _session_with(SessionPlace.id == place_id)


def session_with_place(registration_id: UUID, session_id: UUID) -> Session | None:
    """Return a session in which a guest has a place, unless it is cancelled; one statement."""
    return _session_with(
        SessionPlace.registration_id == registration_id, SessionPlace.session_id == session_id
    )


def session_in_calendar(registration_id: UUID, session_id: UUID) -> Session | None:
    """Return a session that a guest's own calendar shows by a mail of ours; one statement.

    None where the guest's address has a place in it, by whatever registration: where it was left
    and taken again, or two registrations of one guest were merged.
    """
    other = aliased(Registration)
    comes = sa.exists().where(
        other.event_id == Registration.event_id,
        other.email_key == Registration.email_key,
        other.state == RegistrationState.CONFIRMED,
        SessionPlace.registration_id == other.id,
        SessionPlace.session_id == session_id,
        SessionPlace.seated.is_(True),
    )
    return db.session.scalar(
        sa.select(Session)
        .join(GuestEntry, GuestEntry.uid == Session.id)
        .join(Registration, Registration.email_key == GuestEntry.email_key)
        .where(
            Session.id == session_id,
            Registration.id == registration_id,
            GuestEntry.method == Method.REQUEST,
            ~comes,
        )
    )


def _session_with(*place: sa.ColumnElement[bool]) -> Session | None:
    return db.session.scalar(
        sa.select(Session)
        .join(SessionPlace, SessionPlace.session_id == Session.id)
        .where(*place, SessionPlace.seated.is_(True), Session.state == SessionState.CONFIRMED)
    )


def invited(invitation_id: UUID) -> Invitation | None:
    """Return an invitation with its list and whole event, or None once removed; one statement."""
    return db.session.scalar(
        sa.select(Invitation)
        .where(Invitation.id == invitation_id)
        .options(
            joinedload(Invitation.guest_list),
            joinedload(Invitation.event).joinedload(Event.venue),
            joinedload(Invitation.event).joinedload(Event.organisation),
        )
    )


def linked(
    booking_ids: Sequence[UUID], registration_ids: Sequence[UUID]
) -> tuple[Sequence[Booking], Sequence[Registration]]:
    """Return bookings and attendees with their whole event, in this order; two statements."""
    of_booking = joinedload(Booking.event)
    bookings = db.session.scalars(
        sa.select(Booking)
        .where(Booking.id.in_(booking_ids))
        .options(of_booking.joinedload(Event.venue), of_booking.joinedload(Event.organisation))
    ).all()
    own = joinedload(Registration.event)
    attendees = db.session.scalars(
        sa.select(Registration)
        .where(Registration.id.in_(registration_ids))
        .options(
            joinedload(Registration.booking),
            own.joinedload(Event.venue),
            own.joinedload(Event.organisation),
        )
    ).all()
    return (
        sorted(bookings, key=lambda one: list(booking_ids).index(one.id)),
        sorted(attendees, key=lambda one: list(registration_ids).index(one.id)),
    )


def open_sign_in(link_id: UUID, now: datetime) -> User | None:
    """Return whose a sign-in link is while it can be used; one statement."""
    return db.session.scalar(
        sa.select(User)
        .join(SignInLink, SignInLink.user_id == User.id)
        .where(SignInLink.id == link_id, SignInLink.used_at.is_(None), SignInLink.expires_at > now),
    )


def open_invitation(invitation_id: UUID, now: datetime) -> MemberInvitation | None:
    """Return an invitation with its organisation while it can be taken up; one statement."""
    return db.session.scalar(
        sa.select(MemberInvitation)
        .where(
            MemberInvitation.id == invitation_id,
            MemberInvitation.accepted_at.is_(None),
            MemberInvitation.withdrawn_at.is_(None),
            MemberInvitation.expires_at > now,
        )
        .options(joinedload(MemberInvitation.organisation)),
    )


def speakers(engagement_ids: Iterable[UUID]) -> Sequence[Addressee]:
    """Return those of these speakers at events who can be written to; one statement."""
    rows = db.session.execute(
        sa.select(Engagement, Speaker, SpeakerContact)
        .join(Speaker, Speaker.id == Engagement.speaker_id)
        .join(SpeakerContact, SpeakerContact.speaker_id == Speaker.id)
        .where(Engagement.id.in_(list(engagement_ids)), SpeakerContact.email != "")
        .order_by(Engagement.id),
    ).all()
    return [Addressee(*row) for row in rows]


def last_to_speaker(engagement_id: UUID) -> Message | None:
    """Return the newest mail with a speaker's own link, without its letter (1 statement)."""
    return db.session.scalar(
        sa.select(Message)
        .where(Message.link_purpose == Purpose.SPEAKER, Message.link_id == engagement_id)
        .options(defer(Message.text, raiseload=True), defer(Message.html, raiseload=True))
        .order_by(Message.created_at.desc(), Message.id.desc())
        .limit(1),
    )


def written(keys: Iterable[str]) -> set[str]:
    """Return those of the keys for which a message exists; one statement."""
    found = db.session.scalars(sa.select(Message.key).where(Message.key.in_(list(keys))))
    return set(found)


def asked_today(addresses: Iterable[str], now: datetime) -> dict[tuple[UUID | None, str], int]:
    """Return how many mails that a stranger can cause addresses had of organisations.

    Within a day before now; one statement. Who had none is left out.
    """
    values = {"addresses": list(addresses), "since": now - DAY}
    return {(row[0], row[1]): row[2] for row in db.session.execute(_ASKED_TODAY, values)}


def generations(messages: Iterable[Message]) -> dict[UUID, int]:
    """Return the present generation of the links in messages; a statement for each purpose."""
    wanted: dict[type[Booking | Registration | Invitation | Engagement], set[UUID]] = {}
    for purpose, ids in purposes_of(messages).items():
        if purpose in RENEWED:
            wanted.setdefault(RENEWED[purpose], set()).update(ids)
    found: dict[UUID, int] = {}
    for model, ids in wanted.items():
        if ids:
            rows = db.session.execute(
                sa.select(model.id, model.link_generation).where(model.id.in_(ids)),
            )
            found |= {row[0]: row[1] for row in rows}
    return found


def good_tickets(registration_ids: Iterable[UUID]) -> dict[UUID, GoodTicket]:
    """Return the tickets of these attendees that stand now; one statement."""
    rows = db.session.execute(
        sa.select(Ticket, Registration.code)
        .join(Registration, Registration.id == Ticket.registration_id)
        .where(Registration.id.in_(list(registration_ids)), Ticket.revoked_at.is_(None)),
    ).all()
    return {row[0].registration_id: GoodTicket(row[0], row[1]) for row in rows}


def not_wanted(messages: Sequence[Message]) -> set[UUID]:
    """Return messages that nobody asked for, to addresses that want none; a statement at most."""
    optional = [one for one in messages if one.kind in OPTIONAL]
    if not optional:
        return set()
    rows = db.session.execute(
        sa.select(OptOut.organisation_id, OptOut.email_key).where(
            OptOut.organisation_id.in_({one.organisation_id for one in optional}),
            OptOut.email_key.in_({address_key(one.to_email) for one in optional}),
        )
    ).all()
    gone = {(row[0], row[1]) for row in rows}
    return {one.id for one in optional if (one.organisation_id, address_key(one.to_email)) in gone}
