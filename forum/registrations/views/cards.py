"""Ticket types as cards to choose from on the form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask_babel import gettext

from forum.core import dates
from forum.core.text import Fragment
from forum.registrations.queries.types import TypeOnForm, TypeState
from forum.registrations.rules import Access, Attendance

if TYPE_CHECKING:
    from forum.events.models import Event
    from forum.registrations.queries.offers import Offer


@dataclass(frozen=True, slots=True)
class TypeCard:
    """One type to choose: its words, what is to be known of it, and whether it can be had."""

    number: int
    name: Fragment
    description: Fragment
    notes: tuple[tuple[str, str], ...]
    can_be_had: bool
    chosen: bool


def cards_of(offer: Offer, event: Event, lang: str) -> list[TypeCard]:
    """Return the types of a form as cards, in order; `notes` are a status word's kind and words."""
    return [
        TypeCard(
            number=one.ticket_type.number,
            name=one.ticket_type.name.pick(lang, event.languages),
            description=one.ticket_type.description.pick(lang, event.languages),
            notes=tuple(_notes(one, event, lang)),
            can_be_had=one.takes_people,
            chosen=one is offer.chosen,
        )
        for one in offer.types
    ]


def _notes(one: TypeOnForm, event: Event, lang: str) -> list[tuple[str, str]]:
    found = [_standing(one, event, lang)]
    if one.ticket_type.access is Access.APPROVAL:
        found.append(("", gettext("By approval")))
    if one.ticket_type.attendance is Attendance.ONLINE:
        found.append(("", gettext("Online")))
    found.append(
        ("", gettext("Free") if one.ticket_type.price.is_free else str(one.ticket_type.price))
    )
    return [note for note in found if note[1]]


def _standing(one: TypeOnForm, event: Event, lang: str) -> tuple[str, str]:
    if one.state is TypeState.UPCOMING and one.ticket_type.opens_at:
        when = dates.moment(one.ticket_type.opens_at, event.zone, lang)
        return "info", gettext("Opens on %(when)s", when=when)
    if one.state is TypeState.CLOSED:
        return "stop", gettext("No longer to be had")
    if one.state is TypeState.FULL:
        return "look", gettext("Full: wait list")
    fewer = one.band.fewer_than
    return "", gettext("Fewer than %(number)s seats left", number=fewer) if fewer else ""
