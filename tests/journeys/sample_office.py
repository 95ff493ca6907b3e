"""Pages of the work with guests: requests to decide on, a line, doubles, many at once."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa

from forum.core import clock
from forum.core.actor import SYSTEM
from forum.core.db import db
from forum.events.models import Event
from forum.registrations.models import Registration
from forum.registrations.rules import RegistrationState
from forum.registrations.service.tagging import add_note, tag
from forum.registrations.service.viewing import save_view
from tests.registrations.office import by_approval, come


def office_pages(event: Event, guest_id: UUID) -> Sequence[str]:
    """Let people ask for approval, wait and be registered twice; return the pages on them."""
    now = clock.now()
    media = by_approval(event.id, number=200, holds_while_pending=True)
    asking, _ = come(event.id, "Sample Reporter", "Sample Editor", type_id=media)
    twice = come(event.id, "Sample Double", email_key="one@example.com")
    twice += come(event.id, "Sample Double", email_key="two@example.com")
    tag(SYSTEM, event.id, [guest_id, asking], "press", now=now)
    add_note(SYSTEM, guest_id, "Sits in front.", now=now)
    save_view(SYSTEM, event.id, "Press", "tag=press", now=now)
    waits = db.session.execute(
        sa.select(Registration.id, Event.slug)
        .join(Event, Event.id == Registration.event_id)
        .where(Registration.state == RegistrationState.WAITLISTED)
    ).first()
    assert waits is not None
    base, elsewhere = (f"/manage/{one}/registrations" for one in (event.slug, waits.slug))
    return (
        f"{base}?tag=press&col=email&col=tags&col=source",
        f"{base}?state=pending",
        f"{base}/approvals",
        f"{base}/waiting",
        f"{elsewhere}/waiting",
        f"{elsewhere}/{waits.id}/seat",
        f"{base}/act?do=approve&all=1&state=pending",
        f"{base}/act?do=decline&id={asking}&begin=full&from=approvals",
        f"{base}/act?do=tag&id={asking}",
        f"{base}/act?do=untag&id={asking}",
        f"{base}/act?do=type&id={asking}",
        f"{base}/act?do=cancel&all=1",
        f"{base}/{asking}",
        f"{base}/{twice[0]}",
        f"{base}/{twice[0]}/double",
        f"{base}/{twice[0]}/merge/{twice[1]}",
    )
