"""The mails of this room reach a real SMTP server, and their links do what they say."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient

from forum.core import clock, outbox
from forum.messaging import service as messaging
from tests.people.conftest import House
from tests.people.signing_in import csrf_of
from tests.support.mail import Mailbox


def work(app: Flask) -> None:
    """Let the worker do what is due, and what that makes due."""
    with app.app_context():
        while outbox.deliver_due(clock.now()):
            pass
        messaging.deliver_due(clock.now())


def link_in(smtp: Mailbox, address: str, path: str) -> str:
    """Return the path of the one link of a kind in the one mail to an address."""
    (mail,) = smtp.to(address)
    plain = mail.get_body(("plain",))
    assert plain is not None
    (link,) = set(re.findall(rf"http://localhost({path}/[\w-]{{43}})", plain.get_content()))
    return str(link)


def test_a_mail_signs_in(smtp: Mailbox, app: Flask, client: FlaskClient, house: House) -> None:
    for address in (house.owner.email, "nobody@example.com"):
        token = csrf_of(client.get("/sign-in"))
        client.post("/sign-in", data={"csrf_token": token, "email": address})
    work(app)
    assert smtp.to("nobody@example.com") == []
    link = link_in(smtp, house.owner.email, "/sign-in")
    done = client.post(link, data={"csrf_token": csrf_of(client.get(link))})
    assert (done.status_code, done.location) == (303, "/manage/")


def test_a_mail_invites(
    smtp: Mailbox,
    app: Flask,
    client: FlaskClient,
    house: House,
    signed_in: Callable[..., FlaskClient],
) -> None:
    owner = signed_in(house.owner)
    members = f"/manage/organisations/{house.slug}/members"
    form = {"csrf_token": csrf_of(owner.get(members)), "email": "mei@example.com", "role": "owner"}
    assert owner.post(members, data=form).status_code == 303
    work(app)
    link = link_in(smtp, "mei@example.com", "/invitations")
    page = client.get(link)
    client.post(link, data={"csrf_token": csrf_of(page), "name": "Mei"})
    assert client.get(members).status_code == 200
