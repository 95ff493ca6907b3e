"""Telling guests of a changed event: changes of some minutes gathered, one mail a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from forum.core import audit
from forum.core.db import db, writing
from forum.core.errors import Conflict, NotFound
from forum.core.i18n import sentence
from forum.core.outbox import emit_once
from forum.core.permissions import Action, require
from forum.events.queries import event_by_id
from forum.events.rules import EventState
from forum.events.service import GATHERED, facts_told
from forum.messaging import queries
from forum.messaging.concerned import engaged
from forum.messaging.event_news import NewsOfEvent
from forum.messaging.letterhead import Letterhead, letterhead_of
from forum.messaging.letters import About
from forum.messaging.models import EventNews
from forum.messaging.queries.changes import gathering, key_of, news_that_gathers, told_by
from forum.messaging.rules import Kind
from forum.messaging.service.inviting import write_to_asked
from forum.messaging.service.recipients import recipients_of
from forum.messaging.service.rows import guest_row, store
from forum.messaging.service.writing import write_to_speakers

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.core.actor import Actor
    from forum.core.foreseen import Unsaved
    from forum.core.outbox import Payload
    from forum.events.models import Event
    from forum.registrations.models import Registration

BATCH = 100
LONGEST_WAIT = timedelta(minutes=15)
"""After so long guests are told, however often more is changed."""


class AlreadyTold(Conflict):
    """The news has gone out, or was stopped."""

    code = "already_told"
    says = sentence("This news has gone out already, or was stopped.")


def gather(session: Session, payload: Payload, now: datetime) -> None:
    """Note a change that guests are told of, with what waits already; the event is locked.

    What was there before the first of several changes stays what guests are told it was. Emits
    messaging.news_due, due when nothing more is waited for.
    """
    event_id, tell = UUID(payload["event_id"]), payload["tell"]
    news = gathering(session, event_id)
    if news is None:
        news = EventNews(event_id=event_id, before=tell["before"], notes=[], made_at=now)
        session.add(news)
    if tell["note"]:
        news.notes = [*news.notes, tell["note"]]
    news.by = tell["by"][:200]
    news.due_at = min(now + GATHERED, news.made_at + LONGEST_WAIT)
    session.flush()
    _ask_again(session, news, now)


def stop_gathering(session: Session, event_id: UUID, now: datetime) -> None:
    """Let nobody hear of changes that wait: another mail of the event says how it stands now."""
    news = gathering(session, event_id)
    if news is not None:
        news.stopped_at = now


def tell_of_changes(news_id: UUID, *, now: datetime) -> int:
    """Write those concerned of an event what was gathered; return how many mails there are.

    Its guests, its speakers, and who was invited by calendar and has not answered.

    Nobody is told of what came back to what it was, or of an event that is off or over. Again
    after a worker died: nobody is told twice. Emits messaging.news_due where more is waited for.
    """
    found = _settled(news_id, now)
    if found is None:
        return 0
    made = _write_all(found, news_id, now) + _write_to_speakers(found, news_id, now)
    made += _write_to_invited(found, news_id, now)
    with writing() as session:
        news = session.get_one(EventNews, news_id, with_for_update=True, populate_existing=True)
        if news.told_at is None:
            news.told_at = now
        news.reached = told_by(session, news)
    return made


def news_with(change: Unsaved) -> NewsOfEvent:
    """Return what would be told of a change, with what waits to be told already (1 statement)."""
    event, waits = change.event, news_that_gathers(change.event.id)
    before = waits.before if waits else change.before
    notes = [*(waits.notes if waits else ()), *([change.note] if change.note else ())]
    return NewsOfEvent(event.id, before, change.after, notes, list(event.languages))


def tell_speakers(event_id: UUID, state: EventState, kind: Kind, *, key: str, now: datetime) -> int:
    """Write who is to be on stage how their event stands, while it does; return how many.

    Who is registered too hears it as its guests do. Again with the same key: none is written.
    """
    if event_by_id(event_id).state is not state:
        return 0
    on_stage = engaged(db.session(), event_id)
    return write_to_speakers(event_id, on_stage, lambda _one: kind, key=key, now=now)


def tell_now(actor: Actor, event_id: UUID, news_id: UUID, *, now: datetime) -> None:
    """Wait for no further changes. Raises NotFound, AlreadyTold."""
    with writing() as session:
        news = _waiting(session, actor, event_id, news_id)
        news.due_at = now
        session.flush()
        _ask_again(session, news, now)
        _record(session, actor, news, "news.hurried", now)


def drop(actor: Actor, event_id: UUID, news_id: UUID, *, now: datetime) -> None:
    """Tell nobody of what was gathered. Raises NotFound, AlreadyTold."""
    with writing() as session:
        news = _waiting(session, actor, event_id, news_id)
        news.stopped_at = now
        _record(session, actor, news, "news.stopped", now)


def _waiting(session: Session, actor: Actor, event_id: UUID, news_id: UUID) -> EventNews:
    news = session.get(EventNews, news_id, with_for_update=True, populate_existing=True)
    if news is None or news.event_id != event_id:
        raise NotFound
    require(actor, Action.SEND_MESSAGES, event_by_id(event_id).organisation_id)
    if news.settled_at is not None or news.stopped_at is not None:
        raise AlreadyTold
    return news


def _record(session: Session, actor: Actor, news: EventNews, action: str, now: datetime) -> None:
    thing = ("event", news.event_id)
    organisation_id = event_by_id(news.event_id).organisation_id
    audit.record(session, actor, action, thing, organisation_id, {"news": str(news.id)}, now)


def _ask_again(session: Session, news: EventNews, now: datetime) -> None:
    emit_once(
        session,
        "messaging.news_due",
        {"news_id": str(news.id)},
        key=f"{news.id}:{news.due_at.isoformat()}",
        now=now,
        due_at=news.due_at,
    )


def _settled(news_id: UUID, now: datetime) -> NewsOfEvent | None:
    """Return what is to be told, from now on the same; None where nothing is, or not yet."""
    with writing() as session:
        news = session.get(EventNews, news_id, with_for_update=True, populate_existing=True)
        if news is None or news.stopped_at is not None or news.told_at is not None:
            return None
        event = event_by_id(news.event_id)
        if news.settled_at is None:
            if news.due_at > now:
                return None
            news.after, news.settled_at = facts_told(event, event.venue), now
            if _is_over(event, now) or news.after == news.before:
                news.told_at = now
                return None
        return NewsOfEvent(event.id, news.before, news.after, news.notes, list(event.languages))


def _is_over(event: Event, now: datetime) -> bool:
    return event.state is EventState.CANCELLED or event.ends_at <= now


def _write_all(news: NewsOfEvent, news_id: UUID, now: datetime) -> int:
    event, after, made = event_by_id(news.event_id), None, 0
    head = letterhead_of(event)
    while guests := queries.guests_of(event.id, after, BATCH):
        after = guests[-1].id
        rows = _rows(news, news_id, event, guests, now, head)
        known = queries.written(row["key"] for row in rows)
        rows = [row for row in rows if row["key"] not in known]
        made += len(rows)
        if rows:
            store(rows)
            event = event_by_id(event.id)
    return made


def _write_to_speakers(news: NewsOfEvent, news_id: UUID, now: datetime) -> int:
    on_stage = engaged(db.session(), news.event_id)
    return write_to_speakers(
        news.event_id,
        on_stage,
        lambda one: Kind.SPEAKER_EVENT if news.told(one.contact.lang) else None,
        key=f"{key_of(news_id)}speaker",
        now=now,
        about=lambda lang: About(changes=news.told(lang), note=news.note(lang)),
    )


def _write_to_invited(news: NewsOfEvent, news_id: UUID, now: datetime) -> int:
    def about(lang: str) -> About | None:
        told = news.told(lang)
        return About(changes=told, note=news.note(lang)) if told else None

    return write_to_asked(
        news.event_id,
        lambda _event: Kind.EVENT_CHANGED,
        key=f"{key_of(news_id)}invited",
        now=now,
        about=about,
    )


def _rows(
    news: NewsOfEvent,
    news_id: UUID,
    event: Event,
    guests: Sequence[Registration],
    now: datetime,
    head: Letterhead,
) -> list[dict[str, Any]]:
    rows = []
    for guest in guests:
        for to in recipients_of(guest):
            told = news.told(to.lang)
            if told:
                about = About(changes=told, note=news.note(to.lang), head=head)
                key = to.key(f"{key_of(news_id)}{guest.id}")
                rows.append(guest_row(guest, event, Kind.EVENT_CHANGED, to, key, now, about))
    return rows
