"""Taking a guest list in: some rows in one transaction, with how far it has come.

Whoever is known by reference or address is changed in what a row says, and never mailed; others are
registered like anybody else: seated while there are seats, else on the wait list.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from itertools import islice
from time import monotonic
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from forum.core import outbox
from forum.core.actor import SYSTEM
from forum.core.db import db, once_more_when_raced, writing
from forum.core.text import whole_number
from forum.events.models import Event
from forum.events.service import shared_event
from forum.registrations.models import GuestFile
from forum.registrations.queries.consents import opted_out
from forum.registrations.queries.questions import questions_for
from forum.registrations.rules import (
    ADDRESS_OF_ANOTHER,
    CHANGED_MEANWHILE,
    GuestColumn,
    GuestFileState,
)
from forum.registrations.service.file_addresses import correct_addresses
from forum.registrations.service.file_answers import yes_or_no
from forum.registrations.service.file_guests import Beforehand, GuestBatch, register_some
from forum.registrations.service.file_lists import list_named, lists_by_name, stays_on
from forum.registrations.service.file_moves import move_known
from forum.registrations.service.guest_files import (
    MOST_PROBLEMS,
    columns_of,
    held_types,
    kept_file,
    table_of,
)
from forum.registrations.service.guest_previews import batches, refusal
from forum.registrations.service.inviting import Added, InvitedGuest, add_invitations
from forum.registrations.service.reading_guests import GuestRow, guests_in_turn

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.core.i18n import Sentence


ROWS_AT_ONCE = 250
SECONDS_AT_ONCE = 20.0
"""So long one call goes on; the rest is another's, so that no lease runs out."""


def take_in_some(file_id: UUID, *, now: datetime, seconds: float = SECONDS_AT_ONCE) -> bool:
    """Take in rows of a file that was begun, for so many seconds; return whether more are left.

    Called again after any failure it goes on where it stood.
    """
    until = monotonic() + seconds
    event_id = db.session.scalar(sa.select(GuestFile.event_id).where(GuestFile.id == file_id))
    if event_id is None:
        return False
    kept = kept_file(event_id, file_id)
    if kept.state is not GuestFileState.RUNNING:
        return False
    invites, done = kept.list_id is not None, kept.rows_done
    all_rows = guests_in_turn(table_of(kept), columns_of(kept), invited=invites)
    for some in batches(islice(all_rows, done, None), ROWS_AT_ONCE):
        if invites:
            act = partial(_invite, file_id, now=now)
        else:
            before = _beforehand(event_id, file_id, some, now)
            act = partial(_take, event_id, file_id, before=before, now=now)
        _together_or_alone(act, file_id, some, done)
        done += len(some)
        if monotonic() > until:
            return True
    _finish(file_id, now)
    return False


def _together_or_alone(
    act: Callable[[Sequence[GuestRow], int], None],
    file_id: UUID,
    rows: Sequence[GuestRow],
    done: int,
) -> None:
    """Take rows in together, or where one of them clashes, each alone; that one is refused.

    `done` is how many rows were taken in before these.
    """
    reached = done + len(rows)
    try:
        once_more_when_raced(lambda: act(rows, reached))
    except IntegrityError:
        if len(rows) == 1:
            _refuse(file_id, rows[0], reached)
        else:
            for place, row in enumerate(rows):
                _together_or_alone(act, file_id, [row], done + place)


def _refuse(file_id: UUID, row: GuestRow, reached: int) -> None:
    with writing() as session:
        kept = _held(session, file_id)
        if kept is not None and kept.rows_done < reached:
            _note(kept, [(row, CHANGED_MEANWHILE)])
            kept.counts = dict(Counter(kept.counts) + Counter(refused=1))
            kept.rows_done = reached


def _beforehand(
    event_id: UUID, file_id: UUID, rows: Sequence[GuestRow], now: datetime
) -> Beforehand:
    """Correct addresses of known guests, and move them to the types that their rows name."""
    done = Beforehand()
    if not any(row.type_name or (row.code and row.email) for row in rows):
        return done
    kept = kept_file(event_id, file_id)
    good = _good_rows(kept, db.session.get_one(Event, event_id), rows)[0]
    done.corrected, done.refused = correct_addresses(event_id, good, now=now)
    good = [row for row in good if row.number not in done.refused]
    moved = move_known(event_id, good, now=now)
    done.moved, done.problems = moved.numbers, moved.problems
    return done


def _take(
    event_id: UUID,
    file_id: UUID,
    rows: Sequence[GuestRow],
    reached: int,
    *,
    before: Beforehand,
    now: datetime,
) -> None:
    """Take some rows in, and note how far the file has come, in one transaction."""
    with writing() as session:
        event = shared_event(session, Event.id == event_id)
        kept = _held(session, file_id)
        if kept is None or kept.rows_done >= reached:
            return
        good = _sorted_out(kept, event, rows)
        # Read under the event's lock: a type may have got other seats since the last rows.
        types, questions = held_types(session, event.id), questions_for(event.id)
        batch = GuestBatch(kept, event, types, questions, now, [])
        made = register_some(session, batch, good, before)
        numbers = {row.number for row in rows}
        stay = [one for one in before.problems if one[0].number in numbers]
        _note(kept, [*stay, *batch.problems])
        kept.counts = dict(Counter(kept.counts) + made)
        kept.rows_done = reached


