"""A speaker's tile in the back office: the photo, else initials and the surname as a seal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from forum.core.art.tile import monogram
from forum.core.languages import TRADITIONAL

if TYPE_CHECKING:
    from forum.programme.models import Speaker

TONES = 7


@dataclass(frozen=True, slots=True)
class Tile:
    """What the face of a person is drawn from; `tone` picks the tint."""

    photo: str
    initials: str
    initials_tag: str
    seal: str
    seal_tag: str
    tone: int


def tile_of(speaker: Speaker) -> Tile:
    """Return a speaker's tile; the picture must be loaded. Its tint stays the same everywhere."""
    drawn = monogram(speaker.name, speaker.name_zh or None, speaker.salutation or None)
    return Tile(
        photo=speaker.picture.face_address if speaker.picture else "",
        initials=drawn.initials or drawn.surname,
        initials_tag="" if drawn.initials else TRADITIONAL.tag,
        seal=drawn.surname if drawn.initials else "",
        seal_tag=TRADITIONAL.tag,
        tone=1 + speaker.id.int % TONES,
    )
