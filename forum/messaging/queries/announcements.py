"""Named reads of announcements: the list, one of them, how far its mails are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from forum.core.db import db
from forum.core.errors import NotFound
from forum.messaging.models import Announcement, MailBody, Message, OrganisationMail
from forum.messaging.rules import MessageState
from forum.messaging.rules.announcements import AnnouncementKind, AnnouncementState
from forum.messaging.rules.limits import NOD_ABOVE

ANNOUNCEMENTS_A_PAGE = 50
WAITS = (MessageState.QUEUED, MessageState.SENDING)


@dataclass(frozen=True, slots=True)
class AnnouncementPage:
    """One page of an event's announcements, the newest first; `total` counts all of the state."""

    rows: Sequence[Announcement]
    total: int
    number: int
    counts: Mapping[AnnouncementState, int]

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // ANNOUNCEMENTS_A_PAGE))


@dataclass(frozen=True, slots=True)
class Progress:
    """How many mails of an announcement stand in which state."""

    counts: Mapping[MessageState, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many were written."""
        return sum(self.counts.values())

    @property
    def waiting(self) -> int:
        """How many are still to go."""
        return sum(self.counts.get(state, 0) for state in WAITS)

    @property
    def done(self) -> int:
        """How many went out, or are kept where no mail server is set."""
        return self.counts.get(MessageState.SENT, 0) + self.counts.get(MessageState.KEPT, 0)

    @property
    def failed(self) -> int:
        """How many did not get through."""
        return self.total - self.waiting - self.done


def announcements_of(
    event_id: UUID, state: AnnouncementState | None, number: int = 1
) -> AnnouncementPage:
    """Return one page of an event's letters to many; two statements.

    What Forum itself sends around the event stands on the time-line, not here.
    """
    ours = (Announcement.event_id == event_id, Announcement.kind == AnnouncementKind.LETTER)
    rows = db.session.execute(
        sa.select(Announcement.state, sa.func.count()).where(*ours).group_by(Announcement.state)
    )
    found = {row[0]: int(row[1]) for row in rows}
    counts = {one: found.get(one, 0) for one in AnnouncementState}
    total = sum(counts.values()) if state is None else counts[state]
    number = min(max(1, number), max(1, -(-total // ANNOUNCEMENTS_A_PAGE)))
    wanted = sa.select(Announcement).where(*ours)
    if state is not None:
        wanted = wanted.where(Announcement.state == state)
    page = db.session.scalars(
        wanted.order_by(Announcement.created_at.desc(), Announcement.id.desc())
        .limit(ANNOUNCEMENTS_A_PAGE)
        .offset((number - 1) * ANNOUNCEMENTS_A_PAGE)
    ).all()
    return AnnouncementPage(page, total, number, counts)


def announcement_of(event_id: UUID, announcement_id: UUID) -> Announcement:
    """Return one of an event's announcements; raises NotFound for foreign ones; one statement."""
    found = db.session.scalar(
        sa.select(Announcement).where(
            Announcement.event_id == event_id, Announcement.id == announcement_id
        )
    )
    if found is None:
        raise NotFound
    return found


def progress_of(announcement_ids: Sequence[UUID]) -> dict[UUID, Progress]:
    """Return how far the mails of announcements are; one statement."""
    rows = db.session.execute(
        sa.select(Message.announcement_id, Message.state, sa.func.count())
        .where(Message.announcement_id.in_(announcement_ids))
        .group_by(Message.announcement_id, Message.state)
    )
    found: dict[UUID, dict[MessageState, int]] = {one: {} for one in announcement_ids}
    for announcement_id, state, number in rows:
        if announcement_id is not None:
            found[announcement_id][state] = int(number)
    return {one: Progress(counts) for one, counts in found.items()}


def waits_still() -> sa.ColumnElement[bool]:
    """Return the condition for announcements of which a mail waits, as those of a sent one may.

    What somebody sends again by hand is no part of them.
    """
    return sa.exists().where(
        Message.announcement_id == Announcement.id,
        Message.state.in_(WAITS),
        Message.copies == 0,
    )


def bodies_of(announcement: Announcement) -> dict[str, MailBody]:
    """Return the letters of an announcement's present run by language; one statement."""
    rows = db.session.scalars(
        sa.select(MailBody).where(
            MailBody.announcement_id == announcement.id,
            MailBody.created_at == announcement.started_at,
        )
    )
    return {one.lang: one for one in rows}


def being_queued(announcement_id: UUID) -> Announcement | None:
    """Return an announcement while not all of its mails are queued; one statement."""
    return db.session.scalar(
        sa.select(Announcement)
        .where(
            Announcement.id == announcement_id,
            Announcement.state == AnnouncementState.SENDING,
            Announcement.queued_at.is_(None),
        )
        .execution_options(populate_existing=True)
    )


def scheduled(announcement_id: UUID, now: datetime) -> Announcement | None:
    """Return an announcement that waits for its moment, once that has come; one statement."""
    return db.session.scalar(
        sa.select(Announcement)
        .where(
            Announcement.id == announcement_id,
            Announcement.state == AnnouncementState.SCHEDULED,
            Announcement.due_at <= now,
        )
        .execution_options(populate_existing=True)
    )


def nod_above(organisation_id: UUID) -> int | None:
    """Return above how many people a second person has to nod, None for never; one statement."""
    row = db.session.execute(
        sa.select(OrganisationMail.nod_above).where(
            OrganisationMail.organisation_id == organisation_id
        )
    ).first()
    return row[0] if row else NOD_ABOVE


def due_announcements(now: datetime) -> Sequence[tuple[UUID, AnnouncementState]]:
    """Return those whose moment has come and those being sent, oldest first; one statement."""
    rows = db.session.execute(
        sa.select(Announcement.id, Announcement.state)
        .where(
            sa.or_(
                sa.and_(
                    Announcement.state == AnnouncementState.SCHEDULED, Announcement.due_at <= now
                ),
                Announcement.state == AnnouncementState.SENDING,
            )
        )
        .order_by(Announcement.due_at, Announcement.id)
    )
    return [(row.id, row.state) for row in rows]
