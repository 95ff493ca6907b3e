"""Mails without an event: nobody is shut out by a report, and owners see what did not arrive."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from forum.core import clock
from forum.core.actor import SYSTEM
from forum.core.db import counted_statements, db
from forum.core.ids import uuid7
from forum.core.permissions import Role
from forum.messaging.models import Message
from forum.messaging.rules import Kind, MessageState
from forum.messaging.service.rows import message_row, store
from forum.messaging.words.failures import TOO_LATE
from forum.people import service as people
from tests.events.browsing import Member
from tests.factories import NOW, make_member, make_organisation
from tests.messaging.conftest import Work
from tests.support.mail import Mailbox

Messages = Callable[[], list[Message]]
UNKNOWN = "550 5.1.1 User unknown"
MONTH = timedelta(days=30)


@pytest.mark.both_databases
def test_a_report_shuts_no_member_out(
    in_app: Flask, smtp: Mailbox, work: Work, messages: Messages
) -> None:
    email = make_member(make_organisation()).email
    smtp.refusals.append(UNKNOWN)
    people.request_sign_in(email, network="192.0.2.1", lang="en", now=NOW)
    work()
    assert [one.state for one in messages()] == [MessageState.BOUNCED]
    people.request_sign_in(email, network="192.0.2.1", lang="en", now=NOW + MONTH)
    work(NOW + MONTH)
    assert messages()[-1].state is MessageState.SENT


def test_somebody_invited_anew_is_written_to_whatever_came_back(
    in_app: Flask, smtp: Mailbox, work: Work, messages: Messages
) -> None:
    organisation = make_organisation()
    for now in (NOW, NOW + MONTH):
        smtp.refusals += [UNKNOWN] if now == NOW else []
        people.invite_member(
            SYSTEM, organisation.id, "mei@example.com", Role.MANAGER, lang="en", now=now
        )
        work(now)
    assert [one.state for one in messages()] == [MessageState.BOUNCED, MessageState.SENT]


def test_owners_see_what_did_not_arrive_without_an_event_and_let_it_go_again(
    app: Flask, smtp: Mailbox, work: Work, messages: Messages
) -> None:
    with app.app_context():
        organisation, stranger = make_organisation(), make_organisation()
        colleague, other = make_member(organisation).email, make_member(stranger).email
        for one in (colleague, other):
            smtp.refusals.append(UNKNOWN)
            people.request_sign_in(one, network="192.0.2.1", lang="en", now=clock.now())
            work(clock.now())
        digest = queue_digest(organisation.id, colleague)
        smtp.refusals.append(UNKNOWN)
        work(clock.now())
        owner, manager = (
            Member(app, organisation, role=role) for role in (Role.OWNER, Role.MANAGER)
        )
        ours, base = organisation.id, f"/manage/organisations/{organisation.slug}/mail"
        there = f"/manage/organisations/{stranger.slug}/mail/lost"
    path = f"{base}/lost"
    page = owner.get(path).text
    assert page.count(f">{colleague}") == 2
    assert other not in page
    assert "There is no such mailbox at this domain." in page
    assert "Whenever they ask for a new link, it is tried again." in page
    assert page.count("Write to it again") == 1
    assert "/mail/lost" in owner.get(base).text
    assert owner.press(path, f"{path}/{digest}/again").status_code == 303
    after = owner.get(path).text
    assert "goes out again" in after
    assert "Write to it again" not in after
    with app.app_context():
        queue_digest(ours, colleague)
    work(clock.now())
    assert messages()[-1].state is MessageState.SENT
    assert manager.get(path).status_code == 403
    assert owner.get(there).status_code == 404
    foreign = next(one.id for one in messages() if one.to_email == other)
    token = dict(owner.form(base).values)
    sent = {"csrf_token": token["csrf_token"]}
    assert owner.client.post(f"{path}/{foreign}/again", data=sent).status_code == 404


def test_what_did_not_arrive_is_read_in_as_many_statements_for_thirty(app: Flask) -> None:
    with app.app_context():
        organisation = make_organisation()
        owner, ours = Member(app, organisation), organisation.id
        path = f"/manage/organisations/{organisation.slug}/mail/lost"
    counted = []
    for number in (1, 29):
        with app.app_context():
            for one in range(number):
                failed = {"state": "failed", "last_error": "550 No"}
                queue_digest(ours, f"{number}.{one}@example.com", **failed)
        owner.get(path)
        with app.app_context(), counted_statements(db.engine) as seen:
            assert owner.get(path).text.count("There is no such mailbox") == {1: 1, 29: 30}[number]
        counted.append(len(seen))
    assert counted[0] == counted[1]


def test_what_was_held_back_for_good_is_no_loss(app: Flask) -> None:
    with app.app_context():
        organisation = make_organisation()
        owner = Member(app, organisation)
        path = f"/manage/organisations/{organisation.slug}/mail/lost"
        too_late = {"state": "failed", "last_error": TOO_LATE.text}
        queue_digest(organisation.id, "late@example.com", **too_late)
        queue_digest(organisation.id, "lost@example.com", state="failed", last_error="550 No")
    page = owner.get(path).text
    assert "lost@example.com" in page
    assert "late@example.com" not in page


def queue_digest(organisation_id: UUID, email: str, **given: Any) -> UUID:
    """Store a morning's summary to a member; return its id."""
    message_id, now = uuid7(), clock.now()
    row = message_row(message_id, Kind.STAFF_DIGEST, f"digest:{message_id}", "en", now)
    store(
        [
            row
            | {
                "organisation_id": organisation_id,
                "to_email": email,
                "to_name": "",
                "subject": "Hello",
                "text": "Hello",
                "html": "<p>Hello</p>",
            }
            | given
        ]
    )
    return message_id
