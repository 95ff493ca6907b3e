"""Consents of the sample event: words in two versions, who agreed, an opt-out, an invitation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from forum.core import clock
from forum.core.actor import ANONYMOUS, SYSTEM
from forum.core.db import db, writing
from forum.core.links import Purpose, derive
from forum.core.text import Text
from forum.events.models import Event
from forum.events.queries import partners_of
from forum.messaging import service as messaging
from forum.messaging.models import Message
from forum.messaging.rules import Kind
from forum.registrations import queries
from forum.registrations.models import GuestList, Invitation, TicketType
from forum.registrations.rules import ConsentPurpose, ConsentSource, InvitationState
from forum.registrations.service import consenting, wordings


@dataclass(frozen=True)
class Consenting:
    """The pages about it: those for members, and one behind a link in a mail."""

    member: Sequence[str]
    personal: Sequence[str]


def consents_at(event: Event, organisation: str, registration_id: UUID) -> Consenting:
    """Let an event of the organisation so named ask, a guest agree, and addresses opt out."""
    now = clock.now()
    partner = partners_of(event.id)[0]
    for words in ("Sample words", "Sample words, changed"):
        said = Text({"en": words, "zh-Hant": "示例文字"})
        wordings.set_wording(SYSTEM, event.id, ConsentPurpose.PARTNER, partner.id, said, now)
    wording = queries.wordings_for_form(event.id)[-1]
    consenting.give(ANONYMOUS, registration_id, wording.id, "en", ConsentSource.FORM, now)
    gone = "sample.out@example.com"
    consenting.opt_out(event.organisation_id, gone, ConsentSource.MAIL, now)
    db.session.rollback()
    ledger = f"/manage/{event.slug}/registrations/consents"
    opt_outs = f"/manage/organisations/{organisation}/opt-outs"
    return Consenting(
        member=(
            ledger,
            f"{ledger}/marketing",
            f"{ledger}/partner/{partner.id}",
            opt_outs,
            f"{opt_outs}?q=nobody-at-all",
            f"{opt_outs}/remove?address={gone}",
        ),
        personal=(f"/o/{_token(event)}",),
    )


def _token(event: Event) -> str:
    """Return the token by which the reader of an invitation opts out."""
    now = clock.now()
    with writing() as session:
        type_id = session.scalars(
            sa.select(TicketType.id).where(TicketType.event_id == event.id)
        ).first()
        assert type_id is not None
        guests = GuestList(
            event_id=event.id, ticket_type_id=type_id, name="Sample readers", created_at=now
        )
        session.add(guests)
        session.flush()
        one = Invitation(
            event_id=event.id,
            list_id=guests.id,
            name="Sample Reader",
            lang="en",
            email="sample.reader@example.com",
            email_key="sample.reader@example.com",
            state=InvitationState.SENT,
            sent_at=now,
            created_at=now,
            changed_at=now,
        )
        session.add(one)
        session.flush()
        invited = one.id
    messaging.write_to_invited(
        invited, lambda _: Kind.GUEST_INVITATION, key=f"sample:{invited}", now=now
    )
    message_id = db.session.scalars(
        sa.select(Message.id).where(Message.key == f"sample:{invited}")
    ).one()
    return derive(Purpose.OPT_OUT, message_id)
