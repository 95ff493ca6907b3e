"""An event with guests to write to, and what an organiser says to them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from forum.core.actor import Actor, ActorKind
from forum.core.db import db
from forum.core.permissions import Role
from forum.core.text import Text
from forum.events.models import Event
from forum.messaging.models import Announcement, Message
from forum.messaging.rules.announcements import AnnouncementState, Timing
from forum.messaging.rules.segments import CONFIRMED, Segment
from forum.messaging.rules.timing import When
from forum.messaging.service import announcing
from forum.people.models import Organisation
from tests.factories import NOW, make_member

BOTH = Text({"en": "The hall has changed", "zh-Hant": "場地已更改"})
WORDS = Text(
    {"en": "Dear {name},\n\nCome to **Hall 3**.", "zh-Hant": "{name}：\n\n請到**三號禮堂**。"}
)


def wording(**given: Any) -> announcing.Wording:
    """What an organiser says, in English and Traditional Chinese, to all who are confirmed."""
    values: dict[str, Any] = {
        "name": "Another hall",
        "segment": CONFIRMED,
        "subject": BOTH,
        "words": WORDS,
        "about_booking": True,
        "when": When(Timing.NOW),
    }
    return announcing.Wording(**(values | given))


def sender(event: Event, role: Role = Role.MANAGER) -> Actor:
    """Return a new member of the event's organisation who may send messages."""
    user = make_member(db.session.get_one(Organisation, event.organisation_id), role=role)
    return Actor(ActorKind.USER, user.id, user.name, {event.organisation_id: role})


def announce(
    actor: Actor, event: Event, *, now: datetime = NOW, named: int = 100_000, **given: Any
) -> UUID:
    """Draft an announcement and send it."""
    made = announcing.draft(actor, event.id, wording(**given), now=now)
    announcing.send(actor, event.id, made, named=named, now=now)
    return made


def stored(announcement_id: UUID) -> Announcement:
    """Return an announcement as it stands now."""
    db.session.rollback()
    return db.session.get_one(Announcement, announcement_id, populate_existing=True)


def state_of(announcement_id: UUID) -> AnnouncementState:
    """Return where it stands now."""
    return stored(announcement_id).state


def letters_of(announcement_id: UUID) -> list[Message]:
    """Return its mails, by address."""
    db.session.rollback()
    wanted = sa.select(Message).where(Message.announcement_id == announcement_id)
    wanted = wanted.order_by(Message.to_email, Message.id)
    return list(db.session.scalars(wanted.execution_options(populate_existing=True)))


__all__ = ["Segment", "When", "announce", "letters_of", "sender", "state_of", "stored", "wording"]
