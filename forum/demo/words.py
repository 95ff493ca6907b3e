"""The sample forum's texts.

Public facts are the title, the hosts and the officiating guest; the rest says it is a sample.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from forum.core.text import Text
from forum.demo.logos import Mark
from forum.events.rules import PartnerRole
from forum.programme.rules import AppearanceRole, SessionKind


def three(english: str, traditional: str, simplified: str) -> Text:
    """Return one text in the three languages."""
    return Text({"en": english, "zh-Hant": traditional, "zh-Hans": simplified})


def same(text: str) -> Text:
    """Return a text that is written alike in all three."""
    return three(text, text, text)


ORGANISATION = three("Sample Forum Office", "示例論壇辦事處", "示例论坛办事处")
SERIES = three(
    "Advanced Manufacturing Forum (sample series)",
    "先進製造論壇（示例系列）",
    "先进制造论坛（示例系列）",
)
SERIES_SUMMARY = three(
    "A sample series: half-day forums that belong together.",
    "示例系列：同屬一個系列的半日論壇。",
    "示例系列：同属一个系列的半日论坛。",
)
PRIVACY = three(
    "Sample statement. Your name, organisation and email are used to register you, to admit you "
    "at the door and to tell you of changes. Only the organiser sees them. They are erased six "
    "months after the event.",
    "示例聲明：你的姓名、機構及電郵只用於登記、入場及通知更改，只有主辦機構可查閱，並於活動後六個月刪除。",
    "示例声明：你的姓名、机构及邮箱只用于登记、入场及通知更改，只有主办机构可查阅，并于活动后六个月删除。",
)

TITLE = three(
    "Crafting Tomorrow: a Fresh Look at Advanced Manufacturing in Hong Kong",
    "創造未來：香港先進製造業的新視野",
    "创造未来：香港先进制造业的新视野",
)
SUMMARY = three(
    "A half-day seminar on advanced manufacturing in Hong Kong: a keynote by the officiating "
    "guest, a panel discussion, and time to meet. Organised by InvestHK, with the South China "
    "Morning Post as co-host. Date, times, venue and all other names are samples.",
    "探討香港先進製造業的半日研討會：主禮嘉賓主題演講、專題討論及交流時間。由投資推廣署主辦，南華早報合辦。日期、時間、場地及其他姓名均為示例。",
    "探讨香港先进制造业的半日研讨会：主礼嘉宾主题演讲、专题讨论及交流时间。由投资推广署主办，南华早报合办。日期、时间、场地及其他姓名均为示例。",
)
SPOKEN = three(
    "English, with simultaneous interpretation into Cantonese. Sample.",
    "英語，設粵語即時傳譯。示例。",
    "英语，设粤语即时传译。示例。",
)
VENUE = three("Sample Hall, Sample Centre", "示例中心示例廳", "示例中心示例厅")
VENUE_ADDRESS = three("Level 3, Sample Centre, Central", "中環示例中心3樓", "中环示例中心3楼")
DIRECTIONS = three(
    "Sample Station, exit S. The sample lift stands left of the main stair.",
    "示例站S出口。示例升降機在主樓梯左側。",
    "示例站S出口。示例电梯在主楼梯左侧。",
)
ACCESS = three(
    "Step-free from the street. Tell us what helps you, by mail.",
    "由街道至會場全程無梯級。如需協助，請電郵通知我們。",
    "由街道至会场全程无台阶。如需协助，请发邮件告诉我们。",
)
HALL = three("Sample Hall", "示例廳", "示例厅")
FOYER = three("Foyer", "前廳", "前厅")
STUDIO = three("Sample Studio", "示例工作室", "示例工作室")

INVESTHK = three("InvestHK", "投資推廣署", "投资推广署")
SCMP = three("South China Morning Post", "南華早報", "南华早报")
ASSOCIATION = three("Sample Association", "示例協會", "示例协会")

GUEST_TITLE = three(
    "Secretary for Innovation, Technology and Industry",
    "創新科技及工業局局長",
    "创新科技及工业局局长",
)
SPEAKER_TITLE = three("Sample title", "示例職銜", "示例职衔")
SPEAKER_HOUSE = three("Sample Organisation", "示例機構", "示例机构")
SPEAKER_LIFE = three(
    "A sample biography. It tells in two or three sentences who speaks and why one should listen.",
    "示例簡介：以兩三句介紹講者及其專長。",
    "示例简介：以两三句介绍讲者及其专长。",
)

OFFICIATING = "officiating"
UNANSWERED = "sample-speaker-b"
"""The slug of the speaker who has been asked and has not answered."""
EMPTY = Text()
ENGLISH_HEARD_IN_CHINESE = ("en", "yue", "cmn")

Cast = tuple[tuple[str, AppearanceRole, int | None], ...]


@dataclass(frozen=True, slots=True)
class SessionSketch:
    """What one sample session is.

    `after` are minutes from the event's start; `spoken` is the language on stage, then those it is
    interpreted into; `cast` names letter, role, and part of the panel.
    """

    after: int
    minutes: int
    kind: SessionKind
    title: Text
    abstract: Text = EMPTY
    cast: Cast = ()
    room: str = "hall"
    spoken: tuple[str, ...] = ()
    parts: tuple[dict[str, Any], ...] = ()


def _part(minutes: int, title: Text) -> dict[str, Any]:
    return {"title": dict(title.by_language), "minutes": minutes}


PROGRAMME: tuple[SessionSketch, ...] = (
    SessionSketch(
        0,
        30,
        SessionKind.NETWORKING,
        three("Registration and coffee", "登記及咖啡", "登记及咖啡"),
        room="foyer",
    ),
    SessionSketch(
        30,
        15,
        SessionKind.ADDRESS,
        three("Welcome address", "歡迎辭", "欢迎辞"),
        cast=(("A", AppearanceRole.WELCOME, None),),
        spoken=ENGLISH_HEARD_IN_CHINESE,
    ),
    SessionSketch(
        45,
        30,
        SessionKind.KEYNOTE,
        three("Keynote", "主題演講", "主题演讲"),
        cast=((OFFICIATING, AppearanceRole.OFFICIATING_GUEST, None),),
        spoken=ENGLISH_HEARD_IN_CHINESE,
    ),
    SessionSketch(
        75,
        30,
        SessionKind.TALK,
        three(
            "Sample talk: from prototype to production line",
            "示例演講：由原型到生產線",
            "示例演讲：由原型到生产线",
        ),
        three(
            "A sample abstract: what changes between the first part that works and the "
            "ten-thousandth that must.",
            "示例摘要：由第一件可用的樣品，到第一萬件必須合格的產品，當中有甚麼改變。",
            "示例摘要：由第一件可用的样品，到第一万件必须合格的产品，当中有什么改变。",
        ),
        cast=(("B", AppearanceRole.PRESENTER, None),),
        spoken=ENGLISH_HEARD_IN_CHINESE,
    ),
    SessionSketch(105, 15, SessionKind.BREAK, three("Break", "小休", "小休"), room="foyer"),
    SessionSketch(
        120,
        60,
        SessionKind.PANEL,
        three("Panel discussion", "專題討論", "专题讨论"),
        three(
            "A sample panel: four people who build things, and a moderator who asks how.",
            "示例專題討論：四位從事製造的講者，由主持提問。",
            "示例专题讨论：四位从事制造的讲者，由主持提问。",
        ),
        cast=(
            ("C", AppearanceRole.MODERATOR, None),
            ("D", AppearanceRole.PANELLIST, 0),
            ("E", AppearanceRole.PANELLIST, 0),
            ("F", AppearanceRole.PANELLIST, 1),
            ("G", AppearanceRole.PANELLIST, 1),
        ),
        spoken=ENGLISH_HEARD_IN_CHINESE,
        parts=(
            _part(30, three("Machines that see", "會看的機器", "会看的机器")),
            _part(30, three("People beside machines", "人與機器並肩", "人与机器并肩")),
        ),
    ),
    SessionSketch(
        180,
        15,
        SessionKind.ADDRESS,
        three("Closing remarks", "閉幕致辭", "闭幕致辞"),
        cast=(("H", AppearanceRole.CLOSING, None),),
        spoken=ENGLISH_HEARD_IN_CHINESE,
    ),
    SessionSketch(
        195,
        45,
        SessionKind.MEAL,
        three("Networking lunch", "交流午餐", "交流午餐"),
        room="foyer",
    ),
    SessionSketch(
        200,
        40,
        SessionKind.WORKSHOP,
        three(
            "Sample workshop: teach a robot arm", "示例工作坊：教導機械臂", "示例工作坊：教导机械臂"
        ),
        three(
            "A sample workshop in a small room: guests sign up for a place on their own page.",
            "示例工作坊，場地較小：嘉賓可在自己的登記頁面報名。",
            "示例工作坊，场地较小：嘉宾可在自己的登记页面报名。",
        ),
        cast=(("B", AppearanceRole.PRESENTER, None),),
        room="studio",
        spoken=("yue",),
    ),
)

RELEASE_NOTE = three(
    "The sample talk has five minutes more, for questions.",
    "示例演講延長五分鐘，供提問之用。",
    "示例演讲延长五分钟，供提问之用。",
)

PARTNERS: tuple[tuple[Text, PartnerRole, Text, tuple[str, Mark, str] | None], ...] = (
    (INVESTHK, PartnerRole.ORGANISER, EMPTY, None),
    (SCMP, PartnerRole.CO_HOST, EMPTY, None),
    (
        three("Sample Robotics", "示例機械人", "示例机器人"),
        PartnerRole.SPONSOR,
        three("Gold", "金贊助", "金赞助"),
        ("Sample Robotics", Mark.RINGS, "#0b5563"),
    ),
    (
        three("Sample Precision", "示例精密", "示例精密"),
        PartnerRole.SPONSOR,
        three("Silver", "銀贊助", "银赞助"),
        ("Sample Precision", Mark.LATTICE, "#7a3e9d"),
    ),
    (
        three("Sample Materials", "示例材料", "示例材料"),
        PartnerRole.SPONSOR,
        three("Silver", "銀贊助", "银赞助"),
        ("Sample Materials", Mark.STEPS, "#8a4b08"),
    ),
    (ASSOCIATION, PartnerRole.SUPPORTING, EMPTY, None),
    (
        three("Sample News", "示例新聞", "示例新闻"),
        PartnerRole.MEDIA,
        EMPTY,
        ("Sample News", Mark.WAVE, "#0b6e4f"),
    ),
)
"""Name, role, tier, and what is drawn as a logo: none is drawn for those who exist."""

LETTERS = dict(zip("ABCDEFGH", "甲乙丙丁戊己庚辛", strict=True))

FULL_TITLE = three(
    "Sample workshop: sensors on the shop floor", "示例工作坊：車間感測器", "示例工作坊：车间传感器"
)
PAST_TITLE = three(
    "Sample forum of last year: robots at work",
    "去年示例論壇：機械人實戰",
    "去年示例论坛：机器人实战",
)
DRAFT_TITLE = three(
    "Sample dinner: makers and investors", "示例晚宴：製造者與投資者", "示例晚宴：制造者与投资者"
)
CANCELLED_TITLE = three("Sample visit: a factory tour", "示例參觀：工廠導賞", "示例参观：工厂导览")
CANCELLED_NOTE = three(
    "The factory of this sample is closed that week.", "示例工廠當週關閉。", "示例工厂当周关闭。"
)
SHORT_SUMMARY = three(
    "A sample event, to show how Forum looks in this state.",
    "示例活動，用以展示此狀態下的頁面。",
    "示例活动，用以展示此状态下的页面。",
)
GUEST_HOUSES = (
    "Sample Robotics",
    "Sample Precision Ltd",
    "Sample University",
    "Sample Chamber",
    "Sample News",
)
STEMS = "甲乙丙丁戊己庚辛壬癸"
