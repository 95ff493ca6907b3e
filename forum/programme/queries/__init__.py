"""Named reads of the programme: what guests see, what editors plan, speakers, versions."""

from forum.programme.queries.planned import (
    OnStage,
    Pending,
    Planned,
    PlannedPart,
    columns_of,
    content_of,
    pending_changes,
    planned_session,
    planned_sessions,
)
from forum.programme.queries.releases import (
    ProgrammeSettings,
    as_settings,
    release_of,
    releases_of,
    settings_of,
)
from forum.programme.queries.sessions import (
    SpeakerRow,
    appearances_of,
    managed_speaker,
    session_of,
    sessions_of,
    speakers_at,
    tracks_of,
)

__all__ = [
    "OnStage",
    "Pending",
    "Planned",
    "PlannedPart",
    "ProgrammeSettings",
    "SpeakerRow",
    "appearances_of",
    "as_settings",
    "columns_of",
    "content_of",
    "managed_speaker",
    "pending_changes",
    "planned_session",
    "planned_sessions",
    "release_of",
    "releases_of",
    "session_of",
    "sessions_of",
    "settings_of",
    "speakers_at",
    "tracks_of",
]
