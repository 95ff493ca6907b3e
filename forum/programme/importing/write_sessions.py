"""Making, changing and dropping the sessions of a file, in the layer that keeps edits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from forum.core.ids import uuid7
from forum.core.text import Text
from forum.programme.importing.hand import Hand, ProgrammeFull
from forum.programme.importing.made import Made, chosen_values, columns_in, overlaid
from forum.programme.importing.merging import MATERIALS, SESSION_TEXTS
from forum.programme.importing.plans import Choices, ImportPlan, PlannedThing, Standing
from forum.programme.models import Appearance, Material, Session, SessionDraft
from forum.programme.queries import columns_of
from forum.programme.rules import (
    COLUMNS,
    MOST_SESSIONS,
    AppearanceRole,
    ReleaseMode,
    SessionKind,
    SessionState,
)
from forum.programme.service import Changed
from forum.programme.service.layers import Layers, lay


class SessionWriter:
    """Writes the sessions of one import; `shown` is what guests see otherwise by it."""

    def __init__(self, hand: Hand, made: Made) -> None:
        """Write with what was made before: rooms, tracks and people."""
        self._hand, self._ids = hand, made
        self.shown: list[Changed] = []
        self.changed = self.dropped = 0

    def make(self, things: Sequence[PlannedThing], choices: Choices) -> dict[str, Session]:
        """Make new sessions; return them by their keys. Raises ProgrammeFull."""
        number = self._hand.transaction.scalar(
            sa.select(sa.func.count())
            .select_from(Session)
            .where(Session.event_id == self._hand.event.id)
        )
        if (number or 0) + len(things) > MOST_SESSIONS:
            raise ProgrammeFull
        held = self._hand.programme.mode is ReleaseMode.HELD
        made: dict[str, Session] = {}
        links: list[tuple[UUID, Any]] = []
        for one in things:
            columns = self._ids.session_columns(one.theirs)
            otherwise = SessionState.CONFIRMED if choices.confirmed else SessionState.DRAFT
            state = columns.pop("state", None) or otherwise
            waits = held and state is not SessionState.DRAFT
            session = Session(
                id=uuid7(),
                event_id=self._hand.event.id,
                state=SessionState.DRAFT if waits else state,
                revision=1,
                created_at=self._hand.now,
                changed_at=self._hand.now,
                **{name: [] for name in ("delivered_in", "interpreted_into", "also_in", "parts")}
                | {"kind": SessionKind.TALK, "abstract": Text(), "stream_url": "", "position": 0}
                | columns,
            )
            cast = self._ids.cast(one.theirs)
            self._hand.transaction.add(session)
            self._hand.transaction.add_all(_appearances(session.id, cast))
            if waits:
                self._hand.transaction.add(self._draft(session, state, cast))
            else:
                content = {**columns_of(session), "cast": cast}
                self.shown.append(Changed(session.id, {**content, "state": "draft"}, content))
            details = {"revision": 1, "changes": {}, "imported": self._hand.source}
            self._hand.record("session.created", ("session", session.id), details)
            links += [(session.id, link) for link in one.theirs.get(MATERIALS, ())]
            made[one.key] = session
        self._hand.transaction.flush()
        self._add_materials(links)
        return made

    def _draft(self, session: Session, state: SessionState, cast: list[list[Any]]) -> SessionDraft:
        columns = {name: getattr(session, name) for name in COLUMNS} | {"state": state}
        return SessionDraft(
            session_id=session.id,
            event_id=self._hand.event.id,
            cast=cast,
            changed_at=self._hand.now,
            **columns,
        )

    def change(self, plan: ImportPlan, choices: Choices) -> None:
        """Take the file's values, and cancel or delete what it has no more."""
        chosen = {
            one.ref: paths
            for one in plan.sessions
            if one.standing is Standing.CHANGED
            and (paths := chosen_values("session", one, choices))
        }
        drop = {one.id for one in plan.gone if one.id in choices.drop}
        links: list[tuple[UUID, Any]] = []
        for layers in self._layers([*chosen, *drop]):
            session_id = str(layers.session.id)
            if session_id in drop:
                self._drop(layers)
                continue
            paths = dict(chosen[session_id])
            added = paths.pop(MATERIALS, ())
            links += [(layers.session.id, link) for link in added]
            cast = self._ids.cast(paths) if "cast" in paths else None
            here = {name: layers.planned(name) for name in columns_in(paths) if name != "cast"}
            wanted = self._ids.columns(overlaid(here, paths, SESSION_TEXTS))
            laid, shown = lay(
                self._hand.transaction,
                self._hand.actor,
                layers,
                wanted,
                cast,
                self._hand.now,
                action="session.changed",
            )
            if shown is not None:
                self.shown.append(shown)
            self.changed += bool(laid or added)
        self._hand.transaction.flush()
        self._add_materials(links)

    def _drop(self, layers: Layers) -> None:
        """Cancel a session that guests may know; delete a draft that they never saw."""
        state = layers.planned("state")
        if layers.session.state is SessionState.DRAFT:
            title = dict(layers.session.title.by_language)
            self._hand.record("session.deleted", ("session", layers.session.id), {"title": title})
            if layers.draft is not None:
                self._hand.transaction.delete(layers.draft)
            self._hand.transaction.delete(layers.session)
        elif state is SessionState.CONFIRMED:
            _, shown = lay(
                self._hand.transaction,
                self._hand.actor,
                layers,
                {"state": SessionState.CANCELLED},
                None,
                self._hand.now,
                action="session.cancelled",
            )
            if shown is not None:
                self.shown.append(shown)
        self.dropped += 1

    def _layers(self, refs: Sequence[str]) -> list[Layers]:
        """Return sessions with their drafts and people (3 statements)."""
        ids = [UUID(one) for one in refs]
        sessions = self._hand.loaded(Session, refs)
        drafts = {
            one.session_id: one
            for one in self._hand.transaction.scalars(
                sa.select(SessionDraft)
                .where(SessionDraft.session_id.in_(ids))
                .execution_options(populate_existing=True)
            )
        }
        stored: dict[UUID, list[Appearance]] = {}
        for one in self._hand.transaction.scalars(
            sa.select(Appearance)
            .where(Appearance.session_id.in_(ids))
            .order_by(Appearance.position, Appearance.id)
            .execution_options(populate_existing=True)
        ):
            stored.setdefault(one.session_id, []).append(one)
        return [
            Layers(
                self._hand.event,
                self._hand.programme,
                one,
                drafts.get(one.id),
                stored.get(one.id, []),
            )
            for one in sessions
        ]

    def _add_materials(self, links: Sequence[tuple[UUID, Any]]) -> None:
        self._hand.transaction.add_all(
            Material(
                session_id=session_id,
                kind=link["kind"],
                title=Text({"en": link["title"]}),
                url=link["url"],
                published_at=self._hand.now,
                created_at=self._hand.now,
                position=position,
            )
            for position, (session_id, link) in enumerate(links)
        )
        self._hand.transaction.flush()


def _appearances(session_id: UUID, cast: Iterable[Sequence[Any]]) -> list[Appearance]:
    return [
        Appearance(
            session_id=session_id,
            speaker_id=UUID(who),
            role=AppearanceRole(role),
            called=Text(called),
            part=part,
            position=position,
        )
        for position, (who, role, called, part) in enumerate(cast)
    ]
