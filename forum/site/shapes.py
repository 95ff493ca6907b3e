"""What the templates of public pages are given: frozen values, already in the page's language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from markupsafe import Markup

from forum.core.art.tile import Monogram, monogram
from forum.core.i18n import Sentence, sentence
from forum.core.languages import TRADITIONAL
from forum.core.money import NOTHING, Money
from forum.core.text import Fragment
from forum.events.rules import Opening, PartnerRole
from forum.events.titles import Title
from forum.programme.rules import GUESTS_OF_HONOUR, LEADERS, AppearanceRole, SessionKind

ORDINARY = frozenset(
    {
        AppearanceRole.PRESENTER,
        AppearanceRole.PANELLIST,
        AppearanceRole.KEYNOTE_SPEAKER,
        AppearanceRole.WELCOME,
        AppearanceRole.OPENING,
        AppearanceRole.SPECIAL,
        AppearanceRole.CLOSING,
    }
)
"""Roles that the session's own title or kind tells."""


@dataclass(frozen=True, slots=True)
class Person:
    """A speaker on a page; `tone` picks the tile's tint, 0 is the guest of honour's.

    `called` is Latin name, Chinese name and salutation, for the tile; a link has title and address.
    """

    id: UUID
    slug: str
    href: str
    name: Fragment
    also: Fragment
    title: Fragment
    affiliation: Fragment
    biography: Fragment
    website: str
    links: tuple[tuple[str, str], ...]
    photo: str
    called: tuple[str, str, str]
    tone: int
    precedence: int

    @property
    def initials(self) -> str:
        """What stands on the tile: letters, else the Chinese surname."""
        tile = self._tile()
        return tile.initials or tile.surname

    @property
    def initials_tag(self) -> str:
        """The language of what stands on the tile; empty for letters."""
        return "" if self._tile().initials else TRADITIONAL.tag

    @property
    def seal(self) -> str:
        """The Chinese surname beside letters."""
        tile = self._tile()
        return tile.surname if tile.initials else ""

    @property
    def seal_tag(self) -> str:
        """The language of the seal."""
        return TRADITIONAL.tag

    def _tile(self) -> Monogram:
        latin, chinese, salutation = self.called
        return monogram(latin, chinese or None, salutation or None)


@dataclass(frozen=True, slots=True)
class Part:
    """Somebody in a session; `part` counts the parts of a panel from 0."""

    person: Person
    role: AppearanceRole
    word: Sentence
    part: int | None = None

    @property
    def leads(self) -> bool:
        """Whether this is who stands apart on a panel's line."""
        return self.role in LEADERS

    @property
    def said_in_lists(self) -> bool:
        """Whether the role is told beside the name where many are listed."""
        return self.role not in ORDINARY

    @property
    def honoured(self) -> bool:
        """Whether this is a guest of honour."""
        return self.role in GUESTS_OF_HONOUR


@dataclass(frozen=True, slots=True)
class PanelPart:
    """A part of a panel with who is in it; `minutes` is 0 where nobody said."""

    title: Fragment
    minutes: int
    cast: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class OtherRoom:
    """A further room that shows a session; `order` is its place among the rooms."""

    id: UUID
    name: Fragment
    order: int


@dataclass(frozen=True, slots=True)
class Marks:
    """What a filter asks of a session: slugs and codes, several parted by a blank."""

    room: str = ""
    track: str = ""
    kind: str = ""
    spoken: str = ""
    speaker: str = ""

    def by_name(self) -> dict[str, str]:
        """Return all of it by its name in addresses."""
        return {
            "room": self.room,
            "track": self.track,
            "kind": self.kind,
            "spoken": self.spoken,
            "speaker": self.speaker,
        }


