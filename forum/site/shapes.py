"""What the templates of public pages are given: frozen values, already in the page's language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from forum.core.i18n import Sentence
from forum.core.text import Fragment
from forum.events.rules import Opening, PartnerRole
from forum.events.titles import Title
from forum.programme.rules import GUESTS_OF_HONOUR, LEADERS, AppearanceRole, SessionKind


@dataclass(frozen=True, slots=True)
class Person:
    """A speaker on a page; `tone` picks the tile's tint, 0 is the guest of honour's."""

    id: UUID
    href: str
    name: Fragment
    also: Fragment
    title: Fragment
    affiliation: Fragment
    biography: Fragment
    website: str
    photo: str
    initials: str
    initials_tag: str
    seal: str
    seal_tag: str
    tone: int
    precedence: int


@dataclass(frozen=True, slots=True)
class Part:
    """Somebody in a session."""

    person: Person
    role: AppearanceRole
    word: Sentence
    part: int | None = None

    @property
    def leads(self) -> bool:
        """Whether this is who stands apart on a panel's line."""
        return self.role in LEADERS

    @property
    def honoured(self) -> bool:
        """Whether this is a guest of honour."""
        return self.role in GUESTS_OF_HONOUR


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


@dataclass(frozen=True, slots=True)
class PartnerLine:
    """An organisation behind the event."""

    name: Fragment
    role: PartnerRole
    word: Sentence
    tier: Fragment
    website: str


@dataclass(frozen=True, slots=True)
class StateLine:
    """What is not normal, above the title. `kind` is a class; `note` the organiser's."""

    kind: str
    says: Sentence | None
    note: Fragment


@dataclass(frozen=True, slots=True)
class RegisterCard:
    """What a guest may do now. Without `act` there is no button, and `says` tells why."""

    opening: Opening
    full: bool
    fewer_than: int | None
    act: Sentence | None
    says: Sentence | None
    href: str


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
    """One day of the programme as headings of time, and as a grid where rooms run in parallel."""

    date: date
    anchor: str
    label: str
    short: str
    items: tuple[Item, ...]
    slots: tuple[Slot, ...]
    grid: Grid | None


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
    """A moment at which something begins or ends."""

    clock: str
    starts_something: bool
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """Rooms as columns, moments as rows."""

    rooms: tuple[Fragment, ...]
    rows: tuple[GridRow, ...]
