"""How the pages of signing in and of members stand in a browser: with and without faults typed."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Page

from forum.core import clock
from forum.core.actor import SYSTEM
from forum.core.db import db
from forum.core.links import Purpose, derive
from forum.core.permissions import Role
from forum.people import service
from forum.people.models import Member
from tests.conftest import NewContext
from tests.factories import make_member, make_organisation
from tests.support.browser import DESK, PHONE, quiet_page
from tests.support.front_end import FrontEnd


class Watch:
    """Look at each page as it stands: axe, width, HTML."""

    def __init__(self, page: Page, front_end: FrontEnd) -> None:
        self.page, self.front_end = page, front_end
        self.faults: list[str] = []
        self.html: dict[str, str] = {}

    def look(self, name: str) -> None:
        self.faults += [f"{name}: {fault}" for fault in self.front_end.axe(self.page)]
        wide = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if wide > 0:
            self.faults.append(f"{name}: {wide} px too wide")
        self.html[name] = self.page.request.get(self.page.url).text()

    def press(self, name: str | None = None) -> None:
        """Press the main button of the page."""
        self.page.locator("main .btn.main").last.click()
        self.page.wait_for_load_state()
        if name:
            self.look(name)


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("scheme", "locale", "size"),
    [("light", "en-GB", PHONE), ("dark", "zh-HK", DESK)],
)
def test_an_invited_organiser_goes_through_every_page(
    app: Flask,
    new_context: NewContext,
    node_front_end: FrontEnd,
    tmp_path: Path,
    scheme: str,
    locale: str,
    size: dict[str, int],
) -> None:
    with app.app_context():
        organisation = make_organisation()
        make_member(organisation, Role.VIEWER, name="Sample Viewer")
        invitation = service.invite_member(
            SYSTEM, organisation.id, "mei@example.com", Role.OWNER, lang="en", now=clock.now()
        )
        invited = f"/invitations/{derive(Purpose.MEMBER_INVITATION, invitation)}"
        link = f"/sign-in/{service.make_sign_in_link('tom@example.com', now=clock.now())}"
        viewer = _viewer(organisation.id)
    context = new_context(
        viewport=size, color_scheme=scheme, locale=locale, reduced_motion="reduce"
    )
    with quiet_page(context) as page:
        watch = Watch(page, node_front_end)
        page.goto("/sign-in")
        watch.look("sign in")
        page.get_by_role("textbox").fill("tom@")
        _expecting_a_refusal(page, watch, "sign in, refused")
        page.get_by_role("textbox").fill("nobody@example.com")
        watch.press("mail")
        page.goto(link)
        watch.look("link")
        page.goto(invited)
        watch.look("invitation")
        page.get_by_role("textbox").fill("Mei 美")
        watch.press()
        page.goto("/account")
        watch.look("account")
        base = f"/manage/organisations/{organisation.slug}"
        for rest in ("members", "settings", f"members/{viewer}", f"members/{viewer}/remove"):
            page.goto(f"{base}/{rest}")
            watch.look(rest)
        page.goto(f"{base}/members")
        page.locator("#email").fill("tom@example.com")
        watch.press("members, one invited")
    assert watch.faults == []
    folder = tmp_path / "pages"
    folder.mkdir()
    assert node_front_end.html_faults(watch.html, folder) == []


def _expecting_a_refusal(page: Page, watch: Watch, name: str) -> None:
    watch.press()
    assert page.locator(".problem").is_visible()
    assert page.evaluate("document.activeElement.className").startswith("problem")
    watch.look(name)


def _viewer(organisation_id: UUID) -> UUID:
    return db.session.scalars(
        sa.select(Member.id).where(Member.organisation_id == organisation_id)
    ).one()
