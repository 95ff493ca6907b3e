"""Guest lists in files: kept for their preview, looked through, begun; rows are taken in apart."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import undefer

from forum.core import audit, outbox
from forum.core.db import db, writing
from forum.core.periodic import every
from forum.core.permissions import Action, require
from forum.core.text import clean_line
from forum.events.models import Event
from forum.events.service import shared_event
from forum.registrations.models import (
    GuestFile,
    GuestList,
    TicketType,
)
from forum.registrations.queries.questions import questions_for
from forum.registrations.rules import (
    OF_LISTS,
    FileGone,
    FileTaken,
    GuestColumn,
    GuestFileState,
    QuestionKind,
    halves,
    header_key,
    meanings,
)
from forum.registrations.service.reading_guests import (
    GuestTable,
    guests_in,
    read_table,
)
from forum.registrations.service.types import GROWING
from forum.seats.models import SeatPool

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.core.actor import Actor

KEPT_FOR = timedelta(hours=24)
MOST_PROBLEMS = 1000
"""So many refused rows are named; of more only the number is said."""

READ_FROM_FILES = frozenset(
    {
        QuestionKind.TEXT,
        QuestionKind.LONG_TEXT,
        QuestionKind.NUMBER,
        QuestionKind.PHONE,
        QuestionKind.YES_NO,
        QuestionKind.ONE,
        QuestionKind.SEVERAL,
    }
)
"""Kinds of questions whose answers a column may hold."""


_TYPES = (
    sa.select(TicketType)
    .join(SeatPool, SeatPool.id == TicketType.pool_id)
    .where(TicketType.event_id == sa.bindparam("event_id"), SeatPool.about.not_in(GROWING))
    .order_by(TicketType.id)
    .execution_options(populate_existing=True)
)


def keep_file(
    actor: Actor,
    event_id: UUID,
    file_name: str,
    content: bytes,
    *,
    list_id: UUID | None = None,
    type_id: UUID | None = None,
    now: datetime,
) -> UUID:
    """Keep a file for its preview, its columns guessed; return its id.

    Raises UnreadableTable, NoGuestsFound, NotFound, Forbidden.
    """
    table = read_table(content)
    columns = guessed(event_id, table)
    packed = zlib.compress(content, level=1)
    with writing() as session:
        event = _own_event(session, actor, event_id)
        if list_id is not None:
            _of_event(session, GuestList, list_id, event.id)
        if type_id is not None:
            _of_event(session, TicketType, type_id, event.id)
        kept = GuestFile(
            event_id=event.id,
            user_id=actor.id,
            list_id=list_id,
            ticket_type_id=type_id,
            file_name=clean_line(file_name)[:200],
            content=packed,
            state=GuestFileState.WAITING,
            columns={str(place): what for place, what in columns.items()},
            rows_total=len(table.rows),
            created_at=now,
        )
        session.add(kept)
        session.flush()
        return kept.id


def guessed(event_id: UUID, table: GuestTable) -> dict[int, str]:
    """Return by place what columns seem to hold: what all lists know, or a question of the event.

    A question is known by its wording in any language, or by what it means. Three statements.
    """
    asked = {
        key: str(one.id)
        for one in reversed(questions_for(event_id))
        if one.kind in READ_FROM_FILES
        for words in one.label.by_language.values()
        for key in (header_key(words), *(of_guests.value for of_guests in _meant(words)))
    }
    found: dict[int, str] = {}
    for heading in table.headings:
        keys = [*halves(heading.words), heading.seems.value if heading.seems in OF_LISTS else ""]
        of_question = next((asked[key] for key in keys if key in asked), None)
        if of_question and of_question not in found.values():
            found[heading.place] = of_question
        elif heading.seems is not None:
            found[heading.place] = heading.seems.value
    return found


def _meant(words: str) -> Iterable[GuestColumn]:
    """Return what of guest lists a question asks for, by its wording: "Position" is a job title."""
    return set(meanings([words]).values()) & OF_LISTS


def kept_file(event_id: UUID, file_id: UUID) -> GuestFile:
    """Return an event's file, with its content while it has any (1 statement); raises FileGone."""
    found = db.session.scalar(
        sa.select(GuestFile)
        .where(GuestFile.event_id == event_id, GuestFile.id == file_id)
        .options(undefer(GuestFile.content))
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise FileGone
    return found


def files_of(event_id: UUID) -> Sequence[GuestFile]:
    """Return an event's last files, the newest first, without their content; one statement."""
    return db.session.scalars(
        sa.select(GuestFile)
        .where(GuestFile.event_id == event_id)
        .order_by(GuestFile.created_at.desc(), GuestFile.id)
        .limit(20)
    ).all()


def table_of(kept: GuestFile) -> GuestTable:
    """Read a kept file again; raises FileGone once it was taken in."""
    if kept.content is None:
        raise FileGone
    return read_table(zlib.decompress(kept.content))


def columns_of(kept: GuestFile) -> dict[int, str]:
    """Return by place what a kept file's columns hold."""
    return {int(place): str(what) for place, what in kept.columns.items()}


def choose(
    actor: Actor,
    event_id: UUID,
    file_id: UUID,
    columns: Mapping[int, str],
    *,
    type_id: UUID | None,
    leave_out: bool,
    send_mails: bool,
) -> None:
    """Keep what the columns of a waiting file hold and how it is to be taken in.

    Each meaning stands once: of two columns the first has it. Raises FileGone, FileTaken, NotFound,
    Forbidden.
    """
    questions = {str(one.id) for one in questions_for(event_id)}
    known = {one.value for one in GuestColumn} | questions
    chosen: dict[str, str] = {}
    for place, what in sorted(columns.items()):
        if what in known and what not in chosen.values():
            chosen[str(place)] = what
    with writing() as session:
        kept = _waiting(session, actor, event_id, file_id)
        if type_id is not None:
            _of_event(session, TicketType, type_id, event_id)
            kept.ticket_type_id = type_id
        kept.columns, kept.leave_out, kept.send_mails = chosen, leave_out, send_mails


def begin(actor: Actor, event_id: UUID, file_id: UUID, *, now: datetime) -> None:
    """Have a file taken in, some rows at a time; emits guests.file_chosen.

    Raises FileGone, FileTaken, NoNames, NotFound, Forbidden.
    """
    with writing() as session:
        kept = _waiting(session, actor, event_id, file_id)
        invited = kept.list_id is not None
        next(iter(guests_in(table_of(kept), columns_of(kept), invited=invited)), None)
        kept.state = GuestFileState.RUNNING
        event = session.get_one(Event, event_id)
        outbox.emit(
            session, "guests.file_chosen", {"file_id": str(file_id)}, key=f"{file_id}:0", now=now
        )
        audit.record(
            session,
            actor,
            "guests.file_chosen",
            ("event", event_id),
            event.organisation_id,
            {"rows": kept.rows_total, "file": str(file_id)},
            now,
        )


def throw_away(actor: Actor, event_id: UUID, file_id: UUID) -> None:
    """Throw a waiting file away; raises FileGone, FileTaken, NotFound, Forbidden."""
    with writing() as session:
        session.delete(_waiting(session, actor, event_id, file_id))


def held_types(session: Session, event_id: UUID) -> dict[str, TicketType]:
    """Return what `types_by_name` does, as they stand, held for sharing until the commit."""
    held = _TYPES.with_for_update(read=True, of=TicketType)
    return _by_name(session.scalars(held, {"event_id": event_id}).all())


def types_by_name(event_id: UUID) -> dict[str, TicketType]:
    """Return an event's ticket types by their names in every language; one statement.

    Types that grow with who is let in (speakers, stand-by) are not for files.
    """
    return _by_name(db.session.scalars(_TYPES, {"event_id": event_id}).all())


def _place(one: TicketType) -> tuple[int, int]:
    return one.position, one.number


def _by_name(found: Sequence[TicketType]) -> dict[str, TicketType]:
    return {
        header_key(name): one
        for one in sorted(found, key=_place, reverse=True)
        for name in one.name.by_language.values()
    }


@every(timedelta(hours=1), "sweep guest lists that wait")
def sweep(now: datetime) -> None:
    """Throw away files that nobody came back for."""
    with writing() as session:
        session.execute(
            sa.delete(GuestFile)
            .where(
                GuestFile.state == GuestFileState.WAITING, GuestFile.created_at <= now - KEPT_FOR
            )
            .execution_options(synchronize_session=False)
        )


def _own_event(session: Session, actor: Actor, event_id: UUID) -> Event:
    # The event before the file's row: whoever removes a type of it wants both in this order.
    event = shared_event(session, Event.id == event_id)
    require(actor, Action.EDIT_REGISTRATIONS, event.organisation_id)
    return event


def _of_event(
    session: Session, kind: type[GuestList | TicketType], thing_id: UUID, event_id: UUID
) -> None:
    found = session.scalar(sa.select(kind.event_id).where(kind.id == thing_id))
    if found is None or found != event_id:
        raise FileGone


def _waiting(session: Session, actor: Actor, event_id: UUID, file_id: UUID) -> GuestFile:
    _own_event(session, actor, event_id)
    kept = session.scalar(
        sa.select(GuestFile)
        .where(GuestFile.event_id == event_id, GuestFile.id == file_id)
        .options(undefer(GuestFile.content))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if kept is None:
        raise FileGone
    if kept.state is not GuestFileState.WAITING:
        raise FileTaken
    return kept
