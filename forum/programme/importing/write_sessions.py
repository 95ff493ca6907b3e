"""Making, changing and dropping the sessions of a file, in the layer that keeps edits."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
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
    MOST_MATERIALS,
    MOST_SESSIONS,
    AppearanceRole,
    SessionKind,
    SessionState,
)
from forum.programme.service import Changed
from forum.programme.service.layers import Layers, lay
from forum.programme.service.states import delete_unseen


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
        held = self._hand.holds_back
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
        wait: set[UUID] = set()
        for layers in self._layers([*chosen, *drop]):
            session_id = str(layers.session.id)
            if session_id in drop:
                self._drop(layers)
                continue
            paths = dict(chosen[session_id])
            added = paths.pop(MATERIALS, ())
            seen = layers.session.state is not SessionState.DRAFT
            wait |= {layers.session.id} if seen and self._hand.holds_back else set()
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
        self._add_materials(links, wait)

    def _drop(self, layers: Layers) -> None:
        """Cancel a session that guests may know; delete a draft that they never saw."""
        state = layers.planned("state")
        if layers.session.state is SessionState.DRAFT:
            if layers.draft is not None:
                self._hand.transaction.delete(layers.draft)
            delete_unseen(
                self._hand.transaction,
                self._hand.actor,
                self._hand.event,
                layers.session,
                self._hand.now,
            )
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

    def _add_materials(
        self, links: Sequence[tuple[UUID, Any]], wait: Collection[UUID] = ()
    ) -> None:
        """Add links after those that are there, as many as a session takes.

        Those of sessions in `wait` are not published: guests see nothing before a release.
        """
        there = self._positions({session_id for session_id, _ in links})
        for session_id, link in links:
            number, position = there.get(session_id, (0, 0))
            if number >= MOST_MATERIALS:
                continue
            there[session_id] = (number + 1, position + 1)
            material = Material(
                id=uuid7(),
                session_id=session_id,
                kind=link["kind"],
                title=Text({"en": link["title"]}),
                url=link["url"],
                published_at=None if session_id in wait else self._hand.now,
                created_at=self._hand.now,
                position=position,
            )
            self._hand.transaction.add(material)
            details = {"kind": link["kind"], "imported": self._hand.source}
            self._hand.record("material.added", ("material", material.id), details)
        self._hand.transaction.flush()

    def _positions(self, session_ids: Collection[UUID]) -> dict[UUID, tuple[int, int]]:
        """Return how many materials sessions have, and the next position (1 statement)."""
        if not session_ids:
            return {}
        rows = self._hand.transaction.execute(
            sa.select(Material.session_id, sa.func.count(), sa.func.max(Material.position))
            .where(Material.session_id.in_(session_ids))
            .group_by(Material.session_id)
        )
        return {row[0]: (row[1], row[2] + 1) for row in rows}


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
