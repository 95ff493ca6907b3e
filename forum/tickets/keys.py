"""An event's signing keys: made on first use, opened once a process, known by their numbers."""

from __future__ import annotations

import logging
import os
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from sqlalchemy.dialects import postgresql, sqlite

from forum.core.db import after_commit
from forum.core.ids import uuid7
from forum.core.keys import NONCE_BYTES, instance_key
from forum.tickets import rules
from forum.tickets.models import SigningKey
from forum.tickets.signing import PrivateKey, public_key_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cryptography.hazmat.primitives.asymmetric import ec
    from sqlalchemy.orm import Session

log = logging.getLogger("forum.tickets")

PURPOSE = "ticket signing keys"
TRIES = 5


@dataclass(frozen=True, slots=True)
class Signer:
    """An event's key in use, opened."""

    key_id: UUID
    number: int
    private: PrivateKey


@dataclass(frozen=True, slots=True)
class KnownKey:
    """The public half of a key, of whichever event has its number."""

    key_id: UUID
    event_id: UUID
    public: ec.EllipticCurvePublicKey


@dataclass(slots=True)
class _Kept:
    """What a process remembers of one database's keys; rows are only ever added."""

    signers: dict[UUID, Signer] = field(default_factory=dict)
    public: dict[int, tuple[KnownKey, ...]] = field(default_factory=dict)


_KEPT: WeakKeyDictionary[object, _Kept] = WeakKeyDictionary()


def signer_of(session: Session, event_id: UUID, now: datetime) -> Signer:
    """Return the event's key for signing, made if there is none; no statement once it is known.

    Two who make it together end with the same one: the database holds one key in use an event.
    A key that this instance's key cannot open is retired, its tickets stay good, a new one is made.
    """
    kept = _kept(session)
    if (known := kept.signers.get(event_id)) is not None:
        return known
    for _ in range(TRIES):
        row = session.scalar(
            sa.select(SigningKey).where(
                SigningKey.event_id == event_id, SigningKey.retired_at.is_(None)
            ),
        )
        if row is None:
            _make(session, event_id, now)
        elif (private := _opened(row)) is None:
            row.retired_at = now
            session.flush()
        else:
            signer = Signer(row.id, row.number, private)
            # Only what is committed is remembered: this transaction may yet be undone.
            after_commit(session, partial(kept.signers.__setitem__, event_id, signer))
            return signer
    message = f"no signing key could be made for event {event_id}"
    raise RuntimeError(message)


def keys_numbered(session: Session, number: int, *, fresh: bool = False) -> Sequence[KnownKey]:
    """Return the public keys of this number; no statement once known, unless asked afresh."""
    kept = _kept(session)
    if fresh or number not in kept.public:
        rows = session.execute(
            sa.select(SigningKey.id, SigningKey.event_id, SigningKey.public_key).where(
                SigningKey.number == number
            ),
        ).all()
        found = tuple(KnownKey(row[0], row[1], public_key_of(row[2])) for row in rows)
        if not found:
            return ()
        kept.public[number] = found
    return kept.public[number]


def _kept(session: Session) -> _Kept:
    engine = session.get_bind().engine
    return _KEPT.setdefault(engine, _Kept())


def _make(session: Session, event_id: UUID, now: datetime) -> None:
    private = PrivateKey.new()
    sealed = instance_key().encrypt(PURPOSE, private.to_bytes(), os.urandom(NONCE_BYTES))
    dialect = session.get_bind().dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    session.execute(
        insert(SigningKey)
        .values(
            id=uuid7(),
            event_id=event_id,
            number=1 + secrets.randbelow(rules.LARGEST_KEY_NUMBER),
            algorithm=rules.ECDSA_P256,
            public_key=private.public_bytes(),
            private_key=sealed,
            created_at=now,
        )
        .on_conflict_do_nothing(),
    )


def _opened(row: SigningKey) -> PrivateKey | None:
    try:
        return PrivateKey.from_bytes(instance_key().decrypt(PURPOSE, row.private_key))
    except InvalidTag:
        log.warning("signing key %s cannot be opened by this instance's key; it is retired", row.id)
        return None
