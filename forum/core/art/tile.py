"""What a tile shows for a person without a photo: initials, a surname's seal, a turn of the hue."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

TURNS = 8

WORDS_BEFORE = """
mr mrs ms miss mx madam madame mdm sir dame dr doctor prof professor ir the hon honourable honorable
rev reverend associate assistant adjunct emeritus monsieur mme mlle frau herr
"""
WORDS_AFTER = """
jp gbm gbs sbs bbs mh gbe dbe cbe obe mbe phd md dphil dsc msc mba bsc beng meng mphil llm llb ceng
fhkie mhkie frs fca cpa cfa esq jr sr ii iii iv
"""
TITLES_ZH = """
太平紳士 太平绅士 副教授 教授 博士 先生 女士 小姐 太太 夫人 醫生 医生 律師 律师
工程師 工程师 議員 议员 局長 局长
"""
TWO_CHARACTERS = """
歐陽 欧阳 司徒 司馬 司马 上官 諸葛 诸葛 皇甫 尉遲 尉迟 公孫 公孙 慕容
令狐 長孫 长孙 宇文 夏侯 東方 东方 端木 鍾離 钟离 軒轅 轩辕 司空 司寇
呼延 南宮 南宫 東郭 东郭 獨孤 独孤 西門 西门 聞人 闻人 赫連 赫连 澹臺
澹台 濮陽 濮阳 淳于 太史 申屠 公羊 公冶 宗政 仲孫 仲孙 鮮于 鲜于 閭丘
闾丘 拓跋 百里 東門 东门 完顏 完颜 納蘭 纳兰
"""
SALUTATIONS = frozenset(WORDS_BEFORE.split())
HONOURS = frozenset(WORDS_AFTER.split())
COMPOUND_SURNAMES = frozenset(TWO_CHARACTERS.split())


@dataclass(frozen=True, slots=True)
class Monogram:
    """At most two letters and at most two Chinese characters; either may be empty."""

    initials: str
    surname: str


@lru_cache(maxsize=4096)
def monogram(name: str, name_zh: str | None, salutation: str | None = None) -> Monogram:
    """Find what stands for a person on a tile; a Chinese name given as `name` serves as both."""
    chinese = name_zh or ("" if _latin_words(name, salutation) else name)
    return Monogram(_initials(_latin_words(name, salutation)), _surname(chinese))


def turn(identity: UUID) -> int:
    """Give a stable number 0-7 for an identity, so that a person keeps one tint everywhere."""
    return hashlib.blake2b(identity.bytes, digest_size=1).digest()[0] % TURNS


def _latin_words(name: str, salutation: str | None) -> list[str]:
    plain = unicodedata.normalize("NFKC", name)
    plain = re.sub(r"\([^)]*\)|\"[^\"]*\"|“[^”]*”", " ", plain)
    family, *rest = [_words(part) for part in plain.split(",")]
    given = [words for words in rest if words and not all(_bare(word) in HONOURS for word in words)]
    words = [*given[0], *family] if given else family
    dropped = SALUTATIONS | {_bare(word) for word in _words(salutation or "")}
    while len(words) > 1 and _bare(words[0]) in dropped:
        words = words[1:]
    while len(words) > 2 and _bare(words[-1]) in HONOURS:
        words = words[:-1]
    return words


def _words(text: str) -> list[str]:
    return [
        word for word in text.split() if any(sign.isalpha() and not _is_han(sign) for sign in word)
    ]


def _bare(word: str) -> str:
    return word.strip(".'’").replace(".", "").lower()


def _initials(words: list[str]) -> str:
    if len(words) > 2 and _shouted(words[0]) and not _shouted(words[-1]):
        words = words[:2]
    chosen = words[:1] + words[1:][-1:]
    return "".join(
        next(sign for sign in word if sign.isalpha() and not _is_han(sign)).upper()[:1]
        for word in chosen
    )


def _shouted(word: str) -> bool:
    return len(word) > 1 and word.isupper() and not word.endswith(".")


def _surname(name: str) -> str:
    last = re.split(r"[·‧・•]", unicodedata.normalize("NFC", name))[-1]
    signs = "".join(sign for sign in last if _is_han(sign))
    for title in TITLES_ZH.split():
        if len(signs) > len(title):
            signs = signs.removesuffix(title)
    return signs[:2] if signs[:2] in COMPOUND_SURNAMES else signs[:1]


def _is_han(sign: str) -> bool:
    return sign == "〇" or unicodedata.name(sign, "").startswith("CJK ")
