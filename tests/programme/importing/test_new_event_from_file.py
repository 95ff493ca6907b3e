"""A programme file becomes an event: seen first, made as a draft, and by whoever may."""

from __future__ import annotations

import io
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from forum.core.db import counted_statements, db, writing
from forum.core.permissions import Role
from forum.events.models import Event, Room
from forum.events.rules import EventState
from forum.people.models import Member as OfOrganisation
from forum.programme.models import Session, Speaker, WaitingImport
from forum.seats.models import SeatPool
from tests.events.browsing import Member
from tests.factories import NOW, make_speaker
from tests.programme.importing import files

PLACE = "/manage/new/from-file"
PREVIEW = f"{PLACE}/preview"


def send(member: Member, content: bytes, name: str = "schedule.xml", **typed: Any) -> TestResponse:
    seen = member.form(PLACE, having="zone")
    return member.send(PLACE, seen, file=(io.BytesIO(content), name), **typed)


def talks(number: int) -> bytes:
    return files.frab_xml(
        *(
            files.frab_event(
                guid=f"g{one}",
                id=one,
                title=f"Talk {one}",
                date=f"2026-12-08T{9 + one % 12:02}:00:00+08:00",
                room=f"Room {one}",
                persons=[{"id": one, "public_name": f"Sample Speaker {one}"}],
            )
            for one in range(number)
        )
    )


def made(app: Flask, slug: str) -> SimpleNamespace:
    with app.app_context():
        event = db.session.scalars(sa.select(Event).where(Event.slug == slug)).one()
        of_it = {"event_id": event.id}
        return SimpleNamespace(
            state=event.state,
            zone=event.time_zone,
            languages=event.languages,
            starts=event.starts_at.astimezone(event.zone),
            seats=db.session.scalar(
                sa.select(SeatPool.capacity).where(SeatPool.event_id == event.id)
            ),
            rooms=len(db.session.scalars(sa.select(Room).filter_by(**of_it)).all()),
            sessions=len(db.session.scalars(sa.select(Session).filter_by(**of_it)).all()),
        )


def waiting(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.count()).select_from(WaitingImport)) or 0


@pytest.mark.both_databases
def test_a_file_becomes_a_draft_with_its_name_days_rooms_and_sessions(
    app: Flask, house: SimpleNamespace, owner: Member
) -> None:
    sent = send(owner, talks(3))
    assert (sent.status_code, sent.location) == (303, PREVIEW)
    page = owner.get(PREVIEW)
    for words in ("Sample Conference", "Talk 2", "Room 1", "Sample Speaker 0", "8 December"):
        assert words in page.text
    done = owner.fill(PREVIEW, having="capacity", capacity="80")
    assert (done.status_code, done.location) == (303, "/manage/sample-conference/programme")
    event = made(app, "sample-conference")
    assert (event.state, event.seats, event.rooms, event.sessions) == (EventState.DRAFT, 80, 3, 3)
    assert (event.zone, event.languages) == ("Asia/Hong_Kong", ["en"])
    assert waiting(app) == 0
    assert owner.get("/manage/sample-conference/programme").status_code == 200


def test_nothing_is_made_before_the_seats_are_named_and_what_was_typed_stays(
    app: Flask, house: SimpleNamespace, owner: Member
) -> None:
    send(owner, talks(1))
    refused = owner.fill(PREVIEW, having="capacity", **{"title-en": "My own name"})
    assert refused.status_code == 422
    assert "My own name" in refused.text
    with app.app_context():
        assert db.session.scalar(sa.select(Event).where(Event.slug == "my-own-name")) is None


def test_the_zone_is_asked_and_the_times_are_shown_in_it_before_anything_is_made(
    app: Flask, house: SimpleNamespace, owner: Member
) -> None:
    naive = files.frab_event(date="2026-12-08T09:00:00")
    send(owner, files.frab_json(naive, time_zone_name="Europe/Berlin"), name="a.json")
    form = owner.form(PREVIEW, having="capacity")
    assert dict(form.values)["zone"] == "Europe/Berlin", "what the file names is proposed"
    looked = owner.fill(
        PREVIEW, having="capacity", act="look", zone="asia/tokyo", **{"title-en": "Kept"}
    )
    assert looked.status_code == 200
    assert "Kept" in looked.text
    assert "9:00" in looked.text
    assert "There is a problem" not in looked.text, "nobody was asked for the seats yet"
    odd = owner.fill(PREVIEW, having="capacity", act="look", zone="Moon/Base")
    assert "There is no time zone" in odd.text
    owner.fill(PREVIEW, having="capacity", capacity="10", zone="Asia/Tokyo")
    event = made(app, "sample-conference")
    assert (event.zone, event.starts.hour) == ("Asia/Tokyo", 9)


