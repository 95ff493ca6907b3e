"""What guests hear of their registration: every step, the right people, once, in their language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from uuid import UUID

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from forum.core import outbox
from forum.core.actor import ANONYMOUS, SYSTEM
from forum.core.db import counted_statements, db, writing
from forum.core.languages import KEYS, by_key
from forum.core.text import Text
from forum.events.models import Event
from forum.messaging import service as messaging
from forum.messaging.models import Message
from forum.messaging.rules import Kind, MessageState
from forum.messaging.words import WORDS
from forum.registrations import service
from forum.registrations.models import Registration, RegistrationPolicy, TicketType
from forum.registrations.rules import Access, Ended, MailsTo
from forum.registrations.service import Contact, NameForms, Party
from forum.registrations.service.lost_links import ask_for_links
from forum.registrations.service.offering import expire_offers
from tests.factories import NOW, attendee, make_event
from tests.messaging.conftest import Work
from tests.support.mail import Mailbox

MEI = "mei.assistant@example.com"
BEN = NameForms("Ben Delegate", "", "Sample Robotics")


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@dataclass
class House:
    """An event, its guests, the worker and the mailbox."""

    event: Event
    work: Work
    smtp: Mailbox

    def register(self, name: str, **given: object) -> UUID:
        """Register one guest as the form does; the address is that of the name."""
        done = service.register_party(
            ANONYMOUS, self.event.id, Party([guest(name, **given)]), form_key=None, now=NOW
        )
        return done.registration_id

    def told(self, name: str) -> list[str]:
        """Carry out all that waits; return the first lines of the new mails to an address."""
        self.smtp.empty()
        db.session.rollback()
        self.work()
        return [str(mail["Subject"]) for mail in self.smtp.to(address(name))]

    def mail(self, name: str) -> EmailMessage:
        """Return the one mail that an address got last."""
        (mail,) = self.smtp.to(address(name))
        return mail


@pytest.fixture
def house(in_app: Flask, work: Work, smtp: Mailbox) -> House:
    return House(make_event(), work, smtp)


def address(name: str) -> str:
    return f"{name}@example.com" if name and "@" not in name else name


def guest(who: str, **given: object) -> service.Attendee:
    values = {"name": who.title(), "email": address(who), "email_key": address(who)}
    return replace(attendee(), **(values | given))


def text_of(mail: EmailMessage) -> str:
    return str(mail.get_body(("plain",)).get_content())


def pictures(mail: EmailMessage) -> int:
    return sum(one.get_content_type() == "image/png" for one in mail.walk())


def revision_of(registration_id: UUID) -> int:
    db.session.rollback()
    return db.session.get_one(Registration, registration_id).revision


def by_approval(event: Event) -> None:
    with writing() as session:
        session.execute(
            sa.update(TicketType)
            .where(TicketType.event_id == event.id)
            .values(access=Access.APPROVAL)
        )


def policy(event: Event, **values: object) -> None:
    with writing() as session:
        session.execute(
            sa.update(RegistrationPolicy)
            .where(RegistrationPolicy.event_id == event.id)
            .values(**values)
        )


@pytest.mark.both_databases
def test_a_request_is_received_approved_with_words_and_brings_the_ticket(house: House) -> None:
    by_approval(house.event)
    ada = house.register("ada")
    assert house.told("ada") == ["We have your request: Sample Forum: a fresh look"]
    assert pictures(house.mail("ada")) == 0
    service.approve(SYSTEM, [ada], words="Bring your badge.\n\n{{7*191}} <b>", now=NOW)
    assert house.told("ada") == ["Your ticket: Sample Forum: a fresh look"]
    said = text_of(house.mail("ada"))
    assert "Your request is approved" in said
    assert "Bring your badge." in said
    assert "{{7*191}} <b>" in said
    assert "&lt;b&gt;" in str(house.mail("ada").get_body(("html",)).get_content())
    assert pictures(house.mail("ada")) == 2


def test_words_of_the_organiser_become_no_link(house: House) -> None:
    by_approval(house.event)
    ada = house.register("ada")
    service.decline(SYSTEM, [ada], words="See www.example.org/why", now=NOW)
    house.told("ada")
    html = str(house.mail("ada").get_body(("html",)).get_content())
    assert "See www.example.org/why" in html
    assert 'href="http://www.example.org' not in html


def test_declining_twice_is_told_twice_and_a_declining_taken_back_in_time_not_at_all(
    house: House,
) -> None:
    by_approval(house.event)
    ada = house.register("ada")
    house.told("ada")
    service.decline(SYSTEM, [ada], now=NOW)
    assert house.told("ada") == ["Your request: Sample Forum: a fresh look"]
    service.take_declining_back(SYSTEM, [ada], now=NOW)
    service.decline(SYSTEM, [ada], words="Again no.", now=NOW)
    assert len(house.told("ada")) == 1
    service.take_declining_back(SYSTEM, [ada], now=NOW)
    service.decline(SYSTEM, [ada], now=NOW)
    service.take_declining_back(SYSTEM, [ada], now=NOW)
    assert house.told("ada") == []


def test_who_is_approved_for_a_full_event_hears_of_the_wait_list(house: House) -> None:
    house.event = make_event(capacity=1)
    house.register("first")
    by_approval(house.event)
    ada = house.register("ada")
    service.approve(SYSTEM, [ada], now=NOW)
    assert house.told("ada") == ["On the wait list: Sample Forum: a fresh look"]
    assert "approved" in text_of(house.mail("ada"))


@pytest.mark.both_databases
def test_an_offer_says_until_when_and_that_it_has_expired(house: House) -> None:
    house.event = make_event(capacity=1)
    policy(house.event, offer_hours=24)
    first, _ada = house.register("first"), house.register("ada")
    house.told("ada")
    service.cancel(ANONYMOUS, first, now=NOW)
    (subject,) = house.told("ada")
    assert subject == (
        "A seat for you until Monday 23 November, 2:00 pm (HKT): Sample Forum: a fresh look"
    )
    said = text_of(house.mail("ada"))
    assert "kept for you until Monday 23 November, 2:00 pm (HKT)" in said
    assert "Take the seat" in said
    assert pictures(house.mail("ada")) == 0
    later = NOW + timedelta(hours=25)
    expire(later)
    house.smtp.empty()
    house.work(later)
    assert "The offer has expired" in text_of(house.mail("ada"))


def expire(now: datetime) -> None:
    db.session.rollback()
    assert expire_offers(now) == 1


@pytest.mark.parametrize(
    ("ended", "subject"),
    [
        (Ended.GUEST, "Cancelled: your registration for"),
        (Ended.OFFICE, "Cancelled: your registration for"),
        (Ended.NOT_COMING, "Your seat is free:"),
        (Ended.MERGED, ""),
    ],
)
def test_a_cancelling_is_told_by_its_reason(house: House, ended: Ended, subject: str) -> None:
    ada = house.register("ada")
    house.told("ada")
    service.cancel(SYSTEM, ada, now=NOW, ended=ended)
    told = house.told("ada")
    assert [one.startswith(subject) for one in told] == ([True] if subject else [])


def test_who_leaves_the_wait_list_hears_of_no_ticket(house: House) -> None:
    house.event = make_event(capacity=1)
    house.register("first")
    ada = house.register("ada")
    house.told("ada")
    service.cancel(ANONYMOUS, ada, now=NOW)
    house.told("ada")
    assert "code on your ticket" not in text_of(house.mail("ada"))


@pytest.mark.both_databases
def test_a_replaced_person_hears_nothing_any_more_and_the_new_one_has_the_ticket(
    house: House,
) -> None:
    ada = house.register("ada")
    house.told("ada")
    service.put_in_place(SYSTEM, ada, BEN, "ben@example.com", revision=revision_of(ada), now=NOW)
    first = db.session.scalars(sa.select(Message).order_by(Message.created_at)).first()
    assert first is not None
    messaging.resend(SYSTEM, house.event.id, first.id, now=NOW)
    house.told("ada")
    assert house.smtp.to("ada@example.com") == []
    (mail,) = house.smtp.to("ben@example.com")
    assert "Dear Ben Delegate" in text_of(mail)
    assert "/r/p/" in text_of(mail)
    assert pictures(mail) == 2
    db.session.rollback()
    kept = db.session.get_one(Message, first.id, populate_existing=True)
    assert kept.state is MessageState.FAILED
    assert "somebody else" in kept.last_error


def test_another_type_brings_a_new_ticket(house: House) -> None:
    ada = house.register("ada")
    house.told("ada")
    with writing() as session:
        pool_id = session.scalars(
            sa.select(TicketType.pool_id).where(TicketType.event_id == house.event.id)
        ).one()
        made = TicketType(
            event_id=house.event.id, pool_id=pool_id, number=4, name=Text({"en": "VIP"})
        )
        session.add(made)
        session.flush()
        type_id = made.id
    service.change_type(SYSTEM, [ada], type_id, now=NOW)
    assert house.told("ada") == ["Your new ticket: Sample Forum: a fresh look"]
    assert "of the type “VIP” now" in text_of(house.mail("ada"))
    assert pictures(house.mail("ada")) == 2


@pytest.mark.parametrize("mails_to", list(MailsTo))
def test_a_party_is_written_to_as_its_contact_chose(house: House, mails_to: MailsTo) -> None:
    contact = Contact("Mei Assistant", MEI, MEI, mails_to)
    people = [guest("ada"), guest("", name_zh="")]
    with writing() as session:
        session.execute(sa.update(TicketType).values(most_per_booking=5))
    party = Party(people, contact=contact)
    service.register_party(ANONYMOUS, house.event.id, party, form_key=None, now=NOW)
    house.told("ada")
    own, to_contact = house.smtp.to("ada@example.com"), house.smtp.to(MEI)
    assert len(own) == (0 if mails_to is MailsTo.CONTACT else 1)
    assert len(to_contact) == (1 if mails_to is MailsTo.ATTENDEES else 2)
    for mail in own:
        assert "/r/p/" in text_of(mail)
        assert "/r/all/" not in text_of(mail)
        assert "whom you registered" not in text_of(mail)
    for mail in to_contact:
        said = text_of(mail)
        assert "Dear Mei Assistant" in said
        assert "/r/p/" not in said
        assert "/r/all/" in said
        assert pictures(mail) == 2
    whose = " ".join(text_of(mail) for mail in to_contact)
    assert "about somebody you registered" in whose
    assert ("about Ada, whom you registered" in whose) is (mails_to is not MailsTo.ATTENDEES)


def test_nothing_goes_twice_though_the_worker_dies_before_it_says_so(house: House) -> None:
    contact = Contact("Mei Assistant", MEI, MEI, MailsTo.BOTH)
    party = Party([guest("ada")], contact=contact)
    service.register_party(ANONYMOUS, house.event.id, party, form_key=None, now=NOW)
    house.told("ada")
    assert len(house.smtp.mails) == 2
    for _ in range(2):
        with writing() as session:
            session.execute(sa.update(outbox.OutboxRow).values(done_at=None))
        house.told("ada")
        assert house.smtp.mails == []


def test_who_fills_in_the_form_again_is_told_the_truth_alone(house: House) -> None:
    by_approval(house.event)
    contact = Contact("Mei Assistant", MEI, MEI, MailsTo.CONTACT)
    party = Party([guest("ada")], contact=contact)
    service.register_party(ANONYMOUS, house.event.id, party, form_key=None, now=NOW)
    house.told("ada")
    house.register("ada")
    assert house.told("ada") == ["We have your request already: Sample Forum: a fresh look"]
    assert house.smtp.to(MEI) == []


@pytest.mark.both_databases
def test_a_lost_link_is_mailed_to_its_address_alone(house: House) -> None:
    contact = Contact("Mei Assistant", MEI, MEI, MailsTo.CONTACT)
    for name in ("ada", "ben"):
        party = Party([guest(name)], contact=contact)
        service.register_party(ANONYMOUS, house.event.id, party, form_key=None, now=NOW)
    house.told("ada")
    ask_for_links(house.event.id, MEI, "en", now=NOW)
    ask_for_links(house.event.id, "ada@example.com", "zh-Hant", now=NOW)
    ask_for_links(house.event.id, "nobody@example.com", "en", now=NOW)
    ask_for_links(house.event.id, MEI, "en", now=NOW)
    assert len(house.told("ada")) == 1
    assert "/r/p/" in text_of(house.mail("ada"))
    (mine,) = house.smtp.to(MEI)
    assert "/r/all/" in text_of(mine)
    assert len(house.smtp.mails) == 2


def test_guests_are_asked_once_whether_they_come_and_again_after_a_move(house: House) -> None:
    ada = house.register("ada")
    house.told("ada")
    payload = {"registration_id": str(ada), "starts_at": "2026-12-08T01:00:00+00:00"}
    with writing() as session:
        outbox.emit(session, "registration.ask_coming", payload, key="one", now=NOW)
    assert house.told("ada") == ["Are you still coming? Sample Forum: a fresh look"]
    with writing() as session:
        outbox.emit(session, "registration.ask_coming", payload, key="two", now=NOW)
    assert house.told("ada") == []
    with writing() as session:
        moved = payload | {"starts_at": "2027-01-08T01:00:00+00:00"}
        outbox.emit(session, "registration.ask_coming", moved, key="three", now=NOW)
    assert len(house.told("ada")) == 1


@pytest.mark.parametrize("lang", KEYS)
def test_each_is_written_to_in_their_own_language(house: House, lang: str) -> None:
    by_approval(house.event)
    ada = house.register("ada", lang=lang)
    house.told("ada")
    mail = house.mail("ada")
    assert house.event.title.get(lang) in text_of(mail)
    assert mail["Content-Language"] == by_key(lang).tag
    service.approve(SYSTEM, [ada], now=NOW)
    house.told("ada")
    assert house.event.title.get(lang) in str(house.mail("ada")["Subject"])


def test_one_mail_costs_as_much_for_a_large_event_as_for_a_small_one(house: House) -> None:
    def cost() -> int:
        with counted_statements(db.engine) as statements:
            house.told("nobody")
        return len(statements)

    house.register("ada")
    alone = cost()
    for number in range(30):
        house.register(f"guest.{number}")
    house.told("nobody")
    house.register("ben")
    assert cost() == alone


def test_every_kind_of_mail_of_guests_is_one_that_organisers_can_name() -> None:
    assert set(WORDS) == set(Kind)
    assert len({str(one.name) for one in WORDS.values()}) == len(WORDS)
