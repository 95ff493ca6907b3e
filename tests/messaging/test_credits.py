"""Each letter about an event names all who stand behind it, also where no picture is loaded."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import css_inline
import pytest

from forum.core.ids import uuid7
from forum.core.text import Text
from forum.events.models import Event, Partner, Picture
from forum.events.queries import event_by_id
from forum.events.rules import PartnerRole
from forum.messaging.letterhead import Letterhead, letterhead_of
from forum.messaging.letters import About, Letter, write
from forum.messaging.models import Message
from forum.messaging.rules import Kind
from tests.factories import NOW, _stored, make_event, make_partner, text
from tests.messaging.conftest import Register, Work

pytestmark = pytest.mark.usefixtures("in_app")
Messages = Callable[[], list[Message]]
CLIPPED_FROM = 102_400
"""Bytes from which Gmail hides a letter's end."""


def _partner(event: Event, name: str, role: PartnerRole, **given: Any) -> Partner:
    return make_partner(event, name=Text({"en": name}), role=role, **given)


def _logo(event: Event, width: int, height: int) -> Picture:
    values = {
        "organisation_id": event.organisation_id,
        "kind": "logo",
        "file_name": f"{uuid7().hex}.webp",
        "width": width,
        "height": height,
        "created_at": NOW,
    }
    picture: Picture = _stored(Picture(**values))
    return picture


def _letter(event: Event, lang: str = "en", head: Letterhead | None = None) -> Letter:
    about = About(event=event_by_id(event.id), name="Ada Guest", code="T9M2PR4K", head=head)
    return write(Kind.CONFIRMED, lang, uuid7(), about)


def test_a_letter_names_all_partners_by_role_and_tier_with_their_links() -> None:
    event = make_event()
    names = ("Host House", "Gold Bank", "Silver Shop", "Friendly Society", "Sample Daily")
    roles = (PartnerRole.CO_HOST, PartnerRole.SPONSOR, PartnerRole.SPONSOR, PartnerRole.SUPPORTING)
    tiers = {"Gold Bank": text("Gold"), "Silver Shop": text("Silver")}
    for place, (name, role) in enumerate(zip(names, (*roles, PartnerRole.MEDIA), strict=True)):
        website = f"https://{name.split()[0].lower()}.example/"
        _partner(event, name, role, position=place, website=website, tier=tiers.get(name, Text()))
    letter = _letter(event)
    foot = letter.text[letter.text.index("Co-host:") :]
    assert foot.startswith(
        "Co-host: Host House\n\n"
        "Sponsor · Gold:\nGold Bank https://gold.example/\n\n"
        "Sponsor · Silver:\nSilver Shop https://silver.example/\n\n"
        "Supporting organisation:\nFriendly Society https://friendly.example/\n\n"
        "Media partner:\nSample Daily https://sample.example/\n"
    )
    places = [letter.html.index(name) for name in names]
    assert places == sorted(places)
    assert '<a href="https://gold.example/"><span>Gold Bank</span></a>' in letter.html
    chinese = _letter(event, "zh-Hant")
    assert "贊助機構 · Gold（繁）：\nGold Bank" in chinese.text
    assert '<span lang="en">Gold Bank</span>' in chinese.html


@pytest.mark.parametrize(
    ("size", "shown"),
    [((600, 200), (120, 40)), ((1200, 100), (120, 10)), ((300, 300), (40, 40)), ((60, 30),) * 2],
)
def test_a_logo_comes_from_our_own_address_no_larger_than_it_may_be(
    size: tuple[int, int], shown: tuple[int, int]
) -> None:
    event = make_event()
    picture = _logo(event, *size)
    _partner(event, "Gold Bank", PartnerRole.SPONSOR, picture_id=picture.id)
    (tag,) = re.findall(r'<img class="logo"[^>]*>', _letter(event).html)
    assert re.search(r'src="(https?://[^"/]+)/uploads/' + picture.file_name, tag)
    assert f'width="{shown[0]}" height="{shown[1]}"' in tag


def test_with_pictures_blocked_each_partner_is_read_once() -> None:
    event = make_event()
    _partner(event, "Gold Bank", PartnerRole.SPONSOR, picture_id=_logo(event, 300, 100).id)
    letter = _letter(event)
    assert 'alt=""' in letter.html
    assert letter.html.count("Gold Bank") == letter.text.count("Gold Bank") == 1


def test_a_crowd_of_partners_leaves_the_letter_short_enough_to_be_shown_whole() -> None:
    event = make_event()
    for number in range(60):
        picture = _logo(event, 400, 160)
        website = f"https://partner-{number}.example/"
        role = PartnerRole.SUPPORTING
        _partner(event, f"Partner {number}", role, website=website, picture_id=picture.id)
    letter = _letter(event)
    assert letter.html.count('class="logo"') == 20
    assert all(f"Partner {number}<" in letter.html for number in range(60))
    assert len(css_inline.inline(letter.html).encode()) < CLIPPED_FROM / 2


def test_a_hostile_partner_stays_plain_words() -> None:
    event = make_event()
    _partner(event, '<script>{{7*191}}</script>"', PartnerRole.MEDIA, website="https://a.example/")
    letter = _letter(event)
    assert "<script>" not in letter.html
    assert "1337" not in letter.html + letter.text


def test_given_partners_are_not_read_again() -> None:
    event = make_event()
    _partner(event, "Gold Bank", PartnerRole.SPONSOR)
    assert "Gold Bank" in _letter(event, head=letterhead_of(event)).text
    assert "Gold Bank" not in _letter(event, head=Letterhead()).text


def test_who_registers_reads_of_the_partners(
    register: Register, work: Work, messages: Messages
) -> None:
    event = make_event()
    _partner(event, "Gold Bank", PartnerRole.SPONSOR, picture_id=_logo(event, 300, 100).id)
    register(event)
    work()
    (message,) = messages()
    assert "Gold Bank" in message.text
    assert "/uploads/" in message.html
