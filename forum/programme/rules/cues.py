"""Cues of the run sheet: whom a line is for, and its bounds."""

from __future__ import annotations

from enum import StrEnum

EARLIEST_CUE = -240
LATEST_CUE = 1440
"""Minutes from the session's start."""
LONGEST_CUE = 300
MOST_CUES = 60


class CueFor(StrEnum):
    """Who must do what a cue says."""

    MC = "mc"
    AV = "av"
    INTERPRETERS = "interpreters"
    STAGE = "stage"
