"""Addresses that mail comes back from stand where they hurt, and are corrected in place."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from forum.core import clock
from forum.core.actor import SYSTEM
from forum.core.audit import AuditEntry
from forum.core.db import counted_statements, db, writing
from forum.core.permissions import Role
from forum.events.models import Event
from forum.messaging.models import Message
from forum.messaging.rules import MessageState
from forum.people.models import Organisation
from forum.programme.models import Engagement, SpeakerContact
from forum.programme.service import engagements
from forum.registrations.models import Invitation, Registration
from forum.registrations.service import sending
from forum.tickets.models import Ticket
from tests.events.browsing import Member
from tests.factories import NOW, make_event, make_organisation
from tests.messaging.conftest import Register, Work
from tests.messaging.returning import come_back
from tests.messaging.stage import Stage, link_in, plain
from tests.registrations.inviting import made_list, one_invited
from tests.support.mail import Mailbox

Messages = Callable[[], list[Message]]
NEW = "ada.mended@example.com"
BASE = "/manage/sample-event"


@pytest.fixture
def event(app: Flask, smtp: Mailbox) -> Event:
    """An event whose mails go out."""
    del smtp
    with app.app_context():
        return make_event(make_organisation(), slug="sample-event")


@pytest.fixture
def owner(app: Flask, event: Event) -> Member:
    """Who owns its organisation."""
    return colleague(app, event, Role.OWNER)


def colleague(app: Flask, event: Event, role: Role) -> Member:
    """Sign a member of the event's organisation in."""
    with app.app_context():
        return Member(app, db.session.get_one(Organisation, event.organisation_id), role=role)


@pytest.fixture
def ada(
    app: Flask, event: Event, register: Register, work: Work, messages: Messages
) -> Registration:
    """A guest whose confirmation came back."""
    guest = register(event, number="ada", name="Ada Guest")
    work()
    come_back(app, messages()[0])
    with app.app_context():
        return db.session.get_one(Registration, guest.registration_id)


def one(app: Flask, model: type, row_id: UUID) -> object:
    """Read a row anew."""
    with app.app_context():
        return db.session.get_one(model, row_id)


def test_the_list_and_the_persons_page_show_that_mail_comes_back(
    owner: Member, ada: Registration, messages: Messages
) -> None:
    place = f"{BASE}/messages/{messages()[0].id}/correct"
    assert f'href="{place}"' in owner.get(f"{BASE}/registrations").text
    page = owner.get(f"{BASE}/registrations/{ada.id}").text
    assert "Mail to guest.ada@example.com comes back" in page
    assert "There is no such mailbox at this domain." in page
    assert f'action="{place}"' in page


def test_the_address_is_corrected_on_the_persons_page_and_the_mail_goes_there(
    app: Flask,
    owner: Member,
    ada: Registration,
    smtp: Mailbox,
    work: Work,
    messages: Messages,
) -> None:
    smtp.empty()
    with app.app_context():
        ticket = db.session.scalar(sa.select(Ticket.id))
    answer = owner.fill(f"{BASE}/registrations/{ada.id}", having="came_from", email=NEW)
    assert answer.status_code == 303
    assert answer.location.endswith(f"/registrations/{ada.id}")
    page = owner.get(answer.location).text
    assert "goes out again" in page
    assert "comes back" not in page
    assert "Address corrected after mail came back" in page
    work(clock.now())
    (mail,) = smtp.to(NEW)
    assert smtp.to("guest.ada@example.com") == []
    link = next(word for word in plain(mail).split() if "/r/" in word)
    assert app.test_client().get(link.partition("localhost")[2] or link).status_code == 200
    (message,) = messages()
    assert (message.state, message.to_email, message.copies) == (MessageState.SENT, NEW, 1)
    changed = one(app, Registration, ada.id)
    assert isinstance(changed, Registration)
    assert (changed.email, changed.email_key, changed.name) == (NEW, NEW, "Ada Guest")
    assert changed.link_generation == ada.link_generation + 1
    assert "ada.mended" in changed.search_text
    with app.app_context():
        assert db.session.scalars(sa.select(Ticket.id)).all() == [ticket]
        trail = db.session.scalars(
            sa.select(AuditEntry).where(AuditEntry.action == "registration.address_corrected")
        ).one()
        assert "ada" not in str(trail.details)


def test_the_message_itself_says_what_came_back_and_takes_the_correction(
    owner: Member, ada: Registration, messages: Messages
) -> None:
    del ada
    place = f"{BASE}/messages/{messages()[0].id}"
    page = owner.get(place).text
    assert "What mail servers reported" in page
    assert "User unknown in virtual mailbox table" in page
    answer = owner.fill(place, having="email", email=NEW)
    assert answer.location.endswith(place)
    assert messages()[0].to_email == NEW


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "Enter the address that the mails are to go to"),
        ("ada at example", "Enter an email address in the correct format"),
        ("a@b\r\nBcc: x@example.com", "Enter an email address in the correct format"),
        ("guest.bob@example.com", "already"),
    ],
)
def test_an_address_that_cannot_be_is_refused_in_words_and_kept(
    owner: Member,
    event: Event,
    ada: Registration,
    register: Register,
    messages: Messages,
    typed: str,
    says: str,
) -> None:
    register(event, number="bob")
    place = f"{BASE}/messages/{messages()[0].id}/correct"
    answer = owner.fill(place, having="email", email=typed)
    assert answer.status_code in {409, 422}
    assert says in answer.text
    assert messages()[0].state is MessageState.BOUNCED
    del ada


