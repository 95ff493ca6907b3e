"""The pages around registering: the form, "look in your mail", and why there is no form."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from flask import current_app, make_response, redirect, render_template, request, session, url_for

from forum.core import clock, dates
from forum.core.errors import NotFound
from forum.core.http.headers import private
from forum.core.http.i18n import current_language
from forum.core.languages import LANGUAGES
from forum.events.facts import Addresses, facts_of
from forum.events.previews import opens_draft
from forum.events.queries import looks_like_slug, public_event
from forum.events.rules import Opening
from forum.registrations import queries
from forum.registrations.queries.types import TypeState
from forum.registrations.rules import Access
from forum.registrations.views.cards import cards_of
from forum.seats.rules import Band, WaitOrder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from forum.events.models import Event
    from forum.registrations.forms.whole import WholeForm
    from forum.registrations.queries import WordingShown

GONE = {Opening.CLOSED, Opening.PAST, Opening.CANCELLED}
BROWSER = "browser"


@dataclass(frozen=True, slots=True)
class Said:
    """What a form that comes back says above its boxes: what is wrong, or a mere note."""

    wrong: tuple[str, ...] = ()
    note: str = ""


NOTHING_SAID = Said()


def keep_browser() -> None:
    """Give the browser the mark by which the same form sent twice is known."""
    session.setdefault(BROWSER, secrets.token_urlsafe(16))


def event_or_none(slug: str) -> Event | None:
    """Return the event at an address, None where it moved; raises NotFound for a hidden draft."""
    if not looks_like_slug(slug):
        raise NotFound
    try:
        event = queries.event_at(slug)
    except NotFound:
        return None
    if not (event.is_public or opens_draft(request.args.get("preview", ""), event.id)):
        raise NotFound
    return event


def moved(slug: str) -> AnyResponse:
    """Send on to the address that an event has now; raises NotFound where there never was one."""
    event, _ = public_event(slug)
    values = {**(request.view_args or {}), "slug": event.slug}
    rest = request.endpoint or ".register"
    # A form that was filled in under the old address is sent again to the new one, by itself.
    return redirect(url_for(rest, **values), 308 if request.method == "POST" else 301)


def frame(event: Event, rest: str = "") -> dict[str, object]:
    """Return what every page around registering needs."""
    facts = facts_of(event, Addresses(current_language(), event.slug))
    return {
        "event": event,
        "facts": facts,
        "site_name": facts.title,
        "site_href": facts.href,
        "theme": facts.theme,
        "address": f"/{current_language().path}/e/{event.slug}/register{rest}",
        "alternates": [
            (language, f"/{language.path}/e/{event.slug}/register{rest}") for language in LANGUAGES
        ],
    }


def form_page(
    event: Event, whole: WholeForm, status: int, *, said: Said = NOTHING_SAID, rest: str = ""
) -> Response:
    """Return the page with the form for what is offered, or with a box for a code where none is."""
    offer = whole.offer
    if offer is None or offer.chosen is None or not offer.takes_people:
        return _code_page(event, whole, status, said, rest)
    chosen = offer.chosen
    one = chosen.ticket_type
    seats = chosen.band
    if whole.number > 1 and not chosen.seats_for(whole.number):
        seats = Band(full=True)
    page = render_template(
        "registrations/register.html",
        whole=whole,
        form=whole.first,
        offer=offer,
        cards=cards_of(offer, event, current_language().key),
        kind=one,
        approval=one.access is Access.APPROVAL,
        band=seats,
        whole_full=chosen.state is TypeState.FULL,
        lot=any(pool.order is WaitOrder.DRAW for pool in chosen.pools),
        seen=wordings_seen(offer.wordings),
        ripe=current_app.config["FORUM_SETTINGS"].form_seconds,
        said=said,
        **frame(event, rest),
    )
    return private(make_response(page, status))


def wordings_seen(wordings: Sequence[WordingShown]) -> str:
    """Return what tells whether a form still shows the wordings that hold now."""
    return hashlib.blake2s("".join(str(one.id) for one in wordings).encode()).hexdigest()[:12]


def _code_page(event: Event, whole: WholeForm, status: int, said: Said, rest: str) -> Response:
    """Ask for the code without which there is no form at this moment."""
    moment = whole.offer.opens_at if whole.offer else None
    page = render_template(
        "registrations/code.html",
        form=whole.first,
        said=said,
        opens=dates.moment(moment, event.zone, current_language().key) if moment else "",
        **frame(event, rest),
    )
    return private(make_response(page, status))


def closed_page(
    event: Event, stands: Opening, status: int, opens_at: datetime | None = None
) -> Response:
    """Say why there is no form."""
    opens_at = opens_at or event.opens_at
    opens = opens_at and dates.moment(opens_at, event.zone, current_language().key)
    page = render_template(
        "registrations/closed.html", state=stands.value, opens=opens, **frame(event)
    )
    return private(make_response(page, status))


def nothing_offered(event: Event, opens_at: datetime | None, *, sent: bool) -> Response:
    """Say that no type of ticket can be had by the form now, and when one can."""
    if opens_at is not None and opens_at > clock.now():
        return closed_page(event, Opening.NOT_YET, 409 if sent else 200, opens_at)
    page = render_template(
        "registrations/closed.html", state="by_invitation", opens="", **frame(event)
    )
    return private(make_response(page, 409 if sent else 200))
