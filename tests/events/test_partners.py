"""The organisations behind an event: their order, tiers and logos, and where guests see them."""

from __future__ import annotations

import gc
import io
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from forum.core.db import db
from forum.core.ids import uuid7
from forum.core.permissions import Role
from forum.core.text import Text
from forum.events.models import Partner, Picture
from forum.events.queries import event_by_id
from forum.events.ranks import moved_in_rank, moved_rank, ranks_of
from forum.events.rules import PartnerRole
from forum.messaging.letters import About, write
from forum.messaging.rules import Kind
from tests import factories
from tests.events.browsing import Member, forms_of
from tests.events.test_pictures import bomb, files
from tests.support.statements import selects

PARTNERS = "/manage/sample-forum/partners"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def logo(kind: str = "PNG", size: tuple[int, int] = (1000, 250), mode: str = "RGBA") -> bytes:
    """A dark bar on a clear ground."""
    stream = io.BytesIO()
    drawn = Image.new(mode, size, (0, 0, 0, 0) if mode == "RGBA" else None)
    drawn.paste((10, 60, 72, 255)[: len(mode)], (0, size[1] // 3, size[0], size[1] // 2))
    drawn.save(stream, kind)
    return stream.getvalue()


def add(member: Member, name: str, role: str = "sponsor", tier: str = "", **more: Any) -> Any:
    typed = {"name-en": name, "role": role, "tier-en": tier}
    return member.fill(PARTNERS, having="name-en", **(typed | more))


def upload(member: Member, body: bytes, name: str = "logo.png") -> Any:
    return add(member, "Sample House", "organiser", logo=(io.BytesIO(body), name))


def partner_of(app: Flask, name: str) -> Partner:
    with app.app_context():
        found = db.session.scalars(sa.select(Partner)).all()
        return next(one for one in found if one.name.get("en") == name)


def pictures(app: Flask) -> list[Picture]:
    with app.app_context():
        return list(db.session.scalars(sa.select(Picture)))


def in_order(app: Flask, slug: str = "sample-forum") -> list[str]:
    """Names as the event's public page shows them, logos by their alternative text."""
    page = app.test_client().get(f"/en/e/{slug}/").text
    section = page.partition('<ul class="partners">')[2].partition("</ul>")[0]
    stored = ("Sample House", "Sample Post", "Gold One", "Gold Two", "Silver Ltd", "Sample News")
    return sorted((one for one in stored if one in section), key=section.index)


@pytest.mark.both_databases
def test_partners_stand_by_role_and_sponsors_by_tier(
    app: Flask, owner: Member, house: SimpleNamespace
):
    for name, role, tier in (
        ("Sample News", "media", ""),
        ("Silver Ltd", "sponsor", "Silver"),
        ("Gold One", "sponsor", "Gold"),
        ("Sample House", "organiser", ""),
        ("Gold Two", "sponsor", "gold"),
        ("Sample Post", "co_host", ""),
    ):
        assert add(owner, name, role, tier).status_code == 303
    start = ["Sample House", "Sample Post", "Silver Ltd", "Gold One", "Gold Two", "Sample News"]
    assert in_order(app) == start
    gold, second = partner_of(app, "Gold One").id, partner_of(app, "Gold Two").id
    owner.press(PARTNERS, f"{PARTNERS}/{gold}/move-tier", step="up")
    assert in_order(app)[2:5] == ["Gold One", "Gold Two", "Silver Ltd"]
    owner.press(PARTNERS, f"{PARTNERS}/{second}/move", step="up")
    assert in_order(app)[2:5] == ["Gold Two", "Gold One", "Silver Ltd"]
    owner.press(PARTNERS, f"{PARTNERS}/{second}/move", step="up")
    assert in_order(app)[2:5] == ["Gold Two", "Gold One", "Silver Ltd"]
    page = app.test_client().get("/en/e/sample-forum/").text
    assert "Sponsors · gold<" in page
    assert "Sponsor · Silver<" in page
    assert "Organiser<" in page


def test_a_partner_is_changed_and_removed(app: Flask, owner: Member, house: SimpleNamespace):
    add(owner, "Sample House", "organiser", website="example.com")
    found = partner_of(app, "Sample House")
    assert found.website == "https://example.com"
    owner.fill(f"{PARTNERS}/{found.id}", **{"name-en": "Renamed House", "role": "co_host"})
    assert partner_of(app, "Renamed House").role is PartnerRole.CO_HOST
    owner.press(PARTNERS, f"{PARTNERS}/{found.id}/remove")
    with app.app_context():
        assert db.session.scalars(sa.select(Partner)).all() == []


@dataclass
class One:
    """A partner in a test of the order alone."""

    role: PartnerRole
    tier: Text
    number: int = field(default=0)


SOME = st.lists(
    st.builds(
        One,
        role=st.sampled_from([PartnerRole.SPONSOR, PartnerRole.ORGANISER, PartnerRole.MEDIA]),
        tier=st.sampled_from(
            [Text(), Text({"en": "Gold"}), Text({"en": "gold", "zh-Hant": "金"}), Text({"en": "A"})]
        ),
        number=st.integers(),
    ),
    min_size=1,
    max_size=12,
)


@given(partners=SOME, where=st.integers(0, 11), step=st.sampled_from([-1, 1]))
def test_moving_keeps_everybody_and_every_rank(partners: list[One], where: int, step: int):
    which = partners[where % len(partners)]
    for moved in (moved_in_rank, moved_rank):
        order = moved(partners, which, step)
        assert sorted(map(id, order)) == sorted(map(id, partners))
        ranks = ranks_of(order)
        assert [one for rank in ranks for one in rank.partners] == order
        assert len(ranks) == len(ranks_of(partners))


def test_a_logo_is_drawn_on_white_uncut_and_named(
    app: Flask, owner: Member, house: SimpleNamespace
):
    assert upload(owner, logo()).status_code == 303
    (kept,) = pictures(app)
    assert kept.kind == "logo"
    assert (kept.width, kept.height) == (800, 200)
    assert files(app) == {kept.file_name}
    visitor = app.test_client()
    served = visitor.get(kept.address)
    assert served.content_type == "image/webp"
    with Image.open(io.BytesIO(served.data)) as seen:
        assert seen.size == (800, 200)
        assert seen.convert("RGB").getpixel((5, 5)) == (255, 255, 255)
    page = visitor.get("/en/e/sample-forum/").text
    assert f'<img src="{kept.address}" alt="Sample House" width="800" height="200"' in page
    assert 'alt="" width="800"' in owner.get(PARTNERS).text


def test_a_new_logo_takes_the_place_of_the_old_one_and_can_be_removed(
    app: Flask, owner: Member, house: SimpleNamespace
):
    upload(owner, logo())
    first = pictures(app)[0].file_name
    path = f"{PARTNERS}/{partner_of(app, 'Sample House').id}"
    owner.send(path, owner.form(path), logo=(io.BytesIO(logo("JPEG", mode="RGB")), "b.jpg"))
    (kept,) = pictures(app)
    assert kept.file_name != first
    assert files(app) == {kept.file_name}
    assert owner.fill(path, remove_logo="y").status_code == 303
    assert (pictures(app), files(app)) == ([], set())
    assert "Sample House" in app.test_client().get("/en/e/sample-forum/").text


def test_a_removed_partner_takes_its_logo_along(app: Flask, owner: Member, house: SimpleNamespace):
    upload(owner, logo())
    owner.press(PARTNERS, f"{PARTNERS}/{partner_of(app, 'Sample House').id}/remove")
    assert (pictures(app), files(app)) == ([], set())


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (SVG, "Choose a picture as PNG, JPEG or WebP"),
        (b"MZ" + bytes(500), "Choose a picture as PNG, JPEG or WebP"),
        (logo()[:200], "Choose a picture as PNG, JPEG or WebP"),
        (bomb(), "at most 10 MB and 24 million pixels"),
    ],
    ids=["svg", "program", "broken", "bomb"],
)
def test_a_bad_logo_gets_a_sentence_and_nothing_typed_is_lost(
    app: Flask, owner: Member, house: SimpleNamespace, body: bytes, says: str
):
    answer = upload(owner, body)
    assert answer.status_code == 422
    assert says in answer.text
    assert 'href="#logo"' in answer.text
    assert 'value="Sample House"' in answer.text
    assert (pictures(app), files(app)) == ([], set())
    with app.app_context():
        assert db.session.scalars(sa.select(Partner)).all() == []


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_fifty_megabytes_are_refused_with_a_sentence(
    app: Flask, owner: Member, house: SimpleNamespace
):
    answer = upload(owner, bytes(50_000_000))
    assert answer.status_code == 413
    assert "too large" in answer.text
    answer.request.input_stream.close()
    del answer
    gc.collect()


