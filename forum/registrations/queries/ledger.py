"""Named reads of the consent ledger: versions with their numbers, who agreed, who opted out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.core.db import db
from forum.core.presence import inside
from forum.core.text import plain_key
from forum.registrations.models import Consent, ConsentWording, OptOut, Registration
from forum.registrations.rules import ConsentPurpose, RegistrationState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from forum.events.models import Event

OPT_OUTS_A_PAGE = 100
LONGEST_ADDRESS_SEARCH = 100


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a wording: how many agree to it now, and how many have withdrawn."""

    wording: ConsentWording
    agreed: int
    withdrawn: int


@dataclass(frozen=True, slots=True)
class MayHave:
    """A guest whose data a partner may have, and by which words, given when."""

    name: str
    name_zh: str
    organisation: str
    email: str
    version: int | None
    given_at: datetime


@dataclass(frozen=True, slots=True)
class OptOutPage:
    """Addresses that opted out, from one on; `after` is where the next page begins, or empty."""

    rows: Sequence[OptOut]
    total: int
    after: str


def versions_of(event_id: UUID) -> dict[tuple[ConsentPurpose, UUID | None], list[Version]]:
    """Return an event's wordings by purpose and partner, the newest first; one statement."""
    stands = Consent.withdrawn_at.is_(None)
    rows = db.session.execute(
        sa.select(
            ConsentWording,
            sa.func.count(Consent.id).filter(stands),
            sa.func.count(Consent.id).filter(~stands),
        )
        .outerjoin(Consent, Consent.wording_id == ConsentWording.id)
        .where(ConsentWording.event_id == event_id)
        .group_by(ConsentWording.id)
        .order_by(ConsentWording.number.desc())
        .execution_options(populate_existing=True)
    )
    found: dict[tuple[ConsentPurpose, UUID | None], list[Version]] = {}
    for wording, agreed, withdrawn in rows:
        one = Version(wording, agreed, withdrawn)
        found.setdefault((wording.purpose, wording.partner_id), []).append(one)
    return found


def in_own_words(event_id: UUID) -> tuple[int, int]:
    """Count who agree to direct marketing in the form's own words, and who have withdrawn."""
    stands = Consent.withdrawn_at.is_(None)
    row = db.session.execute(
        sa.select(
            sa.func.count(Consent.id).filter(stands), sa.func.count(Consent.id).filter(~stands)
        )
        .join(Registration, Registration.id == Consent.registration_id)
        .where(
            Registration.event_id == event_id,
            Consent.purpose == ConsentPurpose.MARKETING,
            Consent.wording_id.is_(None),
        )
    ).one()
    return row[0], row[1]


def number_a_partner_may_have(event: Event, *, attended: bool) -> dict[UUID, int]:
    """Count by partner whose data it may have now; one statement."""
    rows = db.session.execute(
        sa.select(Consent.partner_id, sa.func.count())
        .select_from(Registration)
        .join(Consent, Consent.registration_id == Registration.id)
        .where(*_may_pass(event, attended=attended))
        .group_by(Consent.partner_id)
    )
    return {row[0]: row[1] for row in rows if row[0] is not None}


def whom_a_partner_may_have(event: Event, partner_id: UUID, *, attended: bool) -> list[MayHave]:
    """Return exactly the guests whose data a partner may have now, by name; one statement.

    Confirmed (or admitted) guests whose consent to this partner stands and who have not opted out
    of the organisation's mails.
    """
    rows = db.session.execute(
        sa.select(
            Registration.name,
            Registration.name_zh,
            Registration.organisation,
            Registration.email,
            ConsentWording.number,
            Consent.given_at,
        )
        .select_from(Registration)
        .join(Consent, Consent.registration_id == Registration.id)
        .outerjoin(ConsentWording, ConsentWording.id == Consent.wording_id)
        .where(*_may_pass(event, attended=attended), Consent.partner_id == partner_id)
        .order_by(Registration.sort_name, Registration.id)
    )
    return [MayHave(*row) for row in rows]


def opt_outs_of(organisation_id: UUID, *, search: str = "", after: str = "") -> OptOutPage:
    """Return one page of who opted out, by address from after one on; two statements."""
    fits = [OptOut.organisation_id == organisation_id]
    if words := plain_key(search[:LONGEST_ADDRESS_SEARCH]):
        fits.append(OptOut.email_key.contains(words, autoescape=True))
    total = db.session.scalar(sa.select(sa.func.count()).select_from(OptOut).where(*fits)) or 0
    if after:
        fits.append(OptOut.email_key > after)
    rows = db.session.scalars(
        sa.select(OptOut).where(*fits).order_by(OptOut.email_key).limit(OPT_OUTS_A_PAGE + 1)
    ).all()
    shown = rows[:OPT_OUTS_A_PAGE]
    more = len(rows) > OPT_OUTS_A_PAGE
    return OptOutPage(shown, total, shown[-1].email_key if more else "")


def _may_pass(event: Event, *, attended: bool) -> list[sa.ColumnElement[bool]]:
    gone = sa.select(OptOut.email_key).where(OptOut.organisation_id == event.organisation_id)
    found: list[sa.ColumnElement[bool]] = [
        Registration.event_id == event.id,
        Registration.state == RegistrationState.CONFIRMED,
        Registration.email_key.not_in(gone),
        Consent.purpose == ConsentPurpose.PARTNER,
        Consent.partner_id.is_not(None),
        Consent.withdrawn_at.is_(None),
    ]
    if attended:
        there = [Registration.id.in_(one) for one in inside(event.id)]
        found.append(sa.or_(sa.false(), *there))
    return found
