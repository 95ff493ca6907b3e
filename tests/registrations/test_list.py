"""The organiser's list: pages by key, search in both scripts, columns, saved views."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from forum.core.db import counted_statements, db, writing
from forum.core.permissions import Role
from forum.registrations.models import Registration, SavedView
from forum.registrations.queries import counts_of, listing
from forum.registrations.rules.listing import Order, Wanted
from tests.factories import NOW, make_event
from tests.registrations.office import (
    Office,
    add_type,
    by_approval,
    come,
    open_office,
    sign_in_as,
    the,
)


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def office(app: Flask, client: FlaskClient) -> Office:
    return open_office(app, client)


@pytest.mark.both_databases
@pytest.mark.parametrize("order", list(Order))
def test_pages_forward_and_back_show_everybody_once_though_their_keys_are_equal(
    app: Flask, monkeypatch: pytest.MonkeyPatch, order: Order
) -> None:
    monkeypatch.setattr(listing, "PAGE_SIZE", 4)
    with app.app_context():
        event, other = make_event(), make_event()
        come(other.id, "Somebody Else")
        guests = come(event.id, *(f"Guest {number}" for number in range(11)))
        _make_alike(guests)
        counts = counts_of(event.id)
        forward = listing.page_of(event.id, Wanted(), order, counts=counts)
        seen, pages = [[row.id for row in forward.rows]], [forward]
        assert forward.newer is None
        while pages[-1].older:
            page = listing.page_of(event.id, Wanted(), order, counts=counts, after=pages[-1].older)
            assert page.newer is not None
            pages.append(page)
            seen.append([row.id for row in page.rows])
        assert [len(one) for one in seen] == [4, 4, 3]
        assert sorted(one for rows in seen for one in rows) == sorted(guests)
        for earlier, later in ((1, 2), (0, 1)):
            back = listing.page_of(
                event.id, Wanted(), order, counts=counts, before=pages[later].newer
            )
            assert [row.id for row in back.rows] == seen[earlier]
        assert all(page.total == 11 for page in pages)


def test_a_row_that_has_gone_from_the_view_still_says_where_to_go_on(
    app: Flask, monkeypatch: pytest.MonkeyPatch, office: Office
) -> None:
    monkeypatch.setattr(listing, "PAGE_SIZE", 2)
    with app.app_context():
        guests = come(office.event_id, *(f"Guest {number}" for number in range(5)))
    page = office.get("?state=confirmed&order=oldest")
    after = re.search(r"after=([0-9a-f-]+)", page)
    assert after is not None
    assert after[1] == str(guests[1])
    answer = office.press(f"/{guests[1]}/cancel", "/cancel")
    assert answer.status_code == 303
    assert office.names(f"?state=confirmed&order=oldest&after={guests[1]}") == [
        "Guest 2",
        "Guest 3",
    ]


def test_nonsense_in_the_address_shows_the_first_page(app: Flask, office: Office) -> None:
    with app.app_context():
        come(office.event_id, "Ann Chan")
        stranger = come(make_event().id, "Bob Wong")[0]
    for query in (
        "?after=none",
        f"?after={stranger}",
        f"?before={stranger}",
        "?state=sleeping&order=random&type=x&source=y&inside=z&col=w&page=7",
        "?after=&before=&q=%00",
    ):
        assert office.names(query) == ["Ann Chan"], query


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("chan", {"Tai Man Chan"}),
        ("CHAN tai", {"Tai Man Chan"}),
        ("tai man chan", {"Tai Man Chan"}),
        ("han", set()),
        ("陳", {"Tai Man Chan"}),
        ("大文", {"Tai Man Chan"}),
        ("陳大文", {"Tai Man Chan"}),
        ("文", {"Tai Man Chan"}),
        ("jose", {"José Au-Yeung"}),
        ("josé", {"José Au-Yeung"}),
        ("au-ye", {"José Au-Yeung"}),
        ("yeung", {"José Au-Yeung"}),
        ("precision", {"José Au-Yeung"}),
        ("機構", {"Li Wei"}),
        ("sample", {"José Au-Yeung", "Tai Man Chan"}),
        ("jose@", {"José Au-Yeung"}),
        ("mail.example", {"José Au-Yeung"}),
        ("ＣＨＡＮ", {"Tai Man Chan"}),
        ("chan robotics", {"Tai Man Chan"}),
        ("chan precision", set()),
        ("%", set()),
        ("_", set()),
        ("' OR 1=1", set()),
        ("-", set()),
        ("x" * 300, set()),
    ],
)
def test_a_search_finds_by_the_beginning_of_words_in_either_script(
    app: Flask, typed: str, found: set[str]
) -> None:
    with app.app_context():
        event = make_event()
        come(event.id, "Tai Man Chan", name_zh="陳大文", organisation="Sample Robotics")
        come(
            event.id,
            "José Au-Yeung",
            name_zh="",
            organisation="Sample Precision Ltd",
            email="jose@mail.example.com",
            email_key="jose@mail.example.com",
        )
        come(
            event.id, "Li Wei", name_zh="李偉", organisation="示例機構", email_key="li@example.net"
        )
        page = listing.page_of(
            event.id, Wanted(search=typed), Order.NAME, counts=counts_of(event.id)
        )
        assert {row.name for row in page.rows} == found
        assert page.total == len(found)


def test_a_reference_is_found_with_its_dash_and_without_and_by_its_end(
    app: Flask, office: Office
) -> None:
    with app.app_context():
        guest, _ = come(office.event_id, "Ann Chan", "Bob Wong")
        code = the(guest).code
    for typed in (code, code.lower(), f"{code[:4]}-{code[4:]}", code[4:], code[:6]):
        assert office.names(f"?q={typed}") == ["Ann Chan"], typed


def test_tabs_filters_and_order_stand_in_the_address_and_work_together(
    app: Flask, office: Office
) -> None:
    with app.app_context():
        vip = add_type(office.event_id, "VIP")
        media = by_approval(office.event_id, number=3)
        come(office.event_id, "Ann Chan", organisation="Zeta")
        come(office.event_id, "Bob Wong", type_id=vip, organisation="Alpha")
        come(office.event_id, "Cy Lee", type_id=media)
    page = office.get()
    assert "All 3" in page
    assert "Confirmed 2" in page
    assert "Waiting for approval 1" in page
    assert office.names("?state=pending") == ["Cy Lee"]
    assert office.names(f"?type={vip}") == ["Bob Wong"]
    assert office.names("?state=confirmed&order=organisation") == ["Bob Wong", "Ann Chan"]
    assert office.names("?source=hand") == []
    assert office.names("?source=form&order=name") == ["Ann Chan", "Bob Wong", "Cy Lee"]
    assert office.names("?inside=yes") == []
    assert len(office.names("?inside=no")) == 3
    assert "Nobody in this view" in office.get("?tag=nothing")


def test_columns_are_chosen_in_the_address(app: Flask, office: Office) -> None:
    with app.app_context():
        guest = come(office.event_id, "Ann Chan")[0]
        code = the(guest).code
    usual = office.get()
    assert f"{code[:4]}-{code[4:]}" in usual
    assert "ann.chan@example.com" not in usual
    chosen = office.get("?col=email&col=tags&col=nonsense")
    assert "ann.chan@example.com" in chosen
    assert f"{code[:4]}-{code[4:]}" not in chosen


def test_a_view_is_kept_under_a_name_and_removed(app: Flask, office: Office) -> None:
    with app.app_context():
        come(office.event_id, "Ann Chan", "Bob Wong")
    kept = office.press("?q=chan&order=name&evil=1", "/views", name="  The Chans ")
    page = office.follow(kept)
    assert "The view “The Chans” is kept." in page
    with app.app_context():
        view = db.session.scalars(sa.select(SavedView)).one()
        assert (view.name, view.query) == ("The Chans", "q=chan&order=name")
        view_id = view.id
    assert 'q=chan&amp;order=name" aria-current="true"' in page
    again = office.press("?q=wong", "/views", name="The Chans")
    assert again.status_code == 409
    assert "A view has this name already" in again.text
    nameless = office.press("?q=wong", "/views", name=" ")
    assert nameless.status_code == 422
    assert "Enter a name for this view" in nameless.text
    gone = office.press("?q=chan", f"/{view_id}/remove")
    assert "is removed" in office.follow(gone)
    with app.app_context():
        assert db.session.scalars(sa.select(SavedView)).all() == []


def test_the_header_counts_all_who_wait_and_seats_beside_the_events(
    app: Flask, client: FlaskClient
) -> None:
    office = open_office(app, client, capacity=1)
    with app.app_context():
        vip = add_type(office.event_id, "VIP", seats_of_its_own=2)
        come(office.event_id, "Guest first", "Guest second")
        come(office.event_id, "Vip first", "Vip second", "Vip third", type_id=vip)
    page = office.get()
    assert "1 of 1 seats taken and 2 on seats of their own" in " ".join(page.split())
    assert "2 waiting" in page
    assert re.search(r"state=waitlisted[^>]*>[^<]* 2</a>", page)


def test_who_may_not_see_guests_sees_no_list(app: Flask, office: Office) -> None:
    with app.app_context():
        guest = come(office.event_id, "Ann Chan")[0]
    for role in (Role.DOOR, Role.VIEWER, Role.PROGRAMME):
        browser = sign_in_as(office, role)
        for path in ("", "/approvals", "/waiting", f"/{guest}", "/act?do=cancel&all=1"):
            assert browser.get(f"{office.base}{path}").status_code == 403, (role, path)


@pytest.mark.parametrize(
    "path", ["", "?q=guest&col=tags&col=type&col=source", "/approvals", "/waiting"]
)
def test_the_pages_need_as_many_statements_for_thirty_guests_as_for_one(
    app: Flask, client: FlaskClient, path: str
) -> None:
    office = open_office(app, client, capacity=1)
    with app.app_context():
        media = by_approval(office.event_id)
        come(office.event_id, "Guest first", "Guest waiting")
        come(office.event_id, "Guest asking", type_id=media)
        engine = db.engine
    office.get(path)
    counted = []
    for number in (0, 30):
        with app.app_context():
            come(office.event_id, *(f"Guest w{number}{one}" for one in range(number)))
            come(
                office.event_id, *(f"Guest a{number}{one}" for one in range(number)), type_id=media
            )
        with counted_statements(engine) as seen:
            office.get(path)
        counted.append(len(seen))
    assert counted[0] == counted[1]
    assert counted[0] <= 20


def _make_alike(guests: list[object]) -> None:
    """Give all guests the same keys, but for the first and the last."""
    with writing() as session:
        session.execute(
            sa.update(Registration)
            .where(Registration.id.in_(guests[1:-1]))
            .values(sort_name="alike", sort_organisation="alike", created_at=NOW)
        )
        session.execute(
            sa.update(Registration)
            .where(Registration.id == guests[-1])
            .values(created_at=NOW + timedelta(seconds=1))
        )
