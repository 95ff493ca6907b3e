"""Noting what guests' own calendars are asked to show, in the transaction that queues the mail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from forum.calendar.models import GuestEntry
from forum.calendar.rules.answers import Answer, Method
from forum.core.addresses import address_key
from forum.core.ids import uuid7
from forum.events.models import Event
from forum.programme.models import Session
from forum.registrations.models import Registration, SessionPlace
from forum.registrations.rules import RegistrationState

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.orm import Session as Transaction

_ENTRIES = cast("sa.Table", GuestEntry.__table__)


@dataclass(frozen=True, slots=True)
class Asked:
    """What one mail asks of the calendar of the address that it goes to.

    Of the event, or of one of its sessions. A cancellation for `everybody` needs no SEQUENCE of
    its own: that of the event has risen already.
    """

    method: Method
    email: str
    event_id: UUID
    session_id: UUID | None = None
    registration_id: UUID | None = None
    invitation_id: UUID | None = None
    everybody: bool = False

    @property
    def entry(self) -> tuple[UUID, str]:
        """The UID and whose it is."""
        return self.session_id or self.event_id, address_key(self.email)


@dataclass(frozen=True, slots=True)
class Stamp:
    """Which entry a mail is about, what it asks, how far its SEQUENCE is ahead of the event's."""

    entry_id: UUID
    method: Method
    ahead: int


def stamp(transaction: Transaction, asked: Mapping[str, Asked], now: datetime) -> dict[str, Stamp]:
    """Note what mails ask of guests' calendars; return each one's stamp by the key it came with.

    A request always goes, and keeps what the same guest has answered; after a cancellation its
    SEQUENCE is one higher. A cancellation goes only to where an entry stands, and only when nobody
    with that address has a place any more; it too is one higher. One statement for requests, five
    at most for cancellations, one more for both together, however many.
    """
    requests = {key: one for key, one in asked.items() if one.method is Method.REQUEST}
    cancellations = {key: one for key, one in asked.items() if one.method is Method.CANCEL}
    if requests and cancellations:
        hold(transaction, {one.entry for one in asked.values()})
    found = _request(transaction, requests, now) if requests else {}
    return found | (_cancel(transaction, cancellations) if cancellations else {})


class Held(NamedTuple):
    """An entry that is held until the commit."""

    id: UUID
    uid: UUID
    email_key: str
    method: Method
    ahead: int
    registration_id: UUID | None


def hold(transaction: Transaction, entries: Collection[tuple[UUID, str]]) -> list[Held]:
    """Hold those of these entries that exist, by UID and address, until the commit; 1 statement.

    In the order in which they are written too, so that two workers never wait for each other.
    Mails that name an entry may be stored meanwhile.
    """
    rows = transaction.execute(
        sa.select(
            GuestEntry.id,
            GuestEntry.uid,
            GuestEntry.email_key,
            GuestEntry.method,
            GuestEntry.ahead,
            GuestEntry.registration_id,
        )
        .where(
            GuestEntry.uid.in_(sorted({uid for uid, _ in entries})),
            GuestEntry.email_key.in_(sorted({email_key for _, email_key in entries})),
        )
        .order_by(*in_one_order(transaction))
        .with_for_update(key_share=True)
    )
    return [Held(*row) for row in rows if (row.uid, row.email_key) in entries]


def in_one_order(transaction: Transaction) -> tuple[sa.ColumnElement[Any], ...]:
    """Return by what entries are sorted as Python sorts them, whatever the database speaks."""
    by_address: sa.ColumnElement[str] = GuestEntry.email_key.expression
    if transaction.get_bind().dialect.name == "postgresql":
        by_address = by_address.collate("C")
    return GuestEntry.uid.expression, by_address


def _sequence_of(session_id: Any, event_id: Any) -> sa.ColumnElement[int]:  # noqa: ANN401 - columns or values
    """Return the present SEQUENCE of the session, or of the event where there is none."""
    of_session = sa.select(Session.calendar_sequence).where(Session.id == session_id)
    of_event = sa.select(Event.calendar_sequence).where(Event.id == event_id)
    return sa.func.coalesce(of_session.scalar_subquery(), of_event.scalar_subquery(), 0)


