"""Guest lists with somebody in each state: their pages, and the links of two who were invited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from forum.core import clock
from forum.core.actor import SYSTEM
from forum.core.db import db
from forum.core.links import Purpose, derive
from forum.events.models import Event
from forum.registrations.models import Invitation, TicketType
from forum.registrations.service import guest_lists, inviting, replying, sending
from forum.registrations.service.guest_lists import ListWanted
from forum.registrations.service.inviting import InvitedGuest
from forum.registrations.service.replying import Named, Reply


@dataclass(frozen=True)
class InvitationPages:
    """Addresses behind the personal links, and those of the back office."""

    personal: Sequence[str]
    member: Sequence[str]


def invitation_pages(event: Event, base: str) -> InvitationPages:
    """Invite, send, accept and decline, and return every page that shows it; base is /manage/…."""
    now = clock.now()
    type_id = db.session.scalars(
        sa.select(TicketType.id)
        .where(TicketType.event_id == event.id)
        .order_by(TicketType.position, TicketType.number)
    ).first()
    assert type_id is not None
    wanted = ListWanted(
        "VIP", type_id, companions=2, greet=True, kept=4, reply_until=event.starts_at
    )
    listed = guest_lists.create_list(SYSTEM, event.id, wanted, now=now)
    guests = [
        InvitedGuest(
            name=f"Sample Invited {number}",
            name_zh="示例嘉賓",
            salutation="Dr",
            post_nominals="JP",
            organisation="Sample Consulate",
            email=f"sample.invited.{number}@example.com",
            seating="Table 2",
        )
        for number in range(4)
    ]
    inviting.add_invitations(SYSTEM, event.id, listed, guests, now=now)
    ids = db.session.scalars(
        sa.select(Invitation.id).where(Invitation.list_id == listed).order_by(Invitation.email_key)
    ).all()
    for one in ids[:3]:
        sending.send(SYSTEM, event.id, one, now=now)
    replying.accept(SYSTEM, ids[1], Reply((Named("Sample Companion"), Named())), now=now)
    replying.decline(SYSTEM, ids[2], now=now)
    links = [f"/i/{derive(Purpose.GUEST_INVITATION, one)}" for one in ids]
    pages = f"{base}/registrations/invitations"
    return InvitationPages(
        personal=links[:3],
        member=(
            pages,
            f"{pages}?list={listed}",
            f"{pages}?q=nobody-at-all",
            f"{pages}/new",
            f"{pages}/from-event",
            f"{pages}/send",
            f"{pages}/remind",
            f"{pages}/export",
            f"{pages}/lists/new",
            f"{pages}/lists/{listed}",
            f"{pages}/lists/{listed}/release",
            f"{pages}/lists/{listed}/remove",
            f"{pages}/{ids[0]}",
            f"{pages}/{ids[1]}",
            f"{pages}/{ids[0]}/reply",
            f"{pages}/{ids[0]}/remove",
        ),
    )
