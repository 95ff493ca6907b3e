"""What the sample event says of its guests: types, questions, who is invited; all are samples."""

from __future__ import annotations

from dataclasses import dataclass

from forum.core.text import Text
from forum.demo.words import same, three
from forum.registrations.rules import ReplyBy

PUBLIC = three("Public", "公眾", "公众")
MEDIA = three("Media", "傳媒", "媒体")
MEDIA_ABOUT = three(
    "For journalists on duty: a seat in the press row and the press kit. The office looks at each "
    "request. Sample.",
    "供採訪的記者：設記者席及新聞資料。每項申請均由主辦機構審批。示例。",
    "供采访的记者：设记者席及新闻资料。每项申请均由主办机构审批。示例。",
)
STUDENTS = three("Students", "學生", "学生")
STUDENTS_ABOUT = three(
    "Seats kept by the Sample University for its students, with a code. Sample.",
    "示例大學為學生預留的座位，憑代碼登記。示例。",
    "示例大学为学生预留的座位，凭代码登记。示例。",
)
VIP = three("Guests of honour", "貴賓", "贵宾")
VIP_ABOUT = three(
    "By invitation: a reserved seat in front and the networking lunch. Sample.",
    "憑邀請出席：設前排預留座位及交流午餐。示例。",
    "凭邀请出席：设前排预留座位及交流午餐。示例。",
)

LUNCH = three(
    "Will you stay for the networking lunch?", "你會否參加交流午餐？", "你会参加交流午餐吗？"
)
LUNCH_HINT = three("There are 40 places. Sample.", "名額40個。示例。", "名额40个。示例。")
WITH_LUNCH = three("Yes, I stay for lunch", "會，我參加午餐", "会，我参加午餐")
NO_LUNCH = three("No, I leave before", "不會，我會先離開", "不会，我先离开")

CODES_FOR = "Sample University"
LIST_NAME = "Guests of honour"
DECLINED_MEDIA = three(
    "The press row is for news desks. You are welcome with a public ticket. Sample.",
    "記者席只供新聞機構使用，歡迎你以公眾身分登記。示例。",
    "记者席只供新闻机构使用，欢迎你以公众身份登记。示例。",
)
NOTE = "Asked by phone for a seat near the aisle. Sample note."
FRONT_ROW, INTERVIEW = "front row", "interview"
TO_DECIDE, WITH_INTERVIEW = "Media to decide on", "Wants an interview"


@dataclass(frozen=True, slots=True)
class InvitedSketch:
    """A guest of honour of the sample: how they are addressed, and what they replied.

    `accepts` is None for who has not replied; `companions` are names, empty for one named later.
    Without an address the invitation went out as a letter. `opened` says that the mail's link was
    followed.
    """

    salutation: str
    name: str
    name_zh: str
    house: Text
    title: str
    seating: str
    lang: str = "en"
    companions: tuple[str, ...] = ()
    accepts: bool | None = None
    by: ReplyBy = ReplyBy.LINK
    note: str = ""
    opened: bool = False
    has_address: bool = True


CONSULATE = three("Sample Consulate", "示例領事館", "示例领事馆")
CHAMBER = three("Sample Chamber", "示例商會", "示例商会")
UNIVERSITY = three("Sample University", "示例大學", "示例大学")
BANK = same("Sample Bank")

INVITED = (
    InvitedSketch(
        "H.E.",
        "Sample Consul A",
        "",
        CONSULATE,
        "Consul General",
        "Row A, 1",
        companions=("Sample Companion A",),
        accepts=True,
        opened=True,
    ),
    InvitedSketch(
        "Prof.",
        "Sample Guest of Honour B",
        "乙（示例貴賓）",
        UNIVERSITY,
        "President",
        "Row A, 2",
        "zh-Hant",
        accepts=True,
        by=ReplyBy.LETTER,
        note="Reply slip by letter: comes by car, one parking space.",
        has_address=False,
    ),
    InvitedSketch(
        "Ms",
        "Sample Guest of Honour C",
        "丙（示例貴賓）",
        CHAMBER,
        "Chair",
        "Row A, 3",
        "zh-Hant",
        companions=("",),
        accepts=True,
        by=ReplyBy.PHONE,
        note="By phone: the companion is named later.",
    ),
    InvitedSketch(
        "Dr",
        "Sample Guest of Honour D",
        "丁（示例贵宾）",
        BANK,
        "Chief Economist",
        "Row A, 4",
        "zh-Hans",
        accepts=True,
        opened=True,
    ),
    InvitedSketch(
        "Mr",
        "Sample Guest of Honour E",
        "戊（示例貴賓）",
        CHAMBER,
        "Vice-Chair",
        "Row B, 1",
        "zh-Hant",
        accepts=False,
        note="Abroad that week.",
        opened=True,
    ),
    InvitedSketch(
        "Ms", "Sample Guest of Honour F", "", CONSULATE, "Consul", "Row B, 2", opened=True
    ),
    InvitedSketch(
        "Dr",
        "Sample Guest of Honour G",
        "庚（示例貴賓）",
        UNIVERSITY,
        "Dean of Engineering",
        "Row B, 3",
        "zh-Hant",
    ),
    InvitedSketch("Mr", "Sample Guest of Honour H", "", BANK, "Managing Director", "Row B, 4"),
)
LATE = InvitedSketch(
    "Mr", "Sample Guest of Honour J", "壬（示例貴賓）", CHAMBER, "Council Member", "", "zh-Hant"
)
"""Put on the list after the others were written to: still a draft."""
