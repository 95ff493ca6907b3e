"""Named reads of mails whose words are kept no longer."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.core.db import db
from forum.events.models import Event
from forum.messaging.models import WITH_WORDS, Message, OrganisationMail
from forum.messaging.rules import MessageState
from forum.messaging.rules.keeping import WORDS_KEPT_DAYS

if TYPE_CHECKING:
    from sqlalchemy.sql.selectable import Select

ENDED = Message.state.in_(
    (MessageState.SENT, MessageState.KEPT, MessageState.FAILED, MessageState.BOUNCED)
)
"""The condition for messages that wait no more: only they lose their words."""


def past_their_time(now: datetime, organisation_id: UUID | None = None) -> Select[UUID]:
    """Return the ids of messages whose words are to go; of one organisation where it is named.

    So many days after the event's end as its organisation says; of a mail about no event, after
    it was written. One statement before it is run.
    """
    wanted = sa.select(Message.id).where(WITH_WORDS, ENDED)
    if organisation_id is not None:
        wanted = wanted.where(Message.organisation_id == organisation_id)
    days = dict(
        db.session.execute(
            sa.select(OrganisationMail.organisation_id, OrganisationMail.words_kept_days)
        ).all()
    )
    own = sa.and_(
        Message.event_id.is_(None), Message.created_at < now - timedelta(days=WORDS_KEPT_DAYS)
    )
    usual = Event.organisation_id.not_in(list(days)) if days else sa.true()
    over = [sa.and_(usual, Event.ends_at < now - timedelta(days=WORDS_KEPT_DAYS))]
    for number in sorted(set(days.values())):
        theirs = [one for one, kept in days.items() if kept == number]
        over.append(
            sa.and_(Event.organisation_id.in_(theirs), Event.ends_at < now - timedelta(days=number))
        )
    ended = sa.select(Event.id).where(sa.or_(*over))
    return wanted.where(sa.or_(own, Message.event_id.in_(ended)))


def number_past_their_time(now: datetime, organisation_id: UUID | None = None) -> int:
    """Return how many messages lose their words in the next turn; two statements."""
    ids = past_their_time(now, organisation_id).subquery()
    return db.session.scalar(sa.select(sa.func.count()).select_from(ids)) or 0
