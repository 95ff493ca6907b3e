"""Preview links: derived, so that they can be shown again and nothing is stored."""

from __future__ import annotations

from uuid import UUID

from forum.core.errors import NotFound
from forum.core.links import Purpose, claim, derive


def preview_token(event_id: UUID) -> str:
    """Return the token that opens a draft's pages."""
    return derive(Purpose.PREVIEW, event_id)


def opens_draft(token: str, event_id: UUID) -> bool:
    """Say whether a token of an address opens this draft."""
    return _holds(token, event_id, 0)


def programme_preview_token(event_id: UUID, generation: int) -> str:
    """Return the token that shows an event's programme as planned, public event or not.

    `generation` counts how often such links were withdrawn. It is no draft's token: who could read
    a draft does not see what is held back once the event is public.
    """
    return derive(Purpose.PREVIEW, event_id, generation + 1)


def opens_programme(token: str, event_id: UUID, generation: int) -> bool:
    """Say whether a token of an address shows this event's programme as planned."""
    return _holds(token, event_id, generation + 1)


def _holds(token: str, event_id: UUID, generation: int) -> bool:
    try:
        said = claim(Purpose.PREVIEW, token)
    except NotFound:
        return False
    return said.id == event_id and said.holds(generation)
