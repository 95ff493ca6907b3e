"""Registering the guests of a file: known ones are changed, new ones seated or in the line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from forum.core import audit, outbox
from forum.core.actor import SYSTEM
from forum.core.db import write_appended
from forum.core.i18n import Sentence
from forum.core.ids import short_code, uuid7
from forum.events.models import Event
from forum.registrations.models import Answer, GuestFile, Registration, TicketType
from forum.registrations.rules import (
    ACTIVE,
    NO_ADDRESS,
    OTHER_ADDRESS,
    BookingSource,
    RegistrationState,
    header_key,
)
from forum.registrations.service import seating
from forum.registrations.service.changing import find_again
from forum.registrations.service.entering import (
    Entry,
    Numbered,
    append_booking,
    append_registration,
)
from forum.registrations.service.file_answers import answers_in, answers_of, write_changed
from forum.registrations.service.parties import Attendee, Party
from forum.registrations.service.reading_guests import GuestRow
from forum.seats import service as seats

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.registrations.queries.questions import AskedQuestion


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


def register_some(session: Session, batch: GuestBatch, rows: Sequence[GuestRow]) -> Counter[str]:
    """Register or change guests; return how many are new, changed, the same, and wait.

    Who is new is entered first, and holds the pools; who is known is held after that, as by all
    others. What could not be read is added to the file's problems.
    """
    by_key, by_code = _known(session, batch, rows)
    counts: Counter[str] = Counter()
    new: list[GuestRow] = []
    changing: list[tuple[UUID, GuestRow]] = []
    for row in rows:
        found = (by_code.get(row.code) if row.code else None) or by_key.get(row.key)
        if found is not None and found.state not in ACTIVE:
            counts["left_out"] += 1
        elif found is not None and row.email and found.email_key not in {row.key, ""}:
            counts["refused"] += 1
            batch.problems.append((row, OTHER_ADDRESS))
        elif found is not None:
            changing.append((found.id, row))
        elif not row.email:
            counts["refused"] += 1
            batch.problems.append((row, NO_ADDRESS))
        else:
            new.append(row)
    counts["new"] += len(new)
    counts["waiting"] += _enter(session, batch, new) if new else 0
    changed = _change_some(session, batch, changing)
    counts.update({"changed": changed, "same": len(changing) - changed})
    return counts


def _known(
    session: Session, batch: GuestBatch, rows: Sequence[GuestRow]
) -> tuple[dict[str, Registration], dict[str, Registration]]:
    """Return who is there by address, and by reference also who is no longer; one statement."""
    keys = [one.key for one in rows if one.key]
    codes = [one.code for one in rows if one.code]
    found = session.scalars(
        sa.select(Registration)
        .where(
            Registration.event_id == batch.event.id,
            sa.or_(
                sa.and_(Registration.email_key.in_(keys), Registration.state.in_(ACTIVE)),
                Registration.code.in_(codes),
            ),
        )
        .order_by(Registration.id)
        .execution_options(populate_existing=True)
    ).all()
    standing = {one.email_key: one for one in found if one.email_key and one.state in ACTIVE}
    return standing, {one.code: one for one in found}


def _change_some(
    session: Session, batch: GuestBatch, changing: Sequence[tuple[UUID, GuestRow]]
) -> int:
    """Change guests in what their rows say differently; return how many that were."""
    if not changing:
        return 0
    ids = [one for one, _ in changing]
    held = session.scalars(
        sa.select(Registration)
        .where(Registration.id.in_(ids), Registration.state.in_(ACTIVE))
        .order_by(Registration.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    by_id = {one.id: one for one in held}
    answers = answers_of(session, ids) if batch.questions else {}
    changed = 0
    for registration_id, row in changing:
        known = by_id.get(registration_id)
        if known is not None:
            changed += _change(session, batch, known, row, answers.get(known.id, ()))
    return changed


def _change(
    session: Session,
    batch: GuestBatch,
    known: Registration,
    row: GuestRow,
    present: Sequence[Answer],
) -> bool:
    """Change a guest in what a row says differently; what it leaves empty says nothing."""
    lang = row.lang if row.lang in batch.event.languages else ""
    said = {
        "name": row.name,
        "name_zh": row.name_zh,
        "organisation": row.organisation,
        "lang": lang,
    }
    other = {what: words for what, words in said.items() if words and getattr(known, what) != words}
    given, unread = answers_in(row, batch.questions, known.ticket_type_id)
    batch.problems.extend((row, says) for says in unread)
    answered = write_changed(session, known, given, present, batch.now)
    if not other and not answered:
        return False
    before = {what: getattr(known, what) for what in other}
    for what, words in other.items():
        setattr(known, what, words)
    known.changed_at = batch.now
    known.revision += 1
    if other:
        find_again(session, known)
    audit.record(
        session,
        SYSTEM,
        "registration.imported_again",
        ("registration", known.id),
        batch.event.organisation_id,
        {"before": before, "after": other, "answers": answered},
        batch.now,
    )
    return True


def _enter(session: Session, batch: GuestBatch, rows: Sequence[GuestRow]) -> int:
    """Register new guests, each alone; return how many of them wait for a seat."""
    made: dict[UUID, list[tuple[Numbered, str, str]]] = {}
    types = {one.id: one for one in batch.types.values()}
    for row in rows:
        ticket_type, numbered = batch.type_of(row), Numbered(uuid7(), short_code())
        who = _attendee(batch, row)
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
        made.setdefault(ticket_type.id, []).append((numbered, str(booking_id), who.lang))
    # Whoever sends a form with one of these addresses waits at its index, holding no pool.
    write_appended(session)
    seating.lock_pools(session, [pool for one in made for pool in seating.pools_of(types[one]).ids])
    return sum(_seat(session, batch, types[one], people) for one, people in made.items())


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


def _attendee(batch: GuestBatch, row: GuestRow) -> Attendee:
    languages = batch.event.languages or ["en"]
    lang = row.lang if row.lang in languages else languages[0]
    answers, unread = answers_in(row, batch.questions, batch.type_of(row).id)
    batch.problems.extend((row, says) for says in unread)
    return Attendee(
        row.name, row.name_zh, row.organisation, row.email, row.key, lang, answers=answers
    )
