"""Access codes in the office: made many at once, revoked, and what was kept for them given back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from forum.core import audit
from forum.core.actor import SYSTEM
from forum.core.db import append, db, once_more_when_raced, writing
from forum.core.errors import NotFound
from forum.core.ids import uuid7
from forum.core.page_scopes import SITE, changed, event_scope
from forum.core.periodic import every
from forum.registrations.models import AccessCode, TicketType
from forum.registrations.rules import Access, KeptBeyondUses, NotByCode
from forum.registrations.service import seating
from forum.registrations.service.blocks import release_block, resize_block
from forum.registrations.service.codes import new_code
from forum.registrations.service.holding import held_event
from forum.seats import lines
from forum.seats import service as seats
from forum.seats.models import SeatPool

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.core.actor import Actor
    from forum.events.models import Event

AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class CodesWanted:
    """So many codes for a type; each opens it `uses` times, until it expires.

    `kept` seats are put aside for those who have one of them, all together.
    """

    type_id: UUID
    number: int
    uses: int = 1
    expires_at: datetime | None = None
    label: str = ""
    kept: int = 0


def make_codes(actor: Actor, event_id: UUID, wanted: CodesWanted, *, now: datetime) -> list[UUID]:
    """Make codes that nobody guesses; return their ids.

    Raises NotByCode, KeptBeyondUses, NoRoomForBlock, NotFound, Forbidden.
    """
    return once_more_when_raced(lambda: _make(actor, event_id, wanted, now))


def revoke_codes(
    actor: Actor, event_id: UUID, code_ids: Sequence[UUID], *, now: datetime
) -> list[UUID]:
    """Let codes open nothing any more; who used them stays. Return those that were revoked now.

    Of the seats that were kept for them, those go back that no other code can fill any more.
    Raises NotFound, Forbidden.
    """
    with writing() as session:
        event = held_event(session, actor, event_id)
        wanted = sa.and_(AccessCode.event_id == event.id, AccessCode.id.in_(code_ids))
        blocks = sa.select(AccessCode.block_id).where(wanted, AccessCode.block_id.is_not(None))
        # With all that share a block, so that two who revoke do not wait for each other.
        found = _held_codes(session, sa.or_(wanted, AccessCode.block_id.in_(blocks)))
        live = [one for one in found if one.id in set(code_ids) and one.revoked_at is None]
        for one in live:
            one.revoked_at = now
        session.flush()
        for block_id in sorted({one.block_id for one in live if one.block_id is not None}):
            sharing = [one for one in found if one.block_id == block_id]
            _give_back_idle(session, actor, event, block_id, sharing, now)
        details = {"codes": [str(one.id) for one in live]}
        if live:
            _record(session, actor, event, "access_codes.revoked", details, now)
        return [one.id for one in live]


def bring_back(actor: Actor, event_id: UUID, code_ids: Sequence[UUID], *, now: datetime) -> int:
    """Let revoked codes open their type again, without seats kept for them; return how many.

    Raises NotFound, Forbidden.
    """
    with writing() as session:
        event = held_event(session, actor, event_id)
        wanted = sa.and_(
            AccessCode.event_id == event.id,
            AccessCode.id.in_(code_ids),
            AccessCode.revoked_at.is_not(None),
        )
        back = _held_codes(session, wanted)
        for one in back:
            one.revoked_at = None
        if back:
            details = {"codes": [str(one.id) for one in back]}
            _record(session, actor, event, "access_codes.brought_back", details, now)
        return len(back)


@every(timedelta(minutes=1), "release seats kept for access codes")
def release_lapsed(now: datetime) -> int:
    """Give back seats kept for codes that are over or used up; return how many blocks had some.

    A guest of a revoked code may have left one of them since.
    """
    may_come = sa.func.coalesce(
        sa.func.sum(AccessCode.uses - AccessCode.used).filter(_live(now)), 0
    )
    over = sa.func.count().filter(_live(now)) == 0
    due = db.session.execute(
        sa.select(AccessCode.event_id, AccessCode.block_id)
        .join(SeatPool, SeatPool.id == AccessCode.block_id)
        .group_by(AccessCode.event_id, AccessCode.block_id, SeatPool.capacity, SeatPool.taken)
        .having(sa.or_(over, may_come < SeatPool.capacity - SeatPool.taken))
        .limit(AT_ONCE)
    ).all()
    for event_id, block_id in due:
        with writing() as session:
            event = held_event(session, SYSTEM, event_id)
            sharing = _held_codes(session, AccessCode.block_id == block_id)
            if block_id is not None and sharing:
                _give_back_idle(session, SYSTEM, event, block_id, sharing, now)
    return len(due)


def _make(actor: Actor, event_id: UUID, wanted: CodesWanted, now: datetime) -> list[UUID]:
    with writing() as session:
        event = held_event(session, actor, event_id)
        kind = session.get(TicketType, wanted.type_id, populate_existing=True)
        if kind is None or kind.event_id != event.id:
            raise NotFound
        if kind.access is not Access.CODE:
            raise NotByCode(field="ticket_type")
        if wanted.kept > wanted.number * wanted.uses:
            raise KeptBeyondUses(wanted.number * wanted.uses)
        block_id = None
        if wanted.kept:
            seating.lock_pools(session, [kind.pool_id])
            block_id = seats.carve(session, event.id, kind.pool_id, wanted.kept).id
            changed(session, event_scope(event.id), SITE)
        codes: set[str] = set()
        while len(codes) < wanted.number:
            codes.add(new_code())
        made = [uuid7() for _ in codes]
        for code_id, code in zip(made, sorted(codes), strict=True):
            append(
                session,
                AccessCode,
                id=code_id,
                event_id=event.id,
                ticket_type_id=kind.id,
                block_id=block_id,
                code=code,
                label=wanted.label,
                uses=wanted.uses,
                used=0,
                expires_at=wanted.expires_at,
                created_at=now,
            )
        details = {
            "number": wanted.number,
            "type": kind.number,
            "uses": wanted.uses,
            "kept": wanted.kept,
        }
        _record(session, actor, event, "access_codes.made", details, now)
        return made


def _held_codes(session: Session, which: sa.ColumnElement[bool]) -> Sequence[AccessCode]:
    return session.scalars(
        sa.select(AccessCode)
        .where(which)
        .order_by(AccessCode.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def _give_back_idle(
    session: Session,
    actor: Actor,
    event: Event,
    block_id: UUID,
    codes: Sequence[AccessCode],
    now: datetime,
) -> None:
    """Give back the seats of a block that none of its codes can fill any more.

    Where all of them are over it is released. Event and codes are held.
    """
    live = [one for one in codes if one.revoked_at is None and not _over(one, now)]
    if live:
        _keep_as_many_as_may_come(session, actor, event, block_id, live, now)
        return
    released = release_block(session, event, block_id, now)
    for one in codes:
        one.block_id = None
    session.flush()
    lines.take_down(session, block_id)
    changed(session, event_scope(event.id), SITE)
    details = {"freed": released.freed, "stayed": released.stayed}
    _record(session, actor, event, "access_codes.seats_released", details, now)


def _keep_as_many_as_may_come(
    session: Session,
    actor: Actor,
    event: Event,
    block_id: UUID,
    live: Sequence[AccessCode],
    now: datetime,
) -> None:
    parent_id = session.scalar(sa.select(SeatPool.parent_id).where(SeatPool.id == block_id))
    seating.lock_pools(session, [parent_id, block_id])
    block = session.get_one(SeatPool, block_id, populate_existing=True)
    kept = sum(one.uses - one.used for one in live)
    idle = block.left - kept
    if idle <= 0:
        return
    resize_block(session, event, block_id, block.capacity - idle, now)
    changed(session, event_scope(event.id), SITE)
    details = {"freed": idle, "kept": kept}
    _record(session, actor, event, "access_codes.seats_released", details, now)


def _over(one: AccessCode, now: datetime) -> bool:
    return one.expires_at is not None and one.expires_at <= now


def _live(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(
        AccessCode.revoked_at.is_(None),
        sa.or_(AccessCode.expires_at.is_(None), AccessCode.expires_at > now),
    )


def _record(
    session: Session,
    actor: Actor,
    event: Event,
    what: str,
    details: dict[str, Any],
    now: datetime,
) -> None:
    audit.record(session, actor, what, ("event", event.id), event.organisation_id, details, now)
