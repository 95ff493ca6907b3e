"""Deciding requests: approving and declining, and taking a declining back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.core import audit, outbox
from forum.core.db import once_more_when_raced, writing
from forum.core.ids import uuid7
from forum.core.permissions import Action, require
from forum.core.text import Text
from forum.events.models import Event
from forum.events.service import shared_event
from forum.registrations.models import Registration
from forum.registrations.rules import ACTIVE, Ended, RegistrationState
from forum.registrations.service import places, seating
from forum.registrations.service.cancelling import Held, end_in, hold, said_to, still_seats
from forum.registrations.service.choosing_again import choice_pools, choose_again
from forum.registrations.service.holding_addresses import hand_on_addresses

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.core.actor import Actor

LONGEST_MESSAGE = 2000


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of those decided on; `passed_over` had been decided before."""

    confirmed: tuple[UUID, ...] = ()
    waiting: tuple[UUID, ...] = ()
    declined: tuple[UUID, ...] = ()
    passed_over: int = 0


@dataclass(frozen=True, slots=True)
class TakenBack:
    """How many requests are pending again, and how many stay declined for their address.

    `choices_gone` had no place left and are out of the answers.
    """

    number: int = 0
    address_held: int = 0
    choices_gone: int = 0


def approve(
    actor: Actor, registration_ids: Sequence[UUID], *, words: Text | str = "", now: datetime
) -> Decided:
    """Approve requests of one event: each party, whole, gets its seats or waits for them.

    `words` go into the mail, in the guest's language where they are there in several. Who is not
    pending is passed over. Raises NobodySeatedNow, NotFound, Forbidden.
    """
    with writing() as session:
        held = hold(session, _whole_parties(session, registration_ids))
        require(actor, Action.EDIT_REGISTRATIONS, held.event.organisation_id)
        still_seats(held.event, now)
        pending = _pending(held)
        confirmed: list[UUID] = []
        waiting: list[UUID] = []
        changes: list[seating.SeatChange] = []
        for party in _parties(pending):
            first = party[0]
            if not first.in_home:
                pools = seating.pools_of(first.ticket_type, first.block_id)
                seated = seating.seat_party(session, pools, first.party_id, len(party), now=now)
                changes += seated.changes
                for one in party:
                    one.in_home, one.in_limit = seated.in_home, seated.in_limit
                    one.block_id = seated.block_id
            state = RegistrationState.CONFIRMED if first.in_home else RegistrationState.WAITLISTED
            for one in party:
                _decide(session, actor, held, one, state, words, now)
            (confirmed if first.in_home else waiting).extend(one.id for one in party)
        session.flush()
        seating.drop_pages(session, held.event.id, *changes)
        asked = set(registration_ids)
        passed_over = len(asked - {one.id for one in pending})
        return Decided(tuple(confirmed), tuple(waiting), (), passed_over)


def decline(
    actor: Actor, registration_ids: Sequence[UUID], *, words: Text | str = "", now: datetime
) -> Decided:
    """Decline requests of one event; seats held for them go to the next. See `approve`."""
    with writing() as session:
        held = hold(session, registration_ids)
        require(actor, Action.EDIT_REGISTRATIONS, held.event.organisation_id)
        pending = _pending(held)
        for one in pending:
            one.decided_at = now
        only = Held(held.event, pending, held.places)
        end_in(session, actor, only, RegistrationState.DECLINED, Ended.DECLINED, now, words=words)
        ids = tuple(one.id for one in pending)
        return Decided((), (), ids, len(registration_ids) - len(ids))


def take_declining_back(
    actor: Actor, registration_ids: Sequence[UUID], *, now: datetime
) -> TakenBack:
    """Make declined requests pending again, without seats.

    Their limited choices are taken again where there are places. Whose address another registration
    holds by now stays declined. A mail that said no has gone out: who is approved then is told so.
    Raises NotFound, Forbidden.
    """
    return once_more_when_raced(lambda: _take_back(actor, registration_ids, now))


