"""Registering: one transaction takes the seats or the places on the wait list, and says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from forum.core import audit, outbox
from forum.core.db import write_appended, writing
from forum.core.ids import short_code, uuid7
from forum.registrations.rules import (
    Access,
    BookingSource,
    NoSeatLeft,
    RegistrationState,
    TooMany,
    TypeClosed,
    is_open,
)
from forum.registrations.service.answer_files import claim_files, files_in
from forum.registrations.service.approving import Approval, approval_of
from forum.registrations.service.choosing import take_choices, with_limits
from forum.registrations.service.codes import ClaimedCode, claim_code
from forum.registrations.service.discreet import names_others, refuse_what_is_gone, tell_again
from forum.registrations.service.entering import (
    Answered,
    Entry,
    Numbered,
    append_answers,
    append_booking,
    append_registration,
    mark,
    mark_seated,
)
from forum.registrations.service.looking_up import (
    Known,
    LockedDesk,
    locked_desk,
    who_is_known,
)
from forum.registrations.service.parties import Attendee, Party, Registered, Result
from forum.registrations.service.seating import (
    SeatChange,
    drop_pages,
    free_code,
    lock_pools,
    pools_of,
    seat_party,
)
from forum.seats import service as seats

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.core.actor import Actor

TRIES = 4
CONFIRMED, WAITLISTED, PENDING = (
    RegistrationState.CONFIRMED,
    RegistrationState.WAITLISTED,
    RegistrationState.PENDING,
)
TOPICS = {
    CONFIRMED: "registration.confirmed",
    WAITLISTED: "registration.waitlisted",
    PENDING: "registration.pending",
}
PAST_THE_FORM = frozenset({BookingSource.HAND, BookingSource.IMPORT, BookingSource.INVITATION})
"""Ways in that look past a type's times, its access and how many one booking may hold."""


def register(
    actor: Actor,
    event_id: UUID,
    attendee: Attendee,
    *,
    form_key: bytes | None,
    now: datetime,
    by_hand: bool = False,
) -> Registered:
    """Register one attendee for the first type that everybody may take; see `register_party`."""
    source = BookingSource.HAND if by_hand else BookingSource.FORM
    party = Party((attendee,), source=source)
    return register_party(actor, event_id, party, form_key=form_key, now=now)


def register_party(
    actor: Actor, event_id: UUID, party: Party, *, form_key: bytes | None, now: datetime
) -> Registered:
    """Register a party: confirmed while seats are free for all of it, else on the wait list.

    A type by approval makes it pending, unless a rule of the type approves it. `form_key`
    (32 bytes) names browser, form and content: the same again is answered as before. Who is
    registered already is left out and told by mail. For one person at most twelve statements,
    nearly twice that where a seat that looked free was gone.
    Raises RegistrationClosed, TypeClosed, TooMany, WrongCode, ChoiceFull.
    """
    what = Submission(actor, event_id, party, form_key, now)
    for number in range(TRIES):
        try:
            with writing() as session:
                # Only the first time: who was wrong about the seats once asks and then tells.
                return register_in(session, what, may_guess=number == 0)
        except (IntegrityError, _WrongGuess):
            if number == TRIES - 1:
                raise
    raise AssertionError


class _WrongGuess(Exception):
    """Seats looked free and were gone: nothing was written."""


@dataclass(frozen=True, slots=True)
class Submission:
    """A party that wants to come to an event: who sends it, which form it was, and when."""

    actor: Actor
    event_id: UUID
    party: Party
    form_key: bytes | None
    now: datetime


@dataclass(frozen=True, slots=True)
class _New:
    """A booking that is being made; all of its people are seated, wait or are pending together.

    `held` are addresses that registrations elsewhere hold, and go on holding.
    """

    booking_id: UUID
    people: tuple[tuple[Attendee, Numbered], ...]
    state: RegistrationState
    held: frozenset[str] = frozenset()

    @property
    def party_id(self) -> UUID:
        """What waits for seats: the first registration's id stands for all."""
        return self.people[0][1].id

    @property
    def ids(self) -> tuple[UUID, ...]:
        """The ids of its registrations."""
        return tuple(numbered.id for _, numbered in self.people)


