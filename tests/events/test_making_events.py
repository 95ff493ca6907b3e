"""An organiser makes an event and changes what it says of itself."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from forum.core.audit import AuditEntry
from forum.core.db import db, writing
from forum.core.permissions import Role
from forum.events.models import Event, OldSlug, Venue
from forum.events.rules import EventState, Subject
from forum.people.models import Member as Membership
from forum.registrations.models import TicketType
from forum.seats.models import SeatPool
from tests import factories
from tests.events.browsing import Member

NEW = "/manage/new"
SETTINGS = "/manage/sample-forum/settings"


def typed(**given: Any) -> dict[str, Any]:
    """What an organiser types into a new event's boxes."""
    values = {
        "title-en": "Crafting Tomorrow: a Fresh Look",
        "title-zh_hant": "智造未來：新貌",
        "title-zh_hans": "",
        "first_day": "2026-12-08",
        "start_time": "09:00",
        "end_time": "13:00",
        "last_day": "",
        "time_zone": "Asia/Hong_Kong",
        "venue-en": "Sample Hall",
        "venue-zh_hant": "示例禮堂",
        "venue-zh_hans": "",
        "capacity": "220",
    }
    return values | given


def stored(app: Flask, slug: str) -> Event:
    with app.app_context():
        return db.session.scalars(sa.select(Event).where(Event.slug == slug)).one()


@pytest.mark.both_databases
def test_a_new_event_is_a_draft_with_its_place_its_seats_and_one_kind_of_ticket(
    app: Flask, house: SimpleNamespace, owner: Member
):
    answer = owner.fill(NEW, **typed())
    assert answer.status_code == 303
    assert answer.location == "/manage/crafting-tomorrow-a-fresh-look/"
    event = stored(app, "crafting-tomorrow-a-fresh-look")
    assert event.state is EventState.DRAFT
    assert event.starts_at.isoformat() == "2026-12-08T01:00:00+00:00"
    assert event.ends_at.isoformat() == "2026-12-08T05:00:00+00:00"
    assert event.organisation_id == house.ours.id
    with app.app_context():
        venue = db.session.get(Venue, event.venue_id)
        assert venue is not None
        assert venue.name.get("zh-Hant") == "示例禮堂"
        pools = db.session.scalars(sa.select(SeatPool).where(SeatPool.event_id == event.id)).all()
        assert [pool.capacity for pool in pools] == [220]
        kinds = db.session.scalars(sa.select(TicketType).where(TicketType.event_id == event.id))
        assert len(kinds.all()) == 1


def test_the_form_for_a_new_event_has_at_most_twelve_boxes(owner: Member, house: SimpleNamespace):
    seen = owner.form(NEW)
    boxes = [
        name
        for name, _ in seen.values
        if name not in {"csrf_token", "once", "revision", "organisation"}
    ]
    assert len(boxes) <= 12


def test_two_events_of_one_name_have_two_addresses(app: Flask, owner: Member):
    first = owner.fill(NEW, **typed())
    second = owner.fill(NEW, **typed())
    assert first.location.rstrip("/") + "-2/" == second.location


def test_an_address_is_made_from_any_title(owner: Member):
    for title, slug in (
        ("重塑明天", "zhong-su-ming-tian"),
        ("Café, façade & naïveté", "cafe-facade-naivete"),
        ("!?!", "event"),
        ("new", "new-2"),
        ("x" * 200, "x" * 60),
    ):
        answer = owner.fill(NEW, **typed(**{"title-en": title, "title-zh_hant": ""}))
        assert answer.location == f"/manage/{slug}/"


