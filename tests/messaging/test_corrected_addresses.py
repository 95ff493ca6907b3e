"""Nobody gets another's living link: a mail to an address that was corrected does not go out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from forum.core.actor import SYSTEM
from forum.core.db import db, writing
from forum.core.revisions import fingerprint
from forum.messaging import service as messaging
from forum.messaging.models import Message
from forum.messaging.rules import MessageState
from forum.messaging.words.failures import OTHER_ADDRESS
from forum.programme.models import Engagement, SpeakerContact
from forum.programme.service import contact_details, engagements, keep_contact
from forum.registrations.models import Booking, Invitation
from forum.registrations.service import ask_for_links
from forum.registrations.service.correcting import correct_invited_address
from tests.factories import NOW, make_event
from tests.messaging.conftest import Register, Work
from tests.messaging.stage import Stage, link_in
from tests.messaging.test_opt_out import invite
from tests.support.mail import Mailbox

pytestmark = pytest.mark.usefixtures("in_app")
Messages = Callable[[], list[Message]]
WRONG, RIGHT = "wrong@example.com", "right@example.com"
LATER = NOW + timedelta(hours=1)


@pytest.mark.both_databases
def test_a_waiting_invitation_does_not_go_to_the_address_that_was_wrong(
    app: Flask, smtp: Mailbox, work: Work, messages: Messages
) -> None:
    event = make_event()
    smtp.refusals.append("451 Later")
    invited = invite(app, event, WRONG)
    work()
    correct_invited_address(SYSTEM, event.id, invited, WRONG, RIGHT, now=NOW)
    work(LATER)
    assert smtp.to(WRONG) == []
    (message,) = (one for one in messages() if one.to_email == WRONG)
    assert (message.state, message.last_error) == (MessageState.FAILED, OTHER_ADDRESS.text)
    messaging.resend(SYSTEM, event.id, message.id, now=LATER)
    work(LATER)
    assert smtp.to(WRONG) == [], "nor when somebody sends it again"


def test_an_invitation_that_is_gone_is_nobodys(
    app: Flask, smtp: Mailbox, work: Work, messages: Messages
) -> None:
    smtp.refusals.append("451 Later")
    invited = invite(app, make_event(), WRONG)
    work()
    with writing() as session:
        session.delete(session.get_one(Invitation, invited))
    work(LATER)
    assert smtp.mails == []
    assert messages()[0].state is MessageState.FAILED


@pytest.mark.both_databases
def test_a_waiting_mail_to_a_speaker_does_not_go_to_the_address_that_was_wrong(
    app: Flask, stage: Stage, smtp: Mailbox, work: Work, messages: Messages
) -> None:
    with writing() as session:
        session.execute(sa.delete(Engagement))
    engagements.ask_to_confirm(SYSTEM, stage.event.id, stage.speaker.id, now=NOW)
    work()
    (mail,) = smtp.mails
    old = link_in(mail, "/s/")
    smtp.empty()
    messaging.resend(SYSTEM, stage.event.id, messages()[0].id, now=NOW)
    known = contact_details(db.session.get_one(SpeakerContact, stage.speaker.id))
    seen = fingerprint(asdict(known))
    given = (SYSTEM, stage.speaker.organisation_id, stage.speaker.id)
    keep_contact(*given, seen, replace(known, phone="+852 2000 0000"), now=NOW)
    assert app.test_client().get(old).status_code == 200, "the address is the same"
    known = replace(known, phone="+852 2000 0000")
    keep_contact(*given, fingerprint(asdict(known)), replace(known, email=RIGHT), now=NOW)
    work(LATER)
    assert smtp.mails == []
    assert messages()[0].last_error == OTHER_ADDRESS.text
    assert app.test_client().get(old).status_code == 404


def test_links_that_wait_do_not_go_to_who_is_no_longer_the_contact(
    smtp: Mailbox, register: Register, work: Work, messages: Messages
) -> None:
    event = make_event()
    register(event, email=WRONG, email_key=WRONG)
    work()
    smtp.empty()
    ask_for_links(event.id, WRONG, "en", now=NOW)
    smtp.refusals.append("451 Later")
    work()
    with writing() as session:
        booking = session.scalars(sa.select(Booking)).one()
        booking.contact_email = booking.contact_key = RIGHT
        booking.link_generation += 1
    work(LATER)
    assert smtp.mails == []
    assert messages()[-1].last_error == OTHER_ADDRESS.text