@dataclass(frozen=True, slots=True)
class Item:
    """A session as a row, a block or a page."""

    id: UUID
    href: str
    feed: str
    kind: SessionKind
    word: Sentence
    title: Title
    abstract: Fragment
    spoken: Fragment
    starts: datetime
    ends: datetime
    day: date
    iso: str
    clock: str
    until: str
    span: str
    hours: str
    date: str
    room: Fragment
    room_id: UUID | None
    room_order: int
    track: Fragment
    cast: tuple[Part, ...]
    thin: bool
    next_day: bool
    cancelled: bool
    ends_iso: str = ""
    further: tuple[OtherRoom, ...] = ()
    parts: tuple[PanelPart, ...] = ()
    track_colour: str = ""
    places: bool = False
    stream: str = ""
    marks: Marks = Marks()

    @property
    def data(self) -> Markup:
        """What scripts must know of a row: when, and what a filter asks; as HTML's attributes."""
        given = {
            "session": str(self.id),
            "starts": self.iso,
            "ends": self.ends_iso,
            **self.marks.by_name(),
        }
        one = Markup(' data-{}="{}"')
        said = Markup("").join(one.format(name, value) for name, value in given.items() if value)
        thin = Markup(" data-thin") if self.thin else ""
        return said + thin + (Markup(" data-gone") if self.cancelled else "")

    @property
    def is_key(self) -> bool:
        """Whether the row is drawn large: a keynote, or a guest of honour on stage."""
        great = self.kind is SessionKind.KEYNOTE or any(part.honoured for part in self.cast)
        return great and not self.thin and not self.cancelled

    @property
    def leaders(self) -> tuple[Part, ...]:
        """The moderator or chair."""
        return tuple(part for part in self.cast if part.leads)

    @property
    def others(self) -> tuple[Part, ...]:
        """Everybody else on the stage."""
        return tuple(part for part in self.cast if not part.leads)

    @property
    def whole_cast(self) -> tuple[Part, ...]:
        """Who is there all through: everybody who is in no part, leaders first."""
        inside = range(len(self.parts))
        return tuple(part for part in self.leaders + self.others if part.part not in inside)

    @property
    def rooms(self) -> tuple[Fragment, ...]:
        """Every room that shows it, its own first."""
        own = (self.room,) if self.room else ()
        return (*own, *(one.name for one in self.further))

    @property
    def room_ids(self) -> tuple[UUID, ...]:
        """The ids of the same rooms."""
        own = (self.room_id,) if self.room_id else ()
        return (*own, *(one.id for one in self.further))


@dataclass(frozen=True, slots=True)
class PartnerLine:
    """An organisation behind the event; `logo` is its address with width and height in pixels."""

    name: Fragment
    role: PartnerRole
    website: str
    logo: tuple[str, int, int] | None


@dataclass(frozen=True, slots=True)
class PartnerRank:
    """Organisations of one role and tier, under one word."""

    word: Sentence
    tier: Fragment
    partners: tuple[PartnerLine, ...]


@dataclass(frozen=True, slots=True)
class StateLine:
    """What is not normal, above the title. `kind` is a class; `note` the organiser's."""

    kind: str
    says: Sentence | None
    note: Fragment


@dataclass(frozen=True, slots=True)
class RegisterCard:
    """What a guest may do now. Without `act` there is no button, and `says` tells why.

    `hint` stands below the button; `money` is what a ticket costs at least.
    """

    opening: Opening
    full: bool
    fewer_than: int | None
    act: Sentence | None
    says: Sentence | None
    href: str
    hint: Sentence | None = None
    money: Money = NOTHING

    @property
    def price(self) -> Sentence:
        """What a ticket costs, in words."""
        if self.money.is_free:
            return sentence("Free")
        return sentence("From %(price)s", price=str(self.money))


@dataclass(frozen=True, slots=True)
class Card:
    """An event in a list; `kind` is the class of its status word, where it has one."""

    href: str
    cover: str
    title: Title
    when: str
    place: Fragment
    kind: str
    tag: Sentence | None


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the programme as headings of time, and as a grid where rooms run in parallel.

    `parallel` says that it has several rooms, whether or not there is a grid.
    """

    date: date
    anchor: str
    label: str
    short: str
    items: tuple[Item, ...]
    slots: tuple[Slot, ...]
    grid: Grid | None
    parallel: bool = False


@dataclass(frozen=True, slots=True)
class Slot:
    """What begins at one moment."""

    iso: str
    clock: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """One place of the grid: the sessions in it, over so many rows and columns."""

    items: tuple[Item, ...] = ()
    rows: int = 1
    columns: int = 1


@dataclass(frozen=True, slots=True)
class GridRow:
    """A moment at which something begins or ends; `next_day` where that is after midnight."""

    iso: str
    clock: str
    starts_something: bool
    cells: tuple[Cell, ...]
    next_day: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """Rooms as columns, moments as rows."""

    rooms: tuple[Fragment, ...]
    rows: tuple[GridRow, ...]
