"""A speaker at one event: asked by mail, how they are reached, times, who may see what."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from forum.core import outbox
from forum.core.actor import SYSTEM
from forum.core.clock import now
from forum.core.db import db, writing
from forum.core.permissions import Role
from forum.messaging.models import Message
from forum.programme import service
from forum.programme.models import Engagement, Speaker, SpeakerContact, Unavailability
from forum.programme.rules import EngagementState
from tests import factories
from tests.events.browsing import Member

SPEAKERS = "/manage/sample-forum/speakers"


@pytest.fixture
def asked(app: Flask, house: SimpleNamespace) -> str:
    """The slug of a speaker who appears in a session and can be written to."""
    with app.app_context():
        speaker = factories.make_speaker(house.ours.id, name="Ada Wong", name_zh="黃雅達")
        session = factories.make_session(house.event, title=factories.text("Robots at work"))
        factories.make_appearance(session, speaker)
        with writing() as transaction:
            transaction.add(
                SpeakerContact(
                    speaker_id=speaker.id,
                    email="ada@example.com",
                    phone="+852 5550 1234",
                    lang="zh-Hant",
                )
            )
        return speaker.slug


def engagement(app: Flask) -> Engagement | None:
    with app.app_context():
        return db.session.scalar(sa.select(Engagement))


def deliver(app: Flask) -> list[Message]:
    with app.app_context():
        while outbox.deliver_due(now()):
            pass
        return list(db.session.scalars(sa.select(Message).order_by(Message.created_at)))


@pytest.mark.both_databases
def test_one_click_asks_by_mail_in_the_speakers_language_and_stores_no_link(
    app: Flask, owner: Member, house: SimpleNamespace, asked: str
):
    page = f"{SPEAKERS}/{asked}/event"
    assert owner.press(page, f"{page}/ask").status_code == 303
    assert engagement(app).state is EngagementState.ASKED
    (mail,) = deliver(app)
    assert (mail.to_email, mail.lang) == ("ada@example.com", "zh-Hant")
    assert "黃雅達" in mail.text
    assert "/s/" not in mail.text + mail.html
    assert mail.mark in mail.text
    assert mail.mark in mail.html
    assert len(deliver(app)) == 1
    assert "Asked" in owner.get(SPEAKERS).text


def test_asking_again_is_a_mail_more_and_an_answer_stops_one_on_its_way(
    app: Flask, owner: Member, house: SimpleNamespace, asked: str
):
    page = f"{SPEAKERS}/{asked}/event"
    begun = now()
    for minutes in (-4, -2):
        with time_machine.travel(begun + timedelta(minutes=minutes), tick=True):
            owner.press(page, f"{page}/ask")
    assert len(deliver(app)) == 2
    with time_machine.travel(begun, tick=True):
        owner.press(page, f"{page}/ask")
    owner.send(page, owner.form(page, 0, having="answer"))
    assert engagement(app).state is EngagementState.CONFIRMED
    assert len(deliver(app)) == 2
    assert owner.client.post(f"{page}/ask", data=token(owner, page)).status_code == 303
    assert "That is how it stands already" in owner.get(page).text


def test_a_button_pressed_twice_asks_once(app: Flask, owner: Member, asked: str):
    page = f"{SPEAKERS}/{asked}/event"
    for _ in range(25):
        assert owner.press(page, f"{page}/ask").status_code == 303
    assert len(deliver(app)) == 1


@pytest.mark.both_databases
def test_whose_address_was_mended_is_asked_again_at_once(app: Flask, owner: Member, asked: str):
    page = f"{SPEAKERS}/{asked}/event"
    owner.press(page, f"{page}/ask")
    assert len(deliver(app)) == 1
    owner.fill(f"{SPEAKERS}/{asked}/contact", assistant="Mr Chan")
    owner.press(page, f"{page}/ask")
    assert len(deliver(app)) == 1, "the address is the same"
    owner.fill(f"{SPEAKERS}/{asked}/contact", email="right@example.com")
    for _ in range(2):
        owner.press(page, f"{page}/ask")
    assert [one.to_email for one in deliver(app)] == ["ada@example.com", "right@example.com"]


def token(member: Member, page: str) -> dict[str, str]:
    return {"csrf_token": dict(member.form(page).values)["csrf_token"]}


def test_without_an_address_nobody_is_asked(app: Flask, owner: Member, house: SimpleNamespace):
    with app.app_context():
        slug = factories.make_speaker(house.ours.id).slug
    page = f"{SPEAKERS}/{slug}/event"
    assert "Ask to confirm by mail" not in owner.get(page).text
    assert f'href="{SPEAKERS}/{slug}/contact"' in owner.get(page).text
    owner.client.post(f"{page}/ask", data=token(owner, page))
    assert "Enter the speaker’s email address first" in owner.get(page).text
    assert deliver(app) == []
    with app.app_context():
        assert db.session.scalar(sa.select(Engagement)) is None


@pytest.mark.both_databases
def test_contact_data_are_kept_apart_and_two_editors_lose_nothing(
    app: Flask, owner: Member, second: Member, house: SimpleNamespace, asked: str
):
    page = f"{SPEAKERS}/{asked}/contact"
    seen = second.form(page)
    assert owner.fill(page, phone="+852 9000 0000").status_code == 303
    answer = second.send(page, seen, assistant="Mr Chan, 5550 9999")
    assert answer.status_code == 409
    assert "+852 9000 0000" in answer.text
    assert "Mr Chan, 5550 9999" in answer.text
    assert second.send(page, second.form_in(answer)).status_code == 303
    with app.app_context():
        contact = db.session.scalar(sa.select(SpeakerContact))
        assert contact.assistant == "Mr Chan, 5550 9999"
        entries = db.session.execute(sa.text("SELECT details FROM audit_entry")).all()
        assert "9000 0000" not in str(entries)
    guest = app.test_client()
    for public in (f"/en/e/{house.slug}/speakers/{asked}", f"/en/e/{house.slug}/"):
        assert "5550" not in guest.get(public).text
        assert "ada@example.com" not in guest.get(public).text


def test_bad_contact_data_get_a_sentence(app: Flask, owner: Member, asked: str):
    page = f"{SPEAKERS}/{asked}/contact"
    answer = owner.fill(page, email="nobody at all", note="n" * 3000)
    assert answer.status_code == 422
    assert "Enter an email address in the correct format" in answer.text
    assert "at most 2000 characters; it has 3000" in answer.text


def test_a_registrar_sees_no_speaker_at_all(app: Flask, house: SimpleNamespace, asked: str):
    registrar = Member(app, house.ours, role=Role.REGISTRAR)
    for path in (SPEAKERS, f"{SPEAKERS}/{asked}/contact", f"{SPEAKERS}/{asked}/event"):
        assert registrar.get(path).status_code == 403, path


def test_another_organisations_speaker_is_not_there(
    app: Flask, owner: Member, house: SimpleNamespace
):
    with app.app_context():
        foreign = factories.make_speaker(house.theirs.id).slug
    for path in ("contact", "event"):
        assert owner.get(f"{SPEAKERS}/{foreign}/{path}").status_code == 404
    seen = token(owner, f"{SPEAKERS}/new")
    for act in ("ask", "answer", "link", "times", "ticket", "ticket/cancel"):
        answer = owner.client.post(f"{SPEAKERS}/{foreign}/event/{act}", data=seen)
        assert answer.status_code == 404, act


def test_a_time_at_which_a_speaker_cannot_be_is_noted_and_taken_back(
    app: Flask, owner: Member, house: SimpleNamespace, asked: str
):
    page = f"{SPEAKERS}/{asked}/event"
    seen = owner.form(page, having="begins")
    wrong = owner.send(page, seen, begins="2026-12-08T11:00", ends="2026-12-08T10:00")
    assert wrong.status_code == 422
    assert "Enter an end that is after the start" in wrong.text
    seen = owner.form(page, having="begins")
    good = {"begins": "2026-12-08T09:00", "ends": "2026-12-08T10:30"}
    assert owner.send(page, seen, **good).status_code == 303
    with app.app_context():
        one = db.session.scalar(sa.select(Unavailability))
        assert one.starts_at == factories.STARTS
    assert "Speaker" in owner.get("/manage/sample-forum/programme").text
    assert owner.press(page, f"{page}/times/{one.id}/remove").status_code == 303
    with app.app_context():
        assert db.session.scalar(sa.select(Unavailability)) is None


def test_the_list_filters_by_answer_and_finds_by_either_name(
    app: Flask, owner: Member, house: SimpleNamespace, asked: str
):
    with app.app_context():
        other = factories.make_event(house.ours, title=factories.text("Last year’s forum"))
        known = factories.make_speaker(house.ours.id, name="Ben Elsewhere", name_zh="")
        factories.make_appearance(factories.make_session(other), known)
    here = owner.get(SPEAKERS).text
    assert "Ada Wong" in here
    assert "Ben Elsewhere" not in here
    assert "Not asked yet" in here
    everyone = owner.get(f"{SPEAKERS}?view=all").text
    assert "Ben Elsewhere" in everyone
    assert "Last year’s forum" in everyone
    assert "Ben Elsewhere" in owner.get(f"{SPEAKERS}?view=all&q=elsewhere BEN").text
    assert "Ada Wong" in owner.get(f"{SPEAKERS}?view=all&q=雅達").text
    assert "Nobody found for" in owner.get(f"{SPEAKERS}?q=100%25_x").text
    assert "Nobody in this view" in owner.get(f"{SPEAKERS}?view=declined").text


@pytest.mark.parametrize("number", [1, 30])
def test_the_list_costs_the_same_for_one_and_for_many(
    app: Flask, owner: Member, house: SimpleNamespace, number: int
):
    with app.app_context():
        for _ in range(number):
            speaker = factories.make_speaker(house.ours.id)
            factories.make_appearance(factories.make_session(house.event), speaker)
    seen: list[str] = []
    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", lambda *a: seen.append(a[2]))
    assert owner.get(SPEAKERS).status_code == 200
    assert len([one for one in seen if one.startswith("SELECT")]) <= 14, len(seen)


def test_a_profile_has_a_surname_and_links(app: Flask, owner: Member, asked: str):
    page = f"{SPEAKERS}/{asked}"
    bad = owner.fill(page, **{"links-0-title": "Blog", "links-0-url": ""})
    assert bad.status_code == 422
    assert "Enter the address of the link" in bad.text
    typed = {
        "surname": "Wong",
        "links-0-title": "Blog",
        "links-0-url": "blog.example.com/ada",
        "links-1-url": "javascript:alert(1)",
    }
    assert owner.fill(page, **typed).status_code == 422
    typed["links-1-url"] = ""
    assert owner.fill(page, **typed).status_code == 303
    with app.app_context():
        speaker = db.session.scalar(sa.select(Speaker))
        assert speaker.surname == "Wong"
        assert speaker.links == [{"title": "Blog", "url": "https://blog.example.com/ada"}]


def test_on_chinese_pages_the_chinese_name_leads(
    app: Flask, owner: Member, house: SimpleNamespace, asked: str
):
    def heading(path: str) -> str:
        return owner.get(path).text.partition("<h1")[2].partition("</h1>")[0]

    page = f"{SPEAKERS}/{asked}/event"
    assert heading(page).index("Ada Wong") < heading(page).index("黃雅達")
    chinese = heading(f"{page}?lang=zh-Hant")
    assert chinese.index("黃雅達") < chinese.index("Ada Wong")
    listed = owner.get(SPEAKERS).text.partition("<tbody>")[2]
    assert listed.index("黃雅達") < listed.index("Ada Wong")


def test_what_looks_alike_in_english_has_its_own_chinese_word(
    app: Flask, owner: Member, house: SimpleNamespace, asked: str
):
    page = f"{SPEAKERS}/{asked}"
    assert ">聯絡資料<" in owner.get(f"{page}/contact?lang=zh-Hant").text
    assert ">網址 " in owner.get(page).text
    assert ">地址" in owner.get("/manage/sample-forum/venue").text
    with app.app_context():
        speaker_id = db.session.scalars(sa.select(Speaker.id)).one()
        made = service.engage(SYSTEM, house.event_id, speaker_id, now=now())
        declined = EngagementState.DECLINED
        service.answer(SYSTEM, made.id, made.revision, declined, None, now=now())
    assert "已婉拒" in owner.get(SPEAKERS).text
