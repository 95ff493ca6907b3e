"""Slides and hand-outs: known by their content, reachable only while published, in order."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from forum.core.actor import SYSTEM
from forum.core.db import db
from forum.events.models import Event
from forum.events.rules import EventState
from forum.programme import queries, service
from forum.programme.models import Material, Session
from forum.programme.service import materials, sweep_pdfs
from tests import factories
from tests.events.browsing import Member
from tests.site.speaking import PDF, Holder, Speaking, fetch, pdf, post_pdf, speaking

ADDED = {"publishing": "now", "kind": "slides"}


@pytest.fixture
def stage(app: Flask, house: SimpleNamespace) -> Speaking:
    with app.app_context():
        return speaking(event=db.session.get(Event, house.event_id))


@pytest.fixture
def page(stage: Speaking) -> str:
    return f"/manage/sample-forum/programme/{stage.session_id}/materials"


def rows(app: Flask) -> list[Material]:
    with app.app_context():
        return list(db.session.scalars(sa.select(Material).order_by(Material.position)))


@pytest.mark.both_databases
def test_a_published_pdf_is_served_as_one_and_as_nothing_else(app: Flask, owner: Member, page: str):
    title = {"title-en": 'My "slides"; a=b/../c', "title-zh_hant": "我的投影片"}
    answer = owner.fill(page, file=pdf(PDF, "../../evil.html"), **ADDED, **title)
    assert answer.status_code == 303
    (one,) = rows(app)
    assert one.size == len(PDF)
    guest = app.test_client()
    found = fetch(guest, one.address)
    assert found.status_code == 200
    assert found.data == PDF
    assert found.content_type == "application/pdf"
    assert found.headers["X-Content-Type-Options"] == "nosniff"
    assert found.headers["Content-Disposition"].startswith("attachment")
    assert "/" not in found.headers["Content-Disposition"]
    assert "sandbox" in found.headers["Content-Security-Policy"]
    assert guest.get(f"/uploads/{one.file_name}").status_code == 404
    for name in ("x.pdf", "../forum.sqlite3", "0" * 32 + ".pdf", one.file_name.upper()):
        assert guest.get(f"/uploads/materials/{name}").status_code == 404, name


def test_an_unpublished_file_is_reached_by_nobody_but_editors(
    app: Flask, owner: Member, page: str, stage: Speaking
):
    owner.fill(page, file=pdf(), kind="handout", publishing="not_yet")
    (one,) = rows(app)
    guest = app.test_client()
    assert fetch(guest, one.address).status_code == 404
    assert guest.get(f"{page}/{one.id}/file").status_code == 303
    mine = fetch(owner, f"{page}/{one.id}/file")
    assert mine.data == PDF
    assert mine.headers["Cache-Control"] == "no-store"
    with app.app_context():
        assert queries.published_materials([stage.session_id], factories.NOW) == {}


def test_it_is_published_at_its_time_or_once_the_session_has_ended(
    app: Flask, owner: Member, page: str, stage: Speaking
):
    owner.fill(page, file=pdf(), kind="slides", publishing="at", at="2026-12-01T09:00")
    owner.fill(page, file=pdf(), kind="slides", publishing="after")
    chosen, after = rows(app)
    first = factories.STARTS.replace(day=1, hour=1)
    ends = factories.STARTS + timedelta(minutes=60)
    with app.app_context():
        assert queries.next_publication(stage.event_id, factories.NOW) == first
        assert queries.next_publication(stage.event_id, first) == ends
        assert queries.next_publication(stage.event_id, ends) is None
        shown = queries.published_materials([stage.session_id], first)
        assert [one.id for one in shown[stage.session_id]] == [chosen.id]
    guest = app.test_client()
    for moment, there in ((first - timedelta(seconds=1), 404), (first, 200)):
        with time_machine.travel(moment, tick=False):
            assert fetch(guest, chosen.address).status_code == there
    for moment, there in ((ends - timedelta(seconds=1), 404), (ends, 200)):
        with time_machine.travel(moment, tick=False):
            assert fetch(guest, after.address).status_code == there


def test_a_draft_event_or_session_shows_no_file(
    app: Flask, owner: Member, page: str, stage: Speaking
):
    owner.fill(page, file=pdf(), **ADDED)
    (one,) = rows(app)
    guest = app.test_client()
    for table, id_ in (("event", stage.event_id), ("session", stage.session_id)):
        with app.app_context():
            model = {"event": Event, "session": Session}[table]
            thing = db.session.get(model, id_)
            was = thing.state
            thing.state = EventState.DRAFT if table == "event" else type(was).DRAFT
            if table == "event":
                thing.published_at = None
            db.session.commit()
        assert fetch(guest, one.address).status_code == 404, table
        with app.app_context():
            db.session.get(model, id_).state = was
            db.session.commit()
    assert fetch(guest, one.address).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not a pdf at all",
        b"<html><script>alert(1)</script></html>" + PDF,
        PDF[:-6] + b"cut off",
        b"%PDF-1.7\n<html></html>",
        b"\x89PNG\r\n\x1a\n" + PDF,
        b"PK\x03\x04" + PDF,
    ],
)
def test_what_is_no_pdf_is_refused_in_a_sentence_and_leaves_nothing(
    app: Flask, owner: Member, page: str, instance, body: bytes
):
    answer = owner.fill(page, file=pdf(body), **{**ADDED, "title-en": "Kept title"})
    assert answer.status_code == 422
    assert "Choose a PDF" in answer.text
    assert "Kept title" in answer.text
    assert rows(app) == []
    assert list((instance / "uploads").glob("*")) == []


def test_a_file_of_25_mb_is_refused_in_a_sentence(
    app: Flask, owner: Member, page: str, stage: Speaking, instance
):
    heavy = PDF[:-30] + b" " * 25_000_000 + PDF[-30:]
    own = Holder(app)
    slides = f"{stage.href}/sessions/{stage.session_id}/slides"
    for who, path in ((owner, page), (own, slides)):
        answer = post_pdf(who, path, who.form(path), heavy)
        assert answer.status_code == 422
        assert "at most 20 MB" in answer.text
    assert list((instance / "uploads").glob("*")) == []
    worse = b"%PDF-" + b" " * 27_000_000
    assert post_pdf(own, slides, own.form(slides), worse).status_code == 413


def test_a_pdf_just_within_the_limit_is_taken(app: Flask, owner: Member, page: str):
    large = PDF[:-30] + b" " * (20_000_000 - len(PDF)) + PDF[-30:]
    assert post_pdf(owner, page, owner.form(page), large).status_code == 303
    assert rows(app)[0].size == 20_000_000


def test_a_link_is_taken_and_both_or_neither_are_not(app: Flask, owner: Member, page: str):
    for typed, says in (
        ({}, "Choose a PDF, or enter a link"),
        ({"file": pdf(), "url": "https://example.com/s"}, "not both"),
        ({"url": "javascript:alert(1)"}, "Enter a web address"),
        ({"url": "https://example.com", "publishing": "at"}, "Enter the day and the time"),
        ({"url": "https://example.com", "kind": "virus"}, "Choose one from the list"),
    ):
        answer = owner.fill(page, **{**ADDED, **typed})
        assert answer.status_code == 422, typed
        assert says in answer.text, typed
    assert owner.fill(page, url="example.com/slides", **ADDED).status_code == 303
    (one,) = rows(app)
    assert (one.url, one.file_name) == ("https://example.com/slides", None)
    assert one.title.get("zh-Hant") == "投影片"


@pytest.mark.both_databases
def test_materials_are_put_in_order_changed_by_two_and_removed(
    app: Flask, owner: Member, second: Member, page: str, instance
):
    for name in ("One", "Two"):
        owner.fill(page, file=pdf(), **{**ADDED, "title-en": name})
    first, other = rows(app)
    owner.press(page, f"{page}/{other.id}/move", step="up")
    assert [one.title.get("en") for one in rows(app)] == ["Two", "One"]
    edit = f"{page}/{first.id}"
    seen = second.form(edit)
    assert owner.fill(edit, **{"title-en": "Ada’s title"}).status_code == 303
    answer = second.send(edit, seen, **{"title-en": "Ben’s title"})
    assert answer.status_code == 409
    assert "Ben’s title" in answer.text
    assert second.send(edit, second.form_in(answer)).status_code == 303
    assert owner.fill(f"{edit}/remove").status_code == 303
    assert [one.title.get("en") for one in rows(app)] == ["Two"]
    assert len(list((instance / "uploads").glob("*.pdf"))) == 1
    assert app.test_client().get(first.address).status_code == 404


def test_a_speaker_sends_for_own_sessions_alone_and_takes_back_own_things_alone(
    app: Flask, owner: Member, house: SimpleNamespace, stage: Speaking, page: str
):
    ada = Holder(app)
    with app.app_context():
        event = db.session.get(Event, house.event_id)
        foreign = factories.make_session(event).id
        other = speaking(event=event)
    slides = f"{stage.href}/sessions/{stage.session_id}/slides"
    seen = ada.form(slides)
    for session_id in (foreign, other.session_id):
        path = f"{stage.href}/sessions/{session_id}/slides"
        assert ada.get(path).status_code == 404
        seen.action = ""
        assert ada.send(path, seen, file=pdf()).status_code == 404
    owner.fill(page, file=pdf(), **ADDED)
    (theirs,) = rows(app)
    token = {"csrf_token": dict(seen.values)["csrf_token"]}
    back = f"{stage.href}/materials/{theirs.id}"
    assert ada.client.post(f"{back}/remove", data=token).status_code == 404
    assert ada.get(f"{back}/file").status_code == 404
    assert ada.fill(slides, file=pdf()).status_code == 303
    mine = next(one for one in rows(app) if one.engagement_id)
    assert not mine.accepted
    assert fetch(ada, f"{stage.href}/materials/{mine.id}/file").data == PDF
    assert ada.get(f"{other.href}/materials/{mine.id}/file").status_code == 404
    back = f"{stage.href}/materials/{mine.id}/remove"
    assert ada.client.post(back, data=token).status_code == 303
    assert len(rows(app)) == 1


def test_a_speaker_sends_so_many_and_no_more(app: Flask, stage: Speaking):
    ada = Holder(app)
    slides = f"{stage.href}/sessions/{stage.session_id}/slides"
    for _ in range(8):
        assert ada.fill(slides, url="https://example.com/s").status_code == 303
    answer = ada.fill(slides, url="https://example.com/s")
    assert answer.status_code == 422
    assert "Remove one first" in answer.text


def test_files_of_one_speaker_come_to_so_much_and_no_more(
    app: Flask, stage: Speaking, instance: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(materials, "MOST_SENT_BYTES", len(PDF) * 2)
    ada = Holder(app)
    slides = f"{stage.href}/sessions/{stage.session_id}/slides"
    for _ in range(2):
        assert ada.fill(slides, file=pdf()).status_code == 303
    refused = ada.fill(slides, file=pdf())
    assert refused.status_code == 422
    assert "Take something back first, or send a link." in refused.text
    assert len(list((instance / "uploads").glob("*.pdf"))) == 2, "the refused file is gone"
    assert ada.fill(slides, url="https://example.com/s").status_code == 303
    back = f"{stage.href}/materials/{next(one.id for one in rows(app) if one.file_name)}/remove"
    ada.client.post(back, data={"csrf_token": dict(ada.form(stage.href).values)["csrf_token"]})
    assert ada.fill(slides, file=pdf()).status_code == 303


def test_slides_come_after_the_talk_too_but_not_for_ever(app: Flask, stage: Speaking):
    ada, slides = Holder(app), f"{stage.href}/sessions/{stage.session_id}/slides"
    for days, status in ((59, 303), (62, 409)):
        with time_machine.travel(factories.ENDS + timedelta(days=days), tick=True):
            sent = ada.fill(slides, url="https://example.com/s")
            assert sent.status_code == status
    assert "The event is cancelled or over" in sent.text


def test_slides_go_live_at_once_where_no_nod_is_wanted(app: Flask, house: SimpleNamespace):
    with app.app_context():
        stage = speaking(event=db.session.get(Event, house.event_id), nod=False)
    ada = Holder(app)
    ada.fill(f"{stage.href}/sessions/{stage.session_id}/slides", file=pdf())
    (one,) = rows(app)
    assert one.accepted
    assert fetch(ada, one.address).status_code == 200


def test_files_that_nothing_names_are_swept(app: Flask, owner: Member, page: str, instance):
    owner.fill(page, file=pdf(), **ADDED)
    folder = instance / "uploads"
    (folder / ("0" * 32 + ".pdf")).write_bytes(PDF)
    with app.app_context():
        assert sweep_pdfs(folder, factories.NOW) == 0
        later = factories.NOW + timedelta(days=36_500)
        assert sweep_pdfs(folder, later) == 1
    assert [one.name for one in folder.glob("*.pdf")] == [rows(app)[0].file_name]


def test_anothers_session_has_no_materials_here(app: Flask, owner: Member, house: SimpleNamespace):
    with app.app_context():
        other = factories.make_session(db.session.get(Event, house.other_id)).id
        service.add_material(
            SYSTEM,
            house.other_id,
            other,
            service.MaterialDetails("link", factories.text("X"), "https://example.com", "now"),
            None,
            now=factories.NOW,
        )
        material = db.session.scalar(sa.select(Material)).id
    base = f"/manage/sample-forum/programme/{other}/materials"
    for rest in ("", f"/{material}", f"/{material}/file", f"/{material}/remove"):
        path = base + rest
        assert owner.get(path).status_code == 404, path
