"""A party of three on a phone: one is named later by the own link, one replaced, one cancelled."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from forum.core import clock
from forum.registrations.rules import RegistrationState
from tests import factories
from tests.conftest import NewContext
from tests.site.parties import UNNAMED, Booked, allow, book, states
from tests.support.browser import PHONE, quiet_page
from tests.support.live import LiveForum

CONFIRMED, CANCELLED = RegistrationState.CONFIRMED, RegistrationState.CANCELLED


@pytest.fixture
def party(app: Flask, forum_server: LiveForum) -> Booked:
    assert forum_server.url
    with app.app_context():
        event = factories.make_event()
        allow(event.id)
        people = [
            factories.attendee(one, name=f"{one} Sample", name_zh="") for one in ("Ada", "Ben")
        ]
        return book(event, *people, UNNAMED, now=clock.now())


def _fill(page: Page, name: str, email: str) -> None:
    page.get_by_label("Full name").fill(name)
    page.get_by_label("Organisation").fill("Sample Works")
    page.get_by_label("Email").fill(email)
    page.get_by_role("button", name="Save").click()


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_party_of_three_is_arranged_on_a_phone(
    app: Flask, party: Booked, new_context: NewContext, script: bool
) -> None:
    with quiet_page(new_context(viewport=PHONE, java_script_enabled=script)) as page:
        page.goto(party.link)
        expect(page.get_by_role("heading", level=1)).to_have_text("You’re all registered")
        page.locator(f'a[href="{party.at(1, "replace")}"]').click()
        _fill(page, "Dora Sample", "dora@example.com")
        expect(page.get_by_role("status")).to_contain_text("no longer opens the door")
        page.locator(f'a[href="{party.at(0, "cancel")}"]').click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Cancel your registration?")
        page.get_by_role("button", name="Cancel my registration").click()
        expect(page.get_by_text("Cancelled by the guest.")).to_be_visible()
        unnamed = page.locator("li", has=page.get_by_role("heading", name="To be named"))
        unnamed.get_by_text("Link for this person alone").click()
        own = unnamed.get_by_role("textbox").input_value()
    with quiet_page(new_context(viewport=PHONE, java_script_enabled=script)) as page:
        page.goto(own)
        expect(page.get_by_role("heading", level=1)).to_have_text("A place is kept for you")
        _fill(page, "Cleo Sample", "cleo@example.com")
        expect(page.get_by_role("heading", level=1)).to_have_text("You’re registered")
        expect(page.locator("svg.qr")).to_be_visible()
        assert "Dora" not in page.content()
    assert states(app, party.people) == [CANCELLED, CONFIRMED, CONFIRMED]
