"""Preview links of drafts: derived, so that they can be shown again and nothing is stored."""

from __future__ import annotations

from uuid import UUID

from forum.core.errors import NotFound
from forum.core.links import Purpose, claim, derive


def preview_token(event_id: UUID) -> str:
    """Return the token that opens a draft's pages."""
    return derive(Purpose.PREVIEW, event_id)


def opens_draft(token: str, event_id: UUID) -> bool:
    """Say whether a token of an address opens this draft."""
    try:
        said = claim(Purpose.PREVIEW, token)
    except NotFound:
        return False
    return said.id == event_id and said.holds(0)
