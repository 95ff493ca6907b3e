"""Tables of tickets: each event's signing keys, and the tickets they signed."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from forum.core.db import Model
from forum.core.ids import uuid7
from forum.registrations.models import Registration
from forum.tickets import rules

_IN_USE = sa.text("retired_at IS NULL")
_STANDS = sa.text("revoked_at IS NULL")


class SigningKey(Model):
    """An event's own key pair; the private half is sealed under the instance key.

    The number stands in each QR code and is drawn at random, so that it points at few events.
    """

    __tablename__ = "signing_key"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    event_id: Mapped[UUID] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column(index=True)
    algorithm: Mapped[int] = mapped_column(default=rules.ECDSA_P256)
    public_key: Mapped[bytes] = mapped_column(sa.LargeBinary(65))
    private_key: Mapped[bytes] = mapped_column(sa.LargeBinary(80))
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]

    __table_args__ = (
        sa.UniqueConstraint("event_id", "number"),
        sa.Index(
            "uq_signing_key_in_use",
            "event_id",
            unique=True,
            sqlite_where=_IN_USE,
            postgresql_where=_IN_USE,
        ),
        sa.CheckConstraint(f"number BETWEEN 1 AND {rules.LARGEST_KEY_NUMBER}", name="number"),
        sa.CheckConstraint("algorithm = 1", name="algorithm"),
    )


class Ticket(Model):
    """A registration's ticket as it was signed; `payload` and `signature` never change.

    One that is signed anew is another row: at most one of a registration stands, all that were
    revoked stay.
    """

    __tablename__ = "ticket"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    registration_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("registration.id", ondelete="CASCADE"), index=True
    )
    event_id: Mapped[UUID] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"))
    key_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("signing_key.id", ondelete="CASCADE"), index=True
    )
    number: Mapped[int] = mapped_column(sa.BigInteger)
    type_number: Mapped[int]
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime]
    payload: Mapped[bytes] = mapped_column(sa.LargeBinary(16))
    signature: Mapped[bytes] = mapped_column(sa.LargeBinary(64))
    issued_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    registration: Mapped[Registration] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        sa.UniqueConstraint("event_id", "number"),
        sa.Index(
            "uq_ticket_stands",
            "registration_id",
            unique=True,
            sqlite_where=_STANDS,
            postgresql_where=_STANDS,
        ),
        sa.CheckConstraint(f"number BETWEEN 0 AND {rules.LARGEST_TICKET_NUMBER}", name="number"),
        sa.CheckConstraint(
            f"type_number BETWEEN 1 AND {rules.LARGEST_TYPE_NUMBER}", name="type_number"
        ),
        sa.CheckConstraint("length(payload) = 16", name="payload"),
        sa.CheckConstraint("length(signature) = 64", name="signature"),
        sa.CheckConstraint("valid_until > valid_from", name="validity"),
    )

    @property
    def code(self) -> str:
        """The 128 characters that stand in the QR code after the host."""
        return rules.encoded(self.payload, self.signature)
