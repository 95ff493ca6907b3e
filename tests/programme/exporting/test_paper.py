"""The programme on paper: in each language and in two, tagged, with logos; words where it can't."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pypdfium2
import pytest
import typst
from flask import Flask
from PIL import Image

from forum.core import typesetter, typesetting
from forum.core.text import Text
from forum.events.rules import PartnerRole
from forum.programme.rules import AppearanceRole, SessionKind
from forum.settings import Settings
from tests import factories
from tests.events.browsing import Member
from tests.events.test_partners import logo
from tests.programme.exporting.stage import programme_of, two_days
from tests.support.statements import selects


def pages_of(body: bytes) -> list[str]:
    """The words of each page."""
    document = pypdfium2.PdfDocument(body)
    try:
        found = []
        for page in document:
            text = page.get_textpage()
            found.append(text.get_text_bounded())
            text.close()
            page.close()
        return found
    finally:
        document.close()


def words_of(body: bytes) -> str:
    return " ".join(" ".join(pages_of(body)).split())


def printed(app: Flask, name: str = "programme.pdf", lang: str = "en", slug: str = "") -> Any:
    return app.test_client().get(f"/{lang}/e/{slug or 'sample-days'}/{name}")


@pytest.fixture
def stage(app: Flask, house: SimpleNamespace) -> Any:
    with app.app_context():
        return two_days(house.ours)


def test_the_programme_is_printed_with_days_times_people_and_page_numbers(app: Flask, stage: Any):
    answer = printed(app)
    assert answer.content_type == "application/pdf"
    assert answer.data.startswith(b"%PDF-")
    said = words_of(answer.data)
    for words in (
        "Sample Forum: a fresh look",
        "Tuesday 8–Wednesday 9 December 2026",
        "Sample Hall, Sample Centre",
        "A <panel> & its “parts”",
        "10:00 am",
        "Moderator",
        "Cantonese and English, interpreted into Putonghua",
        "First (20′)",
        "1 / ",
    ):
        assert words in said, words
    for words in stage.untold[:3]:
        assert words not in said
    assert said.index("After midnight") < said.index("Wednesday 9 December 2026", 200)


def test_it_is_tagged_and_says_its_language_and_title(app: Flask, stage: Any):
    for lang, tag in (("en", b"en"), ("zh-hant", b"zh-HK"), ("zh-hans", b"zh-CN")):
        body = printed(app, lang=lang).data
        document = pypdfium2.PdfDocument(body)
        assert document.is_tagged()
        assert "Sample Forum" in document.get_metadata_value("Title")
        document.close()
        assert b"pdfuaid" in body
        assert b"/Lang(" + tag + b")" in body


def test_two_languages_stand_together_and_never_the_same_words_twice(app: Flask, stage: Any):
    said = words_of(printed(app, "programme-zh-hant.pdf").data)
    assert "A <panel> & its “parts”" in said
    assert "專題討論" in said
    assert "主持" in said
    assert said.count("Hackathon（繁）") == 1
    with app.app_context():
        event = factories.make_event(stage_organisation(stage), slug="sample-same")
        factories.make_session(event, title=Text({"en": "同一句", "zh-Hant": "同一句"}))
    assert (
        words_of(printed(app, "programme-zh-hant.pdf", slug="sample-same").data).count("同一句")
        == 1
    )
    assert printed(app, "programme-en.pdf").status_code == 404


def stage_organisation(stage: Any) -> Any:
    return SimpleNamespace(id=stage.event.organisation_id)


def test_logos_of_partners_stand_at_the_end(app: Flask, owner: Member, house: SimpleNamespace):
    seen = owner.form("/manage/sample-forum/partners", having="name-en")
    owner.send(
        "/manage/sample-forum/partners",
        seen,
        **{"name-en": "Sample House", "role": "organiser"},
        logo=(BytesIO(logo()), "logo.png"),
    )
    with app.app_context():
        factories.make_partner(
            house.event,
            name=Text({"en": "Gold One"}),
            role=PartnerRole.SPONSOR,
            tier=Text({"en": "Gold"}),
        )
        factories.make_session(house.event)
    body = printed(app, slug="sample-forum").data
    said = words_of(body)
    assert said.index("Sample talk") < said.index("Sample House") < said.index("Gold One")
    assert "Sponsor · Gold" in said
    document = pypdfium2.PdfDocument(body)
    images = [
        one
        for page in document
        for one in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE])
    ]
    assert len(images) == 1
    document.close()


def test_it_is_answered_from_bytes_until_something_changes(app: Flask, stage: Any):
    first = printed(app)
    with selects(app) as asked:
        again = printed(app)
    assert (again.data == first.data, asked) == (True, [])
    assert (
        "Content-Encoding"
        not in app.test_client()
        .get("/en/e/sample-days/programme.pdf", headers={"Accept-Encoding": "gzip"})
        .headers
    )


def test_editors_print_what_is_planned_in_any_language(
    app: Flask, owner: Member, house: SimpleNamespace
):
    with app.app_context():
        draft = factories.make_event(house.ours, slug="sample-draft", state="draft")
        factories.make_session(draft, title=Text({"en": "Planned talk"}))
    assert printed(app, slug="sample-draft").status_code == 404
    path = "/manage/sample-draft/programme/export.pdf"
    assert "Planned talk" in words_of(owner.get(f"{path}?in=en").data)
    assert "香港時間" in words_of(owner.get(f"{path}?in=zh-Hant&also=en").data)
    for asked in ("", "?in=tlh", "?in="):
        assert owner.get(path + asked).status_code == 404
    page = owner.get("/manage/sample-draft/programme/export")
    assert page.status_code == 200
    for link in ("export.xlsx", "export.pdf?in=en&amp;also=zh-Hant", "as soon as the event is"):
        assert link in page.text


def test_the_programme_page_leads_to_its_papers(app: Flask, stage: Any):
    page = app.test_client().get("/zh-hant/e/sample-days/programme").text
    assert 'href="/zh-hant/e/sample-days/programme.pdf"' in page
    assert 'href="/zh-hant/e/sample-days/programme-en.pdf"' in page


def test_without_the_extra_the_pages_say_so_in_words(
    app: Flask, owner: Member, stage: Any, monkeypatch: pytest.MonkeyPatch
):
    found = typesetting.find_spec
    monkeypatch.setattr(
        typesetting, "find_spec", lambda name: None if name == "typst" else found(name)
    )
    answer = printed(app)
    assert answer.status_code == 404
    assert "This Forum makes no PDF files" in answer.text
    assert "programme.pdf" not in app.test_client().get("/en/e/sample-days/programme").text
    page = owner.get("/manage/sample-days/programme/export").text
    assert 'pip install "forum[pdf]"' in page
    assert "export.pdf" not in page
    assert owner.get("/manage/sample-days/programme/export.pdf?in=en").status_code == 404


def test_who_would_wait_too_long_is_told_to_come_again(
    app: Flask, stage: Any, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(typesetting, "LONGEST_WAIT", 0.01)
    with typesetting._one_at_a_time:
        answer = printed(app)
    assert answer.status_code == 503
    assert "Other programmes are being printed" in answer.text
    assert printed(app).status_code == 200


def test_a_thousand_sessions_go_to_paper(app: Flask, house: SimpleNamespace):
    with app.app_context():
        event = programme_of(1000)
    body = printed(app, slug=event.slug).data
    assert len(pages_of(body)) > 40
    assert len(body) < 4_000_000


def test_markup_in_what_was_typed_is_only_text(app: Flask, house: SimpleNamespace):
    typed = '#read("/etc/passwd") $x$ *b* _i_ @ref <label> \\ // `raw` #{1+1} = Title'
    with app.app_context():
        made = factories.make_session(
            house.event, kind=SessionKind.KEYNOTE, title=Text({"en": typed})
        )
        speaker = factories.make_speaker(house.ours.id, name=typed, title=Text({"en": typed}))
        factories.make_appearance(made, speaker, AppearanceRole.OFFICIATING_GUEST)
    said = words_of(printed(app, slug="sample-forum").data)
    assert said.count('#read("/etc/passwd")') == 3
    assert "root:" not in said


@pytest.mark.parametrize(
    ("folders", "family"), [((), "Noto Sans CJK HK"), (("own",), "Noto Sans CJK HK")]
)
def test_the_operators_fonts_come_first_and_chinese_is_always_there(
    app: Flask, tmp_path: Path, folders: tuple[str, ...], family: str
):
    own = tuple(str(tmp_path / name) for name in folders)
    app.config["FORUM_SETTINGS"] = Settings(instance=tmp_path, font_dirs=own)
    with app.app_context():
        tries = typesetting.font_folders()
    assert tuple(tries[0][: len(own)]) == own
    fonts = typesetter.fonts_of(typst, tries)
    assert typesetter.families_in(fonts.families())["zh-Hant"][0] == family


def test_a_family_is_found_whatever_its_letters_and_english_never_goes_without():
    found = typesetter.families_in(["Some Serif", "noto sans sc"])
    assert found == {
        "en": ["Noto Sans SC", "Some Serif"],
        "zh-Hant": ["Noto Sans SC", "Some Serif"],
        "zh-Hans": ["Noto Sans SC", "Some Serif"],
    }


def test_the_sample_looks_like_a_page_and_not_like_an_error(app: Flask, stage: Any):
    document = pypdfium2.PdfDocument(printed(app, "programme-zh-hant.pdf").data)
    page = document[0]
    assert (round(page.get_width()), round(page.get_height())) == (595, 842)
    bitmap = page.render(scale=1)
    picture: Image.Image = bitmap.to_pil().convert("RGB")
    assert picture.getpixel((300, 4)) != (255, 255, 255)
    assert picture.getpixel((300, 838)) == (255, 255, 255)
    bitmap.close()
    page.close()
    document.close()
