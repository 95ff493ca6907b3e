"""Releasing what editors have prepared, going back to an earlier version, throwing changes away."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session as Transaction

from forum.core import audit
from forum.core.actor import Actor
from forum.core.db import writing
from forum.core.errors import Conflict, NotFound
from forum.core.i18n import sentence
from forum.core.page_scopes import SITE, changed, event_scope
from forum.core.permissions import Action
from forum.core.revisions import difference
from forum.core.text import Text
from forum.events.models import Event, Room
from forum.events.service import locked_event
from forum.programme.models import (
    Appearance,
    Release,
    ReleaseChange,
    Session,
    SessionDraft,
    Speaker,
    Track,
)
from forum.programme.queries import Planned, columns_of
from forum.programme.rules import COLUMNS, Content, SessionKind, SessionState
from forum.programme.service.cast import CastRow
from forum.programme.service.changes import locked_session, note_session
from forum.programme.service.conflicting import strictly
from forum.programme.service.layers import Layers, layers_of, programme_of, put, show
from forum.programme.service.versions import Changed, Why, note_release


class ProgrammeChangedMeanwhile(Conflict):
    """What waits for release is no longer what the page showed."""

    code = "programme_changed_meanwhile"
    says = sentence(
        "The programme was changed while you were reading. Look at what is released now, and "
        "release again."
    )


class NothingToRelease(Conflict):
    """No change waits for release."""

    code = "nothing_to_release"
    says = sentence("Nothing waits for release: guests see everything as it is.")


@dataclass(frozen=True, slots=True)
class Released:
    """What came of a release: the version's number (None while the event is no public one)."""

    number: int | None
    sessions: int


def seen_of(waiting: Iterable[tuple[UUID, int]]) -> str:
    """Return a fingerprint of what waits, from session ids and revisions, for a release form."""
    body = ",".join(f"{session_id}:{revision}" for session_id, revision in sorted(waiting))
    return hashlib.sha256(body.encode()).hexdigest()[:16]


def seen_of_planned(sessions: Iterable[Planned]) -> str:
    """Return the fingerprint of what waits among planned sessions."""
    return seen_of((one.id, one.revision) for one in sessions if one.unreleased)


def release_programme(
    actor: Actor,
    event_id: UUID,
    seen: str,
    why: Why,
    *,
    now: datetime,
) -> Released:
    """Show guests everything that waits, as one numbered version; a constant number of reads.

    `seen` is the fingerprint of what the page showed. Emits session.changed or .cancelled for each
    session, and programme.released. Raises ProgrammeChangedMeanwhile, NothingToRelease,
    StrictConflict.
    """
    with writing() as transaction:
        event = locked_event(transaction, actor, event_id, Action.EDIT_PROGRAMME)
        waiting = _waiting(transaction, event)
        if not waiting:
            raise NothingToRelease
        if seen != seen_of((one.session.id, one.session.revision) for one in waiting):
            raise ProgrammeChangedMeanwhile
        programme = programme_of(transaction, event.id)
        with strictly(transaction, event, programme):
            changes = [_show(transaction, actor, one, now) for one in waiting]
        release = note_release(transaction, actor, event, programme, changes, now, why)
        transaction.flush()
        changed(transaction, event_scope(event.id), SITE)
        _record(
            transaction,
            actor,
            event,
            "programme.released",
            {"number": release.number if release else None, "sessions": len(changes)},
            now,
        )
        return Released(release.number if release else None, len(changes))


def discard_changes(
    actor: Actor,
    event_id: UUID,
    session_id: UUID | None = None,
    *,
    now: datetime,
    seen: str | None = None,
) -> int:
    """Throw away what waits for release, of one session or of all; return of how many.

    `seen` is the fingerprint of what the page showed. Raises ProgrammeChangedMeanwhile.
    """
    with writing() as transaction:
        event = locked_event(transaction, actor, event_id, Action.EDIT_PROGRAMME)
        wanted = sa.select(SessionDraft).where(SessionDraft.event_id == event.id)
        if session_id is not None:
            wanted = wanted.where(SessionDraft.session_id == session_id)
        drafts = transaction.scalars(wanted).all()
        if seen is not None:
            revisions = transaction.execute(
                sa.select(Session.id, Session.revision).where(
                    Session.id.in_([draft.session_id for draft in drafts])
                )
            )
            if seen != seen_of((row.id, row.revision) for row in revisions):
                raise ProgrammeChangedMeanwhile
        for draft in drafts:
            transaction.delete(draft)
        transaction.execute(
            sa.update(Session)
            .where(Session.id.in_([draft.session_id for draft in drafts]))
            .values(revision=Session.revision + 1)
            .execution_options(synchronize_session=False),
        )
        if drafts:
            details = {"sessions": [str(draft.session_id) for draft in drafts]}
            _record(transaction, actor, event, "programme.changes_discarded", details, now)
        return len(drafts)


