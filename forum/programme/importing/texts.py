"""Texts of other people's files: markup out, the language by the script, cut to what forms take."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from html.parser import HTMLParser
from urllib.parse import urlsplit

import nh3

from forum.core.i18n import Sentence, sentence
from forum.core.text import Text, clean_line, clean_paragraphs
from forum.programme.sheet_columns import language_of_word

LONGEST_RAW = 200_000
"""Characters read of one text, marks included."""

LONGEST_KEY = 100
LONGEST_ADDRESS = 500

HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]")
_TAGS = (
    "a abbr address article aside audio b blockquote body br button center code col colgroup dd "
    "del details div dl dt em embed figcaption figure font footer form h1 h2 h3 h4 h5 h6 head "
    "header hr html i iframe img input ins kbd li link main mark meta nav noscript object ol "
    "option p param pre q s script section select small source span strike strong style sub "
    "summary sup svg table tbody td template textarea tfoot th thead title tr tt u ul video"
)
_MARKUP = re.compile(rf"(?i)</?(?:{_TAGS.replace(' ', '|')})(?=[\s/>])")
_OTHER_SIGN = re.compile(rf"(?i)<(?!/?(?:{_TAGS.replace(' ', '|')})(?=[\s/>]))")
_ENTITY = re.compile(r"&(?:[a-zA-Z]{2,24}|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});")
_KEPT = {"a", "br", "p", "div", "li", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "td", "hr", "pre"}
_DROPPED = {"script", "style", "template", "iframe", "object", "noscript", "svg", "title", "head"}
_HAN_NAME = HAN.pattern + "{2,6}"
_LATIN_NAME = r"[A-Za-zÀ-ɏ][A-Za-zÀ-ɏ.'’ -]*[A-Za-zÀ-ɏ.]"
_BOTH_FORMS = re.compile(
    rf"^(?:(?P<latin>{_LATIN_NAME})\s*[(（/]?\s*)?(?P<han>{_HAN_NAME})\s*[)）]?"
    rf"(?:\s*[(（/]?\s*(?P<after>{_LATIN_NAME})[)）]?)?$"
)
_NO_NAME = re.compile(r"^[\W_]*$")
_NO_ROOM = {"none", "null", "nil", "n/a", "tba", "tbd", "-"}
_SIMPLIFIED = frozenset(
    "这们来说对会过发经动进样从长问题话还没关开书东车马见电现实业员习让给谈论讲应"
)
_TRADITIONAL = frozenset(
    "這們來說對會過發經動進樣從長問題話還沒關開書東車馬見電現實業員習讓給談論講應"
)
_LANGUAGES = {
    "zh": "cmn", "cn": "cmn", "中文": "cmn", "漢語": "cmn", "汉语": "cmn", "華語": "cmn",
    "國語": "cmn", "国语": "cmn", "普通話": "cmn", "chinese": "cmn", "mandarin": "cmn",
    "粵語": "yue", "粤语": "yue", "廣東話": "yue", "广东话": "yue", "cantonese": "yue",
    "zh-hk": "yue", "英語": "en", "英文": "en", "eng": "en", "日語": "ja", "deu": "de",
    "ger": "de", "fra": "fr", "tagalog": "fil",
}  # fmt: skip


class _Words(HTMLParser):
    """The words of markup that nh3 has made whole: blocks are lines, links show their address."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self._address = ""
        self._from = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._address, self._from = dict(attrs).get("href") or "", len(self.said)
        elif tag == "li":
            self.said.append("\n- ")
        elif tag == "td":
            self.said.append(" ")
        else:
            self.said.append("\n" if tag in {"br", "tr", "div"} else "\n\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            words = "".join(self.said[self._from :]).strip()
            if self._address and self._address.rstrip("/") != words.rstrip("/"):
                self.said.append(f" ({self._address})" if words else self._address)
            self._address = ""
        elif tag not in {"br", "hr", "td", "li"}:
            self.said.append("\n" if tag in {"tr", "div"} else "\n\n")

    def handle_data(self, data: str) -> None:
        self.said.append(data)


def line(value: object) -> str:
    """Return one line of plain words of whatever stood there; nothing for what is no text."""
    return clean_line(plain(value)) if isinstance(value, str) else ""


def paragraphs(value: object) -> str:
    """Return paragraphs of plain words or Markdown; scripts and styles are gone."""
    return clean_paragraphs(plain(value)) if isinstance(value, str) else ""


def plain(value: str) -> str:
    """Return a text without HTML: what looks like a tag but is none, as in List<Int>, stays."""
    value = value[:LONGEST_RAW]
    if _MARKUP.search(value):
        whole = nh3.clean(
            _OTHER_SIGN.sub("&lt;", value),
            tags=_KEPT,
            clean_content_tags=_DROPPED,
            attributes={"a": {"href"}},
            url_schemes={"http", "https", "mailto"},
            link_rel=None,
        )
        words = _Words()
        words.feed(whole)
        words.close()
        return "".join(words.said)
    return _ENTITY.sub(lambda found: html.unescape(found[0]), value) if "&" in value else value


def key_of(value: object) -> str:
    """Return what tells a thing apart in its file; empty for what cannot."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return clean_line(str(value))[:LONGEST_KEY]


def room_key(value: object) -> str:
    """Return the key of a room; blanks and words such as None are no room."""
    key = key_of(value)
    return "" if key.casefold() in _NO_ROOM else key


def is_nameless(name: str) -> bool:
    """Say whether a name says nothing: empty, a dash."""
    return _NO_NAME.match(name) is not None


def is_chinese(words: str) -> bool:
    """Say whether most letters are Chinese signs."""
    letters = [letter for letter in words if letter.isalpha()]
    return bool(letters) and sum(bool(HAN.match(letter)) for letter in letters) * 2 > len(letters)


def by_script(words: str, language: str = "") -> Text:
    """Return a text under the language its script shows; what the file says decides what is left.

    Latin and other scripts stand under English: Forum has three languages.
    """
    if not words:
        return Text()
    if not is_chinese(words):
        return Text({"en": words})
    named = language.casefold().replace("_", "-")
    simplified = "hans" in named or named.endswith(("-cn", "-sg"))
    if not simplified and not named.endswith(("-tw", "-hk", "-mo")) and "hant" not in named:
        signs = set(words)
        simplified = len(signs & _SIMPLIFIED) > len(signs & _TRADITIONAL)
    return Text({"zh-Hans" if simplified else "zh-Hant": words})


def in_two(zh: str, en: str) -> Text:
    """Put each of two texts under the language that its script shows, not under the file's key.

    The same text twice is one.
    """
    found: dict[str, str] = {}
    for words, says_chinese in ((en, False), ("" if zh == en else zh, True)):
        if words:
            chinese = is_chinese(words) or (says_chinese and HAN.search(words) is not None)
            key = next(iter(by_script(words).by_language)) if chinese else "en"
            found.setdefault("zh-Hant" if chinese and key == "en" else key, words)
    return Text(found)


def names_of(*written: str) -> tuple[str, str]:
    """Return the name in Latin letters and the one in Chinese, out of what was written.

    One that holds both forms, as in Ada Sample (示例甲), is taken apart.
    """
    chinese = next((name for name in written if HAN.search(name)), "")
    latin = next((name for name in written if name and not HAN.search(name)), "")
    if chinese and not latin and (both := _BOTH_FORMS.match(chinese)):
        return both["latin"] or both["after"] or "", both["han"]
    return latin, chinese


def spoken(value: object) -> list[str]:
    """Return the codes of spoken languages (rules.SPOKEN) out of a code or a name in a file."""
    if not isinstance(value, str):
        return []
    found = []
    for word in re.split(r"[,;/+&、]|\band\b", value[:200]):
        name = clean_line(word).casefold()
        code = _LANGUAGES.get(name) or language_of_word(name) or _LANGUAGES.get(name.split("-")[0])
        if code:
            found.append(code)
    return list(dict.fromkeys(found))


def address(value: object) -> str:
    """Return a web address that a browser may be sent to, or nothing."""
    if not isinstance(value, str):
        return ""
    typed = clean_line(value)
    try:
        parts = urlsplit(typed)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and not parts.username
    except ValueError:
        good = False
    return typed if good and " " not in typed and len(typed) <= LONGEST_ADDRESS else ""


def fitting(text: Text, most: int, about: Callable[[Sentence], None]) -> Text:
    """Cut a text to what the forms take, and say so."""
    if all(len(words) <= most for words in text.by_language.values()):
        return text
    about(too_long(most))
    return Text({key: words[:most].rstrip() for key, words in text.by_language.items()})


def fitting_line(words: str, most: int, about: Callable[[Sentence], None]) -> str:
    """Cut a line to what its column takes, and say so."""
    if len(words) <= most:
        return words
    about(too_long(most))
    return words[:most].rstrip()


def too_long(most: int) -> Sentence:
    """Return what is said of a text that was cut."""
    return sentence("a text is longer than %(most)s characters, its end left out", most=f"{most:,}")
