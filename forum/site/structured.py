"""What search engines read: an event as schema.org JSON-LD."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from forum.core.urls import absolute
from forum.events.rules import EventState, Opening, PartnerRole

if TYPE_CHECKING:
    from collections.abc import Iterable

    from forum.events.facts import EventFacts
    from forum.site.shapes import Item, PartnerLine, RegisterCard

SCHEMA = "https://schema.org/"
ORGANISERS = {PartnerRole.ORGANISER, PartnerRole.CO_HOST, PartnerRole.CO_ORGANISER}
STATES = {EventState.CANCELLED: "EventCancelled", EventState.POSTPONED: "EventPostponed"}


def event_data(
    facts: EventFacts,
    state: EventState,
    items: Iterable[Item],
    partners: Iterable[PartnerLine],
    card: RegisterCard,
    language: str,
) -> dict[str, Any]:
    """Return an event as schema.org/Event, all addresses absolute; `language` is a BCP 47 tag."""
    organisers = [one.name.text for one in partners if one.role in ORGANISERS]
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": facts.title.text,
        "url": absolute(facts.href),
        "inLanguage": language,
        "startDate": facts.starts.isoformat(timespec="minutes"),
        "endDate": facts.ends.isoformat(timespec="minutes"),
        "eventStatus": SCHEMA + STATES.get(state, "EventScheduled"),
        "eventAttendanceMode": SCHEMA + "OfflineEventAttendanceMode",
        "image": absolute(facts.cover),
        "organizer": [
            {"@type": "Organization", "name": name} for name in organisers or [facts.organiser.text]
        ],
    }
    if facts.summary:
        data["description"] = facts.summary.text
    if facts.place:
        data["location"] = _location(facts)
    if performers := _performers(items):
        data["performer"] = performers
    if card.act or card.opening is Opening.NOT_YET:
        data["offers"] = {
            "@type": "Offer",
            "price": "0",
            "priceCurrency": "HKD",
            "url": absolute(card.href),
            "availability": SCHEMA + _availability(card),
        }
    return data


def _availability(card: RegisterCard) -> str:
    if card.opening is Opening.NOT_YET:
        return "PreOrder"
    return "SoldOut" if card.full else "InStock"


def _location(facts: EventFacts) -> dict[str, Any]:
    location: dict[str, Any] = {"@type": "Place", "name": facts.place.text}
    if facts.address:
        location["address"] = facts.address.text
    if facts.spot:
        north, east = facts.spot
        location["geo"] = {"@type": "GeoCoordinates", "latitude": north, "longitude": east}
    return location


def _performers(items: Iterable[Item]) -> list[dict[str, str]]:
    people = {
        part.person.id: part.person.name.text
        for item in items
        if not item.cancelled
        for part in item.cast
    }
    return [{"@type": "Person", "name": name} for name in people.values()]
