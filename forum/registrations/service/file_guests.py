"""Registering the guests of a file: known ones are changed, new ones seated or in the line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from forum.core import audit, outbox
from forum.core.actor import SYSTEM
from forum.core.db import write_appended
from forum.core.i18n import Sentence
from forum.core.ids import short_code, uuid7
from forum.events.models import Event
from forum.registrations.models import GuestFile, Registration, TicketType
from forum.registrations.rules import (
    ACTIVE,
    ADDRESS_OF_ANOTHER,
    CHANGED_MEANWHILE,
    NO_ADDRESS,
    BookingSource,
    RegistrationState,
    header_key,
)
from forum.registrations.service import places, seating
from forum.registrations.service.changing import find_again
from forum.registrations.service.entering import (
    Answered,
    Entry,
    Numbered,
    append_answers,
    append_booking,
    append_registration,
)
from forum.registrations.service.file_answers import (
    answers_in,
    answers_of,
    differing,
    write_answers,
)
from forum.registrations.service.file_choices import (
    LimitedOptions,
    keep_possible,
    limited_options,
)
from forum.registrations.service.file_known import corrects_address, known_guests
from forum.registrations.service.parties import AnswerGiven, Attendee, Party
from forum.registrations.service.reading_guests import GuestRow
from forum.seats import service as seats

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.registrations.queries.questions import AskedQuestion


@dataclass(slots=True)
class Beforehand:
    """Numbers of rows whose guests were corrected or moved before, and of those refused then.

    `problems` are why others have not moved.
    """

    corrected: set[int] = field(default_factory=set)
    refused: set[int] = field(default_factory=set)
    moved: set[int] = field(default_factory=set)
    problems: list[tuple[GuestRow, Sentence]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class GuestBatch:
    """What the rows of one transaction have in common."""

    kept: GuestFile
    event: Event
    types: Mapping[str, TicketType]
    questions: Sequence[AskedQuestion]
    now: datetime
    problems: list[tuple[GuestRow, Sentence]]

    def type_of(self, row: GuestRow) -> TicketType:
        """Return the type that a row names, else the one chosen for the file."""
        by_name = self.types.get(header_key(row.type_name)) if row.type_name else None
        chosen = (one for one in self.types.values() if one.id == self.kept.ticket_type_id)
        return (
            by_name
            or next(chosen, None)
            or min(self.types.values(), key=lambda one: (one.position, one.number))
        )


def register_some(
    session: Session, batch: GuestBatch, rows: Sequence[GuestRow], before: Beforehand
) -> Counter[str]:
    """Register or change guests; return how many are new, changed, the same, and wait.

    Who is new is entered first, then the bookings of known ones, the pools and the known ones are
    held, as by all others. What could not be read is added to the file's problems. `before` is
    what was done for these rows already; no address is corrected here.
    """
    known = known_guests(session, batch.event.id, rows)
    counts: Counter[str] = Counter()
    new: list[GuestRow] = []
    changing: list[tuple[Registration, GuestRow]] = []
    for row in rows:
        found = known.find(row)
        if found is not None and found.state not in ACTIVE:
            counts["left_out"] += 1
        elif row.number in before.refused:
            counts["refused"] += 1
            batch.problems.append((row, ADDRESS_OF_ANOTHER))
        elif found is not None and corrects_address(found, row):
            counts["refused"] += 1
            batch.problems.append((row, CHANGED_MEANWHILE))
        elif found is not None:
            changing.append((found, row))
        elif not row.email:
            counts["refused"] += 1
            batch.problems.append((row, NO_ADDRESS))
        else:
            new.append(row)
    entered = [_append(session, batch, row) for row in new]
    # Whoever sends a form with one of these addresses waits at its index, holding no pool.
    write_appended(session)
    limited = limited_options(session, batch.questions, rows)
    if limited.pools and changing:
        places.hold_bookings(session, {one.booking_id for one, _ in changing})
    homes = [pool for one in entered for pool in seating.pools_of(one.ticket_type).ids]
    seating.lock_pools(session, [*homes, *limited.pools.values()])
    counts["new"] += len(new)
    counts["waiting"] += _seat_all(session, batch, entered, limited)
    ids = [(one.id, row) for one, row in changing]
    changed = _change_some(session, batch, ids, limited, before)
    counts.update(changed)
    seating.drop_pages(session, batch.event.id, *limited.changes)
    return counts


def _change_some(
    session: Session,
    batch: GuestBatch,
    changing: Sequence[tuple[UUID, GuestRow]],
    limited: LimitedOptions,
    before: Beforehand,
) -> Counter[str]:
    """Change guests in what their rows say differently; return how many were, and how many not."""
    counts: Counter[str] = Counter()
    if not changing:
        return counts
    ids = [one for one, _ in changing]
    held = session.scalars(
        sa.select(Registration)
        .where(Registration.id.in_(ids), Registration.state.in_(ACTIVE))
        .order_by(Registration.id)
        .options(joinedload(Registration.ticket_type))
        .with_for_update(key_share=True, of=Registration)
        .execution_options(populate_existing=True)
    ).all()
    by_id = {one.id: one for one in held}
    answers = answers_of(session, ids) if batch.questions else {}
    limited.read_holders(session, list(by_id))
    for registration_id, row in changing:
        guest = by_id.get(registration_id)
        if guest is None:
            counts["same"] += 1
            continue
        given, unread = answers_in(row, batch.questions, guest.ticket_type_id)
        present = answers.get(guest.id, ())
        other, full = keep_possible(session, limited, guest.id, row, differing(given, present))
        batch.problems.extend((row, says) for says in (*unread, *full))
        write_answers(session, guest, other, present, batch.now)
        fields = _change(session, batch, guest, row, answered=bool(other))
        corrected = row.number in before.corrected
        done = fields or other or corrected or row.number in before.moved
        counts["corrected"] += corrected
        counts["changed" if done else "same"] += 1
    return counts


def _change(
    session: Session,
    batch: GuestBatch,
    guest: Registration,
    row: GuestRow,
    *,
    answered: bool,
) -> dict[str, str]:
    """Change a guest in what a row says differently; what it leaves empty says nothing."""
    lang = row.lang if row.lang in batch.event.languages else ""
    said = {
        "name": row.name,
        "name_zh": row.name_zh,
        "organisation": row.organisation,
        "lang": lang,
    }
    other = {what: words for what, words in said.items() if words and getattr(guest, what) != words}
    if not other and not answered:
        return other
    before = {what: getattr(guest, what) for what in other}
    for what, words in other.items():
        setattr(guest, what, words)
    guest.changed_at = batch.now
    guest.revision += 1
    if other:
        find_again(session, guest)
    audit.record(
        session,
        SYSTEM,
        "registration.imported_again",
        ("registration", guest.id),
        batch.event.organisation_id,
        {"before": before, "after": other, "answers": answered},
        batch.now,
    )
    return other


@dataclass(frozen=True, slots=True)
class _Entered:
    """A new guest whose registration is written, and who is seated next."""

    row: GuestRow
    ticket_type: TicketType
    numbered: Numbered
    booking_id: UUID
    lang: str
    limited: Sequence[AnswerGiven]


def _append(session: Session, batch: GuestBatch, row: GuestRow) -> _Entered:
    """Write a new guest, alone on a booking, waiting; limited choices come with the seats."""
    ticket_type, numbered = batch.type_of(row), Numbered(uuid7(), short_code())
    who, limited = _attendee(batch, row, ticket_type)
    booking_id = uuid7()
    party = Party((who,), source=BookingSource.IMPORT)
    append_booking(
        session, batch.event.id, party, booking_id=booking_id, form_key=None, now=batch.now
    )
    entry = Entry(
        event_id=batch.event.id,
        booking_id=booking_id,
        party_id=numbered.id,
        type_id=ticket_type.id,
        state=RegistrationState.WAITLISTED,
        # Lists sorted by when somebody came keep the order of the file.
        now=batch.now + timedelta(microseconds=row.number),
    )
    append_registration(session, who, numbered, entry, 0)
    return _Entered(row, ticket_type, numbered, booking_id, who.lang, limited)


def _seat_all(
    session: Session, batch: GuestBatch, entered: Sequence[_Entered], limited: LimitedOptions
) -> int:
    """Seat new guests by type, and take their limited choices; return how many of them wait."""
    made: dict[UUID, list[_Entered]] = {}
    for one in entered:
        made.setdefault(one.ticket_type.id, []).append(one)
        possible, full = keep_possible(session, limited, one.numbered.id, one.row, one.limited)
        batch.problems.extend((one.row, says) for says in full)
        own = Answered(
            batch.event.id,
            one.booking_id,
            one.numbered.id,
            one.numbered.id,
            one.lang,
            batch.now,
        )
        append_answers(session, [replace(answer, choices=()) for answer in possible], own)
    return sum(
        _seat(
            session,
            batch,
            people[0].ticket_type,
            [(one.numbered, str(one.booking_id), one.lang) for one in people],
        )
        for people in made.values()
    )


def _seat(
    session: Session,
    batch: GuestBatch,
    ticket_type: TicketType,
    people: Sequence[tuple[Numbered, str, str]],
) -> int:
    pools = seating.pools_of(ticket_type)
    free = min(len(people), *(seats.left_of(session, one) for one in pools.ids))
    changes: list[seating.SeatChange] = []
    if free:
        for pool_id in pools.ids:
            taken = seats.take(session, pool_id, free)
            changes += [taken] if taken else []
        session.execute(
            sa.update(Registration)
            .where(Registration.id.in_([numbered.id for numbered, _, _ in people[:free]]))
            .values(
                state=RegistrationState.CONFIRMED,
                confirmed_at=batch.now,
                in_home=True,
                in_limit=pools.limit_id is not None,
            )
            .execution_options(synchronize_session=False)
        )
    seated_later: set[UUID] = set()
    for numbered, _, _ in people[free:]:
        seated = seating.seat_party(session, pools, numbered.id, 1, now=batch.now)
        changes += seated.changes
        values: dict[str, Any] = {"in_limit": seated.in_limit}
        if seated.in_home:
            seated_later.add(numbered.id)
            confirmed = RegistrationState.CONFIRMED
            values |= {"state": confirmed, "in_home": True, "confirmed_at": batch.now}
        session.execute(
            sa.update(Registration)
            .where(Registration.id == numbered.id)
            .values(**values)
            .execution_options(synchronize_session=False)
        )
    for place, (numbered, booking_id, lang) in enumerate(people):
        confirmed_now = place < free or numbered.id in seated_later
        topic = "registration.confirmed" if confirmed_now else "registration.waitlisted"
        payload = {
            "registration_id": str(numbered.id),
            "event_id": str(batch.event.id),
            "booking_id": booking_id,
            "type_number": ticket_type.number,
            "lang": lang,
            "quiet": not batch.kept.send_mails,
        }
        outbox.emit(session, topic, payload, key=str(numbered.id), now=batch.now)
        audit.record(
            session,
            SYSTEM,
            topic,
            ("registration", numbered.id),
            batch.event.organisation_id,
            {"code": numbered.code, "file": str(batch.kept.id)},
            batch.now,
        )
    seating.drop_pages(session, batch.event.id, *changes)
    return len(people) - free - len(seated_later)


def _attendee(
    batch: GuestBatch, row: GuestRow, ticket_type: TicketType
) -> tuple[Attendee, list[AnswerGiven]]:
    """Return a new guest, and apart those of the answers whose places are limited."""
    languages = batch.event.languages or ["en"]
    lang = row.lang if row.lang in languages else languages[0]
    answers, unread = answers_in(row, batch.questions, ticket_type.id)
    batch.problems.extend((row, says) for says in unread)
    free = [one for one in answers if not one.choices]
    who = Attendee(row.name, row.name_zh, row.organisation, row.email, row.key, lang, answers=free)
    return who, [one for one in answers if one.choices]
