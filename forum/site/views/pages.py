"""Public pages, rendered once per change and answered from bytes: nothing in them is personal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import make_response, redirect, render_template, request

from forum.calendar.rules import subscribe_links
from forum.core.clock import now as clock_now
from forum.core.errors import NotFound
from forum.core.http.access import public
from forum.core.http.headers import private
from forum.core.http.i18n import current_language
from forum.core.http.pages import cached_page, depends_on, limit_validity
from forum.core.i18n import Sentence, sentence
from forum.core.languages import LANGUAGES
from forum.core.page_scopes import SITE
from forum.core.urls import absolute
from forum.events.facts import Addresses, facts_of
from forum.events.queries import partners_of
from forum.events.rules import Opening
from forum.programme.queries import sessions_of
from forum.site import blueprint, compose, queries
from forum.site.rules import changes_at, days_of, register_card, state_line
from forum.site.structured import event_data
from forum.site.views.entry import enter

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from werkzeug.wrappers import Response

    from forum.events.facts import EventFacts
    from forum.events.models import Event
    from forum.site.shapes import Card, Item, RegisterCard, StateLine

LANG = '<any("en","zh-hant","zh-hans"):lang>'
LONGEST_LIST = 16


@dataclass(frozen=True, slots=True)
class Opened:
    """An event that the reader may see, with what every page of it needs."""

    event: Event
    to: Addresses
    facts: EventFacts
    now: datetime


@blueprint.get("/")
@public
def front() -> Response:
    """Lead to the home page in the reader's language."""
    response = redirect(f"/{current_language().path}/")
    response.headers["Vary"] = "Accept-Language, Cookie"
    return response


@blueprint.get(f"/{LANG}/")
@public
@cached_page()
def home() -> str:
    """Show what is coming and what was; five statements."""
    depends_on(SITE)
    only = queries.only_organisation()
    name = only.name.pick(current_language().key, only.languages) if only else None
    return render_template("site/home.html", site_name=name, **_frame(), **_lists(None))


@blueprint.get(f"/{LANG}/series/<slug>/")
@public
@cached_page()
def series(slug: str) -> str:
    """Show events that belong together; five statements."""
    depends_on(SITE)
    found = queries.series_of(slug)
    if found is None:
        raise NotFound
    key = current_language().key
    return render_template(
        "site/series.html",
        title=found.title.pick(key),
        summary=found.summary.pick(key),
        site_name=found.title.pick(key),
        site_href=request.path,
        feed=absolute(f"/series/{slug}.ics?lang={key}"),
        **_frame(),
        **_lists(found.id),
    )


@blueprint.get(f"/{LANG}/e/<slug>/")
@public
@cached_page()
def event(slug: str) -> Response | str:
    """Show an event; seven statements."""
    opened = _open(slug)
    card, line = _registration(opened)
    items = _items(opened)
    key = opened.to.language.key
    partners = compose.partner_lines(partners_of(opened.event.id), opened.event, key)
    days = days_of(items, opened.event.zone, key)
    return _answer(
        opened,
        "site/event.html",
        card=card,
        line=line,
        items=items,
        days=days,
        whole=len(days) == 1 and len(items) <= LONGEST_LIST,
        stage=compose.stage_of(items),
        partners=partners,
        data=event_data(
            opened.facts, opened.event.state, items, partners, card, opened.to.language.tag
        ),
        feed=absolute(opened.to.feed(f"{slug}.ics")),
    )


@blueprint.get(f"/{LANG}/e/<slug>/programme")
@public
@cached_page()
def programme(slug: str) -> Response | str:
    """Show the whole programme; five statements."""
    opened = _open(slug)
    days = days_of(_items(opened), opened.event.zone, opened.to.language.key)
    return _answer(opened, "site/programme.html", days=days)


@blueprint.get(f"/{LANG}/e/<slug>/sessions/<uuid:session_id>")
@public
@cached_page()
def session(slug: str, session_id: UUID) -> Response | str:
    """Show one session; five statements."""
    opened = _open(slug)
    item = next((one for one in _items(opened) if one.id == session_id), None)
    if item is None:
        raise NotFound
    return _answer(opened, "site/session.html", item=item, feed=absolute(item.feed))


