"""Named reads of the door."""

from __future__ import annotations

from forum.checkin.queries.at_the_door import (
    AtTheDoor,
    CheckpointRow,
    PairingOffer,
    Room,
    checkpoint_of,
    checkpoints,
    count,
    device_by_id,
    device_by_secret,
    device_of,
    devices,
    guests_by_words,
    pairing_offer,
    room_of,
    seats_free,
    types_entering,
)
from forum.checkin.queries.entrances import checkpoint_entrances
from forum.checkin.queries.no_shows import no_shows
from forum.checkin.queries.on_stage import OnStage, Staged, on_stage
from forum.checkin.queries.readings import (
    last_of_device,
    last_of_event,
    verdict_of,
    verdict_of_event,
)

__all__ = [
    "AtTheDoor",
    "CheckpointRow",
    "OnStage",
    "PairingOffer",
    "Room",
    "Staged",
    "checkpoint_entrances",
    "checkpoint_of",
    "checkpoints",
    "count",
    "device_by_id",
    "device_by_secret",
    "device_of",
    "devices",
    "guests_by_words",
    "last_of_device",
    "last_of_event",
    "no_shows",
    "on_stage",
    "pairing_offer",
    "room_of",
    "seats_free",
    "types_entering",
    "verdict_of",
    "verdict_of_event",
]
