"""The organiser's list of events."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

from flask import Flask

from forum.core.db import counted_statements, db
from forum.core.permissions import Role
from forum.events.rules import EventState
from tests import factories
from tests.events.browsing import Member


def test_views_hold_what_their_names_say(app: Flask, owner: Member, house: SimpleNamespace):
    past = factories.NOW - timedelta(days=30)
    with app.app_context():
        factories.make_event(
            house.ours,
            title=factories.text("Still a draft"),
            state=EventState.DRAFT,
            published_at=None,
        )
        factories.make_event(
            house.ours,
            title=factories.text("Long over"),
            starts_at=past,
            ends_at=past + timedelta(hours=3),
        )
    upcoming, drafts, over = (
        owner.get(f"/manage/{query}").text for query in ("", "?view=drafts", "?view=past")
    )
    assert "Sample Forum: a fresh look" in upcoming
    assert "Still a draft" not in upcoming
    assert "Still a draft" in drafts
    assert "Long over" in over
    assert "Ended" in over


def test_nobody_sees_another_organisations_events(owner: Member, house: SimpleNamespace):
    assert "other-forum" not in owner.get("/manage/").text


def test_an_empty_list_explains_and_offers_the_first_act(app: Flask, house: SimpleNamespace):
    with app.app_context():
        empty = factories.make_organisation()
    page = Member(app, empty).get("/manage/")
    assert "Make your first event" in page.text
    assert 'href="/manage/new"' in page.text
    viewer = Member(app, empty, role=Role.VIEWER).get("/manage/")
    assert "No events yet" in viewer.text
    assert 'href="/manage/new"' not in viewer.text


def test_nonsense_in_the_address_is_taken_calmly(owner: Member, house: SimpleNamespace):
    for query in ("?view=nonsense", "?first=-3", "?first=abc", "?first=999999999999999999999"):
        assert owner.get(f"/manage/{query}").status_code == 200, query


def test_a_long_list_has_pages(app: Flask, owner: Member, house: SimpleNamespace):
    with app.app_context():
        for number in range(61):
            factories.make_event(house.ours, title=factories.text(f"Forum number {number:02}"))
    first = owner.get("/manage/")
    assert "1–60 of 62" in first.text
    assert "first=60" in first.text
    assert "61–62 of 62" in owner.get("/manage/?view=upcoming&first=60").text


def test_thirty_events_cost_as_many_statements_as_one(
    app: Flask, owner: Member, house: SimpleNamespace
):
    def cost() -> int:
        with app.app_context(), counted_statements(db.engine) as seen:
            assert owner.get("/manage/").status_code == 200
        return len(seen)

    owner.get("/manage/")
    one = cost()
    with app.app_context():
        for _ in range(29):
            venue = factories.make_venue(house.ours)
            factories.make_event(house.ours, venue_id=venue.id)
    assert cost() == one
    assert one <= 4
