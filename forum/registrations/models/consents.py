"""Tables of consent: wordings in their versions, who agreed to which, and who wants no mail."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from forum.core.db import Model, enum_column
from forum.core.ids import uuid7
from forum.core.text import Text
from forum.registrations.rules import ConsentPurpose, ConsentSource

_FOR_A_PARTNER = sa.text("withdrawn_at IS NULL AND partner_id IS NOT NULL")
_FOR_NO_PARTNER = sa.text("withdrawn_at IS NULL AND purpose <> 'partner'")


class ConsentWording(Model):
    """One version of the words by which an event asks for a consent, or states what it does.

    `partner_id` is who receives the data, where that is the purpose. The one that is not withdrawn
    is what forms show; a later version withdraws the one before.
    """

    __tablename__ = "consent_wording"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    event_id: Mapped[UUID] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"))
    purpose: Mapped[ConsentPurpose] = mapped_column(enum_column(ConsentPurpose, "consent_purpose"))
    partner_id: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("partner.id", ondelete="CASCADE"), index=True
    )
    number: Mapped[int] = mapped_column(default=1)
    words: Mapped[Text]
    made_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]

    __table_args__ = (
        sa.Index("ix_consent_wording_event_id", "event_id"),
        sa.Index(
            "uq_consent_wording_shown",
            "event_id",
            "purpose",
            unique=True,
            sqlite_where=_FOR_NO_PARTNER,
            postgresql_where=_FOR_NO_PARTNER,
        ),
        sa.Index(
            "uq_consent_wording_shown_of_partner",
            "partner_id",
            unique=True,
            sqlite_where=_FOR_A_PARTNER,
            postgresql_where=_FOR_A_PARTNER,
        ),
        sa.CheckConstraint(
            "(purpose = 'partner') = (partner_id IS NOT NULL)", name="partner_named"
        ),
    )


class Consent(Model):
    """A consent as it was given: purpose, recipient, the very words, their version, when, whence.

    Rows are never changed but by withdrawing; agreeing again makes a new one, and at most one
    stands for a purpose or a partner.
    """

    __tablename__ = "consent"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    registration_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("registration.id", ondelete="CASCADE"), index=True
    )
    purpose: Mapped[ConsentPurpose] = mapped_column(enum_column(ConsentPurpose, "consent_purpose"))
    partner_id: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("partner.id", ondelete="SET NULL"), index=True
    )
    recipient: Mapped[str] = mapped_column(sa.String(200), default="")
    wording_id: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("consent_wording.id", ondelete="SET NULL")
    )
    wording: Mapped[str] = mapped_column(sa.Text)
    lang: Mapped[str] = mapped_column(sa.String(8))
    source: Mapped[ConsentSource] = mapped_column(
        enum_column(ConsentSource, "consent_source"), default=ConsentSource.FORM
    )
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[ConsentSource | None] = mapped_column(
        enum_column(ConsentSource, "consent_withdrawn_by")
    )

    __table_args__ = (
        sa.Index(
            "uq_consent_stands",
            "registration_id",
            "purpose",
            unique=True,
            sqlite_where=_FOR_NO_PARTNER,
            postgresql_where=_FOR_NO_PARTNER,
        ),
        sa.Index(
            "uq_consent_stands_for_partner",
            "registration_id",
            "partner_id",
            unique=True,
            sqlite_where=_FOR_A_PARTNER,
            postgresql_where=_FOR_A_PARTNER,
        ),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name="withdrawn_whole"
        ),
    )


class OptOut(Model):
    """An address to which an organisation sends no invitations and no marketing any more."""

    __tablename__ = "opt_out"

    organisation_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True
    )
    email_key: Mapped[str] = mapped_column(sa.String(254), primary_key=True)
    source: Mapped[ConsentSource] = mapped_column(enum_column(ConsentSource, "consent_source"))
    since: Mapped[datetime]
