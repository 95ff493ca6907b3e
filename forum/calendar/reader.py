"""Reading iCalendar files of others as programmes (RFC 5545); refuses nothing but the unreadable.

Importing this module offers the reader to the programme's import.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from icalendar import Component

from forum.calendar.lenient import first_of, moment_at, parts_of, text_of, time_of, words_of
from forum.core.i18n import sentence
from forum.programme.importing.collecting import Collector
from forum.programme.importing.kinds import kind_of, role_in
from forum.programme.importing.moments import end_of
from forum.programme.importing.reading import offer
from forum.programme.importing.shapes import (
    ImportedLink,
    ImportedPart,
    ImportedProgramme,
    ImportedSession,
    ImportedSpeaker,
    Source,
    UnreadableProgramme,
)
from forum.programme.importing.texts import (
    LONGEST_KEY,
    address,
    by_script,
    key_of,
    line,
    names_of,
    paragraphs,
    room_key,
)
from forum.programme.rules import MOST_SESSIONS, SessionState

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

SOURCE = Source(
    "icalendar",
    frozenset(
        {
            "kind", "state", "title", "abstract", "room_id", "track_id", "starts_at", "ends_at",
            "day", "cast", "materials",
        }
    ),
    frozenset({"name", "name_zh"}),
)  # fmt: skip

_STATES = {"CANCELLED": SessionState.CANCELLED}
FEWEST_PEOPLE = 2
"""So many different organisers in one file are the people on stage, not the host of all."""


def read_icalendar(content: bytes, zone: ZoneInfo) -> ImportedProgramme:
    """Read a file's bytes; floating times are on the clocks of `zone`.

    An item is told apart by its UID, and where several share one by its start and title too.
    """
    found = Collector(zone)
    events = list(parts_of(text_of(content), "VEVENT"))
    if not events:
        raise UnreadableProgramme(sentence("No event that can be read is in this calendar."))
    if len(events) > MOST_SESSIONS:
        found.refuse_more_sessions()
    uids = Counter(key_of(words_of(event, "UID")) for event in events)
    shared = sum(number > 1 for uid, number in uids.items() if uid)
    if shared:
        found.notes.add(
            sentence(
                "Some events share their UID with others (%(number)s UIDs). They are told apart by "
                "start and title: one that moves will look like a new one.",
                number=shared,
            )
        )
    hosts = {_host(event) for event in events} - {""}
    named = len(hosts) >= FEWEST_PEOPLE
    if named:
        found.notes.add(sentence("The organisers named in the calendar are taken as speakers."))
    for number, event in enumerate(events, start=1):
        _session(event, number, uids, found, named=named)
    return found.programme(SOURCE)


def _session(
    event: Component, number: int, uids: Counter[str], found: Collector, *, named: bool
) -> None:
    title = line(words_of(event, "SUMMARY"))
    uid = key_of(words_of(event, "UID"))
    starts_at, ends_at = _moment(event, "DTSTART", found.zone), None
    key = uid or f"number-{number}"
    if uids[uid] > 1 or not uid:
        key = _composite(uid, starts_at, title)
    if starts_at is not None:
        ends_at = _moment(event, "DTEND", found.zone) or _by_duration(event, starts_at)
        if ends_at is None or ends_at == starts_at:
            ends_at = end_of(key, starts_at, found.notes)
    elif event.get("DTSTART") is not None:
        found.notes.session(key, sentence("names a day and no time, kept without a time"))
    if event.get("RRULE") is not None:
        found.notes.session(key, sentence("repeats; only the first time is taken"))
    host = _host(event) if named else ""
    name, name_zh = names_of(host)
    who = found.speaker(ImportedSpeaker(key_of(host), name, name_zh)) if host else None
    kind = kind_of("", [title], staged=who is not None)
    link = address(words_of(event, "URL"))
    found.session(
        ImportedSession(
            key=key,
            kind=kind,
            title=by_script(title),
            abstract=by_script(paragraphs(words_of(event, "DESCRIPTION"))),
            starts_at=starts_at,
            ends_at=ends_at,
            room=found.room(room_key(line(words_of(event, "LOCATION")))),
            track=found.track(_category(event)),
            state=_STATES.get(line(words_of(event, "STATUS")).upper()),
            cast=[ImportedPart(who, role_in(kind))] if who else [],
            links=[ImportedLink(link, link)] if link else [],
        )
    )


def _moment(event: Component, name: str, zone: ZoneInfo) -> datetime | None:
    value = time_of(event, name)
    return moment_at(value, zone) if isinstance(value, datetime) else None


def _by_duration(event: Component, starts_at: datetime) -> datetime | None:
    lasts = time_of(event, "DURATION")
    try:
        return starts_at + lasts if isinstance(lasts, timedelta) else None
    except OverflowError:
        return None


def _host(event: Component) -> str:
    params = getattr(first_of(event, "ORGANIZER"), "params", {})
    return line(str(params.get("CN", "")))


def _category(event: Component) -> str:
    names = getattr(first_of(event, "CATEGORIES"), "cats", None) or []
    return key_of(line(str(names[0]))) if names else ""


def _composite(uid: str, starts_at: datetime | None, title: str) -> str:
    when = f"{starts_at:%Y%m%dT%H%MZ}" if starts_at else "-"
    digest = hashlib.sha256(title.encode()).hexdigest()[:16]
    return f"{uid[:60]} {when} {digest}"[:LONGEST_KEY]


offer("icalendar", read_icalendar)
