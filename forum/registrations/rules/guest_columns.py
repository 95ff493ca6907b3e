"""Columns of guest lists: what headers of other systems and of house sheets mean."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum

from forum.core.text import plain_key

HEADER_WITHIN = 15
"""Titles may stand above the header: so many rows are looked at."""

MOST_GUESTS = 60_000
MOST_FILE_BYTES = 20_000_000


class GuestColumn(StrEnum):
    """What a column of a guest list holds."""

    REFERENCE = "reference"
    NAME = "name"
    GIVEN_NAME = "given_name"
    FAMILY_NAME = "family_name"
    NAME_ZH = "name_zh"
    ORGANISATION = "organisation"
    EMAIL = "email"
    TYPE = "type"
    STATUS = "status"
    LANGUAGE = "language"
    SALUTATION = "salutation"
    POST_NOMINALS = "post_nominals"
    JOB_TITLE = "job_title"
    PHONE = "phone"
    COMPANIONS = "companions"
    PRECEDENCE = "precedence"
    SEATING = "seating"
    NOTE = "note"
    KEY = "key"
    LIST = "list"
    GREET = "greet"


OF_LISTS = frozenset(
    {
        GuestColumn.SALUTATION,
        GuestColumn.POST_NOMINALS,
        GuestColumn.JOB_TITLE,
        GuestColumn.PHONE,
        GuestColumn.COMPANIONS,
        GuestColumn.PRECEDENCE,
        GuestColumn.SEATING,
        GuestColumn.NOTE,
        GuestColumn.KEY,
        GuestColumn.LIST,
        GuestColumn.GREET,
    }
)
"""Columns that only guests who are invited have."""

OF_REGISTRATIONS = frozenset({GuestColumn.REFERENCE, GuestColumn.TYPE, GuestColumn.STATUS})
"""Columns that only registrations have; a status also leaves guests out who cancelled elsewhere."""

# The better name of each comes first: pretix has the buyer's address beside the attendee's.
HEADERS: dict[GuestColumn, tuple[str, ...]] = {
    GuestColumn.REFERENCE: ("reference", "參考編號", "参考编号"),
    GuestColumn.EMAIL: (
        "attendee email", "email", "e-mail", "email address", "e-mail address", "電郵", "電郵地址",
        "電子郵件", "电邮", "电子邮件", "电子邮箱", "邮箱", "邮箱地址",
    ),
    GuestColumn.NAME: (
        "attendee name", "full name", "name", "english name", "name in english", "英文姓名", "姓名",
        "名字", "全名", "嘉賓姓名", "嘉宾姓名",
    ),
    GuestColumn.GIVEN_NAME: (
        "attendee name: given name", "first name", "first_name", "given name", "given names", "名",
    ),
    GuestColumn.FAMILY_NAME: (
        "attendee name: family name", "last name", "last_name", "family name", "surname", "姓",
        "姓氏",
    ),
    GuestColumn.NAME_ZH: (
        "name in chinese", "chinese name", "中文姓名", "中文名", "中文名字", "中文全名",
    ),
    GuestColumn.ORGANISATION: (
        "organisation", "organization", "company", "company / organisation",
        "company / organization", "what organisation are you affiliated with", "affiliation",
        "employer", "institution", "公司／機構", "公司/機構", "公司", "機構", "公司／机构",
        "公司/机构", "机构", "單位", "单位",
    ),
    GuestColumn.TYPE: (
        "ticket type", "ticket name", "ticket_name", "product name", "product", "ticket",
        "guest type", "入場券類別", "入场券类别", "入場券種類", "嘉賓類別", "嘉宾类别",
    ),
    GuestColumn.STATUS: (
        "attendee status", "approval_status", "status", "rsvp", "狀態", "状态", "回覆", "回复",
    ),
    GuestColumn.LANGUAGE: ("language", "lang", "order locale", "locale", "語言", "语言"),
    GuestColumn.SALUTATION: ("salutation", "prefix", "稱謂", "称谓"),
    GuestColumn.POST_NOMINALS: (
        "post-nominals", "post nominals", "honours", "勳銜", "勋衔", "名銜縮寫",
        "名衔缩写",
    ),
    GuestColumn.JOB_TITLE: (
        "job title", "position", "title", "what is your job title", "designation", "職銜", "職位",
        "职衔", "职位",
    ),
    GuestColumn.PHONE: (
        "phone", "phone number", "phone_number", "mobile", "mobile number", "telephone", "流動電話",
        "電話", "手機", "流动电话", "电话", "手机",
    ),
    GuestColumn.COMPANIONS: (
        "companions", "plus ones", "guests allowed", "隨行人數", "随行人数", "隨行嘉賓", "随行嘉宾",
    ),
    GuestColumn.PRECEDENCE: ("precedence", "order of precedence", "禮賓次序", "礼宾次序"),
    GuestColumn.SEATING: (
        "seating", "seat", "table", "row", "seat name", "row, table or seat", "座位", "枱號",
        "台号", "行、桌號或座位", "排、桌号或座位",
    ),
    GuestColumn.NOTE: ("note", "notes", "remarks", "order comment", "備註", "备注"),
    GuestColumn.KEY: ("invitation key", "邀請識別碼", "邀请识别码"),
    GuestColumn.LIST: ("guest list", "嘉賓名單", "嘉宾名单"),
    GuestColumn.GREET: ("tell the greeter", "通知接待員", "通知接待员"),
}  # fmt: skip

NOT_COMING = frozenset(
    {
        "cancelled", "canceled", "declined", "not attending", "no", "rejected", "deleted",
        "refunded", "expired", "取消", "已取消", "不出席", "no 不出席", "婉拒", "已拒絕", "已拒绝",
    }
)  # fmt: skip
"""Statuses by which other systems say that somebody does not come."""

_SUMS = frozenset(
    {"total", "totals", "sum", "count", "總計", "合計", "總數", "总计", "合计", "总数"}
)
_HAN = re.compile("[㐀-鿿豈-﫿／]+")
_EDGES = " \t?？:：*＊.。()（）[]【】"


def header_key(header: str) -> str:
    """Return a header as headers are compared: folded, blanks single, no marks at its ends."""
    return re.sub(r"\s+", " ", plain_key(header)).strip(_EDGES)


def meanings(headers: Sequence[str]) -> dict[int, GuestColumn]:
    """Return by place what columns hold; each meaning stands once, the first of equals wins.

    A bilingual header is read in both its halves: "Company / Organisation 公司／機構".
    """
    keys = [halves(one) for one in headers]
    found: dict[int, GuestColumn] = {}
    for column, names in HEADERS.items():
        places = (
            place
            for name in names
            for place, said in enumerate(keys)
            if name in said and place not in found
        )
        place = next(places, None)
        if place is not None:
            found[place] = column
    return found


def is_header(row: Sequence[str]) -> bool:
    """Say whether a row names columns: an address or a name among at least two that are known."""
    known = set(meanings(row).values())
    names = {GuestColumn.EMAIL, GuestColumn.NAME, GuestColumn.FAMILY_NAME, GuestColumn.NAME_ZH}
    return len(known) > 1 and bool(known & names)


def is_sum(cells: Sequence[str]) -> bool:
    """Say whether a row below the guests only counts them."""
    written = [header_key(cell) for cell in cells if cell.strip()]
    return not written or any(
        word in _SUMS or word.split(" ")[0] in _SUMS or _HAN.sub("", word).strip(_EDGES) in _SUMS
        for word in written[:2]
    )


def says_not_coming(status: str) -> bool:
    """Say whether a status of another system means that somebody does not come."""
    key = header_key(status)
    return key in NOT_COMING or key.split(" ")[0].replace("_", " ") in NOT_COMING - {"no"}


def halves(header: str) -> frozenset[str]:
    """Return what a header may say: the whole of it, its Latin and its Chinese half."""
    key = header_key(header)
    latin = header_key(_HAN.sub(" ", key))
    han = "".join(_HAN.findall(key)).strip("／")
    return frozenset({key, latin, han, key.replace("_", " ")} - {""})
