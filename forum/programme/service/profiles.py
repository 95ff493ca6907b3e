"""How every change of a profile is made: locked, its events held, their pages and feeds told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session as Transaction

from forum.core import audit
from forum.core.actor import Actor, ActorKind
from forum.core.errors import NotFound
from forum.core.page_scopes import SITE, changed, event_scope
from forum.core.permissions import Action, require
from forum.core.revisions import ChangedMeanwhile
from forum.core.text import Text
from forum.events.models import Event, Picture
from forum.programme.models import Appearance, Engagement, Session, Speaker
from forum.programme.service.photos import PhotoFiles


class SpeakerChangedMeanwhile(ChangedMeanwhile):
    """The profile was saved by somebody else meanwhile."""

    code = "speaker_changed_meanwhile"


@dataclass(frozen=True, slots=True)
class SpeakerDetails:
    """What is said of a person on stage; each name is a column.

    A link is {"title": text, "url": address}.
    """

    name: str
    name_zh: str
    salutation: str
    post_nominals: str
    precedence: int
    title: Text
    affiliation: Text
    biography: Text
    website: str
    surname: str = ""
    links: list[dict[str, Any]] = field(default_factory=list)

    def columns(self) -> dict[str, Any]:
        """Return the columns."""
        return {one.name: getattr(self, one.name) for one in fields(self)}


def held_profile(
    transaction: Transaction, actor: Actor, organisation_id: UUID, speaker_id: UUID
) -> Speaker:
    """Load a profile anew, locked, and check the permission; raises NotFound or Forbidden."""
    require(actor, Action.EDIT_PROGRAMME, organisation_id)
    return _locked(transaction, organisation_id, speaker_id)


def held_own_profile(
    transaction: Transaction, actor: Actor, engagement_id: UUID
) -> tuple[Speaker, Engagement]:
    """Load the profile of who holds a personal link, locked; raises NotFound for anybody else."""
    own = actor.kind is ActorKind.LINK and actor.id == engagement_id
    engagement = transaction.get(Engagement, engagement_id, populate_existing=True)
    if not own or engagement is None:
        raise NotFound
    organisation_id = transaction.scalar(
        sa.select(Event.organisation_id).where(Event.id == engagement.event_id),
    )
    if organisation_id is None:
        raise NotFound
    return _locked(transaction, organisation_id, engagement.speaker_id), engagement


def _locked(transaction: Transaction, organisation_id: UUID, speaker_id: UUID) -> Speaker:
    speaker = transaction.get(Speaker, speaker_id, with_for_update=True, populate_existing=True)
    if speaker is None or speaker.organisation_id != organisation_id:
        raise NotFound
    return speaker


def picture_of(transaction: Transaction, speaker: Speaker) -> Picture | None:
    """Return a locked profile's photo."""
    return transaction.get(Picture, speaker.picture_id) if speaker.picture_id else None


def show_photo(
    transaction: Transaction, files: PhotoFiles, speaker: Speaker, now: datetime
) -> bool:
    """Do with a profile's photo what was asked; say whether anything changed."""
    picture = picture_of(transaction, speaker)
    photo = files.photo
    if photo is None:
        return False
    if photo.new is None and not photo.remove:
        return files.move(picture)
    new = files.add(transaction, speaker.organisation_id, now)
    speaker.picture_id = new.id if new else None
    files.drop(transaction, picture)
    return new is not None or picture is not None


def note_profile(
    transaction: Transaction,
    actor: Actor,
    speaker: Speaker,
    changes: Mapping[str, list[Any]],
    now: datetime,
) -> None:
    """Count a change of a profile, tell the events it appears in, record it."""
    events = held_events(transaction, speaker.id)
    speaker.revision += 1
    speaker.changed_at = now
    transaction.flush()
    tell_events(transaction, speaker.id, events, now)
    audit.record(
        transaction,
        actor,
        "speaker.changed",
        ("speaker", speaker.id),
        speaker.organisation_id,
        {"revision": speaker.revision, "changes": dict(changes)},
        now,
    )


def held_events(transaction: Transaction, speaker_id: UUID) -> Sequence[UUID]:
    """Lock the events a locked profile appears in, in the order of their ids."""
    theirs = (
        sa.select(Session.event_id)
        .join(Appearance, Appearance.session_id == Session.id)
        .where(Appearance.speaker_id == speaker_id)
    )
    return transaction.scalars(
        sa.select(Event.id).where(Event.id.in_(theirs)).order_by(Event.id).with_for_update(),
    ).all()


def tell_events(
    transaction: Transaction, speaker_id: UUID, events: Sequence[UUID], now: datetime
) -> None:
    """Drop the pages that show a person, and let feeds say that their sessions are newer."""
    theirs = sa.select(Appearance.session_id).where(Appearance.speaker_id == speaker_id)
    transaction.execute(
        sa.update(Session)
        .where(Session.id.in_(theirs))
        .values(changed_at=now)
        .execution_options(synchronize_session=False),
    )
    if events:
        changed(transaction, *(event_scope(one) for one in events), SITE)
