"""The Chinese catalogues keep the wording that UX.md asks for: one word for one thing."""

from __future__ import annotations

import re

import pytest

from forum.translations import catalogues
from forum.translations.catalogues import LOCALES

HAN = r"[\u3400-\u9fff\u3000-\u303f\uff00-\uffef]"
LATIN = r"[A-Za-z0-9%{}()]"
STORED_SPACE = re.compile(rf"{HAN} +{LATIN}|{LATIN} +{HAN}")
OTHER_WORDS = {
    "zh_Hant_HK": ("您", "來賓", "投影片", "註冊", "車票"),
    "zh_Hans": ("您", "来宾"),
}
"""What is said by another word everywhere: 你, 嘉賓, 簡報, 登記, 入場券."""


def texts(locale: str) -> list[str]:
    kept = catalogues.messages(catalogues.read(catalogues.po_file(locale)))
    return [
        string
        for message in kept
        for string in (
            message.string if isinstance(message.string, (list, tuple)) else [message.string]
        )
    ]


@pytest.mark.parametrize("text", ["場地A座", "第%(number)s版", "Forum及iCalendar", "「CSV UTF-8」"])
def test_what_stands_close_is_well(text):
    assert not STORED_SPACE.search(text)


@pytest.mark.parametrize("text", ["第 3版", "約 %(number)s人", "%(name)s 已登記", "Forum 的網址"])
def test_a_stored_space_is_seen(text):
    assert STORED_SPACE.search(text)


@pytest.mark.parametrize("locale", LOCALES)
def test_no_space_between_chinese_and_latin_is_stored(locale):
    assert [text for text in texts(locale) if STORED_SPACE.search(text)] == []


@pytest.mark.parametrize("locale", LOCALES)
def test_one_word_serves_for_one_thing(locale):
    found = [text for text in texts(locale) if any(word in text for word in OTHER_WORDS[locale])]
    assert found == []
