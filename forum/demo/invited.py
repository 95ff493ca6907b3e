"""The sample event's guests of honour: a list with seats kept for it, mails and replies."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from forum.core.actor import SYSTEM
from forum.core.db import db
from forum.demo import guest_words as said
from forum.demo.guest_words import InvitedSketch
from forum.events.models import Event
from forum.registrations.models import Invitation
from forum.registrations.service.guest_lists import ListWanted, create_list
from forum.registrations.service.inviting import InvitedGuest, add_invitations
from forum.registrations.service.replying import Named, Reply, accept, decline
from forum.registrations.service.sending import note_opened, note_posted, send_drafts

KEPT, COMPANIONS = 16, 1
SENT_AGO, OPENED_AGO, REPLIED_AGO = timedelta(days=8), timedelta(days=7), timedelta(days=5)
KEPT_UNTIL, REPLY_UNTIL = timedelta(days=4), timedelta(days=6)
"""Before the event."""


def invite(event: Event, type_id: UUID, now: datetime) -> None:
    """Invite the guests of honour, and let some of them have replied; one is a draft still."""
    sent, opened, replied = now - SENT_AGO, now - OPENED_AGO, now - REPLIED_AGO
    wanted = ListWanted(
        said.LIST_NAME,
        type_id,
        companions=COMPANIONS,
        greet=True,
        kept=KEPT,
        kept_until=event.starts_at - KEPT_UNTIL,
        reply_until=event.starts_at - REPLY_UNTIL,
    )
    list_id = create_list(SYSTEM, event.id, wanted, now=sent)
    rows = [_row(number, one) for number, one in enumerate(said.INVITED, start=1)]
    add_invitations(SYSTEM, event.id, list_id, rows, now=sent)
    by_mail = sum(one.has_address for one in said.INVITED)
    send_drafts(SYSTEM, event.id, list_id, named=by_mail, now=sent)
    ids = _ids_by_name(list_id)
    for one in said.INVITED:
        invitation_id = ids[one.name]
        if not one.has_address:
            note_posted(SYSTEM, event.id, invitation_id, now=sent)
        if one.opened:
            note_opened(SYSTEM, invitation_id, now=opened)
        _reply(invitation_id, one, replied)
    last = _row(len(rows) + 1, said.LATE)
    add_invitations(SYSTEM, event.id, list_id, [last], now=replied)


def _row(number: int, one: InvitedSketch) -> InvitedGuest:
    address = f"sample.honour.{number}@example.com" if one.has_address else ""
    return InvitedGuest(
        name=one.name,
        name_zh=one.name_zh,
        email=address,
        organisation=one.house.pick(one.lang, ()).text,
        salutation=one.salutation,
        job_title=one.title,
        lang=one.lang,
        precedence=number,
        seating=one.seating,
    )


def _reply(invitation_id: UUID, one: InvitedSketch, now: datetime) -> None:
    if one.accepts is None:
        return
    if not one.accepts:
        decline(SYSTEM, invitation_id, by=one.by, note=one.note, now=now)
        return
    companions = [Named(name=name) for name in one.companions]
    reply = Reply(companions=companions, by=one.by, note=one.note)
    accept(SYSTEM, invitation_id, reply, now=now)


def _ids_by_name(list_id: UUID) -> dict[str, UUID]:
    rows = db.session.execute(
        sa.select(Invitation.name, Invitation.id).where(Invitation.list_id == list_id)
    ).all()
    db.session.rollback()
    return {row.name: row.id for row in rows}
