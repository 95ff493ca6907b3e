"""Wanting no more mails: by one press in the mail program or on a page, and it holds."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from forum.core import outbox
from forum.core.actor import SYSTEM
from forum.core.db import db, writing
from forum.core.logs import SECRET_LINK
from forum.events.models import Event
from forum.messaging.models import Message
from forum.messaging.rules import MessageState
from forum.registrations.models import GuestList, Invitation, OptOut, TicketType
from forum.registrations.queries import opted_out
from forum.registrations.rules import ConsentSource, InvitationState
from forum.registrations.service import consenting
from tests.factories import NOW, make_event
from tests.messaging.conftest import Register, Work
from tests.support.mail import Mailbox

ADA = "ada@example.com"
Messages = Callable[[], list[Message]]


@pytest.fixture
def event(app: Flask) -> Event:
    with app.app_context():
        return make_event()


def invite(app: Flask, event: Event, email: str = ADA, **given: object) -> UUID:
    """Store an invitation that was sent, and say so."""
    with app.app_context(), writing() as session:
        type_id = session.scalars(
            sa.select(TicketType.id).where(TicketType.event_id == event.id)
        ).one()
        guests = session.scalar(sa.select(GuestList).where(GuestList.event_id == event.id))
        if guests is None:
            guests = GuestList(
                event_id=event.id, ticket_type_id=type_id, name="VIP", created_at=NOW
            )
            session.add(guests)
            session.flush()
        values = {
            "name": "Ada Guest",
            "lang": "en",
            "state": InvitationState.SENT,
            "email": email,
            "email_key": email,
            "sent_at": NOW,
            "created_at": NOW,
            "changed_at": NOW,
        }
        one = Invitation(event_id=event.id, list_id=guests.id, **(values | given))
        session.add(one)
        session.flush()
        say_sent(session, one.id)
        return one.id


def say_sent(session: object, invitation_id: UUID, revision: int = 1) -> None:
    payload = {"invitation_id": str(invitation_id), "revision": revision}
    outbox.emit(session, "invitation.sent", payload, key=f"{invitation_id}:{revision}", now=NOW)


def link_in(smtp: Mailbox) -> str:
    """Return the path behind the header by which a mail program opts its reader out."""
    (mail,) = smtp.to(ADA)
    header = str(mail["List-Unsubscribe"])
    assert re.fullmatch(r"<http://localhost/o/[\w-]{43}>", header)
    return header.strip("<>").removeprefix("http://localhost")


@pytest.fixture
def link(app: Flask, event: Event, work: Work, smtp: Mailbox) -> str:
    """Send Ada an invitation, and take the link from its header."""
    invite(app, event)
    work()
    return link_in(smtp)


def is_out(app: Flask, event: Event) -> bool:
    with app.app_context():
        return opted_out(event.organisation_id, [ADA]) == {ADA}


def test_an_invitation_carries_the_headers_of_one_press(smtp: Mailbox, link: str) -> None:
    (mail,) = smtp.to(ADA)
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    body = mail.get_body(("plain",)).get_content()
    assert f"http://localhost{link}" in body
    html = mail.get_body(("html",)).get_content()
    assert f'href="http://localhost{link}"' in html


def test_looking_changes_nothing(app: Flask, client: FlaskClient, event: Event, link: str) -> None:
    for _ in range(2):
        page = client.get(link)
        assert page.status_code == 200
        assert "Stop these mails?" in page.text
        assert ADA in page.text
    assert client.head(link).status_code == 200
    assert not is_out(app, event)
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"
    assert "noindex" in page.headers["X-Robots-Tag"]


@pytest.mark.both_databases
def test_one_press_needs_no_cookie_and_no_token_of_a_form(
    app: Flask, event: Event, link: str
) -> None:
    stranger = app.test_client(use_cookies=False)
    for _ in range(2):
        answer = stranger.post(link, data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        assert answer.text == ""
        assert "Set-Cookie" not in answer.headers
    assert is_out(app, event)
    with app.app_context():
        (row,) = db.session.scalars(sa.select(OptOut)).all()
        assert row.source is ConsentSource.MAIL


def test_the_page_has_one_button_and_a_way_back(
    app: Flask, client: FlaskClient, event: Event, link: str
) -> None:
    done = client.post(link, follow_redirects=True)
    assert "You get no more such mails" in done.text
    assert is_out(app, event)
    back = client.post(f"{link}/back", follow_redirects=True)
    assert "Stop these mails?" in back.text
    assert not is_out(app, event)


def test_the_page_speaks_the_mails_language(
    app: Flask, client: FlaskClient, event: Event, work: Work, smtp: Mailbox
) -> None:
    invite(app, event, lang="zh-Hant", name_zh="黃雅達", salutation="博士")
    work()
    page = client.get(link_in(smtp))
    assert '<html lang="zh-Hant-HK"' in page.text
    assert "黃雅達博士" in smtp.to(ADA)[0].get_body(("plain",)).get_content()


def test_made_up_and_foreign_links_lead_nowhere(
    app: Flask, client: FlaskClient, link: str, register: Register, event: Event, work: Work
) -> None:
    swapped = link[:-1] + ("A" if link[-1] != "A" else "B")
    for wrong in (swapped, "/o/short", "/o/" + "x" * 43):
        assert client.get(wrong).status_code == 404
        assert client.post(wrong).status_code == 404
    assert not is_out(app, event)


def test_a_form_of_another_site_presses_nothing(
    app: Flask, client: FlaskClient, event: Event, link: str
) -> None:
    answer = client.post(link, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert not is_out(app, event)


@pytest.mark.both_databases
def test_who_opted_out_gets_no_invitation_whatever_list_they_are_on(
    app: Flask, event: Event, work: Work, smtp: Mailbox, messages: Messages
) -> None:
    with app.app_context():
        consenting.opt_out(event.organisation_id, ADA, ConsentSource.OFFICE, NOW, actor=SYSTEM)
    invite(app, event)
    invite(app, event, "ben@example.com", name="Ben Guest")
    work()
    assert smtp.to(ADA) == []
    assert len(smtp.to("ben@example.com")) == 1
    kept = next(one for one in messages() if one.to_email == ADA)
    assert kept.state is MessageState.FAILED
    assert "wants no invitations" in kept.last_error


def test_who_opts_out_while_a_mail_waits_does_not_get_it(
    app: Flask, event: Event, smtp: Mailbox, work: Work, messages: Messages
) -> None:
    invite(app, event)
    with app.app_context():
        while outbox.deliver_due(NOW):
            pass
        consenting.opt_out(event.organisation_id, ADA, ConsentSource.MAIL, NOW)
    work()
    assert smtp.to(ADA) == []
    assert messages()[0].state is MessageState.FAILED


def test_tickets_still_reach_who_opted_out_and_carry_no_such_header(
    app: Flask, event: Event, register: Register, work: Work, smtp: Mailbox
) -> None:
    with app.app_context():
        consenting.opt_out(event.organisation_id, ADA, ConsentSource.MAIL, NOW)
    register(event, email=ADA, email_key=ADA)
    work()
    (mail,) = smtp.to(ADA)
    assert mail["List-Unsubscribe"] is None


def test_a_reply_before_the_worker_ran_needs_no_invitation(
    app: Flask, event: Event, work: Work, smtp: Mailbox
) -> None:
    invite(app, event, state=InvitationState.DECLINED, replied_at=NOW + timedelta(minutes=1))
    work()
    assert smtp.mails == []


def test_a_log_line_holds_no_such_link(link: str) -> None:
    token = link.removeprefix("/o/")
    for path in (link, f"/r/p/{token}", f"/r/all/{token}", f"/r/{token}/cancel"):
        assert token not in SECRET_LINK.sub("-", path)
