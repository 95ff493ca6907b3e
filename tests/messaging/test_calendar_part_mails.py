"""Which mails bring a calendar part, to whom, in which words, and that it is the same each time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from forum.calendar.models import GuestEntry
from forum.calendar.reply_addresses import claimed_entry
from forum.calendar.rules.answers import Answer, Method
from forum.core import outbox
from forum.core.actor import ANONYMOUS, SYSTEM
from forum.core.db import counted_statements, db, writing
from forum.core.languages import KEYS
from forum.core.text import Text
from forum.events import service as events
from forum.events.models import Event
from forum.events.rules import EventState
from forum.messaging import service as messaging
from forum.messaging.models import Message
from forum.messaging.service.facts import Facts
from forum.registrations import service as registrations
from forum.registrations.models import Registration, TicketType
from forum.registrations.rules import MailsTo
from forum.registrations.service import Contact, Party, replying, sending
from forum.registrations.service.replying import Reply
from tests.calendar.readers import Reader, ical_js
from tests.factories import ENDS, NOW, attendee, make_event, make_workshop, text
from tests.messaging.conftest import Register, Work
from tests.messaging.itip import asked, asks_nothing, parts
from tests.registrations.inviting import holder, made_list, one_invited
from tests.support.front_end import FrontEnd
from tests.support.mail import Mailbox

pytestmark = pytest.mark.usefixtures("in_app")
Messages = Callable[[], list[Message]]
HOUR = timedelta(hours=1)
ADA = {"name": "Ada Sample", "email": "ada@example.com", "email_key": "ada@example.com"}
REPLIES = "replies@example.com"


def entries() -> list[GuestEntry]:
    wanted = sa.select(GuestEntry).order_by(GuestEntry.made_at, GuestEntry.id)
    return list(db.session.scalars(wanted.execution_options(populate_existing=True)))


def several_seats() -> None:
    with writing() as session:
        session.execute(sa.update(TicketType).values(most_per_booking=5))


def guest(name: str, email: str) -> Any:
    return replace(attendee(), name=name, email=email, email_key=email)


@pytest.mark.both_databases
def test_an_invitation_asks_and_the_yes_is_the_same_entry_as_accepted(
    smtp: Mailbox, work: Work
) -> None:
    event = make_event()
    invitation_id = one_invited(event.id, made_list(event.id))
    sending.send_drafts(SYSTEM, event.id, None, named=1, now=NOW)
    work()
    (mail,) = smtp.mails
    invited = asked(mail)
    assert invited.attendee.params["PARTSTAT"] == "NEEDS-ACTION"
    assert invited.attendee.params["RSVP"] == "TRUE"
    (entry,) = entries()
    assert (entry.invitation_id, entry.registration_id) == (invitation_id, None)
    assert entry.answer is Answer.NEEDS_ACTION
    smtp.empty()
    replying.accept(holder(invitation_id), invitation_id, Reply(), now=NOW + HOUR)
    work(NOW + HOUR)
    (mail,) = smtp.mails
    confirmed = asked(mail)
    assert confirmed.value("UID") == invited.value("UID")
    assert confirmed.attendee.params["PARTSTAT"] == "ACCEPTED"
    assert confirmed.value("DTSTAMP") > invited.value("DTSTAMP")
    (entry,) = entries()
    assert entry.answer is Answer.ACCEPTED
    assert entry.registration_id is not None


def test_an_invitation_without_a_date_asks_nothing(smtp: Mailbox, work: Work) -> None:
    event = make_event(state=EventState.POSTPONED, dates_open=True)
    one_invited(event.id, made_list(event.id))
    sending.send_drafts(SYSTEM, event.id, None, named=1, now=NOW)
    work()
    (mail,) = smtp.mails
    assert asks_nothing(mail)


@pytest.mark.both_databases
def test_a_place_in_a_session_is_an_entry_of_its_own(
    smtp: Mailbox, register: Register, work: Work
) -> None:
    event = make_event()
    workshop = make_workshop(event, places=1, title=text("Sensors by hand"))
    first, second = register(event), register(event, **ADA)
    for one in (first, second):
        registrations.take_place(SYSTEM, one.registration_id, workshop.id, now=NOW)
    work()
    smtp.empty()
    registrations.leave_place(SYSTEM, first.registration_id, workshop.id, now=NOW)
    work()
    (mail,) = smtp.to("ada@example.com")
    place = asked(mail)
    assert place.method == "REQUEST"
    assert place.value("UID") == str(workshop.id)
    assert place.value("RELATED-TO") == str(event.id)
    assert place.seen.summary == "Sensors by hand"
    assert place.attendee.params["PARTSTAT"] == "ACCEPTED"


def test_who_is_written_to_about_somebody_else_keeps_the_own_calendar(
    smtp: Mailbox, work: Work
) -> None:
    event = make_event()
    several_seats()
    contact = Contact("Ada Sample", "ada@example.com", "ada@example.com", MailsTo.ATTENDEES)
    people = [guest("Ada Sample", "ada@example.com"), guest("Companion", "")]
    done = registrations.register_party(
        ANONYMOUS, event.id, Party(people, contact=contact), form_key=None, now=NOW
    )
    work()
    own, companion = smtp.to("ada@example.com")
    assert asked(own).attendee.value == "mailto:ada@example.com"
    assert asks_nothing(companion)
    smtp.empty()
    other = next(
        one.id
        for one in db.session.scalars(sa.select(Registration))
        if one.id != done.registration_id
    )
    registrations.cancel(SYSTEM, other, now=NOW)
    work()
    (mail,) = smtp.mails
    assert asks_nothing(mail), "Ada comes all the same"


def test_an_event_that_was_never_public_is_in_no_calendar(
    smtp: Mailbox, register: Register, work: Work
) -> None:
    event = make_event()
    register(event)
    with writing() as session:
        session.execute(sa.update(Event).values(state=EventState.DRAFT, published_at=None))
    work()
    (mail,) = smtp.mails
    assert asks_nothing(mail)
    assert entries() == []


@pytest.mark.parametrize("lang", KEYS)
def test_each_guest_reads_the_entry_in_the_own_language(
    smtp: Mailbox, register: Register, work: Work, lang: str
) -> None:
    event = make_event()
    register(event, lang=lang, **ADA)
    work()
    (mail,) = smtp.mails
    title = event.title.pick(lang, event.languages)
    assert asked(mail).seen.summary == title.text
    events.cancel(SYSTEM, event.id, Text(), now=NOW)
    smtp.empty()
    work()
    (mail,) = smtp.mails
    mark = "CANCELLED: " if lang == "en" else "已取消："
    assert asked(mail).seen.summary == mark + title.text


def test_an_event_of_several_days_is_whole_days_and_needs_no_zone(
    smtp: Mailbox, register: Register, work: Work
) -> None:
    register(make_event(ends_at=ENDS + timedelta(days=20)), **ADA)
    work()
    one = asked(smtp.mails[0])
    assert one.event.all("DTSTART")[0].params == {"VALUE": "DATE"}
    assert b"VTIMEZONE" not in one.octets


@pytest.mark.parametrize(
    "name",
    [
        'Ada "the First" Sample',
        "Ada; Sample, PhD: \\N",
        "陳大文" * 60,
        "Ada\r\nATTENDEE:mailto:eve@example.com",
        "Ada ^n Sample",
    ],
)
def test_names_stay_within_their_line(
    smtp: Mailbox, register: Register, work: Work, name: str
) -> None:
    register(make_event(), **(ADA | {"name": name}))
    work()
    one = asked(smtp.mails[0])
    assert b"mailto:eve" not in one.octets or b"\r\nATTENDEE:mailto:eve" not in one.octets


def test_a_name_that_would_be_a_link_is_left_out(
    smtp: Mailbox, register: Register, work: Work
) -> None:
    register(make_event(), **(ADA | {"name": "win at evil.example"}))
    work()
    assert b"evil.example" not in asked(smtp.mails[0]).octets


def test_an_address_beyond_ascii_is_written_as_a_mailto(
    smtp: Mailbox, register: Register, work: Work
) -> None:
    email = "jürgen+forum@bücher.example"
    register(make_event(), name="J", email=email, email_key=email)
    work()
    (part,) = parts(smtp.mails[0], "text/calendar")
    octets = part.get_payload(decode=True)
    assert isinstance(octets, bytes)
    said = octets.replace(b"\r\n ", b"")
    assert b"mailto:j%C3%BCrgen+forum@xn--bcher-kva.example" in said


def test_answers_come_to_an_address_of_the_guest_s_own(
    in_app: Flask, smtp: Mailbox, register: Register, work: Work
) -> None:
    settings = in_app.config["FORUM_SETTINGS"]
    in_app.config["FORUM_SETTINGS"] = replace(settings, mail_replies=REPLIES)
    event = make_event()
    done = register(event, **ADA)
    work()
    first = asked(smtp.mails[0]).organizer
    address = first.value.removeprefix("mailto:")
    assert address.startswith("replies+")
    (entry,) = entries()
    assert claimed_entry(address) == entry.id
    assert claimed_entry(address.upper()) == entry.id
    assert claimed_entry(address.replace("replies+", "replies+a", 1)) is None
    assert claimed_entry("events@example.com") is None
    smtp.empty()
    registrations.cancel(SYSTEM, done.registration_id, now=NOW)
    work()
    assert asked(smtp.mails[0]).organizer == first


def test_an_answer_that_was_given_is_kept_in_what_follows(
    smtp: Mailbox, register: Register, work: Work
) -> None:
    event = make_event()
    register(event, **ADA)
    work()
    smtp.empty()
    with writing() as session:
        session.execute(
            sa.update(GuestEntry).values(
                answer=Answer.TENTATIVE, answered_at=NOW, answer_stamp=NOW, answer_sequence=0
            )
        )
    events.postpone(SYSTEM, event.id, Text(), now=NOW + HOUR)
    work(NOW + HOUR)
    assert asked(smtp.mails[0]).attendee.params["PARTSTAT"] == "TENTATIVE"


def test_tried_again_or_sent_again_the_part_is_the_same_to_the_letter(
    smtp: Mailbox, register: Register, work: Work, messages: Messages
) -> None:
    event = make_event()
    smtp.refusals.append("451 Try again later")
    register(event, **ADA)
    work()
    (message,) = messages()
    before = _octets(message)
    work(NOW + HOUR)
    assert asked(smtp.mails[0]).octets == before
    smtp.empty()
    messaging.resend(SYSTEM, event.id, message.id, now=NOW + 5 * HOUR)
    work(NOW + 5 * HOUR)
    assert asked(smtp.mails[0]).octets == before


def test_a_mail_that_is_overtaken_puts_nothing_back(
    smtp: Mailbox, register: Register, work: Work, messages: Messages
) -> None:
    event = make_event()
    done = register(event, **ADA)
    work()
    events.postpone(SYSTEM, event.id, Text(), now=NOW)
    work()
    registrations.cancel(SYSTEM, done.registration_id, now=NOW + HOUR)
    work(NOW + HOUR)
    smtp.empty()
    late = next(one for one in messages() if one.kind == "event_postponed")
    messaging.resend(SYSTEM, event.id, late.id, now=NOW + 2 * HOUR)
    work(NOW + 2 * HOUR)
    assert [asks_nothing(mail) for mail in smtp.mails] == [True]


def test_a_change_between_writing_and_sending_is_in_the_part(
    in_app: Flask, smtp: Mailbox, register: Register, messages: Messages
) -> None:
    event = make_event()
    register(event, **ADA)
    outbox.deliver_due(NOW)
    (message,) = messages()
    assert message.calendar_method is Method.REQUEST
    events.postpone(SYSTEM, event.id, Text(), now=NOW + HOUR)
    messaging.deliver_due(NOW + HOUR)
    one = asked(smtp.mails[0])
    assert (one.value("STATUS"), one.sequence) == ("TENTATIVE", 1)


@pytest.mark.both_databases
def test_the_parts_of_a_batch_cost_as_many_statements_as_one(
    register: Register, work: Work, messages: Messages
) -> None:
    event = make_event()
    for number in range(30):
        register(event, number=number, lang=KEYS[number % 3])
    work()
    every = messages()

    def cost(number: int) -> int:
        db.session.rollback()
        with counted_statements(db.engine) as seen:
            facts = Facts.of(every[:number], NOW)
            assert all(facts.calendars.part(one) for one in every[:number])
        return len(seen)

    assert cost(1) == cost(30)


@pytest.mark.both_databases
def test_asking_for_many_costs_as_many_statements_as_for_a_few(
    register: Register, work: Work
) -> None:
    def cost(guests: int) -> int:
        event = make_event()
        for number in range(guests):
            register(event, number=number)
        work()
        events.cancel(SYSTEM, event.id, Text(), now=NOW)
        db.session.rollback()
        with counted_statements(db.engine) as seen:
            outbox.deliver_due(NOW)
        return len(seen)

    assert cost(2) == cost(30)


def test_thunderbird_s_reader_sees_what_was_asked(
    smtp: Mailbox, register: Register, work: Work, node_front_end: FrontEnd
) -> None:
    register(make_event(), **ADA)
    work()
    one = asked(smtp.mails[0])
    with ical_js(node_front_end) as read:
        by_ical_js: Reader = read
        assert by_ical_js(one.octets) == [one.seen]


def _octets(message: Message) -> bytes:
    part = Facts.of([message], NOW).calendars.part(message)
    assert part is not None
    return part.octets
