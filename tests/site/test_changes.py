"""What changed in the programme: a page for guests, a feed for their readers (RFC 4287)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from flask.testing import FlaskClient

from forum.core.actor import SYSTEM
from forum.core.db import counted_statements, db, writing
from forum.core.text import Text
from forum.events.models import Event, OldSlug
from forum.events.rules import EventState
from forum.programme import queries, service
from forum.programme.models import Session
from forum.programme.queries.releases import MOST_CHANGES
from forum.programme.rules import ReleaseCause, ReleaseMode
from tests.factories import (
    NOW,
    make_appearance,
    make_event,
    make_room,
    make_session,
    make_speaker,
    text,
)

pytestmark = pytest.mark.usefixtures("in_app")
ATOM = "{http://www.w3.org/2005/Atom}"


def move(session: Session, minutes: int, **more: Any) -> None:
    known = queries.planned_session(session.event_id, session.id)
    by = timedelta(minutes=minutes)
    room = more.get("room_id", known.room_id)
    place = service.Place(known.starts_at + by, known.ends_at + by, room)
    service.place_session(SYSTEM, session.event_id, session.id, known.revision, place, now=NOW)


def release(event: Event, note: Text, now: datetime = NOW) -> None:
    seen = service.seen_of_planned(queries.planned_sessions(event.id))
    why = service.Why(ReleaseCause.RELEASED, note)
    service.release_programme(SYSTEM, event.id, seen, why, now=now)


@pytest.fixture
def event() -> Event:
    """An event whose first version was published, and whose talk was moved in the second."""
    made = make_event(slug="sample-forum")
    with writing() as session:
        service.note_first_version(session, session.get_one(Event, made.id), NOW)
    hall = make_room(made, name=text("Great hall"))
    talk = make_session(made, title=text("The <talk> & more"), stream_url="https://example.com/1")
    make_appearance(talk, make_speaker(made.organisation_id))
    keeping = service.Keeping(ReleaseMode.HELD, (), 0, nod=True)
    service.keep_programme(SYSTEM, made.id, keeping, now=NOW)
    move(talk, 15, room_id=hall.id)
    release(made, Text({"en": "The train <b>is</b> late."}), NOW + timedelta(hours=1))
    return made


def test_the_page_says_what_changed_old_and_new_with_links(
    client: FlaskClient, event: Event
) -> None:
    page = client.get("/en/e/sample-forum/programme/changes")
    assert page.status_code == 200
    assert "Version 2" in page.text
    assert "<del>Tue 8 December, 9:30–10:00 am (HKT)</del> →" in page.text
    assert "<ins>Great hall</ins>" in page.text
    assert "The &lt;talk&gt; &amp; more" in page.text
    assert "The train &lt;b&gt;is&lt;/b&gt; late." in page.text
    assert "The programme as it was first published." in page.text
    (link,) = re.findall(r'href="(/en/e/sample-forum/sessions/[^"]+)"', page.text)
    assert client.get(link).status_code == 200
    chinese = client.get("/zh-hant/e/sample-forum/programme/changes").text
    assert "上午9時45分至10時15分（香港時間）" in chinese


def test_the_page_is_bytes_until_something_changes(client: FlaskClient, event: Event) -> None:
    address = "/en/e/sample-forum/programme/changes"
    first = client.get(address)
    again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    talk = queries.sessions_of(event.id)[0]
    move(talk, 5)
    release(event, Text())
    third = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert third.status_code == 200
    assert "Version 3" in third.text


def test_the_programme_names_its_version_from_the_second_on(
    client: FlaskClient, event: Event
) -> None:
    page = client.get("/en/e/sample-forum/programme").text
    assert "Version 2, 22 Nov:" in page
    assert 'href="/en/e/sample-forum/programme/changes"' in page
    other = make_event(slug="calm")
    make_session(other)
    assert "/programme/changes" not in client.get("/en/e/calm/programme").text


@pytest.mark.parametrize("lang", ["en", "zh-Hant", "zh-Hans"])
def test_the_feed_has_all_that_an_atom_feed_must_have(
    client: FlaskClient, event: Event, lang: str
) -> None:
    answer = client.get(f"/e/sample-forum/changes.atom?lang={lang}")
    assert answer.status_code == 200
    assert answer.mimetype == "application/atom+xml"
    root = ET.fromstring(answer.get_data())
    assert root.tag == f"{ATOM}feed"
    entries = root.findall(f"{ATOM}entry")
    assert len(entries) == 2
    for one in (root, *entries):
        for name in ("id", "title", "updated"):
            assert len(one.findall(f"{ATOM}{name}")) == 1, name
            assert (one.findtext(f"{ATOM}{name}") or "").strip()
        moment = datetime.fromisoformat(one.findtext(f"{ATOM}updated") or "")
        assert moment.tzinfo is not None
        assert (one.findtext(f"{ATOM}id") or "").startswith("urn:uuid:")
    assert root.find(f"{ATOM}author/{ATOM}name") is not None
    links = {
        (one.get("rel"), one.get("type")): one.get("href") for one in root.findall(f"{ATOM}link")
    }
    assert links["self", "application/atom+xml"].endswith(
        f"/e/sample-forum/changes.atom?lang={lang}"
    )
    alternate = links["alternate", "text/html"]
    assert client.get(alternate.partition("localhost")[2] or alternate).status_code == 200
    ids = [one.findtext(f"{ATOM}id") for one in entries]
    assert len(set(ids)) == 2
    newest = entries[0]
    assert root.findtext(f"{ATOM}updated") == newest.findtext(f"{ATOM}updated")
    content = newest.find(f"{ATOM}content")
    assert content is not None
    assert content.get("type") == "html"
    told = ET.fromstring(f"<div>{(content.text or '').replace('<br>', '<br/>')}</div>")
    assert "The <talk> & more" in "".join(told.itertext())
    assert "https://example.com/1" not in answer.text


def test_each_language_has_identities_of_its_own_and_keeps_them(
    client: FlaskClient, event: Event
) -> None:
    def ids(lang: str) -> list[str | None]:
        root = ET.fromstring(client.get(f"/e/sample-forum/changes.atom?lang={lang}").get_data())
        return [one.text for one in root.iter(f"{ATOM}id")]

    assert ids("en") == ids("en")
    assert not set(ids("en")) & set(ids("zh-Hans"))


def test_the_feed_answers_conditions_and_old_addresses(client: FlaskClient, event: Event) -> None:
    address = "/e/sample-forum/changes.atom?lang=en"
    first = client.get(address)
    assert first.headers["Cache-Control"] == "public, max-age=300"
    assert "Last-Modified" in first.headers
    assert "Set-Cookie" not in first.headers
    for wanted in ({"If-None-Match": first.headers["ETag"]}, {"If-None-Match": "*"}):
        assert client.get(address, headers=wanted).status_code == 304
    head = client.head(address)
    assert (head.status_code, head.get_data()) == (200, b"")
    with writing() as session:
        session.add(OldSlug(event_id=event.id, slug="former-forum"))
    assert client.get("/e/former-forum/changes.atom").status_code == 200


def test_without_asking_the_feed_speaks_the_events_first_language(client: FlaskClient) -> None:
    make_event(slug="sample-forum", languages=["zh-Hant", "en"])
    answer = client.get("/e/sample-forum/changes.atom", headers={"Accept-Language": "en"})
    root = ET.fromstring(answer.get_data())
    assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == "zh-Hant-HK"
    assert root.findall(f"{ATOM}entry") == []


def test_a_draft_has_neither_feed_nor_page(client: FlaskClient) -> None:
    make_event(slug="hidden", state=EventState.DRAFT, published_at=None)
    assert client.get("/e/hidden/changes.atom").status_code == 404
    assert client.get("/en/e/hidden/programme/changes").status_code == 404
    assert client.get("/e/no-such/changes.atom").status_code == 404


def test_thirty_changes_cost_as_many_statements_as_one(
    client: FlaskClient, event: Event, reads: Callable[[], Any]
) -> None:
    counts = []
    for number in (1, 30):
        for _ in range(number):
            one = make_session(event)
            make_appearance(one, make_speaker(event.organisation_id))
            move(one, 10)
        release(event, Text())
        for address in ("/en/e/sample-forum/programme/changes", "/e/sample-forum/changes.atom"):
            db.session.rollback()
            with reads() as seen:
                assert client.get(f"{address}?x={number}").status_code == 200
            counts.append(len(seen))
    assert counts[:2] == counts[2:], counts
    assert max(counts) <= 12


def test_of_a_version_with_very_many_changes_the_first_are_told_and_the_others_counted(
    client: FlaskClient, event: Event
) -> None:
    talks = [
        make_session(event, after=10 * place, title=text(f"Talk {place:02}"))
        for place in range(1, MOST_CHANGES + 3)
    ]
    for one in reversed(talks):
        move(one, 5)
    release(event, Text(), NOW + timedelta(hours=2))
    page = client.get("/en/e/sample-forum/programme/changes").text
    newest = page[page.index('id="v3"') : page.index('id="v2"')]
    told = re.findall(r">(Talk \d\d)<", newest)
    assert told == [f"Talk {place:02}" for place in range(1, MOST_CHANGES + 1)]
    assert "And 2 more." in newest
    root = ET.fromstring(client.get("/e/sample-forum/changes.atom?lang=en").get_data())
    entry = root.findall(f"{ATOM}entry")[0]
    assert entry.findtext(f"{ATOM}title") == f"Version 3: {MOST_CHANGES + 2} sessions"
    assert "And 2 more." in (entry.findtext(f"{ATOM}content") or "")


@pytest.mark.parametrize("number", [1, 30])
def test_the_page_reads_as_often_for_one_version_as_for_thirty(
    client: FlaskClient, event: Event, number: int
) -> None:
    talk = queries.sessions_of(event.id)[0]
    for _ in range(number):
        move(talk, 1)
        release(event, Text())
    db.session.remove()
    with counted_statements(db.engine) as seen:
        client.get("/en/e/sample-forum/programme/changes")
    assert len(seen) == 13
