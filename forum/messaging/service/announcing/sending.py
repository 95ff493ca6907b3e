"""Sending an announcement: counted, nodded at, scheduled, started, stopped, gone on with."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from forum.core import audit
from forum.core.actor import SYSTEM
from forum.core.db import writing
from forum.core.ids import uuid7
from forum.core.outbox import emit
from forum.core.periodic import every
from forum.core.permissions import Action, require
from forum.events.queries import event_by_id
from forum.messaging.letterhead import letterhead_of
from forum.messaging.models import Announcement, MailBody, Message
from forum.messaging.queries import announcements as queries
from forum.messaging.rules import MessageState
from forum.messaging.rules.announcements import (
    AnnouncementKind,
    AnnouncementState,
    ChangedSinceSeen,
    IllegalAnnouncementMove,
    MoreThanNamed,
    NobodyToWriteTo,
    OwnNod,
    Timing,
    check_announcement_move,
    needs_nod,
)
from forum.messaging.service.announcing.drafting import KIND, locked, take_back_nod
from forum.messaging.service.announcing.people import count
from forum.messaging.service.announcing.queueing import queue_all, settle
from forum.messaging.shared_letters import languages_of, render
from forum.messaging.words import failures as words

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.core.actor import Actor
    from forum.events.models import Event

log = logging.getLogger("forum.messaging")

STOPPED_BY_HAND = words.STOPPED.text
LOOKED_FOR = timedelta(seconds=10)

DRAFT, AWAITS, SCHEDULED, SENDING, STOPPED = (
    AnnouncementState.DRAFT,
    AnnouncementState.AWAITING_NOD,
    AnnouncementState.SCHEDULED,
    AnnouncementState.SENDING,
    AnnouncementState.STOPPED,
)


@dataclass(frozen=True, slots=True)
class _Ready:
    """What a start needs, read and rendered before anything is locked."""

    reached: int
    nod_above: int | None
    bodies: list[dict[str, Any]]
    revision: int


def send(
    actor: Actor,
    event_id: UUID,
    announcement_id: UUID,
    *,
    named: int,
    now: datetime,
    seen: int | None = None,
) -> AnnouncementState:
    """Send an announcement at its moment, or at once; return where it stands then.

    `named` is how many people the page said: of more, MoreThanNamed. Above the organisation's
    number it waits for a second person's nod. `seen` is the revision that was looked at; of a later
    one, ChangedSinceSeen. Raises NobodyToWriteTo and IllegalAnnouncementMove.
    """
    found = queries.announcement_of(event_id, announcement_id)
    require(actor, Action.SEND_MESSAGES, found.organisation_id)
    if seen is not None and found.revision != seen:
        raise ChangedSinceSeen
    ready = _ready(found, event_by_id(event_id), now)
    if ready.reached > named:
        raise MoreThanNamed(ready.reached)
    if not ready.reached and found.timing is Timing.NOW:
        raise NobodyToWriteTo
    with writing() as session:
        here = _same(session, event_id, announcement_id, ready)
        if here.state is not DRAFT:
            raise IllegalAnnouncementMove
        here.reached = ready.reached
        if needs_nod(ready.reached, ready.nod_above, here.nodded_for):
            check_announcement_move(here.state, AWAITS)
            here.state, here.asked_by, here.asked_by_name = AWAITS, actor.id, actor.name[:200]
            _record(session, actor, "announcement.asked", here, {"reached": ready.reached}, now)
            return here.state
        _let_go(session, actor, here, ready, now)
        return here.state


def nod(
    actor: Actor,
    event_id: UUID,
    announcement_id: UUID,
    *,
    named: int,
    now: datetime,
    seen: int | None = None,
) -> AnnouncementState:
    """Agree, as a second person, to so many people being written to; it goes at its moment.

    Raises OwnNod for who asked, MoreThanNamed where there are more by now, and ChangedSinceSeen.
    """
    found = queries.announcement_of(event_id, announcement_id)
    require(actor, Action.SEND_MESSAGES, found.organisation_id)
    if seen is not None and found.revision != seen:
        raise ChangedSinceSeen
    ready = _ready(found, event_by_id(event_id), now)
    if ready.reached > named:
        raise MoreThanNamed(ready.reached)
    with writing() as session:
        here = _same(session, event_id, announcement_id, ready)
        if here.state is not AWAITS:
            raise IllegalAnnouncementMove
        if actor.id in {here.asked_by, here.made_by}:
            raise OwnNod
        here.reached, here.nodded_for, here.nodded_at = ready.reached, ready.reached, now
        here.nodded_by, here.nodded_by_name = actor.id, actor.name[:200]
        _record(session, actor, "announcement.nodded", here, {"reached": ready.reached}, now)
        _let_go(session, actor, here, ready, now)
        return here.state


def back_to_draft(actor: Actor, event_id: UUID, announcement_id: UUID, *, now: datetime) -> None:
    """Take an announcement that waits for a nod or its moment back, and no nod holds."""
    with writing() as session:
        here = _mine(session, actor, event_id, announcement_id)
        check_announcement_move(here.state, DRAFT)
        if here.started_at is not None:
            raise IllegalAnnouncementMove
        here.state = DRAFT
        take_back_nod(here)
        _record(session, actor, "announcement.taken_back", here, {}, now)


def stop(actor: Actor, event_id: UUID, announcement_id: UUID, *, now: datetime) -> int:
    """Stop an announcement; return how many mails that waited do not go out.

    One that is being handed over to the mail server this moment still does.
    """
    with writing() as session:
        here = _mine(session, actor, event_id, announcement_id)
        check_announcement_move(here.state, STOPPED)
        held = _hold_back(session, here.id)
        here.queued -= held.forgotten
        here.state = STOPPED
        details = {"waiting": held.forgotten + held.given_up}
        _record(session, actor, "announcement.stopped", here, details, now)
        return held.forgotten + held.given_up


def go_on(actor: Actor, event_id: UUID, announcement_id: UUID, *, now: datetime) -> None:
    """Go on with one that was stopped half-way: to those of its people who have not had it."""
    with writing() as session:
        here = _mine(session, actor, event_id, announcement_id)
        check_announcement_move(here.state, SENDING)
        if here.started_at is None:
            raise IllegalAnnouncementMove
        session.execute(
            sa.update(Message)
            .where(
                Message.announcement_id == here.id,
                Message.state == MessageState.FAILED,
                Message.last_error == STOPPED_BY_HAND,
            )
            .values(state=MessageState.QUEUED, last_error="", due_at=now)
            .execution_options(synchronize_session=False)
        )
        here.state, here.cursor, here.queued_at, here.skipped = SENDING, None, None, 0
        here.revision += 1
        _record(session, actor, "announcement.gone_on", here, {}, now)
        _ask_to_queue(session, here, now)


@every(LOOKED_FOR, "send announcements")
def send_due(now: datetime) -> int:
    """Start what is due, queue what is being sent, say what is sent; return how many there were.

    One that fails does not hold up the others.
    """
    due = queries.due_announcements(now)
    for announcement_id, state in due:
        try:
            if state is SCHEDULED:
                start(announcement_id, now)
            queue_all(announcement_id, now)
            settle(announcement_id, now)
        except Exception:
            log.exception("announcement %s could not go on", announcement_id)
    return len(due)


def start(announcement_id: UUID, now: datetime) -> None:
    """Start a scheduled announcement whose moment has come, with its people counted again.

    Where they are more than somebody nodded at, it asks for a nod instead.
    """
    found = queries.scheduled(announcement_id, now)
    if found is None:
        return
    ready = _ready(found, event_by_id(found.event_id), now)
    with writing() as session:
        here = session.get(
            Announcement, announcement_id, with_for_update=True, populate_existing=True
        )
        if here is None or here.state is not SCHEDULED or here.revision != ready.revision:
            return
        here.reached = ready.reached
        ours = here.kind is not AnnouncementKind.LETTER
        if not ours and needs_nod(ready.reached, ready.nod_above, here.nodded_for):
            here.state = AWAITS
            _record(session, SYSTEM, "announcement.asked", here, {"reached": ready.reached}, now)
            return
        _begin(session, SYSTEM, here, ready, now)


def _ready(found: Announcement, event: Event, now: datetime) -> _Ready:
    """Count the people of an announcement and write its letters; outside any transaction."""
    head = letterhead_of(event)
    bodies = []
    for lang in languages_of(found):
        body_id = uuid7()
        letter = render(found, event, lang, body_id, head)
        bodies.append(
            {
                "id": body_id,
                "announcement_id": found.id,
                "lang": lang,
                "subject": letter.subject,
                "text": letter.text,
                "html": letter.html,
                "created_at": now,
            }
        )
    reached = count(found, event).total
    return _Ready(reached, queries.nod_above(found.organisation_id), bodies, found.revision)


def _let_go(
    session: Session, actor: Actor, here: Announcement, ready: _Ready, now: datetime
) -> None:
    """Start it, or schedule it where its moment is still to come."""
    if here.timing is not Timing.NOW and (here.due_at is None or here.due_at > now):
        check_announcement_move(here.state, SCHEDULED)
        here.state = SCHEDULED
        due = here.due_at.isoformat() if here.due_at else None
        details = {"due_at": due, "reached": ready.reached}
        _record(session, actor, "announcement.scheduled", here, details, now)
        return
    _begin(session, actor, here, ready, now)


def _begin(
    session: Session, actor: Actor, here: Announcement, ready: _Ready, now: datetime
) -> None:
    check_announcement_move(here.state, SENDING)
    session.execute(sa.insert(MailBody), ready.bodies)
    here.state, here.started_at, here.finished_at = SENDING, now, None
    here.cursor, here.queued_at, here.skipped = None, None, 0
    here.revision += 1
    _record(session, actor, "announcement.started", here, {"reached": ready.reached}, now)
    _ask_to_queue(session, here, now)


def _ask_to_queue(session: Session, here: Announcement, now: datetime) -> None:
    payload = {"announcement_id": str(here.id)}
    emit(
        session, "messaging.announcement_begun", payload, key=f"{here.id}:{here.revision}", now=now
    )


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


def _same(session: Session, event_id: UUID, announcement_id: UUID, ready: _Ready) -> Announcement:
    """Return it for changing, as it was counted and written; raises where it changed meanwhile."""
    here = locked(session, event_id, announcement_id)
    if here.revision != ready.revision:
        raise IllegalAnnouncementMove
    return here


def _mine(session: Session, actor: Actor, event_id: UUID, announcement_id: UUID) -> Announcement:
    here = locked(session, event_id, announcement_id)
    require(actor, Action.SEND_MESSAGES, here.organisation_id)
    return here


def _record(
    session: Session,
    actor: Actor,
    action: str,
    here: Announcement,
    details: dict[str, Any],
    now: datetime,
) -> None:
    audit.record(session, actor, action, (KIND, here.id), here.organisation_id, details, now)
