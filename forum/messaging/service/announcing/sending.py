"""Sending an announcement: counted, nodded at, scheduled, started, gone on with."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from forum.core.actor import SYSTEM
from forum.core.db import writing
from forum.core.ids import uuid7
from forum.core.outbox import emit
from forum.core.periodic import every
from forum.core.permissions import Action, require
from forum.events.models import Event
from forum.events.queries import event_by_id
from forum.events.service import shared_event
from forum.messaging.letterhead import letterhead_of
from forum.messaging.models import Announcement, MailBody
from forum.messaging.queries import announcements as queries
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
    kept_from_nodding,
    needs_nod,
)
from forum.messaging.rules.around import check_goes_on, due_around, good_until
from forum.messaging.rules.timing import when_of
from forum.messaging.service.announcing.drafting import locked, mine, record, take_back_nod
from forum.messaging.service.announcing.holding import take_up
from forum.messaging.service.announcing.people import count
from forum.messaging.service.announcing.queueing import queue_all, settle
from forum.messaging.shared_letters import languages_of, render

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.core.actor import Actor

log = logging.getLogger("forum.messaging")

LOOKED_FOR = timedelta(seconds=10)
_NEXT = timedelta(microseconds=1)

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
    event_revision: int
    good_until: datetime | None


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
    ready = _ready(found, event_by_id(event_id))
    if ready.reached > named:
        raise MoreThanNamed(ready.reached)
    if not ready.reached and found.timing is Timing.NOW:
        raise NobodyToWriteTo
    with writing() as session:
        event = shared_event(session, Event.id == event_id)
        here = _same(session, event, announcement_id, ready)
        if here.state is not DRAFT:
            raise IllegalAnnouncementMove
        here.reached = ready.reached
        if needs_nod(ready.reached, ready.nod_above, here.nodded_for):
            _ask(session, actor, here, now)
        else:
            _let_go(session, actor, (here, event), ready, now)
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

    One that was stopped half-way goes on. Raises OwnNod for who asked, MoreThanNamed where there
    are more by now, and ChangedSinceSeen.
    """
    found = queries.announcement_of(event_id, announcement_id)
    require(actor, Action.SEND_MESSAGES, found.organisation_id)
    if seen is not None and found.revision != seen:
        raise ChangedSinceSeen
    ready = _ready(found, event_by_id(event_id))
    if ready.reached > named:
        raise MoreThanNamed(ready.reached)
    with writing() as session:
        event = shared_event(session, Event.id == event_id)
        here = _same(session, event, announcement_id, ready)
        if here.state is not AWAITS:
            raise IllegalAnnouncementMove
        if actor.id in kept_from_nodding(here):
            raise OwnNod
        here.reached, here.nodded_for, here.nodded_at = ready.reached, ready.reached, now
        here.nodded_by, here.nodded_by_name = actor.id, actor.name[:200]
        record(session, actor, "announcement.nodded", here, {"reached": ready.reached}, now)
        if here.started_at is None:
            _let_go(session, actor, (here, event), ready, now)
        else:
            check_goes_on(here.kind, event, now)
            _begin(session, actor, here, ready, now)
        return here.state


def back_to_draft(actor: Actor, event_id: UUID, announcement_id: UUID, *, now: datetime) -> None:
    """Take an announcement that waits for a nod or its moment back, and no nod holds."""
    with writing() as session:
        here = mine(session, actor, event_id, announcement_id)
        check_announcement_move(here.state, DRAFT)
        if here.started_at is not None:
            raise IllegalAnnouncementMove
        here.state = DRAFT
        take_back_nod(here)
        record(session, actor, "announcement.taken_back", here, {}, now)


