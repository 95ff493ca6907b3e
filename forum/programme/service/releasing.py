"""Releasing what editors have prepared, going back to an earlier version, throwing changes away."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session as Transaction

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
    Release,
    ReleaseChange,
    Session,
    SessionDraft,
    Speaker,
    Track,
)
from forum.programme.queries import Planned, columns_of, unreleased_of
from forum.programme.rules import COLUMNS, Content, ReleaseCause, SessionKind, SessionState
from forum.programme.service.cast import CastRow
from forum.programme.service.changes import note_programme, note_session
from forum.programme.service.conflicting import strictly
from forum.programme.service.layers import Layers, lay, layers_of_many, show
from forum.programme.service.versions import Changed, Why, note_release


class ProgrammeChangedMeanwhile(Conflict):
    """What waits for release is no longer what the page showed."""

    code = "programme_changed_meanwhile"
    says = sentence(
        "The programme was changed while you were reading. Look at what waits now, then press "
        "again."
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

    Where it brings an earlier version back and nothing else, the new one says so.
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
        programme = waiting[0].programme
        with strictly(transaction, event, programme):
            changes = [_show(transaction, actor, one, now) for one in waiting]
        why = _back(why, waiting)
        release = note_release(transaction, actor, event, programme, changes, now, why)
        transaction.flush()
        changed(transaction, event_scope(event.id), SITE)
        note_programme(
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
        if seen is not None and seen != seen_of(unreleased_of(event.id, session_id)):
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
            note_programme(transaction, actor, event, "programme.changes_discarded", details, now)
        return len(drafts)


def roll_back(actor: Actor, event_id: UUID, number: int, seen: str, *, now: datetime) -> int:
    """Prepare the programme as it was in version `number`; return how many sessions differ.

    Nothing is shown to guests before it is released. A session that is newer than the version is
    cancelled: it stands in calendars, and they must hear of it. `seen` is the fingerprint of what
    waited when the page was shown; where the version differs, that is replaced. A constant number
    of reads. Raises ProgrammeChangedMeanwhile, NotFound.
    """
    with writing() as transaction:
        event = locked_event(transaction, actor, event_id, Action.EDIT_PROGRAMME)
        if not _is_released(transaction, event, number):
            raise NotFound
        if seen != seen_of(unreleased_of(event.id)):
            raise ProgrammeChangedMeanwhile
        wanted = _then(transaction, event, number)
        known = _known(transaction, event, wanted.values())
        differ = 0
        for layers in layers_of_many(transaction, event, wanted):
            columns, cast = _as_it_was(wanted[layers.session.id], known)
            changes, _ = lay(
                transaction,
                actor,
                layers,
                columns,
                cast,
                now,
                action="session.rolled_back",
                back_to=number,
            )
            if not changes and layers.draft is not None:
                layers.draft.back_to = number
            differ += bool(changes)
        note_programme(transaction, actor, event, "programme.rolled_back", {"number": number}, now)
        return differ


def _is_released(transaction: Transaction, event: Event, number: int) -> bool:
    wanted = sa.select(Release.id).where(Release.event_id == event.id, Release.number == number)
    return transaction.scalar(wanted) is not None


def _back(why: Why, waiting: Sequence[Layers]) -> Why:
    """Return why a version is made: to go back, where all that waits brings one version back."""
    number, *others = {one.draft.back_to for one in waiting if one.draft}
    if why.cause is not ReleaseCause.RELEASED or others or number is None:
        return why
    return replace(why, cause=ReleaseCause.ROLLED_BACK, back_to=number)


def _waiting(transaction: Transaction, event: Event) -> list[Layers]:
    """Return what waits, without people whose profiles are no more (6 statements)."""
    ids = [session_id for session_id, _ in unreleased_of(event.id)]
    if not ids:
        return []
    found = layers_of_many(transaction, event, ids)
    drafts = [one.draft for one in found if one.draft]
    people = _people(transaction, (draft.cast for draft in drafts))
    for draft in drafts:
        draft.cast = [row for row in draft.cast if row[0] in people]
    return found


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


@dataclass(frozen=True, slots=True)
class _Known:
    """What an event still has of what versions name by id."""

    rooms: frozenset[str]
    tracks: frozenset[str]
    people: frozenset[str]


def _known(transaction: Transaction, event: Event, contents: Iterable[Content]) -> _Known:
    """Return what is still there of what contents of an event's sessions name (3 statements)."""
    rooms, tracks = (
        frozenset(map(str, transaction.scalars(sa.select(of.id).where(of.event_id == event.id))))
        for of in (Room, Track)
    )
    return _Known(rooms, tracks, _people(transaction, (one.get("cast", ()) for one in contents)))


def _people(transaction: Transaction, casts: Iterable[Sequence[CastRow]]) -> frozenset[str]:
    """Return whose profiles are still there (1 statement)."""
    ids = {UUID(row[0]) for rows in casts for row in rows}
    found = transaction.scalars(sa.select(Speaker.id).where(Speaker.id.in_(ids)))
    return frozenset(map(str, found))


def _as_it_was(before: Content, known: _Known) -> tuple[dict[str, Any], list[CastRow] | None]:
    if not before:
        return {"state": SessionState.CANCELLED}, None
    there = {
        **before,
        "room_id": before["room_id"] if before["room_id"] in known.rooms else None,
        "track_id": before["track_id"] if before["track_id"] in known.tracks else None,
        "also_in": [one for one in before.get("also_in", ()) if one in known.rooms],
    }
    return _columns(there), [row for row in before["cast"] if row[0] in known.people]


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
