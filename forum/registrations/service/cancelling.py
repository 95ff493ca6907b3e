"""Ending registrations, and giving what became free to those who wait, in the same transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from forum.core import audit, outbox
from forum.core.db import writing
from forum.core.page_scopes import changed, event_scope
from forum.core.text import Text
from forum.events.models import Event
from forum.events.rules import passes_seats_on
from forum.registrations.models import Registration
from forum.registrations.rules import (
    ACTIVE,
    AlreadyCancelled,
    Ended,
    NobodySeatedNow,
    RegistrationState,
    check_move,
)
from forum.registrations.service import places, seating
from forum.registrations.service.codes import lock_codes_of
from forum.registrations.service.holding import event_of
from forum.registrations.service.holding_addresses import hand_on_addresses
from forum.registrations.service.leaving_choices import leave_choices

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.core.actor import Actor

TOPICS = {
    RegistrationState.CANCELLED: "registration.cancelled",
    RegistrationState.DECLINED: "registration.declined",
}


@dataclass(frozen=True, slots=True)
class Held:
    """Registrations of one event, and what they hold, locked until the transaction ends."""

    event: Event
    registrations: Sequence[Registration]
    places: Sequence[places.Held]


def cancel(
    actor: Actor, registration_id: UUID, *, now: datetime, ended: Ended = Ended.GUEST
) -> Sequence[UUID]:
    """Cancel one registration and seat the next who wait; return the ids of those who moved.

    Its places in sessions go to the next who wait for those. Raises AlreadyCancelled when it was
    cancelled before, IllegalMove from other final states.
    """
    with writing() as session:
        held = hold(session, [registration_id])
        if held.registrations[0].state is RegistrationState.CANCELLED:
            raise AlreadyCancelled
        return tuple(end_in(session, actor, held, RegistrationState.CANCELLED, ended, now))


def cancel_all(
    actor: Actor, registration_ids: Sequence[UUID], *, now: datetime, ended: Ended = Ended.GUEST
) -> Sequence[UUID]:
    """Cancel those of an event's registrations that still stand, together; see `cancel`."""
    with writing() as session:
        held = hold(session, registration_ids)
        return tuple(end_in(session, actor, held, RegistrationState.CANCELLED, ended, now))


def hold(
    session: Session, registration_ids: Sequence[UUID], *, more_pools: Sequence[UUID | None] = ()
) -> Held:
    """Lock registrations of one event with all that counts them, and load them; NotFound.

    In order: the event for sharing, their access codes, their bookings, their pools and
    `more_pools`, themselves.
    Those of other events than the first one's are left out.
    """
    wanted = list(registration_ids)
    event = event_of(session, Registration.id.in_(wanted[:1]))
    mine = (
        sa.select(Registration)
        .where(Registration.id.in_(wanted), Registration.event_id == event.id)
        .order_by(Registration.id)
    )
    with_types = mine.options(joinedload(Registration.ticket_type)).execution_options(
        populate_existing=True
    )
    found = session.scalars(with_types).all()
    if any(one.access_code_id for one in found):
        lock_codes_of(session, [one.id for one in found])
    places.hold_bookings(session, {one.booking_id for one in found})
    own = places.held_by_all(session, [one.id for one in found])
    of_sessions = [one.session.pool_id for one in own]
    locked = {*seating.pools_holding(session, found), *of_sessions, *more_pools}
    seating.lock_pools(session, locked)
    found = session.scalars(with_types.with_for_update(key_share=True, of=Registration)).all()
    return Held(event, found, own)


def end_in(
    session: Session,
    actor: Actor,
    held: Held,
    state: RegistrationState,
    ended: Ended,
    now: datetime,
    *,
    words: Text | str = "",
) -> list[UUID]:
    """Cancel or decline those that are held and still stand; return who moved up.

    Emits registration.cancelled or registration.declined for each, with `words` for the mail: in
    the guest's language, where they are there in several.
    """
    leaving = [one for one in held.registrations if one.state in ACTIVE]
    if not leaving:
        return []
    event = held.event
    waiting = [one for one in leaving if one.state is RegistrationState.WAITLISTED]
    for one in leaving:
        check_move(one.state, state)
        one.state, one.ended, one.changed_at = state, ended, now
        one.cancelled_at = now if state is RegistrationState.CANCELLED else None
        one.offered_until = None
        one.decision_words = said_to(one, words) or one.decision_words
        one.revision += 1
    limits, homes = seating.leave_lines(session, waiting, staying=others_waiting(session, waiting))
    choices = leave_choices(session, [one.id for one in leaving])
    codes = Counter(one.access_code_id for one in leaving if one.access_code_id)
    for code_id, uses in sorted(codes.items()):
        seating.free_code(session, code_id, uses)
    for one in leaving:
        _tell(session, actor, event, one, said_to(one, words), now)
    moved = seating.let_go(session, event, leaving, now, limits=limits, homes=homes)
    _leave_addresses(session, event, leaving)
    ended_ids = {one.id for one in leaving}
    of_leaving = [one for one in held.places if one.place.registration_id in ended_ids]
    if places.let_all_go(session, event, of_leaving, now) or choices:
        changed(session, event_scope(event.id))
    return moved


def _leave_addresses(session: Session, event: Event, leaving: Sequence[Registration]) -> None:
    """Hand addresses on; who comes back then comes without, since another holds it."""
    held = [one for one in leaving if one.holds_address]
    handed = hand_on_addresses(session, event.id, [one.email_key for one in held])
    for one in held:
        one.holds_address = one.email_key not in handed


def still_seats(event: Event, now: datetime) -> None:
    """Raise NobodySeatedNow where an event is cancelled or over."""
    if not passes_seats_on(event, now):
        raise NobodySeatedNow


def said_to(one: Registration, words: Text | str) -> str:
    """Return what is said to a guest of words that may be there in several languages."""
    return words if isinstance(words, str) else words.pick(one.lang).text


def others_waiting(session: Session, waiting: Sequence[Registration]) -> dict[UUID, int]:
    """Return by party how many wait on but for these."""
    if not waiting:
        return {}
    leaving = [one.id for one in waiting]
    rows = session.execute(
        sa.select(Registration.party_id, sa.func.count())
        .where(
            Registration.party_id.in_({one.party_id for one in waiting}),
            Registration.id.not_in(leaving),
            Registration.state == RegistrationState.WAITLISTED,
        )
        .group_by(Registration.party_id)
    ).all()
    return {row[0]: row[1] for row in rows}


def _tell(
    session: Session, actor: Actor, event: Event, one: Registration, words: str, now: datetime
) -> None:
    topic = TOPICS[one.state]
    outbox.emit(
        session,
        topic,
        seating.told(one, one.ticket_type)
        | {"ended": one.ended.value if one.ended else "", "words": words},
        key=f"{one.id}:{one.revision}",
        now=now,
    )
    audit.record(
        session,
        actor,
        topic,
        ("registration", one.id),
        event.organisation_id,
        {"code": one.code, "ended": one.ended.value if one.ended else ""},
        now,
    )
