"""Public pages, rendered once per change and answered from bytes: nothing in them is personal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import redirect, render_template, request
from flask_babel import gettext

from forum.calendar.rules import (
    organisation_feed_path,
    series_feed_path,
    site_feed_path,
    subscribe_links,
)
from forum.core.clock import now as clock_now
from forum.core.errors import NotFound
from forum.core.http.access import public
from forum.core.http.i18n import current_language
from forum.core.http.pages import FEED_FILTERS, cached_page, depends_on, limit_validity
from forum.core.i18n import Sentence, sentence
from forum.core.page_scopes import SITE
from forum.core.qr import svg
from forum.core.urls import absolute
from forum.events.queries import partners_of
from forum.events.rules import Opening
from forum.programme.queries import listed
from forum.registrations.queries.offers import ways_in
from forum.site import blueprint, compose, queries
from forum.site.filters import as_query
from forum.site.grid import days_of
from forum.site.items import items_of
from forum.site.part_calendars import chosen_by, part_calendar
from forum.site.programme import planned_public
from forum.site.rules import changes_at, register_card, state_line
from forum.site.shapes import Marks
from forum.site.structured import event_data
from forum.site.views.frame import LANG, Opened, answer, frame, open_event

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from uuid import UUID

    from werkzeug.wrappers import Response

    from forum.core.text import Fragment
    from forum.events.models import Event
    from forum.site.shapes import Card, Item, RegisterCard, StateLine

LONGEST_LIST = 16


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
    upcoming, past = lists = _listed(None)
    return render_template(
        "site/home.html",
        site_name=name,
        feed=_in_language(site_feed_path()),
        houses=[] if only else _houses([*upcoming, *past]),
        **frame(),
        **_cards_of(*lists),
    )


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
        feed=_in_language(series_feed_path(slug)),
        **frame(),
        **_cards_of(*_listed(found.id)),
    )


@blueprint.get(f"/{LANG}/e/<slug>/")
@public
@cached_page()
def event(slug: str) -> Response | str:
    """Show an event; nine statements."""
    opened = open_event(slug)
    card, line = _registration(opened)
    items = _items(opened)
    key = opened.to.language.key
    ranks = compose.partner_ranks(partners_of(opened.event.id), opened.event, key)
    partners = [one for rank in ranks for one in rank.partners]
    days = days_of(items, opened.event.zone, key)
    return answer(
        opened,
        "site/event.html",
        card=card,
        line=line,
        items=items,
        days=days,
        whole=len(days) == 1 and len(items) <= LONGEST_LIST,
        stage=compose.stage_of(items),
        ranks=ranks,
        data=event_data(
            opened.facts, opened.event.state, items, partners, card, opened.to.language.tag
        ),
        feed=absolute(opened.to.feed(f"{slug}.ics")),
    )


@blueprint.get(f"/{LANG}/e/<slug>/calendar")
@public
@cached_page(unless=FEED_FILTERS)
def calendar(slug: str) -> Response | str:
    """Show how to subscribe to an event, or to what is chosen of it; eight statements at most."""
    opened = open_event(slug)
    asked = Marks() if opened.planned else chosen_by(request.args)
    if any(request.args.get(name) == "" for name in FEED_FILTERS):
        return redirect(opened.to.below("calendar") + as_query(asked))
    part = part_calendar(opened.event, asked, opened.to.language)
    called = part.named(opened.facts.title.text)
    links = subscribe_links(absolute(part.feed), called)
    code = svg(links.webcal, gettext("Code that opens the calendar on a phone"))
    return answer(
        opened,
        "site/calendar.html",
        part=part,
        called=called,
        links=links,
        qr=code,
        others=_other_calendars(opened),
    )


@blueprint.get(f"/{LANG}/e/<slug>/privacy")
@public
@cached_page()
def privacy(slug: str) -> Response | str:
    """Show what is done with guests' data; three statements."""
    opened = open_event(slug)
    said = opened.event.privacy or opened.event.organisation.privacy
    statement = said.pick(opened.to.language.key, opened.event.languages)
    return answer(opened, "site/privacy.html", statement=statement)


def _items(opened: Opened) -> tuple[Item, ...]:
    """Return the public sessions with everybody in them; four statements."""
    event = opened.event
    places = listed.places_of(event.id)
    sessions = planned_public(event) if opened.planned else listed.listed_sessions(event.id, places)
    return items_of(event, sessions, opened.to, places)


def _registration(opened: Opened) -> tuple[RegisterCard, StateLine | None]:
    """Return what a guest may do and what is not normal; two statements at most."""
    ways = ways_in(opened.event.id, opened.now)
    seats = ways.band
    state = compose.opening_of(opened.event, opened.now)
    times = compose.times_of(opened.event)
    for moment in (changes_at(times, opened.now), *ways.turns):
        limit_validity(moment)
    key = opened.to.language.key
    note = opened.event.state_note.pick(key, opened.event.languages)
    href = opened.to.below("register")
    return (
        register_card(state, seats, href, entry=ways.entry, money=ways.price),
        state_line(state, times, seats, note=note, key=key, now=opened.now),
    )


def _other_calendars(opened: Opened) -> list[tuple[Fragment, str]]:
    """Return the calendars in which a public event stands beside others, by name."""
    event, series = opened.event, opened.event.series
    if opened.planned:
        return []
    houses = _houses([event])
    if series is None:
        return houses
    name = series.title.pick(opened.to.language.key, event.languages)
    return [(name, _in_language(series_feed_path(series.slug))), *houses]


def _houses(events: Iterable[Event]) -> list[tuple[Fragment, str]]:
    """Return the organisations of events with their calendars, each once."""
    key = current_language().key
    houses = {one.organisation.id: one.organisation for one in events}
    return [
        (one.name.pick(key, one.languages), _in_language(organisation_feed_path(one.slug)))
        for one in houses.values()
    ]


def _in_language(path: str) -> str:
    return absolute(f"{path}?lang={current_language().key}")


def _listed(series_id: UUID | None) -> tuple[Sequence[Event], Sequence[Event]]:
    """Return upcoming and past events; two statements."""
    now = clock_now()
    return queries.upcoming_events(now, series_id), queries.past_events(now, series_id)


def _cards_of(upcoming: Sequence[Event], past: Sequence[Event]) -> dict[str, list[Card]]:
    """Return upcoming and past events as cards; one statement."""
    now = clock_now()
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
