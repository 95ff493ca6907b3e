"""Writing feeds of events without their sessions: of a series, an organisation, the whole site."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from forum.calendar.entries import Voice, entry_of_event
from forum.calendar.rules import (
    KEPT_AFTER_THE_END,
    USUAL_REFRESH,
    home_path,
    organisation_feed_path,
    plain_text,
    refresh_interval,
    series_feed_path,
    series_path,
    site_feed_path,
    switch_moments,
)
from forum.calendar.service.feeds import JOINED, Feed, Head, Shown, write
from forum.core.i18n import sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from forum.calendar.queries.events import EventsShown
    from forum.events.models import Series
    from forum.people.models import Organisation

NO_ZONE = "UTC"
EVENTS = sentence("Events")


def write_series_feed(
    series: Series, shown: EventsShown, languages: Sequence[str], voice: Voice, *, now: datetime
) -> Feed:
    """Write the feed of a series: its public events, without their sessions."""
    key = voice.language.key
    head = Head(
        name=series.title.pick(key, languages).text,
        description=plain_text(series.summary.pick(key, languages).text),
        feed=series_feed_path(series.slug),
        page=series_path(voice.language.path, series.slug),
        languages=languages,
        zone=_zone(shown),
    )
    return write(head, _shown(shown, voice, now), voice, now)


def write_organisation_feed(
    organisation: Organisation, shown: EventsShown, voice: Voice, *, now: datetime
) -> Feed:
    """Write the feed of all public events of an organisation, without their sessions."""
    head = Head(
        name=organisation.name.pick(voice.language.key, organisation.languages).text,
        description="",
        feed=organisation_feed_path(organisation.slug),
        page=home_path(voice.language.path),
        languages=organisation.languages,
        zone=organisation.time_zone,
    )
    return write(head, _shown(shown, voice, now), voice, now)


def write_site_feed(
    only: Organisation | None,
    shown: EventsShown,
    languages: Sequence[str],
    voice: Voice,
    *,
    now: datetime,
) -> Feed:
    """Write the feed of all public events of the site; `only` is the organisation of it all."""
    page = home_path(voice.language.path)
    whose = (
        only.name.pick(voice.language.key, only.languages).text
        if only
        else urlsplit(voice.absolute(page)).netloc
    )
    head = Head(
        name=JOINED.join((whose, voice.say(EVENTS))),
        description="",
        feed=site_feed_path(),
        page=page,
        languages=languages,
        zone=only.time_zone if only else _zone(shown),
    )
    return write(head, _shown(shown, voice, now), voice, now)


def _shown(shown: EventsShown, voice: Voice, now: datetime) -> Shown:
    events = shown.events
    moments = [at for one in events for at in switch_moments(one.starts_at, one.ends_at)]
    if shown.last_gone is not None:
        moments.append(shown.last_gone + KEPT_AFTER_THE_END)
    soonest = (refresh_interval(one.starts_at, one.ends_at, now) for one in events)
    return Shown(
        entries=[entry_of_event(one, voice) for one in events],
        moments=moments,
        refresh=min(soonest, default=USUAL_REFRESH),
    )


def _zone(shown: EventsShown) -> str:
    return shown.events[-1].time_zone if shown.events else NO_ZONE