def register_in(session: Session, form: Submission, *, may_guess: bool = False) -> Registered:
    """Register a party inside the caller's writing transaction, which holds nothing yet.

    With `may_guess` the caller rolls back and asks again where seats only looked free.
    """
    party, now = form.party, form.now
    past_the_form = party.source in PAST_THE_FORM
    desk = locked_desk(session, form.event_id, party.type_id, now, by_hand=past_the_form)
    keys = [] if desk.several_per_address else _keys_of(party)
    known = who_is_known(session, form.event_id, keys, form.form_key)
    if known and known[0].by_form:
        return _repeated(session, party, known)
    discreetly = desk.event.discreet and names_others(party)
    attendees = list(party.attendees)
    if not desk.several_per_address:
        attendees = _without(attendees, [] if discreetly else known)
    tell_again(session, known, now)
    if not attendees:
        if desk.event.discreet:
            _refuse_like_a_new_one(session, desk, form, past_the_form=past_the_form)
        return _answer(Result.KNOWN, known[0])
    party = with_limits(session, form.event_id, replace(party, attendees=attendees))
    attendees, form = list(party.attendees), replace(form, party=party)
    code = _may_take(session, desk, form, len(attendees), past_the_form=past_the_form)
    asks = not past_the_form and desk.ticket_type.access is Access.APPROVAL
    approval = approval_of(session, desk.ticket_type.id, party) if asks else None
    state = PENDING if approval is Approval.NONE else CONFIRMED
    simple = state is not PENDING and party.block_id is None and code is None
    guess = may_guess and desk.looks_free and simple and len(attendees) == 1 and not party.choices
    people = tuple((who, Numbered(uuid7(), short_code())) for who in attendees)
    held = frozenset(one.registration.email_key for one in known)
    new = _New(uuid7(), people, state if guess or state is PENDING else WAITLISTED, held)
    # Who sends the same form or address waits here for us, and so must not hold the pools by then,
    # which we may want next.
    _enter(session, form, desk, new, code, seated=guess)
    if guess:
        # The pools are what all others wait for: they are taken last and held for one statement.
        _tell(session, form, desk, new)
        write_appended(session)
        claim_files(session, form.event_id, new.booking_id, files_in(form.party))
        changes = _take_or_go_back(session, desk)
    else:
        write_appended(session)
        claim_files(session, form.event_id, new.booking_id, files_in(form.party))
        new, changes = _seat(session, form, desk, new, code)
        _tell(session, form, desk, new)
    drop_pages(session, form.event_id, *changes)
    result = Result.KNOWN if known and not discreetly else Result.NEW
    return Registered(
        result,
        new.booking_id,
        new.party_id,
        0,
        new.state,
        new.ids,
        by_mail=asks and approval is not Approval.BY_ANSWERS,
    )


def _keys_of(party: Party) -> list[str]:
    return [who.email_key for who in party.attendees if who.email_key]


def _without(attendees: Sequence[Attendee], known: Sequence[Known]) -> list[Attendee]:
    taken = {one.registration.email_key for one in known}
    kept: list[Attendee] = []
    for who in attendees:
        if who.email_key and who.email_key in taken:
            continue
        taken |= {who.email_key} if who.email_key else set()
        kept.append(who)
    return kept


def _may_take(
    session: Session, desk: LockedDesk, form: Submission, people: int, *, past_the_form: bool
) -> ClaimedCode | None:
    """Check that the party may have this type, and use up its code; raises what forbids it."""
    if past_the_form:
        return None
    ticket_type, party = desk.ticket_type, form.party
    if not is_open(ticket_type, form.now):
        raise TypeClosed
    if people > ticket_type.most_per_booking:
        raise TooMany(ticket_type.most_per_booking)
    if ticket_type.access is Access.CODE:
        return claim_code(session, desk.event.id, ticket_type.id, party.code, people, form.now)
    by_link = ticket_type.access is Access.LINK and party.by_link
    if ticket_type.access in {Access.LINK, Access.INVITATION, Access.OFFICE} and not by_link:
        raise TypeClosed
    return None


def _refuse_like_a_new_one(
    session: Session, desk: LockedDesk, form: Submission, *, past_the_form: bool
) -> None:
    """Raise for whoever is known what a new person would hear, who would tell them apart by it."""
    people = len(_without(form.party.attendees, []))
    code = _may_take(session, desk, form, people, past_the_form=past_the_form)
    if code is not None:
        free_code(session, code.id, people)
    refuse_what_is_gone(session, with_limits(session, desk.event.id, form.party), desk.event.id)


