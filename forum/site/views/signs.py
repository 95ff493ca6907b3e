"""Full-screen pages on the day, and what keeps them true: a room's sign, its stage, the stream."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import g

from forum.core.http import live
from forum.core.http.access import public
from forum.core.http.pages import cached_page, limit_validity
from forum.core.page_scopes import event_scope
from forum.events.queries import room_by_slug
from forum.programme.queries import retimed_since_late, sessions_in
from forum.site import blueprint
from forum.site.signs import sign_of
from forum.site.views.entry import enter
from forum.site.views.frame import LANG, answer, open_event

if TYPE_CHECKING:
    from flask import Response as FlaskResponse
    from werkzeug.wrappers import Response


@blueprint.get(f"/{LANG}/e/<slug>/rooms/<room>/sign")
@public
@cached_page()
def room_sign(slug: str, room: str) -> Response | str:
    """Show what is on in a room, as the sign at its door; seven statements."""
    return _screen(slug, room, "site/sign.html")


@blueprint.get(f"/{LANG}/e/<slug>/rooms/<room>/stage")
@public
@cached_page()
def stage_countdown(slug: str, room: str) -> Response | str:
    """Show how much time is left, to those on a room's stage; seven statements."""
    return _screen(slug, room, "site/stage.html")


@blueprint.get("/e/<slug>/live")
@public
def live_stream(slug: str) -> FlaskResponse:
    """Tell each change of the event as it happens; four statements, then none."""
    event, _ = enter(slug)
    return live.stream(event_scope(event.id))


@blueprint.get("/e/<slug>/live.json")
@public
def live_now(slug: str) -> FlaskResponse:
    """Tell at what revision the event stands, and the time; four statements."""
    event, _ = enter(slug)
    return live.poll(event_scope(event.id))


def _screen(slug: str, room_slug: str, template: str) -> Response | str:
    opened = open_event(slug)
    event, key = opened.event, opened.to.language.key
    _, revision = g.get("page_scope") or ("", live.revision_of(event_scope(event.id)))
    room = room_by_slug(event.id, room_slug)
    sign = sign_of(
        event, sessions_in(event.id, room.id), retimed_since_late(event.id), opened.now, key
    )
    limit_validity(sign.changes_at)
    return answer(
        opened,
        template,
        room=room.name.pick(key, event.languages),
        sign=sign,
        live=f"/e/{slug}/live{opened.to.suffix}",
        revision=revision or 0,
    )