def roll_back(actor: Actor, event_id: UUID, number: int, *, now: datetime) -> int:
    """Prepare the programme as it was in version `number`; return how many sessions differ.

    Nothing is shown to guests before it is released. A session that is newer than the version is
    cancelled: it stands in calendars, and they must hear of it. Raises NotFound.
    """
    with writing() as transaction:
        event = locked_event(transaction, actor, event_id, Action.EDIT_PROGRAMME)
        known = transaction.scalar(
            sa.select(Release.id).where(Release.event_id == event.id, Release.number == number)
        )
        if known is None:
            raise NotFound
        wanted = _then(transaction, event, number)
        differ = 0
        for session_id, before in wanted.items():
            _, session = locked_session(transaction, actor, event.id, session_id)
            layers = layers_of(transaction, event, session)
            columns, cast = _as_it_was(transaction, event, before)
            differ += bool(
                put(
                    transaction,
                    actor,
                    layers,
                    columns,
                    cast,
                    now,
                    action="session.rolled_back",
                    held=True,
                )
            )
        _record(transaction, actor, event, "programme.rolled_back", {"number": number}, now)
        return differ


def _waiting(transaction: Transaction, event: Event) -> list[Layers]:
    drafts = transaction.scalars(
        sa.select(SessionDraft)
        .where(SessionDraft.event_id == event.id)
        .order_by(SessionDraft.session_id)
        .execution_options(populate_existing=True)
    ).all()
    if not drafts:
        return []
    casts = _still_there(transaction, *(draft.cast for draft in drafts))
    for draft, rows in zip(drafts, casts, strict=True):
        draft.cast = rows
    ids = [draft.session_id for draft in drafts]
    sessions = {
        one.id: one
        for one in transaction.scalars(
            sa.select(Session).where(Session.id.in_(ids)).execution_options(populate_existing=True)
        )
    }
    stored: dict[UUID, list[Appearance]] = {}
    for one in transaction.scalars(
        sa.select(Appearance)
        .where(Appearance.session_id.in_(ids))
        .order_by(Appearance.position, Appearance.id)
        .execution_options(populate_existing=True)
    ):
        stored.setdefault(one.session_id, []).append(one)
    programme = programme_of(transaction, event.id)
    return [
        Layers(
            event, programme, sessions[draft.session_id], draft, stored.get(draft.session_id, [])
        )
        for draft in drafts
    ]


def _show(transaction: Transaction, actor: Actor, layers: Layers, now: datetime) -> Changed:
    draft, session = layers.draft, layers.session
    if draft is None:
        raise NothingToRelease
    before = layers.content()
    wanted = {name: getattr(draft, name) for name in COLUMNS}
    changes = difference({name: getattr(session, name) for name in wanted}, wanted)
    if draft.cast != before["cast"]:
        changes["cast"] = [before["cast"], draft.cast]
    show(transaction, layers, wanted, draft.cast)
    note_session(
        transaction,
        actor,
        layers.event,
        session,
        changes,
        now,
        action="session.released",
        drops_pages=False,
    )
    return Changed(session.id, before, {**columns_of(session), "cast": draft.cast})


def _still_there(transaction: Transaction, *casts: list[CastRow]) -> list[list[CastRow]]:
    """Leave out people whose profiles were removed since these were saved (1 statement)."""
    ids = {UUID(row[0]) for rows in casts for row in rows}
    known = set(transaction.scalars(sa.select(Speaker.id).where(Speaker.id.in_(ids))))
    return [[row for row in rows if UUID(row[0]) in known] for rows in casts]


def _then(transaction: Transaction, event: Event, number: int) -> dict[UUID, Content]:
    """Return, of each session changed after a version, what guests saw of it in that version."""
    rows = transaction.execute(
        sa.select(ReleaseChange.session_id, ReleaseChange.before)
        .join(Release, Release.id == ReleaseChange.release_id)
        .where(Release.event_id == event.id, Release.number > number)
        .order_by(Release.number.desc())
    )
    # The oldest change after the version comes last, and it is the one that counts.
    return {row.session_id: row.before for row in rows}


def _as_it_was(
    transaction: Transaction, event: Event, before: Content
) -> tuple[dict[str, Any], list[CastRow] | None]:
    if not before:
        return {"state": SessionState.CANCELLED}, None
    columns = _columns(before)
    room = transaction.get(Room, columns["room_id"]) if columns["room_id"] else None
    track = transaction.get(Track, columns["track_id"]) if columns["track_id"] else None
    columns["room_id"] = room.id if room and room.event_id == event.id else None
    columns["track_id"] = track.id if track and track.event_id == event.id else None
    (cast,) = _still_there(transaction, before["cast"])
    return columns, cast


def _columns(content: Content) -> dict[str, Any]:
    """Return a content's columns as a session holds them."""
    found: dict[str, Any] = {name: content[name] for name in COLUMNS if name in content}
    return found | {
        "kind": SessionKind(content["kind"]),
        "state": SessionState(content["state"]),
        "title": Text(content["title"]),
        "abstract": Text(content["abstract"]),
        "room_id": UUID(content["room_id"]) if content["room_id"] else None,
        "track_id": UUID(content["track_id"]) if content["track_id"] else None,
        "starts_at": _moment(content["starts_at"]),
        "ends_at": _moment(content["ends_at"]),
        "day": date.fromisoformat(content["day"]) if content["day"] else None,
    }


def _moment(stored: str | None) -> datetime | None:
    return datetime.fromisoformat(stored) if stored else None


def _record(
    transaction: Transaction,
    actor: Actor,
    event: Event,
    action: str,
    details: Mapping[str, Any],
    now: datetime,
) -> None:
    audit.record(
        transaction,
        actor,
        action,
        ("programme", event.id),
        event.organisation_id,
        dict(details),
        now,
    )