BAD = [
    ({"title-en": "", "title-zh_hant": ""}, "Enter a title in one language at least"),
    ({"title-en": "x" * 10_000}, "at most 200 characters; it has 10000"),
    (
        {"title-en": "\u200b\u202e\x00", "title-zh_hant": ""},
        "Enter a title in one language at least",
    ),
    ({"first_day": ""}, "Enter the date"),
    ({"first_day": "2026-02-30"}, "Enter a day of the calendar"),
    ({"first_day": "soon"}, "Enter a day of the calendar"),
    ({"first_day": "9999-12-31"}, "Enter a year from 1970 to 2200"),
    ({"first_day": "0001-01-01"}, "Enter a year from 1970 to 2200"),
    ({"start_time": "25:00"}, "Enter a time from 00:00 to 23:59"),
    ({"end_time": "09:00"}, "Enter an end that is after the start"),
    ({"end_time": "08:00"}, "Enter an end that is after the start"),
    ({"last_day": "2026-12-01"}, "Enter an end that is after the start"),
    ({"last_day": "2028-12-08"}, "within a year of the start"),
    ({"time_zone": "Asia/Atlantis"}, "There is no time zone “Asia/Atlantis”"),
    ({"time_zone": "../../etc/passwd"}, "There is no time zone"),
    ({"time_zone": ""}, "Enter a time zone"),
    (
        {"first_day": "2027-03-28", "start_time": "01:30", "time_zone": "Europe/London"},
        "does not exist in Europe/London",
    ),
    ({"capacity": ""}, "Enter how many seats there are"),
    ({"capacity": "0"}, "Enter a whole number from 1 to 100000"),
    ({"capacity": "-5"}, "Enter a whole number from 1 to 100000"),
    ({"capacity": "many"}, "Enter a whole number from 1 to 100000"),
    ({"capacity": "9" * 30}, "Enter a whole number from 1 to 100000"),
    ({"organisation": "11111111-1111-1111-1111-111111111111"}, "Choose one from the list"),
    ({"organisation": "nonsense\x00"}, "Choose one from the list"),
]


def test_bad_input_gets_a_sentence_at_its_field_and_loses_nothing(
    app: Flask, owner: Member, house: SimpleNamespace
):
    seen = owner.form(NEW)
    for wrong, says in BAD:
        answer = owner.send(NEW, seen, **typed(**wrong))
        assert answer.status_code == 422, wrong
        assert says in answer.text, wrong
        assert "<title>Error:" in answer.text, wrong
        assert "There is a problem" in answer.text, wrong
        kept = dict(owner.form_in(answer).values)
        assert kept["venue-en"] == "Sample Hall", wrong
        assert kept["venue-zh_hant"] == "示例禮堂", wrong
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Event)) == 2


def test_what_is_wrong_is_listed_in_the_order_of_the_page(owner: Member, house: SimpleNamespace):
    wrong = {"title-en": "", "title-zh_hant": "", "first_day": "", "capacity": ""}
    page = owner.fill(NEW, **typed(**wrong)).text
    said = ["Enter a title in one language", "Enter the date", "Enter how many seats"]
    places = [page.index(one) for one in said]
    assert places == sorted(places)


def test_forgiving_figures_and_zones_are_taken(app: Flask, owner: Member):
    answer = owner.fill(
        NEW, **typed(capacity="１，２００", time_zone="asia/hong kong", start_time="9:00")
    )
    assert answer.status_code == 303
    event = stored(app, "crafting-tomorrow-a-fresh-look")
    assert event.time_zone == "Asia/Hong_Kong"


def test_what_is_typed_is_cleaned_and_shown_as_text(app: Flask, owner: Member):
    nasty = "A\u202eB\u200b <script>alert(1)</script> {{7*191}} 😀 עברית"
    owner.fill(NEW, **typed(**{"title-en": nasty}))
    page = owner.get("/manage/?view=drafts")
    assert "<script>alert" not in page.text
    assert "1337" not in page.text
    assert "AB &lt;script&gt;alert(1)&lt;/script&gt; {{7*191}} 😀 עברית" in page.text


def test_a_megabyte_is_refused_with_a_sentence(owner: Member):
    answer = owner.client.post(NEW, data={"title-en": "x" * 1_100_000})
    assert answer.status_code == 413
    assert "too large" in answer.text


