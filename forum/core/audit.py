"""The audit trail: who did what to which thing, written with the change, sealed by a hash chain."""

from __future__ import annotations

import hashlib
import json
import secrets
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from forum.core.db import Model, append, writing
from forum.core.ids import uuid7

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from forum.core.actor import Actor

GENESIS = bytes(32)
SEAL_BATCH = 500
VERIFY_BATCH = 1000


class AuditEntry(Model):
    """One act; its digest survives the erasure of `details` and `salt`."""

    __tablename__ = "audit_entry"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    at: Mapped[datetime]
    actor_kind: Mapped[str] = mapped_column(sa.String(16))
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str] = mapped_column(sa.String(200))
    action: Mapped[str] = mapped_column(sa.String(64))
    thing_kind: Mapped[str] = mapped_column(sa.String(40))
    thing_id: Mapped[UUID]
    organisation_id: Mapped[UUID | None]
    details: Mapped[dict[str, Any] | None]
    salt: Mapped[bytes | None] = mapped_column(sa.LargeBinary(16))
    digest: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    seal_number: Mapped[int | None] = mapped_column(sa.Integer, unique=True)
    seal: Mapped[bytes | None] = mapped_column(sa.LargeBinary(32))

    __table_args__ = (
        sa.Index("ix_audit_entry_thing", "thing_kind", "thing_id"),
        sa.Index("ix_audit_entry_organisation", "organisation_id", "at"),
        sa.CheckConstraint("(seal_number IS NULL) = (seal IS NULL)", name="sealed_whole"),
    )


def record(
    session: Session,
    actor: Actor,
    action: str,
    thing: tuple[str, UUID],
    organisation_id: UUID | None,
    details: dict[str, Any],
    now: datetime,
) -> None:
    """Write one entry in the caller's transaction; `thing` is its kind and id."""
    salt = secrets.token_bytes(16)
    append(
        session,
        AuditEntry,
        at=now,
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        actor_name=actor.name[:200],
        action=action,
        thing_kind=thing[0],
        thing_id=thing[1],
        organisation_id=organisation_id,
        details=details,
        salt=salt,
        digest=_digest(salt, details),
    )


def seal(limit: int = SEAL_BATCH) -> int:
    """Chain the committed, unsealed entries in order of their id; return how many."""
    with writing() as session:
        last = session.execute(
            sa.select(AuditEntry.seal_number, AuditEntry.seal)
            .where(AuditEntry.seal_number.is_not(None))
            .order_by(AuditEntry.seal_number.desc())
            .limit(1),
        ).first()
        number, link = (last[0] or 0, last[1] or GENESIS) if last else (0, GENESIS)
        waiting = session.scalars(
            sa.select(AuditEntry)
            .where(AuditEntry.seal_number.is_(None))
            .order_by(AuditEntry.id)
            .limit(limit),
        ).all()
        for entry in waiting:
            number += 1
            link = _link(link, entry)
            entry.seal_number, entry.seal = number, link
        return len(waiting)


def verify(session: Session) -> tuple[int, int]:
    """Return how many entries are sealed and how many wait; raises ValueError at a broken link."""
    link, sealed = GENESIS, 0
    while entries := _sealed_after(session, sealed):
        for entry in entries:
            sealed += 1
            link = _link(link, entry)
            whole = entry.salt is None or entry.digest == _digest(entry.salt, entry.details or {})
            if entry.seal_number != sealed or entry.seal != link or not whole:
                message = f"the audit trail is broken at entry {sealed}"
                raise ValueError(message)
    waiting = session.scalar(
        sa.select(sa.func.count()).where(AuditEntry.seal_number.is_(None)),
    )
    return sealed, waiting or 0


def _sealed_after(session: Session, number: int) -> Sequence[AuditEntry]:
    return session.scalars(
        sa.select(AuditEntry)
        .where(AuditEntry.seal_number > number)
        .order_by(AuditEntry.seal_number)
        .limit(VERIFY_BATCH),
    ).all()


def _digest(salt: bytes, details: dict[str, Any]) -> bytes:
    body = json.dumps(details, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(salt + body.encode("utf-8", "surrogatepass")).digest()


def _link(before: bytes, entry: AuditEntry) -> bytes:
    parts = (
        str(entry.id),
        entry.at.isoformat(),
        entry.actor_kind,
        str(entry.actor_id),
        entry.action,
        entry.thing_kind,
        str(entry.thing_id),
        str(entry.organisation_id),
    )
    return hashlib.sha256(before + "\0".join(parts).encode() + entry.digest).digest()
