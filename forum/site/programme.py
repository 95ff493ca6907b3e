"""What a page of the programme lists: the whole of a small one, else one of its days, filtered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from forum.core import dates
from forum.core.errors import NotFound
from forum.programme.queries import listed, planned_sessions
from forum.programme.rules import SessionState
from forum.site.filters import Choice, answers, choices_of, number_by_day
from forum.site.grid import parallel_days
from forum.site.items import items_of
from forum.site.shapes import Item, Marks

if TYPE_CHECKING:
    from forum.events.facts import Addresses
    from forum.events.models import Event
    from forum.programme.queries import Planned

WHOLE_AT_MOST = 60
"""Sessions that stand on one page, however many days they are on."""
NIGHT = timedelta(hours=4)
"""So long after midnight the programme still shows the evening before."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an address asks for: a day or none, a filter or none; `planned` by a preview link."""

    day: date | None
    asked: Marks
    planned: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """What one page lists; `day` is None where it lists every day.

    `total` is how many there are without the filter, `elsewhere` how many answer on other days
    where none does here; days in `parallel` use several rooms, whatever the filter leaves. At
    `changes_at` another day is shown.
    """

    items: tuple[Item, ...]
    total: int
    days: Sequence[date]
    day: date | None
    parallel: frozenset[date]
    choices: Sequence[Choice]
    elsewhere: Sequence[tuple[date, int]]
    changes_at: datetime | None


def listing_of(event: Event, to: Addresses, wanted: Wanted, now: datetime) -> Listing:
    """Return what a page of the programme lists; five statements, with a speaker asked for six.

    Raises NotFound for a day without sessions.
    """
    planned = planned_public(event) if wanted.planned else None
    marks = listed.marks_of(event.id) if planned is None else [listed.marks(one) for one in planned]
    places = listed.places_of(event.id)
    days = sorted({one.day for one in marks})
    if wanted.day is not None and wanted.day not in days:
        raise NotFound
    whole = wanted.day is None and len(marks) <= WHOLE_AT_MOST
    day, changes_at = wanted.day, None
    if day is None and not whole:
        day, changes_at = day_to_show(days, event, now)
    sessions = (
        listed.listed_sessions(event.id, places, day=day)
        if planned is None
        else [one for one in planned if day in {None, one.day}]
    )
    every = items_of(event, sessions, to, places)
    asked = wanted.asked
    items = every if asked == Marks() else _answering(every, asked)
    elsewhere: Sequence[tuple[date, int]] = ()
    if not items and day is not None and asked != Marks():
        with_speaker = listed.session_ids_with(event.id, asked.speaker) if asked.speaker else set()
        elsewhere = sorted(number_by_day(marks, asked, places, with_speaker).items())
    return Listing(
        items=items,
        total=len(every),
        days=days,
        day=day,
        parallel=parallel_days(every),
        choices=choices_of(every, marks, places, asked, to.language.key, event.languages),
        elsewhere=elsewhere,
        changes_at=changes_at,
    )


def _answering(items: tuple[Item, ...], asked: Marks) -> tuple[Item, ...]:
    return tuple(one for one in items if answers(one.marks, asked))


def planned_public(event: Event) -> list[Planned]:
    """Return what guests would see if everything were released now; three to six statements."""
    return [
        one
        for one in planned_sessions(event.id)
        if one.starts_at is not None and one.state is not SessionState.DRAFT
    ]


def day_to_show(days: Sequence[date], event: Event, now: datetime) -> tuple[date, datetime | None]:
    """Return today, else the next day of the programme, else its first; and until when."""
    today = dates.local_day(now - NIGHT, event.zone)
    if not days[0] <= today <= days[-1]:
        ahead = today < days[0]
        return days[0], _morning(days[0], event) if ahead else None
    return next(one for one in days if one >= today), _morning(today + timedelta(days=1), event)


def _morning(day: date, event: Event) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=event.zone) + NIGHT