def _request(
    transaction: Transaction, asked: Mapping[str, Asked], now: datetime
) -> dict[str, Stamp]:
    of_entries = {one.entry: one for one in asked.values()}
    rows = [_row(entry, of_entries[entry], now) for entry in sorted(of_entries)]
    dialect = transaction.get_bind().dialect.name
    here = _ENTRIES.c
    insert = (postgresql if dialect == "postgresql" else sqlite).insert(_ENTRIES)
    insert = insert.values(
        sent_sequence=_sequence_of(
            sa.bindparam("of_session", type_=sa.Uuid()), sa.bindparam("of_event", type_=sa.Uuid())
        )
    )
    new = insert.excluded
    was_cancelled = here.method == Method.CANCEL
    ahead = here.ahead + sa.case((was_cancelled, 1), else_=0)
    keeps_answer = sa.and_(
        ~was_cancelled,
        here.answered_at.is_not(None),
        here.registration_id.is_not_distinct_from(new.registration_id),
    )

    def answered(column: Any) -> Any:  # noqa: ANN401 - columns of several types
        return sa.case((keeps_answer, column), else_=sa.null())

    written = insert.on_conflict_do_update(
        index_elements=["uid", "email_key"],
        set_={
            "ahead": ahead,
            "sent_sequence": new.sent_sequence + ahead,
            "method": Method.REQUEST,
            "registration_id": sa.case(
                (was_cancelled, new.registration_id),
                else_=sa.func.coalesce(new.registration_id, here.registration_id),
            ),
            "invitation_id": sa.func.coalesce(new.invitation_id, here.invitation_id),
            "answer": sa.case((keeps_answer, here.answer), else_=new.answer),
            "answered_at": answered(here.answered_at),
            "answer_stamp": answered(here.answer_stamp),
            "answer_sequence": answered(here.answer_sequence),
            "answered_by": sa.case((keeps_answer, here.answered_by), else_=""),
        },
    ).returning(here.uid, here.email_key, here.id, here.ahead)
    stamps = {
        (row.uid, row.email_key): Stamp(row.id, Method.REQUEST, row.ahead)
        for row in transaction.execute(written, rows)
    }
    return {key: stamps[one.entry] for key, one in asked.items()}


def _row(entry: tuple[UUID, str], asked: Asked, now: datetime) -> dict[str, Any]:
    invited = asked.registration_id is None
    return {
        "id": uuid7(),
        "uid": entry[0],
        "email_key": entry[1],
        "event_id": asked.event_id,
        "session_id": asked.session_id,
        "registration_id": asked.registration_id,
        "invitation_id": asked.invitation_id,
        "ahead": 0,
        "method": Method.REQUEST,
        "answer": Answer.NEEDS_ACTION if invited else Answer.ACCEPTED,
        "answered_by": "",
        "made_at": now,
        "of_session": asked.session_id,
        "of_event": asked.event_id,
    }


def _cancel(transaction: Transaction, asked: Mapping[str, Asked]) -> dict[str, Stamp]:
    wanted = {one.entry for one in asked.values()}
    standing = {
        (one.uid, one.email_key): one
        for one in hold(transaction, wanted)
        if one.method is Method.REQUEST
    }
    leaving = {
        one.entry: standing[one.entry]
        for one in asked.values()
        if one.entry in standing and not one.everybody
    }
    still = _still_come(transaction, leaving.values())
    stamps, steps = {}, {}
    for key, one in asked.items():
        entry = standing.pop(one.entry, None)
        if entry is not None and (one.everybody or entry.id not in still):
            steps[entry.id] = 0 if one.everybody else 1
            stamps[key] = Stamp(entry.id, Method.CANCEL, entry.ahead + steps[entry.id])
    for step in sorted(set(steps.values())):
        _take_out(transaction, [one for one, by in steps.items() if by == step], step)
    _speak_for(
        transaction,
        {
            one.id: still[one.id][0]
            for one in leaving.values()
            if one.id in still and one.registration_id not in still[one.id]
        },
    )
    return stamps


def _take_out(transaction: Transaction, entry_ids: Collection[UUID], step: int) -> None:
    sequence = _sequence_of(GuestEntry.session_id, GuestEntry.event_id)
    transaction.execute(
        sa.update(GuestEntry)
        .where(GuestEntry.id.in_(entry_ids))
        .values(
            method=Method.CANCEL,
            ahead=GuestEntry.ahead + step,
            sent_sequence=sequence + GuestEntry.ahead + step,
        )
        .execution_options(synchronize_session=False)
    )


def _speak_for(transaction: Transaction, registrations: Mapping[UUID, UUID]) -> None:
    """Let entries speak for another place of the same address, whose answer is as it began."""
    if not registrations:
        return
    begun = {
        "answer": Answer.ACCEPTED,
        "answered_at": None,
        "answer_stamp": None,
        "answer_sequence": None,
        "answered_by": "",
    }
    transaction.execute(
        sa.update(GuestEntry),
        [
            {"id": entry_id, "registration_id": registration_id, **begun}
            for entry_id, registration_id in registrations.items()
        ],
    )


def _still_come(transaction: Transaction, entries: Collection[Held]) -> dict[UUID, list[UUID]]:
    """Return by entry the registrations by which its address has a place all the same."""
    if not entries:
        return {}
    has_place = sa.exists().where(
        SessionPlace.registration_id == Registration.id,
        SessionPlace.session_id == GuestEntry.session_id,
        SessionPlace.seated.is_(True),
    )
    rows = transaction.execute(
        sa.select(GuestEntry.id, Registration.id)
        .join(
            Registration,
            sa.and_(
                Registration.event_id == GuestEntry.event_id,
                Registration.email_key == GuestEntry.email_key,
                Registration.state == RegistrationState.CONFIRMED,
            ),
        )
        .where(
            GuestEntry.id.in_([one.id for one in entries]),
            sa.or_(GuestEntry.session_id.is_(None), has_place),
        )
        .order_by(Registration.created_at, Registration.id)
    )
    found: dict[UUID, list[UUID]] = {}
    for entry_id, registration_id in rows:
        found.setdefault(entry_id, []).append(registration_id)
    return found
