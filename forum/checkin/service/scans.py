"""Readings and what comes of them: stored first, judged by the table, let in by the database."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from forum.checkin import rules
from forum.checkin.errors import SearchNotAllowed
from forum.checkin.models import Admission, CheckpointType, Scan
from forum.checkin.queries import AtTheDoor
from forum.checkin.rules import WORDING, Facts, Reading, Reason, Way
from forum.checkin.service.answers import answer
from forum.checkin.service.working import note_presence, working
from forum.checkin.verdicts import NewScan, Verdict
from forum.core import outbox
from forum.core.db import writing
from forum.core.ids import shown, uuid7
from forum.core.text import clean_line
from forum.registrations.models import Registration
from forum.tickets import rules as ticket_rules
from forum.tickets import service as tickets
from forum.tickets.models import Ticket

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.core.actor import Actor

LONGEST_CODE = 500
SHOWN_OF_A_FOREIGN_CODE = 9


@dataclass(frozen=True, slots=True)
class _Read:
    """What a reading says by itself: whose ticket it is, if its signature holds."""

    reading: Reading
    event_id: UUID | None = None
    registration_id: UUID | None = None
    reference: str = ""
    ticket_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class _Guest:
    """Whom a reading leads to; `admitted_by` is the scan of the admission that stands."""

    registration: Registration
    ticket_revoked: bool
    admitted_by: UUID | None
    type_enters: bool


def record_scan(actor: Actor, scan: NewScan, *, now: datetime) -> Verdict:
    """Store a reading once, judge it, and let the guest in where the table says so.

    The same reading again (same device, same scan id) gets the same answer. The admission is an
    INSERT that the database's unique index allows once for each guest and place.
    Raises NotPaired and DeviceLocked, and SearchNotAllowed for a chosen guest.
    """
    read = _read(scan)
    scanned_at = rules.corrected(scan.scanned_at, scan.sent_at, now)
    with writing() as session:
        at = working(session, actor, now)
        if scan.way is Way.SEARCH and not at.device.may_search:
            raise SearchNotAllowed
        row_id = _store(session, at, scan, scanned_at, now)
        if row_id is not None:
            _decide(session, at, read, row_id, scanned_at, now)
            note_presence(session, at.device, scan.sent_at, now)
        return answer(session, at, scan.scan_id)


def _read(scan: NewScan) -> _Read:
    """Parse and verify, outside the writing transaction: this asks for no decision."""
    if scan.way is Way.SEARCH:
        return _Read(Reading.CHOSEN, registration_id=scan.registration_id)
    parsed = ticket_rules.parse(scan.code)
    if isinstance(parsed, ticket_rules.NotATicket):
        return _Read(Reading.FOREIGN)
    if isinstance(parsed, ticket_rules.ShortCode):
        return _Read(Reading.REFERENCE, reference=parsed.code)
    verified = tickets.verify(parsed)
    if not verified.good:
        return _Read(Reading.BADLY_SIGNED)
    known = verified.ticket
    if known is None:
        return _Read(Reading.SIGNED, verified.event_id)
    return _Read(Reading.SIGNED, verified.event_id, known.registration_id, ticket_id=known.id)


def _store(
    session: Session,
    at: AtTheDoor,
    scan: NewScan,
    scanned_at: datetime,
    now: datetime,
) -> UUID | None:
    """Insert the reading as received; None when this device sent it before."""
    code = clean_line(scan.code[:LONGEST_CODE])
    return _insert_once(
        session,
        Scan,
        device_id=at.device.id,
        scan_id=scan.scan_id,
        event_id=at.event.id,
        checkpoint_id=at.checkpoint.id,
        way=scan.way,
        code_shown=_shortened(code),
        code_hash=hashlib.sha256(code.encode()).digest() if code else None,
        scanned_at=scanned_at,
        received_at=now,
    )


def _shortened(code: str) -> str:
    short = len(code) <= SHOWN_OF_A_FOREIGN_CODE
    return code if short else code[:SHOWN_OF_A_FOREIGN_CODE] + "…"


def _insert_once(
    session: Session,
    table: type[Scan | Admission],
    **values: Any,  # noqa: ANN401 - one value a column
) -> UUID | None:
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    insert = sqlite.insert(table) if on_sqlite else postgresql.insert(table)
    return session.scalar(
        insert.values(id=uuid7(), **values).on_conflict_do_nothing().returning(table.id),
    )


def _decide(
    session: Session,
    at: AtTheDoor,
    read: _Read,
    row_id: UUID,
    scanned_at: datetime,
    now: datetime,
) -> None:
    guest = _guest(session, at, read)
    reason = rules.judge(
        Facts(
            reading=read.reading,
            state=guest.registration.state.value if guest else None,
            same_event=read.event_id in {None, at.event.id},
            revoked=guest is not None and guest.ticket_revoked,
            already_in=guest is not None and guest.admitted_by is not None,
            type_enters=guest is None or guest.type_enters,
            scanned_at=scanned_at,
            opens_at=at.checkpoint.opens_at,
            closes_at=at.checkpoint.closes_at,
        ),
    )
    values: dict[str, Any] = {}
    if guest:
        person = guest.registration
        values["registration_id"] = person.id
        if person.event_id == at.event.id:
            values["code_shown"] = shown(person.code)
        if reason is Reason.ADMITTED and not _admit(session, at, person.id, row_id, scanned_at):
            reason = Reason.ALREADY_IN
        if reason is Reason.ALREADY_IN:
            values["earlier_id"] = guest.admitted_by or _admitted_by(session, at, person.id)
    values |= {"reason": reason, "kind": WORDING[reason].kind}
    session.execute(sa.update(Scan).where(Scan.id == row_id).values(**values))
    if guest and reason is Reason.ADMITTED:
        outbox.emit(
            session,
            "checkin.admitted",
            {"registration_id": str(guest.registration.id), "scan_id": str(row_id)},
            key=str(row_id),
            now=now,
        )


def _guest(session: Session, at: AtTheDoor, read: _Read) -> _Guest | None:
    """Find whom the reading means, holding the row so that nobody cancels it meanwhile.

    A signed ticket leads to its own event; a reference or a chosen guest only to this one. A code
    that was read counts for itself: a newer ticket of the same guest does not make it good.
    """
    who = (
        Registration.code == read.reference
        if read.reference
        else Registration.id == read.registration_id
    )
    row = session.execute(
        sa.select(Registration, Ticket.revoked_at, Admission.scan_id, _enters(at))
        .select_from(Registration)
        .outerjoin(Ticket, Ticket.id == read.ticket_id)
        .outerjoin(Admission, _stands(at))
        .where(who, Registration.event_id == (read.event_id or at.event.id))
        .with_for_update(read=True, of=Registration),
    ).first()
    return _Guest(row[0], row[1] is not None, row[2], bool(row[3])) if row else None


def _enters(at: AtTheDoor) -> sa.ColumnElement[bool]:
    """Say whether the guest's type is among those that the checkpoint names, if it names any."""
    named = sa.exists().where(CheckpointType.checkpoint_id == at.checkpoint.id)
    theirs = named.where(CheckpointType.ticket_type_id == Registration.ticket_type_id)
    return sa.or_(~named, theirs.correlate(Registration))


def _stands(at: AtTheDoor) -> sa.ColumnElement[bool]:
    return sa.and_(
        Admission.registration_id == Registration.id,
        Admission.place_id == at.checkpoint.place_id,
        Admission.undone_at.is_(None),
    )


def _admit(
    session: Session,
    at: AtTheDoor,
    registration_id: UUID,
    row_id: UUID,
    admitted_at: datetime,
) -> bool:
    made = _insert_once(
        session,
        Admission,
        event_id=at.event.id,
        registration_id=registration_id,
        checkpoint_id=at.checkpoint.id,
        place_id=at.checkpoint.place_id,
        scan_id=row_id,
        device_name=at.device.name,
        admitted_at=admitted_at,
    )
    return made is not None


def _admitted_by(session: Session, at: AtTheDoor, registration_id: UUID) -> UUID | None:
    return session.scalar(
        sa.select(Admission.scan_id).where(
            Admission.registration_id == registration_id,
            Admission.place_id == at.checkpoint.place_id,
            Admission.undone_at.is_(None),
        ),
    )
