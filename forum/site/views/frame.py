"""What every page of an event shares: the way in, its frame, its answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import make_response, render_template, request

from forum.core.clock import now as clock_now
from forum.core.http.headers import private
from forum.core.http.i18n import current_language
from forum.core.languages import LANGUAGES
from forum.core.urls import absolute
from forum.events.facts import Addresses, facts_of
from forum.site import compose
from forum.site.views.entry import enter

if TYPE_CHECKING:
    from datetime import datetime

    from werkzeug.wrappers import Response

    from forum.events.facts import EventFacts
    from forum.events.models import Event

LANG = '<any("en","zh-hant","zh-hans"):lang>'
SHARE = "share.png"


@dataclass(frozen=True, slots=True)
class Opened:
    """An event that the reader may see, with what every page of it needs."""

    event: Event
    to: Addresses
    facts: EventFacts
    now: datetime

    @property
    def planned(self) -> bool:
        """Whether the reader came by a preview link and is shown what is not released yet."""
        return bool(self.to.preview)


def open_event(slug: str) -> Opened:
    """Load an event by its slug; three statements, one more with a preview link."""
    found, token = enter(slug)
    to = Addresses(current_language(), slug, token)
    return Opened(found, to, facts_of(found, to), clock_now())


def answer(opened: Opened, template: str, **values: Any) -> Response | str:  # noqa: ANN401 - a template's values
    """Return a page of the event; one that a preview link opened is kept nowhere."""
    to = opened.to
    site_name, site_href = compose.site_of(opened.event, to.language)
    values.setdefault("share", absolute(to.feed(SHARE)))
    page = render_template(
        template,
        event=opened.facts,
        event_id=opened.event.id,
        site_name=site_name,
        site_href=site_href,
        theme=opened.facts.theme,
        to=to,
        **frame(to.suffix),
        **values,
    )
    return private(make_response(page)) if to.preview else page


def frame(suffix: str = "") -> dict[str, Any]:
    """Return the page's own address and its twins in the other languages."""
    tail = request.path.partition("/")[2].partition("/")[2]
    twins = [(language, f"/{language.path}/{tail}{suffix}") for language in LANGUAGES]
    if suffix:
        return {"alternates": twins}
    return {
        "alternates": twins,
        "canonical": absolute(request.path),
        "absolute_alternates": [(one, absolute(path)) for one, path in twins],
    }