def _enter(
    session: Session,
    form: Submission,
    desk: LockedDesk,
    new: _New,
    code: ClaimedCode | None,
    *,
    seated: bool,
) -> None:
    party, now, event_id = form.party, form.now, form.event_id
    append_booking(
        session, event_id, party, booking_id=new.booking_id, form_key=form.form_key, now=now
    )
    entry = Entry(
        event_id=event_id,
        booking_id=new.booking_id,
        party_id=new.party_id,
        type_id=desk.ticket_type.id,
        access_code_id=code.id if code else None,
        state=new.state,
        in_home=seated,
        in_limit=seated and desk.ticket_type.limit_id is not None,
        holds_address=not desk.several_per_address,
        now=now,
    )
    for position, (attendee, numbered) in enumerate(new.people):
        holds = entry.holds_address and attendee.email_key not in new.held
        append_registration(
            session, attendee, numbered, replace(entry, holds_address=holds), position
        )
    # Tables are written in the order in which they are named: registrations before their places.
    append_answers(
        session,
        party.answers,
        Answered(event_id, new.booking_id, None, new.party_id, party.lang, now),
    )


def _take_or_go_back(session: Session, desk: LockedDesk) -> list[SeatChange]:
    changes: list[SeatChange] = []
    for pool_id in sorted(pools_of(desk.ticket_type).ids):
        outcome = seats.take(session, pool_id, 1)
        if outcome is None:
            raise _WrongGuess
        changes.append(outcome)
    return changes


def _seat(
    session: Session, form: Submission, desk: LockedDesk, new: _New, code: ClaimedCode | None
) -> tuple[_New, list[SeatChange]]:
    """Seat the party, or let it wait, or keep it pending with seats or without."""
    block_id = code.block_id if code and code.block_id else form.party.block_id
    pools = pools_of(desk.ticket_type, block_id)
    choices = [choice.pool_id for choice in form.party.choices]
    lock_pools(session, [*pools.ids, *choices])
    changes: list[SeatChange] = [*take_choices(session, form.party.choices)]
    people = len(new.people)
    if new.state is PENDING:
        if not desk.ticket_type.holds_while_pending or not _all_free(session, pools.ids, people):
            return new, changes
        for pool_id in pools.ids:
            taken = seats.take(session, pool_id, people)
            if taken is None:
                raise NoSeatLeft
            changes.append(taken)
        mark(session, new.ids, in_home=True, in_limit=pools.limit_id is not None)
        return new, changes
    seated = seat_party(session, pools, new.party_id, people, now=form.now)
    if seated.in_home:
        new = replace(new, state=CONFIRMED)
    mark_seated(session, new.ids, seated, form.now)
    return new, [*changes, *seated.changes]


def _all_free(session: Session, pool_ids: Sequence[UUID], people: int) -> bool:
    return all(seats.has_room(session, pool_id, people) for pool_id in pool_ids)


def _tell(session: Session, form: Submission, desk: LockedDesk, new: _New) -> None:
    topic = TOPICS[new.state]
    for attendee, numbered in new.people:
        payload = {
            "registration_id": str(numbered.id),
            "event_id": str(form.event_id),
            "booking_id": str(new.booking_id),
            "type_number": desk.ticket_type.number,
            "lang": attendee.lang,
            "event_ends_at": desk.event.ends_at.isoformat(),
        }
        outbox.emit(session, topic, payload, key=str(numbered.id), now=form.now)
        audit.record(
            session,
            form.actor,
            topic,
            ("registration", numbered.id),
            desk.event.organisation_id,
            {"code": numbered.code},
            form.now,
        )


def _repeated(session: Session, party: Party, known: Sequence[Known]) -> Registered:
    first = known[0]
    by_mail = (
        first.ticket_type.access is Access.APPROVAL
        and approval_of(session, first.ticket_type.id, party) is not Approval.BY_ANSWERS
    )
    ids = tuple(one.registration.id for one in known)
    return replace(_answer(Result.REPEATED, first), registration_ids=ids, by_mail=by_mail)


def _answer(result: Result, known: Known) -> Registered:
    booking, registration = known.booking, known.registration
    return Registered(
        result,
        booking.id,
        registration.id,
        booking.link_generation,
        registration.state,
        (registration.id,),
    )
