"""What a personal link lets its holder see and do: one place where each link is opened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import TYPE_CHECKING, Any
from uuid import UUID

from flask import Blueprint

from forum.core.actor import Actor, ActorKind
from forum.core.errors import NotFound
from forum.core.http.access import link_holder
from forum.core.http.i18n import current_language, use_language
from forum.core.languages import LANGUAGES
from forum.core.links import Purpose, derive
from forum.core.urls import base_url
from forum.events.rules import EventState
from forum.registrations.queries import opened_by
from forum.registrations.rules import (
    ACTIVE,
    AskedPer,
    ChangesClosed,
    EventOver,
    takes_cancelling,
    takes_changes,
)
from forum.tickets.cards import event_facts

if TYPE_CHECKING:
    from forum.events.models import Event
    from forum.registrations.models import Booking, Registration

blueprint = Blueprint("booking", __name__)

WAYS = {
    Purpose.BOOKING: "/r",
    Purpose.REGISTRATION: "/r/p",
    Purpose.CONTACT: "/r/all",
}
"""Where each kind of personal link leads: a booking, one attendee alone, all of a contact's."""

View = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Sight:
    """What is seen through a personal link: bookings of one event, and the people who may be seen.

    It is outdated by what a service writes, and opened anew for a page afterwards.
    """

    purpose: Purpose
    token: str
    bookings: Sequence[Booking]
    people: Sequence[Registration]
    changes_until: datetime | None
    asks: frozenset[AskedPer]
    wants: frozenset[AskedPer] = frozenset()

    @property
    def base(self) -> str:
        """The link's own address, under which everything else stands."""
        return f"{WAYS[self.purpose]}/{self.token}"

    @property
    def event(self) -> Event:
        """The one event it is about."""
        return self.bookings[0].event

    @property
    def booking(self) -> Booking:
        """The booking, or a contact's first one."""
        return self.bookings[0]

    @property
    def standing(self) -> list[Registration]:
        """Those of them who have not been cancelled or declined."""
        return [one for one in self.people if one.state in ACTIVE]

    @property
    def is_own(self) -> bool:
        """Whether it is one attendee's own link, which shows nobody else."""
        return self.purpose is Purpose.REGISTRATION

    @property
    def lang(self) -> str:
        """The language of whoever holds the link."""
        return self.people[0].lang if self.is_own else self.booking.lang

    @property
    def actor(self) -> Actor:
        """Who acts through this link."""
        whose = self.people[0].id if self.is_own else self.booking.id
        return Actor(ActorKind.LINK, id=whose, name="guest", event_id=self.event.id)

    def person(self, registration_id: UUID) -> Registration:
        """Return one of those who may be seen; NotFound for everybody else."""
        for one in self.people:
            if one.id == registration_id:
                return one
        raise NotFound

    def at(self, person: Registration, act: str) -> str:
        """Return the address of an act for one person."""
        return f"{self.base}/people/{person.id}/{act}"

    def anew(self) -> Sight:
        """Return the same, read again after something was written."""
        return open_sight(self.purpose, self.token)

    def takes_changes(self, now: datetime) -> bool:
        """Say whether names and answers may still be changed."""
        happens = self.event.state is not EventState.CANCELLED
        return happens and takes_changes(self.changes_until, self.event.ends_at, now)

    def takes_cancelling(self, now: datetime) -> bool:
        """Say whether a seat may still be given back."""
        happens = self.event.state is not EventState.CANCELLED
        return happens and takes_cancelling(self.event.ends_at, now)

    def check_changes(self, now: datetime) -> None:
        """Raise EventOver or ChangesClosed where nothing may be changed any more."""
        if not self.takes_cancelling(now):
            raise EventOver
        if not self.takes_changes(now):
            raise ChangesClosed

    def check_cancelling(self, now: datetime) -> None:
        """Raise EventOver where nothing can be given back any more."""
        if not self.takes_cancelling(now):
            raise EventOver


class Ways:
    """Puts a view behind several kinds of personal link: it is given what the link opens."""

    def __init__(self, room: Blueprint, *purposes: Purpose) -> None:
        """Serve these kinds of link; all of them where none is named."""
        self._room = room
        self._purposes = purposes or tuple(WAYS)

    def get(self, rest: str = "") -> Callable[[View], View]:
        """Show a page under the link."""
        return lambda view: self._added(view, rest, "GET")

    def post(self, rest: str = "") -> Callable[[View], View]:
        """Take a form under the link."""
        return lambda view: self._added(view, rest, "POST")

    def _added(self, view: View, rest: str, method: str) -> View:
        for purpose in self._purposes:
            self._room.add_url_rule(
                f"{WAYS[purpose]}/<token>{rest}",
                endpoint=f"{view.__name__}_by_{purpose.value}",
                view_func=_behind(purpose, view),
                methods=[method],
            )
        return view


def _behind(purpose: Purpose, view: View) -> View:
    @link_holder
    @wraps(view)
    def _view(token: str, **values: Any) -> Any:  # noqa: ANN401 - as the view's own
        sight = open_sight(purpose, token)
        use_language(sight.lang)
        return view(sight, **values)

    return _view


def open_sight(purpose: Purpose, token: str) -> Sight:
    """Return what a link lets see; NotFound for foreign, changed and outdated ones."""
    opened = opened_by(purpose, token)
    until = opened.policy.changes_until if opened.policy else None
    people = tuple(one for booking in opened.bookings for one in booking.registrations)
    return Sight(purpose, token, opened.bookings, people, until, opened.asks, opened.wants)


def own_link(person: Registration) -> str:
    """Return the address that shows an attendee alone, to be passed on to nobody else."""
    token = derive(Purpose.REGISTRATION, person.id, person.link_generation)
    return f"{WAYS[Purpose.REGISTRATION]}/{token}"


def booking_link(booking: Booking) -> str:
    """Return the address of a whole booking."""
    token = derive(Purpose.BOOKING, booking.id, booking.link_generation)
    return f"{WAYS[Purpose.BOOKING]}/{token}"


def frame_of(sight: Sight, rest: str = "") -> dict[str, object]:
    """Return what every page behind a personal link shows; `rest` follows the link in addresses."""
    facts = event_facts(sight.event, current_language().key)
    gap = "&" if "?" in rest else "?"
    return {
        "facts": facts,
        "event": sight.event,
        "theme": facts.theme,
        "site_name": facts.title,
        "site_href": facts.href or f"/{current_language().path}/",
        "alternates": [
            (language, f"{sight.base}{rest}{gap}lang={language.key}") for language in LANGUAGES
        ],
        "base": sight.base,
        "origin": base_url(),
    }
