"""What can be done to a programme: sessions, who appears in them, and speakers' profiles."""

from __future__ import annotations

from forum.programme.service.cast import NewSpeaker, Part, SpeakerTwice
from forum.programme.service.follow import follow_event, follow_organisation, follow_room
from forum.programme.service.sessions import (
    SessionChangedMeanwhile,
    SessionDetails,
    create_session,
    update_session,
)
from forum.programme.service.speakers import (
    Photo,
    SpeakerChangedMeanwhile,
    SpeakerDetails,
    create_speaker,
    remove_speaker,
    update_speaker,
)
from forum.programme.service.states import (
    cancel_session,
    delete_draft,
    reinstate_session,
)

__all__ = [
    "NewSpeaker",
    "Part",
    "Photo",
    "SessionChangedMeanwhile",
    "SessionDetails",
    "SpeakerChangedMeanwhile",
    "SpeakerDetails",
    "SpeakerTwice",
    "cancel_session",
    "create_session",
    "create_speaker",
    "delete_draft",
    "follow_event",
    "follow_organisation",
    "follow_room",
    "reinstate_session",
    "remove_speaker",
    "update_session",
    "update_speaker",
]
