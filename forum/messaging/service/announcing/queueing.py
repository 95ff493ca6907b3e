"""Queueing an announcement: bulk rows that share a letter, some at a time, from where it stands."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from forum.core.db import writing
from forum.core.ids import uuid7
from forum.core.languages import KEYS
from forum.events.queries import event_by_id
from forum.messaging.bodies import subject_line
from forum.messaging.models import Announcement, Message
from forum.messaging.queries import announcements as queries
from forum.messaging.rules import WITH_TICKET, MessageState
from forum.messaging.rules.announcements import AT_ONCE, AnnouncementState
from forum.messaging.rules.around import good_until
from forum.messaging.service.announcing.holding import STOPPED_BY_HAND
from forum.messaging.service.announcing.people import Addressed, Some, Way, next_of, way_of
from forum.messaging.service.rows import message_row, name_line
from forum.messaging.shared_letters import kind_of, language_for, values_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy.orm import Session

    from forum.messaging.rules import Kind


log = logging.getLogger("forum.messaging")

_OF_NOW = (
    *("body_id", "values", "lang", "subject", "good_until"),
    *("to_email", "to_name", "reply_to", "with_ticket"),
    *("link_purpose", "link_id", "link_generation"),
    *("state", "last_error", "due_at"),
)
"""What is written anew of a mail that was held back."""


@dataclass(frozen=True, slots=True)
class _Body:
    """What rows need of a shared letter."""

    id: UUID
    subject: str


@dataclass(frozen=True, slots=True)
class _Run:
    """What all rows of one run of an announcement have in common, and where it stands.

    Plain values: rows that were read are out of date once something was stored.
    """

    announcement_id: UUID
    started_at: datetime
    cursor: UUID | None
    kind: Kind
    way: Way
    bodies: Mapping[str, _Body]
    reads: Mapping[str, str]
    languages: Sequence[str]
    reply_to: str
    good_until: datetime | None
    now: datetime

    def row(self, one: Addressed) -> dict[str, Any]:
        """Return the row of one person's mail."""
        lang = self.reads.get(one.lang, one.lang)
        if lang not in self.bodies:
            lang = next(iter(self.bodies))
        body = self.bodies[lang]
        values = values_of(one.reader, lang, self.languages)
        if one.link is None:
            values["link"] = one.address
        key = f"announcement:{self.announcement_id}:{one.key}"
        return message_row(uuid7(), self.kind, key, lang, self.now) | {
            "organisation_id": self.way.organisation_id,
            "event_id": self.way.event_id,
            "booking_id": one.booking_id,
            "registration_id": one.registration_id,
            "announcement_id": self.announcement_id,
            "body_id": body.id,
            "values": values,
            "to_email": one.email,
            "to_name": name_line(one.name),
            "reply_to": self.reply_to,
            "good_until": self.good_until,
            "subject": subject_line(body.subject, body.id, values),
            "text": "",
            "html": "",
            "link_purpose": one.link.purpose if one.link else None,
            "link_id": one.link.id if one.link else None,
            "link_generation": one.generation,
            "with_ticket": self.kind in WITH_TICKET and one.has_ticket,
        }


def queue_all(announcement_id: UUID, now: datetime) -> int:
    """Queue the mails of an announcement from where it stands; return how many were new.

    Rows and cursor are stored together, some at a time: a worker that dies loses nothing, and the
    next one goes on. Of two at once each mail is written by one; what was held back when it was
    stopped is queued again. Ten statements for every 500.
    """
    run, made = _run_of(announcement_id, now), 0
    while run is not None:
        some = next_of(run.way, run.cursor, AT_ONCE)
        new = _store(run, some)
        if new is None:
            # Stopped meanwhile, or another worker was quicker.
            run = _run_of(announcement_id, now)
            continue
        made += new
        run = replace(run, cursor=some.last) if some.last else None
    return made


