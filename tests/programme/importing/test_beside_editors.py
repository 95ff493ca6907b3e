"""What an import leaves alone or cleans up where editors have worked, and what it asks about."""

from __future__ import annotations

import io
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from flask import Flask

from forum.core.actor import SYSTEM
from forum.core.audit import AuditEntry
from forum.core.db import db, writing
from forum.events.models import Event
from forum.events.rules import EventState
from forum.programme import service
from forum.programme.models import Material
from forum.programme.rules import MOST_MATERIALS, ReleaseMode
from forum.registrations.recount import recount_places
from tests.events.browsing import Member
from tests.factories import NOW
from tests.programme.importing import files
from tests.programme.importing.test_import_again import event_of, keep, planned, sessions, taken

PLACE = "/manage/sample-forum/programme/import"
OTHER_FILE = "If it is the file of another event"


def linked(number: int, *urls: str) -> dict[str, object]:
    return event_of(number, links=[{"title": "Link", "url": url} for url in urls])


def talks(*titles: str, day: str = "2026-12-08") -> bytes:
    return files.sessionize(
        *(
            {
                "id": str(number),
                "title": title,
                "startsAt": f"{day}T{9 + number:02}:00:00",
                "endsAt": f"{day}T{9 + number:02}:30:00",
                "speakers": [],
            }
            for number, title in enumerate(titles, start=1)
        ),
        speakers=[],
    )


@pytest.mark.both_databases
def test_a_draft_dropped_by_an_import_takes_its_places_with_it(
    app: Flask, house: SimpleNamespace
) -> None:
    with app.app_context():
        taken(house, event_of(1), event_of(2), confirmed=False)
        two = sessions(house)["Talk 2"]
        service.set_places(SYSTEM, house.event_id, two.id, 10, now=NOW)
        taken(house, event_of(1), drop=frozenset({str(two.id)}))
        db.session.rollback()
        assert recount_places() == []
        deleted = sa.select(AuditEntry).where(AuditEntry.action == "session.deleted")
        assert len(db.session.scalars(deleted).all()) == 1


@pytest.mark.both_databases
def test_new_links_come_after_those_here_and_wait_where_changes_are_held(
    app: Flask, house: SimpleNamespace, owner: Member
) -> None:
    one, two, three = (f"https://example.com/{number}" for number in (1, 2, 3))
    with app.app_context():
        with writing() as transaction:
            event = transaction.get_one(Event, house.event_id)
            event.state, event.published_at = EventState.PUBLISHED, NOW
        taken(house, linked(1, one))
        keep(house, mode=ReleaseMode.HELD)
        file = files.frab_xml(linked(1, one, two), linked(2, three))
    form = owner.form(PLACE, having="zone")
    owner.send(PLACE, form, file=(io.BytesIO(file), "a.xml"))
    assert "come in unpublished" in owner.get(f"{PLACE}/preview").text
    owner.fill(f"{PLACE}/preview", having="seen")
    with app.app_context():
        found = {row.url: row for row in db.session.scalars(sa.select(Material))}
        hidden = [found[url].published_at is None for url in (one, two, three)]
        assert hidden == [False, True, False]
        assert (found[one].position, found[two].position) == (0, 1)
        added = sa.select(AuditEntry).where(AuditEntry.action == "material.added")
        assert len(db.session.scalars(added).all()) == 3


def test_a_session_takes_so_many_links_and_no_more(app: Flask, house: SimpleNamespace) -> None:
    with app.app_context():
        for start in range(0, MOST_MATERIALS + 20, 10):
            urls = [f"https://example.com/{number}" for number in range(start, start + 10)]
            taken(house, linked(1, *urls))
        number = db.session.scalar(sa.select(sa.func.count()).select_from(Material))
        assert number == MOST_MATERIALS


def test_a_file_of_another_event_with_the_same_numbers_is_named_as_such(
    app: Flask, house: SimpleNamespace, owner: Member
) -> None:
    with app.app_context():
        taken(house, content=talks("Opening", "Harbour talk", "Closing"))
        moved = talks("Opening", "Harbour talk", "Closing", day="2026-12-09")
        assert planned(house, content=moved).notes == []
        renamed = talks("Welcome", "Harbours", "Farewell")
        assert planned(house, content=renamed).notes == []
        other = talks("Tea", "Coffee", "Closing", day="2026-11-01")
        assert [str(one) for one in planned(house, content=other).notes]
    form = owner.form(PLACE, having="zone")
    owner.send(PLACE, form, file=(io.BytesIO(other), "a.json"))
    assert OTHER_FILE in owner.get(f"{PLACE}/preview").text
