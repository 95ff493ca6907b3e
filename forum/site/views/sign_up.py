"""The way to sign up for a session from its public page, which knows nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from forum.core import dates
from forum.core.http.access import public
from forum.core.http.pages import cached_page, limit_validity
from forum.events.rules import Opening, opening_of
from forum.programme.queries import session_of
from forum.programme.rules import CLOSED_WORDS, SignUp, sign_up_of
from forum.seats.rules import band
from forum.site import blueprint
from forum.site.views.frame import LANG, answer, open_event

if TYPE_CHECKING:
    from uuid import UUID

    from werkzeug.wrappers import Response


@blueprint.get(f"/{LANG}/e/<slug>/sessions/<uuid:session_id>/sign-up")
@public
@cached_page()
def sign_up(slug: str, session_id: UUID) -> Response | str:
    """Say that signing up needs the personal link, or a registration; five statements."""
    opened = open_event(slug)
    event, now, key = opened.event, opened.now, opened.to.language.key
    found = session_of(event.id, session_id)
    state = sign_up_of(
        event.state,
        found.state,
        starts_at=found.starts_at,
        has_places=found.pool is not None,
        now=now,
    )
    for moment in (found.starts_at, event.opens_at, event.closes_at, event.ends_at):
        if moment is not None and moment > now:
            limit_validity(moment)
    pool = found.pool
    return answer(
        opened,
        "site/sign_up.html",
        session=found.title.pick(key, event.languages),
        when=dates.span(found.starts_at, found.ends_at, event.zone, key)
        if found.starts_at and found.ends_at
        else "",
        closed=None if state is SignUp.OPEN else CLOSED_WORDS.get(state),
        seats=band(pool.capacity, pool.taken, pool.waiting) if pool else None,
        can_register=opening_of(event, now) is Opening.OPEN,
        back=opened.to.below("sessions", session_id),
        register=opened.to.below("register"),
    )