def settle(announcement_id: UUID, now: datetime) -> bool:
    """Say that an announcement is sent once each of its mails was tried; three statements."""
    with writing() as session:
        found = session.get(
            Announcement, announcement_id, with_for_update=True, populate_existing=True
        )
        if found is None or found.state is not AnnouncementState.SENDING or not found.queued_at:
            return False
        waits = session.scalar(
            sa.select(
                sa.exists().where(
                    Message.announcement_id == announcement_id,
                    Message.state.in_(queries.WAITS),
                    sa.or_(Message.state == MessageState.SENDING, Message.tries == 0),
                )
            )
        )
        if waits:
            return False
        found.state, found.finished_at = AnnouncementState.SENT, now
        return True


def _run_of(announcement_id: UUID, now: datetime) -> _Run | None:
    """Return what is still to be queued, None where nothing is; five statements."""
    found = queries.being_queued(announcement_id)
    if found is None or found.started_at is None:
        return None
    event = event_by_id(found.event_id)
    return _Run(
        announcement_id=found.id,
        started_at=found.started_at,
        cursor=found.cursor,
        kind=kind_of(found),
        way=way_of(found, event),
        bodies={lang: _Body(one.id, one.subject) for lang, one in queries.bodies_of(found).items()},
        reads={lang: language_for(found, lang, event.languages) for lang in KEYS},
        languages=event.languages,
        reply_to=event.contact_email or event.organisation.contact_email,
        good_until=good_until(found.kind, event),
        now=now,
    )


def _store(run: _Run, some: Some) -> int | None:
    """Store the rows of some people and where the run stands now; None where it stood elsewhere."""
    rows = _rows(run, some.people)
    with writing() as session:
        here = session.get(
            Announcement, run.announcement_id, with_for_update=True, populate_existing=True
        )
        if here is None or not _stands(here, run):
            return None
        known = _known(session, rows)
        new = [row for row in rows if row["key"] not in known]
        if new:
            session.execute(_insert(session), new)
        held = [_again(row, found) for row in rows if (found := known.get(row["key"]))]
        if held:
            session.execute(sa.update(Message), held)
        here.queued += len(new)
        here.skipped += sum(some.left_out.values()) + len(some.people) - len(rows)
        here.cursor = some.last
        here.queued_at = run.now if some.last is None else None
    return len(new)


def _rows(run: _Run, people: Iterable[Addressed]) -> list[dict[str, Any]]:
    """Return the rows of some people; one whose letter cannot be written holds up nobody."""
    rows = []
    for one in people:
        try:
            rows.append(run.row(one))
        except SQLAlchemyError:
            raise
        except Exception:
            log.exception("a mail of announcement %s cannot be written", run.announcement_id)
    return rows


def _stands(here: Announcement, run: _Run) -> bool:
    """Say whether a run is where this worker left it."""
    goes = here.state is AnnouncementState.SENDING and here.queued_at is None
    return goes and here.started_at == run.started_at and here.cursor == run.cursor


def _known(session: Session, rows: Sequence[dict[str, Any]]) -> dict[str, UUID | None]:
    """Return the keys of mails that were written before; one statement.

    Each with the id of a mail that was held back when the announcement was stopped, after a try.
    """
    held = sa.and_(
        Message.state == MessageState.FAILED,
        Message.last_error == STOPPED_BY_HAND,
        Message.copies == 0,
        Message.body_gone_at.is_(None),
    )
    keys = [row["key"] for row in rows]
    found = session.execute(sa.select(Message.key, Message.id, held).where(Message.key.in_(keys)))
    return {key: message_id if is_held else None for key, message_id, is_held in found}


def _again(row: dict[str, Any], message_id: UUID) -> dict[str, Any]:
    """Return what a mail that was held back becomes: the letter of now, under its Message-ID."""
    return {"id": message_id} | {name: row[name] for name in _OF_NOW}


def _insert(session: Session) -> sa.Insert:
    dialect = session.get_bind().dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(Message).on_conflict_do_nothing(index_elements=["key"])
