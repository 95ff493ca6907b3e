"""The office on a phone: tabs stand in lines, and what a table leaves out stands in its rows."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from forum.core import clock
from forum.core.actor import ANONYMOUS, SYSTEM
from forum.people.service import make_sign_in_link
from forum.registrations import queries, service
from forum.registrations.rules import ConsentPurpose, ConsentSource
from forum.registrations.service import consenting, wordings
from tests.conftest import NewContext
from tests.factories import attendee, make_event, make_member, make_organisation, make_partner, text
from tests.support.browser import DESK, PHONE, quiet_page
from tests.support.live import LiveForum

LANGS = ["en", "zh-Hant"]


@pytest.fixture
def office(app: Flask, forum_server: LiveForum) -> tuple[str, str]:
    """A sign-in link, and the consents of an event: one stands, one was withdrawn."""
    assert forum_server.url
    now = clock.now()
    with app.app_context():
        house = make_organisation()
        event = make_event(house)
        partner = make_partner(event)
        purpose = ConsentPurpose.PARTNER
        wordings.set_wording(SYSTEM, event.id, purpose, partner.id, text("Pass it on"), now)
        words = queries.wordings_for_form(event.id)[-1].id
        for number in range(2):
            guest = attendee(number)
            done = service.register(ANONYMOUS, event.id, guest, form_key=None, now=now)
            given = consenting.give(
                ANONYMOUS, done.registration_id, words, "en", ConsentSource.FORM, now
            )
            if number:
                consenting.withdraw(ANONYMOUS, given, ConsentSource.OWN_PAGE, now)
        member = make_member(house)
        link = f"/sign-in/{make_sign_in_link(member.email, now=now)}"
        return link, f"/manage/{event.slug}/registrations/consents"


@pytest.mark.parametrize("lang", LANGS)
def test_on_a_phone_every_tab_and_every_count_stands_on_the_page(
    new_context: NewContext, office: tuple[str, str], lang: str
) -> None:
    with quiet_page(new_context(viewport=PHONE)) as page:
        _enter(page, office, lang)
        tabs = page.locator("nav.tabs a")
        boxes = [one.bounding_box() for one in tabs.all()]
        assert len(boxes) > 3
        assert all(one and one["x"] >= 0 and one["x"] + one["width"] <= 390 for one in boxes)
        assert len({round(one["y"]) for one in boxes if one}) > 1, "in more than one line"
        assert _hidden_part(page) == 0
        counts = page.locator(".on-narrow:has-text('1'):visible")
        expect(counts).to_have_count(1)
        expect(counts).to_contain_text("1 standing · 1 withdrawn" if lang == "en" else "1")
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.mark.parametrize("lang", LANGS)
def test_on_a_desk_tabs_stand_in_one_line_and_counts_in_their_columns(
    new_context: NewContext, office: tuple[str, str], lang: str
) -> None:
    with quiet_page(new_context(viewport=DESK)) as page:
        _enter(page, office, lang)
        boxes = [one.bounding_box() for one in page.locator("nav.tabs a").all()]
        assert len({round(one["y"]) for one in boxes if one}) == 1
        expect(page.locator(".on-narrow:visible")).to_have_count(0)
        row = page.locator("tr", has_text="Sample Association")
        assert [one.inner_text() for one in row.locator("td.n").all()] == ["1", "1"]


def _enter(page: Page, office: tuple[str, str], lang: str) -> None:
    link, consents = office
    page.goto(link)
    page.locator("main form button").first.click()
    page.wait_for_url("**/manage/")
    page.goto(f"{consents}?lang={lang}")


def _hidden_part(page: Page) -> int:
    """Return how much of the tabs can only be seen by scrolling them."""
    found: int = page.locator("nav.tabs").evaluate("(one) => one.scrollWidth - one.clientWidth")
    return found
