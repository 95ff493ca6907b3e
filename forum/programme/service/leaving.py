"""What sessions lose with a room, a track or a person that goes: for guests, and in what waits."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session as Transaction

from forum.core.actor import Actor
from forum.core.page_scopes import SITE, changed, event_scope
from forum.core.revisions import difference
from forum.events.models import Event
from forum.programme.models import Appearance, Session, SessionContent, SessionDraft
from forum.programme.queries import columns_of
from forum.programme.rules import ReleaseCause
from forum.programme.service.cast import CastRow, cast_row, store_cast
from forum.programme.service.changes import note_session
from forum.programme.service.layers import Layers, layers_of_many, note_held, programme_of
from forum.programme.service.versions import Changed, note_release

Left = tuple[Mapping[str, Any], list[CastRow]]
"""Columns of a session, and who is on stage, after something has left it."""
Without = Callable[[SessionContent, list[CastRow]], Left]
"""What is left of a layer of a session, of what guests see or of what waits."""


def keep_name(
    transaction: Transaction, event: Event, thing_id: str, name: Mapping[str, str]
) -> None:
    """Keep what a room or track of a locked event was called, for the versions that name it."""
    programme = programme_of(transaction, event.id)
    programme.former_names = {**programme.former_names, thing_id: dict(name)}
    transaction.flush()


def leave_room(
    transaction: Transaction, actor: Actor, event: Event, room_id: UUID, now: datetime
) -> None:
    """Take the sessions of a locked event out of a room, as one version."""
    gone = str(room_id)

    def _without(one: SessionContent, cast: list[CastRow]) -> Left:
        own = None if one.room_id == room_id else one.room_id
        return {"room_id": own, "also_in": [room for room in one.also_in if room != gone]}, cast

    ids = _ids(transaction, event, in_room(Session, room_id), in_room(SessionDraft, room_id))
    take_out(transaction, actor, event, ids, _without, now)


def leave_track(
    transaction: Transaction, actor: Actor, event: Event, track_id: UUID, now: datetime
) -> None:
    """Take the sessions of a locked event out of a track, as one version."""

    def _without(one: SessionContent, cast: list[CastRow]) -> Left:
        return {"track_id": None if one.track_id == track_id else one.track_id}, cast

    ids = _ids(transaction, event, Session.track_id == track_id, SessionDraft.track_id == track_id)
    take_out(transaction, actor, event, ids, _without, now)


def leave_stage(
    transaction: Transaction, actor: Actor, event: Event, speaker_id: UUID, now: datetime
) -> None:
    """Take somebody off the stages of a locked event, as one version."""
    gone = str(speaker_id)

    def _without(_one: SessionContent, cast: list[CastRow]) -> Left:
        return {}, [row for row in cast if row[0] != gone]

    ids = _ids(transaction, event, on_stage(speaker_id), in_cast(speaker_id))
    take_out(transaction, actor, event, ids, _without, now)


def take_out(
    transaction: Transaction,
    actor: Actor,
    event: Event,
    session_ids: Collection[UUID],
    without: Without,
    now: datetime,
) -> None:
    """Take something out of sessions, for guests at once and in what waits for release.

    It cannot be held back: what goes is gone. Makes one version of what guests see (5 reads).
    """
    found = layers_of_many(transaction, event, session_ids) if session_ids else []
    if not found:
        return
    taken = []
    for layers in found:
        before = layers.content()
        shown = _take_out(transaction, actor, layers, without, now)
        if shown is not None:
            taken.append(Changed(layers.session.id, before, shown))
    transaction.flush()
    changed(transaction, event_scope(event.id), SITE)
    note_release(transaction, actor, event, found[0].programme, taken, now, ReleaseCause.SAVED)


def in_room(layer: type[Session | SessionDraft], room_id: UUID) -> sa.ColumnElement[bool]:
    """Return the condition for a session to be in a room, also among its further rooms."""
    further = sa.cast(layer.also_in, sa.String).contains(str(room_id))
    return sa.or_(layer.room_id == room_id, further)


def on_stage(speaker_id: UUID) -> sa.ColumnElement[bool]:
    """Return the condition for somebody to be on stage in a session that guests see."""
    theirs = sa.select(Appearance.session_id).where(Appearance.speaker_id == speaker_id)
    return Session.id.in_(theirs)


def in_cast(speaker_id: UUID) -> sa.ColumnElement[bool]:
    """Return the condition for somebody to be on stage in what waits for release."""
    return sa.cast(SessionDraft.cast, sa.String).contains(str(speaker_id))


def _ids(
    transaction: Transaction,
    event: Event,
    shown: sa.ColumnElement[bool],
    waiting: sa.ColumnElement[bool],
) -> Sequence[UUID]:
    drafts = sa.select(SessionDraft.session_id).where(SessionDraft.event_id == event.id, waiting)
    return transaction.scalars(
        sa.select(Session.id).where(
            Session.event_id == event.id, sa.or_(shown, Session.id.in_(drafts))
        )
    ).all()


def _take_out(
    transaction: Transaction, actor: Actor, layers: Layers, without: Without, now: datetime
) -> dict[str, Any] | None:
    """Change both layers of a session; return what guests now see of it, or None: the same."""
    event, session, draft = layers.event, layers.session, layers.draft
    stored = [cast_row(one) for one in layers.stored]
    wanted, cast = without(session, stored)
    changes = difference({name: getattr(session, name) for name in wanted}, wanted)
    if cast != stored:
        changes["cast"] = [stored, cast]
    for name, value in wanted.items():
        setattr(session, name, value)
    store_cast(transaction, session.id, layers.stored, cast)
    after = {**columns_of(session), "cast": cast}
    if draft is not None:
        held, draft.cast = without(draft, draft.cast)
        for name, value in held.items():
            setattr(draft, name, value)
        if {**columns_of(draft), "cast": draft.cast} == after:
            transaction.delete(draft)
    if not changes:
        note_held(transaction, actor, event, session, {}, now, action="session.changed")
        return None
    note_session(transaction, actor, event, session, changes, now, drops_pages=False)
    return after
