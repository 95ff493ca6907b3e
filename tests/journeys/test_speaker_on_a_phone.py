"""A speaker's link on a phone: biography, slides, yes; the editor nods; guests read it."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Page, expect

from forum.core import clock
from forum.core.actor import SYSTEM
from forum.core.db import db
from forum.core.links import Purpose, derive
from forum.core.permissions import Role
from forum.events.models import Event
from forum.people.service import make_sign_in_link
from forum.programme import service
from forum.programme.models import Engagement
from forum.programme.rules import EngagementState
from tests import factories
from tests.conftest import NewContext
from tests.site.speaking import PDF, Speaking, speaking
from tests.support.browser import PHONE, quiet_page
from tests.support.live import LiveForum

WORDS = "Ada Wong builds robots that mend other robots."


@pytest.fixture
def stage(app: Flask, forum_server: LiveForum) -> Speaking:
    assert forum_server.url
    with app.app_context():
        organisation = factories.make_organisation(name=factories.text("Sample Organisation"))
        return speaking(event=factories.make_event(organisation))


def editor_link(app: Flask, stage: Speaking) -> str:
    with app.app_context():
        token = make_sign_in_link(
            "editor@example.com",
            now=clock.now(),
            organisation_id=stage.organisation,
            role=Role.PROGRAMME,
            name="Sample Editor",
        )
        return f"/sign-in/{token}"


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_speaker_does_all_of_it_on_a_phone_and_an_editor_nods(
    app: Flask, stage: Speaking, new_context: NewContext, tmp_path: Path, script: bool
):
    slides = tmp_path / "slides.pdf"
    slides.write_bytes(PDF)
    public = f"/en/e/{stage.slug}/speakers/{stage.speaker_slug}"
    zone = {"timezone_id": "Europe/London"} if script else {}
    context = new_context(viewport=PHONE, java_script_enabled=script, **zone)
    with quiet_page(context) as phone:
        phone.goto(stage.href)
        if script:
            expect(phone.get_by_text("Where you are:")).to_be_visible()
        phone.get_by_role("link", name="Change name, biography or photo").click()
        phone.get_by_label("Biography, English").fill(WORDS)
        phone.get_by_role("button", name="Send the changes").click()
        expect(phone.get_by_text("It waits for the organiser")).to_be_visible()
        phone.get_by_role("link", name="Send slides").click()
        phone.get_by_label("PDF").set_input_files(slides)
        phone.get_by_role("button", name="Send it").click()
        expect(phone.get_by_text("Thank you. It waits for the organiser.")).to_be_visible()
        phone.get_by_role("button", name="Yes, I’m coming").click()
        expect(phone.get_by_text("The organiser sees that you are coming")).to_be_visible()
        phone.goto(public)
        expect(phone.get_by_text(WORDS)).to_have_count(0)
    with quiet_page(new_context(viewport=PHONE, java_script_enabled=script)) as office:
        nod(office, editor_link(app, stage), stage)
        office.goto(public)
        expect(office.get_by_text(WORDS)).to_be_visible()
        office.goto(f"/en/e/{stage.slug}/sessions/{stage.session_id}")
        expect(office.get_by_role("link", name="Slides")).to_be_visible()
    with app.app_context():
        assert db.session.get(Engagement, stage.engagement_id).state is EngagementState.CONFIRMED
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Event)) == 1


def nod(office: Page, link: str, stage: Speaking) -> None:
    office.goto(link)
    office.locator("main form button").first.click()
    office.goto(f"/manage/{stage.slug}/speakers")
    face = office.locator("tbody .face").first.bounding_box()
    name = office.locator("tbody th a").first.bounding_box()
    assert face is not None
    assert name is not None
    assert face["x"] + face["width"] <= name["x"], "the tile covers the name"
    expect(office.get_by_text("1 session", exact=True).first).to_be_visible()
    office.get_by_role("link", name="2 changes from speakers wait for your approval").click()
    office.get_by_role("link", name="Look at it").click()
    expect(office.get_by_text(WORDS)).to_be_visible()
    office.get_by_role("button", name="Accept what is ticked").click()
    expect(office.get_by_text("The profile of Ada Wong is changed.")).to_be_visible()
    office.get_by_label("Guests may have it").select_option("now")
    office.get_by_role("button", name="Accept").click()
    expect(office.get_by_text("Nothing waits for you")).to_be_visible()


def test_a_link_that_was_renewed_opens_nothing(app: Flask, stage: Speaking, page: Page):
    with app.app_context():
        service.renew_speaker_link(SYSTEM, stage.event_id, stage.speaker_id, now=clock.now())
        fresh = derive(Purpose.SPEAKER, stage.engagement_id, 1)
    page.goto(stage.href)
    expect(page.get_by_role("heading", name="Nothing here")).to_be_visible()
    page.goto(f"/s/{fresh}")
    expect(page.get_by_role("heading", name="Ada Wong")).to_be_visible()
