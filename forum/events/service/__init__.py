"""What can be done to events: one use case a module, one function an intention."""

from __future__ import annotations

from forum.events.service.changes import (
    EventChangedMeanwhile,
    locked_event,
    note_change,
    shared_event,
)
from forum.events.service.details import (
    FIRST_CJK,
    EventDetails,
    NewEvent,
    SlugTaken,
    create_event,
    latin,
    new_slug,
    speak,
    update_event,
)
from forum.events.service.logos import Logo, LogoFiles, LogoNotKept
from forum.events.service.partners import (
    PartnerDetails,
    add_partner,
    change_partner,
    move_partner,
    move_tier,
    partner_values,
    remove_partner,
)
from forum.events.service.pictures import (
    Encoded,
    Kept,
    NotAPicture,
    PictureNotKept,
    PictureTooLarge,
    add_picture,
    encode,
    encode_logo,
    files_of,
    keep_face,
    keep_files,
)
from forum.events.service.rooms import (
    RoomDetails,
    add_room,
    change_room,
    move_room,
    remove_room,
    room_slug,
)
from forum.events.service.states import NewDates, cancel, postpone, publish
from forum.events.service.telling import GATHERED, Telling, facts_told
from forum.events.service.venues import VenueDetails, use_venue, venue_values, write_venue

__all__ = [
    "FIRST_CJK",
    "GATHERED",
    "Encoded",
    "EventChangedMeanwhile",
    "EventDetails",
    "Kept",
    "Logo",
    "LogoFiles",
    "LogoNotKept",
    "NewDates",
    "NewEvent",
    "NotAPicture",
    "PartnerDetails",
    "PictureNotKept",
    "PictureTooLarge",
    "RoomDetails",
    "SlugTaken",
    "Telling",
    "VenueDetails",
    "add_partner",
    "add_picture",
    "add_room",
    "cancel",
    "change_partner",
    "change_room",
    "create_event",
    "encode",
    "encode_logo",
    "facts_told",
    "files_of",
    "keep_face",
    "keep_files",
    "latin",
    "locked_event",
    "move_partner",
    "move_room",
    "move_tier",
    "new_slug",
    "note_change",
    "partner_values",
    "postpone",
    "publish",
    "remove_partner",
    "remove_room",
    "room_slug",
    "shared_event",
    "speak",
    "update_event",
    "use_venue",
    "venue_values",
    "write_venue",
]
