"""Guest lists in files: kept for their preview, looked through, begun; rows are taken in apart."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, undefer

from forum.core import audit, outbox
from forum.core.db import db, writing
from forum.core.i18n import Sentence
from forum.core.periodic import every
from forum.core.permissions import Action, require
from forum.core.text import clean_line
from forum.events.models import Event
from forum.registrations.models import (
    GuestFile,
    GuestList,
    Invitation,
    OptOut,
    Registration,
    TicketType,
)
from forum.registrations.queries.questions import questions_for
from forum.registrations.rules import (
    ACTIVE,
    NO_ADDRESS,
    OPTED_OUT,
    FileGone,
    FileTaken,
    GuestColumn,
    GuestFileState,
    QuestionKind,
    header_key,
)
from forum.registrations.service.reading_guests import (
    GuestRow,
    GuestTable,
    guests_in,
    read_table,
)

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.core.actor import Actor

KEPT_FOR = timedelta(hours=24)
LOOKED_UP_AT_ONCE = 500
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


@dataclass(frozen=True, slots=True)
class Preview:
    """What taking a file in would come to; `sample` are its first rows that can be taken."""

    new: int
    known: int
    left_out: int
    problems: Sequence[tuple[int, Sentence]]
    refused: int
    sample: Sequence[GuestRow]
    unknown_types: Sequence[str]


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

    A question is known by its wording in any language. Three statements.
    """
    asked = {
        header_key(words): str(one.id)
        for one in questions_for(event_id)
        if one.kind in READ_FROM_FILES
        for words in one.label.by_language.values()
    }
    found: dict[int, str] = {}
    for heading in table.headings:
        of_question = asked.get(header_key(heading.words))
        if of_question and of_question not in found.values():
            found[heading.place] = of_question
        elif heading.seems is not None:
            found[heading.place] = heading.seems.value
    return found


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


def preview(kept: GuestFile) -> Preview:
    """Look through a file: who is new, who is known, which rows are refused and why.

    Raises NoNames, FileGone. Two statements for each 500 rows, and three more.
    """
    problems: list[tuple[int, Sentence]] = []
    counts: Counter[str] = Counter()
    sample: list[GuestRow] = []
    unknown: dict[str, None] = {}
    types = set(types_by_name(kept.event_id))
    organisation_id = db.session.get_one(Event, kept.event_id).organisation_id
    for some in batches(guests_in(table_of(kept), columns_of(kept)), LOOKED_UP_AT_ONCE):
        taken = [one for one in some if one.problem is None]
        known = _known_keys(kept, taken)
        out = opted_out_among(db.session(), organisation_id, [one.key for one in taken])
        for row in some:
            problem = refusal(row, kept, out)
            if problem is not None:
                counts["refused"] += 1
                problems.append((row.number, problem))
            elif kept.leave_out and row.leaves:
                counts["left_out"] += 1
            else:
                is_known = row.key in known or (row.code and row.code in known)
                counts["known" if is_known else "new"] += 1
                sample.append(row)
                if (
                    row.type_name
                    and kept.list_id is None
                    and header_key(row.type_name) not in types
                ):
                    unknown[row.type_name] = None
        sample = sample[:10]
    return Preview(
        counts["new"],
        counts["known"],
        counts["left_out"],
        problems[:MOST_PROBLEMS],
        counts["refused"],
        sample,
        list(unknown)[:10],
    )


def begin(actor: Actor, event_id: UUID, file_id: UUID, *, now: datetime) -> None:
    """Have a file taken in, some rows at a time; emits guests.file_chosen.

    Raises FileGone, FileTaken, NoNames, NotFound, Forbidden.
    """
    with writing() as session:
        kept = _waiting(session, actor, event_id, file_id)
        next(iter(guests_in(table_of(kept), columns_of(kept))), None)
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


def batches(rows: Iterable[GuestRow], size: int) -> Iterator[list[GuestRow]]:
    """Return rows some at a time."""
    source = iter(rows)
    while some := list(islice(source, size)):
        yield some


def refusal(row: GuestRow, kept: GuestFile, opted_out: set[str]) -> Sentence | None:
    """Return why a row is not taken in, if it is not."""
    if row.problem is not None:
        return row.problem
    if not row.email and kept.list_id is None:
        return NO_ADDRESS
    return OPTED_OUT if row.key in opted_out else None


def opted_out_among(session: Session, organisation_id: UUID, keys: Sequence[str]) -> set[str]:
    """Return which addresses want nothing from the organisation; one statement."""
    return set(
        session.scalars(
            sa.select(OptOut.email_key).where(
                OptOut.organisation_id == organisation_id,
                OptOut.email_key.in_([one for one in keys if one]),
            )
        )
    )


def types_by_name(event_id: UUID) -> dict[str, TicketType]:
    """Return an event's ticket types by their names in every language; one statement."""
    found = db.session.scalars(
        sa.select(TicketType)
        .where(TicketType.event_id == event_id)
        .options(joinedload(TicketType.pool))
        .order_by(TicketType.position, TicketType.number)
    ).all()
    return {
        header_key(name): one for one in reversed(found) for name in one.name.by_language.values()
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


def _known_keys(kept: GuestFile, rows: Sequence[GuestRow]) -> set[str]:
    """Return which addresses and references of these rows the event knows; one statement."""
    keys = [one.key for one in rows if one.key]
    if kept.list_id is not None:
        return set(
            db.session.scalars(
                sa.select(Invitation.email_key).where(
                    Invitation.event_id == kept.event_id, Invitation.email_key.in_(keys)
                )
            )
        )
    codes = [one.code for one in rows if one.code]
    found = db.session.execute(
        sa.select(Registration.email_key, Registration.code).where(
            Registration.event_id == kept.event_id,
            Registration.state.in_(ACTIVE),
            sa.or_(Registration.email_key.in_(keys), Registration.code.in_(codes)),
        )
    ).all()
    return {key for row in found for key in row if key}


def _own_event(session: Session, actor: Actor, event_id: UUID) -> Event:
    event = session.get(Event, event_id)
    if event is None:
        raise FileGone
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
