"""The way into an event by its slug: former slugs lead on, drafts need their preview link."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, redirect, request, url_for

from forum.core.errors import NotFound
from forum.core.http.pages import depends_on
from forum.core.links import Purpose, claim
from forum.core.page_scopes import event_scope
from forum.events.queries import event_by_id, looks_like_slug
from forum.events.rules import EventState
from forum.site import queries

if TYPE_CHECKING:
    from uuid import UUID

    from forum.events.models import Event

PREVIEW = "preview"


def enter(slug: str) -> tuple[Event, str]:
    """Return the event and, for a draft, the preview token that opened it; three statements.

    Raises NotFound for an unknown slug, and for a draft without its link; a former slug is
    answered by 301.
    """
    known = queries.event_key_of(slug) if looks_like_slug(slug) else None
    if known is None:
        _lead_on(slug)
        raise NotFound
    event_id, state = known
    token = ""
    if state is EventState.DRAFT:
        token = request.args.get(PREVIEW, "")
        _check(token, event_id)
    else:
        depends_on(event_scope(event_id))
    return event_by_id(event_id), token


def _check(token: str, event_id: UUID) -> None:
    seen = claim(Purpose.PREVIEW, token)
    if seen.id != event_id or not seen.holds(0):
        raise NotFound


def _lead_on(slug: str) -> None:
    present = queries.moved_to(slug)
    if present is not None and request.endpoint:
        values = {**(request.view_args or {}), "slug": present}
        abort(redirect(url_for(request.endpoint, **values), 301))
