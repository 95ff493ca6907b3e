"""What an organiser sees of messages: all of the own event's, no link that the role may not use."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask

from forum.core import clock
from forum.core.actor import SYSTEM
from forum.core.audit import AuditEntry
from forum.core.db import counted_statements, db, writing
from forum.core.links import Purpose, derive
from forum.core.permissions import TABLE, Action, Role
from forum.events.models import Event
from forum.messaging.models import Message
from forum.messaging.rules import MOST_A_DAY, Kind, MessageState
from forum.people.models import Organisation
from forum.registrations import service as registrations
from forum.registrations.service import Registered
from tests.events.browsing import Member
from tests.factories import NOW, make_event, make_organisation
from tests.messaging.conftest import Register, Work
from tests.messaging.waiting import queue
from tests.support.mail import Mailbox

Messages = Callable[[], list[Message]]
Office = tuple[Member, str, list[Registered]]
PATH = "/manage/sample-event/messages"


def colleague(app: Flask, event: Event, role: Role) -> Member:
    """Sign a new member of the event's organisation in."""
    with app.app_context():
        organisation = db.session.get_one(Organisation, event.organisation_id)
    return Member(app, organisation, role=role)


def token_of(app: Flask, guest: Registered) -> str:
    """Return what stands in the guest's personal link."""
    with app.app_context():
        return derive(Purpose.BOOKING, guest.booking_id, 0)


@pytest.fixture
def event(app: Flask) -> Event:
    """An event of an organisation of its own."""
    with app.app_context():
        return make_event(make_organisation(), slug="sample-event")


@pytest.fixture
def owner(app: Flask, event: Event) -> Member:
    """Who owns that organisation."""
    return colleague(app, event, Role.OWNER)


@pytest.fixture
def office(owner: Member, event: Event, register: Register, work: Work) -> Office:
    """An owner, the path of the event's messages, and its two guests."""
    guests = [register(event, number="ada", name="Ada Guest"), register(event, number="bob")]
    work()
    return owner, PATH, guests


def test_the_list_shows_each_message_with_its_state(office: Office) -> None:
    member, path, _ = office
    page = member.get(path)
    assert page.status_code == 200
    assert "guest.ada@example.com" in page.text
    assert "guest.bob@example.com" in page.text
    assert "Kept, not sent" in page.text
    assert "FORUM_SMTP_URL" in page.text


def test_the_list_is_filtered_and_searched_by_its_address(office: Office) -> None:
    member, path, _ = office
    found = member.get(f"{path}?q=ada").text
    assert "guest.ada@" in found
    assert "guest.bob@" not in found
    assert "guest.ada@" in member.get(f"{path}?q=ADA+guest").text
    assert "guest.ada@" in member.get(f"{path}?state=kept").text
    nothing = member.get(f"{path}?state=failed").text
    assert "guest.ada@" not in nothing
    assert "Clear the filter" in nothing
    for odd in ("?state=x", "?page=-3", "?page=999999", "?page=x", "?q=%25", "?q=" + "x" * 500):
        assert member.get(path + odd).status_code == 200


def test_a_search_for_a_wildcard_finds_no_wildcard(office: Office) -> None:
    member, path, _ = office
    assert "guest.ada@" not in member.get(f"{path}?q=%25").text
    assert "guest.ada@" not in member.get(f"{path}?q=_da").text


@pytest.mark.parametrize("number", [1, 30])
def test_the_list_costs_the_same_for_one_and_for_thirty(
    app: Flask, owner: Member, event: Event, register: Register, work: Work, number: int
) -> None:
    for _ in range(number):
        register(event)
    work()
    owner.get(PATH)
    with app.app_context():
        engine = db.engine
    with counted_statements(engine) as seen:
        owner.get(PATH)
    assert len(seen) <= 7, seen
    assert not any("message.html" in statement for statement in seen), "the list needs no letters"


def test_a_search_in_any_letters_and_with_what_nobody_can_type_finds_the_same(
    office: Office,
) -> None:
    member, path, _ = office
    for typed in ("%00ada", "ada%e2%80%8b", "%ef%bb%bfADA", "%00"):
        page = member.get(f"{path}?q={typed}")
        assert page.status_code == 200
        assert "guest.ada@" in page.text
        assert "\x00" not in page.text


def test_one_message_shows_its_words_and_its_real_link(
    app: Flask, office: Office, messages: Messages
) -> None:
    member, path, (ada, _) = office
    page = member.get(f"{path}/{messages()[0].id}")
    assert page.status_code == 200
    assert "Dear Ada Guest" in page.text
    assert token_of(app, ada) in page.text
    assert "{{link" not in page.text


