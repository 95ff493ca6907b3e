"""Carrying out the plan of an import inside a transaction, in few statements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from forum.programme.importing.made import Made
from forum.programme.importing.plans import Choices, ImportPlan, Standing
from forum.programme.importing.remembering import remember
from forum.programme.importing.write_places import make_rooms, make_tracks
from forum.programme.importing.write_sessions import SessionWriter
from forum.programme.importing.write_speakers import change_speakers, make_speakers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from forum.programme.importing.hand import Hand
    from forum.programme.service import Changed


@dataclass(frozen=True, slots=True)
class Written:
    """How many sessions were made, changed and dropped; `shown` is what guests see otherwise."""

    made: int
    changed: int
    dropped: int
    shown: Sequence[Changed]


def write_plan(hand: Hand, plan: ImportPlan, choices: Choices) -> Written:
    """Carry out a plan into a locked event; raises ProgrammeFull. No version is made."""
    wanted = plan.standing(plan.sessions, Standing.NEW)
    wanted += [
        one
        for one in plan.standing(plan.sessions, Standing.REMOVED_HERE)
        if one.key in choices.again
    ]
    ids = Made(
        make_rooms(hand, plan.rooms),
        make_tracks(hand, plan.tracks),
        make_speakers(hand, plan.speakers),
    )
    change_speakers(hand, plan.speakers, choices)
    writer = SessionWriter(hand, ids)
    made = writer.make(wanted, choices)
    writer.change(plan, choices)
    remember(hand, plan, ids, made)
    return Written(len(made), writer.changed, writer.dropped, writer.shown)
