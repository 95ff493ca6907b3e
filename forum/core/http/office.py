"""The frame of the back office: where an event's side column leads, filled by the rooms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from flask import request, url_for

from forum.core.dates import days, last_day, local_day
from forum.core.http.actor_of_request import current_actor
from forum.core.http.i18n import current_language, translated
from forum.core.languages import LANGUAGES
from forum.core.permissions import Action, can

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, tzinfo

    from flask import Flask

    from forum.core.i18n import Sentence
    from forum.core.languages import Language
    from forum.core.text import Text


class Managed(Protocol):
    """What the frame needs to know of an event."""

    slug: str
    title: Text
    organisation_id: UUID
    languages: list[str]
    starts_at: datetime
    ends_at: datetime

    @property
    def zone(self) -> tzinfo:
        """The event's zone."""


@dataclass(frozen=True, slots=True)
class Room:
    """An entry of the side column; `path` follows /manage/{event}/, `also` are paths it covers."""

    order: int
    label: Sentence
    icon: str
    path: str
    action: Action
    wide: bool = False
    also: tuple[str, ...] = ()

    def covers(self, rest: str) -> bool:
        """Say whether a page, by what follows /manage/{event}/, belongs to this entry."""
        return any(rest == path or rest.startswith(f"{path}/") for path in (self.path, *self.also))


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as the layout draws it."""

    href: str
    label: str
    icon: str
    here: bool
    wide: bool
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Office:
    """Everything the layout asks for."""

    nav: Sequence[Entry]
    title: str
    lines: Sequence[str]
    who: str
    sign_out: str
    alternates: Sequence[tuple[Language, str]]


_ROOMS: dict[str, Room] = {}


def room(entry: Room) -> None:
    """Give an event's side column an entry; the same path again replaces it."""
    _ROOMS[entry.path] = entry


def office(event: Managed | None = None) -> Office:
    """Return the frame for the present member, and event where the page is about one."""
    actor = current_actor()
    key = current_language().key
    shown = ""
    lines: list[str] = []
    if event is not None:
        shown = event.title.pick(key, event.languages).text
        first = local_day(event.starts_at, event.zone)
        lines = [days(first, last_day(event.starts_at, event.ends_at, event.zone), key)]
    return Office(
        nav=_entries(event) if event is not None else [],
        title=shown,
        lines=lines,
        who=actor.name,
        sign_out=url_for("people.sign_out"),
        alternates=[(language, f"{request.path}?lang={language.key}") for language in LANGUAGES],
    )


def _entries(event: Managed) -> list[Entry]:
    actor = current_actor()
    base = f"/manage/{event.slug}/"
    rest = request.path.removeprefix(base)
    allowed = [
        entry
        for entry in sorted(_ROOMS.values(), key=lambda entry: entry.order)
        if can(actor, entry.action, event.organisation_id)
    ]
    here = max(
        (entry.path for entry in allowed if entry.covers(rest)),
        key=len,
        default=None,
    )
    return [
        Entry(
            base + entry.path, translated(entry.label), entry.icon, entry.path == here, entry.wide
        )
        for entry in allowed
    ]


def init_office(app: Flask) -> None:
    """Let templates ask for the frame."""

    def _office(event: Any = None) -> Office:  # noqa: ANN401 - whatever the template holds
        return office(event or None)

    app.jinja_env.globals["office"] = _office