def test_enter_in_a_box_makes_the_event_rather_than_reading_the_times_again(
    house: SimpleNamespace, owner: Member
) -> None:
    send(owner, talks(1))
    form = owner.get(PREVIEW).text.partition("data-keep")[2]
    first = form[form.index('<button type="submit"') :].partition("</button>")[0]
    assert first.endswith(">Make the event")


def test_a_known_person_is_found_by_name_or_made_anew_as_the_organiser_says(
    app: Flask, house: SimpleNamespace, owner: Member
) -> None:
    with app.app_context():
        make_speaker(house.ours.id, name="Ada Sample")
    send(owner, files.frab_xml())
    page = owner.get(PREVIEW)
    assert "Are these the people you know?" in page.text
    owner.fill(PREVIEW, having="capacity", capacity="10", **{"who-7": "new"})
    with app.app_context():
        found = db.session.scalars(sa.select(Speaker).where(Speaker.name == "Ada Sample")).all()
        assert len(found) == 2


def test_the_same_file_makes_one_event_and_its_second_upload_leads_there(
    app: Flask, house: SimpleNamespace, owner: Member, second: Member
) -> None:
    for member in (owner, second):
        send(member, talks(1))
    assert owner.fill(PREVIEW, having="capacity", capacity="10").status_code == 303
    late = second.fill(PREVIEW, having="capacity", capacity="10")
    again = send(owner, talks(1))
    for refused in (late, again):
        assert refused.status_code == 409
        assert "This file was imported before" in refused.text
        assert 'href="/manage/sample-conference/programme"' in refused.text
    assert waiting(app) == 1, "of a file sent again nothing is to be filled in for nothing"


@pytest.mark.both_databases
def test_a_file_that_one_of_two_organisations_has_can_become_an_event_of_the_other(
    app: Flask, house: SimpleNamespace, owner: Member
) -> None:
    send(owner, talks(1))
    owner.fill(PREVIEW, having="capacity", capacity="10")
    with app.app_context(), writing() as transaction:
        of_both = {"user_id": owner.user.id, "organisation_id": house.theirs.id}
        transaction.add(OfOrganisation(**of_both, role=Role.OWNER, created_at=NOW))
    assert send(owner, talks(1)).status_code == 303
    there = str(house.theirs.id)
    made_there = owner.fill(PREVIEW, having="capacity", capacity="10", organisation=there)
    assert made_there.status_code == 303
    assert send(owner, talks(1)).status_code == 409


def test_a_file_of_which_no_event_can_be_made_is_refused_at_its_box(
    app: Flask, house: SimpleNamespace, owner: Member
) -> None:
    for content, says in (
        (b"<schedule><conf", "The XML is broken"),
        (files.sheet_csv({"Title (en)": "Untimed"}), "No session in this file has a time"),
    ):
        refused = send(owner, content)
        assert refused.status_code == 422
        assert says in refused.text
    assert waiting(app) == 0
    assert owner.get(PREVIEW).location == PLACE


def test_a_file_waits_for_its_member_alone_and_can_be_discarded(
    app: Flask, house: SimpleNamespace, owner: Member, second: Member
) -> None:
    send(owner, talks(1))
    send(owner, talks(2), name="other.xml")
    assert waiting(app) == 1
    assert "other.xml" in owner.get(PLACE).text
    assert "other.xml" not in second.get(PLACE).text
    form = owner.form(PREVIEW, having="capacity")
    assert owner.send(f"{PLACE}/forget", form).location == PLACE
    assert waiting(app) == 0


def test_who_makes_no_events_makes_none_from_files(app: Flask, house: SimpleNamespace) -> None:
    editor = Member(app, house.ours, role=Role.PROGRAMME)
    assert editor.get(PLACE).status_code == 403
    assert editor.get(PREVIEW).status_code == 403


@pytest.mark.both_databases
def test_the_preview_costs_the_same_for_one_session_and_for_thirty(
    app: Flask, house: SimpleNamespace, owner: Member
) -> None:
    costs = []
    for number in (1, 30):
        send(owner, talks(number))
        owner.get(PREVIEW)
        with app.app_context():
            engine = db.engine
        with counted_statements(engine) as statements:
            assert owner.get(PREVIEW).status_code == 200
        costs.append(len(statements))
    assert costs[0] == costs[1] <= 18


def test_the_page_of_a_new_event_leads_there(house: SimpleNamespace, owner: Member) -> None:
    assert f'href="{PLACE}"' in owner.get("/manage/new").text
