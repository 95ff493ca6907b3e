"""Stopping an announcement half-way: what waits is held back, and taken up again with new words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from forum.core.actor import SYSTEM
from forum.core.db import writing
from forum.messaging.models import Announcement, Message
from forum.messaging.rules import MessageState
from forum.messaging.rules.announcements import AnnouncementState, check_announcement_move
from forum.messaging.service.announcing.drafting import mine, record
from forum.messaging.words import failures as words

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.core.actor import Actor

STOPPED_BY_HAND = words.STOPPED.text


def stop(actor: Actor, event_id: UUID, announcement_id: UUID, *, now: datetime) -> int:
    """Stop an announcement; return how many mails that waited do not go out.

    One that is being handed over to the mail server this moment still does.
    """
    with writing() as session:
        here = mine(session, actor, event_id, announcement_id)
        check_announcement_move(here.state, AnnouncementState.STOPPED)
        return _stop(session, actor, here, now)


def stop_run(announcement_id: UUID, started_at: datetime, *, now: datetime) -> None:
    """Stop the run of an announcement that began then, where it still goes on."""
    with writing() as session:
        here = session.get(
            Announcement, announcement_id, with_for_update=True, populate_existing=True
        )
        goes = here is not None and here.state is AnnouncementState.SENDING
        if here is not None and goes and here.started_at == started_at:
            _stop(session, SYSTEM, here, now)


def take_up(
    session: Session, announcement_id: UUID, bodies: Iterable[Mapping[str, Any]], now: datetime
) -> None:
    """Queue again what was held back after a try, in the letters of now; a statement a language.

    What has lost its words meanwhile stays where it is.
    """
    for body in bodies:
        session.execute(
            sa.update(Message)
            .where(
                Message.announcement_id == announcement_id,
                Message.lang == body["lang"],
                Message.state == MessageState.FAILED,
                Message.last_error == STOPPED_BY_HAND,
                Message.body_gone_at.is_(None),
            )
            .values(state=MessageState.QUEUED, last_error="", due_at=now, body_id=body["id"])
            .execution_options(synchronize_session=False)
        )


def _stop(session: Session, actor: Actor, here: Announcement, now: datetime) -> int:
    held = _hold_back(session, here.id)
    here.queued -= held.forgotten
    here.state = AnnouncementState.STOPPED
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
