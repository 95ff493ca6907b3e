"""Stopping an announcement half-way: what waits is held back, and taken up again with new words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from forum.core.actor import SYSTEM
from forum.core.db import writing
from forum.messaging.bodies import is_personal, subject_line
from forum.messaging.models import Announcement, Message
from forum.messaging.queries.announcements import waits_still
from forum.messaging.rules import MessageState
from forum.messaging.rules.announcements import (
    AnnouncementState,
    IllegalAnnouncementMove,
    check_announcement_move,
)
from forum.messaging.rules.sending import LEASE
from forum.messaging.service.announcing.drafting import mine, record
from forum.messaging.words import failures as words

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.core.actor import Actor

STOPPED_BY_HAND = words.STOPPED.text
_NEXT = timedelta(microseconds=1)


def stop(actor: Actor, event_id: UUID, announcement_id: UUID, *, now: datetime) -> int:
    """Stop an announcement; return how many mails that waited do not go out.

    One that is being handed over to the mail server this moment still does.
    """
    with writing() as session:
        here = mine(session, actor, event_id, announcement_id)
        check_announcement_move(here.state, AnnouncementState.STOPPED)
        if here.state is AnnouncementState.SENT and not _goes(session, here):
            raise IllegalAnnouncementMove
        return _stop(session, actor, here, now)


def stop_run(announcement_id: UUID, started_at: datetime, *, now: datetime) -> None:
    """Stop the run of an announcement that began then, where it still goes on, as overtaken."""
    with writing() as session:
        here = session.get(
            Announcement, announcement_id, with_for_update=True, populate_existing=True
        )
        if here is not None and here.started_at == started_at and _goes(session, here):
            _stop(session, SYSTEM, here, now)
            here.overtaken_at = now


def take_up(
    session: Session,
    here: Announcement,
    bodies: Iterable[Mapping[str, Any]],
    good_until: datetime | None,
    now: datetime,
) -> None:
    """Make ready for going on with the letters of now; at most two statements a language.

    What was given back since is held back too, until its turn comes. What a worker has claimed gets
    the new letter, and is that worker's no more: it goes after the lease. What somebody sent again
    by hand stays as it is.
    """
    here.queued -= _hold_back(session, here.id).forgotten
    letters = list(bodies)
    known = [one["lang"] for one in letters]
    for number, body in enumerate(letters):
        reads = Message.lang == body["lang"]
        if number == 0:
            reads = sa.or_(reads, Message.lang.not_in(known))
        letter = {"body_id": body["id"], "lang": body["lang"], "good_until": good_until}
        if not is_personal(body["subject"], body["id"]):
            letter["subject"] = subject_line(body["subject"], body["id"], {})
        claimed = session.scalars(
            sa.update(Message)
            .where(
                Message.announcement_id == here.id,
                Message.state == MessageState.SENDING,
                Message.copies == 0,
                Message.body_id != body["id"],
                reads,
            )
            .values(leased_until=now + LEASE + _NEXT, **letter)
            .returning(Message.id)
            .execution_options(synchronize_session=False)
        ).all()
        if claimed and "subject" not in letter:
            _write_subjects(session, body)


def _write_subjects(session: Session, body: Mapping[str, Any]) -> None:
    rows = session.execute(
        sa.select(Message.id, Message.values).where(Message.body_id == body["id"])
    ).all()
    if rows:
        session.execute(
            sa.update(Message),
            [
                {"id": row[0], "subject": subject_line(body["subject"], body["id"], row[1])}
                for row in rows
            ],
        )


def _goes(session: Session, here: Announcement) -> bool:
    """Say whether mails of a run are still to go; of one that is sent, those that were deferred."""
    if here.state is not AnnouncementState.SENT:
        return here.state is AnnouncementState.SENDING
    waits = sa.select(Announcement.id).where(Announcement.id == here.id, waits_still())
    return session.scalar(waits) is not None


def _stop(session: Session, actor: Actor, here: Announcement, now: datetime) -> int:
    held = _hold_back(session, here.id)
    here.queued -= held.forgotten
    here.state = AnnouncementState.STOPPED
    here.finished_at = here.overtaken_at = None
    details = {"waiting": held.forgotten + held.given_up}
    record(session, actor, "announcement.stopped", here, details, now)
    return held.forgotten + held.given_up


@dataclass(frozen=True, slots=True)
class _Held:
    """Mails that do not go out: those never tried are forgotten, the others marked."""

    forgotten: int
    given_up: int


def _hold_back(session: Session, announcement_id: UUID) -> _Held:
    waits = (
        Message.announcement_id == announcement_id,
        Message.state == MessageState.QUEUED,
        Message.copies == 0,
    )
    forgotten = session.execute(
        sa.delete(Message)
        .where(*waits, Message.tries == 0)
        .returning(Message.id)
        .execution_options(synchronize_session=False)
    ).all()
    given_up = session.execute(
        sa.update(Message)
        .where(*waits)
        .values(state=MessageState.FAILED, last_error=STOPPED_BY_HAND)
        .returning(Message.id)
        .execution_options(synchronize_session=False)
    ).all()
    return _Held(len(forgotten), len(given_up))
