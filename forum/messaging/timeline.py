"""An event's time-line of mails: what will go, when and to how many, and what went."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from forum.core.i18n import Sentence, sentence, sentences
from forum.events.rules import EventState
from forum.messaging.queries.announcements import Progress, progress_of
from forum.messaging.queries.changes import news_of_event
from forum.messaging.queries.timeline import Went, numbers_of, planned_of, went_of
from forum.messaging.rules import Kind
from forum.messaging.rules.announcements import (
    ANNOUNCEMENT_STATE_WORDS,
    RUNNING,
    AnnouncementKind,
    AnnouncementState,
    Timing,
    message_kind,
)
from forum.messaging.rules.around import can_go_on, is_missed
from forum.messaging.rules.segments import EVERYBODY, Segment, read_segment
from forum.messaging.rules.timing import in_words, when_of
from forum.messaging.words import WORDS

if TYPE_CHECKING:
    from forum.events.models import Event
    from forum.messaging.models import Announcement, EventNews

MISSED = sentence("Not sent: its moment had passed when the event was moved")
HELD = sentence("Held: its moment lies on the wrong side of the event by now. Choose another")
GATHERING = sentence("Waits for further changes, then goes")
_BEGINS = sentence("The event begins")
_ENDS = sentence("The event ends")
_OFF = ("stop", sentence("Cancelled"))


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the time-line; `at` is None while no date is known.

    `called` is what an organiser called it, `name` what it is; `how` says how its moment is
    reckoned. `number` counts people, or mails once it went. A `mark` is the event itself. Of a mail
    of Forum's own that nobody had yet, the moment can be changed. One that was stopped half-way
    `goes_on` where somebody wants it to and it is still of use.
    """

    at: datetime | None
    name: Sentence
    called: str = ""
    how: Sentence | None = None
    to: str = ""
    number: Sentence | None = None
    state: tuple[str, Sentence] | None = None
    note: Sentence | None = None
    announcement: UUID | None = None
    news: UUID | None = None
    kind: Kind | None = None
    revision: int = 0
    changeable: bool = False
    stoppable: bool = False
    goes_on: bool = False
    mark: bool = False


@dataclass(frozen=True, slots=True)
class Timeline:
    """What is to come, the next first, and what is past, the last first."""

    to_come: Sequence[Entry]
    past: Sequence[Entry]
    offered: Sequence[AnnouncementKind]

    @property
    def is_empty(self) -> bool:
        """Whether no mail stands on it."""
        return all(one.mark for one in (*self.to_come, *self.past))


WordsOf = Callable[["Event", Iterable["Announcement"]], Mapping[UUID, str]]


def timeline_of(event: Event, words_of: WordsOf, now: datetime) -> Timeline:
    """Return an event's time-line; five statements, two for each kind of recipients.

    `words_of` says to whom announcements go.
    """
    rows, news = planned_of(event.id), news_of_event(event.id)
    segments = {one.id: read_segment(one.segment) for one in rows}
    open_still = {segments[one.id] for one in rows if one.state in RUNNING}
    waits = any(one.told_at is None for one in news)
    numbers = numbers_of(event.id, [*open_still, *([EVERYBODY] if waits else [])])
    whom, progress = words_of(event, rows), progress_of([one.id for one in rows])

    def number_of(one: Announcement) -> Sentence | None:
        segment = segments[one.id]
        if segment.wanted.inside is not None and now < event.starts_at:
            # Who comes and who does not is not known before.
            return None
        return _number(one, segment, numbers, progress)

    entries = [
        *(_of(one, whom[one.id], number_of(one), event, progress[one.id], now) for one in rows),
        *(_told(one, numbers.get(EVERYBODY, 0)) for one in news),
        *(_went(one) for one in went_of(event.id)),
    ]
    coming = [one for one in entries if _is_to_come(one)]
    past = [one for one in entries if not _is_to_come(one)]
    for mark in _marks(event):
        (coming if mark.at is None or mark.at > now else past).append(mark)
    live = {one.kind for one in rows if one.state is not AnnouncementState.STOPPED}
    own = (one for one in AnnouncementKind if one is not AnnouncementKind.LETTER)
    return Timeline(
        sorted(coming, key=lambda one: (one.at is not None, one.at or now)),
        sorted(past, key=lambda one: one.at or now, reverse=True),
        [] if _is_off(event, now) else [one for one in own if one not in live],
    )


