"""Pages on messages say what holds: mail that waits, who reads what, whom a letter missed."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from forum.core import clock
from forum.core.db import db, writing
from forum.core.permissions import Role
from forum.events.models import Event
from forum.messaging.models import Message
from forum.messaging.rules import MessageState
from forum.messaging.service import settings, trying
from tests.events.browsing import Member
from tests.factories import NOW
from tests.messaging.announcing_stage import sender
from tests.messaging.conftest import Register, Work
from tests.messaging.test_announcement_pages import (
    PATH,
    SUBJECT,
    WORDS,
    colleague,
    event,
    letters,
    member,
    nod_above,
    write,
)
from tests.support.mail import Mailbox

__all__ = ["event", "member"]
LIST = "/manage/sample-event/messages"
PAUSED = "Mail of this event is paused"


@pytest.fixture
def guest(event: Event, register: Register, work: Work) -> None:
    """A guest who has a ticket."""
    register(event, number="ada", name="Ada Guest")
    work()


def pause(app: Flask, event: Event) -> None:
    with app.app_context():
        settings.pause(sender(event), event.id, now=NOW)


@pytest.mark.usefixtures("guest")
def test_while_mail_is_paused_no_page_says_that_it_goes(
    app: Flask, smtp: Mailbox, member: Member, event: Event
) -> None:
    path = write(member)
    pause(app, event)
    assert PAUSED in member.get(path).text
    answer = member.fill(f"{path}/send", having="named")
    page = member.get(answer.location).text
    assert "It is on its way. It waits: mail of this event is paused." in page
    assert PAUSED in page
    (ticket,) = (one for one in all_of(app) if one.announcement_id is None)
    one = f"{LIST}/{ticket.id}"
    member.press(one, f"{one}/resend")
    page = member.get(one).text
    assert "within seconds" not in page
    assert PAUSED in page
    assert all(SUBJECT not in mail["Subject"] for mail in smtp.mails)


@pytest.mark.usefixtures("guest")
def test_without_a_mail_server_nothing_is_said_to_go(app: Flask, member: Member) -> None:
    (ticket,) = all_of(app)
    one = f"{LIST}/{ticket.id}"
    member.press(one, f"{one}/resend")
    assert "No mail server is set, so it is kept here" in member.get(one).text


@pytest.mark.usefixtures("guest")
def test_a_registrar_can_pause_mail_from_the_list(app: Flask, event: Event) -> None:
    registrar = colleague(app, event, Role.REGISTRAR)
    assert "Pause all mail of this event" in registrar.get(LIST).text
    assert registrar.press(LIST, f"{LIST}/pause").status_code == 303
    page = registrar.get(LIST).text
    assert PAUSED in page
    assert "Pause all mail of this event" not in page


@pytest.mark.parametrize(
    ("typed", "says", "at"),
    [
        ({"subject-zh_hant": "場地"}, "Enter the words in 繁體中文 too", "words-zh_hant"),
        ({"words-zh_hans": "请来"}, "Enter a subject in 简体中文 too", "subject-zh_hans"),
    ],
)
def test_a_language_left_out_is_said_at_its_own_box(
    member: Member, typed: dict[str, str], says: str, at: str
) -> None:
    said = {"subject-en": SUBJECT, "words-en": WORDS}
    answer = member.fill(f"{PATH}/new", having="subject-en", **(said | typed))
    assert answer.status_code == 422
    assert says in answer.text
    assert f'href="#{at}"' in answer.text
    assert f'aria-describedby="{at}-error"' in answer.text


def test_who_reads_a_language_without_a_letter_is_named(
    member: Member, event: Event, register: Register, work: Work
) -> None:
    register(event, number="zh", lang="zh-Hans")
    register(event, number="en")
    work()
    path = write(member, **{"subject-zh_hant": "場地", "words-zh_hant": "請來。"})
    page = member.get(path).text
    assert page.count("They get it in:") == 1
    assert f"{path}/edit#words-zh_hans" in page
    asks = member.get(f"{path}/send").text
    assert "1 person reads 简体中文 and gets it in 繁體中文." in asks


@pytest.mark.usefixtures("guest")
def test_the_list_of_mails_is_narrowed_to_one_announcement_and_leads_back(
    app: Flask, smtp: Mailbox, member: Member, work: Work
) -> None:
    path = write(member, name="Another hall")
    member.fill(f"{path}/send", having="named")
    work(clock.now())
    (letter,) = letters(app)
    with app.app_context(), writing() as session:
        found = session.get_one(Message, letter.id)
        found.state, found.last_error = MessageState.FAILED, "550 No"
    narrowed = f"{LIST}?announcement={letter.announcement_id}"
    page = member.get(path).text
    assert f'href="{narrowed}&amp;state=failed">1</a>' in page
    page = member.get(f"{narrowed}&state=failed").text
    assert "Only mails of the announcement “Another hall”." in page
    assert page.count("/messages/" + str(letter.id)) == 1
    assert "Your ticket" not in member.get(narrowed).text.partition("<tbody>")[2]
    assert path in member.get(f"{LIST}/{letter.id}").text
    assert member.get(f"{LIST}?announcement=nonsense").status_code == 200


def test_what_waits_for_a_second_person_does_not_wait_for_a_date(
    app: Flask, member: Member, event: Event, register: Register, work: Work
) -> None:
    register(event)
    work()
    nod_above(app, event, 0)
    path = write(member)
    member.fill(f"{path}/send", having="named")
    line = member.get(f"{LIST}/timeline").text
    assert "Waits for the new date" not in line
    assert "Goes once a second person has agreed" in line
    page = member.get(path).text
    assert "Ask an owner to invite somebody" in page
    owner = colleague(app, event, Role.OWNER)
    assert "/mail" not in page.partition('id="h-nod"')[2].partition("</section>")[0]
    assert "Agree: 1 person" in owner.get(path).text


def test_placeholders_of_guests_are_told_apart(member: Member) -> None:
    page = member.get(f"{PATH}/new").text
    assert page.count("Only for those who registered.") == 2
    said = {"subject-en": SUBJECT, "words-en": WORDS, "segment": "speakers"}
    answer = member.fill(f"{PATH}/new", having="subject-en", **said)
    assert answer.status_code == 422
    assert "“{code}” is known only of those who registered. Take it out" in answer.text


@pytest.mark.usefixtures("guest")
def test_an_announcement_is_tried_only_so_often(
    app: Flask, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trying, "MOST_TESTS", 1)
    path = write(member)
    for _ in range(2):
        assert member.press(path, f"{path}/test").status_code == 303
    assert "You have sent yourself many tests today." in member.get(path).text
    assert len([one for one in all_of(app) if one.key.startswith("test:")]) == 1


def all_of(app: Flask) -> list[Any]:
    """Return all mails, oldest first."""
    with app.app_context():
        return list(db.session.scalars(sa.select(Message).order_by(Message.created_at)))