@blueprint.get(f"/{LANG}/e/<slug>/speakers/<speaker>")
@public
@cached_page()
def speaker(slug: str, speaker: str) -> Response | str:
    """Show one speaker and where they appear; five statements."""
    opened = _open(slug)
    wanted = opened.to.below("speakers", speaker)
    appearances = [
        (part, item) for item in _items(opened) for part in item.cast if part.person.href == wanted
    ]
    if not appearances:
        raise NotFound
    person = appearances[0][0].person
    return _answer(opened, "site/speaker.html", person=person, appearances=appearances)


@blueprint.get(f"/{LANG}/e/<slug>/calendar")
@public
@cached_page()
def calendar(slug: str) -> Response | str:
    """Show how to subscribe; three statements."""
    opened = _open(slug)
    feed = absolute(opened.to.feed(f"{slug}.ics"))
    links = subscribe_links(feed, opened.facts.title.text)
    return _answer(opened, "site/calendar.html", feed=feed, links=links)


@blueprint.get(f"/{LANG}/e/<slug>/privacy")
@public
@cached_page()
def privacy(slug: str) -> Response | str:
    """Show what is done with guests' data; three statements."""
    opened = _open(slug)
    said = opened.event.privacy or opened.event.organisation.privacy
    statement = said.pick(opened.to.language.key, opened.event.languages)
    return _answer(opened, "site/privacy.html", statement=statement)


def _open(slug: str) -> Opened:
    """Load an event by its slug; three statements."""
    found, token = enter(slug)
    to = Addresses(current_language(), slug, token)
    return Opened(found, to, facts_of(found, to), clock_now())


def _items(opened: Opened) -> tuple[Item, ...]:
    """Return the public sessions with everybody in them; two statements."""
    return compose.items_of(opened.event, sessions_of(opened.event.id), opened.to)


def _registration(opened: Opened) -> tuple[RegisterCard, StateLine | None]:
    """Return what a guest may do and what is not normal; one statement."""
    seats = queries.seats_of(opened.event.id)
    state = compose.opening_of(opened.event, opened.now)
    times = compose.times_of(opened.event)
    limit_validity(changes_at(times, opened.now))
    key = opened.to.language.key
    note = opened.event.state_note.pick(key, opened.event.languages)
    return (
        register_card(state, seats, opened.to.below("register")),
        state_line(state, times, seats, note=note, key=key, now=opened.now),
    )


def _answer(opened: Opened, template: str, **values: Any) -> Response | str:  # noqa: ANN401 - a template's values
    to = opened.to
    site_name, site_href = compose.site_of(opened.event, to.language)
    page = render_template(
        template,
        event=opened.facts,
        site_name=site_name,
        site_href=site_href,
        theme=opened.facts.theme,
        share=absolute(to.feed("share.svg")),
        to=to,
        **_frame(to.suffix),
        **values,
    )
    return private(make_response(page)) if to.preview else page


def _frame(suffix: str = "") -> dict[str, Any]:
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


def _lists(series_id: UUID | None) -> dict[str, list[Card]]:
    """Return the cards of upcoming and past events; three statements."""
    now = clock_now()
    upcoming = queries.upcoming_events(now, series_id)
    past = queries.past_events(now, series_id)
    full = queries.full_events([one.id for one in upcoming])
    for one in upcoming:
        limit_validity(changes_at(compose.times_of(one), now))
    return {"upcoming": _cards(upcoming, full, now), "past": _cards(past, set(), now)}


def _cards(events: Iterable[Event], full: set[UUID], now: datetime) -> list[Card]:
    return [compose.card_of(one, current_language(), _tag(one, full, now)) for one in events]


def _tag(one: Event, full: set[UUID], now: datetime) -> tuple[str, Sentence] | None:
    state = compose.opening_of(one, now)
    if state is Opening.OPEN and one.id in full:
        return "info", sentence("Wait list")
    return {
        Opening.CANCELLED: ("stop", sentence("Cancelled")),
        Opening.POSTPONED: ("look", sentence("Postponed")),
        Opening.NOT_YET: ("info", sentence("Opens soon")),
        Opening.CLOSED: ("", sentence("Registration closed")),
    }.get(state)
