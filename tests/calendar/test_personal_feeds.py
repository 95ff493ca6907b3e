"""Calendars of one's own: what stands in them, how their addresses live and die."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from forum.calendar.models import PersonalFeed
from forum.calendar.rules.personal import FeedKind
from forum.calendar.service.personal import Whose, forget_orphans, make_feed
from forum.core.actor import SYSTEM
from forum.core.db import db, writing
from forum.core.links import Purpose, derive
from forum.core.permissions import Role
from forum.events.models import Event
from forum.events.rules import EventState
from forum.people.models import Member, Organisation, User
from forum.programme.models import Session
from forum.programme.rules import SessionState
from forum.programme.service import cancel_session
from forum.registrations import service
from forum.registrations.models import Registration
from forum.registrations.service.starring import keep_stars, take_star_off
from tests.calendar.own_calendars import OwnPage, titles
from tests.factories import NOW, attendee, make_event, make_member, make_session, text
from tests.people.signing_in import sign_in
from tests.registrations.own_schedule import Stage, built
from tests.registrations.signing_up import leave, registered, sign_up
from tests.site.speaking import speaking

pytestmark = pytest.mark.both_databases


@pytest.fixture
def stage(app: Flask) -> Stage:
    return built(app)


@pytest.fixture
def page(client: FlaskClient, stage: Stage) -> OwnPage:
    return OwnPage(client, f"{stage.link}/calendar")


def event_title(client: FlaskClient, stage: Stage) -> str:
    """Return what the event is called in its own feed."""
    return titles(client.get(f"/e/{stage.slug}/{stage.slug}.ics"))[0]


def test_a_guests_calendar_holds_the_event_and_what_they_signed_up_for_or_starred(
    app: Flask, client: FlaskClient, stage: Stage, page: OwnPage
) -> None:
    with app.app_context():
        sign_up(stage.guest_id, stage.welding)
        keep_stars(stage.guest_id, [stage.talk], now=NOW)
    assert titles(client.get(page.made())) == [event_title(client, stage), "Welding", "Talk"]


def test_what_a_guest_leaves_is_dropped_and_what_is_cancelled_stays_as_cancelled(
    app: Flask, client: FlaskClient, stage: Stage, page: OwnPage
) -> None:
    with app.app_context():
        sign_up(stage.guest_id, stage.welding)
        sign_up(stage.guest_id, stage.later)
        keep_stars(stage.guest_id, [stage.talk], now=NOW)
    address = page.made()
    assert titles(client.get(address))[1:] == ["Welding", "Later", "Talk"]
    with app.app_context():
        leave(stage.guest_id, stage.welding)
        take_star_off(stage.guest_id, stage.talk)
        cancel_session(SYSTEM, stage.event_id, stage.later, now=NOW)
    feed = client.get(address)
    assert titles(feed)[1:] == ["CANCELLED: Later"]
    assert feed.text.count("STATUS:CANCELLED") == 1


def test_a_turn_to_wait_for_a_place_is_not_in_the_calendar_until_the_place_is_given(
    app: Flask, client: FlaskClient, stage: Stage, page: OwnPage
) -> None:
    with app.app_context():
        first = registered(stage.event_id, "first")
        sign_up(first, stage.welding)
        sign_up(stage.guest_id, stage.welding)
    address = page.made()
    assert len(titles(client.get(address))) == 1
    with app.app_context():
        leave(first, stage.welding)
    assert titles(client.get(address))[1:] == ["Welding"]


def test_a_guest_who_cancels_keeps_an_empty_calendar(
    app: Flask, client: FlaskClient, stage: Stage, page: OwnPage
) -> None:
    with app.app_context():
        keep_stars(stage.guest_id, [stage.talk], now=NOW)
    address = page.made()
    with app.app_context():
        service.cancel(SYSTEM, stage.guest_id, now=NOW)
    feed = client.get(address)
    assert titles(feed) == []
    assert feed.text.startswith("BEGIN:VCALENDAR")
    assert "this calendar is empty" in client.get(page.href).text


def test_each_entry_is_the_same_as_in_the_events_feed(
    app: Flask, client: FlaskClient, stage: Stage, page: OwnPage
) -> None:
    with app.app_context():
        keep_stars(stage.guest_id, [stage.talk, stage.later], now=NOW)
    everybody = client.get(f"/e/{stage.slug}/{stage.slug}.ics").text
    own = client.get(page.made()).text
    entries = own.split("BEGIN:VEVENT")[1:]
    assert len(entries) == 3
    for entry in entries:
        assert entry[: entry.index("END:VEVENT")] in everybody
    assert "Sample Guest" not in own


def test_a_reminder_stands_only_where_the_guest_chose_it(
    app: Flask, client: FlaskClient, stage: Stage, page: OwnPage
) -> None:
    with app.app_context():
        keep_stars(stage.guest_id, [stage.talk], now=NOW)
    address = page.made()
    assert "VALARM" not in client.get(address).text
    assert page.press("set-up", alarm="30", lang="en").status_code == 303
    feed = client.get(address).text
    assert feed.count("BEGIN:VALARM") == feed.count("BEGIN:VEVENT") == 2
    assert "TRIGGER:-PT30M" in feed
    page.press("set-up", alarm="0", lang="en")
    assert "VALARM" not in client.get(address).text


def test_the_language_is_the_owners_choice(
    client: FlaskClient, stage: Stage, page: OwnPage
) -> None:
    address = page.made()
    page.press("set-up", alarm="0", lang="zh-Hant")
    feed = client.get(address, headers={"Accept-Language": "en"})
    assert "?lang" not in address
    assert "zh-hant" in feed.text
    assert "zh-hans" in client.get(f"{address}?lang=zh-Hans").text
    assert client.get(f"{address}?lang=klingon").data == feed.data


@pytest.mark.parametrize("field", [{"alarm": "4"}, {"alarm": "soon"}, {"lang": "tlh"}])
def test_a_setting_that_is_not_on_the_list_is_refused_in_words(
    client: FlaskClient, page: OwnPage, field: dict[str, str]
) -> None:
    page.made()
    answer = page.press("set-up", **{"alarm": "30", "lang": "en", **field})
    assert answer.status_code == 422
    assert "Choose one from the list" in answer.text
    assert "Error:" in answer.text


def test_renewing_kills_the_old_address_at_once_and_once_from_one_page(
    client: FlaskClient, page: OwnPage
) -> None:
    old = page.made()
    assert client.get(old).status_code == 200
    page.press("renew", generation="0")
    new = page.address()
    assert new != old
    assert client.get(old).status_code == 404
    assert client.get(new).status_code == 200
    page.press("renew", generation="0")
    assert page.address() == new


def test_switching_off_kills_the_address_and_a_new_one_is_another(
    client: FlaskClient, page: OwnPage
) -> None:
    old = page.made()
    page.press("revoke")
    assert client.get(old).status_code == 404
    assert "Make my calendar link" in client.get(page.href).text
    new = page.made()
    assert new != old
    assert client.get(old).status_code == 404
    assert client.get(new).status_code == 200


@pytest.mark.parametrize("act", ["set-up", "renew", "revoke", "nonsense"])
def test_what_another_window_switched_off_is_said_in_words(
    client: FlaskClient, page: OwnPage, act: str
) -> None:
    page.made()
    page.press("revoke")
    client.get(page.href)
    assert page.press(act, alarm="30", lang="en", generation="0").status_code == 303
    said = "switched off meanwhile" if act != "nonsense" else "Press one of the buttons"
    shown = client.get(page.href).text
    assert said in shown
    assert "Make my calendar link" in shown


def test_making_it_twice_makes_one(app: Flask, client: FlaskClient, page: OwnPage) -> None:
    address = page.made()
    assert page.made() == address
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(PersonalFeed)) == 1


def test_a_place_that_is_passed_on_leaves_its_old_guest_no_calendar(
    app: Flask, client: FlaskClient, stage: Stage, page: OwnPage
) -> None:
    address = page.made()
    with app.app_context(), writing() as rows:
        rows.execute(
            sa.update(Registration).values(link_generation=Registration.link_generation + 1)
        )
    assert client.get(address).status_code == 404
    assert "Make my calendar link" in client.get(page.href).text


def test_cut_changed_foreign_and_made_up_addresses_are_answered_alike(
    app: Flask, client: FlaskClient, stage: Stage, page: OwnPage
) -> None:
    address = page.made()
    token = address.split("/")[2]
    with app.app_context():
        feed_id = db.session.scalars(sa.select(PersonalFeed.id)).one()
        wrong = [
            token[:-1],
            token[:-2] + ("AA" if token[-2:] != "AA" else "BA"),
            "A" * len(token),
            "%00",
            derive(Purpose.SPEAKER_FEED, feed_id, 0),
            derive(Purpose.STAFF_FEED, feed_id, 0),
            derive(Purpose.AGENDA_FEED, feed_id, 2),
            derive(Purpose.AGENDA_FEED, stage.guest_id, 0),
            derive(Purpose.REGISTRATION, stage.guest_id, 0),
            stage.link.rsplit("/", 1)[1],
        ]
    page.press("renew", generation="0")
    answers = {
        (answer.status_code, answer.text)
        for one in [token, *wrong]
        for answer in [client.get(f"/my/{one}/{stage.slug}.ics")]
    }
    assert len(answers) == 1
    assert answers.pop()[0] == 404


def test_an_event_that_is_no_longer_public_takes_its_calendars_along(
    app: Flask, client: FlaskClient, stage: Stage, page: OwnPage
) -> None:
    address = page.made()
    with app.app_context(), writing() as rows:
        rows.execute(sa.update(Event).values(state=EventState.DRAFT))
    assert client.get(address).status_code == 404
    assert "not public yet" in client.get(page.href).text


def test_sixty_days_after_the_end_it_is_empty(
    app: Flask, client: FlaskClient, stage: Stage, page: OwnPage
) -> None:
    address = page.made()
    with app.app_context():
        ends = db.session.get_one(Event, stage.event_id).ends_at
    with time_machine.travel(ends + timedelta(days=59), tick=False):
        assert len(titles(client.get(address))) == 1
    with time_machine.travel(ends + timedelta(days=61), tick=False):
        assert titles(client.get(address)) == []


def test_a_draft_that_was_starred_never_stands_in_it(
    app: Flask, client: FlaskClient, stage: Stage, page: OwnPage
) -> None:
    with app.app_context():
        keep_stars(stage.guest_id, [stage.talk], now=NOW)
    address = page.made()
    assert titles(client.get(address))[1:] == ["Talk"]
    with app.app_context(), writing() as rows:
        rows.execute(
            sa.update(Session).where(Session.id == stage.talk).values(state=SessionState.DRAFT)
        )
    assert titles(client.get(address))[1:] == []


def test_a_party_finds_a_calendar_for_each(app: Flask, client: FlaskClient, stage: Stage) -> None:
    with app.app_context():
        booking_id = db.session.get_one(Registration, stage.guest_id).booking_id
        other = service.register(SYSTEM, stage.event_id, attendee("beside"), form_key=None, now=NOW)
        with writing() as rows:
            rows.execute(
                sa.update(Registration)
                .where(Registration.id == other.registration_id)
                .values(booking_id=booking_id)
            )
        link = f"/r/{derive(Purpose.BOOKING, booking_id, 0)}/calendar"
    page = client.get(link).text
    assert "Calendars of your party" in page
    assert page.count('/calendar">') >= 2
    assert OwnPage(client, link).client.post(link).status_code in {400, 403, 404}


def test_a_speakers_calendar_holds_their_public_sessions(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        stands = speaking()
        make_session(db.session.get_one(Event, stands.event_id), title=text("Somebody else’s"))
    page = OwnPage(client, f"{stands.href}/calendar")
    assert "A calendar of your own" not in client.get(page.href).text
    assert titles(client.get(page.made())) == ["Robots at work"]


def test_a_staff_members_calendar_holds_their_organisations_public_events(
    app: Flask, client: FlaskClient, stage: Stage
) -> None:
    with app.app_context():
        organisation = db.session.get_one(Organisation, stage.organisation_id)
        make_event(organisation, slug="hidden", state=EventState.DRAFT, title=text("Hidden"))
        make_event(slug="foreign", title=text("Foreign"))
        user = make_member(organisation, Role.VIEWER)
        user_id = user.id
        sign_in(client, user)
    page = OwnPage(client, "/account/calendar")
    address = page.made()
    assert address.endswith("/my-events.ics")
    anybody = app.test_client()
    assert titles(anybody.get(address)) == [event_title(anybody, stage)]
    with app.app_context(), writing() as rows:
        rows.execute(sa.delete(Member).where(Member.user_id == user_id))
    assert titles(anybody.get(address)) == []
    with app.app_context(), writing() as rows:
        rows.execute(sa.delete(User).where(User.id == user_id))
    assert anybody.get(address).status_code == 404
    with app.app_context():
        guest = Whose(FeedKind.AGENDA, stage.guest_id)
        make_feed(SYSTEM, guest, "en", now=NOW)
        assert forget_orphans(NOW) == 1
        assert db.session.scalars(sa.select(PersonalFeed.holder_id)).all() == [stage.guest_id]


def test_of_more_events_than_it_holds_a_staff_members_calendar_has_the_latest(
    app: Flask, client: FlaskClient, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("forum.calendar.queries.personal.MOST_EVENTS", 2)
    with app.app_context():
        organisation = db.session.get_one(Organisation, stage.organisation_id)
        for days in (30, 10, 20):
            starts = NOW + timedelta(days=300 + days)
            make_event(
                organisation,
                title=text(f"In {days} days"),
                starts_at=starts,
                ends_at=starts + timedelta(hours=2),
            )
        sign_in(client, make_member(organisation, Role.VIEWER))
    address = OwnPage(client, "/account/calendar").made()
    assert titles(app.test_client().get(address)) == ["In 20 days", "In 30 days"]
