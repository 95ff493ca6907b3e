"""Registering the guests of a file: known ones are changed, new ones seated or in the line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from forum.core import audit, outbox
from forum.core.actor import SYSTEM
from forum.core.db import write_appended
from forum.core.ids import short_code, uuid7
from forum.core.text import plain_key
from forum.events.models import Event
from forum.registrations.models import GuestFile, Registration, TicketType
from forum.registrations.rules import (
    ACTIVE,
    NO,
    YES,
    BookingSource,
    QuestionKind,
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
from forum.registrations.service.parties import AnswerGiven, Attendee, Party
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
    """Register or change guests; return how many are new, changed, the same, and wait."""
    keys = [one.key for one in rows]
    codes = [one.code for one in rows if one.code]
    known = session.scalars(
        sa.select(Registration)
        .where(
            Registration.event_id == batch.event.id,
            Registration.state.in_(ACTIVE),
            sa.or_(Registration.email_key.in_(keys), Registration.code.in_(codes)),
        )
        .order_by(Registration.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    by_key = {one.email_key: one for one in known if one.email_key}
    by_code = {one.code: one for one in known}
    counts: Counter[str] = Counter()
    new: list[GuestRow] = []
    for row in rows:
        found = (by_code.get(row.code) if row.code else None) or by_key.get(row.key)
        if found is None:
            new.append(row)
        else:
            counts["changed" if _change(session, batch, found, row) else "same"] += 1
    counts["new"] += len(new)
    counts["waiting"] += _enter(session, batch, new)
    return counts


def _change(session: Session, batch: GuestBatch, known: Registration, row: GuestRow) -> bool:
    """Change a guest in what a row says differently; what it leaves empty says nothing."""
    said = {"name": row.name, "name_zh": row.name_zh, "organisation": row.organisation}
    other = {what: words for what, words in said.items() if words and getattr(known, what) != words}
    if not other:
        return False
    before = {what: getattr(known, what) for what in other}
    for what, words in other.items():
        setattr(known, what, words)
    known.changed_at = batch.now
    known.revision += 1
    find_again(session, known)
    audit.record(
        session,
        SYSTEM,
        "registration.imported_again",
        ("registration", known.id),
        batch.event.organisation_id,
        {"before": before, "after": other},
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
            now=batch.now,
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
    answers = [
        AnswerGiven(question.id, question.version_id, value)
        for question in batch.questions
        if (cell := row.answers.get(str(question.id)))
        and (value := _answer_in(question, cell)) is not None
    ]
    return Attendee(
        row.name, row.name_zh, row.organisation, row.email, row.key, lang, answers=answers
    )


def _answer_in(question: AskedQuestion, cell: str) -> list[Any] | None:
    """Return what a cell answers; None for what fits none of the choices, or needs a place."""
    if question.kind is QuestionKind.YES_NO:
        yes = plain_key(cell) in {"yes", "y", "true", "1", "是", "有"}
        return [YES if yes else NO]
    if not question.options:
        return [cell]
    labels = {
        plain_key(words): str(option.id)
        for option in question.options
        if option.pool_id is None
        for words in option.label.by_language.values()
    }
    parts = [cell] if question.kind is QuestionKind.ONE else cell.replace("；", ";").split(";")
    chosen = [labels[key] for part in parts if (key := plain_key(part.strip())) in labels]
    return chosen or None