def _invite(file_id: UUID, rows: Sequence[GuestRow], reached: int, *, now: datetime) -> None:
    """Put some rows on a guest list, then note how far the file has come; again does no harm."""
    with writing() as session:
        kept = _held(session, file_id)
        if kept is None or kept.list_id is None or kept.rows_done >= reached:
            return
        event = session.get_one(Event, kept.event_id)
        good = _good_rows(kept, event, rows)[0]
        by_list = _by_list(session, kept.event_id, kept.list_id, good)
    added = Added()
    for list_id, some in by_list.items():
        invited = [_invited(row) for row in some]
        added = added.plus(add_invitations(SYSTEM, event.id, list_id, invited, now=now))
    taken = [row for row in good if row.key and row.key in added.taken]
    by_number = {row.number: row for row in good}
    stays = [(by_number[number], stays_on(name)) for number, name in added.stays]
    with writing() as session:
        kept = _held(session, file_id)
        if kept is not None and kept.rows_done < reached:
            _sorted_out(kept, event, rows)
            made = Counter(
                new=added.added,
                changed=added.changed,
                same=added.same,
                corrected=added.corrected,
                refused=len(taken),
            )
            _note(kept, [*((row, ADDRESS_OF_ANOTHER) for row in taken), *stays])
            kept.counts = dict(Counter(kept.counts) + made)
            kept.rows_done = reached


def _by_list(
    session: Session, event_id: UUID, usual: UUID, rows: Sequence[GuestRow]
) -> dict[UUID, list[GuestRow]]:
    """Return rows by the guest list that they name, else the one chosen; one statement or none."""
    found: dict[UUID, list[GuestRow]] = {}
    by_name = lists_by_name(session, event_id) if any(map(list_named, rows)) else {}
    for row in rows:
        found.setdefault(by_name.get(list_named(row), usual), []).append(row)
    return found


def _held(session: Session, file_id: UUID) -> GuestFile | None:
    kept = session.scalar(
        sa.select(GuestFile)
        .where(GuestFile.id == file_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    running = kept is not None and kept.state is GuestFileState.RUNNING
    return kept if running else None


def _sorted_out(kept: GuestFile, event: Event, rows: Sequence[GuestRow]) -> list[GuestRow]:
    """Return the rows that are taken in; note of the others how many they are, and why."""
    good, refused, left_out = _good_rows(kept, event, rows)
    counts = Counter(kept.counts) + Counter(refused=len(refused), left_out=left_out)
    kept.counts, kept.problems = dict(counts), [*kept.problems, *refused][:MOST_PROBLEMS]
    return good


def _note(kept: GuestFile, problems: Sequence[tuple[GuestRow, Sentence]]) -> None:
    noted = [[row.number, row.name[:80], says.text, says.values] for row, says in problems]
    kept.problems = [*kept.problems, *noted][:MOST_PROBLEMS]


def _good_rows(
    kept: GuestFile, event: Event, rows: Sequence[GuestRow]
) -> tuple[list[GuestRow], list[list[Any]], int]:
    """Return rows to be taken in, those refused with the reason, and how many stay out."""
    out = opted_out(event.organisation_id, [one.key for one in rows])
    good: list[GuestRow] = []
    refused: list[list[Any]] = []
    for row in rows:
        problem = refusal(row, kept, out)
        if problem is not None:
            refused.append([row.number, row.name[:80], problem.text, problem.values])
        elif not (kept.leave_out and row.leaves):
            good.append(row)
    return good, refused, len(rows) - len(good) - len(refused)


def go_on(file_id: UUID, *, now: datetime) -> None:
    """Ask for the rest of a file; emits guests.file_chosen with how far it has come."""
    with writing() as session:
        kept = _held(session, file_id)
        if kept is not None:
            key = f"{file_id}:{kept.rows_done}"
            payload = {"file_id": str(file_id)}
            outbox.emit(session, "guests.file_chosen", payload, key=key, now=now)


def _finish(file_id: UUID, now: datetime) -> None:
    with writing() as session:
        kept = _held(session, file_id)
        if kept is not None:
            kept.state, kept.done_at, kept.content = GuestFileState.DONE, now, None
            kept.rows_done = kept.rows_total


def _invited(row: GuestRow) -> InvitedGuest:
    more = row.more
    return InvitedGuest(
        name=row.name,
        name_zh=row.name_zh,
        email=row.email,
        organisation=row.organisation,
        salutation=more.get(GuestColumn.SALUTATION, "")[:60],
        post_nominals=more.get(GuestColumn.POST_NOMINALS, "")[:60],
        job_title=more.get(GuestColumn.JOB_TITLE, "")[:200],
        phone=more.get(GuestColumn.PHONE, "")[:40],
        lang=row.lang,
        companions=_number_in(more.get(GuestColumn.COMPANIONS, ""), 20),
        precedence=_number_in(more.get(GuestColumn.PRECEDENCE, ""), 1_000_000),
        seating=more.get(GuestColumn.SEATING, "")[:80],
        note=more.get(GuestColumn.NOTE, ""),
        greet=yes_or_no(more.get(GuestColumn.GREET, "")),
        known_id=row.invitation_id,
        row=row.number,
    )


def _number_in(typed: str, most: int) -> int | None:
    number = whole_number(typed)
    return number if number is not None and 0 <= number <= most else None
