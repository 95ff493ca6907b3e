"""What search engines read: events, sessions and people as schema.org JSON-LD."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from forum.core.urls import absolute
from forum.events.rules import EventState, Opening, PartnerRole

if TYPE_CHECKING:
    from collections.abc import Iterable

    from forum.events.facts import EventFacts
    from forum.site.shapes import Item, Part, PartnerLine, Person, RegisterCard

CONTEXT = "https://schema.org"
SCHEMA = f"{CONTEXT}/"
MOST_PARTS = 60
"""Sessions that an event names; a long programme has pages of its own for each."""
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
        "@context": CONTEXT,
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
    sessions = list(items)
    if performers := _performers(sessions):
        data["performer"] = performers
    if parts := [_brief(one) for one in sessions if not one.thin][:MOST_PARTS]:
        data["subEvent"] = parts
    if card.act or card.opening is Opening.NOT_YET:
        data["offers"] = {
            "@type": "Offer",
            "price": str(card.money.amount),
            "priceCurrency": card.money.currency,
            "url": absolute(card.href),
            "availability": SCHEMA + _availability(card),
        }
    return data


def session_data(facts: EventFacts, item: Item, language: str) -> dict[str, Any]:
    """Return a session as schema.org/Event within its event; `language` is a BCP 47 tag."""
    data: dict[str, Any] = {
        "@context": CONTEXT,
        **_brief(item),
        "inLanguage": language,
        "image": absolute(facts.cover),
        "organizer": {"@type": "Organization", "name": facts.organiser.text},
        "superEvent": {
            "@type": "Event",
            "name": facts.title.text,
            "url": absolute(facts.href),
            "startDate": facts.starts.isoformat(timespec="minutes"),
            "endDate": facts.ends.isoformat(timespec="minutes"),
            **({"location": _location(facts)} if facts.place else {}),
        },
    }
    if item.abstract:
        data["description"] = item.abstract.text
    if facts.place or item.room:
        data["location"] = _room(facts, item)
    if performers := _performers([item]):
        data["performer"] = performers
    return data


def person_data(person: Person, appearances: Iterable[tuple[Part, Item]]) -> dict[str, Any]:
    """Return a speaker as schema.org/Person, with the sessions they are in."""
    data: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": "Person",
        "name": person.name.text,
        "url": absolute(person.href),
        "performerIn": [_brief(item) for _, item in appearances],
    }
    if person.also:
        data["alternateName"] = person.also.text
    if person.title:
        data["jobTitle"] = person.title.text
    if person.affiliation:
        data["affiliation"] = {"@type": "Organization", "name": person.affiliation.text}
    if person.biography:
        data["description"] = person.biography.text
    if person.photo:
        data["image"] = absolute(person.photo)
    if links := [url for url in (person.website, *(url for _, url in person.links)) if url]:
        data["sameAs"] = links
    return data


def _brief(item: Item) -> dict[str, Any]:
    state = "EventCancelled" if item.cancelled else "EventScheduled"
    data: dict[str, Any] = {
        "@type": "Event",
        "name": item.title.text,
        "url": absolute(item.href),
        "startDate": item.iso,
        "endDate": item.ends_iso,
        "eventStatus": SCHEMA + state,
        "eventAttendanceMode": SCHEMA + "OfflineEventAttendanceMode",
    }
    if item.room:
        data["location"] = {"@type": "Place", "name": item.room.text}
    return data


def _room(facts: EventFacts, item: Item) -> dict[str, Any]:
    if not item.room:
        return _location(facts)
    room: dict[str, Any] = {"@type": "Place", "name": item.room.text}
    if facts.place:
        room["containedInPlace"] = _location(facts)
        if facts.address:
            room["address"] = facts.address.text
    return room


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
