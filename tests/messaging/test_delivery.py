"""Each mail goes out once, to a real server, with the guest's ticket in it; refusals are kept."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from threading import Barrier, Thread

import pytest
import zxingcpp
from flask import Flask
from PIL import Image

from forum.core import outbox
from forum.core.actor import SYSTEM, Actor, ActorKind
from forum.core.db import db
from forum.core.errors import Forbidden, NotFound
from forum.core.languages import KEYS
from forum.core.links import Purpose, derive
from forum.core.permissions import Role
from forum.events.models import Event
from forum.messaging import service
from forum.messaging.models import Message
from forum.messaging.rules import MessageState, StillOnItsWay
from forum.messaging.rules.sending import LEASE, MOST_TRIES
from forum.messaging.service import claiming, delivering
from forum.tickets import queries as tickets
from forum.tickets.service import qr_text
from tests.factories import NOW, make_event, make_organisation, make_venue
from tests.messaging.conftest import Register, Work
from tests.support.mail import Mailbox

pytestmark = pytest.mark.usefixtures("in_app")
Messages = Callable[[], list[Message]]


def _parts(mail: EmailMessage, media_type: str) -> list[EmailMessage]:
    return [part for part in mail.walk() if part.get_content_type() == media_type]


def _text(mail: EmailMessage, kind: str = "plain") -> str:
    (part,) = _parts(mail, f"text/{kind}")
    return str(part.get_content())


@pytest.mark.both_databases
@pytest.mark.parametrize("lang", KEYS)
def test_a_confirmed_guest_gets_the_ticket_in_the_own_language(
    smtp: Mailbox, register: Register, work: Work, messages: Messages, lang: str
) -> None:
    organisation = make_organisation()
    event = make_event(organisation, venue_id=make_venue(organisation).id)
    guest = register(event, lang=lang, name="Ada Guest", name_zh="示例嘉賓")
    work()
    (mail,) = smtp.mails
    tag = {"en": "en", "zh-Hant": "zh-Hant-HK", "zh-Hans": "zh-Hans"}[lang]
    words = {"en": "Your ticket", "zh-Hant": "你的入場券", "zh-Hans": "你的入场券"}[lang]
    assert mail["Content-Language"] == tag
    assert mail["Subject"].startswith(words)
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Reply-To"] == "forum@example.com"
    assert "Ada Guest" in mail["To"]
    link = f"http://localhost/r/{derive(Purpose.BOOKING, guest.booking_id, 0)}"
    assert link in _text(mail)
    html = _text(mail, "html")
    assert f'href="{link}"' in html
    assert f'<html lang="{tag}">' in html
    assert "{{" not in _text(mail) + html
    (message,) = messages()
    assert message.state is MessageState.SENT
    assert message.sent_at == NOW
    assert mail["Message-ID"] == message.message_id


def test_the_code_inside_and_attached_is_the_ticket(
    smtp: Mailbox, register: Register, work: Work
) -> None:
    guest = register(make_event())
    work()
    (mail,) = smtp.mails
    ticket = tickets.ticket_of(guest.registration_id)
    assert ticket is not None
    inside, attached = _parts(mail, "image/png")
    assert inside["Content-ID"] == "<ticket@forum>"
    assert 'src="cid:ticket@forum"' in _text(mail, "html")
    assert attached.get_content_disposition() == "attachment"
    assert (attached.get_filename() or "").startswith("ticket-")
    for part in (inside, attached):
        picture = Image.open(io.BytesIO(part.get_content()))
        assert min(picture.size) >= 240
        read = zxingcpp.read_barcode(picture)
        assert read is not None
        assert read.text == qr_text(ticket)


def test_styles_are_put_into_the_elements_and_dark_mode_stays(
    smtp: Mailbox, register: Register, work: Work
) -> None:
    register(make_event())
    work()
    html = _text(smtp.mails[0], "html")
    assert '<h1 style="' in html
    assert "prefers-color-scheme" in html


@pytest.mark.parametrize(
    "name",
    [
        "😀 👩‍👩‍👧‍👦",
        "Sample\r\nBcc: victim@example.com",
        "محمد",
        '"quoted" <x@y>',
        "a" * 200,
        "陳" * 200,
        ",",
    ],
)
def test_a_hostile_name_reaches_the_header_as_one_name(
    smtp: Mailbox, register: Register, work: Work, messages: Messages, name: str
) -> None:
    register(make_event(), name=name, email="ada@example.com", email_key="ada@example.com")
    work()
    assert smtp.recipients == [["ada@example.com"]]
    (mail,) = smtp.mails
    assert mail["Bcc"] is None
    assert mail["To"].addresses[0].addr_spec == "ada@example.com"
    assert len(mail["To"].addresses) == 1
    assert messages()[0].state is MessageState.SENT


@pytest.mark.parametrize(
    ("typed", "reached"),
    [("ada@bücher.example", "ada@xn--bcher-kva.example"), ("示例@example.com", "示例@example.com")],
)
def test_addresses_of_other_scripts_are_reached(
    smtp: Mailbox, register: Register, work: Work, typed: str, reached: str
) -> None:
    register(make_event(), email=typed, email_key=typed)
    work()
    assert smtp.recipients == [[reached]]


def test_an_address_that_cannot_be_written_to_fails_alone(
    smtp: Mailbox, register: Register, work: Work, messages: Messages
) -> None:
    event = make_event()
    register(event, email="no address at all", email_key="none")
    register(event, email="ada@example.com", email_key="ada@example.com")
    work()
    assert [one.state for one in messages()] == [MessageState.FAILED, MessageState.SENT]
    assert messages()[0].last_error == "No mail can be sent to this address."


def test_the_line_of_a_batch_is_one(
    smtp: Mailbox, register: Register, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = []
    once = delivering.post.MailServer._opened
    monkeypatch.setattr(
        delivering.post.MailServer, "_opened", lambda self: opened.append(1) or once(self)
    )
    event = make_event()
    for _ in range(5):
        register(event)
    work()
    assert len(smtp.mails) == 5
    assert len(opened) == 1


@pytest.mark.both_databases
def test_two_workers_send_each_mail_once(
    in_app: Flask, smtp: Mailbox, register: Register, work: Work
) -> None:
    event = make_event()
    for number in range(30):
        register(event, number=f"crowd{number}")
    barrier = Barrier(2)

    def deliver() -> None:
        with in_app.app_context():
            barrier.wait()
            while outbox.deliver_due(NOW, 5) + service.deliver_due(NOW, 5):
                pass
            db.session.remove()

    workers = [Thread(target=deliver) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    work()
    addresses = [address for addresses in smtp.recipients for address in addresses]
    assert len(addresses) == 30
    assert len(set(addresses)) == 30


@pytest.mark.both_databases
def test_a_worker_that_dies_after_data_sends_again_under_the_same_id(
    smtp: Mailbox,
    register: Register,
    work: Work,
    messages: Messages,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    register(make_event())

    class KilledError(BaseException):
        pass

    def die(*_args: object, **_values: object) -> None:
        raise KilledError

    with monkeypatch.context() as patched:
        patched.setattr(claiming.Claim, "settle", die)
        with pytest.raises(KilledError):
            work()
    assert messages()[0].state is MessageState.SENDING
    work(NOW + LEASE / 2)
    assert len(smtp.mails) == 1, "the lease still holds"
    work(NOW + LEASE + timedelta(seconds=1))
    first, second = smtp.mails
    assert first["Message-ID"] == second["Message-ID"]
    assert messages()[0].state is MessageState.SENT
    work(NOW + timedelta(days=1))
    assert len(smtp.mails) == 2


def test_a_temporary_refusal_is_tried_again_later(
    smtp: Mailbox, register: Register, work: Work, messages: Messages
) -> None:
    smtp.refusals.append("451 Try again later")
    register(make_event())
    work()
    (message,) = messages()
    assert message.state is MessageState.QUEUED
    assert message.last_error == "451 Try again later"
    work(NOW + timedelta(seconds=30))
    assert smtp.mails == []
    work(NOW + timedelta(seconds=61))
    assert len(smtp.mails) == 1
    assert messages()[0].tries == 2


def test_a_permanent_refusal_is_final_and_kept(
    smtp: Mailbox, register: Register, work: Work, messages: Messages
) -> None:
    smtp.refusals.append("550 No such mailbox")
    register(make_event())
    work()
    (message,) = messages()
    assert message.state is MessageState.FAILED
    assert message.last_error == "550 No such mailbox"
    work(NOW + timedelta(days=2))
    assert smtp.mails == []


def test_after_many_refusals_it_is_given_up(
    smtp: Mailbox, register: Register, work: Work, messages: Messages
) -> None:
    smtp.refusals.extend(["451 Busy"] * 20)
    register(make_event())
    now = NOW
    for _ in range(20):
        work(now)
        now += timedelta(hours=13)
    (message,) = messages()
    assert message.state is MessageState.FAILED
    assert message.tries == MOST_TRIES
    assert "451 Busy" in message.last_error


def test_a_server_that_is_away_costs_no_try_and_is_asked_again_within_seconds(
    in_app: Flask,
    smtp: Mailbox,
    register: Register,
    work: Work,
    messages: Messages,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    register(make_event())
    with monkeypatch.context() as patched:
        away = delivering.post.MailServer("127.0.0.1", 1, "", "", encrypted=False)
        patched.setattr(delivering.post, "mail_server", lambda: away)
        work()
    (message,) = messages()
    assert message.state is MessageState.QUEUED
    assert message.tries == 0
    assert "cannot be reached" in message.last_error
    work(NOW + timedelta(seconds=6))
    assert len(smtp.mails) == 1
    assert messages()[0].tries == 1


def test_without_a_server_messages_are_kept(
    register: Register, work: Work, messages: Messages
) -> None:
    register(make_event())
    work()
    (message,) = messages()
    assert message.state is MessageState.KEPT
    assert message.sent_at is None


class TestSendingAgain:
    """What an organiser may do with a message."""

    def test_a_copy_goes_out_under_an_id_of_its_own(
        self, smtp: Mailbox, register: Register, work: Work, messages: Messages
    ) -> None:
        event = make_event()
        register(event)
        work()
        service.resend(SYSTEM, event.id, messages()[0].id, now=NOW)
        work()
        first, second = smtp.mails
        assert first["Message-ID"] != second["Message-ID"]
        assert first["Subject"] == second["Subject"]

    def test_what_is_on_its_way_is_not_doubled(
        self, smtp: Mailbox, register: Register, work: Work, messages: Messages
    ) -> None:
        smtp.refusals.append("451 Later")
        event = make_event()
        register(event)
        work()
        with pytest.raises(StillOnItsWay):
            service.resend(SYSTEM, event.id, messages()[0].id, now=NOW)

    def test_it_belongs_to_the_event_and_to_a_role(
        self, register: Register, work: Work, messages: Messages
    ) -> None:
        event, other = make_event(), make_event()
        register(event)
        work()
        (message,) = messages()
        with pytest.raises(NotFound):
            service.resend(SYSTEM, other.id, message.id, now=NOW)
        with pytest.raises(Forbidden):
            service.resend(_member(event, Role.DOOR), event.id, message.id, now=NOW)
        with pytest.raises(NotFound):
            service.resend(_member(other, Role.OWNER), event.id, message.id, now=NOW)


def _member(event: Event, role: Role) -> Actor:
    db.session.refresh(event)
    return Actor(ActorKind.USER, roles={event.organisation_id: role})
