"""The wordings by which an event asks for consents and states what it does, in their versions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.core import audit
from forum.core.db import writing
from forum.core.errors import Conflict, Invalid, NotFound
from forum.core.i18n import sentence
from forum.core.page_scopes import changed, event_scope
from forum.core.permissions import Action
from forum.core.revisions import ChangedMeanwhile
from forum.core.text import Text
from forum.events.models import Event, Partner
from forum.events.service.changes import locked_event
from forum.registrations.models import ConsentWording
from forum.registrations.rules import ConsentPurpose

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.core.actor import Actor


class NoWords(Invalid):
    """A wording without words asks nothing."""

    code = "no_words"
    says = sentence("Enter the words in at least one language")


class PartnerAskedAbout(Conflict):
    """Forms ask guests whether their data may go to the partner."""

    code = "partner_asked_about"
    says = sentence(
        "Forms ask guests whether this partner may have their data. "
        "Stop asking first, under Registrations, Consents."
    )


def set_wording(
    actor: Actor,
    event_id: UUID,
    purpose: ConsentPurpose,
    partner_id: UUID | None,
    words: Text,
    now: datetime,
    *,
    made_from: int | None = None,
) -> int:
    """Let an event's forms show these words for a purpose; return their number.

    Changed words are a version of their own: who agreed before agreed to the words of then. The
    same again changes nothing. `made_from` is the number that the form was made from, 0 for none.
    Raises NotFound, Forbidden, ChangedMeanwhile, NoWords.
    """
    if not words:
        raise NoWords(field="words")
    with writing() as session:
        event = locked_event(session, actor, event_id, Action.EDIT_EVENT)
        _check_partner(session, event, purpose, partner_id)
        versions = _versions(session, event_id, purpose, partner_id)
        shown = next((one for one in versions if one.withdrawn_at is None), None)
        if made_from is not None and made_from != (shown.number if shown else 0):
            raise ChangedMeanwhile
        if shown is not None and shown.words == words:
            return shown.number
        if shown is not None:
            shown.withdrawn_at = now
            session.flush()
        number = max((one.number for one in versions), default=0) + 1
        wording = ConsentWording(
            event_id=event_id,
            purpose=purpose,
            partner_id=partner_id,
            number=number,
            words=words,
            made_at=now,
        )
        session.add(wording)
        session.flush()
        _note(session, actor, event, "consent_wording.set", wording, now)
        return number


def withdraw_wording(
    actor: Actor, event_id: UUID, purpose: ConsentPurpose, partner_id: UUID | None, now: datetime
) -> None:
    """Let an event's forms ask for a purpose no more; consents that were given stand.

    Raises NotFound where nothing is asked, Forbidden.
    """
    with writing() as session:
        event = locked_event(session, actor, event_id, Action.EDIT_EVENT)
        versions = _versions(session, event_id, purpose, partner_id)
        shown = next((one for one in versions if one.withdrawn_at is None), None)
        if shown is None:
            raise NotFound
        shown.withdrawn_at = now
        session.flush()
        _note(session, actor, event, "consent_wording.withdrawn", shown, now)


def check_partner_may_go(session: Session, partner_id: UUID) -> None:
    """Raise PartnerAskedAbout while forms ask about a partner; one statement.

    What guests agreed to before stays in the record, with the partner's name in words.
    """
    asked = session.scalar(
        sa.select(ConsentWording.id).where(
            ConsentWording.partner_id == partner_id, ConsentWording.withdrawn_at.is_(None)
        )
    )
    if asked is not None:
        raise PartnerAskedAbout


def _check_partner(
    session: Session, event: Event, purpose: ConsentPurpose, partner_id: UUID | None
) -> None:
    if (purpose is ConsentPurpose.PARTNER) != (partner_id is not None):
        raise NotFound
    if partner_id is not None:
        partner = session.get(Partner, partner_id, populate_existing=True)
        if partner is None or partner.event_id != event.id:
            raise NotFound


def _versions(
    session: Session, event_id: UUID, purpose: ConsentPurpose, partner_id: UUID | None
) -> Sequence[ConsentWording]:
    of_partner = (
        ConsentWording.partner_id == partner_id
        if partner_id
        else ConsentWording.partner_id.is_(None)
    )
    return session.scalars(
        sa.select(ConsentWording)
        .where(ConsentWording.event_id == event_id, ConsentWording.purpose == purpose, of_partner)
        .execution_options(populate_existing=True)
    ).all()


def _note(
    session: Session,
    actor: Actor,
    event: Event,
    action: str,
    wording: ConsentWording,
    now: datetime,
) -> None:
    changed(session, event_scope(event.id))
    audit.record(
        session,
        actor,
        action,
        ("event", event.id),
        event.organisation_id,
        {
            "purpose": wording.purpose.value,
            "partner": str(wording.partner_id) if wording.partner_id else "",
            "number": wording.number,
        },
        now,
    )
