"""What a mail asks of one guest's calendar: METHOD:REQUEST and CANCEL (RFC 5546, 6047).

All guests of an event who read one language have most of it in common: it is written once, and
each one's own lines are put in.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

import idna
from icalendar import Calendar

from forum.calendar.rules.answers import Answer, Method
from forum.calendar.shapes import EventStatus, FeedEvent, Mailbox
from forum.calendar.wire import Value, folded, octets, one_line
from forum.calendar.writer import PRODUCT, event_component, years_by_zone
from forum.calendar.zones import timezone_component

if TYPE_CHECKING:
    from collections.abc import Mapping

BEGIN_EVENT = b"BEGIN:VEVENT\r\n"
_OWN = ("DTSTAMP", "SEQUENCE", "ORGANIZER")
_KEPT_IN_ADDRESS = "!#$&'*+-.=_~"


@dataclass(frozen=True, slots=True)
class Attendee:
    """The one guest whom a mail goes to; one who is invited is `asked` for an answer."""

    name: str
    address: str
    answer: Answer
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """What all guests have in common of a calendar part, around what is each one's own."""

    method: Method
    before: bytes
    after: bytes
    sequence: int
    changed: datetime

    def octets(
        self, attendee: Attendee, organizer: Mailbox, *, ahead: int, asked_at: datetime
    ) -> bytes:
        """Return the part for one guest; the same for the same values.

        `ahead` is by how much SEQUENCE stands above the event's. DTSTAMP is when the mail was
        written, or when the event was changed since (RFC 5546 §2.1.5 goes by it).
        """
        stamped = max(asked_at, self.changed).astimezone(UTC).replace(microsecond=0)
        own = (
            ("DTSTAMP", f"{stamped:%Y%m%dT%H%M%SZ}", None),
            ("SEQUENCE", str(self.sequence + ahead), None),
            ("ORGANIZER", f"mailto:{mail_address(organizer.address)}", {"CN": organizer.name}),
            ("ATTENDEE", f"mailto:{mail_address(attendee.address)}", _parameters(attendee)),
        )
        return self.before + b"".join(_line(*one) for one in own) + self.after


def frame(event: FeedEvent, method: Method, language: str, *, everybody: bool = False) -> Frame:
    """Return what all guests have in common of a REQUEST, or a CANCEL, of one event.

    A cancellation for `everybody` says STATUS:CANCELLED and marks the title; one that takes a guest
    off the list says nothing of the event (RFC 5546 §3.2.5).
    """
    if method is Method.CANCEL:
        status = EventStatus.CANCELLED if everybody else EventStatus.CONFIRMED
        event = replace(event, status=status)
    component = event_component(event, language)
    for name in _OWN:
        component.pop(name, None)
    if method is Method.CANCEL and not everybody:
        component.pop("STATUS")
    calendar = Calendar()
    calendar["VERSION"] = Value("2.0")
    calendar["PRODID"] = Value(PRODUCT)
    calendar["CALSCALE"] = Value("GREGORIAN")
    calendar["METHOD"] = Value(method.value)
    for zone, (first_year, last_year) in sorted(years_by_zone([event]).items()):
        calendar.add_component(timezone_component(zone, first_year, last_year))
    calendar.add_component(component)
    head, begin, rest = octets(calendar).partition(BEGIN_EVENT)
    return Frame(method, head + begin, rest, event.sequence, event.last_modified)


def mail_address(address: str) -> str:
    """Return an address as it can stand in a mailto: (RFC 6068): ASCII, the domain in Punycode."""
    local, _, domain = one_line(address).rpartition("@")
    host = domain if domain.isascii() else idna.encode(domain, uts46=True).decode()
    return f"{quote(local, safe=_KEPT_IN_ADDRESS)}@{host}"


def _parameters(attendee: Attendee) -> dict[str, str]:
    return {
        "CN": attendee.name or attendee.address,
        "CUTYPE": "INDIVIDUAL",
        "ROLE": "REQ-PARTICIPANT",
        "PARTSTAT": attendee.answer.value,
        "RSVP": "TRUE" if attendee.asked else "FALSE",
    }


def _line(name: str, wire: str, params: Mapping[str, str] | None) -> bytes:
    value = Value(wire, params)
    head = name.encode()
    head += b";" + value.params.to_ical(sorted=False) if params else b""
    return folded(head + b":" + value.to_ical()) + b"\r\n"
