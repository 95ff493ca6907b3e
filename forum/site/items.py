"""From sessions of either layer to what pages show of them, in one language."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING
from uuid import UUID

from forum.core import dates
from forum.core.http.i18n import translated
from forum.core.text import EMPTY, Fragment, Text
from forum.events.titles import title_of
from forum.programme import words
from forum.programme.rules import GUESTS_OF_HONOUR, PAUSES, SessionState
from forum.site.people import TONES, person_of
from forum.site.shapes import Item, Marks, OtherRoom, PanelPart, Part, Person

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from forum.core.i18n import Sentence
    from forum.events.facts import Addresses
    from forum.events.models import Event
    from forum.programme.models import Session
    from forum.programme.queries import Planned
    from forum.programme.queries.listed import Listed, Places
    from forum.programme.rules import AppearanceRole

    Shown = Session | Planned | Listed


def items_of(
    event: Event, sessions: Iterable[Shown], to: Addresses, places: Places
) -> tuple[Item, ...]:
    """Return the public sessions of an event, in order of time."""
    timed = [one for one in sessions if one.starts_at is not None]
    timed.sort(key=lambda one: (one.starts_at, one.position))
    writer = _Writer(event, to, places)
    writer.meet(timed)
    return tuple(writer.item(one) for one in timed)


class _Writer:
    """One event in one language; what recurs in a list is worked out once."""

    def __init__(self, event: Event, to: Addresses, places: Places) -> None:
        key, zone = to.language.key, event.zone
        self._event, self._to, self._key, self._order = event, to, key, event.languages
        self._rooms = {
            str(one.id): (one, one.name.pick(key, event.languages)) for one in places.rooms.values()
        }
        self._tracks = {
            one.id: (one, one.name.pick(key, event.languages)) for one in places.tracks.values()
        }
        self._people: dict[UUID, Person] = {}
        self._clock = cache(lambda moment: dates.list_clock(moment, zone, key))
        self._iso = cache(lambda moment: moment.astimezone(zone).isoformat(timespec="minutes"))
        self._local_day = cache(lambda moment: dates.local_day(moment, zone))
        self._date = cache(lambda day: dates.day(day, key))
        self._span = cache(lambda starts, ends: dates.list_span(starts, ends, zone, key))
        self._hours = cache(lambda starts, ends: dates.hours(starts, ends, zone, key))
        self._role = cache(self._role_of)
        self._spoken = cache(self._spoken_of)

    def meet(self, sessions: Sequence[Shown]) -> None:
        """Learn who is on stage: each has the tint that the order of the programme gives."""
        cast = [one for session in sessions for one in session.appearances]
        honoured = {one.speaker_id for one in cast if one.role in GUESTS_OF_HONOUR}
        for one in cast:
            if one.speaker_id not in self._people:
                tone = 0 if one.speaker_id in honoured else 1 + len(self._people) % TONES
                self._people[one.speaker_id] = person_of(
                    one.speaker,
                    key=self._key,
                    order=self._order,
                    tone=tone,
                    href=self._to.below("speakers", one.speaker.slug),
                )

    def item(self, session: Shown) -> Item:
        """Return a session that has a time."""
        event, to = self._event, self._to
        starts, ends = session.starts_at or event.starts_at, session.ends_at or event.ends_at
        day = session.day or self._local_day(starts)
        cast = tuple(
            Part(self._people[one.speaker_id], one.role, self._role(one.role, one.called), one.part)
            for one in session.appearances
        )
        room, name = self._rooms.get(str(session.room_id), (None, EMPTY))
        further = [self._rooms[one] for one in session.also_in if one in self._rooms]
        track, track_name = (
            self._tracks.get(session.track_id, (None, EMPTY)) if session.track_id else (None, EMPTY)
        )
        return Item(
            id=session.id,
            href=to.below("sessions", session.id),
            feed=to.feed("sessions", session.id, f"{event.slug}.ics"),
            kind=session.kind,
            word=words.KINDS[session.kind],
            title=title_of(session.title.pick(self._key, self._order)),
            abstract=session.abstract.pick(self._key, self._order),
            spoken=self._spoken(tuple(session.delivered_in), tuple(session.interpreted_into)),
            starts=starts,
            ends=ends,
            day=day,
            iso=self._iso(starts),
            ends_iso=self._iso(ends),
            clock=self._clock(starts),
            until=self._clock(ends),
            span=self._span(starts, ends),
            hours=self._hours(starts, ends),
            date=self._date(day),
            room=name,
            room_id=session.room_id if room else None,
            room_order=room.position if room else -1,
            further=tuple(
                OtherRoom(one.id, said, one.position) for one, said in further if one is not room
            ),
            track=track_name,
            track_colour=track.colour if track else "",
            cast=cast,
            parts=self._parts(session, cast),
            thin=session.kind in PAUSES and not cast,
            next_day=self._local_day(starts) > day,
            cancelled=session.state is SessionState.CANCELLED,
            places=session.pool_id is not None,
            stream=session.stream_url,
            marks=Marks(
                room=" ".join([*([room.slug] if room else []), *(one.slug for one, _ in further)]),
                track=track.slug if track else "",
                kind=session.kind.value,
                spoken=" ".join((*session.delivered_in, *session.interpreted_into)),
                speaker=" ".join(dict.fromkeys(part.person.slug for part in cast)),
            ),
        )

    def _parts(self, session: Shown, cast: Sequence[Part]) -> tuple[PanelPart, ...]:
        return tuple(
            PanelPart(
                Text(part["title"]).pick(self._key, self._order),
                part.get("minutes") or 0,
                tuple(one for one in cast if one.part == place),
            )
            for place, part in enumerate(session.parts)
        )

    def _role_of(self, role: AppearanceRole, called: Text) -> Sentence:
        return words.role_in_words(role, called, self._key, self._order)

    def _spoken_of(self, delivered: tuple[str, ...], interpreted: tuple[str, ...]) -> Fragment:
        said = words.spoken_in(delivered, interpreted, self._key)
        return Fragment(translated(said), self._key) if said else EMPTY
