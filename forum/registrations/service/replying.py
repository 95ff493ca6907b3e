"""Replies to invitations: accepted with companions or by a delegate, declined, changed again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from forum.core.actor import SYSTEM, Actor
from forum.core.addresses import address_key
from forum.core.db import db, writing
from forum.core.errors import NotFound
from forum.core.page_scopes import changed, event_scope
from forum.core.permissions import Action, require
from forum.events.models import Event
from forum.events.rules import EventState
from forum.events.service import shared_event
from forum.registrations.models import Booking, GuestList, Invitation, Registration
from forum.registrations.rules import (
    ACTIVE,
    AddressTaken,
    BookingSource,
    Ended,
    InvitationsOver,
    InvitationState,
    RegistrationClosed,
    RegistrationState,
    ReplyBy,
    ReplyTooLate,
    TooManyCompanions,
    check_invitation_move,
)
from forum.registrations.service.cancelling import end_in, hold
from forum.registrations.service.invited import held_invitation, note_invitation, tell_declined
from forum.registrations.service.joining import add_in
from forum.registrations.service.parties import AnswerGiven, Attendee, Party, Result
from forum.registrations.service.registering import Submission, register_in
from forum.registrations.service.taking_replies_back import (
    BY_THE_GUEST,
    ended_by,
    take_reply_back,
)

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

RACES = 4


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody who comes: a delegate with an own address, or a companion, unnamed perhaps."""

    name: str = ""
    organisation: str = ""
    email: str = ""
    name_zh: str = ""
    answers: Sequence[AnswerGiven] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """A yes: who comes along, who comes in the guest's place, how it came, and words with it.

    `answers` are those of the guest, or of the delegate; `booking_answers` those of all together.
    """

    companions: Sequence[Named] = ()
    delegate: Named | None = None
    by: ReplyBy = ReplyBy.LINK
    note: str = ""
    answers: Sequence[AnswerGiven] = ()
    booking_answers: Sequence[AnswerGiven] = ()


@dataclass(frozen=True, slots=True)
class Accepted:
    """What a yes came to; without `booking_id` they stand on a booking that somebody else made.

    `known` says that the guest was registered before, by the form or by another.
    """

    booking_id: UUID | None
    link_generation: int
    state: RegistrationState
    known: bool = False


def accept(actor: Actor, invitation_id: UUID, reply: Reply, *, now: datetime) -> Accepted:
    """Accept: one transaction makes the booking and says so; the same again is answered as before.

    Seats come from those kept for the list, then from the event's; where none is left the party
    waits in the line. Who is registered already under the address keeps that registration.
    Raises InvitationsOver, ReplyTooLate, TooManyCompanions, AddressTaken, NotFound, Forbidden.
    """
    for number in range(RACES):
        try:
            return _accept(actor, invitation_id, reply, now)
        except (IntegrityError, _CameMeanwhile):
            if number == RACES - 1:
                raise
    raise AssertionError


class _CameMeanwhile(Exception):
    """The guest came or left by the form while they accepted: nothing was written."""


def has_come(invitation: Invitation) -> bool:
    """Say whether a guest is registered already, and keeps what they answered; one statement."""
    return _there_already(db.session(), invitation) is not None


def decline(
    actor: Actor,
    invitation_id: UUID,
    *,
    by: ReplyBy = ReplyBy.LINK,
    note: str = "",
    now: datetime,
) -> None:
    """Decline; a booking that stands is cancelled, and its seats go to the next.

    The same again changes nothing. Raises InvitationsOver, NotFound, Forbidden.
    """
    with writing() as session:
        event, one = _held(session, actor, invitation_id)
        _check_open(event, now)
        if one.state is InvitationState.DECLINED:
            return
        check_invitation_move(one.state, InvitationState.DECLINED)
        if standing := _standing(session, one):
            held = hold(session, standing)
            ended = Ended.GUEST if by is ReplyBy.LINK else Ended.OFFICE
            end_in(session, actor, held, RegistrationState.CANCELLED, ended, now)
            changed(session, event_scope(event.id))
        _answer(session, one, InvitationState.DECLINED, by, note, now)
        _note(session, actor, event, one, "invitation.declined", now)
        tell_declined(session, one, now)


