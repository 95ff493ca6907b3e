"""Named reads of who is in a segment: some at a time, in the order of their ids."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, load_only

from forum.core.db import db
from forum.programme.models import Appearance, Engagement, Session, Speaker, SpeakerContact
from forum.programme.rules import EngagementState, SessionState
from forum.registrations.models import (
    Booking,
    Consent,
    GuestList,
    Invitation,
    Registration,
    SavedView,
)
from forum.registrations.queries.listing import narrowed_to
from forum.registrations.rules import ACTIVE, ConsentPurpose

if TYPE_CHECKING:
    from forum.core.text import Text
    from forum.messaging.rules.segments import Segment


_OF_GUEST = (
    Registration.booking_id,
    Registration.ticket_type_id,
    Registration.state,
    Registration.name,
    Registration.name_zh,
    Registration.email,
    Registration.email_key,
    Registration.lang,
    Registration.code,
    Registration.link_generation,
)
_OF_BOOKING = (
    Booking.contact_email,
    Booking.contact_key,
    Booking.contact_name,
    Booking.mails_to,
    Booking.lang,
    Booking.link_generation,
)
"""What a mail needs of an attendee: there may be ten thousand of them."""


@dataclass(frozen=True, slots=True)
class OnStage:
    """A speaker of an event; without a contact there is no address, without engagement no page."""

    speaker: Speaker
    contact: SpeakerContact | None
    engagement: Engagement | None


@dataclass(frozen=True, slots=True)
class Choosable:
    """What one can choose as recipients at an event, besides what stands for everybody."""

    views: Sequence[SavedView]
    lists: Sequence[tuple[UUID, str]]
    sessions: Sequence[tuple[UUID, Text]]


def guests_in(
    event_id: UUID, segment: Segment, after: UUID | None, limit: int
) -> Sequence[Registration]:
    """Return the next attendees of a segment with their bookings; at most two statements.

    With no more than a mail needs: whoever asks them for anything else gets an error.
    """
    conditions: list[sa.ColumnElement[bool]]
    if segment.ids:
        ids = [one for one in segment.ids if after is None or one > after]
        conditions = [Registration.event_id == event_id, Registration.id.in_(ids)]
    else:
        conditions = list(narrowed_to(event_id, segment.wanted))
        if segment.wanted.state is None:
            conditions.append(Registration.state.in_(sorted(ACTIVE)))
        if after is not None:
            conditions.append(Registration.id > after)
    return db.session.scalars(
        sa.select(Registration)
        .join(Booking, Booking.id == Registration.booking_id)
        .where(*conditions)
        .options(
            load_only(*_OF_GUEST, raiseload=True),
            contains_eager(Registration.booking).load_only(*_OF_BOOKING, raiseload=True),
        )
        .order_by(Registration.id)
        .limit(limit)
    ).all()


def speakers_in(
    event_id: UUID, session_id: UUID | None, after: UUID | None, limit: int
) -> Sequence[OnStage]:
    """Return the next speakers of an event, or of one of its sessions; one statement.

    Those who declined are none of them, nor those of cancelled sessions.
    """
    appear = (
        sa.select(Appearance.speaker_id)
        .join(Session, Session.id == Appearance.session_id)
        .where(Session.event_id == event_id, Session.state != SessionState.CANCELLED)
    )
    if session_id is not None:
        on_stage: sa.ColumnElement[bool] = Speaker.id.in_(appear.where(Session.id == session_id))
    else:
        on_stage = sa.or_(Engagement.id.is_not(None), Speaker.id.in_(appear))
    wanted = (
        sa.select(Speaker, SpeakerContact, Engagement)
        .outerjoin(SpeakerContact, SpeakerContact.speaker_id == Speaker.id)
        .outerjoin(
            Engagement,
            sa.and_(Engagement.speaker_id == Speaker.id, Engagement.event_id == event_id),
        )
        .where(
            on_stage,
            sa.or_(Engagement.id.is_(None), Engagement.state != EngagementState.DECLINED),
        )
        .order_by(Speaker.id)
        .limit(limit)
    )
    if after is not None:
        wanted = wanted.where(Speaker.id > after)
    return [OnStage(*row) for row in db.session.execute(wanted)]


def invited_in(
    event_id: UUID, segment: Segment, after: UUID | None, limit: int
) -> Sequence[Invitation]:
    """Return the next invited guests of a list, or of all, in some states; one statement."""
    wanted = sa.select(Invitation).where(Invitation.event_id == event_id)
    if segment.list_id is not None:
        wanted = wanted.where(Invitation.list_id == segment.list_id)
    if segment.states:
        wanted = wanted.where(Invitation.state.in_(sorted(segment.states)))
    if after is not None:
        wanted = wanted.where(Invitation.id > after)
    return db.session.scalars(wanted.order_by(Invitation.id).limit(limit)).all()


def agreed_to_marketing(registration_ids: Iterable[UUID]) -> set[UUID]:
    """Return which of these attendees agree to be written to about other things; one statement."""
    return set(
        db.session.scalars(
            sa.select(Consent.registration_id).where(
                Consent.registration_id.in_(list(registration_ids)),
                Consent.purpose == ConsentPurpose.MARKETING,
                Consent.withdrawn_at.is_(None),
            )
        )
    )


def choosable(event_id: UUID) -> Choosable:
    """Return an event's saved views, guest lists and sessions with speakers; three statements."""
    views = db.session.scalars(
        sa.select(SavedView)
        .where(SavedView.event_id == event_id)
        .order_by(SavedView.position, SavedView.created_at, SavedView.id)
    ).all()
    lists = db.session.execute(
        sa.select(GuestList.id, GuestList.name)
        .where(GuestList.event_id == event_id)
        .order_by(GuestList.position, GuestList.id)
    )
    with_speakers = sa.exists().where(Appearance.session_id == Session.id)
    sessions = db.session.execute(
        sa.select(Session.id, Session.title)
        .where(Session.event_id == event_id, Session.state != SessionState.CANCELLED, with_speakers)
        .order_by(Session.starts_at, Session.id)
    )
    return Choosable(
        views,
        [(row.id, row.name) for row in lists],
        [(row.id, row.title) for row in sessions],
    )


def names_of_lists(event_id: UUID, ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the names of an event's guest lists; a statement at most."""
    if not ids:
        return {}
    rows = db.session.execute(
        sa.select(GuestList.id, GuestList.name).where(
            GuestList.event_id == event_id, GuestList.id.in_(list(ids))
        )
    )
    return {row.id: row.name for row in rows}


def titles_of_sessions(event_id: UUID, ids: Collection[UUID]) -> dict[UUID, Text]:
    """Return the titles of an event's sessions; a statement at most."""
    if not ids:
        return {}
    rows = db.session.execute(
        sa.select(Session.id, Session.title).where(
            Session.event_id == event_id, Session.id.in_(list(ids))
        )
    )
    return {row.id: row.title for row in rows}
