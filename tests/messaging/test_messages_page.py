"""The list of messages by status, person and key; failed ones again; what exactly was sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from forum.core import clock
from forum.core.db import counted_statements, db, writing
from forum.core.ids import uuid7
from forum.core.permissions import TABLE, Action, Role
from forum.events.models import Event
from forum.messaging.models import Message
from forum.messaging.queries.listing import PAGE_SIZE
from forum.messaging.rules import MessageState
from forum.messaging.service import wipe_words
from forum.messaging.service.putting_off import PUT_OFF
from forum.messaging.words.failures import ON_PURPOSE
from forum.people.models import Organisation
from tests.events.browsing import Member
from tests.factories import NOW, make_event, make_organisation
from tests.messaging.conftest import Register, Work
from tests.messaging.returning import come_back, own_address, with_bounces
from tests.messaging.stage import plain
from tests.support.mail import Mailbox

Messages = Callable[[], list[Message]]
PATH = "/manage/sample-event/messages"


@pytest.fixture
def event(app: Flask, smtp: Mailbox) -> Event:
    """An event whose mails go out."""
    del smtp
    with app.app_context():
        return make_event(make_organisation(), slug="sample-event")


@pytest.fixture
def owner(app: Flask, event: Event) -> Member:
    """Who owns its organisation."""
    with app.app_context():
        return Member(app, db.session.get_one(Organisation, event.organisation_id))


def put(app: Flask, number: int, **given: Any) -> None:
    """Put a message into another state."""
    with app.app_context(), writing() as session:
        ids = session.scalars(sa.select(Message.id).order_by(Message.created_at, Message.id)).all()
        session.execute(sa.update(Message).where(Message.id == ids[number]).values(**given))


def write_many(app: Flask, event: Event, number: int, **given: Any) -> list[UUID]:
    """Write many messages at one instant, oldest first."""
    ids = [uuid7() for _ in range(number)]
    rows = [
        {
            "id": one,
            "organisation_id": event.organisation_id,
            "event_id": event.id,
            "kind": "confirmed",
            "key": str(one),
            "to_email": f"guest.{at}@example.com",
            "to_name": f"Guest {at}",
            "lang": "en",
            "subject": f"Subject {at:04}",
            "text": "Words",
            "html": "<p>Words</p>",
            "state": "failed",
            "last_error": "450 4.2.1 Busy",
            "message_id": f"<{one}@localhost>",
            "created_at": NOW,
            "due_at": NOW,
            **given,
        }
        for at, one in enumerate(ids)
    ]
    with app.app_context(), writing() as session:
        session.execute(sa.insert(Message), rows)
    return ids


@pytest.fixture
def five(
    app: Flask, event: Event, register: Register, work: Work, messages: Messages
) -> list[Message]:
    """One waiting, one sent, one kept, one failed, one that came back."""
    for name in ("ada", "bob", "cay", "dan", "eve"):
        register(event, number=name, name=f"{name.title()} Guest")
    work()
    put(app, 0, state=MessageState.QUEUED)
    put(app, 2, state=MessageState.KEPT)
    put(app, 3, state=MessageState.FAILED, last_error="552 5.2.2 Over quota <b>now</b>")
    come_back(app, messages()[4])
    return messages()


def test_each_tab_counts_and_shows_its_own(owner: Member, five: list[Message]) -> None:
    whole = owner.get(PATH).text
    for says in ("All 5", "Waiting 1", "Sent 1", "Kept 1", "Failed 1", "Came back 1"):
        assert f">{says}</a>" in whole
    for view, message in zip(("waiting", "sent", "kept", "failed", "bounced"), five, strict=True):
        page = owner.get(f"{PATH}?state={view}").text
        shown = [one.to_name for one in five if f"/messages/{one.id}" in page]
        assert shown == [message.to_name]


def test_the_reason_stands_in_words_in_the_list_and_beside_the_answer(
    owner: Member, five: list[Message]
) -> None:
    page = owner.get(PATH).text
    assert "The mailbox is full." in page
    assert "There is no such mailbox at this domain." in page
    assert "Over quota" not in page
    one = owner.get(f"{PATH}/{five[3].id}").text
    assert "The mailbox is full." in one
    assert "552 5.2.2 Over quota &lt;b&gt;now" in one


def test_all_mails_about_one_person_stand_together(owner: Member, five: list[Message]) -> None:
    ada = five[0]
    page = owner.get(f"{PATH}/{ada.id}").text
    link = f"{PATH}?about={ada.registration_id}"
    assert f'href="{link}"' in page
    listed = owner.get(link).text
    assert "Only mails about Ada Guest." in listed
    assert "guest.ada@" in listed
    assert "guest.bob@" not in listed
    assert "guest.ada@" in owner.get(f"{link}&state=waiting&q=ada&kind=confirmed").text
    for odd in (f"?about={uuid7()}", "?about=x", "?about=%00", "?after=x", f"?before={uuid7()}"):
        assert owner.get(PATH + odd).status_code == 200


def test_pages_go_on_from_a_row_and_back(app: Flask, owner: Member, event: Event) -> None:
    write_many(app, event, PAGE_SIZE * 2 + 1)
    first = owner.get(PATH).text
    assert "Subject 0100" in first
    assert "Subject 0050" not in first
    second = owner.get(_link(first, "next")).text
    assert "Subject 0050" in second
    third = owner.get(_link(second, "next")).text
    assert "Subject 0000" in third
    assert 'rel="next"' not in third
    assert _link(third, "prev") != ""
    assert "Subject 0050" in owner.get(_link(third, "prev")).text
    assert "Subject 0100" in owner.get(_link(second, "prev")).text


@pytest.mark.parametrize("number", [1, 30])
@pytest.mark.parametrize("query", ["", "?state=bounced", "?q=guest", "?state=failed"])
def test_any_view_costs_the_same_for_one_and_for_thirty(
    app: Flask, owner: Member, event: Event, number: int, query: str
) -> None:
    write_many(app, event, number, state="bounced", bounced_at=NOW)
    write_many(app, event, number)
    owner.get(PATH)
    with app.app_context():
        engine = db.engine
    with counted_statements(engine) as seen:
        owner.get(PATH + query)
    assert len(seen) <= 7, seen


def test_failed_mails_go_out_again_in_one_act_after_their_number_was_shown(
    app: Flask, owner: Member, event: Event, smtp: Mailbox, work: Work, messages: Messages
) -> None:
    write_many(app, event, 3)
    write_many(app, event, 1, last_error="550 No <b>such</b> mailbox")
    assert "See why, and send again" in owner.get(f"{PATH}?state=failed").text
    page = owner.get(f"{PATH}/resend-failed").text
    assert "Send 4 failed messages again?" in page
    assert "The mailbox takes no mail at the moment." in page
    smtp.empty()
    answer = owner.fill(f"{PATH}/resend-failed", having="number")
    assert answer.status_code == 303
    assert "4 messages go out again." in owner.get(answer.location).text
    work(clock.now())
    assert len(smtp.mails) == 4
    assert {one.state for one in messages()} == {MessageState.SENT}
    assert {one.copies for one in messages()} == {1}
    assert len({one.message_id for one in messages()}) == 4
    assert "No message has failed" in owner.get(f"{PATH}/resend-failed").text


def test_what_was_held_back_on_purpose_does_not_go_out_with_what_failed(
    app: Flask, owner: Member, event: Event, messages: Messages
) -> None:
    for error in (*ON_PURPOSE, PUT_OFF):
        write_many(app, event, 1, last_error=error)
    assert "See why" not in owner.get(f"{PATH}?state=failed").text
    assert "No message has failed" in owner.get(f"{PATH}/resend-failed").text
    ends = NOW + timedelta(hours=1)
    write_many(app, event, 1, good_until=ends)
    assert "Send 1 failed message again?" in owner.get(f"{PATH}/resend-failed").text
    assert owner.fill(f"{PATH}/resend-failed", having="number").status_code == 303
    (again,) = (one for one in messages() if one.state is MessageState.QUEUED)
    assert again.good_until == ends


def test_news_of_tomorrow_wait_and_have_not_failed(app: Flask, owner: Member, event: Event) -> None:
    (one,) = write_many(app, event, 1, last_error=PUT_OFF)
    whole = owner.get(PATH).text
    assert ">Waiting 1</a>" in whole
    assert ">Failed 0</a>" in whole
    assert str(one) in owner.get(f"{PATH}?state=waiting").text
    assert str(one) not in owner.get(f"{PATH}?state=failed").text
    page = owner.get(f"{PATH}/{one}").text
    assert "Waits until tomorrow" in page
    assert "Answer of the mail server" not in page
    assert "Next try" in page


@pytest.mark.parametrize("number", ["2", "0", "", "x", "99999999999999999999"])
def test_another_number_than_the_one_shown_sends_nothing(
    app: Flask, owner: Member, event: Event, messages: Messages, number: str
) -> None:
    write_many(app, event, 3)
    answer = owner.fill(f"{PATH}/resend-failed", having="number", number=number)
    assert answer.status_code == 409
    assert "Look again" in answer.text
    assert "Send 3 failed messages again?" in answer.text
    assert {one.state for one in messages()} == {MessageState.FAILED}


def test_what_exactly_was_sent_shows_every_header_and_can_be_taken_along(
    app: Flask, owner: Member, five: list[Message], smtp: Mailbox
) -> None:
    with_bounces(app)
    bob = five[1]
    (sent,) = smtp.to(bob.to_email)
    page = owner.get(f"{PATH}/{bob.id}/exact").text
    for header in ("From", "To", "Subject", "Message-ID", "Date", "Auto-Submitted"):
        assert f'<dt lang="en">{header}</dt>' in page
    assert bob.message_id.strip("<>") in page
    assert own_address(app, bob) in page
    assert "image/png" in page
    file = owner.get(f"{PATH}/{bob.id}/exact.eml")
    assert file.headers["Content-Type"].startswith("message/rfc822")
    assert "attachment" in file.headers["Content-Disposition"]
    again = message_from_bytes(file.data, policy=policy.default)
    assert again["Message-ID"] == sent["Message-ID"]
    assert plain(again) == plain(sent)


def test_who_may_not_see_links_gets_no_file(
    app: Flask, event: Event, five: list[Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(TABLE, Role.VIEWER, TABLE[Role.VIEWER] | {Action.SEE_MESSAGES})
    with app.app_context():
        organisation = db.session.get_one(Organisation, event.organisation_id)
        viewer = Member(app, organisation, role=Role.VIEWER)
    assert viewer.get(f"{PATH}/{five[1].id}/exact").status_code == 200
    assert viewer.get(f"{PATH}/{five[1].id}/exact.eml").status_code == 404
    assert viewer.get(f"{PATH}/resend-failed").status_code == 403


@pytest.mark.both_databases
def test_words_go_when_their_time_is_over_and_the_row_stays(
    app: Flask, owner: Member, event: Event, five: list[Message], messages: Messages
) -> None:
    with app.app_context():
        assert wipe_words(event.ends_at + timedelta(days=90)) == 0
        assert wipe_words(event.ends_at + timedelta(days=90, minutes=1)) == 4
        assert wipe_words(event.ends_at + timedelta(days=91)) == 0
    waiting, *rest = messages()
    assert waiting.text != ""
    for before, after in zip(five[1:], rest, strict=True):
        assert (after.text, after.html) == ("", "")
        assert after.body_gone_at is not None
        assert (after.state, after.subject, after.to_email) == (
            before.state,
            before.subject,
            before.to_email,
        )
    bob = rest[0]
    page = owner.get(f"{PATH}/{bob.id}").text
    assert "The words were kept until" in page
    assert "Send again" not in page
    assert owner.get(f"{PATH}/{bob.id}/letter").status_code == 410
    assert owner.get(f"{PATH}/{bob.id}/exact").status_code == 410
    assert owner.get(f"{PATH}/{bob.id}/exact.eml").status_code == 410
    assert "No message has failed" in owner.get(f"{PATH}/resend-failed").text


def test_an_organisation_sets_for_how_long(
    app: Flask, owner: Member, event: Event, five: list[Message]
) -> None:
    del five
    with app.app_context():
        slug = db.session.get_one(Organisation, event.organisation_id).slug
    place = f"/manage/organisations/{slug}/mail"
    wrong = owner.fill(place, having="words_kept_days", words_kept_days="0")
    assert wrong.status_code == 422
    assert "from 1 to 3650" in wrong.text
    assert owner.fill(place, having="words_kept_days", words_kept_days="7").status_code == 303
    with app.app_context():
        other = make_event(make_organisation(), slug="another")
        write_many(app, other, 1)
        assert wipe_words(event.ends_at + timedelta(days=8)) == 4


def _link(page: str, rel: str) -> str:
    part = page.partition(f'rel="{rel}" href="')[2].partition('"')[0]
    assert part, f"no {rel} on the page"
    return part.replace("&amp;", "&")
