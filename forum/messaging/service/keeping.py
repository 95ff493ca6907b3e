"""Wiping the words of mails whose time is over: what was written to whom stays, by its row."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from forum.core.db import db, writing
from forum.core.periodic import every
from forum.messaging.models import Message
from forum.messaging.queries.keeping import ENDED, past_their_time

AT_ONCE = 500
MOST_A_TURN = 20_000
"""So many are wiped in one turn; the rest follow in the next."""


@every(timedelta(hours=1), "wipe the words of mails whose time is over")
def wipe_words(now: datetime) -> int:
    """Wipe the words of mails that are past their time; return how many.

    State, subject, address and times stay. What still waits to be sent keeps its words.
    """
    wiped = 0
    while wiped < MOST_A_TURN:
        db.session.rollback()
        ids = db.session.scalars(past_their_time(now).limit(AT_ONCE)).all()
        if not ids:
            break
        values: dict[str, Any] = {
            "text": "",
            "html": "",
            "values": {},
            "body_id": None,
            "body_gone_at": now,
        }
        with writing() as session:
            session.execute(
                sa.update(Message)
                .where(Message.id.in_(ids), ENDED)
                .values(values)
                .execution_options(synchronize_session=False)
            )
        wiped += len(ids)
    return wiped
