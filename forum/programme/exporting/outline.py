"""What guests see of a programme, by day and room, as conference apps read it (frab's model)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from uuid import UUID

from forum.core import dates
from forum.core.languages import Language
from forum.core.text import Text
from forum.core.urls import absolute
from forum.events.facts import Addresses
from forum.events.models import Event, Room
from forum.events.queries import rooms_of
from forum.events.rules import slug_of
from forum.events.service import latin
from forum.programme import queries
from forum.programme.exporting.reads import not_recorded
from forum.programme.frab_ids import guid_in_room
from forum.programme.models import Material, Session, Speaker, Track
from forum.programme.rules import SMALL_HOURS, SessionState

NO_ROOM = ""
SLOT = timedelta(minutes=5)
LARGEST_ID = 2**31 - 1
"""Apps keep ids in 32 bits."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link or a file that belongs to an item."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class PersonOut:
    """Somebody on stage, with nothing that is not public; `id` is a number for older apps."""

    id: int
    guid: UUID
    name: str
    biography: str


@dataclass(frozen=True, slots=True)
class ItemOut:
    """A session in one room; `starts_at` is in the event's zone, `kind` a word of our own."""

    id: int
    guid: UUID
    slug: str
    url: str
    starts_at: datetime
    duration: timedelta
    room: str
    title: str
    track: TrackOut | None
    kind: str
    language: str
    abstract: str
    description: str
    not_recorded: bool
    persons: Sequence[PersonOut]
    links: Sequence[Link]
    attachments: Sequence[Link]


@dataclass(frozen=True, slots=True)
class RoomOut:
    """A room; its name is another than every other's."""

    guid: UUID
    slug: str
    name: str
    capacity: int | None


@dataclass(frozen=True, slots=True)
class TrackOut:
    """A track; `colour` is #rrggbb or empty."""

    slug: str
    name: str
    colour: str


@dataclass(frozen=True, slots=True)
class DayOut:
    """A day from its change to the next one's, with the rooms in which something is held."""

    date: date
    starts_at: datetime
    ends_at: datetime
    rooms: Mapping[str, Sequence[ItemOut]]


@dataclass(frozen=True, slots=True)
class Outline:
    """A programme in one language; `acronym` has small letters, figures and low lines alone.

    `valid_until` is when a material is published that is not in it yet.
    """

    version: str
    acronym: str
    title: str
    time_zone: str
    base_url: str
    url: str
    venue: str
    change_of_day: time
    rooms: Sequence[RoomOut]
    tracks: Sequence[TrackOut]
    days: Sequence[DayOut]
    valid_until: datetime | None


def outline_of(event: Event, language: Language, now: datetime) -> Outline:
    """Return all that guests see of an event's programme at this moment (8 statements).

    Without drafts, cancelled sessions and those that wait for a time.
    """
    sessions = [
        one
        for one in queries.sessions_of(event.id)
        if one.starts_at is not None and one.state is SessionState.CONFIRMED
    ]
    version = queries.settings_of(event.id).version
    composer = _Composer(event, language, rooms_of(event.id), queries.tracks_of(event.id))
    materials = queries.published_materials([one.id for one in sessions], now)
    composer.learn(sessions, materials, not_recorded(event.id))
    change = change_of_day(
        ((one.starts_at.astimezone(event.zone), one.day) for one in sessions if one.starts_at),
    )
    to = Addresses(language, event.slug)
    return Outline(
        version=str(version),
        acronym=event.slug.replace("-", "_"),
        title=composer.say(event.title),
        time_zone=event.time_zone,
        base_url=absolute("/"),
        url=absolute(to.event),
        venue=composer.say(event.venue.name) if event.venue else "",
        change_of_day=change,
        rooms=tuple(composer.rooms.values()),
        tracks=tuple(composer.tracks.values()),
        days=composer.days(sessions, change),
        valid_until=queries.next_publication(event.id, now),
    )


def change_of_day(starts: Iterable[tuple[datetime, date | None]]) -> time:
    """Return the wall time at which one day ends and the next begins.

    Apps take what starts earlier for the night before: six in the morning, or the first start of
    any day where that is not between the last of a night and the first of a morning.
    """
    own: list[time] = []
    night: list[time] = []
    for local, listed in starts:
        (night if listed and local.date() > listed else own).append(local.time())
    first, last = min(own, default=SMALL_HOURS), max(night, default=time.min)
    return SMALL_HOURS if last < SMALL_HOURS <= first else first


def id_of(guid: UUID) -> int:
    """Return a number from 1 to 2³¹-1 that is always the same for a UUID."""
    found = int.from_bytes(hashlib.blake2b(guid.bytes, digest_size=8).digest())
    return 1 + found % LARGEST_ID


def ids_of(guids: Iterable[UUID]) -> dict[UUID, int]:
    """Return a number for each UUID, each another; older UUIDs keep theirs where two would meet."""
    found: dict[UUID, int] = {}
    taken: set[int] = set()
    for guid in sorted(set(guids)):
        number = id_of(guid)
        while number in taken:
            number = 1 + number % LARGEST_ID
        taken.add(number)
        found[guid] = number
    return found


