"""Moving a whole programme to other days, its clock times as they are."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from forum.core.i18n import sentence
from forum.events.rules import EARLIEST_YEAR, LATEST_YEAR, FarYear, TooLong, check_span
from forum.programme.importing.shapes import (
    ImportedProgramme,
    ImportedSession,
    UnreadableProgramme,
)


def check_times(file: ImportedProgramme) -> ImportedProgramme:
    """Return a file whose times an event can be made of; raises UnreadableProgramme."""
    starts = [item.starts_at for item in file.sessions if item.starts_at]
    ends = [item.ends_at for item in file.sessions if item.ends_at]
    if not starts or not ends:
        raise UnreadableProgramme(
            sentence(
                "No session in this file has a time, so no event can be made of it. Import it into "
                "an event that has its days."
            )
        )
    first, last = min(starts), max(ends)
    try:
        check_span(first, last)
    except TooLong:
        raise UnreadableProgramme(
            sentence(
                "The sessions in this file lie more than a year apart, from %(first)s to %(last)s. "
                "Mend their dates in the file.",
                first=first.date().isoformat(),
                last=last.date().isoformat(),
            ),
        ) from None
    return file


def moved_to(file: ImportedProgramme, zone: ZoneInfo, starts_on: date | None) -> ImportedProgramme:
    """Return the programme with its first day on `starts_on`; raises FarYear."""
    if starts_on is None:
        return file
    days = [item.starts_at.astimezone(zone).date() for item in file.sessions if item.starts_at]
    by, lasts = starts_on - min(days), max(days) - min(days)
    if not EARLIEST_YEAR <= starts_on.year <= LATEST_YEAR or (starts_on + lasts).year > LATEST_YEAR:
        raise FarYear(field="starts_on")
    return replace(file, sessions=[_moved(item, zone, by) for item in file.sessions])


def _moved(item: ImportedSession, zone: ZoneInfo, by: timedelta) -> ImportedSession:
    if item.starts_at is None or item.ends_at is None:
        return item
    return replace(
        item,
        starts_at=_shifted(item.starts_at, zone, by),
        ends_at=_shifted(item.ends_at, zone, by),
        listed=item.listed + by if item.listed else None,
    )


def _shifted(moment: datetime, zone: ZoneInfo, by: timedelta) -> datetime:
    wall = moment.astimezone(zone).replace(tzinfo=None) + by
    return wall.replace(tzinfo=zone).astimezone(UTC)
