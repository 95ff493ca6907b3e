"""Mails around an event: planned by the organiser, moved with the event, stopped when it is off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from forum.core import audit
from forum.core.actor import SYSTEM
from forum.core.db import writing
from forum.core.outbox import emit_once
from forum.core.permissions import Action
from forum.core.revisions import ChangedMeanwhile, changes_since, difference
from forum.events.models import Event
from forum.events.rules import EventState
from forum.events.service import locked_event
from forum.messaging.models import Announcement
from forum.messaging.queries.announcements import waits_still
from forum.messaging.rules.announcements import (
    AnnouncementKind,
    AnnouncementState,
    IllegalAnnouncementMove,
    Timing,
)
from forum.messaging.rules.around import (
    MOST_PLANNED,
    EventIsOff,
    PlannedAlready,
    TooManyPlanned,
    check_side,
    due_around,
    is_missed,
    overtaken_by,
)
from forum.messaging.rules.timing import When, check_when, when_of
from forum.messaging.service.announcing.drafting import KIND, columns_of, locked

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.core.actor import Actor
    from forum.messaging.rules.segments import Segment

DRAFT, AWAITS, SCHEDULED, SENDING, STOPPED = (
    AnnouncementState.DRAFT,
    AnnouncementState.AWAITING_NOD,
    AnnouncementState.SCHEDULED,
    AnnouncementState.SENDING,
    AnnouncementState.STOPPED,
)
LIVE = (SCHEDULED, SENDING)


@dataclass(frozen=True, slots=True)
class Plan:
    """A mail of Forum's own around an event: to whom and when."""

    kind: AnnouncementKind
    when: When
    segment: Segment


def plan(actor: Actor, event_id: UUID, wanted: Plan, *, now: datetime) -> UUID:
    """Plan a mail around an event; return its id.

    Raises UntimelyMail, EventIsOff, PlannedAlready, TooManyPlanned.
    """
    with writing() as session:
        event = _held(session, actor, event_id)
        columns = _columns(wanted, event, now)
        others = _planned(session, event_id)
        if len(others) >= MOST_PLANNED:
            raise TooManyPlanned
        _check_free(others, wanted, columns["due_at"])
        made = Announcement(
            organisation_id=event.organisation_id,
            event_id=event.id,
            kind=wanted.kind,
            state=SCHEDULED,
            segment=wanted.segment.as_json(),
            made_by=actor.id,
            made_by_name=actor.name[:200],
            created_at=now,
            changed_at=now,
            **columns,
        )
        session.add(made)
        session.flush()
        _record(session, actor, "announcement.planned", made, {"kind": wanted.kind.value}, now)
        return made.id


def replan(
    actor: Actor,
    event_id: UUID,
    announcement_id: UUID,
    wanted: Plan,
    *,
    revision: int,
    now: datetime,
) -> None:
    """Plan a mail otherwise, also one that was stopped before it began.

    Raises ChangedMeanwhile, IllegalAnnouncementMove once it is on its way, and what `plan` raises.
    """
    with writing() as session:
        event = _held(session, actor, event_id)
        found = locked(session, event_id, announcement_id)
        if found.revision != revision:
            raise ChangedMeanwhile(changes_since(session, KIND, found.id, revision))
        if found.kind is not wanted.kind or not _is_open(found):
            raise IllegalAnnouncementMove
        after = _columns(wanted, event, now) | {"segment": wanted.segment.as_json()}
        others = [one for one in _planned(session, event_id) if one.id != found.id]
        _check_free(others, wanted, after["due_at"])
        changes = difference({name: getattr(found, name) for name in after}, after)
        if not changes and found.state is SCHEDULED:
            return
        for name, value in after.items():
            setattr(found, name, value)
        found.state, found.changed_at = SCHEDULED, now
        found.revision += 1
        details = {"revision": found.revision, "changes": changes}
        _record(session, actor, "announcement.changed", found, details, now)


def forget(actor: Actor, event_id: UUID, announcement_id: UUID, *, now: datetime) -> None:
    """Take a mail off the time-line that never went.

    Raises IllegalAnnouncementMove for any other.
    """
    with writing() as session:
        locked_event(session, actor, event_id, Action.SEND_MESSAGES)
        found = locked(session, event_id, announcement_id)
        if found.kind is AnnouncementKind.LETTER or not _is_open(found):
            raise IllegalAnnouncementMove
        _record(session, actor, "announcement.removed", found, {"kind": found.kind.value}, now)
        session.delete(found)


