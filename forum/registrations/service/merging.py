"""Merging doubles: of two registrations of one person one stays, with what was known by both."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.core import audit
from forum.core.db import writing
from forum.core.errors import NotFound
from forum.core.permissions import Action, require
from forum.registrations.models import (
    Answer,
    ChoicePlace,
    Invitation,
    Option,
    Registration,
    RegistrationNote,
    RegistrationTag,
    SpeakerSeat,
)
from forum.registrations.rules import ACTIVE, SEATED, Ended, RegistrationState, overlapping
from forum.registrations.rules.listing import HoldsASpeakersSeat, KeepsTheSeat, NotTheSame
from forum.registrations.service.cancelling import Held, end_in, hold
from forum.registrations.service.changing import find_again
from forum.registrations.service.holding import event_of
from forum.registrations.service.places import Held as HeldPlace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from forum.core.actor import Actor


def merge(actor: Actor, staying_id: UUID, leaving_id: UUID, *, now: datetime) -> Sequence[UUID]:
    """Let one of two registrations of an event stay and cancel the other; return who moved up.

    Notes and tags move over, and answers to what the one that stays was not asked or left open,
    with the places of limited choices that they hold. An empty name form is filled. Places in
    sessions move where they clash with nothing; an invitation moves where nobody else is on either
    booking. The seat of the one that leaves goes to the next. Raises NotTheSame, KeepsTheSeat,
    HoldsASpeakersSeat, NotFound, Forbidden.
    """
    with writing() as session:
        invitations = _held_invitations(session, staying_id, leaving_id)
        held = hold(session, [staying_id, leaving_id])
        require(actor, Action.EDIT_REGISTRATIONS, held.event.organisation_id)
        by_id = {one.id: one for one in held.registrations}
        if staying_id not in by_id or leaving_id not in by_id:
            raise NotFound
        staying, leaving = by_id[staying_id], by_id[leaving_id]
        _check(session, staying, leaving)
        _move_what_was_written(session, staying, leaving)
        _move_answers(session, staying, leaving)
        _fill_names(session, staying, leaving)
        _move_places(session, staying, leaving, held.places)
        _move_invitation(session, staying, leaving, invitations)
        only = Held(
            held.event,
            [leaving],
            [one for one in held.places if one.place.registration_id == leaving.id],
        )
        staying.changed_at = now
        staying.revision += 1
        moved = end_in(session, actor, only, RegistrationState.CANCELLED, Ended.MERGED, now)
        audit.record(
            session,
            actor,
            "registration.merged",
            ("registration", staying.id),
            held.event.organisation_id,
            {"code": staying.code, "other": leaving.code},
            now,
        )
        return moved


def _check(session: Session, staying: Registration, leaving: Registration) -> None:
    if staying.id == leaving.id or {staying.state, leaving.state} - ACTIVE:
        raise NotTheSame
    if leaving.state in SEATED and staying.state not in SEATED:
        raise KeepsTheSeat
    speaks = session.scalar(
        sa.select(SpeakerSeat.registration_id).where(SpeakerSeat.registration_id == leaving.id)
    )
    if speaks is not None:
        raise HoldsASpeakersSeat


def _held_invitations(session: Session, *registration_ids: UUID) -> list[Invitation]:
    """Hold the event for sharing and the invitations to their bookings, before any pool."""
    event = event_of(session, Registration.id == registration_ids[0])
    bookings = sa.select(Registration.booking_id).where(Registration.id.in_(registration_ids))
    return list(
        session.scalars(
            sa.select(Invitation)
            .where(Invitation.event_id == event.id, Invitation.booking_id.in_(bookings))
            .order_by(Invitation.id)
            .with_for_update(key_share=True)
            .execution_options(populate_existing=True)
        )
    )


def _move_invitation(
    session: Session,
    staying: Registration,
    leaving: Registration,
    invitations: Sequence[Invitation],
) -> None:
    """Let an invitation lead to the booking that stays, where it shows nobody else's.

    Where others stand on the one that leaves, it stays with them.
    """
    by_booking = {one.booking_id: one for one in invitations}
    invitation = by_booking.get(leaving.booking_id)
    if invitation is None or staying.booking_id in by_booking:
        return
    others = session.execute(
        sa.select(Registration.booking_id).where(
            Registration.booking_id.in_([staying.booking_id, leaving.booking_id]),
            Registration.id.not_in([staying.id, leaving.id]),
            Registration.state.in_(ACTIVE),
        )
    ).all()
    if not others:
        invitation.booking_id = staying.booking_id
        invitation.revision += 1
        session.flush()


def _move_places(
    session: Session,
    staying: Registration,
    leaving: Registration,
    held: Sequence[HeldPlace],
) -> None:
    """Give places and turns in sessions over where nothing at the same time is held already."""
    if staying.state is not RegistrationState.CONFIRMED:
        return
    own = [one.session for one in held if one.place.registration_id == staying.id]
    for one in held:
        mine = one.place.registration_id == leaving.id
        free = one.session not in own and not overlapping(one.session, own)
        if mine and free:
            one.place.registration_id = staying.id
            own.append(one.session)
    session.flush()


def _move_what_was_written(session: Session, staying: Registration, leaving: Registration) -> None:
    session.execute(
        sa.update(RegistrationNote)
        .where(RegistrationNote.registration_id == leaving.id)
        .values(registration_id=staying.id)
        .execution_options(synchronize_session=False)
    )
    have = sa.select(RegistrationTag.tag).where(RegistrationTag.registration_id == staying.id)
    session.execute(
        sa.update(RegistrationTag)
        .where(RegistrationTag.registration_id == leaving.id, RegistrationTag.tag.not_in(have))
        .values(registration_id=staying.id)
        .execution_options(synchronize_session=False)
    )


def _move_answers(session: Session, staying: Registration, leaving: Registration) -> None:
    answered = set(
        session.scalars(sa.select(Answer.question_id).where(Answer.registration_id == staying.id))
    )
    moving = [
        one
        for one in session.scalars(sa.select(Answer).where(Answer.registration_id == leaving.id))
        if one.question_id not in answered
    ]
    for answer in moving:
        answer.registration_id, answer.booking_id = staying.id, staying.booking_id
    options = sa.select(Option.id).where(
        Option.question_id.in_([one.question_id for one in moving])
    )
    session.execute(
        sa.update(ChoicePlace)
        .where(ChoicePlace.registration_id == leaving.id, ChoicePlace.option_id.in_(options))
        .values(registration_id=staying.id)
        .execution_options(synchronize_session=False)
    )
    session.flush()


def _fill_names(session: Session, staying: Registration, leaving: Registration) -> None:
    before = (staying.name, staying.name_zh, staying.organisation)
    staying.name = staying.name or leaving.name
    staying.name_zh = staying.name_zh or leaving.name_zh
    staying.organisation = staying.organisation or leaving.organisation
    if before != (staying.name, staying.name_zh, staying.organisation):
        find_again(session, staying)
