"""A walk through what people do with the seats of one event, in any order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from forum.core.actor import ANONYMOUS, SYSTEM
from forum.core.db import db, writing
from forum.core.errors import DomainError
from forum.core.text import Text
from forum.events.models import Event
from forum.registrations import service
from forum.registrations.models import (
    AccessCode,
    GuestList,
    Registration,
    RegistrationPolicy,
    TicketType,
)
from forum.registrations.recount import recount, recount_codes, recount_places
from forum.registrations.recount_choices import recount_choices
from forum.registrations.rules import (
    Access,
    AskedPer,
    BookingSource,
    QuestionKind,
    RegistrationState,
)
from forum.registrations.service import Attendee, NameForms, Party, PolicyWanted
from forum.registrations.service.codes import new_code
from forum.registrations.service.guest_lists import ListWanted, change_list
from forum.registrations.service.offering import expire_offers
from forum.registrations.service.settling import keep_seats, release_seats
from forum.seats import service as seats
from forum.seats.rules import PoolAbout, WaitOrder
from tests.factories import NOW, make_event
from tests.registrations.questioning import answer, make_question

FEW = st.integers(1, 3)
ANY = st.integers(0, 10_000)
KINDS = ("general", "limited", "own", "asked", "held", "coded")


class Walk(RuleBasedStateMachine):
    """One event with a type of every kind, and what people do with its seats, in any order."""

    @initialize(capacity=st.integers(2, 7))
    def open_the_house(self, capacity: int) -> None:
        """Make an event of its own for each walk."""
        self.now: datetime = NOW
        self.people = 0
        event = make_event(capacity=capacity)
        self.event_id, self.slug = event.id, event.slug
        with writing() as session:
            general = session.scalars(
                sa.select(TicketType).where(TicketType.event_id == event.id)
            ).one()
            general.most_per_booking = 3
            self.types = {"general": general.id}
            home = general.pool_id
            limit = seats.open_pool(session, event.id, 2, PoolAbout.LIMIT).id
            own = seats.open_pool(session, event.id, 2, PoolAbout.TYPE).id
            made = {
                "limited": TicketType(pool_id=home, limit_id=limit, access=Access.OPEN),
                "own": TicketType(pool_id=own, access=Access.OPEN),
                "asked": TicketType(pool_id=home, access=Access.APPROVAL),
                "held": TicketType(
                    pool_id=home, limit_id=limit, access=Access.APPROVAL, holds_while_pending=True
                ),
                "coded": TicketType(pool_id=home, access=Access.CODE),
            }
            for number, (name, one) in enumerate(made.items(), start=2):
                one.event_id, one.number, one.position = event.id, number, number
                one.name, one.most_per_booking = Text({"en": name}), 3
                session.add(one)
            session.flush()
            self.types |= {name: one.id for name, one in made.items()}
            self.code = new_code()
            session.add(
                AccessCode(
                    event_id=event.id,
                    ticket_type_id=self.types["coded"],
                    code=self.code,
                    uses=4,
                    created_at=NOW,
                )
            )
            guests = GuestList(
                event_id=event.id, ticket_type_id=general.id, name="VIP", created_at=NOW
            )
            session.add(guests)
            session.flush()
            self.list_id = guests.id
        places = {"Few": 2, "Any": None}
        self.lunch = make_question(event.id, QuestionKind.ONE, "Lunch", options=places)
        self.parking = make_question(
            event.id, QuestionKind.SEVERAL, "Parking", options=places, per=AskedPer.BOOKING
        )
        self.furnish()

    def furnish(self) -> None:
        """Add to the event what a longer walk needs."""

    @rule(kind=st.sampled_from(KINDS), people=FEW, eats=st.integers(0, 2), parks=st.booleans())
    def register(self, kind: str, people: int, eats: int, *, parks: bool) -> None:
        """A form is sent; some take a choice with few places."""
        who = [self.person() for _ in range(people)]
        who[:eats] = [replace(one, answers=[answer(self.lunch, 0)]) for one in who[:eats]]
        whole = [answer(self.parking, 0, 1)] if parks else []
        kind_id = self.types[kind]
        party = Party(tuple(who), type_id=kind_id, code=self.code, answers=whole)
        self.may(
            lambda: service.register_party(
                ANONYMOUS, self.event_id, party, form_key=None, now=self.now
            )
        )

    @rule(people=FEW)
    def come_by_invitation(self, people: int) -> None:
        """An invitation is accepted, with the seats of its list while they are kept."""
        guests = self.guest_list(db.session)
        block_id = guests.block_id if guests.released_at is None else None
        party = Party(
            tuple(self.person() for _ in range(people)),
            type_id=guests.ticket_type_id,
            block_id=block_id,
            source=BookingSource.INVITATION,
        )
        self.may(
            lambda: service.register_party(
                SYSTEM, self.event_id, party, form_key=None, now=self.now
            )
        )

    @rule(who=ANY)
    def cancel(self, who: int) -> None:
        """A guest cancels."""
        if chosen := self.pick(who):
            self.may(lambda: service.cancel(SYSTEM, chosen, now=self.now))

    @rule(who=ANY)
    def cancel_booking(self, who: int) -> None:
        """A contact cancels everybody of a booking."""
        if chosen := self.pick(who):
            mine = sa.select(Registration.booking_id).where(Registration.id == chosen)
            ids = db.session.scalars(
                sa.select(Registration.id).where(Registration.booking_id.in_(mine))
            ).all()
            service.cancel_all(SYSTEM, ids, now=self.now)

    @rule(who=ANY, yes=st.booleans())
    def decide(self, who: int, *, yes: bool) -> None:
        """An organiser approves or declines a request."""
        if chosen := self.pick(who, RegistrationState.PENDING):
            act = service.approve if yes else service.decline
            act(SYSTEM, [chosen], now=self.now)

    @rule(who=ANY)
    def decide_again(self, who: int) -> None:
        """A declining is taken back."""
        if chosen := self.pick(who, RegistrationState.DECLINED):
            self.may(lambda: service.take_declining_back(SYSTEM, [chosen], now=self.now))

    @rule(who=ANY)
    def take_the_offer(self, who: int) -> None:
        """A seat that was offered is taken."""
        if chosen := self.pick(who, RegistrationState.OFFERED):
            self.may(lambda: service.take_offer(SYSTEM, chosen, now=self.now))

    @rule(hours=st.integers(1, 30))
    def time_passes(self, hours: int) -> None:
        """Offers expire."""
        self.now += timedelta(hours=hours)
        expire_offers(self.now)

    @rule(who=ANY, kind=st.sampled_from(KINDS))
    def change_type(self, who: int, kind: str) -> None:
        """A guest is moved to another type."""
        if chosen := self.pick(who):
            self.may(lambda: service.change_type(SYSTEM, [chosen], self.types[kind], now=self.now))

    @rule(who=ANY)
    def seat_by_hand(self, who: int) -> None:
        """An organiser gives a seat past the line."""
        if chosen := self.pick(who, RegistrationState.WAITLISTED):
            self.may(lambda: service.seat_by_hand(SYSTEM, chosen, reason="a reason", now=self.now))

    @rule(capacity=st.integers(1, 9), percent=st.sampled_from([0, 10, 50]))
    def change_capacity(self, capacity: int, percent: int) -> None:
        """Seats are added or taken away, and more or fewer are invited."""
        self.may(
            lambda: service.set_capacity(
                SYSTEM, self.event_id, capacity, over_percent=percent, now=self.now
            )
        )

    @rule(
        offers=st.sampled_from([None, 2, 24]),
        order=st.sampled_from(WaitOrder),
        smaller_pass=st.booleans(),
    )
    def change_the_rule(self, offers: int | None, order: WaitOrder, *, smaller_pass: bool) -> None:
        """Freed seats are offered or given, in turn or by lot, past larger parties or not."""
        wanted = PolicyWanted(
            offer_hours=offers,
            order=order,
            smaller_pass=smaller_pass,
            several_per_address=False,
            changes_until=None,
            ask_hours=None,
            stand_by=True,
        )
        revision = db.session.scalar(
            sa.select(RegistrationPolicy.revision).where(
                RegistrationPolicy.event_id == self.event_id
            )
        )
        assert revision is not None
        service.set_policy(SYSTEM, self.event_id, wanted, revision=revision, now=self.now)

    @rule(who=ANY)
    def add_a_person(self, who: int) -> None:
        """Somebody joins a booking."""
        if chosen := self.pick(who):
            booking_id = db.session.scalar(
                sa.select(Registration.booking_id).where(Registration.id == chosen)
            )
            assert booking_id is not None
            self.may(lambda: service.add_person(SYSTEM, booking_id, self.person(), now=self.now))

    @rule(who=ANY)
    def send_somebody_else(self, who: int) -> None:
        """A place is given to another person."""
        if chosen := self.pick(who):
            one = db.session.get_one(Registration, chosen, populate_existing=True)
            revision = one.revision
            new = self.person()
            forms = NameForms(new.name, "", new.organisation)
            self.may(
                lambda: service.put_in_place(
                    SYSTEM, chosen, forms, new.email, revision=revision, now=self.now
                )
            )

    @rule(number=st.integers(0, 4))
    def keep_seats(self, number: int) -> None:
        """Seats are kept aside for a guest list, or fewer of them."""

        def keep() -> None:
            with writing() as session:
                event = session.get_one(Event, self.event_id, populate_existing=True)
                guests = self.guest_list(session)
                if guests.released_at is None:
                    keep_seats(session, event, guests, number, self.now)

        self.may(keep)

    @rule(kind=st.sampled_from(KINDS), number=st.integers(0, 4))
    def change_the_list(self, kind: str, number: int) -> None:
        """A guest list gets another type, with seats kept for it or without."""
        revision = self.guest_list(db.session).revision
        wanted = ListWanted("VIP", self.types[kind], kept=number)
        self.may(
            lambda: change_list(
                SYSTEM, self.event_id, self.list_id, wanted, revision=revision, now=self.now
            )
        )

    @rule()
    def release_seats(self) -> None:
        """The date of a guest list has come: what is left is everybody's."""
        with writing() as session:
            event = session.get_one(Event, self.event_id, populate_existing=True)
            guests = self.guest_list(session)
            if guests.released_at is None and guests.block_id is not None:
                release_seats(session, event, guests, self.now)

    @invariant()
    def pools_and_rows_agree(self) -> None:
        """After each step every pool counts what the rows say, and no seat lies idle."""
        if not hasattr(self, "slug"):
            return
        slug = self.slug
        for count in (recount, recount_codes, recount_choices, recount_places):
            assert [one for one in count(slug) if not one.agrees] == []
        db.session.rollback()

    def person(self) -> Attendee:
        """Return somebody new."""
        self.people += 1
        email = f"guest{self.people}@example.com"
        return Attendee(f"Sample {self.people}", "", "Sample Works", email, email, "en")

    def pick(self, who: int, state: RegistrationState | None = None) -> UUID | None:
        """Return one of those registered, in this state if one is named."""
        wanted = sa.select(Registration.id).where(Registration.event_id == self.event_id)
        if state is not None:
            wanted = wanted.where(Registration.state == state)
        ids = db.session.scalars(wanted.order_by(Registration.id)).all()
        return ids[who % len(ids)] if ids else None

    def guest_list(self, session: Any) -> GuestList:
        """Return the event's list as it stands, with its type."""
        found: GuestList = session.scalars(
            sa.select(GuestList)
            .where(GuestList.id == self.list_id)
            .options(sa.orm.joinedload(GuestList.ticket_type))
            .execution_options(populate_existing=True)
        ).one()
        return found

    @staticmethod
    def may(act: Callable[[], object]) -> None:
        """Do it; a refusal in words is an answer like another, and must change nothing."""
        try:
            act()
        except DomainError:
            db.session.rollback()
