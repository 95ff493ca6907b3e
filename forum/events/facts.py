"""An event as pages and tickets show it: title, time, place and addresses in one language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

from forum.core import dates
from forum.core.i18n import Sentence, sentence
from forum.core.links import Purpose, derive
from forum.core.text import EMPTY, Fragment
from forum.events.rules import EventState
from forum.events.titles import Title, title_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from forum.core.languages import Language
    from forum.events.models import Event, Venue

MAP = "https://www.openstreetmap.org/"
NOT_AS_SAID = {
    EventState.CANCELLED: sentence("The event is cancelled"),
    EventState.POSTPONED: sentence("The event is postponed"),
}


@dataclass(frozen=True, slots=True)
class Addresses:
    """The paths of one event in one language; `preview` is the token that opens a draft."""

    language: Language
    slug: str
    preview: str = ""

    @property
    def suffix(self) -> str:
        """What carries a draft's preview link along."""
        return f"?preview={self.preview}" if self.preview else ""

    @property
    def event(self) -> str:
        """The event's page."""
        return f"/{self.language.path}/e/{self.slug}/{self.suffix}"

    def below(self, *parts: object) -> str:
        """Return a page under the event's."""
        tail = "/".join(quote(str(part), safe="") for part in parts)
        return f"/{self.language.path}/e/{self.slug}/{tail}{self.suffix}"

    def feed(self, *parts: object) -> str:
        """Return a calendar or another file of the event, in this language."""
        tail = "/".join(quote(str(part), safe="") for part in parts)
        return f"/e/{self.slug}/{tail}?lang={self.language.key}"

    def made(self, name: str, version: str) -> str:
        """Return a file made from the event: its colours, its cover."""
        more = f"&preview={self.preview}" if self.preview else ""
        return f"/e/{self.slug}/{name}?v={version}{more}"


def preview_of(event: Event, language: Language) -> str:
    """Return the path that shows a draft to everybody who has it; empty once it is public."""
    token = "" if event.is_public else derive(Purpose.PREVIEW, event.id)
    return Addresses(language, event.slug, token).event if token else ""


@dataclass(frozen=True, slots=True)
class EventFacts:
    """What every page of an event shows of it; `state` is None while it takes place as said.

    `when` is the day or days, `hours` the times with their zone, `starts` and `ends` are in the
    event's own zone, `zone_name` is that zone in words. `theme` and `cover` are paths of its
    colours and of its drawn cover.
    """

    slug: str
    title: Title
    summary: Fragment
    when: str
    hours: str
    short_day: str
    clock: str
    starts: datetime
    ends: datetime
    zone: str
    zone_name: str
    place: Fragment
    address: Fragment
    directions: Fragment
    access: Fragment
    spot: tuple[float, float] | None
    map: str
    spoken: Fragment
    organiser: Fragment
    contact: str
    href: str
    theme: str
    cover: str
    state: Sentence | None
    sample: bool
    languages: tuple[str, ...]


def facts_of(event: Event, to: Addresses) -> EventFacts:
    """Return an event's facts in the addresses' language; venue and organisation are loaded."""
    key, order, zone = to.language.key, event.languages, event.zone
    first = dates.local_day(event.starts_at, zone)
    last = dates.last_day(event.starts_at, event.ends_at, zone)
    place, address, directions, access = _place(event.venue, key, order)
    accent = event.accent.removeprefix("#")
    return EventFacts(
        slug=event.slug,
        title=title_of(event.title.pick(key, order)),
        summary=event.summary.pick(key, order),
        when=dates.days(first, last, key),
        hours=dates.hours(event.starts_at, event.ends_at, zone, key),
        short_day=dates.short_day(first, key),
        clock=dates.clock(event.starts_at, zone, key),
        starts=event.starts_at.astimezone(zone),
        ends=event.ends_at.astimezone(zone),
        zone=event.time_zone,
        zone_name=dates.zone_in_words(zone, key),
        place=place,
        address=address,
        directions=directions,
        access=access,
        spot=_spot(event.venue),
        map=map_of(place, address, _spot(event.venue)),
        spoken=event.spoken_languages.pick(key, order),
        organiser=event.organisation.name.pick(key, order),
        contact=event.contact_email or event.organisation.contact_email,
        href=to.event if event.is_public or to.preview else "",
        theme=to.made("theme.css", accent),
        cover=to.made("cover.svg", f"{accent}-{event.subject.value}"),
        state=NOT_AS_SAID.get(event.state),
        sample=event.sample,
        languages=tuple(event.languages),
    )


def map_of(place: Fragment, address: Fragment, spot: tuple[float, float] | None) -> str:
    """Return the address of a map of the place, or an empty string."""
    if spot is not None:
        north, east = (f"{degrees:.6f}" for degrees in spot)
        return f"{MAP}?mlat={north}&mlon={east}#map=18/{north}/{east}"
    asked = ", ".join(part.text for part in (place, address) if part)
    return f"{MAP}search?query={quote_plus(asked)}" if asked else ""


def _place(venue: Venue | None, key: str, order: Sequence[str]) -> tuple[Fragment, ...]:
    if venue is None:
        return (EMPTY,) * 4
    texts = (venue.name, venue.address, venue.directions, venue.access)
    return tuple(text.pick(key, order) for text in texts)


def _spot(venue: Venue | None) -> tuple[float, float] | None:
    if venue is None or venue.latitude is None or venue.longitude is None:
        return None
    return venue.latitude, venue.longitude
