"""Who appears in a session: the wanted list replaces the stored one, in its order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session as Transaction

from forum.core.errors import Invalid, NotFound
from forum.core.i18n import sentence
from forum.core.text import Text
from forum.events.rules import free_slug, slug_of
from forum.events.service import latin
from forum.programme.models import Appearance, Speaker
from forum.programme.queries import OnStage
from forum.programme.rules import AppearanceRole

NO_SLUGS = ("new",)
"""Addresses below /manage/{event}/speakers/ that no profile may take."""


class SpeakerTwice(Invalid):
    """The same person stands twice in the same role."""

    code = "speaker_twice"
    says = sentence("Somebody stands here twice in the same role. Remove one of the two.")


@dataclass(frozen=True, slots=True)
class NewSpeaker:
    """Somebody named while a session is written; the profile can be completed later."""

    name: str
    name_zh: str = ""
    affiliation: Text = field(default_factory=Text)


@dataclass(frozen=True, slots=True)
class Part:
    """One person in one role: a known speaker's id, or a new speaker.

    `called` is the role in words where it is one of the organiser's own; `part` counts the panel's
    parts from 0.
    """

    who: UUID | NewSpeaker
    role: AppearanceRole
    called: Text = field(default_factory=Text)
    part: int | None = None


CastRow = list[Any]
"""[speaker id, role, {language: role in words}, part or None], as JSON keeps it."""


def hold_speakers(transaction: Transaction, parts: Sequence[Part]) -> None:
    """Keep the profiles of a wanted list from being changed, before any event is locked.

    Everybody locks in one order: profiles, then events, each in the order of their ids.
    """
    known = {part.who for part in parts if isinstance(part.who, UUID)}
    if known:
        transaction.execute(
            sa.select(Speaker.id)
            .where(Speaker.id.in_(known))
            .order_by(Speaker.id)
            .with_for_update(read=True, key_share=True),
        )


def wanted_cast(
    transaction: Transaction, organisation_id: UUID, parts: Sequence[Part], now: datetime
) -> list[CastRow]:
    """Return who is to appear, in this order, as rows; new speakers get their profiles.

    Raises SpeakerTwice, and NotFound for a speaker of another organisation.
    """
    _check_known(transaction, organisation_id, parts)
    rows: list[CastRow] = []
    for part in parts:
        who = (
            part.who
            if isinstance(part.who, UUID)
            else _made(transaction, organisation_id, part.who, now)
        )
        called = dict(part.called.by_language) if part.role is AppearanceRole.OTHER else {}
        rows.append([str(who), part.role.value, called, part.part])
    if len({(who, role) for who, role, *_ in rows}) < len(rows):
        raise SpeakerTwice(field="cast")
    return rows


def stored_cast(transaction: Transaction, session_id: UUID) -> Sequence[Appearance]:
    """Return who appears in a session for guests, in their order (1 statement)."""
    return transaction.scalars(
        sa.select(Appearance)
        .where(Appearance.session_id == session_id)
        .order_by(Appearance.position, Appearance.id)
        .execution_options(populate_existing=True),
    ).all()


def cast_row(one: OnStage) -> CastRow:
    """Return somebody on stage as JSON keeps it."""
    return [str(one.speaker_id), one.role.value, dict(one.called.by_language), one.part]


def store_cast(
    transaction: Transaction,
    session_id: UUID,
    stored: Sequence[Appearance],
    rows: Sequence[CastRow],
) -> None:
    """Make the stored appearances of a session those of the rows, in their order; not flushed."""
    known = {(str(one.speaker_id), one.role.value): one for one in stored}
    wanted = {(who, role) for who, role, *_ in rows}
    for key in known.keys() - wanted:
        transaction.delete(known[key])
    for position, (who, role, called, part) in enumerate(rows):
        one = known.get((who, role))
        if one is None:
            one = Appearance(session_id=session_id, speaker_id=UUID(who), role=AppearanceRole(role))
            transaction.add(one)
        one.position, one.called, one.part = position, Text(called), part


def free_speaker_slug(transaction: Transaction, organisation_id: UUID, name: str) -> str:
    """Return a free slug for a name in any script (1 statement)."""
    wanted = slug_of(latin(name))
    stem = wanted or "speaker"
    used = set(
        transaction.scalars(
            sa.select(Speaker.slug).where(
                Speaker.organisation_id == organisation_id,
                Speaker.slug.like(f"{stem}%"),
            ),
        ),
    )
    return free_slug(wanted, {*used, *NO_SLUGS}.__contains__, otherwise="speaker")


def _check_known(transaction: Transaction, organisation_id: UUID, parts: Sequence[Part]) -> None:
    asked = {part.who for part in parts if isinstance(part.who, UUID)}
    if not asked:
        return
    found = set(
        transaction.scalars(
            sa.select(Speaker.id).where(
                Speaker.organisation_id == organisation_id,
                Speaker.id.in_(asked),
            ),
        ),
    )
    if found != asked:
        raise NotFound


def _made(
    transaction: Transaction,
    organisation_id: UUID,
    new: NewSpeaker,
    now: datetime,
) -> UUID:
    speaker = Speaker(
        organisation_id=organisation_id,
        slug=free_speaker_slug(transaction, organisation_id, new.name or new.name_zh),
        name=new.name,
        name_zh=new.name_zh,
        affiliation=new.affiliation,
        created_at=now,
        changed_at=now,
    )
    transaction.add(speaker)
    transaction.flush()
    return speaker.id
