"""Named reads of delivery: what is due, what a limit leaves, how an event writes mail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from forum.core.db import db
from forum.messaging.models import WAITING, Announcement, EventMail, Message, OrganisationMail
from forum.messaging.rules import MessageState
from forum.messaging.rules.announcements import AnnouncementState
from forum.messaging.rules.limits import Limit, Used

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

_NONE_OF_ITS_OWN = ""


@dataclass(frozen=True, slots=True)
class Sender:
    """What an event's mails bear: a name, an address they come from, one that answers go to.

    Each is empty where the event has none of its own.
    """

    sender_name: str = _NONE_OF_ITS_OWN
    from_address: str = _NONE_OF_ITS_OWN
    reply_to: str = _NONE_OF_ITS_OWN


def is_due(now: datetime) -> bool:
    """Say whether a message waits to be sent; one statement."""
    return db.session.scalar(sa.select(sa.exists().where(due(now)))) or False


def due(now: datetime) -> sa.ColumnElement[bool]:
    """Return the condition for messages to be sent now: waiting, or left by a worker that died.

    What is paused, held by a limit, or of an announcement that is still being queued, is not due:
    whoever writes its rows is not held up by whoever sends them, and a stop comes in time.
    """
    return sa.and_(
        WAITING,
        sa.or_(
            sa.and_(Message.state == MessageState.QUEUED, Message.due_at <= now),
            sa.and_(Message.state == MessageState.SENDING, Message.leased_until < now),
        ),
        ~sa.exists().where(
            EventMail.event_id == Message.event_id,
            sa.or_(EventMail.paused_at.is_not(None), EventMail.held_until > now),
        ),
        ~sa.exists().where(
            OrganisationMail.organisation_id == Message.organisation_id,
            OrganisationMail.held_until > now,
        ),
        ~sa.exists().where(
            Announcement.id == Message.announcement_id,
            Announcement.state == AnnouncementState.SENDING,
            Announcement.queued_at.is_(None),
        ),
    )


def mail_of_event(event_id: UUID) -> EventMail:
    """Return how an event writes mail, as it begins where nothing was set; one statement."""
    found = db.session.get(EventMail, event_id, populate_existing=True)
    return found or EventMail(
        event_id=event_id, sender_name="", from_address="", reply_to="", revision=0
    )


def mail_of_organisation(organisation_id: UUID) -> OrganisationMail:
    """Return how an organisation writes mail, with its picture; one statement."""
    found = db.session.scalar(
        sa.select(OrganisationMail)
        .where(OrganisationMail.organisation_id == organisation_id)
        .options(joinedload(OrganisationMail.picture))
        .execution_options(populate_existing=True)
    )
    return found or unset_organisation_mail(organisation_id)


def unset_organisation_mail(organisation_id: UUID) -> OrganisationMail:
    """Return what holds where an organisation has set nothing."""
    nod_above = OrganisationMail.__table__.c.nod_above.default
    return OrganisationMail(
        organisation_id=organisation_id,
        sender_name="",
        nod_above=nod_above.arg if nod_above is not None else None,
        revision=0,
    )


def senders(messages: Iterable[Message]) -> dict[UUID, Sender]:
    """Return whom each message comes from, where that is not Forum; two statements."""
    rows = list(messages)
    events = _of_events({one.event_id for one in rows if one.event_id})
    names = _names({one.organisation_id for one in rows if one.organisation_id})
    found = {}
    for one in rows:
        own = events.get(one.event_id) if one.event_id else None
        name = names.get(one.organisation_id, "") if one.organisation_id else ""
        if own is not None:
            name = own.sender_name or name
            found[one.id] = Sender(name, own.from_address, own.reply_to)
        elif name:
            found[one.id] = Sender(name)
    return found


def paused_events(event_ids: Collection[UUID]) -> set[UUID]:
    """Return which of these events' mail is paused; one statement."""
    if not event_ids:
        return set()
    return set(
        db.session.scalars(
            sa.select(EventMail.event_id).where(
                EventMail.event_id.in_(event_ids), EventMail.paused_at.is_not(None)
            )
        )
    )


def stopped_announcements(ids: Collection[UUID]) -> set[UUID]:
    """Return which of these announcements were stopped; one statement at most."""
    if not ids:
        return set()
    return set(
        db.session.scalars(
            sa.select(Announcement.id).where(
                Announcement.id.in_(ids), Announcement.state == AnnouncementState.STOPPED
            )
        )
    )


def waiting_of(event_id: UUID) -> int:
    """Return how many messages of an event wait to be sent; one statement."""
    return (
        db.session.scalar(
            sa.select(sa.func.count())
            .select_from(Message)
            .where(WAITING, Message.event_id == event_id)
        )
        or 0
    )


def used(limit: Limit, now: datetime, organisation_id: UUID, event_id: UUID | None = None) -> Used:
    """Return what of a limit is used, with what is just being sent; one statement.

    One, for a mail that another worker records between two would be in neither of them.
    """
    ours = [Message.organisation_id == organisation_id]
    if event_id is not None:
        ours.append(Message.event_id == event_id)
    gone = (*ours, Message.sent_at > now - limit.span)
    on_its_way = sa.and_(
        WAITING,
        *ours,
        Message.state == MessageState.SENDING,
        Message.leased_until >= now,
    )
    number = sa.select(sa.func.count()).select_from(Message)
    found = db.session.execute(
        sa.select(
            number.where(*gone).scalar_subquery(),
            sa.select(sa.func.min(Message.sent_at)).where(*gone).scalar_subquery(),
            number.where(on_its_way).scalar_subquery(),
        )
    ).one()
    return Used(limit, found[0] + found[2], found[1])


def _of_events(event_ids: Collection[UUID]) -> dict[UUID, Sender]:
    rows = db.session.execute(
        sa.select(
            EventMail.event_id, EventMail.sender_name, EventMail.from_address, EventMail.reply_to
        ).where(EventMail.event_id.in_(event_ids))
    )
    return {row[0]: Sender(*row[1:]) for row in rows}


def _names(organisation_ids: Collection[UUID]) -> dict[UUID, str]:
    rows = db.session.execute(
        sa.select(OrganisationMail.organisation_id, OrganisationMail.sender_name).where(
            OrganisationMail.organisation_id.in_(organisation_ids)
        )
    )
    return {row[0]: row[1] for row in rows}
