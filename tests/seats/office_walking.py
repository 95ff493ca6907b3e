"""The same walk with the ways in of an office: files, invitations, doubles, codes, places, door.

And with addresses: discreet events where two have one, trusted ones, ones that are corrected.
"""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from forum.checkin.service.stand_by import admit_standing
from forum.core.actor import ANONYMOUS, SYSTEM
from forum.core.db import db, writing
from forum.events.models import Event
from forum.registrations import service
from forum.registrations.models import (
    AccessCode,
    Invitation,
    Registration,
    RegistrationPolicy,
    StandBy,
)
from forum.registrations.rules import ACTIVE, RuleKind
from forum.registrations.service import Attendee, Contact, NameForms, Party
from forum.registrations.service.approval_rules import RuleWanted, add_rule
from forum.registrations.service.correcting import correct_address
from forum.registrations.service.guest_files import begin, keep_file
from forum.registrations.service.inviting import InvitedGuest, add_invitations
from forum.registrations.service.making_codes import (
    CodesWanted,
    bring_back,
    make_codes,
    release_lapsed,
    revoke_codes,
)
from forum.registrations.service.merging import merge
from forum.registrations.service.replying import Named, Reply, accept, decline, follow_booking
from forum.registrations.service.standing_by import go_away, stand_by
from forum.registrations.service.taking_in import take_in_some
from tests.factories import make_workshop
from tests.registrations.questioning import answer
from tests.registrations.signing_up import GUEST
from tests.seats.walking import ANY, FEW, KINDS, Walk

TRUSTED = "trusted.example.com"
SOME = st.integers(0, 1)


