"""Writing to many from the back office: chosen, written, looked at, tried, sent off, stopped."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from flask import Flask

from forum.core import clock
from forum.core.db import counted_statements, db, writing
from forum.core.permissions import Role
from forum.events.models import Event
from forum.messaging.models import Announcement, Message, OrganisationMail
from forum.messaging.rules.announcements import AnnouncementState
from forum.people.models import Organisation
from forum.registrations.models import SavedView
from tests.events.browsing import Member
from tests.factories import NOW, make_event, make_organisation
from tests.messaging.announcing_stage import letters_of
from tests.messaging.conftest import Register, Work

PATH = "/manage/sample-event/messages/announcements"
SUBJECT, WORDS = "The hall has changed", "Dear {name},\n\nCome to **Hall 3**, {code}."


@pytest.fixture
def event(app: Flask) -> Event:
    """An event of an organisation of its own."""
    with app.app_context():
        return make_event(make_organisation(), slug="sample-event")


def colleague(app: Flask, event: Event, role: Role = Role.MANAGER) -> Member:
    with app.app_context():
        organisation = db.session.get_one(Organisation, event.organisation_id)
    return Member(app, organisation, role=role)


@pytest.fixture
def member(app: Flask, event: Event) -> Member:
    """Who writes."""
    return colleague(app, event)


def write(member: Member, **typed: Any) -> str:
    """Write an announcement as a member does; return the path of its page."""
    said = {"subject-en": SUBJECT, "words-en": WORDS, "timing": "now"}
    answer = member.fill(f"{PATH}/new", **(said | typed))
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def the_one(app: Flask) -> Announcement:
    with app.app_context():
        return db.session.scalars(sa.select(Announcement)).one()


def letters(app: Flask) -> list[Message]:
    """Return the mails of the only announcement."""
    with app.app_context():
        return letters_of(the_one(app).id)


def nod_above(app: Flask, event: Event, number: int | None) -> None:
    with app.app_context(), writing() as session:
        session.add(OrganisationMail(organisation_id=event.organisation_id, nod_above=number))


def test_with_nothing_written_the_page_says_what_can_be_done(member: Member) -> None:
    page = member.get(PATH)
    assert page.status_code == 200
    assert "Nothing has been announced yet" in page.text
    assert f"{PATH}/new" in page.text


def test_an_announcement_is_written_looked_at_and_sent_off(
    app: Flask, member: Member, event: Event, register: Register, work: Work
) -> None:
    ada, bob = register(event, number="ada", name="Ada Guest"), register(event, number="bob")
    work()
    path = write(member)
    page = member.get(path)
    assert "Send to 2 people" in page.text
    assert "Come to Hall 3" in page.text
    assert "Draft" in page.text
    assert letters(app) == []
    asked = member.get(f"{path}/send")
    assert "Send it to 2 people now?" in asked.text
    assert member.fill(f"{path}/send").status_code == 303
    work(clock.now())
    assert {one.registration_id for one in letters(app)} == {
        ada.registration_id,
        bob.registration_id,
    }
    shown = member.get(path).text
    assert "How far it is" in shown
    assert "2 of 2" in shown


def test_a_double_press_sends_once(
    app: Flask, member: Member, event: Event, register: Register, work: Work
) -> None:
    register(event)
    work()
    path = write(member)
    seen = member.form(f"{path}/send")
    assert member.send(f"{path}/send", seen).status_code == 303
    assert member.send(f"{path}/send", seen).status_code == 303
    work(clock.now())
    assert len(letters(app)) == 1


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"subject-en": ""}, "Enter a subject in at least one language"),
        ({"words-en": ""}, "Enter the words in at least one language"),
        ({"subject-zh_hant": "場地"}, "Enter the words in 繁體中文"),
        ({"words-zh_hans": "请到三号礼堂"}, "Enter a subject in 简体中文"),
        ({"words-en": "Dear {nmae}"}, "{nmae}"),
        ({"subject-en": "For {colour}"}, "{colour}"),
        ({"subject-en": "x" * 300}, "Shorten this to at most 200 characters"),
        ({"timing": "at"}, "Enter a day and a time"),
        ({"timing": "at", "at": "2020-01-01T09:00"}, "Choose a time in the future"),
        ({"timing": "relative"}, "Enter how many days or hours"),
        ({"timing": "relative", "number": "many"}, "Enter a whole number"),
        ({"segment": "view:00000000-0000-0000-0000-000000000000"}, "Choose one from the list"),
        ({"segment": "kept", "kept": "{]"}, "Choose one from the list"),
    ],
)
def test_bad_input_is_answered_in_words_and_kept(
    app: Flask, member: Member, typed: dict[str, Any], says: str
) -> None:
    said = {"subject-en": SUBJECT, "words-en": WORDS} | typed
    answer = member.fill(f"{PATH}/new", **said)
    assert answer.status_code == 422
    assert says in answer.text
    assert "There is a problem" in answer.text
    kept = dict(member.form_in(answer, having="subject-en").values)
    assert kept["subject-en"] == said["subject-en"]
    assert (
        kept["words-en"] == said["words-en"].replace("\n", "\r\n")
        or kept["words-en"].replace("\r", "") == said["words-en"]
    )
    with app.app_context():
        assert db.session.scalars(sa.select(Announcement)).all() == []


def test_the_page_asks_again_where_more_people_joined_meanwhile(
    app: Flask, member: Member, event: Event, register: Register, work: Work
) -> None:
    register(event)
    work()
    path = write(member)
    seen = member.form(f"{path}/send")
    register(event, number="late")
    answer = member.send(f"{path}/send", seen)
    assert answer.status_code == 409
    assert "By now it reaches 2 people" in answer.text
    assert the_one(app).state is AnnouncementState.DRAFT
    assert member.send(f"{path}/send", member.form_in(answer)).status_code == 303
    assert the_one(app).state is AnnouncementState.SENDING


def test_a_second_person_nods_above_the_number(
    app: Flask, member: Member, event: Event, register: Register, work: Work
) -> None:
    nod_above(app, event, 1)
    for _ in range(2):
        register(event)
    work()
    path = write(member)
    assert (
        "Ask a second person whether 2 people may be written to?" in member.get(f"{path}/send").text
    )
    member.fill(f"{path}/send")
    work(clock.now())
    assert the_one(app).state is AnnouncementState.AWAITING_NOD
    assert letters(app) == []
    own = member.get(path).text
    assert "somebody else has to agree" in own
    assert "Agree:" not in own
    assert "Nobody else in your organisation" in own
    assert "These people may agree:" not in own
    other = colleague(app, event)
    assert "Agree: 2 people" in other.get(path).text
    own = member.get(path).text
    assert "Nobody else in your organisation" not in own
    assert "These people may agree: " in own
    assert other.fill(path, having="named").status_code == 303
    work(clock.now())
    assert len(letters(app)) == 2


def test_who_asked_cannot_nod_by_hand(
    app: Flask, member: Member, event: Event, register: Register, work: Work
) -> None:
    nod_above(app, event, 0)
    register(event)
    work()
    path = write(member)
    member.fill(f"{path}/send")
    other = colleague(app, event)
    seen = other.form(path, having="named")
    token = dict(member.form(f"{PATH}/new").values)["csrf_token"]
    answer = member.send(f"{path}/nod", seen, csrf_token=token)
    assert answer.status_code == 403
    assert "Somebody else has to agree" in answer.text
    assert the_one(app).state is AnnouncementState.AWAITING_NOD


def test_ticked_guests_come_from_the_list_of_registrations(
    app: Flask, member: Member, event: Event, register: Register, work: Work
) -> None:
    ada, _ = register(event, number="ada"), register(event, number="bob")
    work()
    listed = member.get("/manage/sample-event/registrations").text
    assert f'formaction="{PATH}/new"' in listed
    answer = member.fill(
        f"{PATH}/new?id={ada.registration_id}&id=nonsense",
        **{"subject-en": SUBJECT, "words-en": WORDS},
    )
    path = str(answer.location)
    member.fill(f"{path}/send")
    work(clock.now())
    (letter,) = letters(app)
    assert letter.registration_id == ada.registration_id


def test_all_that_match_a_filter_come_from_the_list_too(
    app: Flask, member: Member, event: Event, register: Register, work: Work
) -> None:
    register(event, number="ada", name="Ada Lovelace")
    register(event, number="bob")
    work()
    said = {"subject-en": SUBJECT, "words-en": WORDS}
    path = str(member.fill(f"{PATH}/new?all=1&q=lovelace", **said).location)
    assert "Send to 1 person" in member.get(path).text
    assert "lovelace" in member.get(path).text


def test_a_saved_view_can_be_chosen_by_its_name(
    app: Flask, member: Member, event: Event, register: Register, work: Work
) -> None:
    register(event, number="ada", name="Ada Lovelace")
    register(event, number="bob")
    work()
    with app.app_context(), writing() as session:
        view = SavedView(event_id=event.id, name="Poets", query="q=lovelace", created_at=NOW)
        session.add(view)
        session.flush()
        chosen = f"view:{view.id}"
    path = write(member, segment=chosen)
    page = member.get(path).text
    assert "Saved view “Poets”" in page
    assert "Send to 1 person" in page
    assert dict(member.form(f"{path}/edit", having="segment").values)["segment"] == chosen


def test_two_editors_lose_nothing(app: Flask, member: Member, event: Event) -> None:
    path = write(member)
    other = colleague(app, event)
    mine = member.form(f"{path}/edit", having="subject-en")
    other.fill(f"{path}/edit", having="subject-en", **{"subject-en": "Another hall"})
    answer = member.send(f"{path}/edit", mine, **{"words-en": "Come to Hall 5."})
    assert answer.status_code == 409
    assert "Another hall" in answer.text
    again = member.form_in(answer, having="subject-en")
    kept = dict(again.values)
    assert kept["words-en"] == "Come to Hall 5."
    assert kept["subject-en"] == "Another hall"
    assert member.send(f"{path}/edit", again).status_code == 303
    assert the_one(app).words.get("en") == "Come to Hall 5."
    assert the_one(app).subject.get("en") == "Another hall"


def test_a_test_goes_to_oneself_alone_with_no_real_link(
    app: Flask, member: Member, event: Event, register: Register, work: Work
) -> None:
    register(event, number="ada", name="Ada Guest")
    work()
    path = write(member)
    assert member.press(path, f"{path}/test").status_code == 303
    with app.app_context():
        (mail,) = db.session.scalars(sa.select(Message).where(Message.key.startswith("test:")))
    assert mail.to_email == member.user.email
    assert mail.subject == f"[Test] {SUBJECT}"
    assert "Ada Guest" in mail.text
    assert "{{" not in mail.text + mail.html
    assert "/r/" not in mail.text + mail.html


def test_the_preview_shows_a_real_guest_in_a_sandbox(
    app: Flask, member: Member, event: Event, register: Register, work: Work
) -> None:
    register(event, number="ada", name="Ada Guest")
    work()
    path = write(member)
    form = member.form(path, having="who")
    who = next(value for name, value in form.values if name == "who")
    page = member.get(path).text
    assert "as Ada Guest gets it" in page
    mail = member.get(f"{path}/letter?who={quote(who)}&lang=en")
    assert "sandbox" in mail.headers["Content-Security-Policy"]
    assert "Dear Ada Guest" in mail.text
    assert "{{" not in mail.text
    plain = member.get(f"{path}/letter?lang=en&as=text")
    assert plain.mimetype == "text/plain"
    assert "Dear Ada Guest" in plain.text


def test_a_draft_is_deleted_after_asking(member: Member) -> None:
    path = write(member)
    assert "Delete the draft “The hall has changed”?" in member.get(f"{path}/remove").text
    assert member.fill(f"{path}/remove").status_code == 303
    assert member.get(path).status_code == 404


def test_what_belongs_to_others_is_not_found(app: Flask, member: Member) -> None:
    path = write(member)
    with app.app_context():
        elsewhere = make_organisation(slug="elsewhere")
        other = make_event(elsewhere, slug="other-event")
    stranger = Member(app, elsewhere)
    for sub in ("", "/edit", "/send", "/letter", "/remove"):
        assert stranger.get(path + sub).status_code == 404
        moved = path.replace("sample-event", other.slug) + sub
        assert stranger.get(moved).status_code == 404


@pytest.mark.parametrize("number", [1, 30])
def test_the_list_costs_the_same_for_one_and_for_thirty(
    app: Flask, member: Member, number: int
) -> None:
    for place in range(number):
        write(member, name=f"Letter {place}")
    member.get(PATH)
    with app.app_context():
        engine = db.engine
    with counted_statements(engine) as seen:
        assert member.get(PATH).status_code == 200
    assert len(seen) <= 8, seen


@pytest.mark.parametrize("number", [1, 30])
def test_looking_at_one_costs_the_same_for_one_guest_and_for_thirty(
    app: Flask, member: Member, event: Event, register: Register, work: Work, number: int
) -> None:
    for _ in range(number):
        register(event)
    work()
    path = write(member)
    member.get(path)
    with app.app_context():
        engine = db.engine
    with counted_statements(engine) as seen:
        assert member.get(path).status_code == 200
    assert len(seen) <= 18, seen


def test_nothing_goes_that_was_changed_after_the_page_was_shown(
    app: Flask, member: Member, event: Event, register: Register, work: Work
) -> None:
    register(event)
    work()
    path = write(member)
    seen = member.form(f"{path}/send")
    colleague(app, event).fill(f"{path}/edit", having="subject-en", **{"subject-en": "Other"})
    answer = member.send(f"{path}/send", seen)
    assert answer.status_code == 409
    assert "Somebody changed it meanwhile" in answer.text
    assert the_one(app).state is AnnouncementState.DRAFT
    assert member.send(f"{path}/send", member.form_in(answer)).status_code == 303
