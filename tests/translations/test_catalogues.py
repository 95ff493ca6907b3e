"""Every text of the interface stands in both Chinese catalogues, whole and with its values."""

from __future__ import annotations

import gettext
import json

import pytest

from forum.translations import catalogues
from forum.translations.catalogues import FOLDER, LOCALES


@pytest.fixture(scope="module")
def texts():
    return catalogues.extract()


@pytest.fixture
def house(tmp_path):
    """A checkout of three texts, with an empty folder for its catalogues."""
    (tmp_path / "forum").mkdir()
    (tmp_path / "templates" / "site").mkdir(parents=True)
    (tmp_path / "catalogues" / "_parts").mkdir(parents=True)
    (tmp_path / "forum" / "rules.py").write_text(
        'from forum.core.i18n import sentence\nsentence("The last seat has gone, %(name)s.")\n'
    )
    (tmp_path / "templates" / "site" / "home.html").write_text(
        "<h1>{{ _('Programme') }}</h1>"
        "{% trans num=seats %}{{ num }} seat left{% pluralize %}{{ num }} seats left{% endtrans %}"
    )
    return tmp_path


def write_part(house, name, **texts):
    part = house / "catalogues" / "_parts" / f"{name}.json"
    part.write_text(json.dumps(texts, ensure_ascii=False), "utf-8")


@pytest.mark.parametrize("locale", LOCALES)
def test_every_text_stands_in_the_catalogue(texts, locale):
    kept = catalogues.read(catalogues.po_file(locale))
    absent = [
        text.id for text in catalogues.messages(texts) if kept.get(text.id, text.context) is None
    ]
    assert absent == [], "run `make translate`"


@pytest.mark.parametrize("locale", LOCALES)
def test_no_text_is_left_untranslated_or_guessed(locale):
    kept = catalogues.messages(catalogues.read(catalogues.po_file(locale)))
    assert [text.id for text in kept if not catalogues.is_done(text)] == []


@pytest.mark.parametrize("locale", LOCALES)
def test_translations_name_the_same_values_as_their_texts(locale):
    kept = catalogues.messages(catalogues.read(catalogues.po_file(locale)))
    assert [text.id for text in kept if catalogues.placeholders_differ(text)] == []


def test_texts_are_read_from_code_and_templates(house):
    found = {text.id for text in catalogues.messages(catalogues.extract(house))}
    assert found == {
        "The last seat has gone, %(name)s.",
        "Programme",
        ("%(num)s seat left", "%(num)s seats left"),
    }


def test_parts_become_catalogues_that_translate(house):
    folder = house / "catalogues"
    write_part(
        house,
        "site",
        **{
            "Programme": ["議程", "议程"],
            "The last seat has gone, %(name)s.": [
                "%(name)s，最後一個座位已滿。",
                "%(name)s，最后一个座位已满。",
            ],
            "%(num)s seat left|%(num)s seats left": ["尚餘 %(num)s 個座位", "尚余 %(num)s 个座位"],
        },
    )
    report = catalogues.update(house, folder)
    assert report.untranslated == {"zh_Hant_HK": [], "zh_Hans": []}
    hong_kong = gettext.translation("messages", folder, ["zh_Hant_HK"])
    assert hong_kong.gettext("Programme") == "議程"
    assert hong_kong.ngettext("%(num)s seat left", "%(num)s seats left", 3) == "尚餘 %(num)s 個座位"
    assert gettext.translation("messages", folder, ["zh_Hans"]).gettext("Programme") == "议程"


def test_a_translation_outlives_the_part_it_came_from(house):
    write_part(house, "site", Programme=["議程", "议程"])
    catalogues.update(house, house / "catalogues")
    (house / "catalogues" / "_parts" / "site.json").unlink()
    report = catalogues.update(house, house / "catalogues")
    kept = catalogues.read(catalogues.po_file("zh_Hans", house / "catalogues"))
    assert kept.get("Programme").string == "议程"
    assert len(report.untranslated["zh_Hans"]) == 2


def test_a_second_run_changes_no_file(house):
    folder = house / "catalogues"
    write_part(house, "site", Programme=["議程", "议程"])
    catalogues.update(house, folder)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    catalogues.update(house, folder)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    assert catalogues.compile_all(folder) == []


def test_what_contradicts_and_what_is_unused_is_told(house):
    write_part(house, "a", Programme=["議程", "议程"])
    write_part(house, "b", Programme=["節目", "节目"], Goodbye=["再見", "再见"])
    report = catalogues.update(house, house / "catalogues")
    assert report.contradictions == ["b.json: Programme"]
    assert report.unused == ["Goodbye"]


def test_a_translation_that_loses_a_value_is_seen(house):
    write_part(house, "site", **{"The last seat has gone, %(name)s.": ["已滿。", "已满。"]})
    catalogues.update(house, house / "catalogues")
    kept = catalogues.read(catalogues.po_file("zh_Hant_HK", house / "catalogues"))
    assert catalogues.placeholders_differ(kept.get("The last seat has gone, %(name)s."))
    assert not any(map(catalogues.placeholders_differ, [kept.get("Programme")]))


def test_the_parts_are_taken_in_and_gone():
    assert list(FOLDER.glob("_parts/*.json")) == []
