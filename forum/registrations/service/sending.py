"""Invitations on their way: sent, reminded, posted as letters, opened. No mail is sent here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from forum.core import outbox
from forum.core.db import writing
from forum.core.errors import Conflict
from forum.core.i18n import sentences
from forum.events.models import Event
from forum.events.rules import EventState
from forum.registrations.models import GuestList, Invitation
from forum.registrations.queries.consents import opted_out
from forum.registrations.queries.invitations import drafts_to_send, to_remind
from forum.registrations.rules import (
    ASKED,
    InvitationsOver,
    InvitationState,
    NoMailWanted,
    NothingToMail,
    RemindedToday,
    check_invitation_move,
    may_remind,
)
from forum.registrations.service.holding import held_event
from forum.registrations.service.invited import held_invitation, note_invitation

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.core.actor import Actor

SENT, REMINDED = "invitation.sent", "invitation.reminded"
PRESSED_TWICE = timedelta(minutes=1)


class OthersByNow(Conflict):
    """Another number of guests would be mailed than the question named."""

    code = "others_by_now"

    def __init__(self, number: int) -> None:
        """Name how many it would be now."""
        super().__init__(
            sentences(
                "The list has changed: one guest would be mailed now. Look, then send again.",
                "The list has changed: %(guests)s guests would be mailed now. "
                "Look, then send again.",
                number,
                guests=number,
            )
        )


def send_drafts(
    actor: Actor,
    event_id: UUID,
    list_id: UUID | None,
    *,
    named: int,
    now: datetime,
    registered: bool = False,
) -> int:
    """Send every draft of a list, or of all, that has an address and wants mail; return how many.

    Who is registered already gets one only with `registered`. Emits invitation.sent for each.
    Raises OthersByNow where it is not the number that was named, InvitationsOver, NotFound,
    Forbidden.
    """
    with writing() as session:
        event = _open(session, actor, event_id, list_id, now)
        changes = {"state": InvitationState.SENT, "sent_at": now}
        fits = drafts_to_send(event, list_id, registered=registered)
        return _mail_all(session, actor, event, fits, changes, SENT, named=named, now=now)


def remind_all(
    actor: Actor,
    event_id: UUID,
    list_id: UUID | None,
    *,
    named: int,
    now: datetime,
    registered: bool = False,
) -> int:
    """Remind every guest of a list, or of all, who has not replied and had no mail for a day.

    Who is registered already is reminded only with `registered`. Emits invitation.reminded for
    each; return how many. Raises as `send_drafts`.
    """
    with writing() as session:
        event = _open(session, actor, event_id, list_id, now)
        fits = to_remind(event, list_id, now, registered=registered)
        changes = {"reminded_at": now}
        return _mail_all(session, actor, event, fits, changes, REMINDED, named=named, now=now)


def send(actor: Actor, event_id: UUID, invitation_id: UUID, *, now: datetime) -> None:
    """Send one invitation, or send it again to who has not replied; emits invitation.sent.

    A second press within a minute sends nothing, unless the invitation was changed in between.
    Raises InvitationsOver, NothingToMail, NoMailWanted, NotFound, Forbidden.
    """
    with writing() as session:
        event = _open(session, actor, event_id, None, now, lists=False)
        one = held_invitation(session, event, invitation_id)
        _check_mailable(event, one)
        if _just_sent(one, now):
            return
        if one.state is InvitationState.DRAFT:
            one.state = InvitationState.SENT
        one.sent_at = one.changed_at = now
        one.revision += 1
        _tell(session, actor, event, [(one.id, one.revision)], SENT, now)


def remind(actor: Actor, event_id: UUID, invitation_id: UUID, *, now: datetime) -> None:
    """Remind one guest who has not replied; emits invitation.reminded.

    Raises RemindedToday, InvitationsOver, NothingToMail, NoMailWanted, NotFound, Forbidden.
    """
    with writing() as session:
        event = _open(session, actor, event_id, None, now, lists=False)
        one = held_invitation(session, event, invitation_id)
        _check_mailable(event, one)
        if one.state not in ASKED:
            raise NothingToMail
        if not may_remind(one.sent_at, one.reminded_at, now):
            raise RemindedToday
        one.reminded_at = one.changed_at = now
        one.revision += 1
        _tell(session, actor, event, [(one.id, one.revision)], REMINDED, now)


def note_posted(actor: Actor, event_id: UUID, invitation_id: UUID, *, now: datetime) -> None:
    """Note that a draft went out as a letter or by hand; no mail is sent.

    Raises IllegalInvitationMove, NotFound, Forbidden.
    """
    with writing() as session:
        event = held_event(session, actor, event_id)
        one = held_invitation(session, event, invitation_id)
        check_invitation_move(one.state, InvitationState.SENT)
        one.state, one.sent_at, one.changed_at = InvitationState.SENT, now, now
        one.revision += 1
        more = {"revision": one.revision}
        note_invitation(session, actor, event, one.id, "invitation.posted", more, now)


def note_opened(actor: Actor, invitation_id: UUID, *, now: datetime) -> bool:
    """Note that a person has opened an invitation that was sent; say whether it was the first time.

    One statement where it was noted before, or where a reply stands already.
    """
    with writing() as session:
        row = session.execute(
            sa.update(Invitation)
            .where(Invitation.id == invitation_id, Invitation.state == InvitationState.SENT)
            .values(state=InvitationState.OPENED, opened_at=now)
            .returning(Invitation.event_id)
            .execution_options(synchronize_session=False)
        ).first()
        if row is None:
            return False
        event = session.get_one(Event, row.event_id)
        one = session.get_one(Invitation, invitation_id, populate_existing=True)
        note_invitation(session, actor, event, one.id, "invitation.opened", {}, now)
        return True


def _open(
    session: Session,
    actor: Actor,
    event_id: UUID,
    list_id: UUID | None,
    now: datetime,
    *,
    lists: bool = True,
) -> Event:
    """Hold the event and, before many invitations at once, their lists; raises InvitationsOver."""
    event = held_event(session, actor, event_id)
    if event.state is EventState.CANCELLED or event.ends_at <= now:
        raise InvitationsOver
    if lists:
        wanted = sa.select(GuestList.id).where(GuestList.event_id == event.id)
        wanted = wanted if list_id is None else wanted.where(GuestList.id == list_id)
        session.execute(wanted.order_by(GuestList.id).with_for_update(key_share=True))
    return event


def _mail_all(
    session: Session,
    actor: Actor,
    event: Event,
    fits: Sequence[sa.ColumnElement[bool]],
    changes: dict[str, Any],
    topic: str,
    *,
    named: int,
    now: datetime,
) -> int:
    rows = session.execute(
        sa.update(Invitation)
        .where(*fits)
        .values(**changes, changed_at=now, revision=Invitation.revision + 1)
        .returning(Invitation.id, Invitation.revision)
        .execution_options(synchronize_session=False)
    ).all()
    if len(rows) != named:
        raise OthersByNow(len(rows))
    _tell(session, actor, event, [(row.id, row.revision) for row in rows], topic, now)
    return len(rows)


def _tell(
    session: Session,
    actor: Actor,
    event: Event,
    mailed: Sequence[tuple[UUID, int]],
    topic: str,
    now: datetime,
) -> None:
    for one, revision in mailed:
        payload = {"invitation_id": str(one), "revision": revision}
        outbox.emit(session, topic, payload, key=f"{one}:{revision}", now=now)
        note_invitation(session, actor, event, one, topic, {"revision": revision}, now)


def _just_sent(one: Invitation, now: datetime) -> bool:
    unchanged = one.sent_at is not None and one.changed_at == one.sent_at
    return unchanged and now - one.changed_at < PRESSED_TWICE


def _check_mailable(event: Event, one: Invitation) -> None:
    if not one.email_key or one.replied_at is not None:
        raise NothingToMail
    if opted_out(event.organisation_id, [one.email_key]):
        raise NoMailWanted
