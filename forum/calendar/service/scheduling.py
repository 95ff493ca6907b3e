"""Noting what guests' own calendars are asked to show, in the transaction that queues the mail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from forum.calendar.models import GuestEntry
from forum.calendar.rules.answers import Answer, Method
from forum.core.addresses import address_key
from forum.core.ids import uuid7
from forum.registrations.models import Registration, SessionPlace
from forum.registrations.rules import RegistrationState

if TYPE_CHECKING:
    from sqlalchemy.orm import Session as Transaction


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
    with that address has a place any more; it too is one higher. One statement for requests, three
    for cancellations, however many.
    """
    requests = {key: one for key, one in asked.items() if one.method is Method.REQUEST}
    cancellations = {key: one for key, one in asked.items() if one.method is Method.CANCEL}
    found = _request(transaction, requests, now) if requests else {}
    return found | (_cancel(transaction, cancellations) if cancellations else {})


def _request(
    transaction: Transaction, asked: Mapping[str, Asked], now: datetime
) -> dict[str, Stamp]:
    of_entries = {one.entry: one for one in asked.values()}
    # In one order, so that two workers never wait for each other.
    rows = [_row(entry, of_entries[entry], now) for entry in sorted(of_entries)]
    dialect = transaction.get_bind().dialect.name
    insert = (postgresql if dialect == "postgresql" else sqlite).insert(GuestEntry)
    new = insert.excluded
    was_cancelled = GuestEntry.method == Method.CANCEL
    keeps_answer = sa.and_(
        ~was_cancelled,
        GuestEntry.answered_at.is_not(None),
        GuestEntry.registration_id.is_not_distinct_from(new.registration_id),
    )

    def answered(column: Any) -> Any:  # noqa: ANN401 - columns of several types
        return sa.case((keeps_answer, column), else_=sa.null())

    written = insert.on_conflict_do_update(
        index_elements=["uid", "email_key"],
        set_={
            "ahead": GuestEntry.ahead + sa.case((was_cancelled, 1), else_=0),
            "method": Method.REQUEST,
            "registration_id": sa.func.coalesce(new.registration_id, GuestEntry.registration_id),
            "invitation_id": sa.func.coalesce(new.invitation_id, GuestEntry.invitation_id),
            "answer": sa.case((keeps_answer, GuestEntry.answer), else_=new.answer),
            "answered_at": answered(GuestEntry.answered_at),
            "answer_stamp": answered(GuestEntry.answer_stamp),
            "answer_sequence": answered(GuestEntry.answer_sequence),
            "answered_by": sa.case((keeps_answer, GuestEntry.answered_by), else_=""),
        },
    ).returning(GuestEntry.uid, GuestEntry.email_key, GuestEntry.id, GuestEntry.ahead)
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
    }


def _cancel(transaction: Transaction, asked: Mapping[str, Asked]) -> dict[str, Stamp]:
    wanted = {one.entry: one for one in asked.values()}
    entries = transaction.scalars(
        sa.select(GuestEntry)
        .where(
            GuestEntry.uid.in_({uid for uid, _ in wanted}),
            GuestEntry.email_key.in_({email_key for _, email_key in wanted}),
            GuestEntry.method == Method.REQUEST,
        )
        .order_by(GuestEntry.uid, GuestEntry.email_key)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    standing = {(one.uid, one.email_key): one for one in entries}
    leaving = [one.id for key, one in standing.items() if key in wanted]
    still = _still_come(transaction, leaving)
    stamps = {}
    for key, one in asked.items():
        entry = standing.pop(one.entry, None)
        if entry is not None and (one.everybody or entry.id not in still):
            entry.method = Method.CANCEL
            entry.ahead += 0 if one.everybody else 1
            stamps[key] = Stamp(entry.id, Method.CANCEL, entry.ahead)
    transaction.flush()
    return stamps


def _still_come(transaction: Transaction, entry_ids: list[UUID]) -> set[UUID]:
    """Return those of the entries whose address has a place all the same, by another booking."""
    if not entry_ids:
        return set()
    comes = sa.and_(
        Registration.event_id == GuestEntry.event_id,
        Registration.email_key == GuestEntry.email_key,
        Registration.state == RegistrationState.CONFIRMED,
    )
    has_place = sa.exists().where(
        comes,
        SessionPlace.registration_id == Registration.id,
        SessionPlace.session_id == GuestEntry.session_id,
        SessionPlace.seated.is_(True),
    )
    still = sa.case((GuestEntry.session_id.is_(None), sa.exists().where(comes)), else_=has_place)
    return set(
        transaction.scalars(sa.select(GuestEntry.id).where(GuestEntry.id.in_(entry_ids), still))
    )
