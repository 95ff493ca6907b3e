"""The speaker's own page behind the personal link: no account, nobody else's, nothing lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from forum.core.actor import SYSTEM, Actor, ActorKind
from forum.core.db import db, writing
from forum.core.ids import uuid7
from forum.core.links import Purpose, derive
from forum.core.permissions import Role
from forum.events.models import Event
from forum.programme import service
from forum.programme.models import (
    Appearance,
    Engagement,
    Proposal,
    Session,
    SessionDraft,
    Speaker,
    SpeakerConsent,
    Unavailability,
)
from forum.programme.rules import EngagementState, ReleaseMode, SessionState
from forum.programme.service import Keeping, Place
from tests import factories
from tests.factories import ENDS, NOW
from tests.site.speaking import Holder, Speaking, picture, speaking


@pytest.fixture
def stage(app: Flask) -> Speaking:
    with app.app_context():
        return speaking()


@pytest.fixture
def ada(app: Flask) -> Holder:
    return Holder(app)


def test_the_page_shows_what_concerns_the_speaker_and_is_nobody_elses(ada: Holder, stage: Speaking):
    page = ada.get(stage.href)
    assert page.status_code == 200
    for seen in ("Ada Wong", "Robots at work", "Hall One", "9:30–10:00 am (HKT)", "Ben Beside"):
        assert seen in page.text, seen
    assert 'data-zone="Asia/Hong_Kong"' in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in page.headers["X-Robots-Tag"]
    assert "ada@example.com" not in page.text


def test_it_speaks_the_speakers_language_until_another_is_chosen(app: Flask, ada: Holder):
    with app.app_context():
        stage = speaking(lang="zh-Hant")
    assert 'lang="zh-Hant-HK"' in ada.get(stage.href).text[:200]
    assert 'lang="en"' in ada.get(f"{stage.href}?lang=en").text[:200]
    assert 'lang="en"' in ada.get(stage.href).text[:200]


def test_a_forged_foreign_or_outdated_link_opens_nothing(app: Flask, ada: Holder, stage: Speaking):
    with app.app_context():
        booking = derive(Purpose.BOOKING, stage.engagement_id, 0)
        feed = derive(Purpose.SPEAKER_FEED, stage.engagement_id, 0)
        later = derive(Purpose.SPEAKER, stage.engagement_id, 1)
    # Not the last letter: two of its six bits say nothing.
    forged = f"{stage.href[:-5]}{'A' if stage.href[-5] != 'A' else 'B'}{stage.href[-4:]}"
    rest = ("", "/profile", "/times", f"/sessions/{stage.session_id}/slides")
    for address in (forged, f"/s/{booking}", f"/s/{feed}", f"/s/{later}", "/s/x", "/s/" + "é" * 43):
        for more in rest:
            assert ada.get(address + more).status_code == 404, (address, more)
    assert ada.get(stage.feed).status_code == 200
    with app.app_context():
        service.renew_speaker_link(SYSTEM, stage.event_id, stage.speaker_id, now=NOW)
    assert ada.get(stage.href).status_code == 404
    assert ada.get(stage.feed).status_code == 404
    assert ada.get(f"/s/{later}").status_code == 200


@pytest.mark.both_databases
def test_confirming_and_declining_say_a_word_to_the_organiser(
    app: Flask, ada: Holder, stage: Speaking
):
    seen = ada.form(stage.href, having="note")
    typed = {"note": "I need a lectern\n<script>alert(1)</script>"}
    assert ada.send(stage.href, seen, answer="confirm", **typed).status_code == 303
    with app.app_context():
        stands = db.session.get(Engagement, stage.engagement_id)
        assert stands.state is EngagementState.CONFIRMED
        assert stands.answered_at is not None
    page = ada.get(stage.href).text
    assert "<script>alert(1)" not in page
    assert "I need a lectern" in page
    seen = ada.form(stage.href, having="note")
    assert ada.send(stage.href, seen, answer="decline").status_code == 303
    with app.app_context():
        assert (
            db.session.get(Engagement, stage.engagement_id, populate_existing=True).state
            is EngagementState.DECLINED
        )


def test_after_the_event_an_answer_and_a_time_reach_nobody_and_say_so(
    app: Flask, ada: Holder, stage: Speaking
):
    asked = ada.form(stage.href, having="note")
    times = ada.form(f"{stage.href}/times", having="begins")
    with time_machine.travel(ENDS + timedelta(minutes=1), tick=True):
        late = ada.send(stage.href, asked, answer="decline")
        assert late.status_code == 409
        span = {"begins": "2026-12-08T09:00", "ends": "2026-12-08T09:30"}
        never = ada.send(f"{stage.href}/times", times, **span)
        assert never.status_code == 409
        assert "The event is cancelled or over. Write to the organiser instead." in never.text
    with app.app_context():
        stands = db.session.get_one(Engagement, stage.engagement_id)
        assert stands.state is not EngagementState.DECLINED


def test_an_answer_from_an_old_window_is_asked_about_and_keeps_the_words(
    ada: Holder, stage: Speaking
):
    old = ada.form(stage.href, having="note")
    ada.send(stage.href, ada.form(stage.href, having="note"), answer="confirm")
    answer = ada.send(stage.href, old, answer="decline", note="I fell ill")
    assert answer.status_code == 409
    assert "I fell ill" in answer.text
    assert "is now: Confirmed" in answer.text
    again = ada.form_in(answer, having="note")
    assert ada.send(stage.href, again, answer="decline").status_code == 303


def test_an_answer_that_is_none_is_refused(ada: Holder, stage: Speaking):
    seen = ada.form(stage.href, having="note")
    assert ada.send(stage.href, seen, answer="maybe").status_code == 422
    assert ada.send(stage.href, seen, answer="confirm", note="n" * 2001).status_code == 422


@pytest.mark.both_databases
def test_what_a_speaker_changes_waits_and_can_be_changed_again(
    app: Flask, ada: Holder, stage: Speaking
):
    path = f"{stage.href}/profile"
    typed = {"biography-en": "Builds <b>better</b> robots.", "salutation": "Dr"}
    assert ada.fill(path, **typed).status_code == 303
    with app.app_context():
        speaker = db.session.get(Speaker, stage.speaker_id)
        assert speaker.biography.get("en") == "Builds."
    assert "Waits for the organiser" in ada.get(stage.href).text
    again = dict(ada.form(path).values)
    assert again["biography-en"] == "Builds <b>better</b> robots."
    assert ada.fill(path, **{"biography-en": "Builds."}).status_code == 303
    with app.app_context():
        states = [one.state.value for one in db.session.scalars(sa.select(Proposal))]
        assert sorted(states) == ["replaced", "waiting"]
        last = db.session.scalar(sa.select(Proposal).where(Proposal.decided_at.is_(None)))
        assert last.wanted == {"salutation": "Dr"}
    ada.fill(path, salutation="")
    with app.app_context():
        states = [one.state.value for one in db.session.scalars(sa.select(Proposal))]
        assert sorted(states) == ["replaced", "replaced"]


@pytest.mark.both_databases
def test_where_no_nod_is_wanted_the_change_is_live_at_once(app: Flask, ada: Holder):
    with app.app_context():
        stage = speaking(nod=False, precedence=7)
    public = f"/en/e/{stage.slug}/speakers/{stage.speaker_slug}"
    assert "Builds." in ada.get(public).text
    script = "<script>alert(1)</script>"
    assert ada.fill(f"{stage.href}/profile", **{"biography-en": script}).status_code == 303
    page = ada.get(public).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert script not in page
    with app.app_context():
        speaker = db.session.get(Speaker, stage.speaker_id)
        assert speaker.precedence == 7
        assert speaker.revision == 2


def test_two_windows_of_a_speaker_lose_nothing(ada: Holder, stage: Speaking):
    path = f"{stage.href}/profile"
    first, other = ada.form(path), ada.form(path)
    assert ada.send(path, first, **{"title-en": "Chief Engineer"}).status_code == 303
    answer = ada.send(path, other, **{"biography-en": "Builds robots that build."})
    assert answer.status_code == 409
    shown = dict(ada.form_in(answer).values)
    assert shown["title-en"] == "Chief Engineer"
    assert shown["biography-en"] == "Builds robots that build."
    assert ada.send(path, ada.form_in(answer)).status_code == 303


def test_a_speaker_and_an_editor_lose_nothing_and_no_staff_is_named(
    app: Flask, ada: Holder, stage: Speaking
):
    path = f"{stage.href}/profile"
    seen = ada.form(path)
    with app.app_context():
        speaker = db.session.get(Speaker, stage.speaker_id)
        values = {
            name: getattr(speaker, name) for name in service.SpeakerDetails.__dataclass_fields__
        }
        from_office = service.SpeakerDetails(**values | {"post_nominals": "GBS"})
        roles = {stage.organisation: Role.OWNER}
        editor = Actor(ActorKind.USER, id=uuid7(), name="Secret Staff", roles=roles)
        service.update_speaker(
            editor, stage.organisation, stage.speaker_id, 1, from_office, now=NOW
        )
    answer = ada.send(path, seen, surname="Wong")
    assert answer.status_code == 409
    assert "Secret Staff" not in answer.text
    shown = dict(ada.form_in(answer).values)
    assert (shown["post_nominals"], shown["surname"]) == ("GBS", "Wong")


def test_bad_input_of_a_speaker_gets_a_sentence_and_loses_nothing(ada: Holder, stage: Speaking):
    path = f"{stage.href}/profile"
    seen = ada.form(path)
    for typed, says in (
        ({"name": "", "name_zh": ""}, "Enter a full name, or a name in Chinese"),
        ({"website": "javascript:alert(1)"}, "Enter a web address"),
        ({"biography-en": "x" * 10_001}, "at most 10000 characters"),
        ({"photo": (picture()[0], "me.svg")}, None),
    ):
        answer = ada.send(path, seen, **({"title-en": "Kept title"} | typed))
        if says is None:
            assert answer.status_code == 303
            continue
        assert answer.status_code == 422, typed
        assert says in answer.text, typed
        assert "Kept title" in answer.text, typed


@pytest.mark.both_databases
def test_consents_are_kept_with_their_words_and_withdrawn(app: Flask, ada: Holder, stage: Speaking):
    path = f"{stage.href}/consents"
    forms = [one for one in ada.all_forms(f"{stage.href}?lang=zh-Hant") if one.action == path]
    assert all(name not in {"photo", "recording"} for name, _ in forms[0].values)
    assert ada.send(path, forms[0], photo="y", recording="y").status_code == 303
    assert ada.send(path, forms[0], recording="y").status_code == 303
    with app.app_context():
        rows = db.session.scalars(sa.select(SpeakerConsent)).all()
        kept = {one.purpose: one for one in rows}
        assert kept["photo"].withdrawn_at is not None
        assert kept["recording"].withdrawn_at is None
        assert {one.lang for one in rows} == {"zh-Hant"}
        assert all(one.wording for one in rows)
    assert ada.send(path, forms[0], photo="y", recording="y").status_code == 303
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(SpeakerConsent)) == 3


def test_times_are_named_in_the_events_own_zone(app: Flask, ada: Holder, stage: Speaking):
    path = f"{stage.href}/times"
    bad = ada.fill(path, begins="soon", ends="")
    assert bad.status_code == 422
    assert "Enter a day and a time" in bad.text
    assert ada.fill(path, begins="2026-12-08T09:00", ends="2026-12-08T09:30").status_code == 303
    with app.app_context():
        one = db.session.scalar(sa.select(Unavailability))
        assert one.starts_at == factories.STARTS
    other = Holder(app)
    with app.app_context():
        stranger = speaking()
    seen = {"csrf_token": dict(other.form(stranger.href, having="note").values)["csrf_token"]}
    other.client.post(f"{stranger.href}/times/{one.id}/remove", data=seen)
    with app.app_context():
        assert db.session.get(Unavailability, one.id) is not None
    assert ada.press(path, f"{path}/{one.id}/remove").status_code == 303
    with app.app_context():
        assert db.session.scalar(sa.select(Unavailability)) is None


def test_a_draft_session_is_provisional_and_a_held_change_is_not_told(
    app: Flask, ada: Holder, stage: Speaking
):
    with app.app_context():
        service.keep_programme(
            SYSTEM, stage.event_id, Keeping(ReleaseMode.HELD, [], 0, nod=True), now=NOW
        )
        session = db.session.get(Session, stage.session_id)
        later = factories.STARTS + timedelta(hours=3)
        place = Place(later, later + timedelta(minutes=30), session.room_id)
        service.place_session(SYSTEM, stage.event_id, session.id, session.revision, place, now=NOW)
        assert db.session.get(SessionDraft, stage.session_id) is not None
        event = db.session.get(Event, stage.event_id)
        draft = factories.make_session(
            event, title=factories.text("Not yet public"), state=SessionState.DRAFT
        )
        draft_id = draft.id
        factories.make_appearance(draft, db.session.get(Speaker, stage.speaker_id))
    page = ada.get(stage.href).text
    assert "9:30–10:00 am (HKT)" in page
    assert "12:00" not in page
    assert "Not yet public" in page
    assert "Provisional" in page
    assert f'/sessions/{draft_id}"' not in page


def test_the_page_of_one_without_a_session_says_so(app: Flask, ada: Holder, stage: Speaking):
    with app.app_context(), writing() as transaction:
        transaction.execute(sa.delete(Appearance))
    assert "Nothing is planned for you yet" in ada.get(stage.href).text


@pytest.mark.parametrize("number", [1, 30])
def test_the_page_costs_the_same_for_one_session_and_for_many(
    app: Flask, ada: Holder, stage: Speaking, number: int
):
    with app.app_context():
        event = db.session.get(Event, stage.event_id)
        speaker = db.session.get(Speaker, stage.speaker_id)
        for place in range(number):
            factories.make_appearance(factories.make_session(event, after=place), speaker)
        engine = db.engine
    seen: list[str] = []
    sa.event.listen(engine, "before_cursor_execute", lambda *a: seen.append(a[2]))
    assert ada.get(stage.href).status_code == 200
    assert len([one for one in seen if one.startswith("SELECT")]) <= 14, len(seen)


def test_the_speakers_calendar_holds_the_own_sessions_alone(
    app: Flask, ada: Holder, stage: Speaking
):
    with app.app_context():
        event = db.session.get(Event, stage.event_id)
        factories.make_session(event, title=factories.text("Somebody else’s talk"))
    feed = ada.get(stage.feed)
    assert feed.status_code == 200
    assert feed.content_type.startswith("text/calendar")
    assert feed.text.count("BEGIN:VEVENT") == 1
    assert "Robots at work" in feed.text
    assert "Somebody else" not in feed.text
    assert f"UID:{stage.session_id}" in feed.text
    assert feed.headers["Cache-Control"] == "private, max-age=300"
    assert "noindex" in feed.headers["X-Robots-Tag"]
    assert feed.headers["Referrer-Policy"] == "no-referrer"
    assert "Access-Control-Allow-Origin" not in feed.headers
    assert "Set-Cookie" not in feed.headers
    tag = feed.headers["ETag"]
    assert ada.get(stage.feed, headers={"If-None-Match": tag}).status_code == 304
    everybody = ada.get(f"/e/{stage.slug}/{stage.slug}.ics").text
    own = feed.text[feed.text.index("BEGIN:VEVENT") : feed.text.index("END:VEVENT")]
    assert own in everybody
    assert "old-slug.ics" not in feed.text
    assert ada.get(stage.feed.replace(stage.slug, "an-old-slug")).status_code == 200
    assert ada.get(stage.href.replace("/s/", "/my/") + f"/{stage.slug}.ics").status_code == 404


def test_a_photo_waits_for_the_nod_and_goes_with_its_files(
    app: Flask, ada: Holder, stage: Speaking, instance
):
    path, folder = f"{stage.href}/profile", instance / "uploads"
    assert ada.fill(path, photo=picture()).status_code == 303
    assert len(list(folder.glob("*.webp"))) == 2
    with app.app_context():
        assert db.session.get(Speaker, stage.speaker_id).picture_id is None
        assert db.session.scalar(sa.select(Proposal)).wanted == {"photo": "new"}
    assert ada.fill(path, **{"title-en": "Engineer"}).status_code == 303
    assert len(list(folder.glob("*.webp"))) == 2
    assert ada.fill(path, photo=picture("#aa2211")).status_code == 303
    assert len(list(folder.glob("*.webp"))) == 2