def test_a_second_press_mends_nothing_twice(
    app: Flask, owner: Member, ada: Registration, messages: Messages
) -> None:
    place = f"{BASE}/registrations/{ada.id}"
    seen = owner.form(place, having="came_from")
    assert owner.send(place, seen, email=NEW).status_code == 303
    again = owner.send(place, seen, email="third@example.com")
    assert again.status_code == 409
    assert "did not come back" in again.text
    assert messages()[0].to_email == NEW
    later = owner.get(f"{BASE}/messages/{messages()[0].id}/correct")
    assert later.status_code == 303
    del app


def test_an_address_that_was_changed_meanwhile_is_not_changed_back(
    app: Flask, owner: Member, ada: Registration, messages: Messages
) -> None:
    place = f"{BASE}/messages/{messages()[0].id}/correct"
    seen = owner.form(place, having="email")
    owner.fill(f"{BASE}/registrations/{ada.id}", having="name_zh", email="other@example.com")
    assert "comes back" not in owner.get(f"{BASE}/registrations/{ada.id}").text
    answer = owner.send(place, seen, email=NEW)
    assert answer.status_code == 409
    assert "changed meanwhile" in answer.text
    found = one(app, Registration, ada.id)
    assert isinstance(found, Registration)
    assert found.email == "other@example.com"


def test_an_invitation_that_came_back_is_mended_on_its_page(
    app: Flask, event: Event, owner: Member, smtp: Mailbox, work: Work, messages: Messages
) -> None:
    with app.app_context():
        invitation_id = one_invited(event.id, made_list(event.id))
        sending.send(SYSTEM, event.id, invitation_id, now=NOW)
    work()
    come_back(app, messages()[0])
    assert "Mail came back" in owner.get(f"{BASE}/registrations/invitations").text
    place = f"{BASE}/registrations/invitations/{invitation_id}"
    assert "comes back" in owner.get(place).text
    smtp.empty()
    answer = owner.fill(place, having="came_from", email=NEW)
    assert answer.location.endswith(place)
    work(clock.now())
    (mail,) = smtp.to(NEW)
    link = next(word for word in plain(mail).split() if "/i/" in word)
    assert app.test_client().get(link.partition("localhost")[2] or link).status_code == 200
    found = one(app, Invitation, invitation_id)
    assert isinstance(found, Invitation)
    assert (found.email, found.link_generation) == (NEW, 1)
    assert "comes back" not in owner.get(place).text


def test_a_speakers_address_is_mended_too(
    app: Flask, stage: Stage, smtp: Mailbox, work: Work, messages: Messages
) -> None:
    with app.app_context():
        with writing() as session:
            session.execute(sa.delete(Engagement))
        engagements.ask_to_confirm(SYSTEM, stage.event.id, stage.speaker.id, now=NOW)
    work()
    come_back(app, messages()[0])
    owner = colleague(app, stage.event, Role.OWNER)
    page = f"/manage/{stage.event.slug}/messages/{messages()[0].id}"
    owner.fill(page, having="email", email=NEW)
    work(clock.now())
    assert len(smtp.to(NEW)) == 1
    with app.app_context():
        assert db.session.get_one(SpeakerContact, stage.speaker.id).email == NEW
    had, has = (link_in(mail, "/s/") for mail in smtp.mails)
    assert app.test_client().get(had).status_code == 404
    assert app.test_client().get(has).status_code == 200


def test_who_may_not_send_sees_it_and_cannot_mend_it(
    app: Flask, event: Event, ada: Registration, messages: Messages
) -> None:
    stranger = colleague(app, event, Role.VIEWER)
    place = f"{BASE}/messages/{messages()[0].id}/correct"
    assert stranger.get(place).status_code == 403
    with app.app_context():
        other = make_organisation()
    assert Member(app, other).get(place).status_code == 404
    del ada


@pytest.mark.parametrize("number", [1, 30])
def test_lists_ask_once_whom_mail_does_not_reach(
    app: Flask,
    event: Event,
    owner: Member,
    register: Register,
    work: Work,
    messages: Messages,
    number: int,
) -> None:
    for _ in range(number):
        register(event)
    work()
    for message in messages():
        come_back(app, message)
    owner.get(f"{BASE}/registrations")
    with app.app_context():
        engine = db.engine
    with counted_statements(engine) as seen:
        page = owner.get(f"{BASE}/registrations").text
    assert page.count("Mail came back") == number
    assert len([one for one in seen if "FROM message" in one]) == 1, seen