def test_settings_are_saved_counted_and_recorded(app: Flask, owner: Member, house: SimpleNamespace):
    answer = owner.fill(
        SETTINGS,
        **{
            "title-en": "A better title",
            "summary-zh_hans": "摘要",
            "accent": "#c2185b",
            "subject": "streets",
            "contact_email": " ada＠example.com ",
            "languages": ["zh-Hant", "en"],
            "first_language": "zh-Hant",
            "opens_at": "2026-11-25T09:00",
            "closes_at": "2026-12-07T18:00",
            "privacy-en": "Kept for a month.",
        },
    )
    assert answer.status_code == 303
    event = stored(app, "sample-forum")
    assert event.title.get("en") == "A better title"
    assert event.summary.get("zh-Hans") == "摘要"
    assert event.languages == ["zh-Hant", "en"]
    assert event.contact_email == "ada@example.com"
    assert event.accent == "#c2185b"
    assert event.subject is Subject.STREETS
    assert event.opens_at is not None
    assert event.opens_at.isoformat() == "2026-11-25T01:00:00+00:00"
    assert (event.revision, event.calendar_sequence) == (2, 1)
    with app.app_context():
        entry = db.session.scalars(
            sa.select(AuditEntry).where(AuditEntry.action == "event.changed"),
        ).one()
        assert entry.actor_name == "Ada Sample"
        assert entry.details["changes"]["accent"] == ["#0b5563", "#c2185b"]


def test_saving_without_a_change_counts_nothing(app: Flask, owner: Member, house: SimpleNamespace):
    assert owner.fill(SETTINGS).status_code == 303
    event = stored(app, "sample-forum")
    assert (event.revision, event.calendar_sequence) == (1, 0)


def test_calendars_are_not_told_of_a_colour(app: Flask, owner: Member, house: SimpleNamespace):
    owner.fill(SETTINGS, accent="#112233")
    event = stored(app, "sample-forum")
    assert (event.revision, event.calendar_sequence) == (2, 0)


BAD_SETTINGS = [
    ({"closes_at": "2026-11-24T09:00", "opens_at": "2026-11-25T09:00"}, "after the opening"),
    ({"opens_at": "tomorrow"}, "Enter a day and a time"),
    ({"accent": "reddish"}, "Enter a colour as #"),
    ({"contact_email": "nobody"}, "Enter an email address in the correct format"),
    ({"languages": []}, "Choose one language at least"),
    ({"languages": ["tlh"]}, "Choose one language at least"),
    ({"first_language": "tlh"}, "Choose one from the list"),
    ({"subject": "kittens"}, "Choose one from the list"),
    ({"slug": "Not a slug!"}, "Use small letters a to z"),
    ({"slug": "x" * 81}, "Shorten the address"),
    ({"slug": "new"}, "an address of Forum’s own"),
    ({"slug": "other-forum"}, "Another event has this address"),
    ({"slug": ""}, "Enter an address"),
    ({"summary-en": "x" * 3001}, "at most 3000 characters"),
    ({"revision": "nonsense"}, "Changed by somebody else"),
]


def test_bad_settings_get_a_sentence_and_store_nothing(
    app: Flask, owner: Member, house: SimpleNamespace
):
    seen = owner.form(SETTINGS)
    for wrong, says in BAD_SETTINGS:
        answer = owner.send(SETTINGS, seen, **({"title-en": "Typed and kept"} | wrong))
        assert answer.status_code in {409, 422}, wrong
        assert says in answer.text, wrong
        assert "Typed and kept" in answer.text, wrong
    assert stored(app, "sample-forum").revision == 1


@pytest.mark.both_databases
def test_an_old_address_leads_to_the_new_one_for_ever(
    app: Flask, owner: Member, house: SimpleNamespace
):
    assert owner.fill(SETTINGS, slug="renamed").location.endswith("/manage/renamed/settings")
    with app.app_context():
        assert db.session.get(OldSlug, "sample-forum").event_id == house.event_id
    answer = owner.fill("/manage/renamed/settings", slug="sample-forum")
    assert answer.status_code == 303
    with app.app_context():
        assert db.session.get(OldSlug, "sample-forum") is None
        assert db.session.get(OldSlug, "renamed").event_id == house.event_id


