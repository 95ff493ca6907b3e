"""An invitation while it is worked on: held, and its story noted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.core import audit, outbox
from forum.core.errors import NotFound
from forum.events.models import Event
from forum.registrations.models import Invitation

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.core.actor import Actor


def held_invitation(session: Session, event: Event, invitation_id: UUID) -> Invitation:
    """Return an invitation of an event, held until the commit; raises NotFound."""
    found = session.scalar(
        sa.select(Invitation)
        .where(Invitation.event_id == event.id, Invitation.id == invitation_id)
        .with_for_update(key_share=True, of=Invitation)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found


def note_invitation(
    session: Session,
    actor: Actor,
    event: Event,
    one: UUID,
    what: str,
    details: Mapping[str, object],
    now: datetime,
) -> None:
    """Write a step of an invitation's story; no personal data in the details."""
    audit.record(
        session, actor, what, ("invitation", one), event.organisation_id, dict(details), now
    )


def tell_declined(session: Session, one: Invitation, now: datetime) -> None:
    """Emit invitation.declined: the guest's own calendar is to show the event no more."""
    payload = {"invitation_id": str(one.id), "revision": one.revision}
    key = f"{one.id}:{one.revision}"
    outbox.emit(session, "invitation.declined", payload, key=key, now=now)


def tell_removed(session: Session, one: Invitation, now: datetime) -> None:
    """Emit invitation.removed with what it takes to write to who was invited once more."""
    payload = {
        "invitation_id": str(one.id),
        "event_id": str(one.event_id),
        "salutation": one.salutation,
        "name": one.name,
        "name_zh": one.name_zh,
        "email": one.email,
        "lang": one.lang,
    }
    outbox.emit(session, "invitation.removed", payload, key=str(one.id), now=now)