def _take_back(actor: Actor, registration_ids: Sequence[UUID], now: datetime) -> TakenBack:
    with writing() as session:
        wanted, pools = _hold_choices(session, registration_ids)
        held = hold(session, wanted, more_pools=list(pools.values()))
        require(actor, Action.EDIT_REGISTRATIONS, held.event.organisation_id)
        declined = sorted(
            (one for one in held.registrations if one.state is RegistrationState.DECLINED),
            key=lambda one: (one.created_at, one.position, one.id),
        )
        back = _whose_address_is_free(session, declined)
        gone, changes = choose_again(session, back, pools)
        apart = _parties_decided(session, back)
        for one in back:
            one.party_id = apart.get(one.party_id, one.party_id)
            one.state, one.ended, one.decided_at = RegistrationState.PENDING, None, None
            one.changed_at, one.decision_words = now, ""
            one.revision += 1
            _record(session, actor, held, one, "registration.pending_again", now)
        session.flush()
        hand_on_addresses(session, held.event.id, [one.email_key for one in back])
        seating.drop_pages(session, held.event.id, *changes)
        return TakenBack(len(back), len(declined) - len(back), gone)


def _hold_choices(
    session: Session, registration_ids: Sequence[UUID]
) -> tuple[Sequence[UUID], dict[UUID, UUID]]:
    """Hold the event and the bookings of those who are declined; return them and their choices."""
    declined = session.execute(
        sa.select(Registration.id, Registration.booking_id, Registration.event_id)
        .where(
            Registration.id.in_(registration_ids),
            Registration.state == RegistrationState.DECLINED,
        )
        .order_by(Registration.id)
    ).all()
    if not declined:
        return registration_ids, {}
    shared_event(session, Event.id == declined[0].event_id)
    places.hold_bookings(session, {row.booking_id for row in declined})
    ids = [row.id for row in declined]
    return ids, choice_pools(session, ids)


def _parties_decided(session: Session, back: Sequence[Registration]) -> dict[UUID, UUID]:
    """Return a new party for each that was decided on meanwhile, and may stand in a line."""
    decided = session.scalars(
        sa.select(Registration.party_id)
        .where(
            Registration.party_id.in_({one.party_id for one in back}),
            Registration.state.in_(ACTIVE - {RegistrationState.PENDING}),
        )
        .distinct()
    )
    return {party_id: uuid7() for party_id in decided}


def _whose_address_is_free(
    session: Session, declined: Sequence[Registration]
) -> list[Registration]:
    """Return those whose address no registration holds that stands; of two with one, the first."""
    keys = {one.email_key for one in declined if one.holds_address}
    if not keys:
        return list(declined)
    taken = set(
        session.scalars(
            sa.select(Registration.email_key).where(
                Registration.event_id == declined[0].event_id,
                Registration.email_key.in_(keys),
                Registration.holds_address.is_(True),
                Registration.state.in_(ACTIVE),
            )
        )
    )
    free: list[Registration] = []
    for one in declined:
        if one.holds_address and one.email_key in taken:
            continue
        taken |= {one.email_key} if one.holds_address else set()
        free.append(one)
    return free


def _whole_parties(session: Session, registration_ids: Sequence[UUID]) -> Sequence[UUID]:
    """Return these and whoever is in a party with them, the first one first; one statement."""
    parties = sa.select(Registration.party_id).where(Registration.id.in_(registration_ids))
    found = session.scalars(sa.select(Registration.id).where(Registration.party_id.in_(parties)))
    return list(dict.fromkeys([*registration_ids, *found]))


def _pending(held: Held) -> list[Registration]:
    return [one for one in held.registrations if one.state is RegistrationState.PENDING]


def _parties(pending: Sequence[Registration]) -> list[list[Registration]]:
    """Return who is decided on by party, in the order in which they asked."""
    parties: dict[UUID, list[Registration]] = {}
    for one in sorted(pending, key=lambda each: (each.created_at, each.position, each.id)):
        parties.setdefault(one.party_id, []).append(one)
    return list(parties.values())


def _decide(
    session: Session,
    actor: Actor,
    held: Held,
    one: Registration,
    state: RegistrationState,
    words: Text | str,
    now: datetime,
) -> None:
    confirmed = state is RegistrationState.CONFIRMED
    one.state, one.decided_at, one.changed_at = state, now, now
    one.confirmed_at = now if confirmed else None
    one.decision_words = said_to(one, words)
    one.revision += 1
    session.flush()
    payload = seating.told(one, one.ticket_type) | {"approved": True, "words": said_to(one, words)}
    topic = "registration.confirmed" if confirmed else "registration.waitlisted"
    outbox.emit(session, topic, payload, key=f"{one.id}:{one.revision}", now=now)
    _record(session, actor, held, one, "registration.approved", now)


def _record(
    session: Session, actor: Actor, held: Held, one: Registration, what: str, now: datetime
) -> None:
    audit.record(
        session,
        actor,
        what,
        ("registration", one.id),
        held.event.organisation_id,
        {"code": one.code},
        now,
    )
