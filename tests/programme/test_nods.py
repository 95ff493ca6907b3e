"""What speakers changed and sent waits for a nod: old beside new, field by field, nothing lost."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from flask import Flask

from forum.core.db import db
from forum.events.models import Event, Picture
from forum.programme.models import Engagement, Material, Proposal, Speaker
from forum.programme.rules import ProposalState
from tests.events.browsing import Member
from tests.site.speaking import Holder, Speaking, fetch, pdf, picture, speaking

CHANGES = "/manage/sample-forum/speaker-changes"


@pytest.fixture
def stage(app: Flask, house: SimpleNamespace) -> Speaking:
    with app.app_context():
        return speaking(event=db.session.get(Event, house.event_id))


@pytest.fixture
def ada(app: Flask) -> Holder:
    return Holder(app)


def waiting(app: Flask) -> str:
    with app.app_context():
        found = db.session.scalar(
            sa.select(Proposal).where(Proposal.state == ProposalState.WAITING)
        )
        return f"{CHANGES}/{found.id}"


@pytest.mark.both_databases
def test_an_editor_sees_old_and_new_and_takes_what_is_ticked(
    app: Flask, owner: Member, ada: Holder, stage: Speaking
):
    typed = {"biography-en": "Builds more.", "title-en": "Chief Engineer", "salutation": "Dr"}
    ada.fill(f"{stage.href}/profile", **typed)
    assert (
        "A speaker’s change waits for your approval"
        in owner.get("/manage/sample-forum/speakers").text
    )
    assert "Job title" in owner.get(CHANGES).text
    path = waiting(app)
    page = owner.get(path).text
    assert "Builds." in page
    assert "Builds more." in page
    seen = owner.form(path)
    taken = owner.send(path, seen, take=["biography", "salutation"], act="accept")
    assert taken.status_code == 303
    with app.app_context():
        speaker = db.session.get(Speaker, stage.speaker_id)
        assert speaker.biography.get("en") == "Builds more."
        assert speaker.biography.get("zh-Hant") == "Builds.（繁）"
        assert speaker.salutation == "Dr"
        assert speaker.title.get("en") == "Sample title"
        proposal = db.session.scalar(sa.select(Proposal))
        assert (proposal.state, proposal.decided_by) == (ProposalState.ACCEPTED, "Ada Sample")
    assert "Builds more." in ada.get(f"/en/e/sample-forum/speakers/{stage.speaker_slug}").text
    assert "Nothing waits for you" in owner.get(CHANGES).text
    assert "Your last changes were accepted" in ada.get(stage.href).text
    assert "dealt with already" in owner.get(path).text


def test_declining_leaves_everything_as_it_was(
    app: Flask, owner: Member, ada: Holder, stage: Speaking, instance
):
    ada.fill(f"{stage.href}/profile", photo=picture(), salutation="Sir")
    path = waiting(app)
    assert owner.send(path, owner.form(path), act="decline").status_code == 303
    with app.app_context():
        speaker = db.session.get(Speaker, stage.speaker_id)
        assert (speaker.salutation, speaker.picture_id, speaker.revision) == ("", None, 1)
        assert db.session.scalar(sa.select(Picture)) is None
    assert list((instance / "uploads").glob("*.webp")) == []
    assert "left your profile as it was" in ada.get(stage.href).text


@pytest.mark.both_databases
def test_what_an_editor_changed_since_is_said_and_not_overwritten_unasked(
    app: Flask, owner: Member, ada: Holder, stage: Speaking
):
    ada.fill(f"{stage.href}/profile", **{"title-en": "Engineer", "salutation": "Dr"})
    owner.fill(f"/manage/sample-forum/speakers/{stage.speaker_slug}", **{"title-en": "Director"})
    path = waiting(app)
    page = owner.get(path)
    assert "Changed by Ada Sample after the speaker saw it" in page.text
    seen = owner.form_in(page)
    assert [value for name, value in seen.values if name == "take"] == ["salutation"]
    assert owner.send(path, seen, act="accept").status_code == 303
    with app.app_context():
        speaker = db.session.get(Speaker, stage.speaker_id)
        assert (speaker.title.get("en"), speaker.salutation) == ("Director", "Dr")


@pytest.mark.both_databases
def test_two_editors_and_a_speaker_at_once_lose_nothing(
    app: Flask, owner: Member, second: Member, ada: Holder, stage: Speaking
):
    ada.fill(f"{stage.href}/profile", salutation="Dr")
    path = waiting(app)
    old = second.form(path)
    owner.fill(f"/manage/sample-forum/speakers/{stage.speaker_slug}", surname="Wong")
    answer = second.send(path, old, act="accept")
    assert answer.status_code == 409
    assert "changed by somebody else" in answer.text
    stale = second.form_in(answer)
    ada.fill(f"{stage.href}/profile", salutation="Prof")
    gone = second.send(path, stale, act="accept")
    assert gone.status_code == 409
    assert "the speaker has changed it again" in gone.text
    with app.app_context():
        speaker = db.session.get(Speaker, stage.speaker_id)
        assert (speaker.salutation, speaker.surname) == ("", "Wong")


def test_a_photo_is_taken_with_a_nod(
    app: Flask, owner: Member, ada: Holder, stage: Speaking, instance
):
    ada.fill(f"{stage.href}/profile", photo=picture())
    path = waiting(app)
    assert "The photo that is wanted" in owner.get(path).text
    owner.send(path, owner.form(path), act="accept")
    with app.app_context():
        speaker = db.session.get(Speaker, stage.speaker_id)
        first = db.session.get(Picture, speaker.picture_id)
    assert ada.get(first.face_address).status_code == 200
    ada.fill(f"{stage.href}/profile", focus_x="10", focus_y="90")
    path = waiting(app)
    owner.send(path, owner.form(path), act="accept")
    with app.app_context():
        moved = db.session.get(Picture, first.id)
        assert (moved.focus_x, moved.focus_y) == (10, 90)
    assert ada.get(moved.face_address).status_code == 200
    ada.fill(f"{stage.href}/profile", remove_photo="y")
    path = waiting(app)
    owner.send(path, owner.form(path), act="accept")
    with app.app_context():
        assert db.session.get(Speaker, stage.speaker_id).picture_id is None
    assert list((instance / "uploads").glob("*.webp")) == []


def test_a_choice_that_leaves_no_name_is_refused(
    app: Flask, owner: Member, house: SimpleNamespace, ada: Holder
):
    with app.app_context():
        event = db.session.get(Event, house.event_id)
        stage = speaking(event=event, name="Ada Wong", name_zh="")
    ada.fill(f"{stage.href}/profile", name="", name_zh="黃雅達")
    path = waiting(app)
    answer = owner.send(path, owner.form(path), take=["name"], act="accept")
    assert answer.status_code == 422
    assert "Take both names, or none" in answer.text
    assert owner.send(path, owner.form_in(answer), take=["name", "name_zh"], act="accept")


def test_slides_that_were_sent_are_accepted_with_a_time_or_declined(
    app: Flask, owner: Member, ada: Holder, stage: Speaking, instance
):
    slides = f"{stage.href}/sessions/{stage.session_id}/slides"
    for _ in range(2):
        assert ada.fill(slides, file=pdf()).status_code == 303
    with app.app_context():
        first, other = db.session.scalars(sa.select(Material).order_by(Material.created_at))
    page = owner.get(CHANGES).text
    assert "Robots at work" in page
    assert owner.get("/manage/sample-forum/speakers").text.count("2 changes from speakers") == 1
    token = {"csrf_token": dict(owner.form(CHANGES).values)["csrf_token"]}
    take = {**token, "act": "accept", "publishing": "now"}
    assert owner.client.post(f"{CHANGES}/materials/{first.id}", data=take).status_code == 303
    decline = {**token, "act": "decline"}
    assert owner.client.post(f"{CHANGES}/materials/{other.id}", data=decline).status_code == 303
    assert fetch(ada, f"/uploads/materials/{first.file_name}").status_code == 200
    assert ada.get(f"/uploads/materials/{other.file_name}").status_code == 404
    assert [one.name for one in (instance / "uploads").glob("*.pdf")] == [first.file_name]


def test_what_waits_elsewhere_is_not_there(
    app: Flask, owner: Member, house: SimpleNamespace, ada: Holder
):
    with app.app_context():
        stranger = speaking(event=db.session.get(Event, house.other_id))
    ada.fill(f"{stranger.href}/profile", salutation="Dr")
    ada.fill(f"{stranger.href}/sessions/{stranger.session_id}/slides", file=pdf())
    path = waiting(app)
    assert owner.get(path).status_code == 404
    seen = dict(owner.form("/manage/sample-forum/speakers/new").values)
    token = {"csrf_token": seen["csrf_token"]}
    for act in ("accept", "decline"):
        data = {**token, "act": act, "take": "salutation"}
        assert owner.client.post(path, data=data).status_code == 404
        with app.app_context():
            material = db.session.scalar(sa.select(Material))
        sent = f"{CHANGES}/materials/{material.id}"
        assert owner.client.post(sent, data=data).status_code == 404
    assert "Nothing waits for you" in owner.get(CHANGES).text


def test_removing_a_speaker_takes_the_photo_that_waits_along(
    app: Flask, owner: Member, ada: Holder, stage: Speaking, instance
):
    ada.fill(f"{stage.href}/profile", photo=picture())
    owner.fill(f"/manage/sample-forum/speakers/{stage.speaker_slug}/remove")
    assert list((instance / "uploads").glob("*.webp")) == []
    assert ada.get(stage.href).status_code == 404
    with app.app_context():
        assert db.session.scalar(sa.select(Engagement)) is None
