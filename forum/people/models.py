"""Tables of people: users, organisations, members, sign-in links, sessions, counted attempts."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from forum.core.db import Model, enum_column
from forum.core.ids import uuid7
from forum.core.permissions import Role
from forum.core.text import Text
from forum.people.rules import LONGEST_DEVICE, LONGEST_NAME, LONGEST_PATH, LONGEST_SLUG


class User(Model):
    """A person who signs in; `email_key` is the address as it is compared.

    `lang` is empty until a language is chosen: the browser's is meant until then. `digest` says
    whether a mail each morning tells what waits.
    """

    __tablename__ = "user"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    email: Mapped[str] = mapped_column(sa.String(254))
    email_key: Mapped[str] = mapped_column(sa.String(254), unique=True)
    name: Mapped[str] = mapped_column(sa.String(LONGEST_NAME), default="")
    lang: Mapped[str] = mapped_column(sa.String(8), default="")
    digest: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]

    @property
    def shown_name(self) -> str:
        """The name, or the address of one who gave none."""
        return self.name or self.email


class Organisation(Model):
    """Who runs events: the tenant."""

    __tablename__ = "organisation"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    slug: Mapped[str] = mapped_column(sa.String(LONGEST_SLUG), unique=True)
    name: Mapped[Text]
    time_zone: Mapped[str] = mapped_column(sa.String(64), default="Asia/Hong_Kong")
    languages: Mapped[list[str]]
    contact_email: Mapped[str] = mapped_column(sa.String(254), default="")
    accent: Mapped[str] = mapped_column(sa.String(7), default="#0b5563")
    privacy: Mapped[Text] = mapped_column(default=Text)
    created_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(default=1)

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which its own pages show times."""
        return ZoneInfo(self.time_zone)


class Member(Model):
    """A user's role in one organisation."""

    __tablename__ = "member"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    organisation_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("organisation.id", ondelete="CASCADE")
    )
    user_id: Mapped[UUID] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"), index=True)
    role: Mapped[Role] = mapped_column(enum_column(Role, "member_role"))
    created_at: Mapped[datetime]

    user: Mapped[User] = relationship(lazy="raise_on_sql")
    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql")

    __table_args__ = (sa.UniqueConstraint("organisation_id", "user_id"),)


class MemberInvitation(Model):
    """An address asked to join an organisation; its token is derived, so nothing secret is kept."""

    __tablename__ = "member_invitation"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    organisation_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("organisation.id", ondelete="CASCADE")
    )
    email: Mapped[str] = mapped_column(sa.String(254))
    email_key: Mapped[str] = mapped_column(sa.String(254))
    role: Mapped[Role] = mapped_column(enum_column(Role, "invitation_role"))
    lang: Mapped[str] = mapped_column(sa.String(8), default="en")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]

    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        sa.Index("ix_member_invitation_organisation", "organisation_id", "email_key"),
        sa.CheckConstraint(
            "accepted_at IS NULL OR withdrawn_at IS NULL", name="accepted_or_withdrawn"
        ),
        sa.CheckConstraint("expires_at > created_at", name="expires_later"),
    )


class SignInLink(Model):
    """A link that signs in once; without a user it answers an address that nobody here has."""

    __tablename__ = "sign_in_link"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    user_id: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("user.id", ondelete="CASCADE"), index=True
    )
    onward: Mapped[str] = mapped_column(sa.String(LONGEST_PATH), default="")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]

    user: Mapped[User | None] = relationship(lazy="raise_on_sql")

    __table_args__ = (sa.CheckConstraint("expires_at > created_at", name="expires_later"),)


class UserSession(Model):
    """A browser that is signed in; of its cookie only the hash is kept."""

    __tablename__ = "user_session"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    secret_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32), unique=True)
    user_id: Mapped[UUID] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    device: Mapped[str] = mapped_column(sa.String(LONGEST_DEVICE), default="")
    revoked_at: Mapped[datetime | None]

    user: Mapped[User] = relationship(lazy="raise_on_sql")

    __table_args__ = (sa.CheckConstraint("expires_at > created_at", name="expires_later"),)


class SignInAttempt(Model):
    """One counted try, by the keyed hash of an address or of a network; swept after a day."""

    __tablename__ = "sign_in_attempt"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    key: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    at: Mapped[datetime] = mapped_column(index=True)

    __table_args__ = (sa.Index("ix_sign_in_attempt_key", "key", "at"),)
