"""The organisations behind an event, as a letter names them: who holds it, and who supports it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from forum.core.http.i18n import translated
from forum.core.text import Fragment
from forum.core.urls import absolute
from forum.events.ranks import HOSTS, ranks_of
from forum.events.words import partners_word

if TYPE_CHECKING:
    from forum.events.models import Event, Partner, Picture

LOGO = (120, 40)
"""The most pixels across and down that a logo takes."""
MOST_LOGOS = 20
"""Logos in one letter; those who come after are named all the same."""


@dataclass(frozen=True, slots=True)
class Logo:
    """Where a logo is served, and how large it is shown."""

    address: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Named:
    """One organisation; its website is empty where none is known."""

    name: Fragment
    website: str
    logo: Logo | None


@dataclass(frozen=True, slots=True)
class Credit:
    """Organisations of one role and tier; `word` is what they are called together."""

    word: str
    tier: Fragment
    named: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class Credits:
    """Who holds an event, without logos, and who supports it."""

    hosts: tuple[Credit, ...] = ()
    supporters: tuple[Credit, ...] = ()


def credits_of(event: Event, partners: Iterable[Partner], key: str) -> Credits:
    """Return an event's partners by role and tier, in the language of this key."""
    left = MOST_LOGOS
    hosts: list[Credit] = []
    supporters: list[Credit] = []
    for rank in ranks_of(partners):
        named = []
        for one in rank.partners:
            shown = one.picture if rank.role not in HOSTS and left > 0 else None
            left -= shown is not None
            name = one.name.pick(key, event.languages)
            named.append(Named(name, one.website, logo_of(shown) if shown else None))
        word = translated(partners_word(rank.role, len(named)))
        credit = Credit(word, rank.tier.pick(key, event.languages), tuple(named))
        (hosts if rank.role in HOSTS else supporters).append(credit)
    return Credits(tuple(hosts), tuple(supporters))


def logo_of(picture: Picture, most: tuple[int, int] = LOGO) -> Logo:
    """Return where a picture is served and how large it is shown, within so many pixels."""
    across, down = most
    part = min(1.0, across / picture.width, down / picture.height)
    width, height = (max(1, int(size * part)) for size in (picture.width, picture.height))
    return Logo(absolute(picture.address), width, height)
