"""Consents: what a form showed and what was ticked, giving and withdrawing, who wants no mail."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from forum.core import audit
from forum.core.actor import ANONYMOUS
from forum.core.db import once_more_when_raced, writing
from forum.core.errors import Conflict, NotFound
from forum.core.i18n import sentence
from forum.events.models import Event, Partner
from forum.registrations.models import Consent, ConsentWording, OptOut, Registration
from forum.registrations.rules import ASKED_FOR, ConsentSource
from forum.registrations.service.parties import ConsentGiven

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.core.actor import Actor
    from forum.registrations.queries import WordingShown

ROWS_AT_ONCE = 500


class WordingChanged(Conflict):
    """The words that were agreed to are no longer those that the event asks by."""

    code = "wording_changed"
    says = sentence("These words have changed meanwhile. Read them again.")


class NoConsent(Conflict):
    """What was shown is a statement, to which nobody agrees and which nobody withdraws."""

    code = "no_consent"
    says = sentence("This is a statement. There is nothing to agree to or to withdraw.")


@dataclass(frozen=True, slots=True)
class Agreed:
    """What a form showed and what was ticked there, in the words of one language."""

    shown: Sequence[WordingShown]
    ticked: Collection[UUID]
    lang: str
    languages: Sequence[str]
    source: ConsentSource = ConsentSource.FORM

    def given(self) -> list[ConsentGiven]:
        """Return what is to be kept of it: statements that were shown, and boxes that were ticked.

        A box that the event no longer shows is not kept: nobody can have read its words.
        """
        return [
            ConsentGiven(
                one.purpose,
                words.text,
                one.id,
                one.partner_id,
                one.recipient.pick(self.lang, self.languages).text,
                self.source,
                words.lang,
            )
            for one in self.shown
            for words in [one.words.pick(self.lang, self.languages)]
            if not one.is_asked_for or one.id in self.ticked
        ]


def give(
    actor: Actor,
    registration_id: UUID,
    wording_id: UUID,
    lang: str,
    source: ConsentSource,
    now: datetime,
) -> UUID:
    """Keep that an attendee agrees to these words, read in this language; return the consent's id.

    Agreeing to the same words again changes nothing; to newer words, it takes the older one's
    place. Raises NotFound, WordingChanged, NoConsent.
    """
    return once_more_when_raced(
        lambda: _give(actor, registration_id, wording_id, lang, source, now), tries=3
    )


def withdraw(actor: Actor, consent_id: UUID, source: ConsentSource, now: datetime) -> None:
    """Withdraw a consent from this moment on; again changes nothing. Raises NotFound, NoConsent."""
    with writing() as session:
        row = session.execute(
            sa.select(Consent, Event.organisation_id)
            .join(Registration, Registration.id == Consent.registration_id)
            .join(Event, Event.id == Registration.event_id)
            .where(Consent.id == consent_id)
            .with_for_update(key_share=True, of=Consent)
            .execution_options(populate_existing=True)
        ).first()
        if row is None:
            raise NotFound
        consent, organisation_id = row
        if consent.purpose not in ASKED_FOR:
            raise NoConsent
        if consent.withdrawn_at is None:
            consent.withdrawn_at, consent.withdrawn_by = now, source
            _record(session, actor, "consent.withdrawn", consent, organisation_id, now)


def withdraw_all_of(
    session: Session, registration_id: UUID, source: ConsentSource, now: datetime
) -> None:
    """Withdraw what an attendee agreed to, statements too, as where another takes the seat.

    In the caller's transaction; one statement.
    """
    session.execute(
        sa.update(Consent)
        .where(Consent.registration_id == registration_id, Consent.withdrawn_at.is_(None))
        .values(withdrawn_at=now, withdrawn_by=source)
        .execution_options(synchronize_session=False)
    )


def opt_out(
    organisation_id: UUID,
    email_key: str,
    source: ConsentSource,
    now: datetime,
    *,
    actor: Actor = ANONYMOUS,
) -> bool:
    """Send an address no invitations and no marketing of an organisation any more.

    Return whether that is new. The address is given as it is compared (`address_key`).
    """
    return bool(opt_out_all(organisation_id, [email_key], source, now, actor=actor))


def opt_out_all(
    organisation_id: UUID,
    email_keys: Iterable[str],
    source: ConsentSource,
    now: datetime,
    *,
    actor: Actor,
) -> int:
    """Do so for several addresses; return how many are new. The trail keeps the number alone."""
    wanted = sorted({key for key in email_keys if key})
    if not wanted:
        return 0
    with writing() as session:
        dialect = session.get_bind().dialect.name
        insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
        new = 0
        for start in range(0, len(wanted), ROWS_AT_ONCE):
            rows = [
                {
                    "organisation_id": organisation_id,
                    "email_key": key,
                    "source": source,
                    "since": now,
                }
                for key in wanted[start : start + ROWS_AT_ONCE]
            ]
            kept = session.execute(
                insert(OptOut).values(rows).on_conflict_do_nothing().returning(OptOut.email_key)
            ).all()
            new += len(kept)
        if new:
            audit.record(
                session,
                actor,
                "opt_out.added",
                ("organisation", organisation_id),
                organisation_id,
                {"number": new, "source": source.value},
                now,
            )
        return new


def take_opt_out_back(
    organisation_id: UUID,
    email_key: str,
    source: ConsentSource,
    now: datetime,
    *,
    actor: Actor = ANONYMOUS,
) -> bool:
    """Let an organisation write to an address again; return whether it had opted out."""
    with writing() as session:
        gone = session.execute(
            sa.delete(OptOut)
            .where(OptOut.organisation_id == organisation_id, OptOut.email_key == email_key)
            .returning(OptOut.email_key)
            .execution_options(synchronize_session=False)
        ).all()
        if gone:
            audit.record(
                session,
                actor,
                "opt_out.removed",
                ("organisation", organisation_id),
                organisation_id,
                {"number": 1, "source": source.value},
                now,
            )
        return bool(gone)


def _give(
    actor: Actor,
    registration_id: UUID,
    wording_id: UUID,
    lang: str,
    source: ConsentSource,
    now: datetime,
) -> UUID:
    with writing() as session:
        row = session.execute(
            sa.select(Registration, Event, ConsentWording, Partner)
            .join(Event, Event.id == Registration.event_id)
            .join(ConsentWording, ConsentWording.event_id == Event.id)
            .outerjoin(Partner, Partner.id == ConsentWording.partner_id)
            .where(Registration.id == registration_id, ConsentWording.id == wording_id)
            .with_for_update(key_share=True, of=Registration)
            .execution_options(populate_existing=True)
        ).first()
        if row is None:
            raise NotFound
        registration, event, wording, partner = row
        if wording.purpose not in ASKED_FOR:
            raise NoConsent
        if wording.withdrawn_at is not None:
            raise WordingChanged
        standing = session.scalar(
            sa.select(Consent).where(
                Consent.registration_id == registration_id,
                Consent.withdrawn_at.is_(None),
                Consent.purpose == wording.purpose,
                Consent.partner_id == wording.partner_id
                if wording.partner_id
                else Consent.partner_id.is_(None),
            )
        )
        if standing is not None:
            if standing.wording_id == wording.id:
                return standing.id
            standing.withdrawn_at, standing.withdrawn_by = now, source
            session.flush()
        words = wording.words.pick(lang, event.languages)
        consent = Consent(
            registration_id=registration.id,
            purpose=wording.purpose,
            partner_id=wording.partner_id,
            recipient=partner.name.pick(lang, event.languages).text if wording.partner_id else "",
            wording_id=wording.id,
            wording=words.text,
            lang=words.lang,
            source=source,
            given_at=now,
        )
        session.add(consent)
        session.flush()
        _record(session, actor, "consent.given", consent, event.organisation_id, now)
        return consent.id


def _record(
    session: Session,
    actor: Actor,
    action: str,
    consent: Consent,
    organisation_id: UUID,
    now: datetime,
) -> None:
    audit.record(
        session,
        actor,
        action,
        ("registration", consent.registration_id),
        organisation_id,
        {"purpose": consent.purpose.value, "recipient": consent.recipient},
        now,
    )
