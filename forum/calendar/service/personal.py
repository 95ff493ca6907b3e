"""The address of a personal feed: made when it is asked for, renewed, revoked; its settings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from forum.calendar.models.personal import PersonalFeed
from forum.calendar.queries.personal import Holder, holder_of
from forum.calendar.rules.personal import FeedKind, checked_alarm
from forum.core import audit
from forum.core.db import writing
from forum.core.errors import NotFound
from forum.core.ids import uuid7
from forum.core.periodic import every
from forum.people.models import User
from forum.programme.models import Engagement
from forum.registrations.models import Registration

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.core.actor import Actor


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose calendar it is: a registration's, an engagement's or a user's."""

    kind: FeedKind
    holder_id: UUID


def make_feed(actor: Actor, whose: Whose, lang: str, *, now: datetime) -> None:
    """Make the address of a personal feed; one that stands is left as it is.

    One that was revoked comes back under another address, without what it remembered. Raises
    NotFound.
    """
    with _held(whose, now, lang) as held:
        feed, holder, is_new = held.feed, held.holder, held.is_new
        stands = feed.revoked_at is None and feed.holder_generation == holder.generation
        if not is_new and stands:
            return
        if not is_new:
            _forget(feed)
            feed.alarm_minutes, feed.lang, feed.created_at = None, lang, now
        feed.revoked_at, feed.holder_generation = None, holder.generation
        held.record(actor, "calendar.made", now)


def renew_feed(actor: Actor, whose: Whose, generation: int, *, now: datetime) -> bool:
    """Give a feed another address; the old one is dead at once. Return whether that was done.

    `generation` is that of the address which was seen: renewing twice from one page is done once.
    Raises NotFound where there is no feed.
    """
    with _standing(whose) as held:
        if held.feed.generation != generation:
            return False
        _forget(held.feed)
        held.record(actor, "calendar.renewed", now)
        return True


def revoke_feed(actor: Actor, whose: Whose, *, now: datetime) -> None:
    """Take a feed's address away; raises NotFound where there is none."""
    with _standing(whose) as held:
        _forget(held.feed)
        held.feed.revoked_at = now
        held.record(actor, "calendar.revoked", now)


def set_feed_up(actor: Actor, whose: Whose, alarm: int | None, lang: str, *, now: datetime) -> None:
    """Keep the reminder (minutes before the start, None for none) and the language of a feed.

    Raises NotFound, NoSuchAlarm.
    """
    minutes = checked_alarm(alarm)
    with _standing(whose) as held:
        feed = held.feed
        if (feed.alarm_minutes, feed.lang) == (minutes, lang):
            return
        feed.alarm_minutes, feed.lang = minutes, lang
        feed.revision += 1
        held.record(actor, "calendar.set_up", now, {"alarm": minutes, "lang": lang})


@every(timedelta(days=1), "forget calendars of people who are gone")
def forget_orphans(now: datetime) -> int:
    """Delete the feeds whose registration, engagement or user is gone; return how many."""
    del now
    holders = {
        FeedKind.AGENDA: Registration.id,
        FeedKind.SPEAKER: Engagement.id,
        FeedKind.STAFF: User.id,
    }
    with writing() as session:
        gone = session.execute(
            sa.delete(PersonalFeed)
            .where(
                sa.or_(
                    *(
                        sa.and_(
                            PersonalFeed.kind == kind,
                            ~sa.exists().where(holder == PersonalFeed.holder_id),
                        )
                        for kind, holder in holders.items()
                    )
                )
            )
            .returning(PersonalFeed.id)
            .execution_options(synchronize_session=False)
        ).all()
        return len(gone)


@dataclass(frozen=True, slots=True)
class _Held:
    session: Session
    feed: PersonalFeed
    holder: Holder
    is_new: bool = False

    def record(
        self, actor: Actor, action: str, now: datetime, details: dict[str, object] | None = None
    ) -> None:
        """Write who did this, under the organisation of the event."""
        thing = ("personal_feed", self.feed.id)
        told = {"kind": self.feed.kind.value, **(details or {})}
        audit.record(self.session, actor, action, thing, self.holder.organisation_id, told, now)


@contextmanager
def _standing(whose: Whose) -> Iterator[_Held]:
    """Hold a feed whose address stands; raises NotFound for every other."""
    with writing() as session:
        holder = holder_of(whose.kind, whose.holder_id)
        feed = _locked(session, whose)
        if feed is None or feed.revoked_at or feed.holder_generation != holder.generation:
            raise NotFound
        yield _Held(session, feed, holder)


@contextmanager
def _held(whose: Whose, now: datetime, lang: str) -> Iterator[_Held]:
    """Hold a feed, made where there was none: of two who ask together, one makes it."""
    with writing() as session:
        holder = holder_of(whose.kind, whose.holder_id)
        insert = (sqlite if session.get_bind().dialect.name == "sqlite" else postgresql).insert
        made = session.execute(
            insert(PersonalFeed)
            .values(
                id=uuid7(),
                kind=whose.kind,
                holder_id=whose.holder_id,
                holder_generation=holder.generation,
                lang=lang,
                created_at=now,
            )
            .on_conflict_do_nothing()
            .returning(PersonalFeed.id)
        ).all()
        feed = _locked(session, whose)
        if feed is None:
            raise NotFound
        yield _Held(session, feed, holder, bool(made))


def _locked(session: Session, whose: Whose) -> PersonalFeed | None:
    return session.scalar(
        sa.select(PersonalFeed)
        .where(PersonalFeed.kind == whose.kind, PersonalFeed.holder_id == whose.holder_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )


def _forget(feed: PersonalFeed) -> None:
    feed.generation += 1
    feed.revision += 1
    feed.fetched_at, feed.fetched_by = None, ""
    feed.shown_as, feed.shown_etag, feed.shown_size, feed.shown_changed = "", "", 0, None
