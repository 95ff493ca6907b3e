"""Calendar parts of mails, strictly read: the shape of the mail, RFC 5546's tables, two readers."""

from __future__ import annotations

from dataclasses import dataclass
from email.message import EmailMessage

from tests.calendar.grammar import Line, Part, parse
from tests.calendar.readers import Seen, by_ical, by_vobject

ONCE = {
    "REQUEST": ("DTSTAMP", "DTSTART", "ORGANIZER", "SEQUENCE", "SUMMARY", "UID", "ATTENDEE"),
    "CANCEL": ("DTSTAMP", "ORGANIZER", "SEQUENCE", "UID", "ATTENDEE"),
}
"""What RFC 5546 §3.2.2 and §3.2.5 want once; the one ATTENDEE is CALENDAR.md's M07."""
STATES = {"REQUEST": {"CONFIRMED", "TENTATIVE"}, "CANCEL": {"", "CANCELLED"}}
PARAMETERS = {"CN", "CUTYPE", "ROLE", "PARTSTAT", "RSVP"}


@dataclass(frozen=True)
class Asked:
    """What one mail asks of its reader's calendar."""

    method: str
    event: Part
    seen: Seen
    octets: bytes

    def value(self, name: str) -> str:
        """Return the one value of a property, "" where there is none."""
        lines = self.event.all(name)
        return lines[0].value if lines else ""

    @property
    def sequence(self) -> int:
        return int(self.value("SEQUENCE"))

    @property
    def attendee(self) -> Line:
        (line,) = self.event.all("ATTENDEE")
        return line

    @property
    def organizer(self) -> Line:
        (line,) = self.event.all("ORGANIZER")
        return line


def asked(mail: EmailMessage) -> Asked:
    """Return the calendar part of a mail; raises AssertionError unless all of it is right."""
    (inline,) = parts(mail, "text/calendar")
    (file,) = parts(mail, "application/ics")
    octets = inline.get_payload(decode=True)
    assert isinstance(octets, bytes)
    assert file.get_payload(decode=True) == octets
    assert file.get_filename() == "invite.ics"
    assert inline.get_content_charset() == "utf-8"
    assert inline.get_filename() is None
    calendar = parse(octets)
    method = calendar.value("METHOD")
    assert inline["Content-Type"].params["method"] == method
    _check_shape(mail, inline)
    (event,) = calendar.inside("VEVENT")
    faults = [name for name in ONCE[method] if len(event.all(name)) != 1]
    assert not faults, faults
    (attendee,) = event.all("ATTENDEE")
    assert set(attendee.params) == PARAMETERS
    assert attendee.value == f"mailto:{mail['To'].addresses[0].addr_spec}"
    status = event.all("STATUS")
    assert (status[0].value if status else "") in STATES[method]
    zones = {one.params["TZID"] for one in event.lines if "TZID" in one.params}
    assert {one.value("TZID") for one in calendar.inside("VTIMEZONE")} == zones
    assert {one.name for one in calendar.lines} == {"VERSION", "PRODID", "CALSCALE", "METHOD"}
    (seen,) = by_ical(octets)
    if status:
        assert by_vobject(octets) == [seen]
    return Asked(method, event, seen, octets)


def asks_nothing(mail: EmailMessage) -> bool:
    """Say whether a mail leaves its reader's calendar alone."""
    return not parts(mail, "text/calendar") and not parts(mail, "application/ics")


def parts(mail: EmailMessage, media_type: str) -> list[EmailMessage]:
    """Return the parts of a mail of one type, wherever they stand."""
    return [one for one in mail.walk() if one.get_content_type() == media_type]


def _check_shape(mail: EmailMessage, inline: EmailMessage) -> None:
    """M02: mixed{ alternative{ plain, html or related{html, QR}, calendar }, invite.ics, QR }."""
    assert mail.get_content_type() == "multipart/mixed"
    alternative, file, *rest = list(mail.iter_parts())
    assert alternative.get_content_type() == "multipart/alternative"
    plain, html, last = list(alternative.iter_parts())
    assert plain.get_content_type() == "text/plain"
    assert html.get_content_type() == ("multipart/related" if rest else "text/html")
    assert last is inline
    assert file.get_content_type() == "application/ics"
    assert [one.get_content_type() for one in rest] in ([], ["image/png"])
