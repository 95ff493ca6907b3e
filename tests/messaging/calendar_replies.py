"""Answers as the calendars of guests send them: each make leaves out and adds other things."""

from __future__ import annotations

import base64
import textwrap
from dataclasses import dataclass
from datetime import datetime

from tests.factories import NOW
from tests.messaging.itip import Asked

BOUNDARY = "sample-answer"


@dataclass(frozen=True)
class Said:
    """What a guest's calendar answers to what it was asked."""

    asked: Asked
    partstat: str = "ACCEPTED"
    sender: str = "ada@example.com"
    attendee: str = ""
    sequence: int | None = None
    stamp: datetime = NOW
    to: str = ""
    uid: str = ""
    comment: str = ""
    more: str = ""

    @property
    def calendar(self) -> str:
        """The answer as Google's calendar writes it, with everything that it was asked."""
        return _ics(self, organizer=self.organizer, sequence=True)

    @property
    def organizer(self) -> str:
        """The address that the answer goes to."""
        return self.to or self.asked.organizer.value.removeprefix("mailto:")


def gmail(said: Said) -> bytes:
    """Beside the words in the alternative, and once more as a file."""
    return _mail(
        said,
        f"""\
        Content-Type: multipart/mixed; boundary="{BOUNDARY}"

        --{BOUNDARY}
        Content-Type: multipart/alternative; boundary="inner"

        --inner
        Content-Type: text/plain; charset="UTF-8"; format=flowed; delsp=yes

        Sample has answered this invitation.

        --inner
        Content-Type: text/calendar; charset="UTF-8"; method=REPLY
        Content-Transfer-Encoding: 7bit

        @@

        --inner--
        --{BOUNDARY}
        Content-Type: application/ics; name="invite.ics"
        Content-Disposition: attachment; filename="invite.ics"
        Content-Transfer-Encoding: base64

        ##

        --{BOUNDARY}--
        """,
        said.calendar,
    )


def apple(said: Said) -> bytes:
    """As a calendar file in a mixed mail, quoted-printable, with a name."""
    return _mail(
        said,
        f"""\
        Content-Type: multipart/mixed; boundary="{BOUNDARY}"

        --{BOUNDARY}
        Content-Type: text/calendar; charset=utf-8; method=REPLY; name=iCal.ics
        Content-Transfer-Encoding: base64

        ##

        --{BOUNDARY}--
        """,
        _ics(said, organizer=f"MAILTO:{said.organizer}", sequence=True),
    )


def outlook(said: Said) -> bytes:
    """The answer alone is the mail, with properties of its own."""
    extra = "X-MICROSOFT-CDO-BUSYSTATUS:BUSY\nX-MICROSOFT-CDO-IMPORTANCE:1\n"
    body = _ics(said, organizer=said.organizer, sequence=True, more=extra)
    return _mail(
        said,
        """\
        Content-Type: text/calendar; charset="utf-8"; method=REPLY
        Content-Transfer-Encoding: base64
        X-MS-Has-Attach: no

        ##
        """,
        body,
    )


def exchange(said: Said) -> bytes:
    """Without the ORGANIZER, in an alternative after HTML."""
    return _mail(
        said,
        f"""\
        Content-Type: multipart/alternative; boundary="{BOUNDARY}"

        --{BOUNDARY}
        Content-Type: text/html; charset="utf-8"

        <p></p>

        --{BOUNDARY}
        Content-Type: text/calendar; charset="utf-8"; method=REPLY
        Content-Transfer-Encoding: base64

        ##

        --{BOUNDARY}--
        """,
        _ics(said, organizer="", sequence=True),
    )


def thunderbird(said: Said) -> bytes:
    """Without a SEQUENCE while it is 0."""
    return _mail(
        said,
        f"""\
        Content-Type: multipart/alternative; boundary="{BOUNDARY}"

        --{BOUNDARY}
        Content-Type: text/plain; charset=UTF-8

        Sample has answered.

        --{BOUNDARY}
        Content-Type: text/calendar; method=REPLY; charset=UTF-8
        Content-Transfer-Encoding: 8bit

        @@

        --{BOUNDARY}--
        """,
        _ics(said, organizer=said.organizer, sequence=bool(said.sequence or said.asked.sequence)),
    )


SHAPES = (gmail, apple, outlook, exchange, thunderbird)


def _ics(said: Said, *, organizer: str, sequence: bool, more: str = "") -> str:
    who = f"ATTENDEE;CN=Ada;CUTYPE=INDIVIDUAL;PARTSTAT={said.partstat}"
    number = said.asked.sequence if said.sequence is None else said.sequence
    lines = [
        "BEGIN:VCALENDAR",
        "PRODID:-//Sample//Sample Calendar//EN",
        "VERSION:2.0",
        "METHOD:REPLY",
        "BEGIN:VEVENT",
        f"UID:{said.uid or said.asked.value('UID')}",
        f"DTSTAMP:{said.stamp:%Y%m%dT%H%M%SZ}",
        f"DTSTART:{NOW:%Y%m%dT%H%M%SZ}",
        f"{who}:mailto:{said.attendee or said.sender}",
    ]
    if organizer:
        lines.append(f"ORGANIZER:{organizer if ':' in organizer else f'mailto:{organizer}'}")
    if sequence:
        lines.append(f"SEQUENCE:{number}")
    if said.comment:
        lines.append(f"COMMENT:{said.comment}")
    lines += [*more.splitlines(), "END:VEVENT", "END:VCALENDAR", ""]
    return "\r\n".join(lines)


def _mail(said: Said, body: str, calendar: str) -> bytes:
    packed = base64.encodebytes(calendar.encode()).decode()
    head = f"MIME-Version: 1.0\nFrom: Ada <{said.sender}>\nTo: <{said.organizer}>\n"
    head += f"Subject: Accepted\nMessage-ID: <sample@{said.sender.rpartition('@')[2]}>\n"
    whole = head + said.more + textwrap.dedent(body)
    whole = whole.replace("@@", calendar.replace("\r\n", "\n").strip()).replace(
        "##", packed.strip()
    )
    return whole.encode()