def follow_event(session: Session, event_id: UUID, now: datetime) -> None:
    """Work out anew when mails around an event go; the event is locked.

    Without a date they wait. One whose moment has passed by the move is stopped, and goes after all
    where the event is moved once more and its moment is still to come. One whose moment is the same
    as before is left alone, also where it is just due.
    """
    event = session.get_one(Event, event_id)
    for one in _reckoned(session, event_id):
        due, missed = due_around(one.kind, when_of(one), event), is_missed(one)
        if due == one.due_at or (one.state is STOPPED and not missed):
            continue
        passed = due is not None and due <= now
        changes = difference({"due_at": one.due_at}, {"due_at": due})
        one.due_at = due
        if one.state is DRAFT:
            continue
        one.revision += 1
        action = "announcement.moved"
        if one.state is SCHEDULED and passed:
            one.state, one.changed_at, action = STOPPED, now, "announcement.missed"
        elif missed:
            one.state, one.changed_at = STOPPED if passed else SCHEDULED, now
            action = "announcement.missed" if passed else "announcement.planned"
        details = {"revision": one.revision, "changes": changes}
        _record(session, SYSTEM, action, one, details, now)


def stop_planned(session: Session, event_id: UUID, now: datetime) -> None:
    """Stop all that is planned around an event that is cancelled, or waits for a nod."""
    rows = session.scalars(
        sa.select(Announcement)
        .where(Announcement.event_id == event_id, Announcement.state.in_((AWAITS, SCHEDULED)))
        .order_by(Announcement.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    for one in rows:
        one.state, one.changed_at = STOPPED, now
        one.revision += 1
        _record(session, SYSTEM, "announcement.stopped", one, {"why": "event_cancelled"}, now)


def overtake(session: Session, event_id: UUID, now: datetime) -> None:
    """Let what Forum itself is just sending around an event be stopped; the event is locked.

    Its letters name a time that is no longer so; what begins from now on names the new one. Also of
    what is sent some mails may wait that were deferred. What an organiser wrote goes on: they know
    what it says. Emits messaging.run_overtaken.
    """
    kinds = overtaken_by(session.get_one(Event, event_id), now)
    runs = session.execute(
        sa.select(Announcement.id, Announcement.started_at)
        .where(
            Announcement.event_id == event_id,
            Announcement.kind.in_(kinds),
            sa.or_(
                Announcement.state == SENDING,
                sa.and_(Announcement.state == AnnouncementState.SENT, waits_still()),
            ),
        )
        .order_by(Announcement.id)
    )
    for run in runs:
        payload = {"announcement_id": str(run.id), "started_at": run.started_at.isoformat()}
        key = f"{run.id}:{payload['started_at']}"
        emit_once(session, "messaging.run_overtaken", payload, key=key, now=now)


def _held(session: Session, actor: Actor, event_id: UUID) -> Event:
    event = locked_event(session, actor, event_id, Action.SEND_MESSAGES)
    if event.state is EventState.CANCELLED:
        raise EventIsOff
    return event


def _is_open(found: Announcement) -> bool:
    """Say whether nobody has been written to yet."""
    return found.state in {SCHEDULED, STOPPED} and found.started_at is None


def _planned(session: Session, event_id: UUID) -> Sequence[Announcement]:
    return session.scalars(
        sa.select(Announcement).where(
            Announcement.event_id == event_id, Announcement.kind != AnnouncementKind.LETTER
        )
    ).all()


def _columns(wanted: Plan, event: Event, now: datetime) -> dict[str, Any]:
    """Return the moment of a mail as columns; raises UntimelyMail."""
    check_when(wanted.when, event, now)
    check_side(wanted.kind, wanted.when, event)
    due = due_around(wanted.kind, wanted.when, event)
    return columns_of(wanted.when, event) | {"due_at": due}


def _check_free(others: Sequence[Announcement], wanted: Plan, due: datetime | None) -> None:
    """Raise PlannedAlready where another of the kind goes then, or would once there is a date."""
    for one in others:
        same = one.due_at == due if due else when_of(one) == wanted.when
        if same and one.kind is wanted.kind and one.state in LIVE:
            raise PlannedAlready(field="days")


def _reckoned(session: Session, event_id: UUID) -> Sequence[Announcement]:
    """Return, for changing, what follows an event and has not begun.

    That is all that is reckoned from it, and what Forum itself sends at a moment of its own.
    """
    return session.scalars(
        sa.select(Announcement)
        .where(
            Announcement.event_id == event_id,
            sa.or_(
                Announcement.timing == Timing.RELATIVE,
                Announcement.kind != AnnouncementKind.LETTER,
            ),
            Announcement.state.in_((DRAFT, AWAITS, SCHEDULED, STOPPED)),
            Announcement.started_at.is_(None),
        )
        .order_by(Announcement.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def _record(
    session: Session,
    actor: Actor,
    action: str,
    here: Announcement,
    details: dict[str, Any],
    now: datetime,
) -> None:
    audit.record(session, actor, action, (KIND, here.id), here.organisation_id, details, now)