def follow_booking(registration_id: UUID, *, now: datetime) -> bool:
    """Let an invitation follow what became of a registration outside of it; say whether it moved.

    Who registered by the form under the invited address has accepted; who left the booking of an
    invitation as the last has declined. Where the organiser or an offer's time ended it, the reply
    is taken back. What stands now decides, so that it may come late.
    """
    found = db.session.execute(
        sa.select(Registration.event_id, Registration.email_key, Registration.booking_id).where(
            Registration.id == registration_id
        )
    ).first()
    if found is None:
        return False
    mine = sa.select(Invitation.id).where(Invitation.event_id == found.event_id)
    ours = [Invitation.booking_id == found.booking_id]
    if found.email_key:
        ours.append(Invitation.email_key == found.email_key)
    ids = db.session.scalars(mine.where(sa.or_(*ours)).order_by(Invitation.id)).all()
    moved = [_follow(one, now) for one in ids]
    return any(moved)


def _follow(invitation_id: UUID, now: datetime) -> bool:
    with writing() as session:
        event, one = _held(session, SYSTEM, invitation_id)
        if one.state is InvitationState.ACCEPTED:
            if _standing(session, one):
                return False
            ended = ended_by(session, one)
            if ended is Ended.MERGED:
                return False
            if ended is None or ended in BY_THE_GUEST:
                _answer(session, one, InvitationState.DECLINED, one.reply_by, one.reply_note, now)
            else:
                take_reply_back(session, one, now)
            _note(session, SYSTEM, event, one, "invitation.booking_ended", now)
            return True
        there = _there_already(session, one)
        # Who declined and then came by the form has changed their mind.
        later = there is not None and (
            one.replied_at is None or there.registration.created_at > one.replied_at
        )
        if there is None or not later:
            return False
        _answer(session, one, InvitationState.ACCEPTED, ReplyBy.LINK, "", now)
        one.booking_id = there.own_booking_id
        one.reply_by = None
        _note(session, SYSTEM, event, one, "invitation.registered_by_form", now)
        return True


@dataclass(frozen=True, slots=True)
class _There:
    """The registration under the invited address; its booking where it is the guest's own."""

    registration: Registration
    booking: Booking
    own_booking_id: UUID | None


def _accept(actor: Actor, invitation_id: UUID, reply: Reply, now: datetime) -> Accepted:
    with writing() as session:
        event, one = _held(session, actor, invitation_id)
        _check_open(event, now)
        before = _as_before(session, one)
        if before is not None:
            return before
        guest_list = session.get_one(GuestList, one.list_id, populate_existing=True)
        late = guest_list.reply_until is not None and guest_list.reply_until <= now
        if late and reply.by is ReplyBy.LINK:
            raise ReplyTooLate
        if len(reply.companions) > one.companions:
            raise TooManyCompanions(one.companions)
        if one.state is not InvitationState.ACCEPTED:
            check_invitation_move(one.state, InvitationState.ACCEPTED)
        there = None if reply.delegate else _there_already(session, one)
        if there is not None:
            done = Accepted(
                there.own_booking_id,
                there.booking.link_generation,
                there.registration.state,
                known=True,
            )
        else:
            done = _register(session, actor, event, one, guest_list, reply, now)
        _answer(session, one, InvitationState.ACCEPTED, reply.by, reply.note, now)
        one.booking_id, one.delegate = done.booking_id, reply.delegate is not None
        session.flush()
        _note(session, actor, event, one, "invitation.accepted", now)
        if done.known and done.booking_id is not None:
            for companion in reply.companions:
                _bring_along(session, actor, done.booking_id, companion, now)
        return done


def _register(
    session: Session,
    actor: Actor,
    event: Event,
    one: Invitation,
    guest_list: GuestList,
    reply: Reply,
    now: datetime,
) -> Accepted:
    first = reply.delegate or Named(one.name, one.organisation, one.email, one.name_zh)
    first = replace(first, answers=reply.answers)
    people = [_attendee(who, one.lang) for who in (first, *reply.companions)]
    party = Party(
        people,
        type_id=guest_list.ticket_type_id,
        block_id=guest_list.block_id if guest_list.released_at is None else None,
        source=BookingSource.INVITATION,
        answers=reply.booking_answers,
        is_delegate=reply.delegate is not None and reply.by is ReplyBy.LINK,
    )
    try:
        done = register_in(session, Submission(actor, event.id, party, None, now))
    except RegistrationClosed:
        raise InvitationsOver from None
    if done.result is not Result.NEW and reply.delegate is None:
        raise _CameMeanwhile
    if done.result is not Result.NEW:
        # Somebody else has registered the delegate: that registration is not this guest's.
        raise AddressTaken(field="delegate_email")
    return Accepted(done.booking_id, done.link_generation, done.state)


