"""What an import would bring about that cannot stand on the day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from forum.core.text import Text
from forum.programme.importing.merging import SESSION_TEXTS, TIME, Flat, Verdict, whole
from forum.programme.importing.plans import ImportPlan, Present, Standing, is_new
from forum.programme.rules import (
    AppearanceRole,
    Circumstances,
    ConflictKind,
    SessionKind,
    SessionState,
    Slot,
    Warned,
    caused,
    conflicts_of,
)

LOOKED_FOR = frozenset(ConflictKind) - {
    ConflictKind.TRANSLATION,
    ConflictKind.SIGN_UPS,
    ConflictKind.TOO_MANY_PLACES,
    ConflictKind.ROOM_TOO_SMALL,
}
"""Not what counts people who signed up: an import changes nothing of that."""


def clashes_of(plan: ImportPlan, present: Present, held: Circumstances) -> list[Warned]:
    """Return the conflicts that an import causes, where every choice is left as it is proposed."""
    before = [slot_of(one.id, one.values) for one in present.sessions.values()]
    values: dict[str, Flat] = {one.id: one.values for one in present.sessions.values()}
    for one in plan.sessions:
        if one.standing is Standing.NEW:
            values[one.ref] = one.theirs
        elif one.here is not None:
            taken = {
                change.path: change.theirs
                for change in one.changes
                if change.verdict is Verdict.TAKE
            }
            values[one.ref] = {**one.here.values, **taken}
    after = [slot_of(ref, found) for ref, found in values.items()]
    found = caused(conflicts_of(before, held), conflicts_of(after, held))
    return [one for one in found if one.kind in LOOKED_FOR]


def slot_of(ref: str, values: Flat) -> Slot:
    """Return a session's values as the checks see them."""
    found = whole({TIME: [], **values}, SESSION_TEXTS)
    return Slot(
        id=stand_in("session", ref),
        kind=SessionKind(found.get("kind") or SessionKind.TALK),
        state=SessionState(found.get("state") or SessionState.CONFIRMED),
        room_id=stand_in("room", found["room_id"]) if found.get("room_id") else None,
        starts_at=_moment(found["starts_at"]),
        ends_at=_moment(found["ends_at"]),
        cast=tuple(
            (stand_in("speaker", who), AppearanceRole(role))
            for who, role, *_ in found.get("cast") or ()
        ),
        also_in=tuple(stand_in("room", one) for one in found.get("also_in") or ()),
        title=Text(found.get("title") or {}),
    )


def stand_in(thing: str, ref: str) -> UUID:
    """Return the id of what is here, and one for what is yet to be made."""
    return uuid5(NAMESPACE_OID, f"{thing}:{ref}") if is_new(ref) else UUID(ref)


def by_stand_in(thing: str, names: Mapping[str, Any], refs: Iterable[str]) -> dict[UUID, Any]:
    """Return names by the ids that `slot_of` uses."""
    return {stand_in(thing, ref): names[ref] for ref in refs if ref in names}


def _moment(stored: str | None) -> datetime | None:
    return datetime.fromisoformat(stored) if stored else None
