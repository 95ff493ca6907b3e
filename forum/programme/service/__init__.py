"""What can be done to a programme: sessions, who appears in them, and speakers' profiles."""

from __future__ import annotations

from forum.programme.service.cast import NewSpeaker, Part, SpeakerTwice
from forum.programme.service.follow import follow_event, follow_organisation, follow_room
from forum.programme.service.keeping import Keeping, keep_programme, note_first_version
from forum.programme.service.releasing import (
    NothingToRelease,
    ProgrammeChangedMeanwhile,
    Released,
    discard_changes,
    release_programme,
    roll_back,
    seen_of_planned,
)
from forum.programme.service.sessions import (
    Place,
    SessionChangedMeanwhile,
    SessionDetails,
    create_session,
    place_session,
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
from forum.programme.service.versions import Changed, Why, note_release

__all__ = [
    "Changed",
    "Keeping",
    "NewSpeaker",
    "NothingToRelease",
    "Part",
    "Photo",
    "Place",
    "ProgrammeChangedMeanwhile",
    "Released",
    "SessionChangedMeanwhile",
    "SessionDetails",
    "SpeakerChangedMeanwhile",
    "SpeakerDetails",
    "SpeakerTwice",
    "Why",
    "cancel_session",
    "create_session",
    "create_speaker",
    "delete_draft",
    "discard_changes",
    "follow_event",
    "follow_organisation",
    "follow_room",
    "keep_programme",
    "note_first_version",
    "note_release",
    "place_session",
    "reinstate_session",
    "release_programme",
    "remove_speaker",
    "roll_back",
    "seen_of_planned",
    "update_session",
    "update_speaker",
]
