"""An editor releases: what changes for whom is seen first, and nothing is lost on the way."""

from __future__ import annotations

import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from forum.core.actor import SYSTEM
from forum.core.db import counted_statements, db
from forum.core.permissions import Role
from forum.events.previews import preview_token
from forum.programme import queries, service
from forum.programme.models import Release, Session, SessionDraft, Speaker, SpeakerContact
from forum.programme.rules import ReleaseMode
from forum.registrations import service as registrations
from forum.registrations.models import Registration, Star
from tests import factories
from tests.events.browsing import Member

BOARD = "/manage/sample-forum/programme"
RELEASE = f"{BOARD}/release"
VERSIONS = f"{BOARD}/versions"
LATER = factories.NOW + timedelta(minutes=5)


def hold(house: SimpleNamespace) -> None:
    keeping = service.Keeping(ReleaseMode.HELD, (), 0, nod=True)
    service.keep_programme(SYSTEM, house.event_id, keeping, now=factories.NOW)


def move(session: Session, minutes: int, **more: Any) -> None:
    known = queries.planned_session(session.event_id, session.id)
    by = timedelta(minutes=minutes)
    place = service.Place(
        known.starts_at + by, known.ends_at + by, more.get("room_id", known.room_id)
    )
    service.place_session(SYSTEM, session.event_id, session.id, known.revision, place, now=LATER)


def starts(app: Flask, session: Session) -> Any:
    with app.app_context():
        return db.session.get_one(Session, session.id).starts_at


@pytest.fixture
def talk(app: Flask, house: SimpleNamespace) -> Session:
    """A talk of the event, which now holds changes back, moved by ten minutes."""
    with app.app_context():
        made = factories.make_session(house.event, title=factories.text("The talk"))
        hold(house)
        move(made, 10)
        return made


@pytest.mark.both_databases
def test_a_release_is_seen_before_it_is_made_and_then_by_guests(
    app: Flask, owner: Member, house: SimpleNamespace, talk: Session
):
    page = owner.get(RELEASE)
    assert "One session differs from what guests see." in page.text
    assert "<del>Tue 8 December, 9:30–10:00 am (HKT)</del> →" in page.text
    assert "<ins>9:40–10:10 am (HKT)</ins>" in page.text
    assert starts(app, talk) == talk.starts_at
    answer = owner.fill(RELEASE, **{"note-en": "The minister comes later."})
    assert answer.status_code == 303, answer.text
    assert starts(app, talk) == talk.starts_at + timedelta(minutes=10)
    page = owner.get(VERSIONS).text
    assert "Version 1 is released." in page
    assert "The minister comes later." in page
    assert "New time" in page
    assert "Nothing waits for release" in owner.get(RELEASE).text


def test_whom_a_release_reaches_is_said_before(
    app: Flask, owner: Member, house: SimpleNamespace, talk: Session
):
    with app.app_context():
        known, silent = (factories.make_speaker(house.ours.id) for _ in range(2))
        factories._stored(SpeakerContact(speaker_id=known.id, email="s@example.com"))
        for one in (known, silent):
            factories.make_appearance(talk, one)
        service.discard_changes(SYSTEM, house.event_id, now=LATER)
        move(talk, 10)
        guests = [
            registrations.register(
                SYSTEM, house.event_id, factories.attendee(), form_key=None, now=LATER
            )
            for _ in range(3)
        ]
        factories._stored(
            Star(
                registration_id=guests[0].registration_id,
                session_id=talk.id,
                starred_at=LATER,
            )
        )
    page = owner.get(RELEASE).text
    assert re.search(r">1</b> speaker is told by mail", page)
    assert re.search(r">1</b> speaker has no address here", page)
    assert re.search(r">1</b> guest with a place or a star", page)
    assert "Tell all 3 registered guests of all changes" in page
    with app.app_context():
        people = list(db.session.scalars(sa.select(Speaker).order_by(Speaker.id)))
        there = f"/manage/{house.slug}/speakers/"
        written, unreached = (f'href="{there}{one.slug}' for one in people)
        assert f'{written}">{people[0].shown_name}</a>' in page
        assert f'{unreached}/contact">{people[1].shown_name}</a>' in page
        guest = db.session.get_one(Registration, guests[0].registration_id)
    address = f"/manage/{house.slug}/registrations/{guest.id}"
    assert f'<a href="{address}">{guest.name}</a>' in page
    editor = Member(app, house.ours, role=Role.PROGRAMME).get(RELEASE).text
    assert ">1</b> guest with a place or a star" in editor
    assert address not in editor, "who may not see registrations is not told who they are"


