"""Tables of speakers: profiles, private contact data, and what links one to an event."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from forum.core.db import Model, enum_column
from forum.core.ids import uuid7
from forum.core.languages import TRADITIONAL
from forum.core.text import EMPTY, Fragment, Text
from forum.events.models import Picture
from forum.programme.rules import EngagementState, ProposalState


class Speaker(Model):
    """A person's profile at an organisation; `precedence` orders protocol lists, low first.

    A link is {"title": text, "url": address}.
    """

    __tablename__ = "speaker"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    organisation_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("organisation.id", ondelete="CASCADE"), index=True
    )
    slug: Mapped[str] = mapped_column(sa.String(80))
    name: Mapped[str] = mapped_column(sa.String(200))
    name_zh: Mapped[str] = mapped_column(sa.String(200), default="")
    surname: Mapped[str] = mapped_column(sa.String(100), default="")
    salutation: Mapped[str] = mapped_column(sa.String(40), default="")
    post_nominals: Mapped[str] = mapped_column(sa.String(80), default="")
    precedence: Mapped[int] = mapped_column(default=1000)
    title: Mapped[Text] = mapped_column(default=Text)
    affiliation: Mapped[Text] = mapped_column(default=Text)
    biography: Mapped[Text] = mapped_column(default=Text)
    website: Mapped[str] = mapped_column(sa.String(500), default="")
    links: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    picture_id: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("picture.id", ondelete="SET NULL")
    )
    sample: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(default=1)

    picture: Mapped[Picture | None] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        sa.UniqueConstraint("organisation_id", "slug"),
        sa.CheckConstraint("name <> '' OR name_zh <> ''", name="named"),
    )

    @property
    def shown_name(self) -> str:
        """The Latin name with salutation and post-nominals, else the Chinese one."""
        return latin_name(self.name, self.salutation, self.post_nominals) or self.name_zh

    def names(self, key: str) -> tuple[Fragment, Fragment]:
        """Return the name that leads on pages in a language, and the one in the other script."""
        return names_in(key, self.shown_name if self.name else "", self.name_zh)


def names_in(key: str, latin: str, chinese: str) -> tuple[Fragment, Fragment]:
    """Return a name as it leads, Chinese on Chinese pages, and in the other script, if any."""
    in_latin = Fragment(latin, "en") if latin else EMPTY
    in_chinese = Fragment(chinese, TRADITIONAL.key) if chinese else EMPTY
    first, second = (in_latin, in_chinese) if key == "en" else (in_chinese, in_latin)
    return (first, second) if first else (second, EMPTY)


def latin_name(name: str, salutation: str, post_nominals: str) -> str:
    """Return a Latin name with what stands before and behind it; empty without one."""
    latin = f"{salutation} {name}" if salutation and name else name
    return f"{latin}, {post_nominals}" if post_nominals and latin else latin


class SpeakerContact(Model):
    """How the organiser reaches a speaker; in a table of its own, never on a public page."""

    __tablename__ = "speaker_contact"

    speaker_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("speaker.id", ondelete="CASCADE"), primary_key=True
    )
    email: Mapped[str] = mapped_column(sa.String(254), default="")
    phone: Mapped[str] = mapped_column(sa.String(40), default="")
    assistant: Mapped[str] = mapped_column(sa.String(200), default="")
    note: Mapped[str] = mapped_column(sa.String(2000), default="")
    lang: Mapped[str] = mapped_column(sa.String(8), default="en")


class Engagement(Model):
    """A speaker at one event: asked, confirmed or declined; the personal page hangs on it.

    `note` is what the speaker told the organiser. The link dies with its generation.
    """

    __tablename__ = "engagement"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    event_id: Mapped[UUID] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"))
    speaker_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("speaker.id", ondelete="CASCADE"), index=True
    )
    state: Mapped[EngagementState] = mapped_column(
        enum_column(EngagementState, "engagement_state"), default=EngagementState.PLANNED
    )
    link_generation: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(sa.String(2000), default="")
    created_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(default=1)

    speaker: Mapped[Speaker] = relationship(lazy="raise_on_sql")

    __table_args__ = (sa.UniqueConstraint("event_id", "speaker_id"),)


class SpeakerConsent(Model):
    """A speaker's consent to photo or recording as it was given: wording, language, and when."""

    __tablename__ = "speaker_consent"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    engagement_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("engagement.id", ondelete="CASCADE"), index=True
    )
    purpose: Mapped[str] = mapped_column(sa.String(16))
    wording: Mapped[str] = mapped_column(sa.Text)
    lang: Mapped[str] = mapped_column(sa.String(8))
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]

    __table_args__ = (sa.CheckConstraint("purpose IN ('photo', 'recording')", name="purpose"),)


class Unavailability(Model):
    """A time at which a speaker cannot be on stage."""

    __tablename__ = "unavailability"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    engagement_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("engagement.id", ondelete="CASCADE"), index=True
    )
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]

    __table_args__ = (sa.CheckConstraint("ends_at > starts_at", name="ends_after_start"),)


class Proposal(Model):
    """What a speaker wants changed in the profile, until an editor nods or declines.

    `wanted` holds columns of the profile as JSON; `made_from` is the revision it was typed over.
    """

    __tablename__ = "proposal"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    speaker_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("speaker.id", ondelete="CASCADE"), index=True
    )
    engagement_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("engagement.id", ondelete="CASCADE"), index=True
    )
    state: Mapped[ProposalState] = mapped_column(
        enum_column(ProposalState, "proposal_state"), default=ProposalState.WAITING
    )
    wanted: Mapped[dict[str, Any]]
    made_from: Mapped[int]
    picture_id: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("picture.id", ondelete="SET NULL")
    )
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(sa.String(200), default="")

    speaker: Mapped[Speaker] = relationship(lazy="raise_on_sql")
    picture: Mapped[Picture | None] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        sa.CheckConstraint("(state = 'waiting') = (decided_at IS NULL)", name="decided"),
    )
