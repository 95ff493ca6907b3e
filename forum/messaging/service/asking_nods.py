"""Telling those who may agree to an announcement that they are asked, once for each asking."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from forum.core.db import db
from forum.core.ids import uuid7
from forum.events.queries import event_by_id
from forum.messaging.letters import About, write
from forum.messaging.queries import nods
from forum.messaging.rules import Kind
from forum.messaging.service.rows import message_row, name_line, store
from forum.messaging.team_words import asked_of, where_it_is
from forum.people.models import Organisation

if TYPE_CHECKING:
    from forum.events.models import Event
    from forum.messaging.models import Announcement
    from forum.people.models import User

GOOD_FOR = timedelta(days=1)
"""After a day the summary of the morning has said it."""


def ask_for_nod(
    announcement_id: UUID, asking: str, *, confirmed_for: int | None, now: datetime
) -> int:
    """Write to all who may agree to an announcement that waits; return how many were written to.

    One that outgrew the number it was `confirmed_for` is told to its makers too: it has not gone.
    Again for the same asking: nobody is written to twice. Once it waits no more nobody is told.
    """
    found = nods.awaiting_nod(announcement_id)
    if found is None:
        return 0
    event = event_by_id(found.event_id)
    organisation = db.session.get_one(Organisation, found.organisation_id)
    told = list(nods.who_may_nod(found))
    if confirmed_for is not None:
        told += nods.makers(found)
    rows = [_row(one, found, event, organisation, (asking, confirmed_for), now) for one in told]
    if rows:
        store(rows)
    return len(rows)


def _row(
    user: User,
    found: Announcement,
    event: Event,
    organisation: Organisation,
    asked: tuple[str, int | None],
    now: datetime,
) -> dict[str, Any]:
    asking, confirmed_for = asked
    message_id = uuid7()
    kind = Kind.NOD_WANTED if confirmed_for is None else Kind.NOD_OUTGROWN
    lang = user.lang or next(iter(organisation.languages), "en")
    about = About(
        name=user.name,
        organisation=organisation.name.pick(lang, organisation.languages),
        changes=(asked_of(found, event, confirmed_for, lang),),
        href=where_it_is(found, event),
    )
    letter = write(kind, lang, message_id, about)
    return message_row(message_id, kind, f"nod:{asking}:{user.id}", lang, now) | {
        "organisation_id": organisation.id,
        "to_email": user.email,
        "to_name": name_line(user.name),
        "subject": letter.subject,
        "text": letter.text,
        "html": letter.html,
        "link_purpose": None,
        "link_id": None,
        "good_until": now + GOOD_FOR,
    }
