"""Ticket types, codes and a stand-by queue for the sample house: every page of them has rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa

from forum.checkin.service.stand_by import admit_standing
from forum.core import clock
from forum.core.actor import SYSTEM
from forum.core.db import db, writing
from forum.people.models import Organisation
from forum.registrations.models import RegistrationPolicy, StandBy
from forum.registrations.rules import Access, RuleKind, SeatsFrom
from forum.registrations.service.approval_rules import RuleWanted, add_rule
from forum.registrations.service.making_codes import CodesWanted, make_codes, revoke_codes
from forum.registrations.service.standing_by import go_away, stand_by
from forum.registrations.service.type_seats import SeatsWanted
from forum.registrations.service.types import add_type
from tests.factories import make_event
from tests.registrations.ticket_types import wanted


def desk_pages(organisation: Organisation) -> Sequence[str]:
    """Store an event with types, codes and people who stand by; return the pages on them."""
    now = clock.now()
    starts_at = now + timedelta(days=20)
    event = make_event(organisation, starts_at=starts_at, ends_at=starts_at + timedelta(hours=4))
    event_id, slug = event.id, event.slug
    members = wanted("Members", access=Access.APPROVAL, holds_while_pending=True)
    asked = add_type(SYSTEM, event_id, members, now=now)
    add_rule(SYSTEM, event_id, asked, RuleWanted(RuleKind.DOMAIN, "example.com"), now=now)
    vip = wanted("VIP", access=Access.LINK, seats=SeatsWanted(SeatsFrom.LIMITED, 20))
    hidden = add_type(SYSTEM, event_id, vip, now=now)
    media = wanted("Media", access=Access.CODE, seats=SeatsWanted(SeatsFrom.OWN, 10))
    coded = add_type(SYSTEM, event_id, media, now=now)
    made = make_codes(SYSTEM, event_id, CodesWanted(coded, 3, 2, label="Press", kept=2), now=now)
    revoke_codes(SYSTEM, event_id, made[:1], now=now)
    with writing() as session:
        session.get_one(RegistrationPolicy, event_id).stand_by = True
    for name in ("Sample Waiting One", "Sample Waiting Two", "Sample Waiting Three"):
        stand_by(SYSTEM, event_id, name, "Sample Organisation", now=now)
    queue = {
        one.number: one.id
        for one in db.session.scalars(sa.select(StandBy).where(StandBy.event_id == event_id))
    }
    admit_standing(SYSTEM, event_id, queue[2], now=now)
    go_away(SYSTEM, event_id, queue[3], now=now)
    types = f"/manage/{slug}/registrations/types"
    return (
        types,
        f"{types}/new",
        f"{types}/{asked}",
        f"{types}/{asked}/rules",
        f"{types}/{hidden}",
        f"{types}/{hidden}/remove",
        f"/manage/{slug}/registrations/codes",
        f"/manage/{slug}/registrations/settings",
        f"/manage/{slug}/stand-by",
    )
