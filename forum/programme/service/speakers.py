"""Speakers' profiles: made, changed with their photo, removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session as Transaction

from forum.core import audit
from forum.core.actor import Actor
from forum.core.db import db, once_more_when_raced, writing
from forum.core.errors import NotFound
from forum.core.page_scopes import SITE, changed, event_scope
from forum.core.permissions import Action, require
from forum.core.revisions import ChangedMeanwhile, changes_since, difference
from forum.core.text import Text
from forum.events.models import Event, Picture
from forum.events.service import (
    Encoded,
    Kept,
    add_picture,
    delete_files,
    files_of,
    keep_face,
    keep_files,
)
from forum.programme.models import Appearance, Session, Speaker
from forum.programme.service.cast import free_speaker_slug


class SpeakerChangedMeanwhile(ChangedMeanwhile):
    """The profile was saved by somebody else meanwhile."""

    code = "speaker_changed_meanwhile"


@dataclass(frozen=True, slots=True)
class SpeakerDetails:
    """What is said of a person on stage; each name is a column."""

    name: str
    name_zh: str
    salutation: str
    post_nominals: str
    precedence: int
    title: Text
    affiliation: Text
    biography: Text
    website: str


@dataclass(frozen=True, slots=True)
class Photo:
    """What to do with the photo: a new one, the same with another focus, or none."""

    folder: Path
    new: Encoded | None = None
    focus: tuple[int, int] = (50, 40)
    remove: bool = False


def create_speaker(
    actor: Actor,
    organisation_id: UUID,
    details: SpeakerDetails,
    photo: Photo | None = None,
    *,
    now: datetime,
) -> Speaker:
    """Make a profile with an address of its own; raises Forbidden, PictureNotKept."""
    kept = _Files(photo)
    kept.prepare()
    with kept:
        return once_more_when_raced(lambda: _create(actor, organisation_id, details, kept, now=now))


def _create(
    actor: Actor, organisation_id: UUID, details: SpeakerDetails, kept: _Files, *, now: datetime
) -> Speaker:
    with writing() as transaction:
        require(actor, Action.EDIT_PROGRAMME, organisation_id)
        speaker = Speaker(
            organisation_id=organisation_id,
            slug=free_speaker_slug(transaction, organisation_id, details.name or details.name_zh),
            created_at=now,
            changed_at=now,
            **_columns(details),
        )
        transaction.add(speaker)
        transaction.flush()
        kept.apply(transaction, speaker, None, now)
        audit.record(
            transaction,
            actor,
            "speaker.created",
            ("speaker", speaker.id),
            organisation_id,
            {"revision": 1, "slug": speaker.slug},
            now,
        )
        return speaker


def update_speaker(
    actor: Actor,
    organisation_id: UUID,
    speaker_id: UUID,
    made_from: int,
    details: SpeakerDetails,
    photo: Photo | None = None,
    *,
    now: datetime,
) -> Speaker:
    """Change a profile; `made_from` is the revision the form showed.

    Pages of every event the person appears in follow. Raises SpeakerChangedMeanwhile, NotFound,
    PictureNotKept.
    """
    kept = _Files(photo)
    kept.prepare(_file_of(speaker_id, made_from))
    with kept, writing() as transaction:
        speaker = _locked(transaction, actor, organisation_id, speaker_id)
        if speaker.revision != made_from:
            raise SpeakerChangedMeanwhile(
                changes_since(transaction, "speaker", speaker.id, made_from),
            )
        wanted = _columns(details)
        changes = difference({name: getattr(speaker, name) for name in wanted}, wanted)
        for name in changes:
            setattr(speaker, name, wanted[name])
        picture = transaction.get(Picture, speaker.picture_id) if speaker.picture_id else None
        if kept.apply(transaction, speaker, picture, now):
            changes["photo"] = [None, None]
        if changes:
            events = _held_events(transaction, speaker.id)
            speaker.revision += 1
            speaker.changed_at = now
            transaction.flush()
            _tell(transaction, speaker.id, events, now)
            audit.record(
                transaction,
                actor,
                "speaker.changed",
                ("speaker", speaker.id),
                organisation_id,
                {"revision": speaker.revision, "changes": changes},
                now,
            )
    return speaker


def remove_speaker(
    actor: Actor,
    organisation_id: UUID,
    speaker_id: UUID,
    folder: Path,
    *,
    now: datetime,
) -> None:
    """Remove a profile, its appearances and its photo; raises NotFound."""
    kept = _Files(Photo(folder, remove=True))
    with kept, writing() as transaction:
        speaker = _locked(transaction, actor, organisation_id, speaker_id)
        _tell(transaction, speaker.id, _held_events(transaction, speaker.id), now)
        audit.record(
            transaction,
            actor,
            "speaker.removed",
            ("speaker", speaker.id),
            organisation_id,
            {"slug": speaker.slug},
            now,
        )
        picture = transaction.get(Picture, speaker.picture_id) if speaker.picture_id else None
        kept.apply(transaction, speaker, picture, now)
        transaction.delete(speaker)


class _Files:
    """The files of a photo: new ones go when the transaction fails, old ones when it succeeds.

    They are written before the transaction begins, so that nobody waits for a disk. A tile that
    was cut for nothing stays until its picture goes: another may show it by now.
    """

    def __init__(self, photo: Photo | None) -> None:
        self._photo = photo
        self._kept: Kept | None = None
        self._unused: list[str] = []

    def prepare(self, file_name: str | None = None) -> None:
        """Write what is to be shown; `file_name` is the picture's so far. Raises PictureNotKept."""
        photo = self._photo
        if photo is None:
            return
        if photo.new is not None:
            self._kept = keep_files(photo.new, photo.folder, photo.focus)
        elif file_name is not None and not photo.remove:
            keep_face(photo.folder, file_name, photo.focus)

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        if self._photo is None:
            return
        made = self._kept.names if self._kept else []
        delete_files(self._photo.folder, self._unused if kind is None else made)

    def apply(
        self,
        transaction: Transaction,
        speaker: Speaker,
        picture: Picture | None,
        now: datetime,
    ) -> bool:
        """Do with the photo what was asked; say whether anything changed."""
        photo = self._photo
        if photo is None:
            return False
        if photo.new is None and not photo.remove:
            return self._move(picture, photo)
        new = None
        if self._kept is not None:
            new = add_picture(transaction, speaker.organisation_id, self._kept, now=now)
            transaction.flush()
        speaker.picture_id = new.id if new else None
        transaction.flush()
        if picture is not None:
            self._unused += files_of(photo.folder, picture)
            transaction.delete(picture)
        return new is not None or picture is not None

    def _move(self, picture: Picture | None, photo: Photo) -> bool:
        if picture is None or (picture.focus_x, picture.focus_y) == photo.focus:
            return False
        self._unused.append(picture.face_name)
        picture.focus_x, picture.focus_y = photo.focus
        return True


