"""Reads of an event's own words for its mails."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.core.db import db
from forum.messaging.models import MailTemplate
from forum.messaging.rules import Kind
from forum.messaging.words.shapes import OwnWords

if TYPE_CHECKING:
    from collections.abc import Mapping


def own_words_of(event_id: UUID) -> Mapping[tuple[Kind, str], OwnWords]:
    """Return what an event says in its own words, by kind and language; one statement."""
    rows = db.session.execute(
        sa.select(
            MailTemplate.kind,
            MailTemplate.lang,
            MailTemplate.subject,
            MailTemplate.heading,
            MailTemplate.words,
        ).where(MailTemplate.event_id == event_id)
    )
    found = {(row[0], row[1]): OwnWords(*row[2:]) for row in rows}
    return {of: own for of, own in found.items() if own}


def wordings_of(event_id: UUID, kind: Kind) -> dict[str, MailTemplate]:
    """Return the rows of one kind by language; one statement."""
    rows = db.session.scalars(
        sa.select(MailTemplate).where(MailTemplate.event_id == event_id, MailTemplate.kind == kind)
    )
    return {row.lang: row for row in rows}
