"""Tables of the programme: sessions, who appears in them, speakers, releases, imports, rooms."""

from forum.programme.models.busy import RoomBusyTime, RoomCalendar
from forum.programme.models.imports import ImportedThing, WaitingImport
from forum.programme.models.releases import Programme, Release, ReleaseChange
from forum.programme.models.sessions import (
    Appearance,
    Cue,
    Material,
    Session,
    SessionContent,
    SessionDraft,
    Track,
)
from forum.programme.models.speakers import (
    Engagement,
    Proposal,
    Speaker,
    SpeakerConsent,
    SpeakerContact,
    Unavailability,
)

__all__ = [
    "Appearance",
    "Cue",
    "Engagement",
    "ImportedThing",
    "Material",
    "Programme",
    "Proposal",
    "Release",
    "ReleaseChange",
    "RoomBusyTime",
    "RoomCalendar",
    "Session",
    "SessionContent",
    "SessionDraft",
    "Speaker",
    "SpeakerConsent",
    "SpeakerContact",
    "Track",
    "Unavailability",
    "WaitingImport",
]
