"""What the calendar does: it writes feeds of events, sessions and series. It changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from forum.calendar.entries import Voice, entry_of_event, entry_of_session
from forum.calendar.rules import (
    event_path,
    feed_path,
    is_kept,
    plain_text,
    refresh_interval,
    series_feed_path,
    series_path,
    session_feed_path,
    session_path,
    switch_moments,
)
from forum.calendar.shapes import FeedCalendar, FeedEvent
from forum.calendar.writer import written
from forum.programme.queries import sessions_of

if TYPE_CHECKING:
    from forum.core.text import Text
    from forum.events.models import Event, Series
    from forum.programme.models import Session


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed as octets; `last_modified` is the newest change of what it shows.

    `valid_until` is the next moment at which the clock alone changes it, None for never.
    """

    octets: bytes
    last_modified: datetime
    valid_until: datetime | None


@dataclass(frozen=True, slots=True)
class _Head:
    """What a calendar says of itself: texts, the paths of its feed and page, its languages."""

    name: Text
    description: Text
    feed: str
    page: str
    languages: Sequence[str]


def write_event_feed(event: Event, voice: Voice, *, now: datetime) -> Feed:
    """Write the feed of a public event: the event itself and all its public sessions.

    What is cancelled stays as cancelled; 60 days after the end the feed is empty, not gone.
    Reads the programme in 2 statements.
    """
    head = _Head(
        name=event.title,
        description=event.summary,
        feed=feed_path(event.slug),
        page=event_path(voice.language.path, event.slug),
        languages=event.languages,
    )
    entries = [entry_of_event(event, voice)]
    for session in sessions_of(event.id):
        entry = entry_of_session(session, event, voice)
        entries += [entry] if entry else []
    return _write(head, [event], {event: entries}, voice, now)


def write_session_feed(event: Event, session: Session, voice: Voice, *, now: datetime) -> Feed:
    """Write the feed of one public session, the same there as in the event's feed."""
    head = _Head(
        name=session.title,
        description=session.abstract,
        feed=session_feed_path(event.slug, session.id),
        page=session_path(voice.language.path, event.slug, session.id),
        languages=event.languages,
    )
    entry = entry_of_session(session, event, voice)
    return _write(head, [event], {event: [entry] if entry else []}, voice, now)


def write_own_feed(
    event: Event, sessions: Sequence[Session], path: str, voice: Voice, *, now: datetime
) -> Feed:
    """Write the feed of one person's public sessions, each the same as in the event's feed.

    It names no person, and `path` is its own address; without a session it is empty, not gone.
    """
    head = _Head(
        name=event.title,
        description=event.summary,
        feed=path,
        page=event_path(voice.language.path, event.slug),
        languages=event.languages,
    )
    found = [entry_of_session(session, event, voice) for session in sessions]
    return _write(head, [event], {event: [one for one in found if one]}, voice, now)


def write_series_feed(
    series: Series,
    events: Sequence[Event],
    voice: Voice,
    *,
    now: datetime,
) -> Feed:
    """Write the feed of a series: its public events, at least one, without their sessions."""
    head = _Head(
        name=series.title,
        description=series.summary,
        feed=series_feed_path(series.slug),
        page=series_path(voice.language.path, series.slug),
        languages=events[0].languages,
    )
    return _write(head, events, {one: [entry_of_event(one, voice)] for one in events}, voice, now)


def _write(
    head: _Head,
    events: Sequence[Event],
    entries: dict[Event, list[FeedEvent]],
    voice: Voice,
    now: datetime,
) -> Feed:
    kept = [one for event in events if is_kept(event.ends_at, now) for one in entries[event]]
    newest = max((one.last_modified for one in kept), default=events[0].changed_at)
    moments = [at for event in events for at in switch_moments(event.starts_at, event.ends_at)]
    key = voice.language.key
    calendar = FeedCalendar(
        name=head.name.pick(key, head.languages).text,
        description=plain_text(head.description.pick(key, head.languages).text),
        zone=events[-1].time_zone,
        language=key,
        source=voice.absolute(head.feed + ("" if key == head.languages[0] else f"?lang={key}")),
        page=voice.absolute(head.page),
        last_modified=newest,
        refresh=min(refresh_interval(one.starts_at, one.ends_at, now) for one in events),
        events=tuple(kept),
    )
    return Feed(
        octets=written(calendar),
        last_modified=max([newest, *(moment for moment in moments if moment <= now)]),
        valid_until=min((moment for moment in moments if moment > now), default=None),
    )