def _attendee(who: Named, lang: str) -> Attendee:
    return Attendee(
        who.name,
        who.name_zh,
        who.organisation,
        who.email,
        address_key(who.email),
        lang,
        answers=who.answers,
    )


def _bring_along(
    session: Session, actor: Actor, booking_id: UUID, companion: Named, now: datetime
) -> None:
    """Add a companion to a booking that was there before the invitation was accepted."""
    lang = session.get_one(Booking, booking_id).lang
    try:
        add_in(session, actor, booking_id, _attendee(companion, lang), by_hand=True, now=now)
    except RegistrationClosed:
        # Everybody of the booking was cancelled meanwhile.
        raise _CameMeanwhile from None


def _held(session: Session, actor: Actor, invitation_id: UUID) -> tuple[Event, Invitation]:
    """Hold event and invitation, in this order; link holders may reply to their own alone."""
    theirs = sa.select(Invitation.event_id).where(Invitation.id == invitation_id)
    event = shared_event(session, Event.id.in_(theirs))
    if actor.is_user:
        require(actor, Action.EDIT_REGISTRATIONS, event.organisation_id)
    elif not actor.is_system and actor.id != invitation_id:
        raise NotFound
    return event, held_invitation(session, event, invitation_id)


def _check_open(event: Event, now: datetime) -> None:
    if event.state is EventState.CANCELLED or event.ends_at <= now:
        raise InvitationsOver


def _as_before(session: Session, one: Invitation) -> Accepted | None:
    """Return what an accepted invitation came to, while its booking stands."""
    if one.state is not InvitationState.ACCEPTED:
        return None
    if one.booking_id is None:
        there = _there_already(session, one)
        return Accepted(None, 0, there.registration.state, known=True) if there else None
    first = session.scalars(
        sa.select(Registration)
        .where(Registration.booking_id == one.booking_id, Registration.state.in_(ACTIVE))
        .order_by(Registration.position, Registration.id)
        .limit(1)
    ).first()
    if first is None:
        return None
    booking = session.get_one(Booking, one.booking_id, populate_existing=True)
    return Accepted(booking.id, booking.link_generation, first.state)


def _there_already(session: Session, one: Invitation) -> _There | None:
    """Return the registration under the invited address that stands; one statement."""
    if not one.email_key:
        return None
    row = session.execute(
        sa.select(Registration, Booking)
        .join(Booking, Booking.id == Registration.booking_id)
        .where(
            Registration.event_id == one.event_id,
            Registration.email_key == one.email_key,
            Registration.state.in_(ACTIVE),
        )
        .order_by(Registration.created_at, Registration.id)
        .limit(1)
        .execution_options(populate_existing=True)
    ).first()
    if row is None:
        return None
    registration, booking = row
    # Somebody else's booking is not shown to a guest who only stands on it.
    theirs = booking.contact_key == one.email_key and not _of_another(session, one, booking.id)
    return _There(registration, booking, booking.id if theirs else None)


def _of_another(session: Session, one: Invitation, booking_id: UUID) -> bool:
    other = sa.select(Invitation.id).where(
        Invitation.booking_id == booking_id, Invitation.id != one.id
    )
    return session.scalar(sa.select(other.exists())) or False


def _standing(session: Session, one: Invitation) -> list[UUID]:
    """Return the registrations by which an accepted guest comes: of the booking, or their own."""
    if one.state is not InvitationState.ACCEPTED:
        return []
    if one.booking_id is None:
        there = _there_already(session, one)
        return [there.registration.id] if there else []
    return list(
        session.scalars(
            sa.select(Registration.id)
            .where(Registration.booking_id == one.booking_id, Registration.state.in_(ACTIVE))
            .order_by(Registration.id)
        )
    )


def _answer(
    session: Session,
    one: Invitation,
    state: InvitationState,
    by: ReplyBy | None,
    note: str,
    now: datetime,
) -> None:
    one.state, one.reply_by, one.reply_note = state, by, note
    one.replied_at = one.changed_at = now
    one.revision += 1
    session.flush()


def _note(
    session: Session, actor: Actor, event: Event, one: Invitation, what: str, now: datetime
) -> None:
    more = {"revision": one.revision, "by": one.reply_by.value if one.reply_by else ""}
    note_invitation(session, actor, event, one.id, what, more, now)
