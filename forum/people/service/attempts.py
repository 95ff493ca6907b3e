"""Tries are counted in a table, so that several processes agree on who has had too many."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.core.db import db, writing
from forum.core.errors import TooMany
from forum.core.ids import uuid7
from forum.core.keys import instance_key
from forum.people.models import SignInAttempt
from forum.people.rules import FAILURES_OF_NETWORK, TRIES_LAST, TRIES_OF_ADDRESS

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from forum.core.errors import DomainError

    Answer = TypeVar("Answer")


def count_ask(email_key: str, network: str, now: datetime) -> None:
    """Count that a link was asked for; raises TooMany past ten an address in fifteen minutes.

    The try is committed before all are counted: of any number at once, no more than ten pass. A
    refused one is taken back, so that a stranger who goes on asking cannot keep the owner out.
    """
    refuse_a_failing(network, now)
    key = _key("address", email_key)
    tried = _note(key, now)
    if _counted(key, now) > TRIES_OF_ADDRESS:
        _take_back(tried)
        note_failure(network, now)
        raise TooMany


def refusing_guesses(
    network: str, now: datetime, refusals: tuple[type[DomainError], ...], act: Callable[[], Answer]
) -> Answer:
    """Do what a token opens; where it opens nothing, count that against the network.

    Raises TooMany, whatever the token, past twenty failures of a network in fifteen minutes.
    """
    refuse_a_failing(network, now)
    try:
        return act()
    except refusals:
        note_failure(network, now)
        raise


def note_failure(network: str, now: datetime, *, at: str = "") -> None:
    """Count a failure against a network; one that is not known is not counted.

    `at` says where, if not at the door of the house: each place counts for itself.
    """
    if network:
        _note(_key("network", at + network), now)


def refuse_a_failing(
    network: str, now: datetime, *, at: str = "", most: int = FAILURES_OF_NETWORK
) -> None:
    """Raise TooMany where a network has failed so often within fifteen minutes; one statement."""
    if network and _counted(_key("network", at + network), now) >= most:
        raise TooMany


def _note(key: bytes, now: datetime) -> UUID:
    tried = uuid7()
    with writing() as session:
        session.execute(sa.insert(SignInAttempt).values(id=tried, key=key, at=now))
    return tried


def _take_back(tried: UUID) -> None:
    with writing() as session:
        session.execute(sa.delete(SignInAttempt).where(SignInAttempt.id == tried))


def _counted(key: bytes, now: datetime) -> int:
    return (
        db.session.scalar(
            sa.select(sa.func.count()).where(
                SignInAttempt.key == key, SignInAttempt.at > now - TRIES_LAST
            ),
        )
        or 0
    )


def _key(kind: str, value: str) -> bytes:
    secret = instance_key().derived("sign-in attempts")
    return hmac.digest(secret, f"{kind}\0{value}".encode("utf-8", "surrogatepass"), hashlib.sha256)
