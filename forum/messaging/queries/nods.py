"""Named reads of who may agree, as a second person, that many are written to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from forum.core.db import db
from forum.core.permissions import TABLE, Action
from forum.messaging.models import Announcement
from forum.messaging.rules.announcements import AnnouncementState
from forum.people.models import Member, User

if TYPE_CHECKING:
    from collections.abc import Collection


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
    """Return, by name, all members who may agree: none of those who wrote it or asked for it."""
    asking = askers(announcement)
    return [one for one in _may_send(announcement.organisation_id) if one.id not in asking]


def makers(announcement: Announcement) -> Sequence[User]:
    """Return those who wrote an announcement or sent it off and may still send messages."""
    asking = askers(announcement)
    return [one for one in _may_send(announcement.organisation_id) if one.id in asking]


def askers(announcement: Announcement) -> Collection[UUID]:
    """Return who wrote an announcement and who asked that it goes: neither may agree to it."""
    return {one for one in (announcement.made_by, announcement.asked_by) if one is not None}


def _may_send(organisation_id: UUID) -> Sequence[User]:
    may = [role for role, actions in TABLE.items() if Action.SEND_MESSAGES in actions]
    members = db.session.scalars(
        sa.select(Member)
        .where(Member.organisation_id == organisation_id, Member.role.in_(sorted(may)))
        .options(joinedload(Member.user))
    )
    return sorted((one.user for one in members), key=lambda user: (user.name, user.id))
