"""Writing an announcement: a draft, its changes, who gets it and when; two editors lose nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from forum.core import audit
from forum.core.db import writing
from forum.core.errors import NotFound
from forum.core.languages import LANGUAGES
from forum.core.permissions import Action, require
from forum.core.revisions import ChangedMeanwhile, changes_since, difference
from forum.core.text import Text
from forum.events.models import Event
from forum.events.service import shared_event
from forum.messaging.models import Announcement
from forum.messaging.placeholders import UnknownPlaceholder, check, check_subject, names_for
from forum.messaging.rules.announcements import (
    DELETABLE,
    EDITABLE,
    AnnouncementState,
    HalfWritten,
    IllegalAnnouncementMove,
    NothingToSay,
    OfGuestsAlone,
    TimeIsPast,
    Timing,
)
from forum.messaging.rules.segments import Segment
from forum.messaging.rules.timing import When, check_when, due_at
from forum.messaging.shared_letters import OF_ONE_REGISTRATION

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.core.actor import Actor

KIND = "announcement"


@dataclass(frozen=True, slots=True)
class Wording:
    """All that an organiser says of an announcement."""

    name: str
    segment: Segment
    subject: Text
    words: Text
    about_booking: bool
    when: When

    def columns(self) -> dict[str, Any]:
        """Return it as columns, but for when it goes."""
        return {
            "name": self.name or next(iter(self.subject.by_language.values()))[:120],
            "segment": self.segment.as_json(),
            "subject": self.subject,
            "words": self.words,
            "about_booking": self.about_booking and self.segment.may_concern_place,
        }


def draft(actor: Actor, event_id: UUID, wording: Wording, *, now: datetime) -> UUID:
    """Write an announcement that nobody gets yet; return its id.

    Raises NothingToSay, HalfWritten, UnknownPlaceholder, PlaceholderInAddress and UntimelyMail.
    """
    check_wording(wording)
    with writing() as session:
        event = _event(session, actor, event_id)
        _check_moment(wording.when, event, now)
        made = Announcement(
            organisation_id=event.organisation_id,
            event_id=event.id,
            made_by=actor.id,
            made_by_name=actor.name[:200],
            created_at=now,
            changed_at=now,
            **wording.columns(),
            **columns_of(wording.when, event),
        )
        session.add(made)
        session.flush()
        record(session, actor, "announcement.drafted", made, {"name": made.name}, now)
        return made.id


def change(
    actor: Actor,
    event_id: UUID,
    announcement_id: UUID,
    wording: Wording,
    *,
    revision: int,
    now: datetime,
) -> None:
    """Change an announcement that is not on its way; it is a draft again, and no nod holds.

    Raises ChangedMeanwhile where somebody else saved it, and what `draft` raises.
    """
    check_wording(wording)
    with writing() as session:
        event = _event(session, actor, event_id)
        found = locked(session, event_id, announcement_id)
        if found.revision != revision:
            raise ChangedMeanwhile(changes_since(session, KIND, found.id, revision))
        if found.state not in EDITABLE or found.started_at is not None:
            raise IllegalAnnouncementMove
        _check_moment(wording.when, event, now)
        after = wording.columns() | columns_of(wording.when, event)
        changes = difference({name: getattr(found, name) for name in after}, after)
        if not changes:
            return
        for name, value in after.items():
            setattr(found, name, value)
        take_back_nod(found)
        found.state, found.changed_at = AnnouncementState.DRAFT, now
        found.revision += 1
        details = {"revision": found.revision, "changes": changes}
        record(session, actor, "announcement.changed", found, details, now)


def remove(actor: Actor, event_id: UUID, announcement_id: UUID, *, now: datetime) -> None:
    """Delete a draft; raises IllegalAnnouncementMove for any other."""
    with writing() as session:
        _event(session, actor, event_id)
        found = locked(session, event_id, announcement_id)
        if found.state not in DELETABLE:
            raise IllegalAnnouncementMove
        record(session, actor, "announcement.removed", found, {"name": found.name}, now)
        session.delete(found)


def check_wording(wording: Wording) -> None:
    """Raise unless each language that has words has a subject too, with placeholders we know."""
    if not wording.subject:
        raise NothingToSay(field="subject")
    if not wording.words:
        raise NothingToSay(field="words")
    for language in LANGUAGES:
        subject, words = wording.subject.get(language.key), wording.words.get(language.key)
        if bool(subject) is not bool(words):
            raise HalfWritten("words" if subject else "subject", language)
    known = names_known(wording.segment)
    try:
        for said in wording.subject.by_language.values():
            check_subject(said, known, field="subject")
        for said in wording.words.by_language.values():
            check(said, known, field="words")
    except UnknownPlaceholder as unknown:
        if unknown.name in OF_ONE_REGISTRATION:
            raise OfGuestsAlone(unknown.name, field=unknown.field or "words") from None
        raise


def names_known(segment: Segment) -> frozenset[str]:
    """Return the placeholders that have a value for everybody of a segment."""
    known = names_for(None)
    return known if segment.is_of_guests else known - OF_ONE_REGISTRATION


def columns_of(when: When, event: Event) -> dict[str, Any]:
    """Return the moment of an announcement as columns, worked out as well."""
    relative = when.timing is Timing.RELATIVE
    return {
        "timing": when.timing,
        "at": when.at if when.timing is Timing.AT else None,
        "anchor": when.anchor if relative else None,
        "days": when.days if relative else None,
        "clock": f"{when.clock:%H:%M}" if relative and when.clock else None,
        "minutes": when.minutes if relative else None,
        "due_at": due_at(when, event),
    }


def take_back_nod(found: Announcement) -> None:
    """Forget who nodded, and who asked for it."""
    found.asked_by, found.asked_by_name = None, ""
    found.nodded_by, found.nodded_by_name = None, ""
    found.nodded_at = found.nodded_for = None


def locked(session: Session, event_id: UUID, announcement_id: UUID) -> Announcement:
    """Return an announcement of an event for changing; raises NotFound; one statement."""
    found = session.scalar(
        sa.select(Announcement)
        .where(Announcement.id == announcement_id, Announcement.event_id == event_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found


def mine(session: Session, actor: Actor, event_id: UUID, announcement_id: UUID) -> Announcement:
    """Return an announcement for changing to somebody who may send it; one statement."""
    here = locked(session, event_id, announcement_id)
    require(actor, Action.SEND_MESSAGES, here.organisation_id)
    return here


def record(
    session: Session,
    actor: Actor,
    action: str,
    here: Announcement,
    details: dict[str, Any],
    now: datetime,
) -> None:
    """Write down what was done with an announcement."""
    audit.record(session, actor, action, (KIND, here.id), here.organisation_id, details, now)


def _check_moment(when: When, event: Event, now: datetime) -> None:
    if when.timing is Timing.AT and (when.at is None or when.at <= now):
        raise TimeIsPast
    check_when(when, event, now)


def _event(session: Session, actor: Actor, event_id: UUID) -> Event:
    """Return the event, which nobody moves until the moment that is reckoned from it is stored."""
    event = shared_event(session, Event.id == event_id)
    require(actor, Action.SEND_MESSAGES, event.organisation_id)
    return event
