"""Numbered versions of a programme: what each changed, for whom it is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session as Transaction

from forum.core.actor import Actor
from forum.core.ids import uuid7
from forum.core.outbox import emit
from forum.core.text import Text
from forum.events.models import Event
from forum.programme.models import Programme, Release, ReleaseChange
from forum.programme.rules import Content, ReleaseCause, change_kinds

SAVES_ARE_GATHERED = timedelta(minutes=10)
"""Who is told of single saves is told once of all that were made in this time."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A session's content as guests saw it, and as they see it from now on."""

    session_id: UUID
    before: Content
    after: Content


@dataclass(frozen=True, slots=True)
class Why:
    """What made a version, what the organiser says of it, and whether every guest is told.

    `back_to` is the number of the version that was gone back to.
    """

    cause: ReleaseCause
    note: Text = field(default_factory=Text)
    tell_all: bool = False
    back_to: int | None = None


def note_release(
    transaction: Transaction,
    actor: Actor,
    event: Event,
    programme: Programme,
    changed: Sequence[Changed],
    now: datetime,
    why: ReleaseCause | Why,
) -> Release | None:
    """Make a numbered version of what guests now see, and leave word for those concerned.

    Nothing is made of what changes nothing for guests, or while nobody can see the event. Emits
    programme.released, after a while where it was a single save.
    """
    why = why if isinstance(why, Why) else Why(why)
    told = [(one, kinds) for one in changed if (kinds := change_kinds(one.before, one.after))]
    if event.published_at is None or not (told or why.cause is ReleaseCause.FIRST):
        return None
    programme.version += 1
    release = Release(
        id=uuid7(),
        event_id=event.id,
        number=programme.version,
        cause=why.cause,
        back_to=why.back_to,
        note=why.note,
        tell_all=why.tell_all,
        by=actor.name[:200],
        released_at=now,
        # The first version tells nobody: nothing has changed.
        told_at=now if why.cause is ReleaseCause.FIRST else None,
    )
    transaction.add(release)
    transaction.flush()
    transaction.add_all(
        ReleaseChange(
            release_id=release.id,
            session_id=one.session_id,
            kinds=[kind.value for kind in kinds],
            before={} if one.before["state"] == "draft" else dict(one.before),
            after=dict(one.after),
        )
        for one, kinds in told
    )
    transaction.flush()
    if why.cause is not ReleaseCause.FIRST:
        emit(
            transaction,
            "programme.released",
            {
                "event_id": str(event.id),
                "organisation_id": str(event.organisation_id),
                "number": release.number,
            },
            key=f"{event.id}:{release.number}",
            now=now,
            due_at=now + SAVES_ARE_GATHERED if why.cause is ReleaseCause.SAVED else now,
        )
    return release
