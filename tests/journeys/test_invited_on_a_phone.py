"""An invited guest on a phone: opens the link, brings a companion, lands on the booking."""

from __future__ import annotations

import re
from uuid import UUID

from flask import Flask
from playwright.sync_api import Page, expect

from forum.core import clock
from forum.core.actor import SYSTEM
from forum.core.links import Purpose, derive
from forum.registrations.rules import InvitationState
from forum.registrations.service import sending
from tests.conftest import NewContext
from tests.factories import make_event
from tests.registrations.inviting import coming, invitation, made_list, one_invited


def _asked(app: Flask) -> tuple[UUID, UUID, str]:
    with app.app_context():
        event_id = make_event().id
        who = one_invited(event_id, made_list(event_id, kept=4, companions=2), salutation="Dr")
        sending.send(SYSTEM, event_id, who, now=clock.now())
        return event_id, who, f"/i/{derive(Purpose.GUEST_INVITATION, who)}"


def test_a_guest_accepts_with_a_companion_on_a_phone(app: Flask, page: Page) -> None:
    event_id, who, link = _asked(app)
    page.goto(link)
    accept = page.get_by_role("button", name="Accept the invitation")
    box = accept.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 844
    with app.app_context():
        assert invitation(who).state is InvitationState.SENT
    page.get_by_label("Who comes with you?").select_option("1")
    with page.expect_response("**/opened"):
        page.get_by_text("Name your companions now, or later").click()
    with app.app_context():
        assert invitation(who).state is InvitationState.OPENED
    page.get_by_label("Companion 1, full name").fill("Sample Companion")
    accept.click()
    page.wait_for_url(re.compile(r"/r/[\w-]{43}$"))
    page.goto(link)
    expect(page.get_by_role("heading", name="You have accepted")).to_be_visible()
    expect(page.get_by_text("Sample Companion")).to_be_visible()
    with app.app_context():
        assert coming(event_id) == [
            ("Sample Invited solo", "confirmed"),
            ("Sample Companion", "confirmed"),
        ]


def test_a_guest_without_script_declines_by_one_button(app: Flask, new_context: NewContext) -> None:
    _, who, link = _asked(app)
    page = new_context(java_script_enabled=False).new_page()
    page.goto(link)
    page.get_by_role("button", name="I can’t come").click()
    expect(page.get_by_role("heading", name="You have declined")).to_be_visible()
    with app.app_context():
        assert invitation(who).state is InvitationState.DECLINED
