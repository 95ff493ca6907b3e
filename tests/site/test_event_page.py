"""The event's page and those under it: order, states, languages, old addresses, statements."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient

from forum.core.actor import ANONYMOUS
from forum.core.db import writing
from forum.core.links import Purpose, derive
from forum.core.page_scopes import changed, event_scope
from forum.core.text import Text
from forum.events.models import OldSlug
from forum.events.rules import EventState
from forum.programme.rules import SessionState
from forum.registrations import service
from tests.factories import ENDS, NOW, attendee, make_event, make_session, text
from tests.site.stage import half_day, programme_of

pytestmark = pytest.mark.usefixtures("in_app")


def plain(html: str) -> str:
    """Return what a reader sees of a page, in one line."""
    body = re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


def test_the_page_tells_things_in_the_order_a_guest_asks(client: FlaskClient) -> None:
    stage = half_day()
    said = plain(client.get(stage.path).text)
    order = [
        "Sample Forum:",
        "a fresh look",
        "Tuesday 8 December 2026",
        "9:00 am–1:00 pm (HKT)",
        "Sample Hall, Sample Centre",
        "Free",
        "Register",
        "A sample half-day seminar.",
        "Programme",
        "The opening keynote",
        "Prof Sun Dong",
        "孫東",
        "Moderator",
        "Panellists",
        "Getting there",
        "Access",
        "Supporting organisation",
        "Add to your calendar",
        "forum@example.com",
        "privacy",
    ]
    at = -1
    for words in order:
        at = said.find(words, at + 1)
        assert at >= 0, f"{words!r} is missing or too early"


@pytest.mark.parametrize(
    ("lang", "tag", "day", "act"),
    [
        ("en", "en", "Tuesday 8 December 2026", "/register"),
        ("zh-hant", "zh-Hant-HK", "2026年12月8日（星期二）", "/register"),
        ("zh-hans", "zh-Hans", "上午9时至下午1时（香港时间）", "/register"),
    ],
)
def test_each_language_has_its_own_page(
    client: FlaskClient, lang: str, tag: str, day: str, act: str
) -> None:
    stage = half_day()
    html = client.get(f"/{lang}/e/{stage.event.slug}/").text
    assert f'<html lang="{tag}">' in html
    assert day in html
    assert f'href="/{lang}/e/{stage.event.slug}{act}"' in html
    for other in ("en", "zh-hant", "zh-hans"):
        assert f'href="/{other}/e/{stage.event.slug}/"' in html


def test_a_text_in_another_language_says_so(client: FlaskClient) -> None:
    event = make_event(title=Text({"zh-Hant": "智造明天：新視野"}))
    html = client.get(f"/en/e/{event.slug}/").text
    assert '<h1 lang="zh-Hant-HK">智造明天： <small>新視野</small></h1>' in html
    assert "<h1>智造明天" in client.get(f"/zh-hant/e/{event.slug}/").text


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"state": EventState.CANCELLED}, "This event is cancelled."),
        ({"state": EventState.POSTPONED}, "This event is postponed."),
        ({"opens_at": NOW + timedelta(days=2)}, "Registration opens on Tuesday 24 November"),
        ({"closes_at": NOW - timedelta(days=2)}, "Registration has closed."),
    ],
)
def test_a_state_that_is_not_normal_is_said_and_has_no_button(
    client: FlaskClient, given: dict[str, object], said: str
) -> None:
    event = make_event(**given)
    html = client.get(f"/en/e/{event.slug}/").text
    assert said in plain(html)
    assert "btn main" not in html


def test_a_past_event_stays_and_says_so(client: FlaskClient) -> None:
    event = make_event()
    with time_machine.travel(ENDS + timedelta(hours=1)):
        html = client.get(f"/en/e/{event.slug}/").text
    assert "This event is over." in html
    assert "btn main" not in html


def test_the_page_changes_by_itself_when_the_event_is_over(client: FlaskClient) -> None:
    event = make_event()
    assert "btn main" in client.get(f"/en/e/{event.slug}/").text
    with time_machine.travel(ENDS + timedelta(seconds=1)):
        assert "btn main" not in client.get(f"/en/e/{event.slug}/").text


def test_a_full_event_offers_the_wait_list(client: FlaskClient) -> None:
    event = make_event(capacity=1)
    assert "wait list" not in client.get(f"/en/e/{event.slug}/").text
    service.register(ANONYMOUS, event.id, attendee(), form_key=b"1" * 32, now=NOW)
    html = client.get(f"/en/e/{event.slug}/").text
    assert "Full: you can join the wait list." in html
    assert re.search(r'btn main full"[^>]*>Join the wait list', html)


def test_few_seats_are_told_in_bands(client: FlaskClient) -> None:
    event = make_event(capacity=20)
    for number in range(16):
        service.register(ANONYMOUS, event.id, attendee(), form_key=bytes([number] * 32), now=NOW)
    assert "Fewer than 5 seats left" in client.get(f"/en/e/{event.slug}/").text


def test_a_draft_is_seen_by_its_preview_link_alone(client: FlaskClient) -> None:
    event = make_event(state=EventState.DRAFT)
    path = f"/en/e/{event.slug}/"
    assert client.get(path).status_code == 404
    assert client.get(f"/e/{event.slug}/theme.css").status_code == 404
    foreign = derive(Purpose.PREVIEW, make_event().id)
    assert client.get(f"{path}?preview={foreign}").status_code == 404
    token = derive(Purpose.PREVIEW, event.id)
    seen = client.get(f"{path}?preview={token}")
    assert seen.status_code == 200
    assert seen.headers["Cache-Control"] == "no-store"
    assert f"calendar?preview={token}" in seen.text
    assert client.get(path).status_code == 404


def test_an_old_address_leads_on_for_ever(client: FlaskClient) -> None:
    event = make_event()
    with writing() as session:
        session.add(OldSlug(slug="old-name", event_id=event.id))
    for lang, rest in (("en", ""), ("zh-hant", "programme"), ("zh-hans", "calendar")):
        moved = client.get(f"/{lang}/e/old-name/{rest}")
        assert moved.status_code == 301
        assert moved.headers["Location"].endswith(f"/{lang}/e/{event.slug}/{rest}")


@pytest.mark.parametrize(
    "path",
    ["/en/e/nothing/", "/en/e/NO%00NE/", "/fr/", "/en/e/x/sessions/1", "/en/series/nothing/"],
)
def test_what_is_not_there_is_a_calm_404(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "See all events" in answer.text


def test_sessions_and_speakers_have_pages_of_their_own(client: FlaskClient) -> None:
    stage = half_day()
    panel = client.get(f"{stage.path}sessions/{stage.panel.id}").text
    assert "A sample panel" in panel
    assert panel.count("Sample title") == 5
    guest = client.get(f"{stage.path}speakers/sun-dong").text
    assert "Officiating guest" in guest
    assert f"sessions/{stage.keynote.id}" in guest
    other = make_event()
    assert client.get(f"/en/e/{other.slug}/speakers/sun-dong").status_code == 404
    assert client.get(f"/en/e/{other.slug}/sessions/{stage.panel.id}").status_code == 404


def test_a_cancelled_session_stays_and_a_draft_is_not_seen(client: FlaskClient) -> None:
    event = make_event()
    gone = make_session(event, title=text("A lost talk"), state=SessionState.CANCELLED)
    hidden = make_session(event, title=text("A secret talk"), state=SessionState.DRAFT)
    html = client.get(f"/en/e/{event.slug}/programme").text
    assert "A lost talk" in html
    assert "Cancelled" in html
    assert "A secret talk" not in html
    assert "This session is cancelled." in client.get(f"/en/e/{event.slug}/sessions/{gone.id}").text
    assert client.get(f"/en/e/{event.slug}/sessions/{hidden.id}").status_code == 404


def test_a_change_is_seen_at_once(client: FlaskClient) -> None:
    event = make_event()
    path = f"/en/e/{event.slug}/"
    before = client.get(path)
    assert client.get(path, headers={"If-None-Match": before.headers["ETag"]}).status_code == 304
    with writing() as session:
        session.merge(event).title = text("Another name")
        changed(session, event_scope(event.id))
    after = client.get(path, headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert "Another name" in after.text


def test_the_calendar_page_offers_each_client_its_own_address(client: FlaskClient) -> None:
    event = make_event()
    html = client.get(f"/zh-hant/e/{event.slug}/calendar").text
    feed = f"localhost/e/{event.slug}/{event.slug}.ics?lang=zh-Hant"
    assert f'href="webcal://{feed}"' in html
    assert "cid=webcal%3A%2F%2Flocalhost" in html
    assert "outlook.live.com" in html
    assert "outlook.office.com" in html
    assert f'value="http://{feed}"' in html


def test_search_engines_read_the_event(client: FlaskClient) -> None:
    stage = half_day(title=text("A <b>bold</b> </script> title"))
    html = client.get(stage.path).text
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    assert found
    data = json.loads(found[1])
    assert data["name"] == "A <b>bold</b> </script> title"
    assert data["startDate"] == "2026-12-08T09:00+08:00"
    assert data["eventStatus"] == "https://schema.org/EventScheduled"
    assert {"@type": "Person", "name": "Prof Sun Dong"} in data["performer"]
    assert "<b>bold" not in html.replace(found[0], "")


def test_nothing_typed_becomes_markup(client: FlaskClient) -> None:
    nasty = "<img src=x onerror=alert(1)>\"'{{7*191}}"
    stage = half_day(title=text(nasty), summary=text(nasty), state_note=text(nasty))
    html = client.get(stage.path).text
    assert "<img src=x" not in html
    assert "1337" not in html


def test_a_page_carries_no_session_and_nothing_inline(client: FlaskClient) -> None:
    stage = half_day()
    answer = client.get(stage.path)
    assert "Set-Cookie" not in answer.headers
    assert "style=" not in answer.text
    assert not re.search(r"<script(?![^>]*(src=|ld\+json))", answer.text)
    loaded = re.findall(r'(?:src="|stylesheet" href=")([^"]+)', answer.text)
    assert loaded
    assert all(address.startswith("/") for address in loaded)


@pytest.mark.parametrize(
    ("rest", "most"),
    [("", 9), ("programme", 9), ("calendar", 7), ("privacy", 3)],
)
def test_a_page_runs_few_statements_however_long_the_programme(
    client: FlaskClient, reads, rest: str, most: int
) -> None:
    counts = []
    for size in (1, 30):
        event = programme_of(size)
        with reads() as seen:
            assert client.get(f"/en/e/{event.slug}/{rest}").status_code == 200
        counts.append(len([one for one in seen if "page_bytes" not in one]))
    assert counts[0] == counts[1]
    # One more reads the scope's revision again before the bytes are kept.
    assert counts[1] <= most + 1, counts


def test_the_second_reader_is_answered_from_bytes(client: FlaskClient, reads) -> None:
    event = programme_of(3)
    first = client.get(f"/en/e/{event.slug}/")
    with reads() as seen:
        second = client.get(f"/en/e/{event.slug}/")
    assert second.data == first.data
    assert len(seen) <= 1


def test_a_programme_of_several_rooms_is_a_table_and_a_list(client: FlaskClient) -> None:
    event = programme_of(12)
    html = client.get(f"/en/e/{event.slug}/programme").text
    assert html.count('<th scope="col"') == 3
    assert '<ol class="slots starred">' in html


def test_a_chinese_page_shows_the_character_alone(client: FlaskClient) -> None:
    stage = half_day()
    html = client.get(f"/zh-hant/e/{stage.event.slug}/").text
    assert '<b lang="zh-Hant-HK">孫</b>' in html
    assert "Prof Sun Dong" in html