def _is_off(event: Event, now: datetime) -> bool:
    return event.state is EventState.CANCELLED or event.ends_at <= now


def _is_to_come(one: Entry) -> bool:
    return one.stoppable or one.news is not None or one.goes_on


def _of(
    one: Announcement,
    to: str,
    number: Sentence | None,
    event: Event,
    progress: Progress,
    now: datetime,
) -> Entry:
    own, when = one.kind is not AnnouncementKind.LETTER, when_of(one)
    open_still = one.started_at is None
    runs = one.state in RUNNING
    deferred = one.state is AnnouncementState.SENT and progress.waiting > 0
    held = open_still and runs and own and not one.due_at and not event.dates_open
    kind = message_kind(one.kind, about_booking=one.about_booking)
    return Entry(
        at=one.at if held else _at(one),
        name=WORDS[kind].name,
        called=one.name,
        how=in_words(when) if when.timing is Timing.RELATIVE else None,
        to=to,
        number=number,
        state=ANNOUNCEMENT_STATE_WORDS[one.state],
        note=MISSED if is_missed(one) else HELD if held else _left(one, progress),
        announcement=one.id,
        kind=kind if own else None,
        revision=one.revision,
        changeable=own and open_still,
        stoppable=runs or deferred,
        goes_on=one.overtaken_at is not None and can_go_on(one.kind, event, now),
    )


def _left(one: Announcement, progress: Progress) -> Sentence | None:
    """Say how many have not had what was stopped half-way, and why."""
    left = one.reached - progress.done
    if one.state is not AnnouncementState.STOPPED or one.started_at is None or left <= 0:
        return None
    if one.overtaken_at is None:
        return sentences(
            "Stopped half-way: %(count)s person has not had it",
            "Stopped half-way: %(count)s people have not had it",
            left,
            count=left,
        )
    return sentences(
        "Stopped when the event was changed: %(count)s person has not had it",
        "Stopped when the event was changed: %(count)s people have not had it",
        left,
        count=left,
    )


def _at(one: Announcement) -> datetime | None:
    if one.started_at is not None:
        return one.started_at
    return one.due_at or (None if one.state in RUNNING else one.changed_at)


def _number(
    one: Announcement,
    segment: Segment,
    numbers: Mapping[Segment, int],
    progress: Mapping[UUID, Progress],
) -> Sentence | None:
    if one.started_at is not None:
        done, total = progress[one.id].total - progress[one.id].waiting, one.queued
        waits = progress[one.id].waiting and one.state is AnnouncementState.SENT
        if waits or one.state is AnnouncementState.SENDING:
            return sentence("%(done)s of %(total)s mails", done=done, total=max(total, done))
        return _mails(total)
    if one.state not in RUNNING:
        return None
    return _people(numbers.get(segment, one.reached))


def _told(one: EventNews, number: int) -> Entry:
    waits, name = one.told_at is None, WORDS[Kind.EVENT_CHANGED].name
    if waits:
        state = ANNOUNCEMENT_STATE_WORDS[AnnouncementState.SCHEDULED]
        note = GATHERING if one.settled_at is None else None
        news = one.id if one.settled_at is None else None
        return Entry(
            one.due_at, name, number=_people(number), state=state, note=note, news=news,
            stoppable=True,
        )  # fmt: skip
    if not one.reached:
        note = sentence("Nobody was told: all was as before, or the event was off.")
        return Entry(one.told_at, name, note=note)
    state = ANNOUNCEMENT_STATE_WORDS[AnnouncementState.SENT]
    return Entry(one.told_at, name, number=_mails(one.reached), state=state, kind=None)


def _went(one: Went) -> Entry:
    state = ANNOUNCEMENT_STATE_WORDS[AnnouncementState.SENT]
    return Entry(one.at, WORDS[one.kind].name, number=_mails(one.number), state=state)


def _marks(event: Event) -> list[Entry]:
    if event.dates_open:
        return [Entry(None, sentence("The event, once it has a date"), mark=True)]
    off = _OFF if event.state is EventState.CANCELLED else None
    return [
        Entry(event.starts_at, _BEGINS, mark=True, state=off),
        Entry(event.ends_at, _ENDS, mark=True),
    ]


def _people(number: int) -> Sentence:
    return sentences("%(count)s person", "%(count)s people", number, count=number)


def _mails(number: int) -> Sentence:
    return sentences("%(count)s mail", "%(count)s mails", number, count=number)
