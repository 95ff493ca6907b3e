"""The rows of a new booking: itself, registrations, answers, consents, words to find them by."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.core.db import append
from forum.core.text import Text, plain_key
from forum.registrations.models import (
    Answer,
    Booking,
    ChoicePlace,
    Consent,
    Registration,
    RegistrationPolicy,
    SearchWord,
    TicketType,
)
from forum.registrations.rules import MailsTo, RegistrationState
from forum.registrations.rules.searching import LONGEST_WORD, PARTS
from forum.registrations.service.starring import append_stars
from forum.seats import service as seats

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy.orm import Session

    from forum.registrations.service.parties import AnswerGiven, Attendee, ConsentGiven, Party
    from forum.registrations.service.seating import Seated

GENERAL = Text({"en": "General", "zh-Hant": "一般", "zh-Hans": "一般"})
MOST_WORDS = 60
_HAN = re.compile("[㐀-鿿豈-﫿\U00020000-\U0003ffff]+")


@dataclass(frozen=True, slots=True)
class Numbered:
    """A new registration's id and code."""

    id: UUID
    code: str


@dataclass(frozen=True, slots=True)
class Sorted:
    """A registration, and by what the organiser's list is sorted."""

    event_id: UUID
    registration_id: UUID
    sort_name: str
    sort_organisation: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """What the registrations of a new party have in common when they are written."""

    event_id: UUID
    booking_id: UUID
    party_id: UUID
    type_id: UUID
    state: RegistrationState
    now: datetime
    access_code_id: UUID | None = None
    block_id: UUID | None = None
    in_home: bool = False
    in_limit: bool = False
    holds_address: bool = True


@dataclass(frozen=True, slots=True)
class Answered:
    """Whose answers they are: an attendee's, or without `registration_id` the booking's.

    `holder_id` is the registration that holds the places of limited choices.
    """

    event_id: UUID
    booking_id: UUID
    registration_id: UUID | None
    holder_id: UUID
    lang: str
    now: datetime


def open_desk(session: Session, event_id: UUID, capacity: int) -> TicketType:
    """Give a new event its pool, its rules and its one ticket type; four statements."""
    pool = seats.open_pool(session, event_id, capacity)
    session.add(RegistrationPolicy(event_id=event_id, seats=capacity))
    ticket_type = TicketType(event_id=event_id, pool_id=pool.id, number=1, name=GENERAL)
    session.add(ticket_type)
    return ticket_type


def sort_key(typed: str) -> str:
    """Return by what a name or an organisation is sorted."""
    return plain_key(typed)[:80]


def search_text_of(name: str, name_zh: str, organisation: str, email: str, code: str) -> str:
    """Return what the door looks through: names in both orders, organisation, address, code."""
    backwards = " ".join(reversed(name.split()))
    return plain_key(f"{name} | {backwards} | {name_zh} | {organisation} | {email} | {code}")[:800]


def search_words_of(
    name: str, name_zh: str, organisation: str, email: str, code: str, *more: str
) -> set[str]:
    """Return the words by whose beginnings a registration is found, in comparable form.

    Latin words stand as they are, and without their accents; Chinese ones from each letter on; an
    address also from its host on; a code also by its last four.
    """
    words: set[str] = set()
    for typed in (name, name_zh, organisation, *more):
        words |= _words_in(typed)
    address = plain_key(email)
    if address:
        words |= {address[:LONGEST_WORD], address.rpartition("@")[2][:LONGEST_WORD]}
    plain_code = plain_key(code)
    words |= {plain_code, plain_code[-4:]} if plain_code else set()
    return set(sorted(words, key=len)[:MOST_WORDS])


def append_words(session: Session, of: Sorted, words: Iterable[str]) -> None:
    """Write the words of a registration with the other rows of the transaction."""
    for word in sorted(words):
        append(
            session,
            SearchWord,
            event_id=of.event_id,
            word=word,
            registration_id=of.registration_id,
            sort_name=of.sort_name,
            sort_organisation=of.sort_organisation,
            created_at=of.created_at,
        )


def append_booking(
    session: Session,
    event_id: UUID,
    party: Party,
    *,
    booking_id: UUID,
    form_key: bytes | None,
    now: datetime,
) -> None:
    """Write the booking itself."""
    first, contact = party.attendees[0], party.contact
    append(
        session,
        Booking,
        id=booking_id,
        event_id=event_id,
        contact_name=contact.name if contact else first.name,
        contact_email=contact.email if contact else first.email,
        contact_key=contact.email_key if contact else first.email_key,
        mails_to=contact.mails_to if contact else MailsTo.ATTENDEES,
        source=party.source,
        lang=party.lang,
        link_generation=0,
        form_key=form_key,
        created_at=now,
    )