def test_the_loser_of_two_editors_leaves_no_file(
    app: Flask, owner: Member, second: Member, house: SimpleNamespace
):
    add(owner, "Sample House", "organiser")
    path = f"{PARTNERS}/{partner_of(app, 'Sample House').id}"
    seen = second.form(path)
    owner.fill(path, **{"name-en": "Ada’s house"})
    answer = second.send(path, seen, logo=(io.BytesIO(logo()), "a.png"))
    assert answer.status_code == 409
    assert (pictures(app), files(app)) == ([], set())


def test_mails_name_who_holds_the_event_first_and_who_supports_it_at_the_foot(
    app: Flask, house: SimpleNamespace
):
    with app.app_context():
        for name, role in (
            ("Sample House", PartnerRole.ORGANISER),
            ("Sample Post", PartnerRole.CO_HOST),
            ("Second Post", PartnerRole.CO_HOST),
            ("Gold One", PartnerRole.SPONSOR),
        ):
            factories.make_partner(house.event, name=Text({"en": name}), role=role)
        with app.test_request_context():
            event = event_by_id(house.event_id)
            letter = write(Kind.CONFIRMED, "en", uuid7(), About(event, "Ada", "ABCDEFGH"))
    assert "Organiser: Sample House" in letter.text
    assert "Co-hosts: Sample Post, Second Post" in letter.text
    for said in (letter.text, letter.html):
        assert said.index("Sample House") < said.index("Second Post") < said.index("Gold One")
    assert "Sponsor:\nGold One" in letter.text
    assert "/uploads/" not in letter.html


def test_the_page_of_partners_asks_as_much_for_thirty_as_for_one(
    app: Flask, owner: Member, house: SimpleNamespace
):
    add(owner, "Sample House", "organiser")
    with selects(app) as few:
        owner.get(PARTNERS)
    with app.app_context():
        for number in range(29):
            factories.make_partner(house.event, tier=Text({"en": f"Tier {number % 4}"}))
    with selects(app) as many:
        owner.get(PARTNERS)
    assert len(few) == len(many)


def test_only_who_edits_the_event_may_move_a_tier(app: Flask, house: SimpleNamespace):
    with app.app_context():
        partner_id = factories.make_partner(house.event).id
    viewer = Member(app, house.ours, role=Role.VIEWER)
    path = f"{PARTNERS}/{partner_id}/move-tier"
    token = forms_of(viewer.get("/account"))[-1].values
    assert viewer.client.post(path, data=dict(token)).status_code == 403
