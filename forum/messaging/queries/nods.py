"""Named reads of who may agree, as a second person, that many are written to."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from forum.core.db import db
from forum.core.permissions import TABLE, Action
from forum.messaging.models import Announcement
from forum.messaging.rules.announcements import AnnouncementState, kept_from_nodding
from forum.people.models import Member, User


def awaiting_nod(announcement_id: UUID) -> Announcement | None:
    """Return an announcement while it waits for a second person; one statement."""
    return db.session.scalar(
        sa.select(Announcement)
        .where(
            Announcement.id == announcement_id,
            Announcement.state == AnnouncementState.AWAITING_NOD,
        )
        .execution_options(populate_existing=True)
    )


def who_may_nod(announcement: Announcement) -> Sequence[User]:
    """Return, by name, all members who may agree to an announcement that waits for it."""
    asking = kept_from_nodding(announcement)
    return [one for one in _may_send(announcement.organisation_id) if one.id not in asking]


def makers(announcement: Announcement) -> Sequence[User]:
    """Return those who wrote an announcement or sent it off and may still send messages."""
    made = {announcement.made_by, announcement.asked_by}
    return [one for one in _may_send(announcement.organisation_id) if one.id in made]


def _may_send(organisation_id: UUID) -> Sequence[User]:
    may = [role for role, actions in TABLE.items() if Action.SEND_MESSAGES in actions]
    members = db.session.scalars(
        sa.select(Member)
        .where(Member.organisation_id == organisation_id, Member.role.in_(sorted(may)))
        .options(joinedload(Member.user))
    )
    return sorted((one.user for one in members), key=lambda user: (user.name, user.id))
