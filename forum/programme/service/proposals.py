"""What speakers want changed in their profiles: live at once, or kept until an editor nods."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session as Transaction

from forum.core import audit
from forum.core.actor import Actor
from forum.core.db import db, writing
from forum.core.errors import Conflict, Invalid, NotFound
from forum.core.i18n import sentence
from forum.core.permissions import Action, require
from forum.core.revisions import Change, changes_since, difference, plain
from forum.core.text import Text
from forum.events.models import Event, Picture
from forum.programme.models import Engagement, Programme, Proposal, Speaker
from forum.programme.queries import as_settings
from forum.programme.rules import ProposalState
from forum.programme.service.photos import Photo, PhotoFiles
from forum.programme.service.profiles import (
    SpeakerChangedMeanwhile,
    SpeakerDetails,
    held_own_profile,
    held_profile,
    note_profile,
    picture_of,
)
from forum.programme.service.speakers import file_of, store_profile

PHOTO = "photo"
"""In `wanted` it is "new", "remove", or the two numbers of another focus."""

TEXTS = frozenset({"title", "affiliation", "biography"})


class DecidedMeanwhile(Conflict):
    """The speaker has changed it again, or somebody else has decided."""

    code = "decided_meanwhile"
    says = sentence("Somebody has dealt with this meanwhile, or the speaker has changed it again.")


class NoNameLeft(Invalid):
    """Neither name would be left."""

    code = "no_name_left"
    says = sentence("Take both names, or none: with this choice the profile would have no name.")


@dataclass(frozen=True, slots=True)
class Seen:
    """What a speaker's form was made from: the profile's revision, and the change that waits."""

    revision: int
    proposal_id: UUID | None = None


def change_own_profile(
    actor: Actor,
    engagement_id: UUID,
    seen: Seen,
    details: SpeakerDetails,
    photo: Photo,
    *,
    now: datetime,
) -> Proposal | None:
    """Change a profile by its speaker; return what waits for a nod, or None where nothing does.

    A change that waits already is replaced. The precedence stays the organiser's. Raises
    SpeakerChangedMeanwhile, NotFound, PictureNotKept.
    """
    kept = PhotoFiles(photo)
    kept.prepare(_file_shown(engagement_id, seen))
    with kept, writing() as transaction:
        speaker, engagement = held_own_profile(transaction, actor, engagement_id)
        waiting = _waiting(transaction, engagement)
        if speaker.revision != seen.revision or (waiting.id if waiting else None) != (
            seen.proposal_id
        ):
            raise SpeakerChangedMeanwhile(_since(transaction, speaker, waiting, seen, actor))
        own = replace(details, precedence=speaker.precedence)
        settings = as_settings(transaction.get(Programme, engagement.event_id))
        if not settings.nod:
            _replace(transaction, kept, waiting, actor, now, keep_photo=False)
            store_profile(transaction, actor, speaker, seen.revision, own, kept, now)
            return None
        wanted = _wanted(speaker, own)
        picture = _wish_for_photo(transaction, kept, speaker, waiting, wanted, now)
        carried = picture is not None and waiting is not None and waiting.picture_id == picture.id
        _replace(transaction, kept, waiting, actor, now, keep_photo=carried)
        if not wanted:
            return None
        proposal = Proposal(
            speaker_id=speaker.id,
            engagement_id=engagement.id,
            wanted=wanted,
            made_from=speaker.revision,
            picture_id=picture.id if picture else None,
            created_at=now,
        )
        transaction.add(proposal)
        transaction.flush()
        _note(transaction, actor, speaker, proposal, "speaker.proposed", now)
        return proposal


def decide(
    actor: Actor,
    event_id: UUID,
    proposal_id: UUID,
    made_from: int,
    taken: Collection[str],
    folder: Path,
    *,
    now: datetime,
) -> Speaker:
    """Take the named fields of what a speaker wants into the profile; none declines it.

    `made_from` is the profile's revision on the page that showed old and new. Raises
    SpeakerChangedMeanwhile, DecidedMeanwhile, NoNameLeft, NotFound.
    """
    speaker_id = _speaker_of(event_id, proposal_id)
    kept = PhotoFiles(_photo_wanted(proposal_id, folder))
    kept.prepare(file_of(speaker_id, made_from))
    with kept, writing() as transaction:
        organisation_id = transaction.scalar(
            sa.select(Event.organisation_id).where(Event.id == event_id),
        )
        if organisation_id is None:
            raise NotFound
        require(actor, Action.EDIT_PROGRAMME, organisation_id)
        speaker = held_profile(transaction, actor, organisation_id, speaker_id)
        proposal = transaction.get(Proposal, proposal_id, populate_existing=True)
        if proposal is None or proposal.state is not ProposalState.WAITING:
            raise DecidedMeanwhile
        if speaker.revision != made_from:
            raise SpeakerChangedMeanwhile(
                changes_since(transaction, "speaker", speaker.id, made_from),
            )
        chosen = {name: proposal.wanted[name] for name in proposal.wanted if name in taken}
        changes = _take(transaction, kept, speaker, proposal, chosen)
        if changes:
            note_profile(transaction, actor, speaker, changes, now)
        proposal.state = ProposalState.ACCEPTED if chosen else ProposalState.DECLINED
        proposal.decided_at, proposal.decided_by = now, actor.name[:200]
        transaction.flush()
        action = f"proposal.{proposal.state.value}"
        _note(transaction, actor, speaker, proposal, action, now)
        return speaker


def value_of(name: str, stored: Any) -> Any:  # noqa: ANN401 - any column of a profile
    """Return a wanted value as its column holds it."""
    return Text(stored) if name in TEXTS else stored


def shown_to_speaker(speaker: Speaker, waiting: Proposal | None) -> dict[str, Any]:
    """Return the columns of a profile as JSON, with what waits for a nod laid over them."""
    columns = (*SpeakerDetails.__dataclass_fields__,)
    shown = {name: plain(getattr(speaker, name)) for name in columns}
    if waiting is not None and waiting.state is ProposalState.WAITING:
        shown |= {name: value for name, value in waiting.wanted.items() if name != PHOTO}
    return shown


def _take(
    transaction: Transaction,
    kept: PhotoFiles,
    speaker: Speaker,
    proposal: Proposal,
    chosen: Mapping[str, Any],
) -> dict[str, list[Any]]:
    wanted = {name: value_of(name, value) for name, value in chosen.items() if name != PHOTO}
    changes = difference({name: getattr(speaker, name) for name in wanted}, wanted)
    for name in changes:
        setattr(speaker, name, wanted[name])
    if not speaker.name and not speaker.name_zh:
        raise NoNameLeft
    asked_for = proposal.picture_id and transaction.get(Picture, proposal.picture_id)
    proposal.picture_id = None
    wish = chosen.get(PHOTO)
    if wish is None:
        kept.drop(transaction, asked_for or None)
        return changes
    own = picture_of(transaction, speaker)
    if wish == "new" and asked_for:
        speaker.picture_id = asked_for.id
        kept.drop(transaction, own)
    elif wish == "remove":
        speaker.picture_id = None
        kept.drop(transaction, own)
    elif isinstance(wish, list):
        kept.move(own)
    return changes | {PHOTO: [None, None]}


def _wanted(speaker: Speaker, details: SpeakerDetails) -> dict[str, Any]:
    columns = details.columns()
    return {
        name: after
        for name, (_, after) in difference(
            {name: getattr(speaker, name) for name in columns}, columns
        ).items()
    }


def _wish_for_photo(
    transaction: Transaction,
    kept: PhotoFiles,
    speaker: Speaker,
    waiting: Proposal | None,
    wanted: dict[str, Any],
    now: datetime,
) -> Picture | None:
    """Put what is wanted of the photo into `wanted`; return the row of a photo that waits."""
    photo = kept.photo
    if photo is None:
        return None
    new = kept.add(transaction, speaker.organisation_id, now)
    if new is None and not photo.remove and waiting is not None and waiting.picture_id:
        new = transaction.get(Picture, waiting.picture_id)
        kept.move(new)
    if new is not None:
        wanted[PHOTO] = "new"
        return new
    own = picture_of(transaction, speaker)
    if own is not None and photo.remove:
        wanted[PHOTO] = "remove"
    elif own is not None and (own.focus_x, own.focus_y) != photo.focus:
        wanted[PHOTO] = list(photo.focus)
    return None


def _replace(
    transaction: Transaction,
    kept: PhotoFiles,
    waiting: Proposal | None,
    actor: Actor,
    now: datetime,
    *,
    keep_photo: bool,
) -> None:
    if waiting is None:
        return
    picture = transaction.get(Picture, waiting.picture_id) if waiting.picture_id else None
    waiting.state, waiting.decided_at = ProposalState.REPLACED, now
    waiting.decided_by, waiting.picture_id = actor.name[:200], None
    if not keep_photo:
        kept.drop(transaction, picture)


def _waiting(transaction: Transaction, engagement: Engagement) -> Proposal | None:
    return transaction.scalar(
        sa.select(Proposal)
        .where(Proposal.engagement_id == engagement.id, Proposal.state == ProposalState.WAITING)
        .execution_options(populate_existing=True),
    )


def _since(
    transaction: Transaction,
    speaker: Speaker,
    waiting: Proposal | None,
    seen: Seen,
    actor: Actor,
) -> tuple[Change, ...]:
    """Return what others changed of the profile, and what was asked for in another window."""
    old = transaction.get(Proposal, seen.proposal_id) if seen.proposal_id else None
    before = old.wanted if old and old.speaker_id == speaker.id else {}
    after = waiting.wanted if waiting else {}
    at = waiting.created_at if waiting else speaker.changed_at
    own = [
        Change(
            name,
            before.get(name, plain(getattr(speaker, name))),
            after.get(name, plain(getattr(speaker, name))),
            actor.name,
            at,
        )
        for name in dict.fromkeys((*before, *after))
        if name != PHOTO and before.get(name) != after.get(name)
    ]
    return (*changes_since(transaction, "speaker", speaker.id, seen.revision), *own)


def _file_shown(engagement_id: UUID, seen: Seen) -> str | None:
    """Return the file of the photo that a speaker's form shows: one that waits, else the own."""
    if seen.proposal_id is not None:
        waits = db.session.scalar(
            sa.select(Picture.file_name)
            .join(Proposal, Proposal.picture_id == Picture.id)
            .where(Proposal.id == seen.proposal_id, Proposal.engagement_id == engagement_id),
        )
        if waits is not None:
            return waits
    speaker_id = db.session.scalar(
        sa.select(Engagement.speaker_id).where(Engagement.id == engagement_id),
    )
    return file_of(speaker_id, seen.revision) if speaker_id else None


def _speaker_of(event_id: UUID, proposal_id: UUID) -> UUID:
    found = db.session.scalar(
        sa.select(Proposal.speaker_id)
        .join(Engagement, Engagement.id == Proposal.engagement_id)
        .where(Proposal.id == proposal_id, Engagement.event_id == event_id),
    )
    if found is None:
        raise NotFound
    return found


def _photo_wanted(proposal_id: UUID, folder: Path) -> Photo:
    wanted = db.session.scalar(sa.select(Proposal.wanted).where(Proposal.id == proposal_id)) or {}
    wish = wanted.get(PHOTO)
    focus = (int(wish[0]), int(wish[1])) if isinstance(wish, list) else (50, 40)
    return Photo(folder, focus=focus, remove=not isinstance(wish, list))


def _note(
    transaction: Transaction,
    actor: Actor,
    speaker: Speaker,
    proposal: Proposal,
    action: str,
    now: datetime,
) -> None:
    audit.record(
        transaction,
        actor,
        action,
        ("proposal", proposal.id),
        speaker.organisation_id,
        {"fields": sorted(proposal.wanted)},
        now,
    )
