"""The way into an event by its slug: former slugs lead on, drafts need their preview link."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, redirect, request, url_for

from forum.core.errors import NotFound
from forum.core.http.pages import depends_on
from forum.core.page_scopes import event_scope
from forum.events.previews import opens_draft, opens_programme
from forum.events.queries import event_by_id, looks_like_slug
from forum.events.rules import EventState
from forum.programme.queries import settings_of
from forum.site import queries

if TYPE_CHECKING:
    from uuid import UUID

    from forum.events.models import Event

PREVIEW = "preview"


def enter(slug: str) -> tuple[Event, str]:
    """Return the event and the preview token that opened it, or nothing; three statements.

    A preview link opens a draft, and of a public event the programme as it is planned; it costs
    one statement more. Raises NotFound for an unknown slug, and for a draft without its link; a
    former slug is answered by 301.
    """
    known = queries.event_key_of(slug) if looks_like_slug(slug) else None
    if known is None:
        _lead_on(slug)
        raise NotFound
    event_id, state = known
    given = request.args.get(PREVIEW, "")
    token = given if given and _opens(given, event_id, state) else ""
    if not token:
        if state is EventState.DRAFT:
            raise NotFound
        depends_on(event_scope(event_id))
    return event_by_id(event_id), token


def _opens(token: str, event_id: UUID, state: EventState) -> bool:
    if state is EventState.DRAFT and opens_draft(token, event_id):
        return True
    return opens_programme(token, event_id, settings_of(event_id).preview_generation)


def _lead_on(slug: str) -> None:
    present = queries.moved_to(slug)
    if present is not None and request.endpoint:
        values = {**(request.view_args or {}), "slug": present}
        abort(redirect(url_for(request.endpoint, **values), 301))
