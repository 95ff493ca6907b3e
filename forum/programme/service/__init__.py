"""What can be done to a programme: sessions, who appears in them, and speakers' profiles."""

from __future__ import annotations

from forum.programme.service.availability import (
    TooManyTimes,
    add_unavailable,
    remove_unavailable,
)
from forum.programme.service.cast import NewSpeaker, Part, SpeakerTwice
from forum.programme.service.conflicting import StrictConflict, refuse_resized
from forum.programme.service.consents import (
    ConsentWording,
    keep_consents,
)
from forum.programme.service.cues import CueLine, cue_values, keep_cues
from forum.programme.service.documents import (
    KeptPdf,
    NotAPdf,
    PdfNotKept,
    PdfTooLarge,
    keep_pdf,
    sweep_pdfs,
)
from forum.programme.service.engagements import (
    AnsweredMeanwhile,
    NoAddress,
    NobodyIsAsked,
    answer,
    ask_to_confirm,
    engage,
    held_engagement,
    renew_speaker_link,
)
from forum.programme.service.follow import follow_event, follow_organisation, follow_room
from forum.programme.service.keeping import (
    Keeping,
    keep_programme,
    note_first_version,
    withdraw_preview,
)
from forum.programme.service.late import (
    CannotUndo,
    RanLate,
    RippleChangedMeanwhile,
    back_again,
    run_late,
    undo_late,
)
from forum.programme.service.leaving import keep_name, leave_room
from forum.programme.service.materials import (
    MaterialDetails,
    NothingThere,
    TooManyMaterials,
    accept_material,
    add_material,
    change_material,
    material_values,
    move_material,
    remove_material,
    send_material,
    take_back_material,
)
from forum.programme.service.photos import (
    Photo,
)
from forum.programme.service.places import (
    give_free_places,
    passes_on,
    remove_places,
    set_places,
)
from forum.programme.service.profiles import (
    SpeakerChangedMeanwhile,
    SpeakerDetails,
)
from forum.programme.service.proposals import (
    DecidedMeanwhile,
    NoNameLeft,
    Seen,
    change_own_profile,
    decide,
    shown_to_speaker,
    value_of,
)
from forum.programme.service.releasing import (
    NothingToRelease,
    ProgrammeChangedMeanwhile,
    Released,
    discard_changes,
    release_programme,
    roll_back,
    seen_of,
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
    ContactDetails,
    contact_details,
    create_speaker,
    keep_contact,
    remove_speaker,
    update_speaker,
)
from forum.programme.service.states import (
    cancel_session,
    delete_draft,
    reinstate_session,
)
from forum.programme.service.tracks import (
    TooManyTracks,
    TrackDetails,
    add_track,
    change_track,
    move_track,
    remove_track,
)
from forum.programme.service.versions import Changed, Why, note_release

__all__ = [
    "AnsweredMeanwhile",
    "CannotUndo",
    "Changed",
    "ConsentWording",
    "ContactDetails",
    "CueLine",
    "DecidedMeanwhile",
    "Keeping",
    "KeptPdf",
    "MaterialDetails",
    "NewSpeaker",
    "NoAddress",
    "NoNameLeft",
    "NobodyIsAsked",
    "NotAPdf",
    "NothingThere",
    "NothingToRelease",
    "Part",
    "PdfNotKept",
    "PdfTooLarge",
    "Photo",
    "Place",
    "ProgrammeChangedMeanwhile",
    "RanLate",
    "Released",
    "RippleChangedMeanwhile",
    "Seen",
    "SessionChangedMeanwhile",
    "SessionDetails",
    "SpeakerChangedMeanwhile",
    "SpeakerDetails",
    "SpeakerTwice",
    "StrictConflict",
    "TooManyMaterials",
    "TooManyTimes",
    "TooManyTracks",
    "TrackDetails",
    "Why",
    "accept_material",
    "add_material",
    "add_track",
    "add_unavailable",
    "answer",
    "ask_to_confirm",
    "back_again",
    "cancel_session",
    "change_material",
    "change_own_profile",
    "change_track",
    "contact_details",
    "create_session",
    "create_speaker",
    "cue_values",
    "decide",
    "delete_draft",
    "discard_changes",
    "engage",
    "follow_event",
    "follow_organisation",
    "follow_room",
    "give_free_places",
    "held_engagement",
    "keep_consents",
    "keep_contact",
    "keep_cues",
    "keep_name",
    "keep_pdf",
    "keep_programme",
    "leave_room",
    "material_values",
    "move_material",
    "move_track",
    "note_first_version",
    "note_release",
    "passes_on",
    "place_session",
    "refuse_resized",
    "reinstate_session",
    "release_programme",
    "remove_material",
    "remove_places",
    "remove_speaker",
    "remove_track",
    "remove_unavailable",
    "renew_speaker_link",
    "roll_back",
    "run_late",
    "seen_of",
    "seen_of_planned",
    "send_material",
    "set_places",
    "shown_to_speaker",
    "sweep_pdfs",
    "take_back_material",
    "undo_late",
    "update_session",
    "update_speaker",
    "value_of",
    "withdraw_preview",
]
