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
from forum.core.permissions import Action, require
from forum.events.models import Event
from forum.registrations.models import AccessCode, TicketType
from forum.registrations.rules import Access, KeptBeyondUses, NotByCode
from forum.registrations.service import seating
from forum.registrations.service.blocks import release_block
from forum.registrations.service.codes import new_code
from forum.seats import lines
from forum.seats import service as seats

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.core.actor import Actor

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

    Seats that were kept for none but revoked ones go back. Raises NotFound, Forbidden.
    """
    with writing() as session:
        event = _event(session, actor, event_id)
        found = session.scalars(
            sa.select(AccessCode)
            .where(AccessCode.event_id == event.id, AccessCode.id.in_(code_ids))
            .order_by(AccessCode.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        ).all()
        live = [one for one in found if one.revoked_at is None]
        for one in live:
            one.revoked_at = now
        session.flush()
        for block_id in sorted({one.block_id for one in live if one.block_id is not None}):
            _release_idle(session, actor, event, block_id, now)
        details = {"codes": [str(one.id) for one in live]}
        if live:
            _record(session, actor, event, "access_codes.revoked", details, now)
        return [one.id for one in live]


def bring_back(actor: Actor, event_id: UUID, code_ids: Sequence[UUID], *, now: datetime) -> int:
    """Let revoked codes open their type again, without seats kept for them; return how many.

    Raises NotFound, Forbidden.
    """
    with writing() as session:
        event = _event(session, actor, event_id)
        back = session.scalars(
            sa.update(AccessCode)
            .where(
                AccessCode.event_id == event.id,
                AccessCode.id.in_(code_ids),
                AccessCode.revoked_at.is_not(None),
            )
            .values(revoked_at=None)
            .returning(AccessCode.id)
            .execution_options(synchronize_session=False)
        ).all()
        if back:
            details = {"codes": [str(one) for one in back]}
            _record(session, actor, event, "access_codes.brought_back", details, now)
        return len(back)


@every(timedelta(minutes=1), "release seats kept for access codes")
def release_lapsed(now: datetime) -> int:
    """Give back seats kept for codes that are all over; return how many blocks were released."""
    due = db.session.execute(
        sa.select(AccessCode.event_id, AccessCode.block_id)
        .where(AccessCode.block_id.is_not(None))
        .group_by(AccessCode.event_id, AccessCode.block_id)
        .having(sa.func.count().filter(_live(now)) == 0)
        .limit(AT_ONCE)
    ).all()
    for event_id, block_id in due:
        with writing() as session:
            event = _event(session, SYSTEM, event_id)
            if block_id is not None:
                _release_idle(session, SYSTEM, event, block_id, now)
    return len(due)


def _make(actor: Actor, event_id: UUID, wanted: CodesWanted, now: datetime) -> list[UUID]:
    with writing() as session:
        event = _event(session, actor, event_id)
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


def _release_idle(
    session: Session, actor: Actor, event: Event, block_id: UUID, now: datetime
) -> None:
    """Release a block where none of its codes can be used any more; the event is held."""
    codes = session.scalars(
        sa.select(AccessCode)
        .where(AccessCode.block_id == block_id)
        .order_by(AccessCode.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    if any(one.revoked_at is None and not _over(one, now) for one in codes):
        return
    released = release_block(session, event, block_id, now)
    for one in codes:
        one.block_id = None
    session.flush()
    lines.take_down(session, block_id)
    changed(session, event_scope(event.id), SITE)
    details = {"freed": released.freed, "stayed": released.stayed}
    _record(session, actor, event, "access_codes.seats_released", details, now)


def _over(one: AccessCode, now: datetime) -> bool:
    return one.expires_at is not None and one.expires_at <= now


def _live(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(
        AccessCode.revoked_at.is_(None),
        sa.or_(AccessCode.expires_at.is_(None), AccessCode.expires_at > now),
    )


def _event(session: Session, actor: Actor, event_id: UUID) -> Event:
    event = session.scalar(
        sa.select(Event)
        .where(Event.id == event_id)
        .with_for_update(read=True, key_share=True, of=Event)
        .execution_options(populate_existing=True)
    )
    if event is None:
        raise NotFound
    require(actor, Action.EDIT_REGISTRATIONS, event.organisation_id)
    return event


def _record(
    session: Session,
    actor: Actor,
    event: Event,
    what: str,
    details: dict[str, Any],
    now: datetime,
) -> None:
    audit.record(session, actor, what, ("event", event.id), event.organisation_id, details, now)
