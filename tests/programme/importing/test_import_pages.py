"""An editor sends a file, reads what it would do, decides, and only then it is done."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from werkzeug.test import TestResponse

from forum.core.db import counted_statements, db
from forum.core.permissions import Role
from forum.core.text import Text
from forum.programme.importing import reading, waiting
from forum.programme.manage import frame, sent_files
from forum.programme.models import Material, Session, Speaker, WaitingImport
from tests.events.browsing import Member
from tests.factories import NOW, make_speaker
from tests.programme.importing import files

PLACE = "/manage/sample-forum/programme/import"
PREVIEW = f"{PLACE}/preview"


def send(member: Member, content: bytes, name: str = "schedule.xml", **typed: Any) -> TestResponse:
    seen = member.form(PLACE, having="zone")
    return member.send(PLACE, seen, file=(io.BytesIO(content), name), **typed)


def titles(app: Flask) -> list[str]:
    with app.app_context():
        return sorted(one.get("en") for one in db.session.scalars(sa.select(Session.title)))


def events(number: int = 2, **given: Any) -> list[dict[str, Any]]:
    return [
        files.frab_event(
            guid=f"g{one}",
            id=one,
            title=f"Talk {one}",
            date=f"2026-12-08T{9 + one % 12:02}:00:00+08:00",
            **given,
        )
        for one in range(number)
    ]


def test_nothing_is_written_before_the_preview_is_answered(
    app: Flask, house: SimpleNamespace, owner: Member
) -> None:
    sent = send(owner, files.frab_xml(*events()))
    assert sent.status_code == 303
    page = owner.get(sent.headers["Location"])
    assert page.status_code == 200
    assert titles(app) == []
    for words in ("schedule.xml", "Talk 0", "Talk 1", "Ada Sample", "Hall", "Harbour", "9:45"):
        assert words in page.text
    done = owner.fill(PREVIEW, having="seen")
    assert done.status_code == 303
    assert titles(app) == ["Talk 0", "Talk 1"]
    assert "2 sessions are new." in owner.get("/manage/sample-forum/programme").text
    assert owner.get(PREVIEW).status_code == 303, "the file is gone"
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(WaitingImport)) == 0


def test_a_bad_file_is_refused_at_its_box_and_nothing_waits(
    app: Flask, house: SimpleNamespace, owner: Member
) -> None:
    refused = send(owner, b"<schedule><conf")
    assert refused.status_code == 422
    assert "The XML is broken at line 1." in refused.text
    assert send(owner, b"", name="").status_code == 422
    assert "There is no time zone" in send(owner, files.frab_xml(), zone="Moon/Base").text
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(WaitingImport)) == 0


def test_a_file_beyond_the_limit_gets_an_answer(
    house: SimpleNamespace, owner: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "LARGEST_FILE", 2_000)
    monkeypatch.setattr(sent_files, "LARGEST_FILE", 2_000)
    monkeypatch.setitem(frame.UPLOADS, "programme_manage.import_file", 20_000)
    refused = send(owner, b"{" + b" " * 3_000)
    assert refused.status_code == 422
    assert "The file is larger than 20 MB." in refused.text
    assert send(owner, b"{" + b" " * 30_000).status_code == 413


def test_a_file_waits_for_its_member_alone_and_not_for_ever(
    app: Flask, house: SimpleNamespace, owner: Member, second: Member
) -> None:
    send(owner, files.frab_xml(*events()))
    assert "schedule.xml" in owner.get(PLACE).text
    assert "schedule.xml" not in second.get(PLACE).text
    assert second.get(PREVIEW).status_code == 303
    later = NOW + waiting.KEPT_FOR + timedelta(minutes=1)
    with time_machine.travel(later, tick=True), app.app_context():
        waiting.sweep(later)
        assert db.session.scalar(sa.select(sa.func.count()).select_from(WaitingImport)) == 0


def test_the_zone_is_asked_for_and_can_be_changed_in_the_preview(
    app: Flask, house: SimpleNamespace, owner: Member
) -> None:
    naive = events(1)
    naive[0]["date"] = "2026-12-08T09:00:00"
    send(owner, files.frab_json(*naive, time_zone_name="Europe/Berlin"), name="a.json")
    page = owner.get(PREVIEW)
    assert "The file names its own time zone: Europe/Berlin." in page.text
    assert "9:00" in page.text
    moved = owner.send(f"{PLACE}/zone", owner.form_in(page, having="zone"), zone="europe/berlin")
    assert moved.status_code == 303
    assert "4:00" in owner.get(PREVIEW).text


def test_a_conflict_stands_beside_a_box_and_is_taken_when_ticked(
    app: Flask, house: SimpleNamespace, owner: Member
) -> None:
    send(owner, files.frab_xml(*events(1)))
    owner.fill(PREVIEW, having="seen")
    with app.app_context():
        found = db.session.scalars(sa.select(Session)).one()
        found.title = Text({"en": "Mine"})
        db.session.commit()
    theirs = events(1)
    theirs[0]["title"] = "Theirs"
    send(owner, files.frab_xml(*theirs))
    page = owner.get(PREVIEW)
    assert "Changed here too" in page.text
    assert "Take the file’s: Theirs" in page.text
    owner.send(PREVIEW, owner.form_in(page, having="seen"), take="session/g0/title.en")
    assert titles(app) == ["Theirs"]


def test_gone_and_cancelled_by_a_tick(app: Flask, house: SimpleNamespace, owner: Member) -> None:
    send(owner, files.frab_xml(*events(2)))
    owner.fill(PREVIEW, having="seen")
    send(owner, files.frab_xml(*events(1)))
    page = owner.get(PREVIEW)
    assert "Gone from the file" in page.text
    with app.app_context():
        wanted = sa.select(Session.id).where(Session.state == "confirmed")
        ids = [str(one) for one in db.session.scalars(wanted)]
    box = next(one for one in ids if f'name="drop" value="{one}"' in page.text)
    owner.send(PREVIEW, owner.form_in(page, having="seen"), drop=box)
    with app.app_context():
        assert sorted(one.value for one in db.session.scalars(sa.select(Session.state))) == [
            "cancelled",
            "confirmed",
        ]


def test_a_known_name_is_asked_about(app: Flask, house: SimpleNamespace, owner: Member) -> None:
    with app.app_context():
        make_speaker(house.ours.id, name="Ada Sample")
    send(owner, files.frab_xml(*events(1)))
    page = owner.get(PREVIEW)
    assert "Are these the people you know?" in page.text
    owner.send(PREVIEW, owner.form_in(page, having="seen"), **{"who-7": "new"})
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Speaker)) == 2


def test_clashes_and_notes_are_shown_and_stop_nothing(
    app: Flask, house: SimpleNamespace, owner: Member
) -> None:
    twice = [files.frab_event(guid=one, id=one, title=f"Talk {one}") for one in ("a", "b", "a")]
    send(owner, files.frab_xml(*twice))
    page = owner.get(PREVIEW)
    assert "Conflicts it would bring" in page.text
    assert "Ada Sample is in two sessions at once" in page.text
    assert "Hall holds two sessions at once" in page.text
    assert "session a: has the id of another one, left out" in page.text
    owner.fill(PREVIEW, having="seen")
    assert titles(app) == ["Talk a", "Talk b"]


def test_notes_of_one_kind_stand_together_and_the_button_says_how_many(
    app: Flask, house: SimpleNamespace, owner: Member
) -> None:
    """One person in thirty sessions at once is one line, opened by who wants to read it."""
    crowded = [
        files.frab_event(guid=f"n{n}", id=f"n{n}", title=f"Talk {n}", room=f"Room {n}")
        for n in range(30)
    ]
    send(owner, files.frab_xml(*crowded))
    page = owner.get(PREVIEW).text
    (number,) = re.findall(r'<summary>A speaker in two places <span class="num">(\d+)</span>', page)
    assert int(number) == page.count("<li>Ada Sample is in two sessions at once")
    assert int(number) > 30
    assert page.count(">Import 30 sessions</button>") == 2
    assert "30 new, 0 changed, 0 unchanged" in page


def test_a_preview_grown_old_says_so_and_shows_what_is_now(
    app: Flask, house: SimpleNamespace, owner: Member
) -> None:
    send(owner, files.frab_xml(*events(1)))
    old = owner.form(PREVIEW, having="seen")
    with app.app_context():
        make_speaker(house.ours.id, name="Ada Sample")
    refused = owner.send(PREVIEW, old)
    assert refused.status_code == 409
    assert "was changed while you were reading" in refused.text
    assert titles(app) == []


def test_the_file_can_be_thrown_away(app: Flask, house: SimpleNamespace, owner: Member) -> None:
    send(owner, files.frab_xml(*events(1)))
    seen = owner.form(PREVIEW, having="seen")
    thrown = owner.client.post(f"{PLACE}/forget", data=dict(seen.values))
    assert thrown.status_code == 303
    assert owner.get(PREVIEW).status_code == 303
    assert titles(app) == []


@pytest.mark.parametrize("role", [Role.VIEWER, Role.DOOR, Role.REGISTRAR])
def test_who_may_not_edit_the_programme_imports_nothing(
    app: Flask, house: SimpleNamespace, role: Role
) -> None:
    member = Member(app, house.ours, role=role)
    assert [member.get(one).status_code for one in (PLACE, PREVIEW)] == [403, 403]


def test_another_organisations_event_is_not_there(
    app: Flask, house: SimpleNamespace, owner: Member
) -> None:
    assert owner.get("/manage/other-forum/programme/import").status_code == 404


@pytest.mark.parametrize("language", ["zh-Hant", "zh-Hans"])
def test_the_preview_speaks_the_members_language(
    app: Flask, house: SimpleNamespace, owner: Member, language: str
) -> None:
    send(owner, files.frab_xml(*events(1)))
    page = owner.get(f"{PREVIEW}?lang={language}")
    assert page.status_code == 200
    assert "12月8日" in page.text


def test_the_preview_of_many_sessions_asks_no_more_statements(
    app: Flask, house: SimpleNamespace, owner: Member
) -> None:
    counts = []
    for number in (2, 120):
        send(owner, files.frab_xml(*events(number)))
        with app.app_context():
            engine = db.engine
        with counted_statements(engine) as seen:
            assert owner.get(PREVIEW).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]
    assert counts[1] <= 30


def test_links_beyond_what_a_session_takes_are_named_before_they_are_left_out(
    app: Flask, owner: Member
) -> None:
    def linked(first: int, number: int) -> bytes:
        links = [
            {"title": f"Link {one}", "url": f"https://example.com/{one}"}
            for one in range(first, first + number)
        ]
        return files.frab_xml(files.frab_event(links=links))

    send(owner, linked(0, 22))
    assert "has 22 links, the first 20 kept" in owner.get(PREVIEW).text
    assert owner.fill(PREVIEW, having="seen").status_code == 303
    for first, said in ((100, ""), (200, "20 links are left out: a session takes 40 links")):
        send(owner, linked(first, 20))
        assert said in owner.get(PREVIEW).text
        assert said or "left out" not in owner.get(PREVIEW).text
        assert owner.fill(PREVIEW, having="seen").status_code == 303
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Material)) == 40
