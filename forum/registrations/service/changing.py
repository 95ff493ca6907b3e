"""Changing who a registration is for, naming a companion, and a booking's personal link."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from forum.core import audit, outbox
from forum.core.actor import ActorKind
from forum.core.addresses import address_key
from forum.core.constraints import told_as
from forum.core.db import once_more_when_raced, write_appended, writing
from forum.core.errors import NotFound
from forum.core.revisions import ChangedMeanwhile
from forum.registrations.models import (
    ADDRESS_HELD_ONCE,
    Booking,
    Registration,
    RegistrationPolicy,
    SearchWord,
)
from forum.registrations.rules import ACTIVE, AddressTaken, AlreadyCancelled, RegistrationState
from forum.registrations.service.discreet import held_already
from forum.registrations.service.entering import (
    Sorted,
    append_words,
    search_text_of,
    search_words_of,
    sort_key,
)
from forum.registrations.service.holding_addresses import hand_on_addresses
from forum.registrations.service.seating import told

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.core.actor import Actor

MOST_RACES = 4


@dataclass(frozen=True, slots=True)
class NameForms:
    """The name forms and the organisation of an attendee, cleaned."""

    name: str
    name_zh: str
    organisation: str


def change_name(
    actor: Actor, registration_id: UUID, forms: NameForms, *, revision: int, now: datetime
) -> None:
    """Change name forms and organisation; raises ChangedMeanwhile when `revision` is outdated."""
    with writing() as session:
        registration = _held(session, registration_id, revision)
        _rename(session, actor, registration, forms, now)


def put_in_place(
    actor: Actor,
    registration_id: UUID,
    forms: NameForms,
    email: str,
    *,
    revision: int,
    now: datetime,
) -> None:
    """Give a registration to another person, or name who had no name yet: seat and turn stay.

    The old ticket dies, and so does the own link of whoever had been named; a new one is signed
    and sent where the registration is confirmed. Emits registration.renamed, with `replaced` where
    somebody had been named. In a discreet event guests may name anybody; see `discreet`.
    Raises NotFound, AlreadyCancelled, ChangedMeanwhile, AddressTaken.
    """

    def _put() -> None:
        with writing() as session:
            registration = _held(session, registration_id, revision)
            same = bool(email) and registration.email_key == address_key(email)
            had_name, had = bool(registration.name), registration.email_key
            # Whose address stays, stays what it was: in a discreet event another may hold it.
            if not same:
                registration.holds_address = bool(email) and _may_hold(
                    session, actor, registration, address_key(email), now
                )
            registration.email, registration.email_key = email, address_key(email)
            if had_name and not same:
                registration.link_generation += 1
                registration.still_coming_at = None
            _rename(session, actor, registration, forms, now)
            session.flush()
            if not same:
                hand_on_addresses(session, registration.event_id, [had])
                outbox.emit(
                    session,
                    "registration.renamed",
                    told(registration, registration.ticket_type)
                    | {
                        "replaced": had_name,
                        "confirmed": registration.state is RegistrationState.CONFIRMED,
                    },
                    key=f"{registration.id}:{registration.revision}",
                    now=now,
                )

    # A guest of a discreet event does not hear that the address came meanwhile: it is put again.
    tries = MOST_RACES if actor.kind is ActorKind.LINK else 1
    with told_as(AddressTaken(field="email"), ADDRESS_HELD_ONCE):
        once_more_when_raced(_put, tries=tries)


def _may_hold(
    session: Session, actor: Actor, registration: Registration, email_key: str, now: datetime
) -> bool:
    """Say whether a registration is to be the only one with its new address."""
    policy = session.get(RegistrationPolicy, registration.event_id)
    if policy is not None and policy.several_per_address:
        return False
    event = registration.event
    if actor.kind is not ActorKind.LINK or not event.discreet:
        return True
    return not held_already(session, event, email_key, now, but=registration.id)


def renew_link(actor: Actor, booking_id: UUID, *, now: datetime) -> int:
    """Give a booking a new personal link, which kills the old and its attendees' own ones.

    Return the new generation.
    """
    with writing() as session:
        booking = session.scalars(
            sa.select(Booking)
            .where(Booking.id == booking_id)
            .options(joinedload(Booking.event))
            .with_for_update(key_share=True, of=Booking)
            .execution_options(populate_existing=True),
        ).one_or_none()
        if booking is None:
            raise NotFound
        booking.link_generation += 1
        session.execute(
            sa.update(Registration)
            .where(Registration.booking_id == booking_id)
            .values(link_generation=Registration.link_generation + 1)
            .execution_options(synchronize_session=False)
        )
        audit.record(
            session,
            actor,
            "booking.link_renewed",
            ("booking", booking.id),
            booking.event.organisation_id,
            {},
            now,
        )
        return booking.link_generation


def find_again(session: Session, registration: Registration) -> None:
    """Write anew by which words a registration is found and by what it is sorted.

    To be called by whatever has changed a name, an organisation or an address.
    """
    named = (
        registration.name,
        registration.name_zh,
        registration.organisation,
        registration.email,
        registration.code,
    )
    registration.search_text = search_text_of(*named)
    registration.sort_name = sort_key(registration.name)
    registration.sort_organisation = sort_key(registration.organisation)
    session.execute(sa.delete(SearchWord).where(SearchWord.registration_id == registration.id))
    stands = Sorted(
        registration.event_id,
        registration.id,
        registration.sort_name,
        registration.sort_organisation,
        registration.created_at,
    )
    append_words(session, stands, search_words_of(*named))
    write_appended(session)


def _held(session: Session, registration_id: UUID, revision: int) -> Registration:
    registration = session.scalars(
        sa.select(Registration)
        .where(Registration.id == registration_id)
        .options(joinedload(Registration.event), joinedload(Registration.ticket_type))
        .with_for_update(key_share=True, of=Registration)
        .execution_options(populate_existing=True),
    ).one_or_none()
    if registration is None:
        raise NotFound
    if registration.state not in ACTIVE:
        raise AlreadyCancelled
    if registration.revision != revision:
        raise ChangedMeanwhile
    return registration


def _rename(
    session: Session, actor: Actor, registration: Registration, forms: NameForms, now: datetime
) -> None:
    before = [registration.name, registration.name_zh, registration.organisation]
    registration.name, registration.name_zh = forms.name, forms.name_zh
    registration.organisation = forms.organisation
    registration.changed_at = now
    registration.revision += 1
    find_again(session, registration)
    after = [forms.name, forms.name_zh, forms.organisation]
    audit.record(
        session,
        actor,
        "registration.renamed",
        ("registration", registration.id),
        registration.event.organisation_id,
        {"before": before, "after": after},
        now,
    )
