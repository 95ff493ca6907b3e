"""The back office of the programme: the board, sessions with their people, speakers."""

from __future__ import annotations

from forum.programme.manage import (  # noqa: F401 - each hangs its views on the blueprint
    board,
    conflicts,
    cues,
    exporting,
    importing,
    keeping,
    late,
    leaving,
    materials,
    new_from_file,
    nods,
    placing,
    releases,
    run_sheet,
    sessions,
    speakers,
    tracks,
    versions,
)
from forum.programme.manage.frame import blueprint

__all__ = ["blueprint"]
