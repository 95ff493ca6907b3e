"""Slides and hand-outs of a session: added, changed, put in order, accepted, removed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session as Transaction

from forum.core import audit
from forum.core.actor import Actor
from forum.core.db import writing
from forum.core.errors import Conflict, Invalid, NotFound
from forum.core.i18n import sentence
from forum.core.page_scopes import changed, event_scope
from forum.core.permissions import Action
from forum.core.revisions import check_unchanged, difference
from forum.core.text import Text
from forum.core.uploads import Uploads
from forum.events.models import Event
from forum.events.rules import reordered
from forum.events.service import locked_event
from forum.programme.models import Appearance, Material, Programme, Session, SessionDraft
from forum.programme.queries import as_settings
from forum.programme.rules import (
    LATE_SLIDES,
    MOST_MATERIALS,
    MOST_SENT,
    MOST_SENT_BYTES,
    Publishing,
    check_speaker_heard,
)
from forum.programme.service.documents import KeptPdf
from forum.programme.service.engagements import held_engagement


class NothingThere(Invalid):
    """Neither a file nor a link was given, or both."""

    code = "nothing_there"
    says = sentence("Choose a PDF or enter a link: one of the two")


class TooManyMaterials(Conflict):
    """More than a page can show."""

    code = "too_many_materials"
    status = 422
    says = sentence("There are too many already. Remove one first.")


class TooMuchSent(Conflict):
    """All that a speaker has sent for an event has grown too large for a disk that all share."""

    code = "too_much_sent"
    status = 422
    says = sentence(
        "You have sent 200 MB for this event. Take something back first, or send a link."
    )


@dataclass(frozen=True, slots=True)
class MaterialDetails:
    """What is said of a material; `url` is empty where a file is given."""

    kind: str
    title: Text
    url: str
    publishing: Publishing
    at: datetime | None = None

    def values(self, now: datetime, published_at: datetime | None = None) -> dict[str, Any]:
        """Return the columns; what guests have since some time stays theirs since then."""
        at = {Publishing.AT: self.at, Publishing.NOW: published_at or now}
        return {
            "kind": self.kind,
            "title": self.title,
            "url": self.url,
            "published_at": at.get(self.publishing),
            "after_session": self.publishing is Publishing.AFTER,
        }


def add_material(
    actor: Actor,
    event_id: UUID,
    session_id: UUID,
    details: MaterialDetails,
    pdf: KeptPdf | None,
    *,
    now: datetime,
) -> Material:
    """Add a link or an uploaded PDF after the others; raises NothingThere, NotFound.

    The file goes again where this fails.
    """
    with _looked_after(pdf), writing() as transaction:
        event, session = _held(transaction, actor, event_id, session_id)
        known = _of(transaction, session.id)
        if len(known) >= MOST_MATERIALS:
            raise TooManyMaterials
        return _add(transaction, actor, event, session.id, details, pdf, known, now)


def send_material(
    actor: Actor,
    engagement_id: UUID,
    session_id: UUID,
    details: MaterialDetails,
    pdf: KeptPdf | None,
    *,
    now: datetime,
) -> Material:
    """Take slides that a speaker sends for an own session; they wait where the event wants that.

    Slides come after the talk too. Raises NothingThere, TooManyMaterials, TooMuchSent, EventIsOver,
    and NotFound for others' sessions.
    """
    with _looked_after(pdf), writing() as transaction:
        event, engagement = held_engagement(transaction, actor, engagement_id)
        check_speaker_heard(event.state, event.ends_at, now, spare=LATE_SLIDES)
        if not _is_on_stage(transaction, event.id, session_id, engagement.speaker_id):
            raise NotFound
        known = _of(transaction, session_id)
        if sum(one.engagement_id == engagement.id for one in known) >= MOST_SENT:
            raise TooManyMaterials
        if pdf and _sent_bytes(transaction, engagement.id) + pdf.size > MOST_SENT_BYTES:
            raise TooMuchSent(field="file")
        nod = as_settings(transaction.get(Programme, event.id)).nod
        details = replace(details, publishing=Publishing.NOT_YET if nod else Publishing.NOW)
        material = _add(transaction, actor, event, session_id, details, pdf, known, now)
        material.engagement_id, material.accepted = engagement.id, not nod
        return material


def change_material(
    actor: Actor,
    event_id: UUID,
    session_id: UUID,
    material_id: UUID,
    seen: str,
    details: MaterialDetails,
    *,
    now: datetime,
) -> None:
    """Change words, link or time of a material; `seen` is the fingerprint the form carried.

    Whoever saves it has looked at it: it is accepted. Raises ThingChangedMeanwhile, NothingThere.
    """
    with writing() as transaction:
        event, session = _held(transaction, actor, event_id, session_id)
        material = _material(transaction, session.id, material_id)
        before = material_values(material)
        check_unchanged(seen, before)
        wanted = details.values(now, material.published_at) | {"accepted": True}
        if bool(wanted["url"]) == bool(material.file_name):
            raise NothingThere(field="url")
        _change(transaction, actor, event, material, difference(before, wanted), wanted, now)


def accept_material(
    actor: Actor,
    event_id: UUID,
    material_id: UUID,
    publishing: Publishing,
    *,
    now: datetime,
) -> Material:
    """Nod at what a speaker sent, and say when guests may have it; raises NotFound."""
    with writing() as transaction:
        event, material = _held_by_id(transaction, actor, event_id, material_id)
        details = MaterialDetails(material.kind, material.title, material.url, publishing)
        wanted = details.values(now, material.published_at) | {"accepted": True}
        changes = difference(material_values(material), wanted)
        _change(transaction, actor, event, material, changes, wanted, now)
        return material


def move_material(
    actor: Actor,
    event_id: UUID,
    session_id: UUID,
    material_id: UUID,
    step: int,
    *,
    now: datetime,
) -> None:
    """Put a material one place earlier (step -1) or later (+1)."""
    with writing() as transaction:
        event, session = _held(transaction, actor, event_id, session_id)
        known = _of(transaction, session.id)
        material = _material(transaction, session.id, material_id)
        for place, one in enumerate(reordered(known, known.index(material), step)):
            one.position = place
        _note(transaction, actor, event, material, "material.moved", {"step": step}, now)


def remove_material(
    actor: Actor, event_id: UUID, material_id: UUID, folder: Path, *, now: datetime
) -> None:
    """Remove a material and its file; raises NotFound."""
    files = Uploads(folder)
    with files, writing() as transaction:
        event, material = _held_by_id(transaction, actor, event_id, material_id)
        _remove(transaction, actor, event, material, files, now)


def take_back_material(
    actor: Actor, engagement_id: UUID, material_id: UUID, folder: Path, *, now: datetime
) -> None:
    """Remove what a speaker sent, by the speaker; raises NotFound for anything else."""
    files = Uploads(folder)
    with files, writing() as transaction:
        event, engagement = held_engagement(transaction, actor, engagement_id)
        material = transaction.get(Material, material_id, populate_existing=True)
        if material is None or material.engagement_id != engagement.id:
            raise NotFound
        _remove(transaction, actor, event, material, files, now)


def material_values(material: Material) -> dict[str, Any]:
    """Return what an editor can change, for a form's fingerprint."""
    names = ("kind", "title", "url", "published_at", "after_session", "accepted")
    return {name: getattr(material, name) for name in names}


