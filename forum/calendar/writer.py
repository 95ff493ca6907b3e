"""The one writer of iCalendar: a FeedCalendar in, octets out, the same for the same values."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event
from icalendar.prop import vDate, vDatetime, vDuration, vInt

from forum.calendar.rules import marked_title
from forum.calendar.shapes import EventStatus
from forum.calendar.wire import Value, ascii_url, octets, one_line, paragraphs, text_value
from forum.calendar.zones import is_plain_utc, timezone_component

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from icalendar import Component

    from forum.calendar.shapes import Conference, FeedCalendar, FeedEvent, Mailbox

PRODUCT = "-//Forum//Forum Calendar//EN"
URI = {"VALUE": "URI"}
NO_TITLE = "\u2013"


def written(calendar: FeedCalendar) -> bytes:
    """Return the calendar as text/calendar in UTF-8 (RFC 5545, 7986), byte-stable.

    METHOD:PUBLISH only where every event names its organiser (RFC 5546 §3.2.1); no UID on
    the calendar (vdirsyncer would keep one event of it).
    """
    events = sorted(calendar.events, key=lambda event: event.order)
    published = bool(events) and all(event.organizer for event in events)
    component = _calendar_component(calendar, published=published)
    for zone, (first_year, last_year) in sorted(years_by_zone(events).items()):
        component.add_component(timezone_component(zone, first_year, last_year))
    for event in events:
        component.add_component(event_component(event, calendar.language))
    return octets(component)


def _calendar_component(calendar: FeedCalendar, *, published: bool) -> Calendar:
    component = Calendar()
    component["VERSION"] = Value("2.0")
    component["PRODID"] = Value(PRODUCT)
    component["CALSCALE"] = Value("GREGORIAN")
    if published:
        component["METHOD"] = Value("PUBLISH")
    name, description = one_line(calendar.name), paragraphs(calendar.description)
    component["NAME"] = component["X-WR-CALNAME"] = text_value(name)
    if description:
        component["DESCRIPTION"] = component["X-WR-CALDESC"] = text_value(description)
    component["X-WR-TIMEZONE"] = Value(calendar.zone)
    if calendar.last_modified:
        component["LAST-MODIFIED"] = vDatetime(_second(calendar.last_modified))
    _set_address(component, "URL", calendar.page)
    _set_address(component, "SOURCE", calendar.source, URI)
    component["REFRESH-INTERVAL"] = vDuration(calendar.refresh, {"VALUE": "DURATION"})
    component["X-PUBLISHED-TTL"] = vDuration(calendar.refresh)
    return component


def event_component(event: FeedEvent, language: str) -> Event:
    """Return one VEVENT; the language is that of the mark before a cancelled title."""
    component = Event()
    changed = _second(event.last_modified)
    component["UID"] = Value(str(event.uid))
    component["DTSTAMP"] = vDatetime(changed)
    component["CREATED"] = vDatetime(_second(event.created))
    component["LAST-MODIFIED"] = vDatetime(changed)
    component["SEQUENCE"] = vInt(event.sequence)
    zone = "" if _goes_out_as_utc(event) else event.zone
    component["DTSTART"] = _moment(event.start, zone)
    component["DTEND"] = _moment(event.end, zone)
    title = marked_title(one_line(event.title) or NO_TITLE, event.status, language)
    spoken = {"LANGUAGE": event.language} if event.language else None
    component["SUMMARY"] = text_value(title, params=spoken)
    component["STATUS"] = Value(event.status.value)
    free = event.transparent or event.status is EventStatus.CANCELLED
    component["TRANSP"] = Value("TRANSPARENT" if free else "OPAQUE")
    component["CLASS"] = Value("PUBLIC")
    _set_place(component, event)
    _set_texts(component, event)
    _set_relations(component, event)
    if event.alarm:
        component.add_component(_alarm_component(event.alarm, title))
    return component


def _alarm_component(before: timedelta, title: str) -> Alarm:
    component = Alarm()
    component["ACTION"] = Value("DISPLAY")
    component["DESCRIPTION"] = text_value(title)
    component["TRIGGER"] = vDuration(-before)
    return component


def _set_place(component: Event, event: FeedEvent) -> None:
    location = one_line(event.location)
    if location:
        component["LOCATION"] = text_value(location)
    if event.geo:
        latitude, longitude = (f"{degrees:.6f}" for degrees in event.geo)
        component["GEO"] = Value(f"{latitude};{longitude}")
        named = {"X-TITLE": location} if location else {}
        place = Value(f"geo:{latitude},{longitude}", {**URI, **named})
        component["X-APPLE-STRUCTURED-LOCATION"] = place


def _set_texts(component: Event, event: FeedEvent) -> None:
    if description := paragraphs(event.description):
        component["DESCRIPTION"] = text_value(description)
    if categories := list(filter(None, map(one_line, event.categories))):
        component["CATEGORIES"] = text_value(*categories)
    _set_address(component, "URL", event.url)


def _set_relations(component: Event, event: FeedEvent) -> None:
    if event.organizer:
        component["ORGANIZER"] = _mailbox(event.organizer)
    if event.parent:
        component["RELATED-TO"] = Value(str(event.parent), {"RELTYPE": "PARENT"})
    if event.picture:
        _set_address(
            component,
            "IMAGE",
            event.picture.url,
            {**URI, "DISPLAY": "BADGE", "FMTTYPE": event.picture.media_type},
        )
    if event.conference:
        _set_conference(component, event.conference)


def _set_conference(component: Event, conference: Conference) -> None:
    address = ascii_url(conference.url)
    if address:
        features = list(conference.features)
        component["CONFERENCE"] = Value(
            address, {**URI, "FEATURE": features, "LABEL": conference.label}
        )


def _set_address(
    component: Component, name: str, url: str, params: Mapping[str, str] | None = None
) -> None:
    if address := ascii_url(url):
        component[name] = Value(address, params)


def _mailbox(mailbox: Mailbox) -> Value:
    return Value(f"mailto:{one_line(mailbox.address)}", {"CN": mailbox.name})


def _moment(moment: datetime | date, zone: str) -> vDatetime | vDate:
    if not isinstance(moment, datetime):
        return vDate(moment, {"VALUE": "DATE"})
    if not zone:
        return vDatetime(_second(moment))
    value = vDatetime(moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None, microsecond=0))
    value.params["TZID"] = zone
    return value


def _goes_out_as_utc(event: FeedEvent) -> bool:
    """Say whether clocks cannot tell its times: no place, or an hour that they show twice.

    A wall time in that hour means the first of the two (RFC 5545 §3.3.5); both ends are written
    alike.
    """
    return is_plain_utc(event.zone) or any(
        isinstance(moment, datetime) and moment.astimezone(ZoneInfo(event.zone)).fold
        for moment in (event.start, event.end)
    )


def _second(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)


def years_by_zone(events: Iterable[FeedEvent]) -> dict[str, tuple[int, int]]:
    """Return the first and last year that the events use of each zone they are timed in."""
    years: dict[str, tuple[int, int]] = {}
    for event in events:
        if _goes_out_as_utc(event):
            continue
        for moment in (event.start, event.end):
            if isinstance(moment, datetime):
                year = moment.astimezone(ZoneInfo(event.zone)).year
                first, last = years.get(event.zone, (year, year))
                years[event.zone] = min(first, year), max(last, year)
    return years
