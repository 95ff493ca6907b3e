"""From rows to what a template shows: sessions and people, who stands where, cards of a list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from forum.core import dates
from forum.core.http.i18n import translated
from forum.core.text import EMPTY, Fragment
from forum.events.facts import Addresses, facts_of
from forum.events.rules import Opening, opening
from forum.events.titles import title_of
from forum.events.words import PARTNERS
from forum.programme import words
from forum.programme.rules import GUESTS_OF_HONOUR, PAUSES, SessionKind, SessionState
from forum.site.people import TONES, person_of
from forum.site.rules import Times
from forum.site.shapes import Card, Item, Part, PartnerLine, Person

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from forum.core.i18n import Sentence
    from forum.core.languages import Language
    from forum.events.models import Event, Partner
    from forum.programme.models import Session, Speaker
    from forum.programme.queries import Planned

ALSO_AT_MOST = 60
HONOURED_AT_MOST = 2
PANELS_AT_MOST = 3


def times_of(event: Event) -> Times:
    """Return the moments that decide what a guest may do."""
    return Times(event.starts_at, event.ends_at, event.opens_at, event.closes_at, event.zone)


def opening_of(event: Event, now: datetime) -> Opening:
    """Return whether and why registration is open."""
    return opening(
        event.state,
        opens_at=event.opens_at,
        closes_at=event.closes_at,
        ends_at=event.ends_at,
        now=now,
    )


def site_of(event: Event, language: Language) -> tuple[Fragment, str]:
    """Return what stands at the head of an event's pages and its link: series or organiser."""
    key, order = language.key, event.languages
    if event.series:
        return event.series.title.pick(key, order), f"/{language.path}/series/{event.series.slug}/"
    return event.organisation.name.pick(key, order), f"/{language.path}/"


def items_of(
    event: Event, sessions: Iterable[Session | Planned], to: Addresses
) -> tuple[Item, ...]:
    """Return the public sessions of an event, in order of time."""
    timed = [one for one in sessions if one.starts_at is not None]
    timed.sort(key=lambda one: (one.starts_at, one.position))
    people = _people_of(event, timed, to)
    return tuple(_item(event, one, people, to) for one in timed)


def _people_of(
    event: Event, sessions: Sequence[Session | Planned], to: Addresses
) -> dict[UUID, Person]:
    """Return everybody on stage by id, each with the tint that the order of the programme gives."""
    cast = [one for session in sessions for one in session.appearances]
    honoured = {one.speaker_id for one in cast if one.role in GUESTS_OF_HONOUR}
    found: dict[UUID, Person] = {}
    for one in cast:
        if one.speaker_id not in found:
            tone = 0 if one.speaker_id in honoured else 1 + len(found) % TONES
            found[one.speaker_id] = _person(one.speaker, event, tone, to)
    return found


def _person(speaker: Speaker, event: Event, tone: int, to: Addresses) -> Person:
    return person_of(
        speaker,
        key=to.language.key,
        order=event.languages,
        tone=tone,
        href=to.below("speakers", speaker.slug),
    )


def _item(
    event: Event, session: Session | Planned, people: dict[UUID, Person], to: Addresses
) -> Item:
    key, order, zone = to.language.key, event.languages, event.zone
    starts, ends = session.starts_at or event.starts_at, session.ends_at or event.ends_at
    day = session.day or dates.local_day(starts, zone)
    cast = tuple(
        Part(
            people[one.speaker_id],
            one.role,
            words.role_in_words(one.role, one.called, key, order),
            one.part,
        )
        for one in session.appearances
    )
    return Item(
        id=session.id,
        href=to.below("sessions", session.id),
        feed=to.feed("sessions", session.id, f"{event.slug}.ics"),
        kind=session.kind,
        word=words.KINDS[session.kind],
        title=title_of(session.title.pick(key, order)),
        abstract=session.abstract.pick(key, order),
        spoken=_spoken(session, key),
        starts=starts,
        ends=ends,
        day=day,
        iso=starts.astimezone(zone).isoformat(timespec="minutes"),
        clock=dates.list_clock(starts, zone, key),
        until=dates.list_clock(ends, zone, key),
        span=dates.list_span(starts, ends, zone, key),
        hours=dates.hours(starts, ends, zone, key),
        date=dates.day(day, key),
        room=session.room.name.pick(key, order) if session.room else EMPTY,
        room_id=session.room_id,
        room_order=session.room.position if session.room else -1,
        track=session.track.name.pick(key, order) if session.track else EMPTY,
        cast=cast,
        thin=session.kind in PAUSES and not cast,
        next_day=dates.local_day(starts, zone) > day,
        cancelled=session.state is SessionState.CANCELLED,
    )


def _spoken(session: Session | Planned, key: str) -> Fragment:
    said = words.spoken_in(session.delivered_in, session.interpreted_into, key)
    return Fragment(translated(said), key) if said else EMPTY


@dataclass(frozen=True, slots=True)
class Stage:
    """Who stands where on the event's page; `more` counts those who found no place."""

    honoured: tuple[tuple[Part, Item], ...]
    panels: tuple[Item, ...]
    others: tuple[Person, ...]
    more: int


def stage_of(items: Iterable[Item]) -> Stage:
    """Sort the people of a programme: guests of honour, keynotes, panels, then by precedence."""
    running = [item for item in items if not item.cancelled]
    honoured = _honoured(running)[:HONOURED_AT_MOST]
    panels = [item for item in running if item.kind is SessionKind.PANEL and len(item.cast) > 1]
    panels = panels[:PANELS_AT_MOST]
    shown = {part.person.id for part, _ in honoured}
    shown |= {part.person.id for item in panels for part in item.cast}
    others = {
        part.person.id: part.person
        for item in running
        for part in item.cast
        if part.person.id not in shown
    }
    listed = sorted(others.values(), key=lambda person: person.precedence)
    return Stage(
        tuple(honoured),
        tuple(panels),
        tuple(listed[:ALSO_AT_MOST]),
        max(0, len(listed) - ALSO_AT_MOST),
    )


def _honoured(items: Sequence[Item]) -> list[tuple[Part, Item]]:
    keys = [
        (part, item)
        for item in items
        if item.is_key
        for part in item.others
        if part.honoured or item.kind is SessionKind.KEYNOTE
    ]
    keys.sort(key=lambda one: (not one[0].honoured, one[0].person.precedence))
    first_time: dict[UUID, tuple[Part, Item]] = {}
    for part, item in keys:
        first_time.setdefault(part.person.id, (part, item))
    return list(first_time.values())


def partner_lines(partners: Iterable[Partner], event: Event, key: str) -> tuple[PartnerLine, ...]:
    """Return the organisations behind an event."""
    return tuple(
        PartnerLine(
            name=one.name.pick(key, event.languages),
            role=one.role,
            word=PARTNERS[one.role],
            tier=one.tier.pick(key, event.languages),
            website=one.website,
        )
        for one in partners
    )


def card_of(event: Event, language: Language, tag: tuple[str, Sentence] | None) -> Card:
    """Return an event as it stands in a list."""
    facts = facts_of(event, Addresses(language, event.slug))
    return Card(
        href=facts.href,
        cover=facts.cover,
        title=facts.title,
        when=facts.when,
        place=facts.place,
        kind=tag[0] if tag else "",
        tag=tag[1] if tag else None,
    )