def _add(
    transaction: Transaction,
    actor: Actor,
    event: Event,
    session_id: UUID,
    details: MaterialDetails,
    pdf: KeptPdf | None,
    known: Sequence[Material],
    now: datetime,
) -> Material:
    if bool(details.url) == (pdf is not None):
        raise NothingThere(field="file")
    material = Material(
        session_id=session_id,
        file_name=pdf.file_name if pdf else None,
        size=pdf.size if pdf else 0,
        position=known[-1].position + 1 if known else 0,
        created_at=now,
        accepted=True,
        **details.values(now),
    )
    transaction.add(material)
    _note(transaction, actor, event, material, "material.added", {"kind": details.kind}, now)
    return material


def _change(
    transaction: Transaction,
    actor: Actor,
    event: Event,
    material: Material,
    changes: Mapping[str, list[Any]],
    wanted: Mapping[str, Any],
    now: datetime,
) -> None:
    if not changes:
        return
    for name in changes:
        setattr(material, name, wanted[name])
    _note(transaction, actor, event, material, "material.changed", {"changes": dict(changes)}, now)


def _remove(
    transaction: Transaction,
    actor: Actor,
    event: Event,
    material: Material,
    files: Uploads,
    now: datetime,
) -> None:
    files.drop(material.file_name)
    _note(transaction, actor, event, material, "material.removed", {"kind": material.kind}, now)
    transaction.delete(material)


