"""In which layer an editor's change is kept: what guests see, or what waits for a release."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session as Transaction

from forum.core import audit
from forum.core.actor import Actor
from forum.core.page_scopes import SITE, changed, event_scope
from forum.core.revisions import difference, plain
from forum.events.models import Event
from forum.programme.models import Appearance, Programme, Session, SessionDraft
from forum.programme.queries import columns_of
from forum.programme.rules import COLUMNS, ReleaseCause, ReleaseMode, SessionState
from forum.programme.service.cast import CastRow, cast_row, store_cast, stored_cast
from forum.programme.service.changes import note_session
from forum.programme.service.versions import Changed, note_release


@dataclass(frozen=True, slots=True)
class Layers:
    """A session with the draft laid over it, inside a writing transaction."""

    event: Event
    programme: Programme
    session: Session
    draft: SessionDraft | None
    stored: Sequence[Appearance]

    def planned(self, name: str) -> Any:  # noqa: ANN401 - any column of a session's content
        """Return a column as editors see it."""
        return getattr(self.draft or self.session, name)

    @property
    def cast(self) -> list[CastRow]:
        """Who is on stage as editors see it."""
        return self.draft.cast if self.draft else [cast_row(one) for one in self.stored]

    def content(self) -> dict[str, Any]:
        """Return what guests see of it."""
        return {**columns_of(self.session), "cast": [cast_row(one) for one in self.stored]}


def layers_of(transaction: Transaction, event: Event, session: Session) -> Layers:
    """Load what lies over a session whose event is locked (3 statements)."""
    return Layers(
        event,
        programme_of(transaction, event.id),
        session,
        transaction.get(SessionDraft, session.id, populate_existing=True),
        stored_cast(transaction, session.id),
    )


def layers_of_many(
    transaction: Transaction, event: Event, session_ids: Collection[UUID]
) -> list[Layers]:
    """Load what lies over sessions of a locked event, by their ids (4 statements)."""
    ids = sorted(session_ids)
    drafts = {
        one.session_id: one
        for one in transaction.scalars(
            sa.select(SessionDraft)
            .where(SessionDraft.session_id.in_(ids))
            .execution_options(populate_existing=True)
        )
    }
    sessions = transaction.scalars(
        sa.select(Session)
        .where(Session.id.in_(ids), Session.event_id == event.id)
        .order_by(Session.id)
        .execution_options(populate_existing=True)
    ).all()
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
        Layers(event, programme, one, drafts.get(one.id), stored.get(one.id, []))
        for one in sessions
    ]


def programme_of(transaction: Transaction, event_id: UUID) -> Programme:
    """Return how a locked event's programme is kept, as a row that can be changed."""
    found = transaction.get(Programme, event_id, populate_existing=True)
    if found is None:
        found = Programme(
            event_id=event_id,
            mode=ReleaseMode.AT_ONCE,
            strict=[],
            turnaround=0,
            nod=True,
            version=0,
            preview_generation=0,
            former_names={},
        )
        transaction.add(found)
        transaction.flush()
    return found


def put(
    transaction: Transaction,
    actor: Actor,
    layers: Layers,
    wanted: Mapping[str, Any],
    cast: list[CastRow] | None,
    now: datetime,
    *,
    action: str = "session.changed",
) -> set[str]:
    """Store columns of a session, and who is on stage unless None; return what changed.

    Guests see it at once, or it waits for the next release: where the event holds changes back, or
    the session has changes that wait already.
    """
    changes, shown = lay(transaction, actor, layers, wanted, cast, now, action=action)
    transaction.flush()
    if shown is not None:
        changed(transaction, event_scope(layers.event.id), SITE)
        note_release(
            transaction,
            actor,
            layers.event,
            layers.programme,
            [shown],
            now,
            ReleaseCause.SAVED,
        )
    return changes


def lay(
    transaction: Transaction,
    actor: Actor,
    layers: Layers,
    wanted: Mapping[str, Any],
    cast: list[CastRow] | None,
    now: datetime,
    *,
    action: str,
    back_to: int | None = None,
) -> tuple[set[str], Changed | None]:
    """Do what `put` does for one of many sessions; also return what guests now see otherwise.

    Whoever changes many flushes, drops the pages and makes the version once, for all. What
    brings a version back, `back_to`, waits for release in any event.
    """
    changes = difference({name: layers.planned(name) for name in wanted}, wanted)
    if cast is not None and cast != layers.cast:
        changes["cast"] = [layers.cast, cast]
    if not changes:
        return set(), None
    if back_to is not None or _waits(layers, wanted):
        _put_aside(transaction, layers, wanted, cast, now, back_to=back_to)
        note_held(transaction, actor, layers.event, layers.session, changes, now, action=action)
        return set(changes), None
    before = layers.content()
    show(transaction, layers, {name: wanted[name] for name in wanted if name in changes}, cast)
    note_session(
        transaction,
        actor,
        layers.event,
        layers.session,
        changes,
        now,
        action=action,
        drops_pages=False,
    )
    after = {**before, **{name: plain(value) for name, value in wanted.items()}}
    after["cast"] = before["cast"] if cast is None else cast
    return set(changes), Changed(layers.session.id, before, after)


def show(
    transaction: Transaction,
    layers: Layers,
    wanted: Mapping[str, Any],
    cast: list[CastRow] | None,
) -> None:
    """Write columns and cast into what guests see, and drop the draft."""
    for name, value in wanted.items():
        setattr(layers.session, name, value)
    if cast is not None:
        store_cast(transaction, layers.session.id, layers.stored, cast)
    if layers.draft is not None:
        transaction.delete(layers.draft)


def note_held(
    transaction: Transaction,
    actor: Actor,
    event: Event,
    session: Session,
    changes: Mapping[str, list[Any]],
    now: datetime,
    *,
    action: str,
) -> None:
    """Count and record a change that guests do not see yet."""
    session.revision += 1
    audit.record(
        transaction,
        actor,
        action,
        ("session", session.id),
        event.organisation_id,
        {"revision": session.revision, "changes": dict(changes), "held": True},
        now,
    )


def _waits(layers: Layers, wanted: Mapping[str, Any]) -> bool:
    if layers.draft is not None:
        return True
    shown = layers.session.state is not SessionState.DRAFT
    becomes_shown = wanted.get("state", SessionState.DRAFT) is not SessionState.DRAFT
    return layers.programme.mode is ReleaseMode.HELD and (shown or becomes_shown)


def _put_aside(
    transaction: Transaction,
    layers: Layers,
    wanted: Mapping[str, Any],
    cast: list[CastRow] | None,
    now: datetime,
    *,
    back_to: int | None,
) -> None:
    """Keep a change in the session's draft; a draft that says what guests see anyway goes."""
    draft = layers.draft
    rows = layers.cast if cast is None else cast
    if draft is None:
        draft = SessionDraft(
            session_id=layers.session.id,
            event_id=layers.event.id,
            **{name: getattr(layers.session, name) for name in COLUMNS},
        )
        transaction.add(draft)
    for name, value in wanted.items():
        setattr(draft, name, value)
    draft.cast = rows
    draft.back_to = back_to
    draft.changed_at = now
    if {**columns_of(draft), "cast": rows} == layers.content():
        if sa.inspect(draft).persistent:
            transaction.delete(draft)
        else:
            transaction.expunge(draft)
