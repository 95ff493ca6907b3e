"""The programme in public: its days, one session, one speaker."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from flask import redirect, request

from forum.core import dates
from forum.core.art.tile import turn
from forum.core.errors import NotFound
from forum.core.http.access import public
from forum.core.http.pages import cached_page, limit_validity
from forum.core.languages import LANGUAGES
from forum.core.qr import svg
from forum.core.urls import absolute
from forum.events.facts import Addresses
from forum.programme.queries import (
    listed,
    next_publication,
    planned_session,
    planned_with,
    published_materials,
)
from forum.programme.rules import GUESTS_OF_HONOUR, SessionState
from forum.seats.rules import band
from forum.site import blueprint
from forum.site.changes import version_line
from forum.site.filters import NAMES, as_query, asked_by
from forum.site.grid import days_of
from forum.site.items import items_of
from forum.site.people import TONES, person_of
from forum.site.programme import Wanted, listing_of
from forum.site.rules import around
from forum.site.shapes import Marks
from forum.site.structured import person_data, session_data
from forum.site.views.frame import LANG, Opened, answer, open_event
from forum.site.words import MATERIALS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from werkzeug.wrappers import Response

    from forum.programme.models import Session, Speaker
    from forum.programme.queries import Planned
    from forum.programme.queries.listed import Listed, Places

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@blueprint.get(f"/{LANG}/e/<slug>/programme")
@public
@cached_page(unless=NAMES)
def programme(slug: str) -> Response | str:
    """Show the whole programme while it is small, else its day of today; nine statements."""
    return _listing(open_event(slug), None)


@blueprint.get(f"/{LANG}/e/<slug>/programme/<day>")
@public
@cached_page(unless=NAMES)
def programme_day(slug: str, day: str) -> Response | str:
    """Show one day of the programme; nine statements."""
    return _listing(open_event(slug), _day_of(day))


@blueprint.get(f"/{LANG}/e/<slug>/sessions/<uuid:session_id>")
@public
@cached_page()
def session(slug: str, session_id: UUID) -> Response | str:
    """Show one session; ten statements."""
    opened = open_event(slug)
    found = the_session(opened, session_id)
    (item,) = items_of(opened.event, [found], opened.to, listed.places_of(opened.event.id))
    limit_validity(next_publication(opened.event.id, opened.now))
    key, order = opened.to.language.key, opened.event.languages
    materials = published_materials([session_id], opened.now).get(session_id, ())
    before, after = around(listed.same_room(found), found)
    return answer(
        opened,
        "site/session.html",
        item=item,
        days_apart=opened.facts.starts.date() != opened.facts.ends.date(),
        seats=band(found.pool.capacity, found.pool.taken, found.pool.waiting)
        if found.pool
        else None,
        materials=[(one, one.title.pick(key, order), one.address) for one in materials],
        material_words=MATERIALS,
        before=before and (before[1].pick(key, order), opened.to.below("sessions", before[0])),
        after=after and (after[1].pick(key, order), opened.to.below("sessions", after[0])),
        feed=absolute(item.feed),
        data=session_data(opened.facts, item, opened.to.language.tag),
        share=_share(opened, "sessions", session_id),
    )


@blueprint.get(f"/{LANG}/e/<slug>/speakers/<speaker>")
@public
@cached_page()
def speaker(slug: str, speaker: str) -> Response | str:
    """Show one speaker and where they appear; eight statements."""
    opened = open_event(slug)
    found = listed.speaker_at(opened.event.organisation_id, speaker)
    places = listed.places_of(opened.event.id)
    sessions = _sessions_with(opened, found, places)
    items = items_of(opened.event, sessions, opened.to, places)
    appearances = [
        (part, item) for item in items for part in item.cast if part.person.id == found.id
    ]
    if not appearances:
        raise NotFound
    honoured = any(part.role in GUESTS_OF_HONOUR for part, _ in appearances)
    person = person_of(
        found,
        key=opened.to.language.key,
        order=opened.event.languages,
        tone=0 if honoured else 1 + turn(found.id) % TONES,
        href=opened.to.below("speakers", speaker),
    )
    return answer(
        opened,
        "site/speaker.html",
        person=person,
        appearances=appearances,
        feed=absolute(opened.to.feed("speakers", f"{speaker}.ics")),
        data=person_data(person, appearances),
        share=_share(opened, "speakers", speaker),
    )


def _listing(opened: Opened, day: date | None) -> Response | str:
    """Answer a page of the programme; six statements."""
    asked = asked_by(request.args)
    here = opened.to.below("programme", *([day.isoformat()] if day else []))
    if any(request.args.get(name) == "" for name in NAMES):
        return redirect(_asking(here, asked))
    event, key = opened.event, opened.to.language.key
    listing = listing_of(event, opened.to, Wanted(day, asked, opened.planned), opened.now)
    limit_validity(listing.changes_at)
    filtered = asked != Marks()

    def _to(other: date) -> str:
        return _asking(opened.to.below("programme", other.isoformat()), asked)

    return answer(
        opened,
        "site/programme.html",
        listing=listing,
        version=version_line(event, opened.to),
        days=days_of(
            listing.items, event.zone, key, as_lists_of=listing.parallel if filtered else None
        ),
        day_said=dates.day(listing.day, key) if listing.day else "",
        tabs=[(dates.short_day(one, key), _to(one), one == listing.day) for one in listing.days],
        elsewhere=[
            (dates.short_day(one, key), number, _to(one)) for one, number in listing.elsewhere
        ],
        action=here.partition("?")[0],
        clean=here,
        filtered=filtered,
        tags={one.key: one.tag for one in LANGUAGES},
        qr="" if opened.planned else svg(absolute(here)),
        feed=absolute(opened.to.feed(f"{opened.to.slug}.ics")),
    )


def _asking(path: str, asked: Marks) -> str:
    """Return a path with what is asked for, and its preview link where it has one."""
    query = as_query(asked)
    return path + (query.replace("?", "&", 1) if "?" in path else query)


def _day_of(typed: str) -> date:
    try:
        return date.fromisoformat(typed if _DAY.fullmatch(typed) else "")
    except ValueError:
        raise NotFound from None


def the_session(opened: Opened, session_id: UUID) -> Session | Planned:
    """Return a session that the reader may see; two statements, with a preview link up to six."""
    if not opened.planned:
        return listed.shown_session(opened.event.id, session_id)
    found = planned_session(opened.event.id, session_id)
    if found.starts_at is None or found.state is SessionState.DRAFT:
        raise NotFound
    return found


def _sessions_with(
    opened: Opened, found: Speaker, places: Places
) -> Sequence[Planned] | Sequence[Listed]:
    if not opened.planned:
        return listed.listed_sessions(opened.event.id, places, speaker=found.slug)
    return [
        one
        for one in planned_with(opened.event.id, found.id)
        if one.starts_at is not None and one.state is not SessionState.DRAFT
    ]


def _share(opened: Opened, *parts: object) -> str:
    return absolute(Addresses(opened.to.language, opened.to.slug).feed(*parts, "share.png"))
