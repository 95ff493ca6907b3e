"""Speakers' profiles: made, changed with their photo, removed; how they are reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session as Transaction

from forum.core import audit
from forum.core.actor import Actor
from forum.core.addresses import address_key
from forum.core.db import db, once_more_when_raced, writing
from forum.core.permissions import Action, require
from forum.core.revisions import changes_since, check_unchanged, difference
from forum.events.models import Event, Picture
from forum.programme.models import (
    Engagement,
    Proposal,
    Session,
    SessionDraft,
    Speaker,
    SpeakerContact,
)
from forum.programme.service.cast import free_speaker_slug
from forum.programme.service.conflicting import strictly
from forum.programme.service.layers import programme_of
from forum.programme.service.leaving import in_cast, leave_stage, on_stage
from forum.programme.service.photos import Photo, PhotoFiles
from forum.programme.service.profiles import (
    SpeakerChangedMeanwhile,
    SpeakerDetails,
    held_profile,
    note_profile,
    picture_of,
    show_photo,
)


@dataclass(frozen=True, slots=True)
class ContactDetails:
    """How the organiser reaches a speaker; each name is a column."""

    email: str = ""
    phone: str = ""
    assistant: str = ""
    note: str = ""
    lang: str = "en"


def create_speaker(
    actor: Actor,
    organisation_id: UUID,
    details: SpeakerDetails,
    photo: Photo | None = None,
    *,
    now: datetime,
) -> Speaker:
    """Make a profile with an address of its own; raises Forbidden, PictureNotKept."""
    kept = PhotoFiles(photo)
    kept.prepare()
    with kept:
        return once_more_when_raced(lambda: _create(actor, organisation_id, details, kept, now=now))


def _create(
    actor: Actor,
    organisation_id: UUID,
    details: SpeakerDetails,
    kept: PhotoFiles,
    *,
    now: datetime,
) -> Speaker:
    with writing() as transaction:
        require(actor, Action.EDIT_PROGRAMME, organisation_id)
        speaker = Speaker(
            organisation_id=organisation_id,
            slug=free_speaker_slug(transaction, organisation_id, details.name or details.name_zh),
            created_at=now,
            changed_at=now,
            **details.columns(),
        )
        transaction.add(speaker)
        transaction.flush()
        show_photo(transaction, kept, speaker, now)
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
    kept = PhotoFiles(photo)
    kept.prepare(file_of(speaker_id, made_from))
    with kept, writing() as transaction:
        speaker = held_profile(transaction, actor, organisation_id, speaker_id)
        store_profile(transaction, actor, speaker, made_from, details, kept, now)
    return speaker


def store_profile(
    transaction: Transaction,
    actor: Actor,
    speaker: Speaker,
    made_from: int,
    details: SpeakerDetails,
    kept: PhotoFiles,
    now: datetime,
) -> None:
    """Write what was typed into a locked profile; raises SpeakerChangedMeanwhile."""
    if speaker.revision != made_from:
        raise SpeakerChangedMeanwhile(
            changes_since(transaction, "speaker", speaker.id, made_from),
        )
    wanted = details.columns()
    changes = difference({name: getattr(speaker, name) for name in wanted}, wanted)
    for name in changes:
        setattr(speaker, name, wanted[name])
    if show_photo(transaction, kept, speaker, now):
        changes["photo"] = [None, None]
    if changes:
        note_profile(transaction, actor, speaker, changes, now)


def remove_speaker(
    actor: Actor,
    organisation_id: UUID,
    speaker_id: UUID,
    folder: Path,
    *,
    now: datetime,
) -> None:
    """Remove a profile, its appearances and all its photos; raises NotFound, StrictConflict.

    Each programme that loses somebody gets a version of its own, and what waits loses them too.
    """
    kept = PhotoFiles(Photo(folder, remove=True))
    with kept, writing() as transaction:
        speaker = held_profile(transaction, actor, organisation_id, speaker_id)
        for event in _held_events(transaction, speaker):
            with strictly(transaction, event, programme_of(transaction, event.id)):
                leave_stage(transaction, actor, event, speaker.id, now)
        audit.record(
            transaction,
            actor,
            "speaker.removed",
            ("speaker", speaker.id),
            organisation_id,
            {"slug": speaker.slug},
            now,
        )
        asked_for = transaction.scalars(
            sa.select(Picture)
            .join(Proposal, Proposal.picture_id == Picture.id)
            .where(Proposal.speaker_id == speaker.id, Picture.id != speaker.picture_id),
        ).all()
        pictures = [picture_of(transaction, speaker), *asked_for]
        speaker.picture_id = None
        transaction.execute(sa.delete(Proposal).where(Proposal.speaker_id == speaker.id))
        for picture in pictures:
            kept.drop(transaction, picture)
        transaction.delete(speaker)


def keep_contact(
    actor: Actor,
    organisation_id: UUID,
    speaker_id: UUID,
    seen: str,
    details: ContactDetails,
    *,
    now: datetime,
) -> None:
    """Keep how a speaker is reached; `seen` is the fingerprint of what the form showed.

    With another email address the personal links are other ones: nobody knows who had the old. The
    record says which of it changed, never the data. Raises ThingChangedMeanwhile, NotFound.
    """
    with writing() as transaction:
        speaker = held_profile(transaction, actor, organisation_id, speaker_id)
        contact = transaction.get(SpeakerContact, speaker.id, populate_existing=True)
        before, wanted = asdict(contact_details(contact)), asdict(details)
        check_unchanged(seen, before)
        changes = difference(before, wanted)
        if not changes:
            return
        if contact is None:
            contact = SpeakerContact(speaker_id=speaker.id)
            transaction.add(contact)
        for name, value in wanted.items():
            setattr(contact, name, value)
        if before["email"] and address_key(before["email"]) != address_key(details.email):
            _renew_links(transaction, speaker.id)
        audit.record(
            transaction,
            actor,
            "speaker.contact_changed",
            ("speaker", speaker.id),
            organisation_id,
            {"fields": sorted(changes)},
            now,
        )


def _renew_links(transaction: Transaction, speaker_id: UUID) -> None:
    """Give a speaker new personal links, at every event; one statement."""
    transaction.execute(
        sa.update(Engagement)
        .where(Engagement.speaker_id == speaker_id)
        .values(link_generation=Engagement.link_generation + 1)
        .execution_options(synchronize_session=False)
    )


def contact_details(contact: SpeakerContact | None) -> ContactDetails:
    """Return what is known of how to reach a speaker."""
    if contact is None:
        return ContactDetails()
    return ContactDetails(
        contact.email, contact.phone, contact.assistant, contact.note, contact.lang
    )


def _held_events(transaction: Transaction, speaker: Speaker) -> Sequence[Event]:
    """Lock the events that a locked profile appears in, or is to appear in, by their ids."""
    shown = sa.select(Session.event_id).where(on_stage(speaker.id))
    waiting = sa.select(SessionDraft.event_id).where(in_cast(speaker.id))
    return transaction.scalars(
        sa.select(Event)
        .where(
            Event.organisation_id == speaker.organisation_id,
            sa.or_(Event.id.in_(shown), Event.id.in_(waiting)),
        )
        .order_by(Event.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def file_of(speaker_id: UUID, revision: int) -> str | None:
    """Return the file of a profile's photo at the revision a form was made from, where it has one.

    Between here and the transaction another may change it: then the revision has moved on.
    """
    return db.session.scalar(
        sa.select(Picture.file_name)
        .join(Speaker, Speaker.picture_id == Picture.id)
        .where(Speaker.id == speaker_id, Speaker.revision == revision),
    )