def go_on(
    actor: Actor, event_id: UUID, announcement_id: UUID, *, now: datetime
) -> AnnouncementState:
    """Go on with one that was stopped half-way: to those of its people who have not had it.

    Return where it stands then: they are counted again, and above what somebody nodded at it waits
    for a second person. They get the letter as it would be written now. Raises EventIsOff,
    NoDateYet and EventIsOver where it is of no use any more, ChangedSinceSeen where the event was
    changed this moment.
    """
    found = queries.announcement_of(event_id, announcement_id)
    require(actor, Action.SEND_MESSAGES, found.organisation_id)
    as_read = event_by_id(event_id)
    check_goes_on(found.kind, as_read, now)
    ready = _ready(found, as_read)
    with writing() as session:
        event = shared_event(session, Event.id == event_id)
        here = _same(session, event, announcement_id, ready)
        check_goes_on(here.kind, event, now)
        if here.state is not STOPPED or here.started_at is None:
            raise IllegalAnnouncementMove
        here.reached = ready.reached
        if _needs_nod(here, ready):
            _ask(session, actor, here, now)
        else:
            _begin(session, actor, here, ready, now)
        return here.state


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

    Where they are more than somebody nodded at, it asks for a nod instead. Where the event
    is changed while they are counted, the next turn writes its letters anew, at its moment by then.
    """
    found = queries.scheduled(announcement_id, now)
    if found is None:
        return
    ready = _ready(found, event_by_id(found.event_id))
    with writing() as session:
        event = shared_event(session, Event.id == found.event_id)
        here = session.get(
            Announcement, announcement_id, with_for_update=True, populate_existing=True
        )
        if here is None or here.state is not SCHEDULED or here.revision != ready.revision:
            return
        if event.revision != ready.event_revision or not _is_due(here, event, now):
            return
        confirmed_for, here.reached = here.reached, ready.reached
        if _needs_nod(here, ready):
            here.state = AWAITS
            record(session, SYSTEM, "announcement.asked", here, {"reached": ready.reached}, now)
            _ask_for_nod(session, here, now, confirmed_for)
            return
        _begin(session, SYSTEM, here, ready, now)


def _ready(found: Announcement, event: Event) -> _Ready:
    """Count the people of an announcement and write its letters; outside any transaction."""
    event_revision = event.revision
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
            }
        )
    reached = count(found, event).total
    nod_above = queries.nod_above(found.organisation_id)
    return _Ready(
        reached,
        nod_above,
        bodies,
        found.revision,
        event_revision,
        good_until(found.kind, event),
    )


def _needs_nod(here: Announcement, ready: _Ready) -> bool:
    """Say whether a second person looks at it; what Forum itself sends around the event needs none.

    What it is about and when it goes was decided when it was planned.
    """
    ours = here.kind is not AnnouncementKind.LETTER
    return not ours and needs_nod(ready.reached, ready.nod_above, here.nodded_for)


def _ask(session: Session, actor: Actor, here: Announcement, now: datetime) -> None:
    check_announcement_move(here.state, AWAITS)
    here.state, here.asked_by, here.asked_by_name = AWAITS, actor.id, actor.name[:200]
    record(session, actor, "announcement.asked", here, {"reached": here.reached}, now)
    _ask_for_nod(session, here, now)


def _is_due(here: Announcement, event: Event, now: datetime) -> bool:
    """Say whether the moment has come by the event as it stands, which is locked, and keep it."""
    here.due_at = due_around(here.kind, when_of(here), event)
    return here.due_at is not None and here.due_at <= now


def _let_go(
    session: Session,
    actor: Actor,
    found: tuple[Announcement, Event],
    ready: _Ready,
    now: datetime,
) -> None:
    """Start it, or schedule it where its moment is still to come; the event is locked."""
    here, event = found
    if here.timing is not Timing.NOW and not _is_due(here, event, now):
        check_announcement_move(here.state, SCHEDULED)
        here.state = SCHEDULED
        due = here.due_at.isoformat() if here.due_at else None
        details = {"due_at": due, "reached": ready.reached}
        record(session, actor, "announcement.scheduled", here, details, now)
        return
    _begin(session, actor, here, ready, now)


def _begin(
    session: Session, actor: Actor, here: Announcement, ready: _Ready, now: datetime
) -> None:
    """Let a run begin with the letters of now; one that was stopped goes on where it has not been.

    A run is known by its start, so that no two start at one moment.
    """
    check_announcement_move(here.state, SENDING)
    action, start_at = "announcement.started", now
    if here.started_at is not None:
        action, start_at = "announcement.gone_on", max(now, here.started_at + _NEXT)
    bodies = [body | {"created_at": start_at} for body in ready.bodies]
    session.execute(sa.insert(MailBody), bodies)
    take_up(session, here, bodies, ready.good_until, now)
    here.state, here.started_at, here.finished_at = SENDING, start_at, None
    here.overtaken_at = None
    here.cursor, here.queued_at, here.skipped = None, None, 0
    here.revision += 1
    record(session, actor, action, here, {"reached": ready.reached}, now)
    _ask_to_queue(session, here, now)


def _ask_to_queue(session: Session, here: Announcement, now: datetime) -> None:
    payload = {"announcement_id": str(here.id)}
    emit(
        session, "messaging.announcement_begun", payload, key=f"{here.id}:{here.revision}", now=now
    )


def _ask_for_nod(
    session: Session, here: Announcement, now: datetime, confirmed_for: int | None = None
) -> None:
    """Let those who may nod be told, each time anew; `confirmed_for` is what it has outgrown."""
    asking = str(uuid7())
    payload = {"announcement_id": str(here.id), "asking": asking, "confirmed_for": confirmed_for}
    emit(session, "messaging.nod_wanted", payload, key=asking, now=now)


def _same(session: Session, event: Event, announcement_id: UUID, ready: _Ready) -> Announcement:
    """Return it for changing, as it was counted and written; the event is locked.

    Raises IllegalAnnouncementMove where it changed meanwhile, ChangedSinceSeen where the event did.
    """
    here = locked(session, event.id, announcement_id)
    if here.revision != ready.revision:
        raise IllegalAnnouncementMove
    if event.revision != ready.event_revision:
        raise ChangedSinceSeen
    return here