def test_what_a_group_is_called_is_not_said_again_of_each_session(owner: Member, talk: Session):
    page = owner.get(RELEASE).text
    assert page.count("New time") == 1
    assert not re.search(r'<span class="muted">Time</span>\s*<del>', page)


def test_what_was_changed_while_the_page_was_read_is_not_released_unseen(
    app: Flask, owner: Member, second: Member, house: SimpleNamespace, talk: Session
):
    form = owner.form(RELEASE)
    with app.app_context():
        move(talk, 20)
    answer = owner.send(RELEASE, form, **{"note-en": "Kept words", "tell_all": "y"})
    assert answer.status_code == 409
    assert "The programme was changed while you were reading." in answer.text
    assert "Kept words" in answer.text
    assert "<ins>10:00–10:30 am (HKT)</ins>" in answer.text
    assert starts(app, talk) == talk.starts_at
    assert owner.send(RELEASE, owner.form_in(answer)).status_code == 303
    assert starts(app, talk) == talk.starts_at + timedelta(minutes=30)


def test_a_strict_conflict_stops_the_release_and_is_named(
    app: Flask, owner: Member, house: SimpleNamespace
):
    with app.app_context():
        hall = factories.make_room(house.event, name=factories.text("Great hall"))
        keeping = service.Keeping(ReleaseMode.HELD, ("room_twice",), 0, nod=True)
        service.keep_programme(SYSTEM, house.event_id, keeping, now=factories.NOW)
        factories.make_session(house.event, room_id=hall.id)
        other = factories.make_session(house.event)
        move(other, 0, room_id=hall.id)
    page = owner.get(RELEASE).text
    assert "Great hall holds two sessions at once" in page
    assert "Some of these kinds are strict here" in page
    answer = owner.fill(RELEASE)
    assert answer.status_code == 422
    assert "This kind of conflict is strict here" in answer.text
    with app.app_context():
        assert db.session.get_one(Session, other.id).room_id is None


def test_a_session_says_what_guests_do_not_see_and_can_discard_it(
    app: Flask, owner: Member, house: SimpleNamespace, talk: Session
):
    place = f"{BOARD}/{talk.id}"
    page = owner.get(place).text
    assert "Unreleased changes" in page
    assert "Guests do not see this yet" in page
    assert "9:40–10:10 am" in page
    asked = owner.get(f"{place}/discard").text
    assert "Discard the unreleased changes of “The talk”?" in asked
    assert owner.fill(f"{place}/discard").status_code == 303
    page = owner.get(place).text
    assert "Unreleased changes" not in page
    assert owner.get(f"{place}/discard").status_code == 303


def test_nothing_is_discarded_that_was_not_seen(
    app: Flask, owner: Member, house: SimpleNamespace, talk: Session
):
    form = owner.form(f"{RELEASE}/discard")
    with app.app_context():
        move(talk, 5)
    owner.send(f"{RELEASE}/discard", form)
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(SessionDraft)) == 1
    assert owner.fill(f"{RELEASE}/discard").status_code == 303
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(SessionDraft)) == 0


@pytest.mark.both_databases
def test_going_back_prepares_the_old_version_and_guests_see_it_when_it_is_released(
    app: Flask, owner: Member, house: SimpleNamespace, talk: Session
):
    owner.fill(RELEASE)
    with app.app_context():
        move(talk, 15)
    owner.fill(RELEASE)
    asked = owner.get(f"{VERSIONS}/1/back").text
    assert "One session was changed since." in asked
    answer = owner.fill(f"{VERSIONS}/1/back")
    assert answer.headers["Location"].endswith(RELEASE)
    assert starts(app, talk) == talk.starts_at + timedelta(minutes=25)
    assert "One session is prepared as it was." in owner.get(RELEASE).text
    owner.fill(RELEASE)
    assert starts(app, talk) == talk.starts_at + timedelta(minutes=10)
    assert owner.get(f"{VERSIONS}/9/back").status_code == 404


