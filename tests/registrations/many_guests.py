"""Many guests at once, in both scripts, written as the database takes them fastest."""

from __future__ import annotations

from datetime import timedelta
from itertools import islice
from random import Random
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from forum.core.db import writing
from forum.core.ids import READABLE, uuid7
from forum.registrations.models import Booking, Registration, SearchWord, TicketType
from forum.registrations.rules import BookingSource, MailsTo, RegistrationState
from forum.registrations.service.entering import search_text_of, search_words_of, sort_key
from forum.seats.models import SeatPool
from tests.factories import NOW

if TYPE_CHECKING:
    from collections.abc import Iterator

BATCH = 5_000
SURNAMES = (
    ("Chan", "陳"), ("Wong", "黃"), ("Lee", "李"), ("Cheung", "張"), ("Lau", "劉"), ("Ho", "何"),
    ("Ng", "吳"), ("Leung", "梁"), ("Tsang", "曾"), ("Kwok", "郭"), ("Yip", "葉"),
    ("Au-Yeung", "歐陽"),
)  # fmt: skip
GIVEN = (
    ("Tai Man", "大文"), ("Ka Yan", "嘉欣"), ("Chi Keung", "志強"), ("Wing Sze", "詠詩"),
    ("Sarah", "思敏"), ("Raymond", "偉明"), ("Mei Ling", "美玲"), ("José", "子軒"),
    ("Siu Fung", "少峰"), ("Hoi Ching", "凱晴"),
)  # fmt: skip
HOUSES = ("Sample Robotics", "Sample Precision Ltd", "Sample University", "示例機構", "Sample News")
STATES = (
    *[RegistrationState.CONFIRMED] * 17,
    RegistrationState.PENDING,
    RegistrationState.WAITLISTED,
    RegistrationState.DECLINED,
)


def fill_with_guests(event_id: UUID, number: int, *, seed: int = 1) -> None:
    """Write this many guests of an event, each with a booking and the words to find it by."""
    with writing() as session:
        kind = session.scalars(sa.select(TicketType).where(TicketType.event_id == event_id)).first()
        assert kind is not None
        guests = _guests(event_id, kind.id, number, Random(seed))
        seated = 0
        while batch := list(islice(guests, BATCH)):
            bookings, rows = [one for one, _ in batch], [one for _, one in batch]
            session.execute(sa.insert(Booking), bookings)
            session.execute(sa.insert(Registration), rows)
            session.execute(sa.insert(SearchWord), [word for row in rows for word in _words(row)])
            seated += sum(row["in_home"] for row in rows)
        session.execute(
            sa.update(SeatPool)
            .where(SeatPool.id == kind.pool_id)
            .values(capacity=SeatPool.capacity + number, taken=SeatPool.taken + seated)
        )


def _guests(
    event_id: UUID, type_id: UUID, number: int, chance: Random
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for place in range(number):
        surname, given = chance.choice(SURNAMES), chance.choice(GIVEN)
        name, name_zh = f"{given[0]} {surname[0]}", f"{surname[1]}{given[1]}"
        house = f"{chance.choice(HOUSES)} {place % 997}"
        email = f"guest.{place}@host{place % 50}.example.com"
        state = chance.choice(STATES)
        seated = state is RegistrationState.CONFIRMED
        when = NOW - timedelta(seconds=number - place // 3)
        booking_id, own = uuid7(), uuid7()
        code = "".join(chance.choice(READABLE) for _ in range(8))
        booking = {
            "id": booking_id, "event_id": event_id, "contact_email": email, "contact_key": email,
            "contact_name": name, "mails_to": MailsTo.ATTENDEES, "source": BookingSource.FORM,
            "lang": "en", "link_generation": 0, "created_at": when,
        }  # fmt: skip
        registration = {
            "id": own, "event_id": event_id, "booking_id": booking_id, "party_id": own,
            "ticket_type_id": type_id, "in_home": seated, "code": code, "state": state,
            "name": name, "name_zh": name_zh, "organisation": house, "email": email,
            "email_key": email, "sort_name": sort_key(name), "sort_organisation": sort_key(house),
            "search_text": search_text_of(name, name_zh, house, email, code), "lang": "en",
            "created_at": when, "changed_at": when, "confirmed_at": when if seated else None,
        }  # fmt: skip
        yield booking, registration


def _words(row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    named = (row["name"], row["name_zh"], row["organisation"], row["email"], row["code"])
    beside = {
        name: row[name] for name in ("event_id", "sort_name", "sort_organisation", "created_at")
    }
    for word in search_words_of(*named):
        yield {"word": word, "registration_id": row["id"], **beside}
