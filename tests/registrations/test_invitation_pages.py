"""The back office of invitations, through the front door."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import UUID

import pytest
import time_machine
from flask import Flask

from forum.core.actor import ANONYMOUS, SYSTEM
from forum.core.db import counted_statements, db
from forum.core.permissions import Role
from forum.people.models import Organisation
from forum.registrations import service
from forum.registrations.models import GuestList
from forum.registrations.rules import InvitationState
from forum.registrations.service import replying, sending
from forum.registrations.service.replying import Named, Reply
from tests.events.browsing import Member
from tests.factories import NOW, attendee, make_event
from tests.people.signing_in import sign_in
from tests.registrations.inviting import (
    all_invitations,
    coming,
    first_type,
    invitation,
    invite,
    invited,
    made_list,
    one_invited,
    seats_agree,
)


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def event_id(app: Flask) -> UUID:
    with app.app_context():
        return make_event(slug="forum", capacity=10).id


@pytest.fixture
def registrar(app: Flask, event_id: UUID) -> Member:
    with app.app_context():
        organisation = db.session.scalars(db.select(Organisation)).first()
    assert organisation is not None
    return Member(app, organisation, role=Role.REGISTRAR)


BASE = "/manage/forum/registrations/invitations"


def test_the_first_list_is_made_with_its_seats(
    app: Flask, registrar: Member, event_id: UUID
) -> None:
    assert "Nobody is invited yet" in registrar.get(BASE).text
    with app.app_context():
        type_id = str(first_type(event_id))
    for typed, status, says in (
        ({"name": ""}, 422, "Enter a name for the list"),
        ({"name": "VIP", "kept": "11", "type_id": type_id}, 409, "Only 10 seats are free"),
        ({"name": "VIP", "companions": "21"}, 422, "Enter a whole number from 0 to 20"),
        ({"name": "VIP", "reply_until": "soon"}, 422, "Enter a day and a time"),
    ):
        answer = registrar.fill(f"{BASE}/lists/new", having="kept", **typed)
        assert answer.status_code == status, answer.text
        assert says in answer.text
    made = registrar.fill(
        f"{BASE}/lists/new", having="kept", name="VIP", kept="４", companions="2",
        kept_until="2026-12-01T18:00", reply_until="2026-12-05 18:00", greet="y",
    )  # fmt: skip
    assert made.status_code == 303
    page = registrar.get(made.location).text
    assert "The list “VIP” is made." in page
    assert "0 of 4" in page
    with app.app_context():
        found = db.session.scalars(db.select(GuestList)).one()
        assert (found.companions, found.greet) == (2, True)
        assert str(found.kept_until) == "2026-12-01 10:00:00+00:00"
        assert seats_agree()


def test_a_list_changed_by_somebody_else_meanwhile_keeps_what_was_typed(
    app: Flask, registrar: Member, event_id: UUID
) -> None:
    with app.app_context():
        listed = made_list(event_id)
    address = f"{BASE}/lists/{listed}"
    seen = registrar.form(address, having="kept")
    assert registrar.fill(address, having="kept", name="Guests of honour").status_code == 303
    late = registrar.send(address, seen, name="Consulates")
    assert late.status_code == 409
    assert "Changed by somebody else" in late.text
    assert 'value="Consulates"' in late.text
    again = registrar.send(address, registrar.form_in(late, having="kept"))
    assert again.status_code == 303
    with app.app_context():
        assert db.session.get_one(GuestList, listed).name == "Consulates"


def test_seats_are_released_after_a_question_that_names_them(
    app: Flask, registrar: Member, event_id: UUID
) -> None:
    with app.app_context():
        listed = made_list(event_id, kept=3)
    asked = registrar.get(f"{BASE}/lists/{listed}/release")
    assert "Release 3 seats of “VIP”?" in asked.text
    done = registrar.fill(f"{BASE}/lists/{listed}/release")
    assert "3 seats are open to everybody now." in registrar.get(done.location).text
    with app.app_context():
        assert seats_agree()


def test_a_list_goes_with_its_drafts_and_stays_once_somebody_was_invited(
    app: Flask, registrar: Member, event_id: UUID
) -> None:
    with app.app_context():
        listed = made_list(event_id)
        who = one_invited(event_id, listed)
    address = f"{BASE}/lists/{listed}/remove"
    assert "One guest on it is removed too." in registrar.get(address).text
    with app.app_context():
        sending.note_posted(SYSTEM, event_id, who, now=NOW)
    refused = registrar.fill(address)
    assert refused.status_code == 409
    assert "Guests of this list were invited" in refused.text


def test_a_guest_is_invited_by_hand_sent_reminded_and_found(
    app: Flask, registrar: Member, event_id: UUID
) -> None:
    assert registrar.get(f"{BASE}/new").location.endswith("/lists/new")
    with app.app_context():
        made_list(event_id, companions=2, greet=True)
    missing = registrar.fill(f"{BASE}/new", having="salutation", email="nobody@@")
    assert missing.status_code == 422
    assert "Enter the guest’s name" in missing.text
    assert "Enter an email address in the correct format" in missing.text
    typed = {
        "salutation": "Dr", "name_zh": "示例嘉賓", "email": "dr.sample@example.com",
        "organisation": "Sample Consulate", "precedence": "3", "seating": "Table 2",
    }  # fmt: skip
    done = registrar.fill(f"{BASE}/new", having="salutation", **typed)
    page = registrar.get(done.location).text
    assert "示例嘉賓 is on the list. No mail was sent." in page
    with app.app_context():
        made = all_invitations(event_id)[0]
        assert (made.companions, made.greet, made.lang) == (2, True, "en")
    here = f"{BASE}/{made.id}"
    assert "/i/" in registrar.get(here).text
    assert registrar.press(here, f"{here}/send").status_code == 303
    assert "Send again" in registrar.get(here).text
    assert f"{here}/remind" not in registrar.get(here).text
    with time_machine.travel("2026-11-24T06:00:00Z", tick=False):
        sign_in(registrar.client, registrar.user)
        assert registrar.press(here, f"{here}/remind").status_code == 303
        assert "The reminder is on its way." in registrar.get(here).text
    story = registrar.get(here).text
    for step in ("Put on the list", "Invitation sent", "Reminder sent"):
        assert step in story
    for words in ("嘉賓", "consul", "dr.sample"):
        assert "Dr 示例嘉賓" in registrar.get(f"{BASE}?q={words}").text
    assert "Nobody found for" in registrar.get(f"{BASE}?q=nobody&state=sent").text
    again = registrar.fill(f"{BASE}/new", having="salutation", **typed)
    assert "is invited already" in registrar.get(again.location).text


def test_details_are_changed_and_a_new_address_kills_the_old_link(
    app: Flask, registrar: Member, event_id: UUID
) -> None:
    with app.app_context():
        listed = made_list(event_id)
        who = one_invited(event_id, listed)
        invite(event_id, listed, invited(2))
        sending.send(SYSTEM, event_id, who, now=NOW)
    here = f"{BASE}/{who}"
    taken = registrar.fill(here, having="salutation", email="invited.2@example.com")
    assert taken.status_code == 409
    assert "Another guest is invited with this email address." in taken.text
    done = registrar.fill(here, having="salutation", email="right@example.com", seating="A3")
    assert "the old link no longer works" in registrar.get(done.location).text
    with app.app_context():
        found = invitation(who)
        assert (found.link_generation, found.seating) == (1, "A3")
    registrar.press(here, f"{here}/renew-link")
    with app.app_context():
        assert invitation(who).link_generation == 2


def test_a_reply_by_letter_is_entered_with_companions(
    app: Flask, registrar: Member, event_id: UUID
) -> None:
    with app.app_context():
        who = one_invited(event_id, made_list(event_id, kept=2), companions=2)
    here = f"{BASE}/{who}"
    too_many = registrar.fill(f"{here}/reply", having="by", companions="3")
    assert too_many.status_code == 422
    assert "Choose at most 2 companions." in too_many.text
    done = registrar.fill(
        f"{here}/reply", having="by", answer="accept", by="letter", companions="2",
        companions_named="Sample Spouse", note="Letter of 20 November",
    )  # fmt: skip
    page = registrar.get(done.location).text
    assert "Entered: the guest comes, and has a seat." in page
    assert "By letter" in page
    assert "Letter of 20 November" in page
    assert "Companion, not named yet" in page
    with app.app_context():
        assert [state for _, state in coming(event_id)] == ["confirmed"] * 3
        assert seats_agree()
    refused = registrar.fill(f"{here}/remove")
    assert refused.status_code == 409
    declined = registrar.fill(f"{here}/reply", having="by", answer="decline", by="phone")
    assert "Entered: the guest declines." in registrar.get(declined.location).text
    assert registrar.fill(f"{here}/remove").status_code == 303
    with app.app_context():
        assert all_invitations(event_id) == []
        assert seats_agree()


def test_many_are_sent_by_a_question_that_names_the_number(
    app: Flask, registrar: Member, event_id: UUID
) -> None:
    with app.app_context():
        listed = made_list(event_id)
        invite(event_id, listed, invited(1), invited(2), invited(3, email=""))
    assert "Send 2 invitations" in registrar.get(f"{BASE}?list={listed}").text
    asked = registrar.form(f"{BASE}/send?list={listed}", having="guests")
    with app.app_context():
        invite(event_id, listed, invited(4))
    stale = registrar.send(f"{BASE}/send?list={listed}", asked)
    assert stale.status_code == 409
    assert "3 guests would be mailed now" in stale.text
    assert "One guest has no email address" in stale.text
    done = registrar.send(f"{BASE}/send?list={listed}", registrar.form_in(stale, having="guests"))
    assert "3 mails are on their way." in registrar.get(done.location).text
    with app.app_context():
        states = [one.state for one in all_invitations(event_id)]
        assert states.count(InvitationState.SENT) == 3
    with time_machine.travel("2026-11-24T06:00:00Z", tick=False):
        sign_in(registrar.client, registrar.user)
        done = registrar.fill(f"{BASE}/remind?list={listed}", having="guests")
        assert "3 mails are on their way." in registrar.get(done.location).text
        assert "There is nobody to mail" in registrar.get(f"{BASE}/remind").text


def test_guests_of_an_earlier_event_go_on_a_list(
    app: Flask, registrar: Member, event_id: UUID
) -> None:
    with app.app_context():
        made_list(event_id)
        organisation = db.session.scalars(db.select(Organisation)).one()
    assert "There is no earlier event with guests" in registrar.get(f"{BASE}/from-event").text
    with app.app_context():
        earlier, foreign = make_event(organisation), make_event()
        for number in range(2):
            service.register(ANONYMOUS, earlier.id, attendee(number), form_key=None, now=NOW)
        service.register(ANONYMOUS, foreign.id, attendee(9), form_key=None, now=NOW)
        foreign_id = str(foreign.id)
    page = registrar.get(f"{BASE}/from-event").text
    assert "2 guests" in page
    assert foreign_id not in page
    none = registrar.fill(f"{BASE}/from-event", having="source", states=[])
    assert none.status_code == 422
    stranger = registrar.fill(f"{BASE}/from-event", having="source", source=foreign_id)
    assert stranger.status_code == 422
    done = registrar.fill(f"{BASE}/from-event", having="source")
    assert "2 guests are added." in registrar.get(done.location).text


def test_the_list_costs_the_same_with_one_row_and_with_thirty(
    app: Flask, registrar: Member, event_id: UUID
) -> None:
    with app.app_context():
        listed = made_list(event_id, companions=1)
        invite(event_id, listed, invited("first"))
        engine = db.engine
    with counted_statements(engine) as one:
        assert registrar.get(BASE).status_code == 200
    with app.app_context():
        invite(event_id, listed, *(invited(number) for number in range(30)))
        for each in all_invitations(event_id)[:4]:
            replying.accept(SYSTEM, each.id, Reply((Named(),)), now=NOW)
        for number in range(5):
            made_list(event_id, f"List {number}")
    with counted_statements(engine) as many:
        page = registrar.get(BASE)
    assert len(many) == len(one)
    assert re.search(r"<b>4</b> <span[^>]*>of 31</span>", page.text)


def test_a_viewer_sees_no_invitation_and_another_organisation_nothing(
    app: Flask, event_id: UUID
) -> None:
    with app.app_context():
        who = one_invited(event_id, made_list(event_id))
        elsewhere = make_event(slug="elsewhere")
    with app.app_context():
        theirs = db.session.get_one(Organisation, elsewhere.organisation_id)
        others = db.select(Organisation).where(Organisation.id != theirs.id)
        organisation = db.session.scalars(others).one()
    viewer = Member(app, organisation, role=Role.VIEWER)
    assert viewer.get(BASE).status_code == 403
    stranger = Member(app, theirs)
    assert stranger.get(f"{BASE}/{who}").status_code == 404
    assert stranger.get(f"/manage/elsewhere/registrations/invitations/{who}").status_code == 404
