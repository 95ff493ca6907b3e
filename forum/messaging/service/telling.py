"""Telling those concerned of released changes: once, merged, each what is theirs to know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from forum.core.db import db, writing
from forum.core.ids import uuid7
from forum.core.links import Purpose
from forum.core.text import Fragment
from forum.events.models import Event
from forum.events.queries import event_by_id
from forum.messaging import concerned
from forum.messaging.concerned import Speaking
from forum.messaging.letters import About, write
from forum.messaging.models import Message
from forum.messaging.news import News, news_of
from forum.messaging.rules import Kind
from forum.messaging.service.rows import guest_row, message_row, name_line, store
from forum.programme.differences import Told
from forum.programme.models import Release
from forum.programme.rules import (
    speakers_told,
    tells_guests,
)
from forum.registrations.models import Registration

BATCH = 100
KINDS = (Kind.PROGRAMME_SPEAKER, Kind.PROGRAMME_YOURS, Kind.PROGRAMME_NEWS)


def tell_of_releases(event_id: UUID, *, now: datetime) -> int:
    """Write those concerned of all versions they were not told of; return how many were written to.

    One mail a person: speakers of what concerns their sessions, guests of sessions they have a
    place in or starred, all confirmed guests where that was asked for. Nobody is told of an event
    that is off or over. Again after a worker died: nobody is told twice of the same.
    """
    event = event_by_id(event_id)
    releases = concerned.untold_releases(event_id)
    if not releases:
        return 0
    numbers = [one.number for one in releases]
    made = _tell(event, releases, now) if concerned.is_told(event, now) else 0
    with writing() as transaction:
        transaction.execute(
            sa.update(Release)
            .where(
                Release.event_id == event_id,
                Release.number.in_(numbers),
                Release.told_at.is_(None),
            )
            .values(told_at=now)
            .execution_options(synchronize_session=False)
        )
    return made


def _tell(event: Event, releases: Sequence[Release], now: datetime) -> int:
    news = news_of(event, releases)
    heard = _heard(event.id, releases[0].released_at)
    everybody = {
        UUID(who)
        for one in news.changes()
        for who in speakers_told(one.kinds, one.before, one.after)
    }
    on_stage = [one for one in concerned.speakers(event.id, everybody) if one.email]
    guest_of = concerned.guests_by_address(event.id, {one.key for one in on_stage})
    theirs = concerned.sessions_by_guest(
        [one.session_id for one in news.changes() if tells_guests(one.kinds)]
    )
    made, told_as_speakers = _tell_speakers(news, on_stage, guest_of, theirs, heard, now)
    return made + _tell_guests(news, theirs, heard | told_as_speakers, now)


def _tell_speakers(
    news: News,
    on_stage: Sequence[Speaking],
    guest_of: Mapping[str, UUID],
    theirs: Mapping[UUID, set[UUID]],
    heard: Mapping[str, int],
    now: datetime,
) -> tuple[int, dict[str, int]]:
    """Write speakers, also of what they are told as guests; return who need not hear it again."""
    made, done, seen = 0, {}, set()
    rows = []
    event = event_by_id(news.event_id)
    for one in on_stage:
        guest_id = guest_of.get(one.key)
        since = max(heard.get(_person("s", one.id), 0), heard.get(_person("g", guest_id), 0))
        if guest_id:
            done[_person("g", guest_id)] = since
        sessions = {
            change.session_id
            for change in news.changes(since)
            if str(one.id) in speakers_told(change.kinds, change.before, change.after)
        }
        if not sessions or one.key in seen:
            continue
        seen.add(one.key)
        if guest_id:
            sessions |= _sessions_of(news, since, theirs.get(guest_id, set()))
            done[_person("g", guest_id)] = news.newest
        told = news.told(since, one.lang, sessions)
        rows.append(_to_speaker(one, event, news, told, news.note(since, one.lang), now))
        made += 1
    for start in range(0, len(rows), BATCH):
        store(rows[start : start + BATCH])
    return made, done


def _tell_guests(
    news: News, theirs: Mapping[UUID, set[UUID]], heard: Mapping[str, int], now: datetime
) -> int:
    made = 0
    for guests in _batches(news, theirs):
        event, rows = event_by_id(news.event_id), []
        for guest in guests:
            since = heard.get(_person("g", guest.id), 0)
            sessions = _sessions_of(news, since, theirs.get(guest.id, set()))
            told = news.told(since, guest.lang, sessions)
            if not told:
                continue
            kind = Kind.PROGRAMME_NEWS if news.tells_all(since) else Kind.PROGRAMME_YOURS
            note = news.note(since, guest.lang)
            about = About(changes=told, note=note)
            key = f"{_key(news)}:{_person('g', guest.id)}:{news.newest}"
            rows.append(guest_row(guest, event, kind, key, now, about))
        made += len(rows)
        if rows:
            store(rows)
    return made


def _sessions_of(news: News, since: int, theirs: set[UUID]) -> set[UUID]:
    """Return of which sessions a guest is told who has a place in some, or has starred them."""
    changes = news.changes(since)
    if news.tells_all(since):
        return {one.session_id for one in changes}
    return {one.session_id for one in changes if tells_guests(one.kinds)} & theirs


def _batches(news: News, theirs: Mapping[UUID, set[UUID]]) -> Iterable[Sequence[Registration]]:
    if not news.tells_all(0):
        ids = sorted(theirs)
        for start in range(0, len(ids), BATCH):
            yield concerned.guests_with(ids[start : start + BATCH])
        return
    after = None
    while guests := concerned.confirmed_after(news.event_id, after, BATCH):
        after = guests[-1].id
        yield guests


def _heard(event_id: UUID, since: datetime) -> dict[str, int]:
    """Return up to which version each person was told by a worker that did not finish."""
    keys = db.session.scalars(
        sa.select(Message.key).where(
            Message.event_id == event_id, Message.kind.in_(KINDS), Message.created_at >= since
        )
    )
    found: dict[str, int] = {}
    for key in keys:
        _, _, person, number = key.split(":")
        found[person] = max(found.get(person, 0), int(number))
    return found


def _key(news: News) -> str:
    return f"released:{news.event_id}"


def _person(kind: str, person_id: UUID | None) -> str:
    return f"{kind}{person_id}"


def _to_speaker(
    one: Speaking,
    event: Event,
    news: News,
    told: tuple[Told, ...],
    note: Fragment,
    now: datetime,
) -> dict[str, Any]:
    message_id, kind = uuid7(), Kind.PROGRAMME_SPEAKER
    has_page = one.engagement_id is not None
    about = About(event=event, name=one.name, changes=told, note=note, public=not has_page)
    letter = write(kind, one.lang, message_id, about)
    key = f"{_key(news)}:{_person('s', one.id)}:{news.newest}"
    return message_row(message_id, kind, key, one.lang, now) | {
        "organisation_id": event.organisation_id,
        "event_id": event.id,
        "to_email": one.email,
        "to_name": name_line(one.name),
        "reply_to": event.contact_email or event.organisation.contact_email,
        "subject": letter.subject,
        "text": letter.text,
        "html": letter.html,
        "link_purpose": Purpose.SPEAKER if has_page else None,
        "link_id": one.engagement_id,
        "link_generation": one.link_generation,
    }