def test_settings_are_kept_and_two_editors_of_them_meet(
    app: Flask, owner: Member, second: Member, house: SimpleNamespace
):
    page = f"{BOARD}/settings"
    theirs = second.form(page, having="turnaround")
    answer = owner.fill(
        page, having="turnaround", mode="held", turnaround="１５", strict=["room_twice", "none"]
    )
    assert answer.status_code == 303, answer.text
    with app.app_context():
        kept = queries.settings_of(house.event_id)
    assert (kept.held, kept.turnaround, kept.strict) == (True, 15, ("room_twice",))
    assert kept.nod
    met = second.send(page, theirs, turnaround="20")
    assert met.status_code == 409
    assert 'value="20"' in met.text
    assert second.send(page, second.form_in(met, having="turnaround")).status_code == 303
    for wrong in ({"mode": "never"}, {"turnaround": "241"}, {"turnaround": "soon"}):
        assert owner.fill(page, having="turnaround", **wrong).status_code == 422, wrong


def test_a_preview_link_shows_what_is_planned_until_it_is_withdrawn(
    app: Flask, owner: Member, house: SimpleNamespace, talk: Session
):
    page = owner.get(f"{BOARD}/settings").text
    link = re.search(r'value="http://[^/]+(/en/e/[^"]+)"', page)
    assert link
    visitor = app.test_client()
    seen = visitor.get(link[1])
    assert seen.status_code == 200
    assert "9:40" in seen.text
    assert "A preview: the programme as it is planned." in seen.text
    assert seen.headers["Cache-Control"] == "no-store"
    assert "noindex" in seen.headers["X-Robots-Tag"]
    clean = link[1].partition("?")[0]
    assert "9:40" not in visitor.get(clean).text
    owner.press(f"{BOARD}/settings", f"{BOARD}/preview/withdraw")
    gone = visitor.get(link[1])
    assert "9:40" not in gone.text
    assert "A preview" not in gone.text


def test_a_drafts_link_does_not_show_what_is_held_back_later(
    app: Flask, house: SimpleNamespace, talk: Session
):
    with app.app_context():
        token = preview_token(house.event_id)
    assert "9:40" not in app.test_client().get(f"/en/e/sample-forum/programme?preview={token}").text


@pytest.mark.parametrize("tail", ["release", "versions", "tracks", "settings"])
def test_another_role_and_another_organisation_find_no_way_in(
    app: Flask, house: SimpleNamespace, tail: str
):
    registrar = Member(app, house.ours, role=Role.REGISTRAR)
    assert registrar.get(f"{BOARD}/{tail}").status_code == 403
    stranger = Member(app, house.theirs)
    assert stranger.get(f"{BOARD}/{tail}").status_code == 404


@pytest.mark.parametrize("tail", ["release", "versions"])
def test_thirty_changes_cost_as_many_statements_as_one(
    app: Flask, owner: Member, house: SimpleNamespace, tail: str
):
    counts = []
    with app.app_context():
        hold(house)
    for number in (1, 30):
        with app.app_context():
            for _ in range(number):
                one = factories.make_session(house.event)
                factories.make_appearance(one, factories.make_speaker(house.ours.id))
                move(one, 10)
        if tail == "versions":
            owner.fill(RELEASE)
        owner.get(f"{BOARD}/{tail}")
        with app.app_context(), counted_statements(db.engine) as seen:
            owner.get(f"{BOARD}/{tail}")
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 24, counts


def test_an_empty_programme_has_versions_and_a_release_page(owner: Member, app: Flask):
    assert "No version yet" in owner.get(VERSIONS).text
    assert "Guests see each save at once." in owner.get(RELEASE).text
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Release)) == 0


def test_a_cancelled_session_waits_for_the_release_too(
    app: Flask, owner: Member, house: SimpleNamespace, talk: Session
):
    place = f"{BOARD}/{talk.id}/cancel"
    assert "Guests see it with the next release" in owner.get(place).text
    assert owner.fill(place).status_code == 303
    page = owner.get(RELEASE).text
    assert "The next release cancels the session." in page
    assert re.search(r">Cancelled <span class=\"muted num\">1<", page)
    with app.app_context():
        assert db.session.get_one(Session, talk.id).state == "confirmed"


def test_cancelling_at_once_says_that_the_speaker_is_mailed(
    app: Flask, owner: Member, house: SimpleNamespace
):
    with app.app_context():
        talk = factories.make_session(house.event)
        person = factories.make_speaker(house.ours.id)
        factories.make_appearance(talk, person)
        factories._stored(SpeakerContact(speaker_id=person.id, email="s@example.com"))
    page = owner.get(f"{BOARD}/{talk.id}/cancel").text
    assert "1</b> speaker is told by mail" in page
    assert "Cancel the session and mail one person" in page
