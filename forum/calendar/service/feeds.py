"""Writing feeds of an event, of a part of its programme, of one session: what is public of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from forum.calendar.entries import Voice, entry_of_absence, entry_of_event, entry_of_session
from forum.calendar.queries.programme import absences_of, newest_change, sessions_shown
from forum.calendar.rules import (
    ABSENT_AFTER_THE_END,
    USUAL_REFRESH,
    event_path,
    feed_path,
    is_kept,
    plain_text,
    refresh_interval,
    session_feed_path,
    session_path,
    switch_moments,
)
from forum.calendar.shapes import FeedCalendar, FeedEvent
from forum.calendar.writer import written
from forum.programme.models import Speaker
from forum.programme.rules import SessionKind
from forum.programme.words import KINDS

if TYPE_CHECKING:
    from forum.calendar.queries.programme import Filter
    from forum.core.text import Text
    from forum.events.models import Event
    from forum.programme.models import Session

JOINED = " · "


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed as octets; `last_modified` is the newest change of what it shows.

    That is None only where nothing was ever in it. `valid_until` is the next moment at which the
    clock alone changes it, None for never.
    """

    octets: bytes
    last_modified: datetime | None
    valid_until: datetime | None


@dataclass(frozen=True, slots=True)
class Head:
    """What a calendar says of itself: texts, the paths of its feed and page, languages, zone."""

    name: str
    description: str
    feed: str
    page: str
    languages: Sequence[str]
    zone: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What a feed shows, and the moments at which the clock alone changes that.

    `newest` is a change that counts although what was changed may have left the feed.
    """

    entries: Sequence[FeedEvent]
    moments: Sequence[datetime] = ()
    refresh: timedelta = USUAL_REFRESH
    newest: datetime | None = None


def write_event_feed(event: Event, voice: Voice, *, now: datetime) -> Feed:
    """Write the feed of a public event: the event itself and all its public sessions.

    What is cancelled stays as cancelled; 60 days after the end the feed is empty, not gone.
    Reads the programme in at most 4 statements.
    """
    sessions, moments = session_entries(event, sessions_shown(event.id), voice, now)
    shown = shown_of(event, [entry_of_event(event, voice), *sessions], moments, now)
    return write(_head(event, feed_path(event.slug), voice), shown, voice, now)


def write_part_feed(
    event: Event, path: str, filters: Mapping[str, Filter | None], voice: Voice, *, now: datetime
) -> Feed:
    """Write the feed of those sessions of an event that answer every filter; `path` is its own.

    A filter that stands for nothing leaves it empty, not gone. At most 5 statements.
    """
    known = [one for one in filters.values() if one is not None]
    wanted = sessions_shown(event.id, *(one.holds for one in known))
    sessions = wanted if len(known) == len(filters) else []
    entries, moments = session_entries(event, sessions, voice, now)
    shown = shown_of(event, entries, moments, now, newest=newest_change(event))
    names = [_text(event.title, event, voice), *(_called(one, event, voice) for one in known)]
    return write(_head(event, path, voice, name=JOINED.join(names)), shown, voice, now)


def write_session_feed(event: Event, session: Session, voice: Voice, *, now: datetime) -> Feed:
    """Write the feed of one public session, the same there as in the event's feed."""
    entries, moments = session_entries(event, [session], voice, now)
    head = Head(
        name=_text(session.title, event, voice),
        description=plain_text(_text(session.abstract, event, voice)),
        feed=session_feed_path(event.slug, session.id),
        page=session_path(voice.language.path, event.slug, session.id),
        languages=event.languages,
        zone=event.time_zone,
    )
    return write(head, shown_of(event, entries, moments, now), voice, now)


def write_own_feed(
    event: Event, sessions: Sequence[Session], path: str, voice: Voice, *, now: datetime
) -> Feed:
    """Write the feed of one person's public sessions, each the same as in the event's feed.

    It names no person, and `path` is its own address; without a session it is empty, not gone.
    """
    entries, moments = session_entries(event, sessions, voice, now)
    return write(_head(event, path, voice), shown_of(event, entries, moments, now), voice, now)


def session_entries(
    event: Event, sessions: Sequence[Session], voice: Voice, now: datetime
) -> tuple[list[FeedEvent], list[datetime]]:
    """Return public sessions as feeds show them, and the moments at which some of them leave.

    One that has no time any more stays as cancelled, for 30 days past its last end. At most 2
    statements.
    """
    absences = absences_of(sessions)
    entries: list[FeedEvent] = []
    moments: list[datetime] = []
    for session in sessions:
        absence = absences.get(session.id) if session.starts_at is None else None
        entry = entry_of_session(session, event, voice)
        if absence is not None:
            leaves = absence.ends_at + ABSENT_AFTER_THE_END
            moments.append(leaves)
            entry = entry_of_absence(session, absence, event, voice) if now < leaves else None
        entries += [entry] if entry else []
    return entries, moments


def shown_of(
    event: Event,
    entries: Sequence[FeedEvent],
    moments: Sequence[datetime],
    now: datetime,
    *,
    newest: datetime | None = None,
) -> Shown:
    """Return what the feed of one event shows now: nothing from 60 days after its end."""
    return Shown(
        entries=entries if is_kept(event.ends_at, now) else (),
        moments=[*switch_moments(event.starts_at, event.ends_at), *moments],
        refresh=refresh_interval(event.starts_at, event.ends_at, now),
        newest=max(filter(None, (newest, event.changed_at if not entries else None)), default=None),
    )


def write(head: Head, shown: Shown, voice: Voice, now: datetime) -> Feed:
    """Write a feed as octets."""
    key = voice.language.key
    newest = max((one.last_modified for one in shown.entries), default=shown.newest)
    language = "" if head.languages and key == head.languages[0] else f"lang={key}"
    joint = "&" if "?" in head.feed else "?"
    calendar = FeedCalendar(
        name=head.name,
        description=head.description,
        zone=head.zone,
        language=key,
        source=voice.absolute(f"{head.feed}{joint}{language}" if language else head.feed),
        page=voice.absolute(head.page),
        last_modified=newest,
        refresh=shown.refresh,
        events=tuple(shown.entries),
    )
    changes = [newest, shown.newest, *(moment for moment in shown.moments if moment <= now)]
    return Feed(
        octets=written(calendar),
        last_modified=max(filter(None, changes), default=None),
        valid_until=min((moment for moment in shown.moments if moment > now), default=None),
    )


def _head(event: Event, path: str, voice: Voice, *, name: str = "") -> Head:
    return Head(
        name=name or _text(event.title, event, voice),
        description=plain_text(_text(event.summary, event, voice)),
        feed=path,
        page=event_path(voice.language.path, event.slug),
        languages=event.languages,
        zone=event.time_zone,
    )


def _called(part: Filter, event: Event, voice: Voice) -> str:
    if isinstance(part.thing, SessionKind):
        return voice.say(KINDS[part.thing])
    if isinstance(part.thing, Speaker):
        return part.thing.names(voice.language.key)[0].text
    return _text(part.thing.name, event, voice)


def _text(text: Text, event: Event, voice: Voice) -> str:
    return text.pick(voice.language.key, event.languages).text
