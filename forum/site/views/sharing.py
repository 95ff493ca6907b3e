"""Pictures that go with links: an event's, a session's, a speaker's, drawn when first asked for."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from flask import current_app, make_response

from forum.core.art.colour import palette
from forum.core.art.cover import Subject
from forum.core.art.raster import families_of, png_of
from forum.core.art.share import Portrait, Said, share_svg
from forum.core.errors import NotFound
from forum.core.fonts import fonts_in
from forum.core.http.access import public
from forum.core.http.i18n import use_language
from forum.core.http.pages import cached_page
from forum.core.languages import ENGLISH
from forum.events.views import uploads
from forum.programme.queries import listed
from forum.site import blueprint
from forum.site.items import items_of
from forum.site.people import person_of
from forum.site.views.frame import Opened, open_event
from forum.site.views.programme import the_session

if TYPE_CHECKING:
    from uuid import UUID

    from flask import Response

    from forum.site.shapes import Person

KEPT_A_DAY = "public, max-age=86400"
NEVER_GZIPPED = 1 << 40
GAP = " · "


@blueprint.get("/e/<slug>/share.png")
@public
@cached_page(cache_control=KEPT_A_DAY, gzip_from=NEVER_GZIPPED)
def share(slug: str) -> Response:
    """Draw the picture of an event's link, in a language; three statements."""
    opened = _opened(slug)
    facts = opened.facts
    said = GAP.join(part for part in (facts.when, facts.place.text) if part)
    return _drawn(opened, facts.title.text, said)


@blueprint.get("/e/<slug>/sessions/<uuid:session_id>/share.png")
@public
@cached_page(cache_control=KEPT_A_DAY, gzip_from=NEVER_GZIPPED)
def share_session(slug: str, session_id: UUID) -> Response:
    """Draw the picture of a session's link; seven statements."""
    opened = _opened(slug)
    found = the_session(opened, session_id)
    (item,) = items_of(opened.event, [found], opened.to, listed.places_of(opened.event.id))
    said = [item.date, item.span, item.room.text, *(part.person.name.text for part in item.cast)]
    return _drawn(
        opened,
        item.title.text,
        GAP.join(part for part in said if part),
        above=opened.facts.title.name,
    )


@blueprint.get("/e/<slug>/speakers/<speaker>/share.png")
@public
@cached_page(cache_control=KEPT_A_DAY, gzip_from=NEVER_GZIPPED)
def share_speaker(slug: str, speaker: str) -> Response:
    """Draw the picture of a speaker's link; seven statements."""
    opened = _opened(slug)
    found = listed.speaker_at(opened.event.organisation_id, speaker)
    if not opened.planned and not listed.session_ids_with(opened.event.id, found.slug):
        raise NotFound
    person = person_of(
        found, key=opened.to.language.key, order=opened.event.languages, tone=1, href=""
    )
    office = GAP.join(one.text for one in (person.title, person.affiliation) if one)
    return _drawn(
        opened,
        person.name.text,
        office or opened.facts.when,
        above=opened.facts.title.name,
        person=person,
    )


def _opened(slug: str) -> Opened:
    """Open an event in the language that is asked for; never the browser's, a picture is kept."""
    use_language(ENGLISH)
    return open_event(slug)


def _drawn(
    opened: Opened, title: str, facts: str, *, above: str = "", person: Person | None = None
) -> Response:
    event, language = opened.event, opened.to.language
    fonts = fonts_in(current_app.config["FORUM_SETTINGS"].font_dirs).files
    portrait = None
    if person:
        letters = person.seal if person.seal and language.key != "en" else person.initials
        portrait = Portrait(letters, _photo(person.photo))
    svg = share_svg(
        str(event.id),
        Subject(event.subject.value),
        palette(event.accent),
        Said(title, facts, language.tag, above),
        portrait,
        families_of(fonts),
    )
    response = make_response(png_of(svg, fonts, photo=bool(portrait and portrait.photo)))
    response.mimetype = "image/png"
    return response


def _photo(address: str) -> str:
    """Return an uploaded tile as a data address, or nothing where its file is not there."""
    file = uploads() / address.rpartition("/")[2]
    if not address or not file.is_file():
        return ""
    return f"data:image/webp;base64,{base64.b64encode(file.read_bytes()).decode()}"
