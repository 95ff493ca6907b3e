"""Search among many guests: the same ones by every way to find them, counted as far as is said."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise, product
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from forum.core.actor import SYSTEM
from forum.core.db import counted_statements, db, writing
from forum.registrations.models import Registration, RegistrationTag, SearchWord
from forum.registrations.queries import listing, searching
from forum.registrations.rules import BookingSource, RegistrationState
from forum.registrations.rules.listing import Order, Wanted
from forum.registrations.service.changing import NameForms, change_name
from forum.registrations.service.entering import search_words_of
from tests.factories import NOW, make_event
from tests.registrations.many_guests import fill_with_guests
from tests.registrations.office import Office, come, open_office, the

TYPED = ("", "chan", "chan tai", "陳 robotics", "sample jose wong", "au-yeung", "示例 文", "g")
FILTERS: tuple[dict[str, Any], ...] = (
    {},
    {"state": RegistrationState.CONFIRMED},
    {"state": RegistrationState.PENDING, "source": BookingSource.FORM},
    {"tag": "VIP"},
    {"inside": False, "state": RegistrationState.CONFIRMED},
    {"inside": True},
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
def test_common_words_are_walked_and_rare_ones_looked_up_with_the_same_result(
    app: Flask, monkeypatch: pytest.MonkeyPatch, order: Order
) -> None:
    monkeypatch.setattr(listing, "PAGE_SIZE", 1000)
    with app.app_context():
        event_id = make_event().id
        fill_with_guests(event_id, 300)
        fill_with_guests(make_event().id, 30)
        everybody = db.session.scalars(
            sa.select(Registration).where(Registration.event_id == event_id)
        ).all()
        _tag(event_id, [one.id for one in everybody[::3]], "VIP")
        some = 0
        for typed, filters in product(TYPED, FILTERS):
            wanted = Wanted(search=typed, **filters)
            expected = [
                one.id
                for place, one in enumerate(everybody)
                if _has_all(one, typed.split())
                and wanted.state in {None, one.state}
                and not (wanted.tag and place % 3)
                and not wanted.inside
            ]
            for few in (30_000, 0):
                monkeypatch.setattr(searching, "FEW", few)
                monkeypatch.setattr(listing, "SOON_SORTED", few)
                page = listing.page_of(event_id, wanted, order)
                assert [row.id for row in page.rows] == _sorted(everybody, expected, order)
                assert page.total == len(expected)
            some += bool(expected)
        assert some > 25


@pytest.mark.both_databases
@pytest.mark.parametrize("order", list(Order))
def test_the_pages_of_a_search_go_forward_and_back_in_each_order(
    app: Flask, monkeypatch: pytest.MonkeyPatch, order: Order
) -> None:
    monkeypatch.setattr(listing, "PAGE_SIZE", 4)
    with app.app_context():
        event_id = make_event().id
        fill_with_guests(event_id, 200)
        everybody = db.session.scalars(
            sa.select(Registration).where(Registration.event_id == event_id)
        ).all()
        for typed, state in product(("chan", "sample tai"), (None, RegistrationState.CONFIRMED)):
            wanted = Wanted(search=typed, state=state)
            pages = [listing.page_of(event_id, wanted, order)]
            while (older := pages[-1].older) is not None:
                pages.append(listing.page_of(event_id, wanted, order, after=older))
            seen = [row.id for page in pages for row in page.rows]
            assert len(pages) > 1
            assert len(seen) == pages[0].total
            assert seen == _sorted(everybody, seen, order)
            for earlier, later in pairwise(pages):
                back = listing.page_of(event_id, wanted, order, before=later.newer)
                assert back.rows == earlier.rows


@pytest.mark.both_databases
def test_who_is_renamed_stands_at_the_new_place_among_those_found(
    app: Flask, office: Office
) -> None:
    with app.app_context():
        guests = come(office.event_id, "Ann Chan", "Bob Chan", "Cy Chan", organisation="Works")
        first = the(guests[0])
        forms = NameForms("Zoe Chan", "", "Alpha")
        change_name(SYSTEM, first.id, forms, revision=first.revision, now=NOW)
        assert _out_of_step(office.event_id) == []
    assert office.names("?q=chan&order=name") == ["Bob Chan", "Cy Chan", "Zoe Chan"]
    assert office.names("?q=chan&order=organisation")[0] == "Zoe Chan"
    assert office.names("?q=zoe") == ["Zoe Chan"]


@pytest.mark.both_databases
def test_by_what_the_list_is_sorted_stands_beside_every_word(app: Flask) -> None:
    with app.app_context():
        event_id = make_event().id
        come(event_id, "Ann Chan", name_zh="陳安", organisation="Works")
        assert _out_of_step(event_id) == []
        with writing() as session:
            session.execute(sa.update(SearchWord).values(sort_name="another"))
        assert len(_out_of_step(event_id)) > 5


def test_the_tabs_count_who_is_found_not_who_is_there(app: Flask, office: Office) -> None:
    with app.app_context():
        guests = come(office.event_id, "Ann Chan", "Bob Chan", "Cy Wong", "Di Wong")
        _tag(office.event_id, guests[2:], "VIP")
    assert office.press(f"/{guests[1]}/cancel", "/cancel").status_code == 303
    assert _tabs(office.get("?q=chan")) == [
        "All 2",
        "Confirmed 1",
        "On the wait list 0",
        "Cancelled 1",
    ]
    assert _tabs(office.get("?q=chan&state=cancelled"))[:2] == ["All 2", "Confirmed 1"]
    assert _tabs(office.get("?tag=VIP"))[:2] == ["All 2", "Confirmed 2"]
    assert _tabs(office.get("?state=cancelled"))[:2] == ["All 4", "Confirmed 3"]


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("q=guest", "4 of more than 5"),
        ("tag=VIP", "4 of more than 5"),
        ("q=guest&tag=VIP", "4 shown"),
        ("q=guest&state=confirmed", "4 shown"),
        ("tag=VIP&state=confirmed", "4 of more than 5"),
        ("state=confirmed", "4 of 9"),
    ],
)
def test_what_is_not_counted_is_not_told(
    app: Flask, office: Office, monkeypatch: pytest.MonkeyPatch, query: str, told: str
) -> None:
    monkeypatch.setattr(listing, "PAGE_SIZE", 4)
    with app.app_context():
        _tag(office.event_id, come(office.event_id, *(f"Guest {one}" for one in range(9))), "VIP")
    assert "4 of 9" in office.get(f"?{query}")
    for room in (listing, searching):
        monkeypatch.setattr(room, "MOST_AT_ONCE", 5)
    page = office.get(f"?{query}")
    assert told in page
    if query != "state=confirmed":
        assert _tabs(page) == ["All", "Confirmed", "On the wait list", "Cancelled"]


@pytest.mark.parametrize("order", list(Order))
@pytest.mark.parametrize("query", ["q=guest", "q=guest+example", "q=guest&state=confirmed"])
def test_a_search_needs_as_many_statements_for_sixty_guests_as_for_thirty(
    app: Flask, office: Office, query: str, order: Order
) -> None:
    with app.app_context():
        engine = db.engine
    counted = []
    for number in range(2):
        with app.app_context():
            come(office.event_id, *(f"Guest {number} {one}" for one in range(30)))
        with counted_statements(engine) as seen:
            office.get(f"?{query}&order={order}")
        counted.append(len(seen))
    assert counted[0] == counted[1]
    assert counted[0] <= 18


def _has_all(one: Registration, words: Sequence[str]) -> bool:
    named = (one.name, one.name_zh, one.organisation, one.email, one.code)
    has = search_words_of(*named)
    return all(any(word.startswith(asked) for word in has) for asked in words)


def _sorted(everybody: Sequence[Registration], ids: Sequence[UUID], order: Order) -> list[UUID]:
    wanted = set(ids)
    by: dict[Order, Any] = {
        Order.NAME: lambda one: (one.sort_name, one.id),
        Order.ORGANISATION: lambda one: (one.sort_organisation, one.id),
    }
    rows = sorted(
        (one for one in everybody if one.id in wanted),
        key=by.get(order, lambda one: (one.created_at, one.id)),
        reverse=order is Order.NEWEST,
    )
    return [one.id for one in rows]


def _out_of_step(event_id: UUID) -> list[str]:
    """Return the words beside which something else stands than in their registration."""
    rows = db.session.execute(
        sa.select(SearchWord, Registration)
        .join(Registration, Registration.id == SearchWord.registration_id)
        .where(Registration.event_id == event_id)
    )
    names = ("event_id", "sort_name", "sort_organisation", "created_at")
    return [
        word.word
        for word, one in rows
        if any(getattr(word, name) != getattr(one, name) for name in names)
    ]


def _tag(event_id: UUID, ids: Sequence[UUID], word: str) -> None:
    with writing() as session:
        session.execute(
            sa.insert(RegistrationTag),
            [
                {"event_id": event_id, "tag": word, "registration_id": one, "tagged_at": NOW}
                for one in ids
            ],
        )


def _tabs(page: str) -> list[str]:
    nav = page[page.index('<nav class="tabs views"') :]
    found = re.findall(r"<a [^>]*>([^<]*)</a>", nav[: nav.index("</nav>")])
    return [" ".join(one.split()) for one in found]
