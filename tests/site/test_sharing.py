"""Pictures that go with links: PNG of one size, small, in the page's language, with its fonts."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from PIL import Image

from forum.core.art.colour import palette
from forum.core.art.cover import Subject
from forum.core.art.raster import png_of
from forum.core.art.share import Said, share_svg
from forum.core.fonts import fonts_in
from forum.events.rules import EventState
from forum.programme.rules import SessionState
from tests.factories import make_event, make_session, make_speaker, text
from tests.site.stage import half_day

pytestmark = pytest.mark.usefixtures("in_app")

LARGEST = 150_000


def picture(client: FlaskClient, address: str) -> Image.Image:
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.mimetype == "image/png"
    assert len(answer.data) <= LARGEST
    drawn = Image.open(io.BytesIO(answer.data))
    assert drawn.size == (1200, 630)
    return drawn.convert("RGB")


def test_each_page_names_a_picture_of_its_own_and_it_is_there(client: FlaskClient) -> None:
    stage = half_day()
    seen = set()
    for path in ("", f"sessions/{stage.panel.id}", "speakers/sun-dong", "programme"):
        html = client.get(f"/zh-hant/e/{stage.event.slug}/{path}").text
        (address,) = re.findall(r'property="og:image" content="http://localhost([^"]+)"', html)
        assert address.endswith("share.png?lang=zh-Hant")
        seen.add(address)
        picture(client, address)
    assert len(seen) == 3


def test_a_picture_is_drawn_once(client: FlaskClient) -> None:
    address = f"/e/{half_day().event.slug}/share.png?lang=en"
    first = client.get(address)
    again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert "gzip" not in client.get(address, headers={"Accept-Encoding": "gzip"}).headers.get(
        "Content-Encoding", ""
    )


def test_what_guests_do_not_see_has_no_picture(client: FlaskClient) -> None:
    event = make_event()
    hidden = make_session(event, state=SessionState.DRAFT)
    absent = make_speaker(event.organisation_id)
    for path in (
        f"/e/{event.slug}/sessions/{hidden.id}/share.png",
        f"/e/{event.slug}/speakers/{absent.slug}/share.png",
        f"/e/{make_event(state=EventState.DRAFT).slug}/share.png",
    ):
        assert client.get(path).status_code == 404


@pytest.mark.parametrize("title", ["", "字" * 300, "<b>&\x00" + "long " * 100, "🎉 عربى हिन्दी"])
def test_any_title_makes_a_picture(client: FlaskClient, title: str) -> None:
    event = make_event(title=text(title) if title else text("x"))
    picture(client, f"/e/{event.slug}/share.png?lang=zh-Hans")


def test_without_any_font_the_cover_alone_is_drawn() -> None:
    svg = share_svg(1, Subject.RINGS, palette("#7a2e8a"), Said("Title", "Facts", "en"))
    drawn = Image.open(io.BytesIO(png_of(svg, ()))).convert("RGB")
    assert drawn.crop((0, 310, 1200, 520)).getcolors(2) is not None
    assert drawn.crop((0, 0, 1200, 300)).getcolors(2) is None


def test_fonts_come_from_the_operator_s_folder_first(tmp_path: Path) -> None:
    for name in ("NotoSans-Regular.ttf", "NotoSansCJK-Bold.ttc", "NotoSansCJK-Regular.ttc"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "NotoSansThai-Regular.ttf").write_bytes(b"")
    found = fonts_in((str(tmp_path),))
    assert [one.name for one in found.latin] == ["NotoSans-Regular.ttf"]
    assert {one.name for one in found.cjk} == {"NotoSansCJK-Bold.ttc", "NotoSansCJK-Regular.ttc"}
    assert all(one.parent == tmp_path for one in found.files)
