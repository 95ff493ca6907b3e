"""Guests' pages in every state that they know, for the sample house."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from forum.core import clock
from forum.core.actor import ANONYMOUS, SYSTEM
from forum.core.db import db, writing
from forum.core.links import Purpose, derive
from forum.core.text import Text
from forum.events.models import Event
from forum.registrations import service
from forum.registrations.models import Registration, TicketType
from forum.registrations.rules import (
    Access,
    ConsentPurpose,
    QuestionKind,
    RegistrationState,
)
from forum.registrations.service import (
    Attendee,
    ConsentGiven,
    Contact,
    Party,
    QuestionDetails,
    Registered,
)
from forum.tickets.models import Ticket

UNNAMED = Attendee("", "", "", "", "", "en")


@dataclass(frozen=True)
class Bookings:
    """Addresses of guests' pages; `public` ones hold {lang}."""

    public: Sequence[str]
    personal: Sequence[str]


def booking_pages(main: Event) -> Bookings:
    """Book parties at an event in each state, and return the addresses of their pages."""
    by = Contact("Sample Assistant", "assistant@example.com", "assistant@example.com")
    kind = _type(main)
    questions = QuestionDetails(Text({"en": "Job title", "zh-Hant": "職銜", "zh-Hans": "职衔"}))
    service.add_question(SYSTEM, main.id, QuestionKind.TEXT, questions, now=clock.now())
    party = _book(main, Party([_guest("Party One"), _guest("Party Two"), UNNAMED], by, kind))
    link, (first, second, unnamed) = _link(party), party.registration_ids
    offered = _book(main, Party([_guest("Offered One"), _guest("Offered Two")], by, kind))
    _offer(offered)
    asks = _book(main, Party([_guest("Asks Kindly")], None, kind))
    _wait_for_approval(asks)
    told = _book(main, Party([_guest("Declined Kindly")], None, kind))
    _wait_for_approval(told)
    service.decline(
        SYSTEM, told.registration_ids, words="The room is small this year.", now=clock.now()
    )
    return Bookings(
        public=(
            f"/{{lang}}/e/{main.slug}/my-booking",
            f"/{{lang}}/e/{main.slug}/my-booking/mail",
        ),
        personal=(
            link,
            *(
                f"{link}{rest}"
                for rest in (
                    "/cancel",
                    "/ticket",
                    "/receipt",
                    "/coming",
                    "/people/new",
                    f"/people/{first}/change",
                    f"/people/{second}/replace",
                    f"/people/{unnamed}/replace",
                    f"/people/{second}/cancel",
                    f"/people/{first}/consents",
                )
            ),
            _own(first),
            f"{_own(first)}/ticket",
            f"{_own(first)}/schedule",
            f"{_own(first)}/coming",
            _own(unnamed),
            _link(offered),
            f"{_link(offered)}/offer",
            _own(offered.registration_ids[0]),
            _link(asks),
            _link(told),
            f"/r/all/{derive(Purpose.CONTACT, party.booking_id, 0)}",
        ),
    )


def _type(main: Event) -> UUID:
    """Let a booking for the event's first type hold a few people; return the type's id."""
    with writing() as session:
        kind = session.scalars(
            sa.select(TicketType)
            .where(TicketType.event_id == main.id, TicketType.access == Access.OPEN)
            .order_by(TicketType.position, TicketType.number)
        ).first()
        assert kind is not None
        kind.most_per_booking = 5
        return kind.id


def _guest(name: str) -> Attendee:
    address = f"{name.lower().replace(' ', '.')}@example.com"
    words = "Tell me by email about later events of the organiser"
    told = "Your name stands on the badge."
    consents = [
        ConsentGiven(ConsentPurpose.MARKETING, words),
        ConsentGiven(ConsentPurpose.COLLECTION, told),
    ]
    return Attendee(
        f"Sample {name}", "示例嘉賓", "Sample Robotics", address, address, "en", consents
    )


def _book(main: Event, party: Party) -> Registered:
    return service.register_party(ANONYMOUS, main.id, party, form_key=None, now=clock.now())


def _link(done: Registered) -> str:
    return f"/r/{derive(Purpose.BOOKING, done.booking_id, 0)}"


def _own(registration_id: UUID) -> str:
    one = db.session.get_one(Registration, registration_id)
    return f"/r/p/{derive(Purpose.REGISTRATION, one.id, one.link_generation)}"


def _offer(done: Registered) -> None:
    """Show seats that are taken as offered ones: they stay counted as they were."""
    _put(
        done,
        state=RegistrationState.OFFERED,
        offered_until=clock.now() + timedelta(hours=20),
        confirmed_at=None,
    )


def _wait_for_approval(done: Registered) -> None:
    """Show seats that are taken as kept for a request."""
    _put(done, state=RegistrationState.PENDING, confirmed_at=None)


def _put(done: Registered, **values: object) -> None:
    with writing() as session:
        session.execute(
            sa.update(Registration)
            .where(Registration.id.in_(done.registration_ids))
            .values(**values)
        )
        # Who has no seat yet has no ticket either.
        session.execute(sa.delete(Ticket).where(Ticket.registration_id.in_(done.registration_ids)))