def append_registration(
    session: Session, attendee: Attendee, numbered: Numbered, entry: Entry, position: int
) -> None:
    """Write one attendee's registration, with consents, answers, stars and search words."""
    now, event_id = entry.now, entry.event_id
    named = (attendee.name, attendee.name_zh, attendee.organisation, attendee.email, numbered.code)
    stands = Sorted(
        event_id, numbered.id, sort_key(attendee.name), sort_key(attendee.organisation), now
    )
    append(
        session,
        Registration,
        id=numbered.id,
        event_id=event_id,
        booking_id=entry.booking_id,
        party_id=entry.party_id,
        position=position,
        ticket_type_id=entry.type_id,
        block_id=entry.block_id,
        access_code_id=entry.access_code_id,
        in_home=entry.in_home,
        in_limit=entry.in_limit,
        code=numbered.code,
        state=entry.state,
        name=attendee.name,
        name_zh=attendee.name_zh,
        organisation=attendee.organisation,
        email=attendee.email,
        email_key=attendee.email_key,
        holds_address=entry.holds_address and bool(attendee.email_key),
        lang=attendee.lang,
        created_at=now,
        changed_at=now,
        confirmed_at=now if entry.state is RegistrationState.CONFIRMED else None,
        sort_name=stands.sort_name,
        sort_organisation=stands.sort_organisation,
        search_text=search_text_of(*named),
    )
    append_consents(session, numbered.id, attendee.consents, attendee.lang, now)
    append_answers(
        session,
        attendee.answers,
        Answered(event_id, entry.booking_id, numbered.id, numbered.id, attendee.lang, now),
    )
    append_stars(session, event_id, numbered.id, attendee.stars, now)
    append_words(session, stands, search_words_of(*named))


def mark(session: Session, ids: Sequence[UUID], **values: object) -> None:
    """Write more into registrations that this transaction has written; one statement."""
    session.execute(
        sa.update(Registration)
        .where(Registration.id.in_(ids))
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def mark_seated(session: Session, ids: Sequence[UUID], seated: Seated, now: datetime) -> None:
    """Write where those who were written as waiting came to sit; at most one statement."""
    if seated.in_home:
        mark(
            session,
            ids,
            state=RegistrationState.CONFIRMED,
            confirmed_at=now,
            in_home=True,
            in_limit=seated.in_limit,
            block_id=seated.block_id,
        )
    elif seated.in_limit:
        mark(session, ids, in_limit=True)


def append_consents(
    session: Session,
    registration_id: UUID,
    consents: Sequence[ConsentGiven],
    lang: str,
    now: datetime,
) -> None:
    """Write consents as they were given; `lang` is the language of those that name none."""
    for consent in consents:
        append(
            session,
            Consent,
            registration_id=registration_id,
            purpose=consent.purpose,
            partner_id=consent.partner_id,
            recipient=consent.recipient,
            wording_id=consent.wording_id,
            wording=consent.wording,
            lang=consent.lang or lang,
            source=consent.source,
            given_at=now,
        )


def append_answers(session: Session, answers: Sequence[AnswerGiven], of: Answered) -> None:
    """Write answers, and the places of limited choices that are taken by them."""
    for answer in answers:
        append(
            session,
            Answer,
            event_id=of.event_id,
            question_id=answer.question_id,
            version_id=answer.version_id,
            booking_id=of.booking_id,
            registration_id=of.registration_id,
            value=list(answer.value),
            lang=of.lang,
            answered_at=of.now,
        )
        for choice in answer.choices:
            append(session, ChoicePlace, registration_id=of.holder_id, option_id=choice.option_id)


def _words_in(typed: str) -> set[str]:
    words: set[str] = set()
    for part in PARTS.findall(plain_key(typed)):
        words.add(part[:LONGEST_WORD])
        bare = "".join(
            one for one in unicodedata.normalize("NFD", part) if not unicodedata.combining(one)
        )
        words.add(bare[:LONGEST_WORD])
        for han in _HAN.findall(part):
            words |= {han[start:][:LONGEST_WORD] for start in range(len(han))}
        words |= {piece[:LONGEST_WORD] for piece in re.split(r"[-'’.]", part) if piece}
    return words