def _columns(details: SpeakerDetails) -> dict[str, object]:
    return {field.name: getattr(details, field.name) for field in fields(details)}


def _locked(
    transaction: Transaction,
    actor: Actor,
    organisation_id: UUID,
    speaker_id: UUID,
) -> Speaker:
    require(actor, Action.EDIT_PROGRAMME, organisation_id)
    speaker = transaction.get(Speaker, speaker_id, with_for_update=True, populate_existing=True)
    if speaker is None or speaker.organisation_id != organisation_id:
        raise NotFound
    return speaker


def _file_of(speaker_id: UUID, revision: int) -> str | None:
    """Return the file of a profile's photo at the revision a form was made from, where it has one.

    Between here and the transaction another may change it: then the revision has moved on.
    """
    return db.session.scalar(
        sa.select(Picture.file_name)
        .join(Speaker, Speaker.picture_id == Picture.id)
        .where(Speaker.id == speaker_id, Speaker.revision == revision),
    )


def _held_events(transaction: Transaction, speaker_id: UUID) -> Sequence[UUID]:
    """Lock the events a locked profile appears in, in the order of their ids."""
    theirs = (
        sa.select(Session.event_id)
        .join(Appearance, Appearance.session_id == Session.id)
        .where(Appearance.speaker_id == speaker_id)
    )
    return transaction.scalars(
        sa.select(Event.id).where(Event.id.in_(theirs)).order_by(Event.id).with_for_update(),
    ).all()


def _tell(
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
