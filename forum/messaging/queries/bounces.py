"""Named reads of what came back: addresses that get no more mail, reports of one message."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.core.addresses import address_key
from forum.core.db import db
from forum.messaging.models import Bounce, Message
from forum.messaging.rules import ALWAYS_TRIED
from forum.messaging.rules.bounces import BounceAction, is_given_up

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def bounced_finally(messages: Sequence[Message]) -> set[UUID]:
    """Return those of the messages whose address gets no more mail; one statement.

    Mail of the same organisation came back from it: once for good, or several times for a while.
    What lets somebody into Forum is tried all the same.
    """
    keys = {
        one.id: (one.organisation_id, address_key(one.to_email))
        for one in messages
        if one.kind not in ALWAYS_TRIED
    }
    given_up = given_up_of(keys.values())
    return {message_id for message_id, pair in keys.items() if pair in given_up}


def given_up_of(
    pairs: Iterable[tuple[UUID | None, str]],
) -> set[tuple[UUID | None, str]]:
    """Return which addresses get no more mail of which organisation; one statement at most.

    Addresses come as they are compared. No organisation stands for Forum's own mails to members.
    """
    wanted = set(pairs)
    if not wanted:
        return set()
    rows = db.session.execute(
        sa.select(
            Bounce.organisation_id,
            Bounce.address_key,
            sa.func.count().filter(Bounce.final.is_(True)),
            sa.func.count().filter(Bounce.final.is_(False)),
        )
        .where(
            Bounce.address_key.in_({key for _, key in wanted}),
            Bounce.action == BounceAction.FAILED,
            Bounce.settled_at.is_(None),
        )
        .group_by(Bounce.organisation_id, Bounce.address_key)
    ).all()
    return {
        (row[0], row[1])
        for row in rows
        if (row[0], row[1]) in wanted and is_given_up(row[2], row[3])
    }


def bounces_of(message_id: UUID) -> Sequence[Bounce]:
    """Return what was reported of a message, the newest first; one statement."""
    return db.session.scalars(
        sa.select(Bounce)
        .where(Bounce.message_id == message_id)
        .order_by(Bounce.at.desc(), Bounce.id.desc())
    ).all()
