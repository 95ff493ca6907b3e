"""Who appears in a session: the wanted list replaces the stored one, in its order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session as Transaction

from forum.core.errors import Invalid, NotFound
from forum.core.i18n import sentence
from forum.core.text import Text
from forum.events.rules import free_slug, slug_of
from forum.events.service import latin
from forum.programme.models import Appearance, Session, Speaker
from forum.programme.rules import AppearanceRole


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
    """One person in one role: a known speaker's id, or a new speaker."""

    who: UUID | NewSpeaker
    role: AppearanceRole


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


def set_cast(
    transaction: Transaction,
    organisation_id: UUID,
    session: Session,
    parts: Sequence[Part],
    now: datetime,
) -> list[list[list[str]]] | None:
    """Store who appears, in this order; return the lists before and after, or None if the same.

    Raises SpeakerTwice, and NotFound for a speaker of another organisation.
    """
    _check_known(transaction, organisation_id, parts)
    wanted: list[tuple[UUID, AppearanceRole]] = []
    for part in parts:
        who = (
            part.who
            if isinstance(part.who, UUID)
            else _made(transaction, organisation_id, part.who, now)
        )
        wanted.append((who, part.role))
    if len(set(wanted)) < len(wanted):
        raise SpeakerTwice(field="cast")
    stored = transaction.scalars(
        sa.select(Appearance)
        .where(Appearance.session_id == session.id)
        .order_by(Appearance.position, Appearance.id)
        .execution_options(populate_existing=True),
    ).all()
    before = [(one.speaker_id, one.role) for one in stored]
    if before == wanted:
        return None
    known = {(one.speaker_id, one.role): one for one in stored}
    for gone in known.keys() - set(wanted):
        transaction.delete(known[gone])
    for position, (speaker_id, role) in enumerate(wanted):
        if (speaker_id, role) in known:
            known[speaker_id, role].position = position
        else:
            transaction.add(
                Appearance(
                    session_id=session.id,
                    speaker_id=speaker_id,
                    role=role,
                    position=position,
                ),
            )
    transaction.flush()
    return [[[str(who), role.value] for who, role in one] for one in (before, wanted)]


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
    return free_slug(wanted, used.__contains__, otherwise="speaker")


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
