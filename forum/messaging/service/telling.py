"""Telling those concerned of released changes: once, merged, each what is theirs to know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from forum.core.db import db, writing
from forum.core.ids import uuid7
from forum.core.links import Purpose
from forum.events.models import Event
from forum.events.queries import event_by_id
from forum.messaging import concerned
from forum.messaging.concerned import Speaking
from forum.messaging.letterhead import letterhead_of
from forum.messaging.letters import About, write
from forum.messaging.models import Message
from forum.messaging.news import Change, News, news_of
from forum.messaging.rules import Kind, MessageState
from forum.messaging.rules.recipients import TEST_KEY
from forum.messaging.service.putting_off import NewsKey, PutOff, come_back, forget, put_off_at
from forum.messaging.service.recipients import Recipient, recipients_of
from forum.messaging.service.rows import ASKED, guest_row, message_row, name_line, store
from forum.messaging.service.session_calendars import SessionsInCalendars
from forum.messaging.service.turns import Turn
from forum.programme.models import Release
from forum.programme.rules import (
    ChangeKind,
    speakers_told,
    tells_guests,
)
from forum.registrations.models import Registration

BATCH = 100
KINDS = (
    Kind.PROGRAMME_SPEAKER,
    Kind.SPEAKER_SLOT,
    Kind.PROGRAMME_YOURS,
    Kind.PROGRAMME_NEWS,
)


@dataclass(frozen=True, slots=True)
class Heard:
    """Up to which version people have heard: `base` all, `told` some already, `put_off` fewer."""

    base: int
    told: Mapping[str, int]
    put_off: Mapping[str, int]

    def since(self, *names: str) -> int:
        """Return after which version one person, who may stand under two names, is told."""
        waits = [self.put_off[name] for name in names if name in self.put_off]
        if waits:
            return min(waits)
        return max((self.told[name] for name in names if name in self.told), default=self.base)

    def changes(self, news: News) -> list[Change]:
        """Return all changes that anybody is to hear of; a session may stand there repeatedly."""
        starts = {self.base, *self.told.values(), *self.put_off.values()}
        return [change for since in sorted(starts) for change in news.changes(since)]

    def but(self, told: Mapping[str, int]) -> Heard:
        """Return the same after more people were told."""
        waits = {name: since for name, since in self.put_off.items() if name not in told}
        return Heard(self.base, {**self.told, **told}, waits)


def tell_of_releases(event_id: UUID, *, now: datetime) -> int:
    """Write those concerned of all versions they were not told of; return how many were written to.

    One mail a person: speakers of what concerns their sessions, guests of sessions they have a
    place in or starred, all confirmed guests too where that was asked for. Nobody is told of an
    event that is off or over. Again after a worker died: nobody is told twice of the same. While
    another worker tells of this event, its turn is awaited. Who had too much within the day is told
    of all the rest later. Emits messaging.news_put_off.
    """
    event = event_by_id(event_id)
    turn = Turn.of(event_id, now)
    if turn is None:
        return 0
    with turn.given_back_on_failure():
        put_off = put_off_at(event_id)
        waits_since = min(put_off.since.values(), default=None)
        releases = concerned.releases_to_tell(event_id, waits_since)
        untold = [one for one in releases if one.told_at is None]
        numbers = [one.number for one in untold]
        told = bool(releases) and concerned.is_told(event, now)
        made = _tell(event, releases, (untold, put_off), turn, now) if told else 0
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
            forget(transaction, put_off.ids)
            come_back(transaction, event_id, now)
            turn.end(transaction)
    return made


def _tell(
    event: Event,
    releases: Sequence[Release],
    unheard: tuple[Sequence[Release], PutOff],
    turn: Turn,
    now: datetime,
) -> int:
    news = news_of(event, releases)
    heard = _heard_by(news, *unheard)
    changes = heard.changes(news)
    everybody = {
        UUID(who) for one in changes for who in speakers_told(one.kinds, one.before, one.after)
    }
    on_stage = [one for one in concerned.speakers(event.id, everybody) if one.email]
    guest_of = concerned.guests_by_address(event.id, {one.key for one in on_stage})
    theirs = concerned.sessions_by_guest(
        {one.session_id for one in changes if tells_guests(one.kinds)}
    )
    rows, told_as_speakers = _to_speakers(news, on_stage, guest_of, theirs, heard, now)
    for start in range(0, len(rows), BATCH):
        turn.go_on()
        store(rows[start : start + BATCH])
    return len(rows) + _tell_guests(news, theirs, heard.but(told_as_speakers), turn, now)


def _to_speakers(
    news: News,
    on_stage: Sequence[Speaking],
    guest_of: Mapping[str, UUID],
    theirs: Mapping[UUID, set[UUID]],
    heard: Heard,
    now: datetime,
) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """Write speakers, also of what they are told as guests; return who need not hear it again.

    Several may share an address, as their secretary's: each is written to by name.
    """
    rows: list[dict[str, Any]] = []
    done: dict[str, int] = {}
    event = event_by_id(news.event_id)
    head = letterhead_of(event)
    for one in on_stage:
        guest_id = guest_of.get(one.key)
        as_guest = _person("g", guest_id)
        since = heard.since(_person("s", one.id), as_guest)
        sessions = {
            change.session_id
            for change in news.changes(since)
            if str(one.id) in speakers_told(change.kinds, change.before, change.after)
        }
        if guest_id:
            done[as_guest] = max(done.get(as_guest, since), since)
        if not sessions:
            continue
        if guest_id and done[as_guest] < news.newest:
            sessions |= _sessions_of(news, since, theirs.get(guest_id, set()))
            done[as_guest] = news.newest
        about = About(
            event=event,
            name=one.name,
            changes=news.told(since, one.lang, sessions),
            note=news.note(since, one.lang),
            public=one.engagement_id is None,
            head=head,
        )
        key = NewsKey(event.id, _person("s", one.id), since, news.newest)
        first = all(
            _is_slot(change, str(one.id))
            for change in news.changes(since)
            if change.session_id in sessions
        )
        kind = Kind.SPEAKER_SLOT if first else Kind.PROGRAMME_SPEAKER
        rows.append(_to_speaker(one, event, kind, str(key), about, now))
    return rows, done


def _tell_guests(
    news: News,
    theirs: Mapping[UUID, set[UUID]],
    heard: Heard,
    turn: Turn,
    now: datetime,
) -> int:
    made = 0
    for guests in _batches(news, theirs):
        event, rows = event_by_id(news.event_id), []
        head = letterhead_of(event)
        calendars = SessionsInCalendars.of(guests, {one.session_id for one in news.changes(0)})
        for guest, to in _written_to(guests):
            person = _person("c" if to.is_contact else "g", guest.id)
            since = heard.since(person)
            sessions = _sessions_of(news, since, theirs.get(guest.id, set()))
            told = news.told(since, to.lang, sessions)
            if not told:
                continue
            kind = Kind.PROGRAMME_NEWS if news.tells_all(since) else Kind.PROGRAMME_YOURS
            about = About(changes=told, note=news.note(since, to.lang), head=head)
            key = NewsKey(event.id, person, since, news.newest)
            row = guest_row(guest, event, kind, to, str(key), now, about)
            rows.append(row | {ASKED: calendars.asked(guest, to, sessions)})
        made += len(rows)
        if rows:
            turn.go_on()
            store(rows)
    return made


def _written_to(guests: Sequence[Registration]) -> Iterable[tuple[Registration, Recipient]]:
    """Return who is written to about each guest: the guest, the contact of the booking, or both."""
    return ((guest, to) for guest in guests for to in recipients_of(guest))


def _sessions_of(news: News, since: int, theirs: set[UUID]) -> set[UUID]:
    """Return of which sessions a guest is told who has a place in some, or has starred them."""
    changes = news.changes(since)
    if news.tells_all(since):
        return {one.session_id for one in changes}
    return {one.session_id for one in changes if tells_guests(one.kinds)} & theirs


def _batches(news: News, theirs: Mapping[UUID, set[UUID]]) -> Iterable[Sequence[Registration]]:
    """Return who may be told: all who are confirmed where that was asked for, then all others."""
    left, after = set(theirs), None
    while news.tells_all(0) and (guests := concerned.confirmed_after(news.event_id, after, BATCH)):
        after = guests[-1].id
        left.difference_update(one.id for one in guests)
        yield guests
    ids = sorted(left)
    for start in range(0, len(ids), BATCH):
        yield concerned.guests_with(ids[start : start + BATCH])


def _heard_by(news: News, untold: Sequence[Release], put_off: PutOff) -> Heard:
    told = _heard(news.event_id, untold[0].released_at) if untold else {}
    base = untold[0].number - 1 if untold else news.newest
    return Heard(base, told, put_off.since)


def _heard(event_id: UUID, since: datetime) -> dict[str, int]:
    """Return up to which version each person was told by a worker that did not finish."""
    keys = db.session.scalars(
        sa.select(Message.key).where(
            Message.event_id == event_id,
            Message.kind.in_(KINDS),
            sa.not_(Message.key.startswith(TEST_KEY)),
            Message.created_at >= since,
            Message.state != MessageState.FAILED,
        )
    )
    found: dict[str, int] = {}
    for key in map(NewsKey.read, keys):
        found[key.person] = max(found.get(key.person, 0), key.newest)
    return found


def _person(kind: str, person_id: UUID | None) -> str:
    return f"{kind}{person_id}"


def _is_slot(change: Change, speaker_id: str) -> bool:
    """Say whether the speaker comes onto this stage by the change, and was not there before."""
    sides = [side and {row[0] for row in side["cast"]} for side in (change.before, change.after)]
    before, after = (side or set() for side in sides)
    return speaker_id in after and (speaker_id not in before or ChangeKind.NEW in change.kinds)


def _to_speaker(
    one: Speaking, event: Event, kind: Kind, key: str, about: About, now: datetime
) -> dict[str, Any]:
    message_id = uuid7()
    letter = write(kind, one.lang, message_id, about)
    return message_row(message_id, kind, key, one.lang, now) | {
        "organisation_id": event.organisation_id,
        "event_id": event.id,
        "to_email": one.email,
        "to_name": name_line(one.name),
        "reply_to": event.contact_email or event.organisation.contact_email,
        "subject": letter.subject,
        "text": letter.text,
        "html": letter.html,
        "link_purpose": None if about.public else Purpose.SPEAKER,
        "link_id": one.engagement_id,
        "link_generation": one.link_generation,
    }
