"""Registration forms of every kind in the sample house: types, a group, a code, consents."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa

from forum.core import clock
from forum.core.actor import SYSTEM
from forum.core.db import db
from forum.core.money import Money
from forum.people.models import Organisation
from forum.registrations.models import TicketType
from forum.registrations.queries.types import link_token
from forum.registrations.rules import Access, AskedPer, Attendance, ConsentPurpose, QuestionKind
from forum.registrations.service.wordings import set_wording
from tests.factories import make_event, make_partner, text
from tests.registrations.questioning import make_lunch, make_question
from tests.registrations.ticket_types import come, make_type, own, turn


def form_pages(organisation: Organisation) -> Sequence[str]:
    """Make an event with types of each kind, and one that only a code opens; return the forms."""
    now = clock.now()
    event = make_event(organisation, slug="sample-evening-with-types", created_at=now)
    first = db.session.scalars(sa.select(TicketType.id).where(TicketType.event_id == event.id))
    turn(first.one(), name="General", price=Money(38_000))
    make_type(event.id, "Media", access=Access.APPROVAL, most_per_booking=1)
    dinner = make_type(event.id, "Dinner", seats=own(1), most_per_booking=1)
    come(event.id, dinner, "dines")
    make_type(event.id, "Late", opens_at=now + timedelta(hours=1), attendance=Attendance.ONLINE)
    make_type(event.id, "Partners", access=Access.CODE)
    friends = make_type(event.id, "Friends", access=Access.LINK)
    make_lunch(event.id, places=1, required=True)
    make_question(event.id, QuestionKind.LONG_TEXT, "What do you hope for?", per=AskedPer.BOOKING)
    partner = make_partner(event)
    words = {
        ConsentPurpose.COLLECTION: "Your name and address are used to run this evening.",
        ConsentPurpose.MARKETING: "Write to me about later evenings.",
        ConsentPurpose.PARTNER: "Give my name to the partner.",
        ConsentPurpose.PHOTO: "Show me on photographs.",
    }
    for purpose, said in words.items():
        about = partner.id if purpose is ConsentPurpose.PARTNER else None
        set_wording(SYSTEM, event.id, purpose, about, text(said), now)
    closed = make_event(organisation, slug="sample-by-code", created_at=now)
    only = db.session.scalars(sa.select(TicketType.id).where(TicketType.event_id == closed.id))
    turn(only.one(), name="Press", access=Access.CODE, most_per_booking=1)
    token = link_token(db.session.get_one(TicketType, friends))
    form = f"/{{lang}}/e/{event.slug}/register"
    return (
        f"/{{lang}}/e/{event.slug}/",
        form,
        f"{form}?type=2",
        f"{form}?type=3",
        f"{form}/with/{token}",
        f"/{{lang}}/e/{closed.slug}/",
        f"/{{lang}}/e/{closed.slug}/register",
    )
