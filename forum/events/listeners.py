"""What events do when something happens below: an organisation's words stand on all their pages."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.core.outbox import Payload, within
from forum.core.page_scopes import SITE, changed, event_scope
from forum.events.models import Event

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

SHOWN_IN_FEEDS = {"name", "contact_email"}


@within("people.organisation_changed")
def drop_pages(session: Session, payload: Payload, now: datetime) -> None:
    """Drop every page that may show the organisation's name, contact, colour or privacy text.

    Where feeds show it too, the events are newer.
    """
    events = session.scalars(
        sa.select(Event.id)
        .where(Event.organisation_id == UUID(payload["organisation_id"]))
        .order_by(Event.id)
        .with_for_update(),
    ).all()
    if SHOWN_IN_FEEDS & set(payload["changed"]):
        session.execute(
            sa.update(Event)
            .where(Event.id.in_(events))
            .values(changed_at=now)
            .execution_options(synchronize_session=False),
        )
    changed(session, SITE, *(event_scope(one) for one in events))