def _note(
    transaction: Transaction,
    actor: Actor,
    event: Event,
    material: Material,
    action: str,
    details: Mapping[str, Any],
    now: datetime,
) -> None:
    """Record a change of a material and drop the event's pages."""
    transaction.flush()
    changed(transaction, event_scope(event.id))
    thing = ("material", material.id)
    audit.record(transaction, actor, action, thing, event.organisation_id, dict(details), now)


def _held(
    transaction: Transaction, actor: Actor, event_id: UUID, session_id: UUID
) -> tuple[Event, Session]:
    event = locked_event(transaction, actor, event_id, Action.EDIT_PROGRAMME)
    session = transaction.get(Session, session_id)
    if session is None or session.event_id != event.id:
        raise NotFound
    return event, session


def _held_by_id(
    transaction: Transaction, actor: Actor, event_id: UUID, material_id: UUID
) -> tuple[Event, Material]:
    event = locked_event(transaction, actor, event_id, Action.EDIT_PROGRAMME)
    material = transaction.get(Material, material_id, populate_existing=True)
    session = transaction.get(Session, material.session_id) if material else None
    if material is None or session is None or session.event_id != event.id:
        raise NotFound
    return event, material


def _material(transaction: Transaction, session_id: UUID, material_id: UUID) -> Material:
    found = transaction.get(Material, material_id, populate_existing=True)
    if found is None or found.session_id != session_id:
        raise NotFound
    return found


def _of(transaction: Transaction, session_id: UUID) -> Sequence[Material]:
    return transaction.scalars(
        sa.select(Material)
        .where(Material.session_id == session_id)
        .order_by(Material.position, Material.id),
    ).all()


def _sent_bytes(transaction: Transaction, engagement_id: UUID) -> int:
    """Return what the files of a speaker at one event come to; the engagement is locked."""
    total = sa.func.coalesce(sa.func.sum(Material.size), 0)
    sent = transaction.scalar(sa.select(total).where(Material.engagement_id == engagement_id))
    return int(sent or 0)


def _is_on_stage(
    transaction: Transaction, event_id: UUID, session_id: UUID, speaker_id: UUID
) -> bool:
    """Say whether a speaker appears in a session of an event, for guests or as planned."""
    shown = transaction.scalar(
        sa.select(Appearance.id)
        .join(Session, Session.id == Appearance.session_id)
        .where(
            Session.event_id == event_id,
            Session.id == session_id,
            Appearance.speaker_id == speaker_id,
        )
        .limit(1),
    )
    if shown is not None:
        return True
    draft = transaction.get(SessionDraft, session_id)
    if draft is None or draft.event_id != event_id:
        return False
    return any(row[0] == str(speaker_id) for row in draft.cast)


def _looked_after(pdf: KeptPdf | None) -> Uploads:
    return Uploads(pdf.folder, [pdf.file_name]) if pdf else Uploads(Path())
