"""From rows to what a template shows: who stands where, partners, cards of a list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from forum.core.text import Fragment
from forum.events.facts import Addresses, facts_of
from forum.events.ranks import ranks_of
from forum.events.rules import Opening, opening
from forum.events.words import partners_word
from forum.programme.rules import SessionKind
from forum.site.rules import Times
from forum.site.shapes import Card, Item, Part, PartnerLine, PartnerRank, Person

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from forum.core.i18n import Sentence
    from forum.core.languages import Language
    from forum.events.models import Event, Partner

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


def partner_ranks(partners: Iterable[Partner], event: Event, key: str) -> tuple[PartnerRank, ...]:
    """Return the organisations behind an event, by role and tier."""
    return tuple(
        PartnerRank(
            word=partners_word(rank.role, len(rank.partners)),
            tier=rank.tier.pick(key, event.languages),
            partners=tuple(
                PartnerLine(
                    name=one.name.pick(key, event.languages),
                    role=one.role,
                    website=one.website,
                    logo=_logo_of(one),
                )
                for one in rank.partners
            ),
        )
        for rank in ranks_of(partners)
    )


def _logo_of(partner: Partner) -> tuple[str, int, int] | None:
    picture = partner.picture
    return (picture.address, picture.width, picture.height) if picture else None


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