class _Composer:
    """What is the same for every session: the language, names of rooms, numbers, materials."""

    def __init__(
        self,
        event: Event,
        language: Language,
        rooms: Sequence[Room],
        tracks: Sequence[Track],
    ) -> None:
        self._event = event
        self._zone: tzinfo = event.zone
        self._to = Addresses(language, event.slug)
        self._key = language.key
        self._ids: dict[UUID, int] = {}
        self._people: dict[UUID, PersonOut] = {}
        self._materials: Mapping[UUID, Sequence[Material]] = {}
        self._not_recorded: set[UUID] = set()
        self.rooms = self._named_rooms(rooms)
        self.tracks = {one.id: TrackOut(one.slug, self.say(one.name), one.colour) for one in tracks}

    def say(self, text: Text) -> str:
        """Return a text in the file's language, else in the event's next one."""
        return text.pick(self._key, self._event.languages).text

    def learn(
        self,
        sessions: Sequence[Session],
        materials: Mapping[UUID, Sequence[Material]],
        not_recorded: set[UUID],
    ) -> None:
        """Give everything its number, describe everybody, sort what is published."""
        everywhere = [
            guid
            for one in sessions
            for guid in (one.id, *(guid_in_room(one.id, room) for room in self._further(one)))
        ]
        self._ids = ids_of(everywhere)
        speakers = {part.speaker_id: part.speaker for one in sessions for part in one.appearances}
        numbers = ids_of(speakers)
        self._people = {
            who: PersonOut(numbers[who], who, self._name(speaker), self.say(speaker.biography))
            for who, speaker in speakers.items()
        }
        self._not_recorded = not_recorded
        self._materials = materials

    def days(self, sessions: Sequence[Session], change: time) -> tuple[DayOut, ...]:
        """Return every day of the event and every day on which something is listed."""
        listed: dict[date, list[ItemOut]] = {day: [] for day in self._own_days()}
        for session in sessions:
            for item in self._items(session):
                listed.setdefault(session.day or item.starts_at.date(), []).append(item)
        order = {room.name: place for place, room in enumerate(self.rooms.values())}
        found = []
        for day, items in sorted(listed.items()):
            names = sorted(
                {one.room for one in items}, key=lambda name: order.get(name, len(order))
            )
            found.append(
                DayOut(
                    day,
                    datetime.combine(day, change, self._zone),
                    datetime.combine(day + timedelta(days=1), change, self._zone),
                    {name: [one for one in items if one.room == name] for name in names},
                ),
            )
        return tuple(found)

    def _own_days(self) -> list[date]:
        event = self._event
        first = dates.local_day(event.starts_at, self._zone)
        last = dates.last_day(event.starts_at, event.ends_at, self._zone)
        return [first + timedelta(days=number) for number in range((last - first).days + 1)]

    def _items(self, session: Session) -> list[ItemOut]:
        main = self.rooms.get(session.room_id) if session.room_id else None
        return [
            self._item(session, session.id, main.name if main else NO_ROOM),
            *(
                self._item(session, guid_in_room(session.id, room), self.rooms[room].name)
                for room in self._further(session)
            ),
        ]

    def _item(self, session: Session, guid: UUID, room: str) -> ItemOut:
        starts, ends = session.starts_at, session.ends_at
        if starts is None or ends is None:
            raise ValueError(session.id)
        number, title = self._ids[guid], self.say(session.title)
        links, attachments = self._attached(session.id)
        people = list(dict.fromkeys(part.speaker_id for part in session.appearances))
        return ItemOut(
            id=number,
            guid=guid,
            slug="-".join(
                part for part in (self._event.slug, str(number), slug_of(latin(title))) if part
            ),
            url=absolute(self._to.below("sessions", session.id)),
            starts_at=starts.astimezone(self._zone),
            duration=ends - starts,
            room=room,
            title=title,
            track=self.tracks.get(session.track_id) if session.track_id else None,
            kind=session.kind.value,
            language=session.delivered_in[0] if session.delivered_in else "",
            abstract=self.say(session.abstract),
            description=self._parts(session),
            not_recorded=not self._not_recorded.isdisjoint(people),
            persons=[self._people[who] for who in people],
            links=links,
            attachments=attachments,
        )

    def _further(self, session: Session) -> list[UUID]:
        """Return the further rooms of a session that are rooms of this event."""
        named = [UUID(room) for room in session.also_in]
        return [room for room in named if room in self.rooms and room != session.room_id]

    def _attached(self, session_id: UUID) -> tuple[list[Link], list[Link]]:
        links: list[Link] = []
        attachments: list[Link] = []
        for one in self._materials.get(session_id, []):
            to = links if one.kind in {"link", "recording"} else attachments
            to.append(
                Link(
                    self.say(one.title), one.url or absolute(f"/uploads/materials/{one.file_name}")
                )
            )
        return links, attachments

    def _parts(self, session: Session) -> str:
        """Return a panel's parts, a line each."""
        lines = []
        for part in session.parts:
            title, minutes = self.say(Text(part["title"])), part.get("minutes")
            lines.append(f"{title} ({minutes}′)" if minutes else title)
        return "\n".join(lines)

    def _name(self, speaker: Speaker) -> str:
        return speaker.names(self._key)[0].text

    def _named_rooms(self, rooms: Sequence[Room]) -> dict[UUID, RoomOut]:
        found: dict[UUID, RoomOut] = {}
        taken = {NO_ROOM}
        for room in rooms:
            name = said = self.say(room.name)
            number = 2
            while name in taken:
                name, number = f"{said} ({number})", number + 1
            taken.add(name)
            found[room.id] = RoomOut(room.id, room.slug, name, room.capacity)
        return found
