"""A thing of a file that is here already: what of it the file changes."""

from __future__ import annotations

from forum.programme.importing.merging import FieldChange, Flat, merge
from forum.programme.importing.plans import Here, PlannedThing, Standing
from forum.programme.rules import MOVES, SessionState


def met(
    key: str,
    theirs: Flat,
    here: Here,
    base: Flat | None,
    *,
    candidates: tuple[str, ...] = (),
    by_likeness: bool = False,
) -> PlannedThing:
    """Return what importing a thing that is here changes; `base` is as the file last had it."""
    changes = tuple(one for one in merge(base, here.values, theirs) if _is_legal(one))
    standing = Standing.CHANGED if changes else Standing.SAME
    return PlannedThing(
        key, here.id, standing, theirs, here, changes, candidates, by_likeness=by_likeness
    )


def _is_legal(change: FieldChange) -> bool:
    """Say whether a session may take the step that a file asks for; others take any value."""
    if change.path != "state":
        return True
    return SessionState(change.theirs) in MOVES[SessionState(change.ours)]
