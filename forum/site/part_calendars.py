"""What part of an event one may have in a calendar: what there is to choose, and its address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from forum.calendar.rules import chosen_feed_path
from forum.calendar.service.feeds import JOINED
from forum.core.http.pages import FEED_FILTERS
from forum.programme.queries import listed
from forum.programme.queries.listed import Places
from forum.site.filters import Choice, asked_by, choices_among, number_by_day
from forum.site.shapes import Marks

if TYPE_CHECKING:
    from forum.core.languages import Language
    from forum.events.models import Event
    from forum.programme.queries.listed import Marks as Stored


@dataclass(frozen=True, slots=True)
class PartCalendar:
    """What a reader chose of an event: `number` of its `total` sessions; all where nothing is.

    `feed` is the path of its calendar, `called` how that is named behind the event's own name.
    """

    choices: Sequence[Choice]
    asked: Marks
    number: int
    total: int
    feed: str
    called: tuple[str, ...]

    @property
    def is_part(self) -> bool:
        """Whether anything was chosen."""
        return self.asked != Marks()

    def named(self, title: str) -> str:
        """Return what the calendar is called, as it says of itself."""
        return JOINED.join((title, *self.called))


def chosen_by(query: Mapping[str, str]) -> Marks:
    """Return what an address asks for of what feeds understand."""
    return replace(asked_by(query), spoken="")


def part_calendar(event: Event, asked: Marks, language: Language) -> PartCalendar:
    """Return the calendar of what is asked for of an event, and all that there is to choose.

    Four statements; one more where a speaker is asked for.
    """
    marks = listed.marks_of(event.id)
    places = _used(listed.places_of(event.id), marks)
    people = listed.names_of_speakers(event.id, language.key)
    found = choices_among(marks, places, people, asked, language.key, event.languages)
    choices = [one for one in found if one.name in FEED_FILTERS]
    with_speaker = listed.session_ids_with(event.id, asked.speaker) if asked.speaker else set()
    chosen = {one.name: one.chosen for one in choices if one.chosen}
    path = chosen_feed_path(event.slug, {name: one.value for name, one in chosen.items()})
    return PartCalendar(
        choices=choices,
        asked=asked,
        number=number_by_day(marks, asked, places, with_speaker).total(),
        total=len(marks),
        feed=f"{path}{'&' if '?' in path else '?'}lang={language.key}",
        called=tuple(chosen[name].said.text for name in FEED_FILTERS if name in chosen),
    )


def _used(places: Places, marks: Sequence[Stored]) -> Places:
    """Return the rooms and tracks that guests see in a session: others are not named here."""
    rooms = {room for one in marks for room in one.room_ids}
    tracks = {one.track_id for one in marks}
    return Places(
        {place: one for place, one in places.rooms.items() if place in rooms},
        {place: one for place, one in places.tracks.items() if place in tracks},
    )