class OfficeWalk(Walk):
    """One event whose guests also come by files, invitations and at the door."""

    def furnish(self) -> None:
        """Two sessions with places, at one time, so that nobody may have both; a stand-by queue."""
        event = db.session.get_one(Event, self.event_id)
        self.sessions = [make_workshop(event, places=2, after=after).id for after in (30, 40)]
        self.rows = 0
        with writing() as session:
            session.get_one(RegistrationPolicy, self.event_id).stand_by = True
        trusted = RuleWanted(RuleKind.DOMAIN, TRUSTED)
        for kind in ("asked", "held"):
            add_rule(SYSTEM, self.event_id, self.types[kind], trusted, now=self.now)

    @rule(new=st.integers(0, 3), who=ANY, kind=st.sampled_from(KINDS))
    def take_a_file_in(self, new: int, who: int, kind: str) -> None:
        """A file of guests goes in, one of whom is known; the same file once more is nothing."""
        addresses = [self._known_address(who), *(self.person().email for _ in range(new))]
        lines = [f"Sample {one},{one}" for one in addresses]
        content = "\n".join(["Name,Email", *lines]).encode()
        self._take_in(content, kind)
        before = self._number()
        self._take_in(content, kind)
        assert self._number() == before

    @rule(who=ANY, other=ANY, kind=st.sampled_from(KINDS), known=st.booleans(), eats=SOME)
    def take_a_list_back_in(
        self, who: int, other: int, kind: str, eats: int, *, known: bool
    ) -> None:
        """An export comes back: one address is corrected, types and lunches are changed."""
        codes = [self._code_of(one) for one in (who, other)]
        email = self._known_address(other) if known else self.person().email
        lunch = ("Any", "Few")[eats]
        lines = [
            f"{codes[0]},Sample Corrected,{email},{kind},{lunch}",
            f"{codes[1]},Sample Known,{self._known_address(other)},{kind},{lunch}",
            f",Sample New,{self.person().email},{kind},{lunch}",
            # Where the address was corrected, this is somebody else.
            f",Sample Heir,{self._known_address(who)},,{lunch}",
        ]
        content = "\n".join(["Reference,Name,Email,Ticket type,Lunch", *lines]).encode()
        self._take_in(content, "general")
        before = self._number()
        self._take_in(content, "general")
        assert self._number() == before

    @rule(discreet=st.booleans())
    def turn_discreet(self, *, discreet: bool) -> None:
        """From now on guests learn who is registered, or they do not."""
        with writing() as session:
            session.get_one(Event, self.event_id).discreet = discreet

    @rule(who=ANY, kind=st.sampled_from(KINDS), alone=st.booleans(), eats=SOME)
    def register_somebody_known(self, who: int, kind: str, eats: int, *, alone: bool) -> None:
        """An address that is known is typed into the form, alone or beside somebody new."""
        known = self._as_known(who)
        if eats:
            known = replace(known, answers=[answer(self.lunch, 0)])
        people = (known,) if alone else (self.person(), known)
        party = Party(people, type_id=self.types[kind], code=self.code)
        self._register(party)

    @rule(who=ANY, kind=st.sampled_from(("asked", "held")), trusted=st.booleans())
    def come_by_a_trusted_address(self, who: int, kind: str, *, trusted: bool) -> None:
        """A rule approves by the address; with a contact whose address it knows, or does not."""
        one = self.person()
        email = one.email.replace("example.com", TRUSTED)
        far = self._known_address(who)
        to = email if trusted else far
        contact = Contact("Sample Contact", to, to)
        one = replace(one, email=email, email_key=email)
        self._register(Party((one,), contact, type_id=self.types[kind]))

    @rule(who=ANY, other=ANY)
    def add_somebody_known(self, who: int, other: int) -> None:
        """A guest adds somebody to a booking who may be registered already."""
        if chosen := self.pick(who):
            known, booking_id = self._as_known(other), self._row(chosen).booking_id
            self.may(lambda: service.add_person(GUEST, booking_id, known, now=self.now))

    @rule(who=ANY, other=ANY, guest=st.booleans())
    def send_somebody_known(self, who: int, other: int, *, guest: bool) -> None:
        """A place is given to somebody who may be registered already, by a guest or the office."""
        if chosen := self.pick(who):
            email, revision = self._known_address(other), self._row(chosen).revision
            forms, actor = NameForms("Sample Known", "", ""), GUEST if guest else SYSTEM
            self.may(
                lambda: service.put_in_place(
                    actor, chosen, forms, email, revision=revision, now=self.now
                )
            )

    @rule(who=ANY, other=ANY, known=st.booleans())
    def correct_an_address(self, who: int, other: int, *, known: bool) -> None:
        """A mail came back: another address takes the place of one that was wrong."""
        if chosen := self.pick(who):
            was = self._row(chosen).email
            email = self._known_address(other) if known else self.person().email
            self.may(
                lambda: correct_address(SYSTEM, self.event_id, chosen, was, email, now=self.now)
            )

    @invariant()
    def every_address_is_held_by_one(self) -> None:
        """Of registrations that stand, one of each address holds it: nobody comes once more."""
        if not hasattr(self, "slug"):
            return
        held = sa.func.count().filter(Registration.holds_address)
        wrong = db.session.execute(
            sa.select(Registration.email_key, held, sa.func.count())
            .where(
                Registration.event_id == self.event_id,
                Registration.email_key != "",
                Registration.state.in_(ACTIVE),
            )
            .group_by(Registration.email_key)
            .having(held != 1)
        ).all()
        db.session.rollback()
        assert wrong == []

    @rule(companions=st.integers(0, 2), who=ANY, known=st.booleans())
    def invite(self, companions: int, who: int, *, known: bool) -> None:
        """Somebody is put on the guest list: new, or an address that is registered."""
        email = self._known_address(who) if known else self.person().email
        guest = InvitedGuest(name=f"Sample {email}", email=email, companions=companions)
        self.may(
            lambda: add_invitations(SYSTEM, self.event_id, self.list_id, [guest], now=self.now)
        )

    @rule(who=ANY, companions=st.integers(0, 2), delegate=st.booleans())
    def accept_an_invitation(self, who: int, companions: int, *, delegate: bool) -> None:
        """An invited guest accepts, alone or with others, or sends somebody else."""
        if chosen := self._invitation(who):
            sent = self.person()
            reply = Reply(
                companions=[Named()] * companions,
                delegate=Named(sent.name, sent.organisation, sent.email) if delegate else None,
            )
            self.may(lambda: accept(SYSTEM, chosen, reply, now=self.now))

    @rule(who=ANY)
    def decline_an_invitation(self, who: int) -> None:
        """An invited guest declines, before or after having accepted."""
        if chosen := self._invitation(who):
            self.may(lambda: decline(SYSTEM, chosen, now=self.now))

    @rule(who=ANY)
    def invitations_follow(self, who: int) -> None:
        """The worker brings invitations into line with what became of a registration."""
        if chosen := self.pick(who):
            self.may(lambda: follow_booking(chosen, now=self.now))

    @rule(one=ANY, other=ANY)
    def merge_doubles(self, one: int, other: int) -> None:
        """Two registrations turn out to be one person."""
        staying, leaving = self.pick(one), self.pick(other)
        if staying and leaving:
            self.may(lambda: merge(SYSTEM, staying, leaving, now=self.now))

    @rule(number=FEW, uses=FEW, kept=st.integers(0, 5))
    def make_codes(self, number: int, uses: int, kept: int) -> None:
        """Codes are made, with seats kept for them or without."""
        wanted = CodesWanted(self.types["coded"], number, uses, kept=kept)
        self.may(lambda: make_codes(SYSTEM, self.event_id, wanted, now=self.now))

    @rule(code=ANY, people=FEW)
    def come_by_a_code(self, code: int, people: int) -> None:
        """Somebody comes by one of the codes."""
        if chosen := self._code(code):
            typed = db.session.get_one(AccessCode, chosen, populate_existing=True).code
            who = tuple(self.person() for _ in range(people))
            party = Party(who, type_id=self.types["coded"], code=typed)
            self.may(
                lambda: service.register_party(
                    ANONYMOUS, self.event_id, party, form_key=None, now=self.now
                )
            )

    @rule(code=ANY, back=st.booleans())
    def revoke_a_code(self, code: int, *, back: bool) -> None:
        """A code is revoked, or brought back; what was kept for it goes to others."""
        if chosen := self._code(code):
            act = bring_back if back else revoke_codes
            self.may(lambda: act(SYSTEM, self.event_id, [chosen], now=self.now))

    @rule()
    def seats_of_codes_lapse(self) -> None:
        """The worker gives back what no code can fill any more."""
        release_lapsed(self.now)
        release_lapsed(self.now)
        assert release_lapsed(self.now) == 0

    @rule(who=ANY, which=st.integers(0, 1), instead=st.booleans())
    def take_a_place(self, who: int, which: int, *, instead: bool) -> None:
        """A guest signs up for a session, giving up the other one or not."""
        if chosen := self.pick(who):
            wanted, other = self.sessions[which], self.sessions[1 - which]
            self.may(
                lambda: service.take_place(
                    SYSTEM, chosen, wanted, instead_of=[other] if instead else [], now=self.now
                )
            )

    @rule(who=ANY, which=st.integers(0, 1))
    def leave_a_place(self, who: int, which: int) -> None:
        """A guest gives up a place, or a turn in its line."""
        if chosen := self.pick(who):
            wanted = self.sessions[which]
            self.may(lambda: service.leave_place(SYSTEM, chosen, wanted, now=self.now))

    @rule()
    def somebody_stands_by(self) -> None:
        """Somebody without a seat comes to the door."""
        self.may(lambda: stand_by(SYSTEM, self.event_id, "Sample Walk-in", "", now=self.now))

    @rule(who=ANY, goes=st.booleans())
    def let_in_who_stood_by(self, who: int, *, goes: bool) -> None:
        """Somebody of the queue is let in, or goes away."""
        ids = db.session.scalars(
            sa.select(StandBy.id).where(StandBy.event_id == self.event_id).order_by(StandBy.id)
        ).all()
        if ids:
            act = go_away if goes else admit_standing
            self.may(lambda: act(SYSTEM, self.event_id, ids[who % len(ids)], now=self.now))

    def _register(self, party: Party) -> None:
        self.may(
            lambda: service.register_party(
                ANONYMOUS, self.event_id, party, form_key=None, now=self.now
            )
        )

    def _row(self, chosen: UUID) -> Registration:
        return db.session.get_one(Registration, chosen, populate_existing=True)

    def _code_of(self, who: int) -> str:
        chosen = self.pick(who)
        return self._row(chosen).code if chosen else ""

    def _as_known(self, who: int) -> Attendee:
        email = self._known_address(who)
        return replace(self.person(), email=email, email_key=email)

    def _known_address(self, who: int) -> str:
        chosen = self.pick(who)
        email = db.session.scalar(sa.select(Registration.email).where(Registration.id == chosen))
        return email or self.person().email

    def _number(self) -> int:
        db.session.rollback()
        wanted = sa.select(sa.func.count()).where(Registration.event_id == self.event_id)
        return db.session.scalar(wanted) or 0

    def _take_in(self, content: bytes, kind: str) -> None:
        file_id = keep_file(
            SYSTEM, self.event_id, "guests.csv", content, type_id=self.types[kind], now=self.now
        )
        begin(SYSTEM, self.event_id, file_id, now=self.now)
        while take_in_some(file_id, now=self.now):
            pass

    def _invitation(self, who: int) -> UUID | None:
        found = sa.select(Invitation.id).where(Invitation.event_id == self.event_id)
        ids = db.session.scalars(found.order_by(Invitation.id)).all()
        return ids[who % len(ids)] if ids else None

    def _code(self, which: int) -> UUID | None:
        found = sa.select(AccessCode.id).where(AccessCode.event_id == self.event_id)
        ids = db.session.scalars(found.order_by(AccessCode.id)).all()
        return ids[which % len(ids)] if ids else None
