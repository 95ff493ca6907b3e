"""Tags and notes: what organisers put on guests to find them by, and what they wrote of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.core import audit
from forum.core.db import writing
from forum.core.errors import NotFound
from forum.core.permissions import Action, require
from forum.events.models import Event
from forum.registrations.models import Registration, RegistrationNote, RegistrationTag
from forum.registrations.rules.listing import LONGEST_NOTE, cleaned_tag

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.core.actor import Actor


def tag(
    actor: Actor, event_id: UUID, registration_ids: Sequence[UUID], word: str, *, now: datetime
) -> int:
    """Put a tag on registrations of an event; return how many did not have it before.

    All of one act bear its moment, by which `untag_since` takes it back. Raises NotFound,
    Forbidden.
    """
    word = cleaned_tag(word)
    with writing() as session:
        event = _event(session, actor, event_id)
        ours = _of_event(session, event_id, registration_ids)
        have = set(
            session.scalars(
                sa.select(RegistrationTag.registration_id).where(
                    RegistrationTag.event_id == event_id, RegistrationTag.tag == word
                )
            )
        )
        new = [one for one in ours if one not in have]
        if new and word:
            session.execute(
                sa.insert(RegistrationTag),
                [
                    {"event_id": event_id, "tag": word, "registration_id": one, "tagged_at": now}
                    for one in new
                ],
            )
            _record(session, actor, event, "registrations.tagged", word, len(new), now)
        return len(new)


def untag(
    actor: Actor, event_id: UUID, registration_ids: Sequence[UUID], word: str, *, now: datetime
) -> Sequence[UUID]:
    """Take a tag off registrations of an event; return those that had it."""
    gone = RegistrationTag.registration_id.in_(list(registration_ids))
    return _take_off(actor, event_id, word, gone, now)


def untag_since(
    actor: Actor, event_id: UUID, word: str, tagged_at: datetime, *, now: datetime
) -> int:
    """Take back what was tagged in one act, named by its moment; return how many."""
    return len(_take_off(actor, event_id, word, RegistrationTag.tagged_at == tagged_at, now))


def add_note(actor: Actor, registration_id: UUID, words: str, *, now: datetime) -> None:
    """Write a note on a guest, which the guest never sees. Raises NotFound, Forbidden."""
    with writing() as session:
        row = session.execute(
            sa.select(Event)
            .join(Registration, Registration.event_id == Event.id)
            .where(Registration.id == registration_id)
        ).scalar_one_or_none()
        if row is None:
            raise NotFound
        require(actor, Action.EDIT_REGISTRATIONS, row.organisation_id)
        session.add(
            RegistrationNote(
                registration_id=registration_id,
                words=words[:LONGEST_NOTE],
                written_by=actor.name,
                written_at=now,
            )
        )


def _take_off(
    actor: Actor, event_id: UUID, word: str, which: sa.ColumnElement[bool], now: datetime
) -> Sequence[UUID]:
    word = cleaned_tag(word)
    with writing() as session:
        event = _event(session, actor, event_id)
        gone = session.scalars(
            sa.delete(RegistrationTag)
            .where(RegistrationTag.event_id == event_id, RegistrationTag.tag == word, which)
            .returning(RegistrationTag.registration_id)
            .execution_options(synchronize_session=False)
        ).all()
        if gone:
            _record(session, actor, event, "registrations.untagged", word, len(gone), now)
        return gone


def _event(session: Session, actor: Actor, event_id: UUID) -> Event:
    event = session.get(Event, event_id)
    if event is None:
        raise NotFound
    require(actor, Action.EDIT_REGISTRATIONS, event.organisation_id)
    return event


def _of_event(session: Session, event_id: UUID, ids: Sequence[UUID]) -> Sequence[UUID]:
    return session.scalars(
        sa.select(Registration.id).where(
            Registration.event_id == event_id, Registration.id.in_(list(ids))
        )
    ).all()


def _record(
    session: Session, actor: Actor, event: Event, what: str, word: str, number: int, now: datetime
) -> None:
    audit.record(
        session,
        actor,
        what,
        ("event", event.id),
        event.organisation_id,
        {"tag": word, "registrations": number},
        now,
    )