def test_nobody_else_takes_an_address_that_once_was_public(
    app: Flask, owner: Member, house: SimpleNamespace
):
    owner.fill(SETTINGS, slug="renamed")
    owner.fill(NEW, **typed(**{"title-en": "Sample forum"}))
    assert stored(app, "sample-forum-2").state is EventState.DRAFT


@pytest.mark.both_databases
def test_two_editors_lose_nothing(
    app: Flask, owner: Member, second: Member, house: SimpleNamespace
):
    seen = second.form(SETTINGS)
    owner.fill(SETTINGS, **{"title-en": "Ada’s title", "accent": "#112233"})
    answer = second.send(
        SETTINGS, seen, **{"title-en": "Ben’s title", "summary-en": "Ben’s summary"}
    )
    assert answer.status_code == 409
    assert "Changed by somebody else while you were typing" in answer.text
    assert "Ada Sample" in answer.text
    assert "Ada’s title" in answer.text
    assert stored(app, "sample-forum").title.get("en") == "Ada’s title"
    again = second.form_in(answer)
    shown = dict(again.values)
    assert shown["title-en"] == "Ben’s title"
    assert shown["summary-en"] == "Ben’s summary"
    assert shown["accent"] == "#112233"
    assert second.send(SETTINGS, again).status_code == 303
    event = stored(app, "sample-forum")
    assert event.title.get("en") == "Ben’s title"
    assert event.summary.get("en") == "Ben’s summary"
    assert event.accent == "#112233"


def test_no_role_below_manager_makes_or_edits_events(app: Flask, house: SimpleNamespace):
    for role in (Role.PROGRAMME, Role.REGISTRAR, Role.DOOR, Role.VIEWER):
        member = Member(app, house.ours, role=role)
        for path in (
            NEW,
            SETTINGS,
            "/manage/sample-forum/venue",
            "/manage/sample-forum/rooms",
            "/manage/sample-forum/partners",
            "/manage/sample-forum/state",
            "/manage/sample-forum/state/cancel",
        ):
            assert member.get(path).status_code == 403, (role, path)


def test_somebody_elses_event_does_not_exist(app: Flask, owner: Member, house: SimpleNamespace):
    with app.app_context():
        room = factories.make_room(house.other)
        partner = factories.make_partner(house.other)
        room_id, partner_id = room.id, partner.id
    base = "/manage/other-forum"
    for path in (
        "/settings",
        "/venue",
        "/rooms",
        "/partners",
        "/state",
        "/state/cancel",
        "/programme",
        "/programme/new",
        "/speakers",
        "/speakers/new",
    ):
        assert owner.get(base + path).status_code == 404, path
    for path in (f"/rooms/{room_id}", f"/partners/{partner_id}", f"/rooms/{room_id}/remove"):
        assert owner.get(base + path).status_code == 404, path
        assert owner.get("/manage/sample-forum" + path).status_code == 404, path


def test_an_address_that_is_none_is_not_found(owner: Member):
    for slug in ("nothing", "a%00b", "%F0%9F%98%80", "A" * 300, "a'--", "重塑"):
        assert owner.get(f"/manage/{slug}/settings").status_code == 404, slug


def test_a_stranger_is_led_to_the_sign_in_page(app: Flask, house: SimpleNamespace):
    for path in ("/manage/", NEW, SETTINGS):
        answer = app.test_client().get(path)
        assert answer.status_code == 303
        assert answer.location.startswith("/sign-in")


def test_a_member_of_two_houses_chooses_who_runs_the_event(app: Flask, house: SimpleNamespace):
    with app.app_context():
        third = factories.make_organisation()
    member = Member(app, house.ours)
    membership = Membership(
        organisation_id=third.id,
        user_id=member.user.id,
        role=Role.MANAGER,
        created_at=factories.NOW,
    )
    with app.app_context(), writing() as session:
        session.add(membership)
    answer = member.fill(NEW, **typed(organisation=str(third.id)))
    assert answer.status_code == 303
    assert stored(app, "crafting-tomorrow-a-fresh-look").organisation_id == third.id
