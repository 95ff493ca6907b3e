"""Personal feeds as octets: what stands in one, and whether that is what was shown before."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from forum import assets_of_app
from forum.calendar.entries import Voice, entry_of_event
from forum.calendar.queries.personal import (
    Contents,
    Holder,
    contents_of,
    events_among,
    holder_of,
    sessions_among,
    token_of,
)
from forum.calendar.rules import (
    event_path,
    is_kept,
    own_feed_path,
    plain_text,
    refresh_interval,
    switch_moments,
)
from forum.calendar.rules.personal import FeedKind, fingerprint
from forum.calendar.service.feeds import session_entries
from forum.calendar.shapes import EventStatus, FeedCalendar, FeedEvent
from forum.calendar.writer import written
from forum.core.errors import NotFound
from forum.core.i18n import Sentence, sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from forum.calendar.models.personal import PersonalFeed
    from forum.events.models import Event

NO_EVENT_ZONE = "UTC"
STAFF_SLUG = "my-events"


@dataclass(frozen=True, slots=True)
class Standing:
    """A personal feed as of now: what it shows, and the fingerprint of all that it is made from."""

    feed: PersonalFeed
    holder: Holder
    contents: Contents
    fingerprint: str

    @property
    def is_known(self) -> bool:
        """Whether it is what the last client was given."""
        return self.feed.shown_as == self.fingerprint


@dataclass(frozen=True, slots=True)
class OwnFeed:
    """A personal feed as octets; `last_modified` is the newest change of what it shows."""

    octets: bytes
    last_modified: datetime


def standing_of(feed: PersonalFeed, voice: Voice, *, now: datetime) -> Standing:
    """Return what a personal feed shows at this moment; two statements, or three.

    Raises NotFound where its holder is gone, or has another link than when its address was made.
    """
    holder = holder_of(feed.kind, feed.holder_id)
    if holder.generation != feed.holder_generation:
        raise NotFound
    contents = contents_of(feed.kind, feed.holder_id, holder, now)
    moments = _moments(contents)
    made_from = (
        assets_of_app.edition(),
        feed.generation,
        feed.revision,
        voice.language.key,
        voice.mailbox,
        voice.absolute("/"),
        holder.shows,
        contents.ids,
        contents.revisions,
        sum(at <= now for at in moments),
    )
    return Standing(feed, holder, contents, fingerprint(made_from))


def write_personal_feed(standing: Standing, voice: Voice, *, now: datetime) -> OwnFeed:
    """Write a personal feed; four statements at most.

    Each entry is the same as in the event's feed, but for the reminder that the owner chose. It
    names no person. Where there is nothing to show it is empty, not gone.
    """
    feed, contents = standing.feed, standing.contents
    events = events_among([one.id for one in contents.events])
    entries = _entries(standing, events, voice, now) if standing.holder.shows else []
    kept = {one.id for one in contents.events if is_kept(one.ends_at, now)}
    shown = [
        _reminding(entry, feed.alarm_minutes)
        for entry in entries
        if (entry.parent or entry.uid) in kept
    ]
    name, description, page, slug = _head(feed, events, voice)
    oldest = max((one.changed_at for one in events), default=feed.created_at)
    newest = max((one.last_modified for one in shown), default=oldest)
    calendar = FeedCalendar(
        name=voice.say(name),
        description=description,
        zone=events[-1].time_zone if events else NO_EVENT_ZONE,
        language=voice.language.key,
        source=voice.absolute(own_feed_path(token_of(feed), slug)),
        page=voice.absolute(page),
        last_modified=newest,
        refresh=_refresh(events, now),
        events=tuple(shown),
    )
    passed = [moment for moment in _moments(contents) if moment <= now]
    return OwnFeed(written(calendar), max([newest, *passed]))


def _moments(contents: Contents) -> list[datetime]:
    """Return the moments at which the clock alone changes a feed."""
    switches = (switch_moments(one.starts_at, one.ends_at) for one in contents.events)
    return [*(at for one in switches for at in one), *contents.leaves]


def _entries(
    standing: Standing, events: Sequence[Event], voice: Voice, now: datetime
) -> list[FeedEvent]:
    if standing.feed.kind is FeedKind.STAFF:
        return [entry_of_event(event, voice) for event in events]
    (event,) = events
    sessions = sessions_among(event.id, standing.contents.ids)
    found, _ = session_entries(event, sessions, voice, now)
    itself = [entry_of_event(event, voice)] if standing.feed.kind is FeedKind.AGENDA else []
    return itself + found


def _head(
    feed: PersonalFeed, events: Sequence[Event], voice: Voice
) -> tuple[Sentence, str, str, str]:
    """Return what a personal calendar is called and says of itself, its page, its last segment."""
    if feed.kind is FeedKind.STAFF:
        return sentence("My events"), "", "/manage/", STAFF_SLUG
    event = events[0]
    key, order = voice.language.key, event.languages
    title = event.title.pick(key, order).text
    name = (
        sentence("My agenda: %(event)s", event=title)
        if feed.kind is FeedKind.AGENDA
        else sentence("My sessions: %(event)s", event=title)
    )
    description = plain_text(event.summary.pick(key, order).text)
    return name, description, event_path(voice.language.path, event.slug), event.slug


def _reminding(entry: FeedEvent, minutes: int | None) -> FeedEvent:
    """Return an entry with a reminder; whole days and what is cancelled remind of nothing."""
    if minutes is None or entry.all_day or entry.status is EventStatus.CANCELLED:
        return entry
    return replace(entry, alarm=timedelta(minutes=minutes))


def _refresh(events: Sequence[Event], now: datetime) -> timedelta:
    soonest = [refresh_interval(one.starts_at, one.ends_at, now) for one in events]
    return min(soonest, default=timedelta(hours=1))
