"""Telling teams each morning what waits for them: once a day, only where there is something."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from forum.core.db import db, writing
from forum.core.ids import uuid7
from forum.core.outbox import emit_once, known_of
from forum.core.permissions import TABLE
from forum.messaging.letters import About, write
from forum.messaging.queries.digests import (
    NEEDS,
    Waits,
    WaitsAt,
    all_zones,
    readers_of,
    waiting_at,
)
from forum.messaging.rules import Kind
from forum.messaging.service.rows import message_row, name_line, store
from forum.messaging.team_words import told_of, where_it_waits
from forum.people.models import Organisation

if TYPE_CHECKING:
    from forum.people.models import Member

TOPIC = "messaging.digest_due"
FROM, UNTIL = time(8), time(12)
"""Between these, by the organisation's own clock; who starts a Forum later waits for tomorrow."""


def ask_for_digests(now: datetime) -> int:
    """Let each organisation whose morning it is be told today; return how many are new.

    Emits messaging.digest_due.
    """
    mornings = {
        f"{one.id}:{local.date()}": one.id
        for one in all_zones()
        if FROM <= (local := now.astimezone(one.zone)).time() < UNTIL
    }
    if not mornings:
        return 0
    known = known_of(db.session(), TOPIC, mornings)
    new = {key: one for key, one in mornings.items() if key not in known}
    if new:
        with writing() as session:
            for key, organisation_id in new.items():
                payload = {"organisation_id": str(organisation_id), "day": key.partition(":")[2]}
                emit_once(session, TOPIC, payload, key=key, now=now)
    return len(new)


def write_digests(organisation_id: UUID, day: str, *, now: datetime) -> int:
    """Write each member who may and wants to what waits; return how many were written to.

    Again on the same day: nobody is written to twice.
    """
    waits = waiting_at(organisation_id, now)
    readers = readers_of(organisation_id) if waits else []
    organisation = db.session.get(Organisation, organisation_id)
    if organisation is None:
        return 0
    rows = [row for one in readers if (row := _row(one, organisation, waits, day, now)) is not None]
    if rows:
        store(rows)
    return len(rows)


def _row(
    member: Member,
    organisation: Organisation,
    waits: Sequence[WaitsAt],
    day: str,
    now: datetime,
) -> dict[str, Any] | None:
    theirs = [(one.event, said) for one in waits if (said := _theirs(member, one.numbers))]
    if not theirs:
        return None
    user, kind, message_id = member.user, Kind.STAFF_DIGEST, uuid7()
    lang = user.lang or next(iter(organisation.languages), "en")
    about = About(
        name=user.name,
        organisation=organisation.name.pick(lang, organisation.languages),
        changes=tuple(told_of(event, said, lang) for event, said in theirs),
        href=where_it_waits([event for event, _ in theirs]),
    )
    letter = write(kind, lang, message_id, about)
    key = f"digest:{organisation.id}:{day}:{user.id}"
    return message_row(message_id, kind, key, lang, now) | {
        "organisation_id": organisation.id,
        "to_email": user.email,
        "to_name": name_line(user.name),
        "subject": letter.subject,
        "text": letter.text,
        "html": letter.html,
        "link_purpose": None,
        "link_id": None,
        "good_until": now + timedelta(days=1),
    }


def _theirs(member: Member, numbers: Mapping[Waits, int]) -> dict[Waits, int]:
    """Return what a member may deal with, the most pressing first."""
    may = TABLE[member.role]
    return {what: numbers[what] for what in Waits if what in numbers and NEEDS[what] in may}
