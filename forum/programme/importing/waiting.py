"""Files between their upload and the answer to their preview: a member's own, for some hours."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session as Transaction

from forum.core.actor import Actor
from forum.core.db import db, once_more_when_raced, writing
from forum.core.errors import Forbidden, NotFound
from forum.core.i18n import sentence
from forum.core.periodic import every
from forum.core.permissions import Action, can
from forum.core.text import clean_line
from forum.events.service import locked_event
from forum.programme.models import WaitingImport

KEPT_FOR = timedelta(hours=12)


class NoFileWaits(NotFound):
    """No file of this member waits here, or no more."""

    code = "no_file_waits"
    says = sentence("No file of yours waits here any more. Choose it again.")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file that waits: its name, its size in bytes, the zone for times that name none."""

    file_name: str
    size: int
    zone: str
    created_at: datetime


def keep_waiting(
    actor: Actor,
    event_id: UUID | None,
    file_name: str,
    content: bytes,
    zone: str,
    *,
    now: datetime,
) -> None:
    """Keep a member's file for the preview; it takes the place of one that waited.

    Without an event it waits to become one. Raises NotFound, Forbidden.
    """
    packed = zlib.compress(content, level=1)

    def _keep() -> None:
        with writing() as transaction:
            _permit(transaction, actor, event_id)
            transaction.execute(sa.delete(WaitingImport).where(*_own(actor, event_id)))
            transaction.add(
                WaitingImport(
                    event_id=event_id,
                    user_id=actor.id,
                    file_name=clean_line(file_name)[:200],
                    zone=zone,
                    content=packed,
                    size=len(content),
                    created_at=now,
                )
            )

    once_more_when_raced(_keep)


def read_in(actor: Actor, event_id: UUID | None, zone: str) -> None:
    """Read the waiting file's times on the clocks of another zone from now on."""
    with writing() as transaction:
        _permit(transaction, actor, event_id)
        transaction.execute(
            sa.update(WaitingImport).where(*_own(actor, event_id)).values(zone=zone)
        )


def waiting_file(actor: Actor, event_id: UUID | None, now: datetime) -> Waiting | None:
    """Return what of a member waits at an event, without its content (1 statement)."""
    row = db.session.execute(
        sa.select(
            WaitingImport.file_name,
            WaitingImport.size,
            WaitingImport.zone,
            WaitingImport.created_at,
        ).where(*_own(actor, event_id), WaitingImport.created_at > now - KEPT_FOR)
    ).first()
    return Waiting(row.file_name, row.size, row.zone, row.created_at) if row else None


def waiting_content(actor: Actor, event_id: UUID | None, now: datetime) -> tuple[Waiting, bytes]:
    """Return a member's waiting file with its bytes (1 statement); raises NoFileWaits."""
    row = db.session.scalar(
        sa.select(WaitingImport).where(
            *_own(actor, event_id), WaitingImport.created_at > now - KEPT_FOR
        )
    )
    if row is None:
        raise NoFileWaits
    waiting = Waiting(row.file_name, row.size, row.zone, row.created_at)
    return waiting, zlib.decompress(row.content)


def forget_waiting(actor: Actor, event_id: UUID | None) -> None:
    """Throw a member's waiting file away."""
    with writing() as transaction:
        _permit(transaction, actor, event_id)
        transaction.execute(sa.delete(WaitingImport).where(*_own(actor, event_id)))


@every(timedelta(hours=1), "sweep the files that wait for import")
def sweep(now: datetime) -> None:
    """Throw away what nobody came back for."""
    with writing() as transaction:
        transaction.execute(
            sa.delete(WaitingImport)
            .where(WaitingImport.created_at <= now - KEPT_FOR)
            .execution_options(synchronize_session=False)
        )


def _permit(transaction: Transaction, actor: Actor, event_id: UUID | None) -> None:
    """Lock the event, or see that the member may make one somewhere."""
    if event_id is not None:
        locked_event(transaction, actor, event_id, Action.EDIT_PROGRAMME)
    elif not any(can(actor, Action.CREATE_EVENT, one) for one in actor.roles):
        raise Forbidden


def _own(actor: Actor, event_id: UUID | None) -> tuple[sa.ColumnElement[bool], ...]:
    return WaitingImport.event_id == event_id, WaitingImport.user_id == actor.id
