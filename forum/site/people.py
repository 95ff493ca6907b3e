"""Speakers as pages show them: the name in the page's script, and a tile where no photo is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from forum.programme.models.speakers import names_in
from forum.site.shapes import Person

if TYPE_CHECKING:
    from collections.abc import Sequence

    from forum.programme.models import Speaker
    from forum.programme.queries.listed import ListedSpeaker

TONES = 7
"""Tints of tiles, handed out in the order of the programme so that neighbours on stage differ."""


def person_of(
    speaker: Speaker | ListedSpeaker, *, key: str, order: Sequence[str], tone: int, href: str
) -> Person:
    """Return a speaker in the page's language; `tone` 0 is the guest of honour's tile."""
    first, second = names_in(key, speaker.shown_name if speaker.name else "", speaker.name_zh)
    return Person(
        id=speaker.id,
        slug=speaker.slug,
        href=href,
        name=first,
        also=second,
        title=speaker.title.pick(key, order),
        affiliation=speaker.affiliation.pick(key, order),
        biography=speaker.biography.pick(key, order),
        website=speaker.website,
        links=tuple((one.get("title") or one["url"], one["url"]) for one in speaker.links),
        photo=speaker.picture.face_address if speaker.picture else "",
        called=(speaker.name, speaker.name_zh, speaker.salutation),
        tone=tone,
        precedence=speaker.precedence,
    )
