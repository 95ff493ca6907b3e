"""The guids of our own sessions in frab's formats, where each room of a session has its event."""

from __future__ import annotations

from uuid import UUID, uuid5


def guid_in_room(session_id: UUID, room_id: UUID) -> UUID:
    """Return the guid of a session in a further room, the same in every file."""
    return uuid5(session_id, str(room_id))