def test_a_role_that_may_not_edit_registrations_sees_no_link_and_no_code(
    app: Flask,
    event: Event,
    office: Office,
    messages: Messages,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(TABLE, Role.VIEWER, TABLE[Role.VIEWER] | {Action.SEE_MESSAGES})
    _, path, (ada, _) = office
    viewer = colleague(app, event, Role.VIEWER)
    for place in (f"{path}/{messages()[0].id}", f"{path}/{messages()[0].id}/letter"):
        text = viewer.get(place).text
        assert "Dear Ada Guest" in text
        assert token_of(app, ada) not in text
        assert "••••" in text
        assert "data:image/png" not in text


def test_the_letter_stands_in_a_sandbox_without_unsafe_styles(
    office: Office, messages: Messages
) -> None:
    member, path, _ = office
    answer = member.get(f"{path}/{messages()[0].id}/letter")
    policy = answer.headers["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "unsafe" not in policy
    assert "script-src" not in policy
    assert "default-src 'none'" in policy
    assert re.search(r"img-src data: https?://[^ ]+/uploads/;", policy)
    assert len(re.findall(r"'sha256-[^']+'", policy)) == 1
    assert "data:image/png;base64," in answer.text
    assert "style=" not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


def test_one_that_waits_until_tomorrow_says_so_when_it_is_sent_again(
    app: Flask, smtp: Mailbox, event: Event, office: Office, messages: Messages
) -> None:
    member, path, _ = office
    (first, *_others) = messages()
    sent = {"state": "sent", "sent_at": clock.now(), "to_email": first.to_email}
    own = sent | {"kind": Kind.CONFIRMED}
    queue(app, event.organisation_id, event.id, MOST_A_DAY, **own)
    place = f"{path}/{first.id}"
    assert member.press(place, f"{place}/resend").status_code == 303
    page = member.get(place).text
    assert "within seconds" not in page
    assert f"this address was written to {MOST_A_DAY} times within a day" in page


def test_sending_again_is_one_button(
    app: Flask, smtp: Mailbox, office: Office, work: Work, messages: Messages
) -> None:
    member, path, _ = office
    place = f"{path}/{messages()[0].id}"
    before = len(smtp.mails)
    answer = member.press(place, f"{place}/resend")
    assert answer.status_code == 303
    assert "goes out again" in member.get(place).text
    work(clock.now())
    assert len(smtp.mails) == before + 1
    with app.app_context():
        names = db.session.scalars(
            sa.select(AuditEntry.actor_name).where(AuditEntry.action == "message.resent"),
        ).all()
    assert names == ["Sample Member"]


def test_a_message_that_waits_has_no_button(app: Flask, office: Office, messages: Messages) -> None:
    member, path, _ = office
    message = messages()[0]
    with app.app_context(), writing() as session:
        session.execute(
            sa.update(Message).where(Message.id == message.id).values(state=MessageState.QUEUED),
        )
    assert "Send again" not in member.get(f"{path}/{message.id}").text


def test_another_organisations_messages_are_not_there(
    app: Flask, office: Office, messages: Messages
) -> None:
    _, path, _ = office
    with app.app_context():
        other = make_organisation()
    stranger = Member(app, other)
    for place in (path, f"{path}/{messages()[0].id}", f"{path}/{messages()[0].id}/letter"):
        assert stranger.get(place).status_code == 404


def test_a_message_of_another_event_is_not_there(
    app: Flask, event: Event, office: Office, messages: Messages
) -> None:
    member, path, _ = office
    with app.app_context():
        organisation = db.session.get_one(Organisation, event.organisation_id)
        make_event(organisation, slug="another")
    assert member.get(f"{path}/{messages()[0].id}").status_code == 200
    assert member.get(f"/manage/another/messages/{messages()[0].id}").status_code == 404


def test_a_guests_name_is_only_text_in_the_back_office(
    owner: Member, event: Event, register: Register, work: Work, messages: Messages
) -> None:
    register(event, name="<script>alert(1)</script>{{7*191}}")
    work()
    for place in ("", f"/{messages()[0].id}", f"/{messages()[0].id}/letter"):
        text = owner.get(PATH + place).text
        assert "<script>alert" not in text
        assert "1337" not in text


def test_an_event_nobody_registered_for_says_what_will_stand_here(owner: Member) -> None:
    assert "Nothing has been written yet" in owner.get(PATH).text


def test_a_failed_message_says_why(
    smtp: Mailbox,
    owner: Member,
    event: Event,
    register: Register,
    work: Work,
    messages: Messages,
) -> None:
    smtp.refusals.append("550 No such <b>mailbox</b>")
    register(event)
    work()
    assert "550 No such &lt;b&gt;mailbox" in owner.get(f"{PATH}/{messages()[0].id}").text


def test_a_cancelled_guests_ticket_is_no_more_in_the_letter(
    app: Flask, office: Office, messages: Messages
) -> None:
    member, path, (ada, _) = office
    with app.app_context():
        registrations.cancel(SYSTEM, ada.registration_id, now=NOW)
    assert "data:image/png" not in member.get(f"{path}/{messages()[0].id}/letter").text
