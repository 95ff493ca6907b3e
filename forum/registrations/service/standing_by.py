"""The stand-by queue at the door: who comes without a seat waits, goes, or is registered."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.core import audit, outbox
from forum.core.db import once_more_when_raced, write_appended, writing
from forum.core.errors import Conflict, NotFound
from forum.core.i18n import sentence
from forum.core.ids import short_code, uuid7
from forum.core.permissions import Action, require
from forum.events.models import Event
from forum.events.rules import EventState
from forum.events.service import shared_event
from forum.registrations.models import RegistrationPolicy, StandBy
from forum.registrations.rules import (
    LONGEST_NAME,
    LONGEST_ORGANISATION,
    BookingSource,
    RegistrationState,
)
from forum.registrations.service.entering import (
    Entry,
    Numbered,
    append_booking,
    append_registration,
)
from forum.registrations.service.growing import growing_type
from forum.registrations.service.parties import Attendee, Party
from forum.seats import service as seats
from forum.seats.rules import PoolAbout

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.core.actor import Actor


class QueueClosed(Conflict):
    """The event is cancelled or over: nobody is let in any more."""

    code = "queue_closed"
    says = sentence("The event is cancelled or over. Nobody is let in any more.")


class LeftTheQueue(Conflict):
    """Somebody who went away cannot be let in."""

    code = "left_the_queue"
    says = sentence("This person was taken off the queue. Put them back first.")


def stand_by(actor: Actor, event_id: UUID, name: str, organisation: str, *, now: datetime) -> int:
    """Write down somebody who waits at the door without a seat; return the number in the queue.

    Raises NotFound where the event keeps no such queue, QueueClosed, Forbidden.
    """
    return once_more_when_raced(lambda: _join(actor, event_id, name, organisation, now))


def go_away(
    actor: Actor, event_id: UUID, stand_by_id: UUID, *, back: bool = False, now: datetime
) -> StandBy:
    """Take somebody off the queue, or with `back` put them at their number again.

    Who was let in meanwhile stays in: nothing is changed then. Raises NotFound, Forbidden.
    """
    with writing() as session:
        event = event_with_queue(session, actor, event_id, now)
        one = held_stand_by(session, event, stand_by_id)
        if one.admitted_at is None:
            one.left_at = None if back else (one.left_at or now)
            session.flush()
            what = "stand_by.back" if back else "stand_by.left"
            _record(session, actor, event, one, what, now)
        return one


def event_with_queue(session: Session, actor: Actor, event_id: UUID, now: datetime) -> Event:
    """Return an event that keeps a stand-by queue, held for sharing.

    Raises NotFound, QueueClosed, Forbidden.
    """
    keeping = sa.select(RegistrationPolicy.event_id).where(
        RegistrationPolicy.event_id == event_id, RegistrationPolicy.stand_by.is_(True)
    )
    event = shared_event(session, Event.id.in_(keeping))
    require(actor, Action.RUN_DOOR, event.organisation_id)
    if event.state is not EventState.PUBLISHED or event.ends_at <= now:
        raise QueueClosed
    return event


def held_stand_by(session: Session, event: Event, stand_by_id: UUID) -> StandBy:
    """Return somebody of an event's queue, held until the commit; raises NotFound."""
    one = session.scalar(
        sa.select(StandBy)
        .where(StandBy.id == stand_by_id, StandBy.event_id == event.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if one is None:
        raise NotFound
    return one


def register_standing(
    session: Session, actor: Actor, event: Event, one: StandBy, now: datetime
) -> UUID:
    """Register who stood by, on a seat that is counted beside the event's; return whom.

    The caller holds the event and the row. Emits registration.confirmed. Raises LeftTheQueue.
    """
    if one.left_at is not None:
        raise LeftTheQueue
    kind = growing_type(session, event.id, PoolAbout.STAND_BY)
    lang = event.languages[0] if event.languages else "en"
    attendee = Attendee(one.name, "", one.organisation, "", "", lang)
    party = Party((attendee,), type_id=kind.id, source=BookingSource.DOOR)
    booking_id, numbered = uuid7(), Numbered(uuid7(), short_code())
    append_booking(session, event.id, party, booking_id=booking_id, form_key=None, now=now)
    entry = Entry(
        event_id=event.id,
        booking_id=booking_id,
        party_id=numbered.id,
        type_id=kind.id,
        state=RegistrationState.CONFIRMED,
        in_home=True,
        holds_address=False,
        now=now,
    )
    append_registration(session, attendee, numbered, entry, 0)
    write_appended(session)
    seats.take_one_more(session, kind.pool_id)
    one.registration_id, one.admitted_at = numbered.id, now
    session.flush()
    payload = {
        "registration_id": str(numbered.id),
        "event_id": str(event.id),
        "booking_id": str(booking_id),
        "type_number": kind.number,
        "lang": lang,
    }
    outbox.emit(session, "registration.confirmed", payload, key=str(numbered.id), now=now)
    _record(session, actor, event, one, "stand_by.admitted", now)
    return numbered.id


def _join(actor: Actor, event_id: UUID, name: str, organisation: str, now: datetime) -> int:
    with writing() as session:
        event = event_with_queue(session, actor, event_id, now)
        last = session.scalar(
            sa.select(sa.func.max(StandBy.number)).where(StandBy.event_id == event.id)
        )
        one = StandBy(
            id=uuid7(),
            event_id=event.id,
            number=(last or 0) + 1,
            name=name[:LONGEST_NAME],
            organisation=organisation[:LONGEST_ORGANISATION],
            joined_at=now,
        )
        session.add(one)
        session.flush()
        _record(session, actor, event, one, "stand_by.joined", now)
        return one.number


def _record(
    session: Session, actor: Actor, event: Event, one: StandBy, what: str, now: datetime
) -> None:
    thing = ("stand_by", one.id)
    audit.record(session, actor, what, thing, event.organisation_id, {"number": one.number}, now)
